"""What the shapes find is said at its place in the YAML: of the value, else of the property, else of the record.

Nothing is said that only follows from a mistake which the reader reports already, and nothing else is left unsaid.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT, TINY, TRONDHEIM
from delmaal import sources
from delmaal.build import build
from delmaal.errors import Mark
from delmaal.marks import Mapping, Node, Scalar, Sequence, read_yaml
from delmaal.publish import Check, check
from delmaal.records import Finding
from delmaal.statements import Positions
from delmaal.validate import validate
from spoiling import mark_of, plant

HEALTH, ENERGY = "themes/god-helse.yaml", "themes/ren-energi.yaml"
PLAN = "documents/helseplan-2020-2024.yaml"
FIGURES = "statistics/god-helse.yaml"

PLANNED = "{nb: Plan, en: Plan}"
MENTION = "{theme: god-helse, lines: 3, as: 3, certainty: certain, area-basis: stated}"


@dataclass(frozen=True)
class Row:
    """What is planted in place of what (§ says where the shape's finding belongs), and what finds it."""

    name: str
    place: str
    file: str
    old: str
    new: str
    codes: tuple[str, ...]
    severity: str = "Violation"


ROWS = (
    Row("an address without a slash", "value", "agents.yaml", "[https://example.org/survey]", "[§https://example.org]",
        ("agent-see-also",)),
    Row("the second of two addresses", "value", PLAN, "[https://example.org/helseplan]",
        "[https://example.org/helseplan, §https://example.org]", ("document-see-also",)),
    Row("the same and see also", "value", "areas.yaml", "same-as: [https://example.org/place/lillevik]",
        "same-as: [§https://example.org/place/lillevik]\n  see-also: [https://example.org/place/lillevik]",
        ("area-same-as-and-see-also",)),
    Row("close and related", "value", "indicators/god-helse.yaml", "  related-match: [C030401]",
        "  related-match: [C030401]\n  close-match: [§C030401]", ("indicator-match-twice",)),
    Row("a range upside down", "value", "statistics/spenn.yaml", "",
        "spenn:\n  kind: observation\n  indicator: hoy-alder\n  lower: §60\n  upper: 50\n  not-observed: range\n"
        f"  area: lillevik\n  period: 2031\n  mentions: [{MENTION}]\n", ("statistic-range-order",)),
    Row("a value without a label that has one", "value", "statistics/etikett.yaml", "",
        "etikett:\n  kind: observation\n  indicator: hoy-alder\n  value: 3\n  not-observed: §unassigned\n"
        f"  area: lillevik\n  period: 2032\n  mentions: [{MENTION}]\n", ("statistic-unassigned-with-indicator",)),
    Row("more than all", "property", FIGURES, "value: 71.5", "value: §171.5", ("statistic-percent-range",), "Warning"),
    Row("a number and no number", "property", "statistics/tall.yaml", "",
        "tall:\n  kind: observation\n  indicator: hoy-alder\n  value: §3\n  not-observed: range\n  lower: 2\n"
        f"  upper: 4\n  area: lillevik\n  period: 2033\n  mentions: [{MENTION}]\n", ("statistic-value-with-reason",)),
    Row("a bound without a range", "property", "statistics/grense.yaml", "",
        "grense:\n  kind: observation\n  indicator: hoy-alder\n  lower: 2\n  not-observed: §no-number\n"
        f"  area: lillevik\n  period: 2034\n  mentions: [{MENTION}]\n", ("statistic-bounds-without-range",)),
    Row("a figure that stands nowhere", "property", "statistics/intet.yaml", "",
        "intet:\n  kind: observation\n  indicator: hoy-alder\n  value: 3\n  area: lillevik\n  period: 2035\n"
        "  mentions: §[]\n", ("statistic-printed-value", "statistic-without-mention")),
    Row("a document that stands nowhere", "property", "documents/intet.yaml", "",
        f"title: {PLANNED}\ntype: plan\nmentions: §[]\n", ("document-without-mention",)),
    Row("a theme without a LOS concept", "property", HEALTH, "subjects: [https://psi.norge.no/los/tema/helse-og-omsorg]",
        "subjects: [§https://example.org/emne]", ("theme-subject-missing",)),
    Row("a theme without an EU theme", "property", HEALTH, "eu-themes: [HEAL]", "eu-themes: §[]", ("theme-eu-theme",)),
    Row("a theme without a target", "property", "themes/ny.yaml", "",
        f"number: 3\ntitle: {PLANNED}\nlines: 3\nsummary: {PLANNED}\nsubjects: [https://psi.norge.no/los/tema/naring]\n"
        "eu-themes: [SOCI]\ntargets: §[]\n", ("theme-without-target",), "Warning"),
    Row("a theme without the list of targets", "record", "themes/nyere.yaml", "",
        f"§number: 4\ntitle: {PLANNED}\nlines: 4\nsummary: {PLANNED}\neu-themes: [SOCI]\n"
        "subjects: [https://psi.norge.no/los/tema/naring]\n", ("theme-without-target",), "Warning"),
    Row("a status without its words", "record", "documents/ord.yaml", "",
        f"title: {PLANNED}\ntype: plan\nmentions:\n  - {{theme: god-helse, lines: 3, as: Plan}}\n"
        "  - §{theme: god-helse, lines: 4, as: Plan, status: adopted}\n", ("mention-status-without-words",)),
    Row("a date of no status", "record", "documents/dato.yaml", "",
        f"§title: {PLANNED}\ntype: plan\nstatus-date: 2020\nmentions: [{{theme: god-helse, lines: 3, as: Plan}}]\n",
        ("document-status-date-without-status",)),
    Row("mentions that disagree", "record", "documents/uenige.yaml", "",
        f"§title: {PLANNED}\ntype: plan\nmentions:\n"
        "  - {theme: god-helse, lines: 3, as: Plan, status: adopted, status-as: vedtatt}\n"
        "  - {theme: ren-energi, lines: 43, as: Plan, status: under-work, status-as: under arbeid}\n",
        ("document-status-without-reason",)),
    Row("a municipality that went nowhere", "record", "areas.yaml", "gamle-lillevik:\n  label: {nb: Gamle Lillevik,"
        " en: Old Lillevik}\n  type: former-municipality\n  validity: --2019\n  replaced-by: lillevik\n",
        "§gamle-lillevik:\n  label: {nb: Gamle Lillevik, en: Old Lillevik}\n  type: former-municipality\n"
        "  validity: --2019\n", ("area-former-without-successor",), "Warning"),
)


@pytest.fixture
def folder(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tiny publication as the working directory."""
    monkeypatch.chdir(tiny)
    return tiny


@dataclass(frozen=True)
class Planted:
    """A run over a publication with every row planted in it, and where each finding belongs."""

    checked: Check
    marks: dict[str, str]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """One run for all rows: pyshacl costs a second for each."""
    tiny = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("planted") / "tiny"))
    before = Path.cwd()
    os.chdir(tiny)
    try:
        marks = {row.name: plant(tiny, row.file, row.old, row.new) for row in ROWS}
        yield Planted(check(tiny), marks)
    finally:
        os.chdir(before)


def shown(finding: Finding) -> str:
    return f"{finding.mark} {finding.code}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.place}: {row.name}")
def test_a_finding_stands_at_its_place(row: Row, planted: Planted) -> None:
    here = [finding for finding in planted.checked.report.findings if str(finding.mark) == planted.marks[row.name]]
    assert tuple(finding.code for finding in here if finding.code in row.codes) == row.codes
    assert {finding.severity for finding in here if finding.code in row.codes} == {row.severity}


def test_nothing_but_what_was_planted_is_found(planted: Planted) -> None:
    assert planted.checked.errors == ()
    expected = {f"{planted.marks[row.name]} {code}" for row in ROWS for code in row.codes}
    assert {shown(finding) for finding in planted.checked.report.findings} == expected


def test_the_rows_reach_every_kind_of_place() -> None:
    assert {row.place for row in ROWS} == {"value", "property", "record"}


def test_a_finding_says_in_both_languages_what_is_wrong_and_what_to_do(planted: Planted) -> None:
    for finding in planted.checked.report.findings:
        assert all((finding.message.nb, finding.message.en, finding.fix.nb, finding.fix.en)), finding.code


# What a shape sees is the graph; these graphs are made by hand.

EXAMPLE = "https://example.org/"
SHAPES = """
@prefix ex: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
ex:short a sh:PropertyShape ; sh:targetNode ex:thing ; sh:path ex:says ; sh:maxLength 3 ; sh:message "too long"@en .
ex:named a sh:PropertyShape ; sh:targetNode ex:thing ; sh:path ex:name ; sh:minCount 1 ; sh:message "no name"@en .
ex:seen a sh:NodeShape ; sh:targetNode ex:thing ; rdfs:seeAlso ex:says ; sh:not ex:has-no-name ; sh:message "see"@en .
ex:has-no-name a sh:PropertyShape ; sh:path ex:name ; sh:maxCount 0 .
"""
LITERALS = (
    ox.Literal('a "quoted"\ntext \\ with\ttab'), ox.Literal("blåbær og \U0001f600", language="nb"),
    ox.Literal("0071.50", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")),
)


def by_hand(positions: Positions, *said: tuple[str, ox.Literal]) -> list[str]:
    data = [ox.Triple(ox.NamedNode(EXAMPLE + "thing"), ox.NamedNode(EXAMPLE + name), value) for name, value in said]
    shapes = [quad.triple for quad in ox.parse(SHAPES, format=ox.RdfFormat.TURTLE)]
    report = validate([*data, ox.Triple(ox.NamedNode(EXAMPLE + "other"), ox.NamedNode(EXAMPLE + "x"), ox.Literal("x"))],
                      shapes, positions, Mark("publication.yaml"))
    return [f"{finding.mark} {finding.code.rpartition('/')[2]}" for finding in report.findings]


@pytest.mark.parametrize("value", LITERALS, ids=["escapes", "language", "lexical form"])
def test_a_value_is_found_however_it_is_spelt(value: ox.Literal) -> None:
    positions = Positions()
    for line, other in enumerate((ox.Literal("the first"), value), 1):
        triple = ox.Triple(ox.NamedNode(EXAMPLE + "thing"), ox.NamedNode(EXAMPLE + "says"), other)
        positions.note(triple, Mark("a.yaml", line))
    assert by_hand(positions, ("says", value), ("name", ox.Literal("x"))) == ["a.yaml:2:1 short"]


def test_a_shape_without_a_path_is_found_at_the_property_that_it_names() -> None:
    positions = Positions()
    positions.resources[EXAMPLE + "thing"] = Mark("a.yaml", 1)
    positions.properties[EXAMPLE + "thing", EXAMPLE + "says"] = Mark("a.yaml", 2)
    assert by_hand(positions, ("says", ox.Literal("x"))) == ["a.yaml:1:1 named", "a.yaml:2:1 seen"]


def test_what_no_source_mentions_is_found_at_the_publication() -> None:
    assert by_hand(Positions()) == ["publication.yaml:1:1 named", "publication.yaml:1:1 seen"]


def test_what_misses_an_unknown_property_is_an_echo_and_what_is_said_is_none() -> None:
    positions = Positions()
    positions.unknown |= {(EXAMPLE + "thing", EXAMPLE + "name"), (EXAMPLE + "thing", EXAMPLE + "says")}
    assert by_hand(positions, ("says", ox.Literal("too much"))) == ["publication.yaml:1:1 short"]


# Echoes: a mistake that the reader reports is not reported by the shapes once more.


def plain(node: Node | None) -> object:
    """A tree without its Marks."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.items.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text


def places(value: object, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value in a tree."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*above, key)
        yield from places(inner, (*above, key))


def trees() -> dict[str, object]:
    paths = sorted(TINY.rglob("*.yaml"))
    return {path.relative_to(TINY).as_posix(): plain(read_yaml(path, path.name, [])) for path in paths}


REQUIRED = {
    "number", "title", "lines", "summary", "code", "basis", "opening", "form", "as", "line", "place", "type", "theme",
    "mentions", "certainty", "area-basis", "kind", "area", "period", "label", "unit", "name", "nb", "en", "sha256",
    "slug", "base", "source", "value", "upper", "reason",
}
BATCHES = 3


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.parametrize("how", ["null", "missing", "list"])
def test_a_field_that_is_refused_has_no_echo(how: str, batch: int, folder: Path) -> None:
    """Every field of every record is refused in one of the runs; the publication is without mistake otherwise."""
    changed = trees()
    ways = [(file, place) for file, tree in changed.items() for place in places(tree)]
    spoilt: list[tuple[str, tuple[str | int, ...]]] = []
    for number, (file, place) in enumerate(ways):
        chosen = number % BATCHES == batch and not any(f == file and place[: len(p)] == p for f, p in spoilt)
        if not chosen or (how == "missing" and place[-1] not in REQUIRED):
            continue
        *above, last = place
        parent = changed[file]
        for key in above:
            parent = parent[key]  # type: ignore[index]  # a tree of lists and dicts
        if how == "missing":
            del parent[last]  # type: ignore[attr-defined]
        else:
            parent[last] = None if how == "null" else [{"x": "y"}]  # type: ignore[index]
        spoilt.append((file, place))
    for file, tree in changed.items():
        (folder / file).write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False))
    checked = check(folder)
    assert [shown(finding) for finding in checked.report.findings] == []
    assert len({error.mark for error in checked.errors}) > 10


def test_a_mistake_hides_nothing_that_does_not_follow_from_it(folder: Path) -> None:
    """In one record, in one list and on one line with a mistake of the reader's, a finding of the shapes stays."""
    errors = [
        plant(folder, HEALTH, "number: 1", "number: §first") + " number-wrong",
        plant(folder, "areas.yaml", "type: municipality", "type: §village") + " area-type-unknown",
        plant(folder, FIGURES, "kind: observation\n  value: 71.5", "kind: §measured\n  value: 71.5") + " kind-unknown",
        plant(folder, FIGURES, "indicator: budsjett", "indicator: §budget") + " indicator-unknown",
        plant(folder, PLAN, "[https://example.org/helseplan]", "[§ftp://example.org/, https://example.org]")
        + " address-malformed",
        plant(folder, "agents.yaml", "name: {nb: Undersøkelsen, en: The survey}", "name: §{nb: Undersøkelsen}")
        + " translation-missing",
        plant(folder, "documents/plan.yaml", "", f"title: {PLANNED}\ntype: plan\nmentions:\n"
              "  - {theme: god-helse, lines: 3, as: Plan, status: adopted, case-number: §~}\n") + " value-empty",
    ]
    findings = [
        plant(folder, HEALTH, "[https://psi.norge.no/los/tema/helse-og-omsorg]", "[§https://example.org/x]")
        + " theme-subject-missing",
        plant(folder, "areas.yaml", "same-as: [https://example.org/place/lillevik]",
              "same-as: [§https://example.org/a/]\n  see-also: [https://example.org/a/]")
        + " area-same-as-and-see-also",
        plant(folder, FIGURES, "value: 71.5", "value: §171.5") + " statistic-percent-range",
        mark_of(folder, PLAN, "https://example.org]") + " document-see-also",
        plant(folder, "agents.yaml", "[https://example.org/survey]", "[§https://example.org]") + " agent-see-also",
        mark_of(folder, "documents/plan.yaml", "{theme:") + " mention-status-without-words",
    ]
    checked = check(folder)
    assert sorted(f"{error.mark} {error.code}" for error in checked.errors) == sorted(errors)
    assert sorted(shown(finding) for finding in checked.report.findings) == sorted(findings)


@pytest.mark.parametrize("files", [
    ("areas.yaml", HEALTH, "agents.yaml"), ("publication.yaml", "indicators/god-helse.yaml", "units.yaml"),
    (PLAN, "breakdowns.yaml", "no-figures.yaml"),
], ids=lambda files: files[0])
def test_a_file_that_cannot_be_read_has_no_echo_in_others(files: tuple[str, ...], folder: Path) -> None:
    for file in files:
        (folder / file).write_text("{")
    at = plant(folder, ENERGY, "[https://psi.norge.no/los/tema/natur-klima-og-miljo]", "[§https://example.org/x]")
    checked = check(folder)
    assert [error.mark.file for error in checked.errors] == sorted(files)
    assert [shown(finding) for finding in checked.report.findings] == [f"{at} theme-subject-missing"]


def test_a_unit_without_an_address_has_no_echo_in_indicators_and_figures(folder: Path) -> None:
    at = plant(folder, "units.yaml", "", "andel:\n  iri: §prosent\n  label: {nb: andel, en: share}\n")
    plant(folder, "indicators/god-helse.yaml", "unit: percent", "unit: andel")
    checked = check(folder)
    assert [f"{error.mark} {error.code}" for error in checked.errors] == [f"{at} address-malformed"]
    assert checked.report.findings == ()


@pytest.mark.parametrize(("text", "mark", "code"), [
    ("@prefix ex: <https://example.org/> .\nex:a ex:b ;;\n  ex:c .\n", "shapes/egen.ttl:2:", "turtle-syntax"),
    ("<https://example.org/a> <https://example.org/b> [] .\n", "shapes/egen.ttl:1:1", "blank-node"),
])
def test_a_fault_of_the_product_s_own_files_is_a_mistake_beside_the_others(
    text: str, mark: str, code: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, tmp_path / "product" / name)
    (tmp_path / "product/shapes/egen.ttl").write_text(text)
    monkeypatch.setattr("delmaal.build.files.share", lambda part: tmp_path / "product" / part)
    at = plant(folder, HEALTH, "number: 1", "number: §first")
    checked = check(folder)
    own, other = checked.errors
    assert str(own.mark).startswith(mark)
    assert (own.code, str(other.mark), other.code) == (code, at, "number-wrong")


# Whatever happens.

NASTY = (
    "", "null", "~", "[]", "{}", "x", "8.10", "Å b", "../x", "2024-02-30", "2024", "*a", "&a", "!!int 3", "'", '"',
    "\t", "|", ">", "9" * 30, "-1", "0", "[https://example.org]", "god-helse", "lillevik", "- - -", "#", ": :", "? x",
    "\u2028", "%", "@", "{nb: a, en: b}", "[[1, 2], {a: b}]", "both", "total", "unknown", "--", "1-", "3,4", '"\\0"',
    "...", "---", "<<: *a", "\x00",
)
FILES = sorted(path.relative_to(TINY).as_posix() for path in TINY.rglob("*.yaml"))
HOW = ("value", "value", "value", "delete", "delete", "double", "swap", "insert", "cut", "remove", "indent")
Edit = tuple[str, str, int, str]
EDIT = st.tuples(
    st.sampled_from(HOW), st.sampled_from(FILES), st.integers(0, 60), st.sampled_from(NASTY) | st.text(max_size=8),
)
EDITS = st.lists(EDIT, min_size=1, max_size=6)


def edit(folder: Path, how: str, file: str, number: int, text: str) -> None:
    """One random change of a file, if it is still there."""
    path = folder / file
    if not path.exists():
        return
    lines = path.read_bytes().decode("utf-8", "surrogatepass").split("\n")
    at = number % len(lines)
    if how == "remove":
        path.unlink()
        return
    if how == "value":
        lines[at] = re.sub(r"(?<=: ).*|(?<=- ).*", lambda _: text, lines[at], count=1)
    elif how == "delete":
        del lines[at]
    elif how == "double":
        lines.insert(at, lines[at])
    elif how == "swap":
        lines[at - 1], lines[at] = lines[at], lines[at - 1]
    elif how == "insert":
        lines.insert(at, text)
    elif how == "indent":
        lines[at] = " " + lines[at]
    else:
        del lines[at:]
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))


