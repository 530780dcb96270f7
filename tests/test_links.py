"""Links to the vocabularies of others: what is found wrong, what is proposed, and that an editor can put it in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import REFERENCE, ROOT, TINY, TRONDHEIM, needs_reference
from delmaal import sources
from delmaal.errors import SourceErrors
from delmaal.links import (
    GROUNDS,
    Proposal,
    Snapshots,
    check,
    links_of,
    patch,
    propose,
    read_snapshot,
    records_of,
    snapshot_files,
)
from delmaal.records import Publication
from delmaal.terms import EU

LOS = "https://psi.norge.no/los/tema/"
GEONORGE = "https://data.geonorge.no/administrativeEnheter/"
PREFIXES = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
"""


def publication_of(folder: Path) -> Publication:
    reading = sources.read(folder)
    assert not reading.errors, reading.errors
    assert reading.publication is not None
    return reading.publication


def snapshot(*files: Path) -> Snapshots:
    found = Snapshots()
    for file in snapshot_files(files):
        read_snapshot(file, found)
    return found


def written(tmp_path: Path, name: str, text: str) -> Path:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    return file


def found_in(folder: Path, snapshots: Snapshots, before: Snapshots | None = None) -> dict[str, list[str]]:
    """The findings by code: `file:line iri`."""
    found: dict[str, list[str]] = {}
    for each in check(links_of(publication_of(folder)), snapshots, before).findings:
        found.setdefault(each.code, []).append(f"{Path(each.mark.file).name}:{each.mark.line} {each.iri}")
    return found


def proposed(folder: Path, snapshots: Snapshots, least: float = 0.6) -> list[Proposal]:
    publication = publication_of(folder)
    return propose(records_of(publication), list(links_of(publication)), snapshots, least)


def run(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "delmaal", "links", *map(str, arguments)]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120)


# the sources of the tests and the real one

def theme_line(folder: Path, text: str) -> int:
    lines = (folder / "themes" / "god-helse.yaml").read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.fixture
def subject(tiny: Path) -> str:
    """The LOS concept that the tiny publication's theme links to."""
    return publication_of(tiny).themes[0].subjects[0]


def test_a_thing_that_is_not_there_is_found_at_its_line(tiny: Path, tmp_path: Path, subject: str) -> None:
    near = subject[:-1]
    file = written(tmp_path, "los.ttl", f'{PREFIXES}<{near}> a skos:Concept ; skos:prefLabel "Helse"@nb .')
    found = check(links_of(publication_of(tiny)), snapshot(file)).findings
    unknown = [each for each in found if each.iri == subject and "themes" in each.mark.file]
    assert [each.code for each in unknown] == ["link-unknown"]
    assert unknown[0].severity == "Violation"
    assert f"did you mean {near} (Helse)?" in unknown[0].sentence
    assert (Path(unknown[0].mark.file).name, unknown[0].mark.line) == ("god-helse.yaml", theme_line(tiny, subject))


@pytest.mark.parametrize(("said", "code"), [
    ("owl:deprecated true", "link-deprecated"), (f"dct:isReplacedBy <{LOS}ny>", "link-replaced"),
    ("<http://publications.europa.eu/ontology/authority/end.use> '2020-01-01'", "link-deprecated"),
])
def test_a_thing_that_is_no_longer_used_is_found(tiny: Path, tmp_path: Path, subject: str, said: str,
                                                 code: str) -> None:
    file = written(tmp_path, "los.ttl", f'{PREFIXES}<{subject}> skos:prefLabel "Helse"@nb ; {said} .')
    assert any(subject in each for each in found_in(tiny, snapshot(file))[code])
    assert not any(each.entry.iri == subject for each in proposed(tiny, snapshot(file), 0))


def test_a_thing_that_is_called_otherwise_than_before_is_found(tiny: Path, tmp_path: Path, subject: str) -> None:
    old = written(tmp_path, "old.ttl", f'{PREFIXES}<{subject}> skos:prefLabel "Sykdom"@nb .')
    new = written(tmp_path, "new.ttl", f'{PREFIXES}<{subject}> skos:prefLabel "Helse"@nb .')
    found = found_in(tiny, snapshot(new), snapshot(old))
    assert any(subject in each for each in found["link-relabelled"])
    assert "link-relabelled" not in found_in(tiny, snapshot(new), snapshot(new))


