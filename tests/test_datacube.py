"""The Data Cube constraints themselves: good cubes pass, each planted violation is caught, and two engines agree.

A file of ``datacube/bad/`` holds what it adds to a good cube. Its first line names the cube and says what is wrong, its
second which constraints that violates: its own and, with the reason, those that are bound to go with it.
"""

import random
import re
from collections import Counter
from pathlib import Path

import pyoxigraph
import pytest

from datacube_rules import (
    CONSTRAINTS,
    FOLDER,
    PLACEHOLDER,
    STEPS,
    TEMPLATES,
    EngineName,
    load,
    normalise,
    violated,
    violations,
)

ENGINES: tuple[EngineName, ...] = ("pyoxigraph", "rdflib")
BAD = sorted((FOLDER / "bad").glob("ic-*.ttl"))
EX = "https://example.org/cube/"
QB = "http://purl.org/linked-data/cube#"
RDFS_RANGE = "http://www.w3.org/2000/01/rdf-schema#range"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"

every_engine = pytest.mark.parametrize("engine", ENGINES)


def ntriples(*files: Path) -> bytes:
    """Read Turtle files as N-Triples, one after the other."""
    turtle, plain = pyoxigraph.RdfFormat.TURTLE, pyoxigraph.RdfFormat.N_TRIPLES
    parts = [pyoxigraph.serialize(pyoxigraph.parse(path=str(file), format=turtle), format=plain) for file in files]
    return b"".join(part for part in parts if part is not None)


def header(file: Path) -> tuple[Path, list[str]]:
    """Read from a bad file which cube it adds to and which constraints it violates."""
    first, second = file.read_text("utf-8").splitlines()[:2]
    base = re.match(r"# Adds to (good[a-z-]*\.ttl): .", first)
    assert base, f"{file.name} does not begin with: # Adds to good….ttl: what is wrong"
    violates = re.match(r"# Violates: (IC-\d+(?:, IC-\d+)*)( \(.+\))?$", second)
    assert violates, f"{file.name} does not go on with: # Violates: IC-N, IC-M (why both)"
    names = violates[1].split(", ")
    assert len(names) == 1 or violates[2], f"{file.name} violates several constraints and does not say why"
    return FOLDER / base[1], names


@every_engine
@pytest.mark.parametrize("file", sorted(FOLDER.glob("good*.ttl")), ids=lambda file: file.stem)
def test_good_cube_violates_nothing(file: Path, engine: EngineName) -> None:
    assert violations(ntriples(file), engine) == []


@every_engine
@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_planted_violation_is_caught_and_nothing_else(file: Path, engine: EngineName) -> None:
    base, names = header(file)
    assert f"IC-{int(file.stem.split('-')[1])}" in names
    assert violations(ntriples(base, file), engine) == names


def test_every_constraint_has_a_query_and_a_planted_violation() -> None:
    assert sorted(CONSTRAINTS.values()) == sorted(FOLDER.glob("ic-*.rq"))
    assert {f"{file.stem}.ttl" for file in CONSTRAINTS.values()} <= {file.name for file in BAD}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_query_says_what_it_answers(name: str) -> None:
    text = CONSTRAINTS[name].read_text("utf-8")
    assert re.match(rf"# {name}: .+\?\n", text)
    assert re.search(r"^ASK \{$", text, re.MULTILINE)
    assert (PLACEHOLDER in text) == (name in TEMPLATES)


@every_engine
@pytest.mark.parametrize(
    ("step", "file", "names"),
    [
        # Without its types a slice is none, and that it has no slice key goes unseen.
        ("normalise-1a-types", "bad/ic-09.ttl", []),
        # Without its components a cube has no measure, and its slices no dimensions to hand down.
        ("normalise-1b-components", "good.ttl", ["IC-3", "IC-13"]),
        # Without one of the flattenings the observations lack what is stated once, for all of them.
        ("normalise-2a-dataset-attachments", "good.ttl", ["IC-13"]),
        ("normalise-2b-slice-attachments", "good.ttl", ["IC-13"]),
        ("normalise-2c-slice-dimensions", "good.ttl", ["IC-11", "IC-13"]),
    ],
)
def test_every_step_of_the_normalisation_is_needed(step: str, file: str, names: list[str], engine: EngineName) -> None:
    steps = [path for path in STEPS if path.stem != step]
    assert len(steps) == len(STEPS) - 1
    cubes = load(ntriples(FOLDER / "good.ttl", FOLDER / file), engine)
    normalise(cubes, steps)
    assert violated(cubes) == names


def observations(points: list[tuple[int, ...]]) -> bytes:
    """Make a cube with one observation for each point; its dimensions are all numbers."""
    dimensions = [f"<{EX}d{number}>" for number in range(len(points[0]))]
    lines = [
        f"<{EX}structure> <{RDF_TYPE}> <{QB}DataStructureDefinition> .",
        f"<{EX}structure> <{QB}component> <{EX}c> .",
        f"<{EX}c> <{QB}measure> <{EX}m> .",
        f"<{EX}dataset> <{QB}structure> <{EX}structure> .",
    ]
    for number, dimension in enumerate(dimensions):
        lines += [
            f"<{EX}structure> <{QB}component> <{EX}c{number}> .",
            f"<{EX}c{number}> <{QB}dimension> {dimension} .",
            f"{dimension} <{RDFS_RANGE}> <{INTEGER}> .",
        ]
    for number, point in enumerate(points):
        lines += [
            f"<{EX}o{number}> <{QB}dataSet> <{EX}dataset> .",
            f'<{EX}o{number}> <{EX}m> "{number}"^^<{INTEGER}> .',
        ]
        lines += [
            f'<{EX}o{number}> {dimension} "{value}"^^<{INTEGER}> .'
            for dimension, value in zip(dimensions, point, strict=True)
        ]
    return "\n".join([*lines, ""]).encode()


@every_engine
def test_duplicates_are_those_of_a_comparison_of_all_pairs(engine: EngineName) -> None:
    """IC-12 by fingerprints gives what a comparison of the points gives, over cubes dense enough to have both."""
    chance = random.Random(12)
    verdicts = []
    for _ in range(60):
        points = [tuple(chance.randrange(3) for _ in range(4)) for _ in range(12)]
        duplicates = max(Counter(points).values()) > 1
        assert violations(observations(points), engine) == (["IC-12"] if duplicates else [])
        verdicts.append(duplicates)
    assert set(verdicts) == {True, False}


@every_engine
def test_values_that_change_places_are_no_duplicates(engine: EngineName) -> None:
    assert violations(observations([(1, 2, 3), (3, 2, 1), (2, 1, 3)]), engine) == []


@every_engine
def test_named_graphs_are_read_as_one(engine: EngineName) -> None:
    lines = observations([(1, 2), (1, 2)]).decode().splitlines()
    quads = "".join(f"{line[:-1]}<{EX}graph/{number % 3}> .\n" for number, line in enumerate(lines))
    assert violations(quads.encode(), engine) == ["IC-12"]


@every_engine
def test_nothing_violates_nothing(engine: EngineName) -> None:
    assert violations(b"", engine) == []