def astray(marks: Collection[Mark], folder: Path) -> list[Mark]:
    """The Marks that do not name something that exists, and a place within it."""
    lengths: dict[str, list[int]] = {}
    for file in {mark.file for mark in marks}:
        path = next((path for path in (folder / file, ROOT / file) if path.exists()), None)
        text = path.read_bytes().decode("utf-8", "replace") if path and path.is_file() else ""
        lengths[file] = [len(line) for line in re.split("\r\n|\r|\n", text)] if path else []
    return [
        mark for mark in marks
        if not (1 <= mark.line <= len(lengths[mark.file]) and 1 <= mark.column <= lengths[mark.file][mark.line - 1] + 1)
    ]


def spoilt(edits: list[Edit], tiny: Path) -> None:
    shutil.rmtree(tiny)
    shutil.copytree(TINY, tiny)
    for row in edits:
        edit(tiny, *row)


def examples(number: int) -> settings:
    """So many examples, the same in every run; the folder is made anew for each."""
    health = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=number, deadline=None, suppress_health_check=health, derandomize=True, database=None)


@examples(80)
@given(edits=EDITS)
def test_whatever_the_sources_say_reading_and_building_end_well(edits: list[Edit], tiny: Path) -> None:
    spoilt(edits, tiny)
    reading = sources.read(tiny)
    assert astray([error.mark for error in reading.errors], tiny) == []
    assert all(error.sentence.isprintable() for error in reading.errors)
    publication = reading.publication
    if publication is not None and publication.base and all(source.slug for source in publication.sources):
        positions = build(publication).positions
        assert astray({*positions.statements.values(), *positions.properties.values()}, tiny) == []