def test_an_area_is_the_same_only_as_one_of_its_kind_and_name(tiny: Path, tmp_path: Path) -> None:
    (tiny / "areas.yaml").write_text(
        "lillevik:\n  label: {nb: Lillevik kommune, en: Lillevik municipality}\n  type: municipality\n"
        f"  same-as: [{GEONORGE}fylke/id/1, {GEONORGE}kommune/id/2, {GEONORGE}kommune/id/3]\n", "utf-8")
    units = ("fylke/id/1", "Lillevik"), ("kommune/id/2", "Storevik"), ("kommune/id/3", "Lillevik")
    rows = "".join(f'<{GEONORGE}{path}> a dct:Location ; dct:title "{name}" .\n' for path, name in units)
    found = found_in(tiny, snapshot(written(tmp_path, "areas.ttl", PREFIXES + rows)))
    assert found["link-kind-wrong"] == [f"areas.yaml:4 {GEONORGE}fylke/id/1"]
    assert found["link-label-differs"] == [f"areas.yaml:4 {GEONORGE}kommune/id/2"]


def test_what_there_is_no_snapshot_of_is_counted_and_not_judged(tiny: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "themes.csv", f"iri,label\n{EU}data-theme/HEAL,Health\n")
    checked = check(links_of(publication_of(tiny)), snapshot(file))
    assert checked.unchecked["LOS"] > 0
    assert not any(each.iri.startswith(LOS) for each in checked.findings)
    assert checked.looked_up + sum(checked.unchecked.values()) == len(list(links_of(publication_of(tiny))))


# snapshots

TURTLE = f"""{PREFIXES}<{LOS}x> a skos:Concept ; skos:prefLabel "Æ"@nb, "X"@en ; skos:hiddenLabel "Y"@nb ;
  dct:identifier "7" ."""
