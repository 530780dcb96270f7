"""Every shape explains itself, finds its mistake, says so in its own words, and finds nothing else.

    tests/shapes/valid.ttl                  a tiny complete model in which nothing is wrong
    tests/shapes/<shape>/bad.ttl            the records of it that change, with the mistake put in
    tests/shapes/<shape>/expected.txt       the words that the report must say, one phrase a line, in bokmål and English
    tests/shapes/<shape>/good.ttl           the same records done right, where it takes more than undoing the mistake

An example is a patch: what valid.ttl says of a resource that the example describes is taken out, then the example is
put in. The folder has the name of the shape, which is the code of the mistake.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH, Namespace
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.term import Node

from delmaal.publish import check
from delmaal.validate import DataGraph, prepared

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "tests" / "shapes"
FILES = sorted((ROOT / "shapes").glob("*.ttl"))

DELMAAL = Namespace("https://w3id.org/delmaal/ns#")
SHAPES = Namespace("https://w3id.org/delmaal/shapes#")
KINDS = {SH.NodeShape, SH.PropertyShape}
TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
USES = (SH["not"], SH.property, SH.node, SH.qualifiedValueShape)
LANGUAGES = {"nb", "en"}


@cache
def shapes() -> Graph:
    """All the files of `shapes/`, which are one graph."""
    graph = Graph()
    for path in FILES:
        graph.parse(path)
    return graph


@cache
def valid() -> Graph:
    return Graph().parse(EXAMPLES / "valid.ttl")


def described(graph: Graph) -> set[URIRef]:
    """The shapes that a graph describes."""
    return {node for kind in KINDS for node in graph.subjects(RDF.type, kind) if isinstance(node, URIRef)}


def codes() -> list[str]:
    """The names of the shapes that find something; the others are parts of them."""
    found = [node for node in described(shapes()) if any(shapes().objects(node, SH.message))]
    return sorted(str(node).removeprefix(SHAPES) for node in found)


def patched(example: Path) -> Graph:
    """The valid graph with the records of an example in place of its own."""
    changes = Graph().parse(example)
    changed = set(changes.subjects())
    graph = DataGraph(bind_namespaces="none")
    for triple in (*(triple for triple in valid() if triple[0] not in changed), *changes):
        graph.add(triple)
    return graph


def report(data: Graph, check_shapes: bool = False) -> dict[str, set[str]]:
    """What the shapes find: the messages by the name of the shape."""
    results = pyshacl.validate(data, shacl_graph=shapes(), inplace=True, meta_shacl=check_shapes)[1]
    assert isinstance(results, Graph), results
    found: dict[str, set[str]] = {}
    for result in results.subjects(RDF.type, SH.ValidationResult):
        name = str(results.value(result, SH.sourceShape)).removeprefix(SHAPES)
        found.setdefault(name, set()).update(map(str, results.objects(result, SH.resultMessage)))
    return found


def texts(node: Node, predicate: URIRef) -> dict[str | None, str]:
    """The texts of a node by language; two in one language are a mistake."""
    found = [value for value in shapes().objects(node, predicate) if isinstance(value, Literal)]
    by_language = {value.language: str(value) for value in found}
    assert len(by_language) == len(found), f"{node} has two {predicate} in one language"
    return by_language


def test_the_valid_model_has_no_findings() -> None:
    assert report(valid()) == {}


def test_the_shapes_are_shapes() -> None:
    """The shapes conform to the shapes of SHACL itself."""
    assert report(valid(), check_shapes=True) == {}


def test_a_query_is_parsed_once_for_all_that_it_is_asked_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing them took most of a validation's time."""
    parsed = []

    def parse(text: str) -> object:
        parsed.append(text)
        return parseQuery(text)

    monkeypatch.setattr("rdflib.plugins.sparql.processor.parseQuery", parse)
    prepared.cache_clear()
    assert check(ROOT / "tests" / "tiny").errors == ()
    assert sorted(parsed) == sorted(set(parsed)) != []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_no_blank_node(path: Path) -> None:
    assert all(isinstance(node, URIRef | Literal) for triple in Graph().parse(path) for node in triple)


def test_a_shape_stands_in_one_file() -> None:
    named = [node for path in FILES for node in described(Graph().parse(path))]
    assert len(named) == len(set(named))
    for node in named:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(node).removeprefix(SHAPES)), f"{node} is not kebab-case"


@pytest.mark.parametrize("code", codes())
def test_a_shape_explains_itself(code: str) -> None:
    shape = SHAPES[code]
    for predicate in (SH.message, DELMAAL.problem, DELMAAL.why, DELMAAL.fix):
        assert set(texts(shape, predicate)) == LANGUAGES, f"{code} lacks {predicate} in nb or en"
    assert set(shapes().objects(shape, SH.severity)) < {SH.Violation, SH.Warning}, f"{code} needs one severity"
    assert any(any(shapes().objects(shape, target)) for target in TARGETS), f"{code} has no target"
    for message in texts(shape, SH.message).values():
        assert ";" in message, f'{code}: a message says what is wrong; what to write: "{message}"'
        assert "{" not in message, f"{code}: placeholders lose the language of the message"


def test_a_part_finds_nothing_itself_and_is_used() -> None:
    """A shape without a message names a condition for another shape."""
    used = {node for use in USES for node in shapes().objects(None, use)}
    for part in described(shapes()) - {SHAPES[code] for code in codes()}:
        assert part in used, f"{part} is not used"
        targets = [target for predicate in TARGETS for target in shapes().objects(part, predicate)]
        assert not targets, f"{part} has a target, but no message"


def test_every_shape_has_an_example_and_every_example_a_shape() -> None:
    assert sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()) == codes()


@pytest.mark.parametrize("code", codes())
def test_a_bad_example_is_found(code: str) -> None:
    found = report(patched(EXAMPLES / code / "bad.ttl"))
    assert set(found) == {code}, found
    phrases = (EXAMPLES / code / "expected.txt").read_text("utf-8").splitlines()
    for phrase in phrases:
        assert any(phrase in message for message in found[code]), f'"{phrase}" is not in {found[code]}'
    for language, message in texts(SHAPES[code], SH.message).items():
        assert any(phrase in message for phrase in phrases), f"expected.txt has no words in {language}"


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*/good.ttl")), ids=lambda path: path.parent.name)
def test_a_good_example_is_not_found(example: Path) -> None:
    assert report(patched(example)) == {}