@examples(8)
@given(edits=EDITS)
def test_whatever_the_sources_say_every_finding_has_its_place(edits: list[Edit], tiny: Path) -> None:
    spoilt(edits, tiny)
    checked = check(tiny)
    assert astray([row.mark for row in checked.errors] + [row.mark for row in checked.report.findings], tiny) == []
    assert list(checked.errors) == sorted(checked.errors, key=lambda error: (error.mark, error.code))


# Ten planted mistakes in ten files of Trondheim's own data.


def edited(folder: Path, file: str, pattern: str, right: str, line: int = 0) -> str:
    """Replace the first match in a file; gives `file:line` of a line (from 0) of what was put in."""
    path = folder / file
    text = path.read_text("utf-8")
    match = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    assert match, f"{file} holds nothing like {pattern!r}"
    path.write_text(text[: match.start()] + match.expand(right) + text[match.end() :], "utf-8")
    return f"{file}:{text.count(chr(10), 0, match.start()) + 1 + line}"


def appended(folder: Path, file: str, text: str, line: int) -> str:
    """Write something at a file's end; gives `file:line` of one of its lines (from 0)."""
    path = folder / file
    before = path.read_text("utf-8")
    path.write_text(before + text, "utf-8")
    return f"{file}:{before.count(chr(10)) + 1 + line}"


