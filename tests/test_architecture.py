"""The map of the house (docs/architecture.md) is true: its rooms, its links, and what it says of how data pass."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import delmaal
from conftest import ROOT, TINY
from delmaal.build import build
from delmaal.build.statistics import add_statistics
from delmaal.errors import SourceError
from delmaal.http.asked import Asked
from delmaal.http.fields import Fields
from delmaal.marks import Mapping, read_yaml
from delmaal.reading.releases import Releases
from delmaal.records import Statistic
from delmaal.release import Release, Shelf
from delmaal.serving.application import publication_of
from delmaal.serving.dispatch import reply
from delmaal.settings import load
from delmaal.sources import read as read_folder
from delmaal.sources.statistics import read_statistic
from delmaal.statements import Statements

PACKAGE = Path(delmaal.__file__).parent
MAP = ROOT / "docs" / "architecture.md"
LONGEST_MODULE = 300
MOST_OF_THE_HOUSE = 0.2

_ROW = re.compile(r"\| +(\d*) +\| \[`([a-z_/]+)`\]\(([^)]+)\) \| (.+) \|")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_COUNTS = {"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12}


def rows() -> list[tuple[str, str, str]]:
    """Level, room and link of every row of the map."""
    return [(row[1], row[2], row[3]) for row in map(_ROW.fullmatch, MAP.read_text("utf-8").splitlines()) if row]


def layers() -> list[list[str]]:
    """The rooms by level, as the contract has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (street,) = (contract for contract in contracts if contract["type"] == "layers")
    assert street["exhaustive"]
    return [[room.strip() for room in layer.split("|")] for layer in street["layers"]]


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def test_the_map_has_the_rooms_of_the_contract_in_its_order() -> None:
    said = [(int(level), room) for level, room, _ in rows() if level]
    assert said == [(level, room) for level, layer in enumerate(layers(), 1) for room in layer]


def test_the_map_has_the_folders_that_there_are() -> None:
    folders = {path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*/__init__.py")}
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert sorted(room for _, room, _ in rows()) == sorted(folders | files)


def test_a_room_in_another_stands_below_it() -> None:
    house = ""
    for level, room, _ in rows():
        if level:
            house = room
        else:
            assert room.rpartition("/")[0] == house


def test_the_link_of_a_room_leads_into_it() -> None:
    for _, room, link in rows():
        leads_to = (MAP.parent / link).resolve().relative_to(PACKAGE).as_posix()
        assert leads_to.startswith((f"{room}/", f"{room}.py")), room


@pytest.mark.parametrize("page", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"],
                         ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    links = [link.partition("#")[0] for link in _LINK.findall(page.read_text("utf-8"))
             if not re.match(r"[a-z]+:|#|/", link)]
    missing = [link for link in links if not (page.parent / link.replace("\\", "")).exists()]
    assert not missing


def test_no_room_is_most_of_the_house() -> None:
    sizes: dict[str, int] = {}
    for path in modules():
        room = path.relative_to(PACKAGE).parts[0]
        sizes[room] = sizes.get(room, 0) + lines(path)
    whole = sum(sizes.values())
    assert whole > 10_000, "these are not the modules"
    assert not {room: size for room, size in sizes.items() if size > MOST_OF_THE_HOUSE * whole}


def test_no_module_is_too_long() -> None:
    found = {path.relative_to(PACKAGE).as_posix(): lines(path) for path in modules()}
    assert not {name: length for name, length in found.items() if length > LONGEST_MODULE}


def files_of(call: Callable[[], Any]) -> tuple[Any, set[str]]:
    """What a call gives, and the files of the package that ran meanwhile."""
    ran: set[str] = set()
    begin = f"{PACKAGE}/"

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(begin):
            ran.add(frame.f_code.co_filename.removeprefix(begin))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        return call(), ran
    finally:
        sys.setprofile(before)


def said_of(beginning: str) -> int:
    """How many files the map says that something passes."""
    text = " ".join(MAP.read_text("utf-8").split())
    found = re.search(re.escape(beginning) + r" passes at most (\w+) files of the package", text)
    assert found, beginning
    return _COUNTS.get(found[1]) or int(found[1])


def test_a_description_passes_few_files(tiny_release: Release) -> None:
    publication = publication_of(load({}), Releases(Shelf(tiny_release.folder.parent.parent)))

    def description(slug: str) -> tuple[int, bytes]:
        asked = Asked(publication, "GET", f"/doc/theme/{slug}", "", Fields.of([("accept", "text/turtle")]))
        found = reply(publication, asked)
        return found.status_code, found.body

    description("ren-energi")  # opens the release
    (status, body), ran = files_of(lambda: description("god-helse"))
    assert status == 200
    assert b"delmaal:Theme" in body
    assert {"serving/dispatch.py", "http/routes.py", "site/descriptions/resources.py", "lookup.py"} <= ran
    assert len(ran) <= said_of("The Turtle description of a theme"), sorted(ran)


def test_a_statistic_passes_few_files() -> None:
    publication = read_folder(TINY).publication
    assert publication is not None
    whole = build(publication)  # reads the catalogues of words
    errors: list[SourceError] = []

    def statistic() -> Statistic:
        node = read_yaml(TINY / "statistics" / "god-helse.yaml", "god-helse.yaml", errors)
        assert isinstance(node, Mapping)
        slug, value = next(iter(node.items.items()))
        return read_statistic(value, slug, node.keys[slug], errors)

    record, read = files_of(statistic)
    assert not errors
    assert record.slug in {each.slug for each in publication.statistics}
    out = Statements(replace(publication, statistics=(record,), indicators=tuple(
        each for each in publication.indicators if each.slug == record.indicator)))
    _, built = files_of(lambda: add_statistics(out))
    subject = out.iri.thing("statistic", record.slug)
    made = {triple for triple in out.built().triples("statistics") if triple.subject == subject}
    assert made == {triple for triple in whole.triples("statistics") if triple.subject == subject}
    assert made
    assert {"marks.py", "sources/statistics.py"} <= read
    assert {"build/statistics.py", "statements.py"} <= built
    assert len(read | built) <= said_of("One statistic"), sorted(read | built)


def test_no_test_module_imports_another() -> None:
    """What several use stands in tests/support."""
    pattern = re.compile(r"^ *(?:from|import) (test_\w+)", re.MULTILINE)
    found = {path.name: pattern.findall(path.read_text("utf-8")) for path in ROOT.glob("tests/**/*.py")}
    assert len(found) > 80
    assert not {name: imports for name, imports in found.items() if imports}