SAME = {
    "x.ttl": TURTLE,
    "x.jsonld": json.dumps({"@id": f"{LOS}x", "http://www.w3.org/2004/02/skos/core#prefLabel": [
        {"@value": "Æ", "@language": "nb"}, {"@value": "X", "@language": "en"}],
        "http://purl.org/dc/terms/identifier": "7"}),
    "x.json": json.dumps({"hits": [{"uri": f"{LOS}x", "title": {"nb": "Æ", "en": "X"}, "identifier": "7"}]}),
    "sparql.json": json.dumps({"head": {"vars": ["item", "itemLabel", "code"]}, "results": {"bindings": [
        {"item": {"type": "uri", "value": f"{LOS}x"}, "itemLabel": {"value": text, "xml:lang": language},
         "code": {"value": "7"}} for language, text in (("nb", "Æ"), ("en", "X"))]}}),
    "x.csv": f"\ufeffiri,label@nb,label@en,code\r\n{LOS}x,Æ,X,7\r\n",
    "x.tsv": f"item\tlabel_nb\tlabel_en\tnotation\n{LOS}x\tÆ\tX\t7\n",
    "x.rdf": f"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns:skos="http://www.w3.org/2004/02/skos/core#" xmlns:dct="http://purl.org/dc/terms/">
      <skos:Concept rdf:about="{LOS}x"><skos:prefLabel xml:lang="nb">Æ</skos:prefLabel>
      <skos:prefLabel xml:lang="en">X</skos:prefLabel><dct:identifier>7</dct:identifier></skos:Concept></rdf:RDF>""",
}


@pytest.mark.parametrize("name", SAME)
def test_each_format_says_the_same(tmp_path: Path, name: str) -> None:
    entries = snapshot(written(tmp_path, name, SAME[name])).entries
    assert set(entries) == {f"{LOS}x"}
    assert entries[f"{LOS}x"].labels == {"nb": "Æ", "en": "X"}
    assert entries[f"{LOS}x"].codes == {"7"}


@pytest.mark.parametrize(("name", "text", "code", "line"), [
    ("x.ttl", f"{PREFIXES}<a> <b> .\n", "snapshot-malformed", 4), ("x.rdf", "<a", "snapshot-malformed", 1),
    ("x.json", "{", "snapshot-malformed", 1), ("x.json", '{"a": 1}', "snapshot-malformed", 1),
    ("x.csv", "name\nHelse\n", "snapshot-malformed", 1), ("x.csv", "iri,label\na,b,c\n", "snapshot-malformed", 2),
    ("x.csv", "", "snapshot-malformed", 1), ("x.xlsx", "x", "snapshot-unknown", 1),
])
def test_what_is_no_snapshot_is_said_at_its_line(tmp_path: Path, name: str, text: str, code: str, line: int) -> None:
    with pytest.raises(SourceErrors) as caught:
        snapshot(written(tmp_path, name, text))
    error = caught.value.errors[0]
    assert (error.code, Path(error.mark.file).name, error.mark.line) == (code, name, line)


# proposals

def test_grounds_rank_proposals(tiny: Path, tmp_path: Path) -> None:
    theme = publication_of(tiny).themes[0]
    rows = [("same", theme.title.nb, theme.title.en), ("half", theme.title.nb, "Something"),
            ("none", "Luftfart", "Aviation")]
    file = written(tmp_path, "los.ttl", PREFIXES + "".join(
        f'<{LOS}{slug}> skos:prefLabel "{nb}"@nb, "{en}"@en .\n' for slug, nb, en in rows))
    found = [(each.entry.iri.removeprefix(LOS), each.ground) for each in proposed(tiny, snapshot(file))
             if each.record.slug == theme.slug]
    assert found == [("same", "both-labels"), ("half", "label")]
    assert all(0 < confidence <= 1 for confidence, _ in GROUNDS.values())


def test_what_is_linked_is_not_proposed(tiny: Path, tmp_path: Path, subject: str) -> None:
    theme = publication_of(tiny).themes[0]
    file = written(tmp_path, "los.ttl", f'{PREFIXES}<{subject}> skos:prefLabel "{theme.title.nb}"@nb .')
    assert proposed(tiny, snapshot(file), 0) == []


def test_a_code_is_surer_than_a_label(tiny: Path, tmp_path: Path) -> None:
    area = publication_of(tiny).areas[0]
    file = written(tmp_path, "wikidata.csv", "item,itemLabel,code\n"
                   f"http://www.wikidata.org/entity/Q1,Noe annet,{area.slug}\n"
                   f"http://www.wikidata.org/entity/Q2,{area.label.nb},\n")
    found = [(each.value, each.confidence, each.field.name) for each in proposed(tiny, snapshot(file))
             if each.record.slug == area.slug]
    assert [value.rpartition("/")[2] for value, _, _ in found] == ["Q1", "Q2"]
    assert found[0][1] == 1.0
    assert {name for _, _, name in found} == {"see-also"}


def test_proposals_are_the_same_every_time(tiny: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "los.ttl", PREFIXES + "".join(
        f'<{LOS}{number}> skos:prefLabel "God helse"@nb .\n' for number in range(9)))
    first, second = proposed(tiny, snapshot(file)), proposed(tiny, snapshot(file))
    assert [each.value for each in first] == [each.value for each in second]
    assert len(first) == 5


# the editor's files

def everything(folder: Path, tmp_path: Path) -> list[Proposal]:
    """A proposal for every record and field that takes one."""
    publication = publication_of(folder)
    rows = [PREFIXES]
    for number, record in enumerate(records_of(publication)):
        for prefix in (LOS, "http://www.wikidata.org/entity/Q", "https://data.norge.no/datasets/"):
            rows.append(f"<{prefix}{number}> skos:prefLabel {json.dumps(record.label.nb, ensure_ascii=False)}@nb .\n")
        code = f"C20{number // 99:02}{number % 99 + 1:02}"
        rows.append(f"<http://metadata.un.org/sdg/{code}> skos:prefLabel {json.dumps(record.label.en)}@en .\n")
    return proposed(folder, snapshot(written(tmp_path, "all.ttl", "".join(rows))))


def comments(folder: Path) -> list[str]:
    return [line.partition("#")[2] for file in sorted(folder.rglob("*.yaml"))
            for line in file.read_text("utf-8").splitlines() if "#" in line]


def within(proposal: Proposal, root: Path) -> Proposal:
    """A proposal whose file is named from a folder on, as it is where the command is run there."""
    marks = proposal.record.marks
    name = Path(marks.record.file).relative_to(root).as_posix()
    marks = replace(marks, record=replace(marks.record, file=name))
    return replace(proposal, record=replace(proposal.record, marks=marks))


@pytest.mark.parametrize("source", [TINY, TRONDHEIM])
def test_a_patch_adds_what_is_proposed_and_nothing_else(source: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(source, tmp_path / "work" / "publication"))
    before = publication_of(folder)
    proposals = everything(folder, tmp_path)
    assert {each.record.kind for each in proposals} >= {"theme", "indicator", "area", "agent", "document"}
    root = tmp_path / "work"
    text, left = patch([within(each, root) for each in proposals], root)
    assert not left
    gone = [line for line in text.splitlines() if line.startswith("-") and not line.startswith("---")]
    assert all("[" in line for line in gone)  # a list on one line is written anew, everything else stays
    tool = ["git", "apply", "-"] if shutil.which("git") else ["patch", "-p1"]
    subprocess.run(tool, cwd=root, input=text, text=True, check=True, env={**os.environ, "GIT_DIR": os.devnull})
    after = publication_of(folder)
    had = {(link.record.kind, link.record.slug, link.field.name, link.iri) for link in links_of(before)}
    has = {(link.record.kind, link.record.slug, link.field.name, link.iri) for link in links_of(after)}
    added = {(each.record.kind, each.record.slug, each.field.name, each.entry.iri) for each in proposals}
    assert has == had | added
    for one, other in zip(records_of(before), records_of(after), strict=True):
        assert (one.label, one.about) == (other.label, other.about)
    assert comments(source) == comments(folder)


def test_nothing_is_written(tiny: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "los.ttl", f'{PREFIXES}<{LOS}x> skos:prefLabel "God helse"@nb .')
    before = {path: path.read_bytes() for path in tiny.rglob("*.yaml")}
    for more in ([], ["--patch"], ["--format", "json"]):
        run(tiny, "--snapshot", file, *more)
    assert {path: path.read_bytes() for path in tiny.rglob("*.yaml")} == before


# the command

def test_the_command_says_what_it_found(tiny: Path, tmp_path: Path, subject: str) -> None:
    file = written(tmp_path, "los.ttl", f'{PREFIXES}<{LOS}ny> skos:prefLabel "God helse"@nb, "Good health"@en .')
    done = run(tiny, "--snapshot", file)
    assert done.returncode == 1
    assert f"god-helse.yaml:{theme_line(tiny, subject)}:" in done.stdout
    assert "link-unknown" in done.stdout
    assert f"    - {LOS}ny  # God helse / Good health" in done.stdout
    assert "looked up" in done.stderr
    only = run(tiny, "--snapshot", file, "--only", "propose")
    assert only.returncode == 0
    assert "link-unknown" not in only.stdout
    found: dict[str, Any] = json.loads(run(tiny, "--snapshot", file, "--format", "json").stdout)
    assert any(each["iri"] == subject and each["line"] == theme_line(tiny, subject) for each in found["findings"])
    assert ["subjects:", f"  - {LOS}ny"] in [each["yaml"] for each in found["proposals"]]


@pytest.mark.parametrize(("arguments", "code", "words"), [
    ((), 2, "--snapshot"), (("--snapshot", "nowhere.ttl"), 2, "nowhere.ttl"),
    (("--snapshot", ".", "--least", "2"), 2, "--least"),
    (("--snapshot", "x.ttl", "--patch", "--only", "check"), 2, "--patch"),
    (("--snapshot", "empty"), 2, "no file"), (("--snapshot", "x.ttl"), 1, "x.ttl:1:"),
])
def test_wrong_usage_is_said(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.ttl").write_text("<a", "utf-8")
    done = run(TINY, *arguments, cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


# the real vocabularies

@needs_reference
def test_the_links_of_trondheim_hold() -> None:
    snapshots = snapshot(REFERENCE / "vocabularies", REFERENCE / "sdg")
    assert {"los", "data-theme", "sdg", "geonorge"} <= set(snapshots.vocabularies)
    checked = check(links_of(publication_of(TRONDHEIM)), snapshots)
    assert checked.looked_up > 200
    assert [each for each in checked.findings if each.severity != "Info"] == []


@needs_reference
def test_areas_are_proposed_by_name_and_kind(tiny: Path) -> None:
    (tiny / "areas.yaml").write_text(
        "lillevik:\n  label: {nb: Trondheim kommune, en: Trondheim municipality}\n  type: municipality\n"
        "  part-of: fylket\nfylket:\n  label: {nb: Trøndelag fylke, en: Trøndelag county}\n  type: county\n", "utf-8")
    snapshots = snapshot(REFERENCE / "vocabularies" / "administrative-enheter.ttl")
    found = {(each.record.slug, each.field.name, each.entry.iri) for each in proposed(tiny, snapshots)}
    assert found == {("lillevik", "same-as", f"{GEONORGE}kommune/id/173068173004"),
                     ("fylket", "same-as", f"{GEONORGE}fylke/id/173146173145")}