def test_ten_planted_mistakes_are_found_at_their_lines(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(TRONDHEIM, tmp_path / "trondheim"))
    documents = sorted(path.relative_to(copy).as_posix() for path in (copy / "documents").glob("*.yaml"))
    undated = next(file for file in documents if "\nhorizon:" not in (copy / file).read_text("utf-8"))
    status = "\n    status-as:"
    worded = next(file for file in documents if file != undated and status in (copy / file).read_text("utf-8"))
    mention = r"(^  - theme:(?:(?!^  - ).)*?)\n    status-as:[^\n]*"  # as far as its status-as, and no other mention
    expected = {
        # the reader's
        edited(copy, "themes/gronn-mobilitet.yaml", r"^targets:", "eu-theme: [TRAN]\ntargets:"): "key-unknown",
        edited(copy, undated, r"^mentions:", "horizon: 2019-02-30\nmentions:"): "period-malformed",
        edited(copy, "statistics/bedre-helse.yaml", r"^  value: .*?$", "  value: 1,5"): "number-wrong",
        edited(copy, "areas.yaml", r"^  part-of: .*?$", "  part-of: trondelagg"): "area-unknown",
        edited(copy, "indicators/inkluderende-samfunn.yaml", r"^  label: \{nb: ([^,]*), en: [^}]*\}$",
               r"  label: {nb: \1}"): "translation-missing",
        appended(copy, "agents.yaml", "Stort-Navn:\n  name: {nb: Navn, en: Name}\n", 0): "slug-malformed",
        # the shapes'
        edited(copy, "themes/bedre-helse.yaml", r"^subjects:.*?^eu-themes:",
               "subjects:\n  - https://example.org/emne\neu-themes:", 1): "theme-subject-missing",
        edited(copy, worded, mention, r"\1"): "mention-status-without-words",
        appended(copy, "indicators/lokaldemokratiet.yaml", "plantet:\n  label: {nb: Plantet, en: Planted}\n"
                 "  unit: percent\n  close-match: [C160701]\n  related-match: [C160701]\n", 3): "indicator-match-twice",
        appended(copy, "statistics/gronn-mobilitet.yaml",
                 "spenn:\n  kind: observation\n  indicator: plantet\n  lower: 5\n  upper: 3\n  not-observed: range\n"
                 "  area: trondheim\n  period: 2019\n  mentions:\n    - {theme: gronn-mobilitet, lines: 1020,"
                 " as: 5-3 prosent, certainty: certain, area-basis: stated}\n", 3): "statistic-range-order",
    }
    assert len({mark.partition(":")[0] for mark in expected}) == 10
    command = [sys.executable, "-m", "delmaal", "validate", "trondheim", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    rows = [row for row in json.loads(done.stdout) if row["severity"] == "Violation"]
    found = {f"{row['file'].removeprefix('trondheim/')}:{row['line']}": row["code"] for row in rows}
    assert found == expected
    assert len(rows) == 10
    assert (done.returncode, done.stderr) == (1, "")
