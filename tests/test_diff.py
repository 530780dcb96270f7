"""A difference between two releases: what it says is so, and applied to one it gives the other."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from conftest import ROOT
from delmaal.release import Release
from delmaal.release.difference import difference, difference_of, edits
from delmaal.release.history import History
from succession import CHANGED, GONE, Succession

DELMAAL = (sys.executable, "-m", "delmaal")
STORED = ("data/all.nt", "metadata/metadata.nt", "data/graphs.nq", "metadata/metadata.nq")


def diff(releases: Succession, *arguments: str, language: str = "en_GB.UTF-8") -> subprocess.CompletedProcess[str]:
    """Run `delmaal diff`."""
    command = [*DELMAAL, "diff", *arguments, "--publication", str(releases.publication), "--out",
               str(releases.shelf.folder.parent)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT,
                          env={**os.environ, "LC_ALL": language, "NO_COLOR": "1"})


def apply(patch: str, store: ox.Store) -> None:
    """Apply an RDF Patch as its specification says: headers, one transaction, lines that delete or add."""
    lines = patch.splitlines()
    state = "header"
    for line in lines:
        operation, _, rest = line.partition(" ")
        if operation == "H":
            assert state == "header"
        elif operation in ("TX", "TC"):
            assert (state, rest) == ({"TX": "header", "TC": "changes"}[operation], ".")
            state = {"TX": "changes", "TC": "done"}[operation]
        else:
            assert state == "changes"
            quad = next(iter(ox.parse(rest.encode(), format=ox.RdfFormat.N_QUADS)))
            if operation == "D":
                assert quad in store, f"deletes what is not there: {rest}"
                store.remove(quad)
            else:
                assert operation == "A"
                assert quad not in store, f"adds what is there: {rest}"
                store.add(quad)
    assert state == "done"


def loaded(release: Release, *paths: str) -> ox.Store:
    """A store with some files of a release."""
    store = ox.Store()
    for path in paths:
        kind = ox.RdfFormat.N_QUADS if path.endswith(".nq") else ox.RdfFormat.N_TRIPLES
        store.bulk_load(path=str(release.folder / path), format=kind)
    return store


@pytest.mark.parametrize(("one", "two"), [("first", "second"), ("second", "last"), ("last", "first")])
@pytest.mark.parametrize(("scope", "files"), [("data", STORED[:1]), ("store", STORED)])
def test_patch_makes_one_of_the_other(releases: Succession, one: str, two: str, scope: str,
                                      files: tuple[str, ...]) -> None:
    old, new = getattr(releases, one), getattr(releases, two)
    run = diff(releases, old.id[:12], new.id[:12], "--format", "patch", "--scope", scope)
    assert run.returncode == 0, run.stderr
    store = loaded(old, *files)
    apply(run.stdout, store)
    assert set(store) == set(loaded(new, *files))


def test_patch_over_http_is_the_same(releases: Succession, past_server: httpx.Client) -> None:
    for scope in ("data", "store"):
        address = f"/release/{releases.first.id}/diff/{releases.last.id}"
        answer = past_server.get(address, headers={"Accept": "application/rdf-patch"}, params={"scope": scope})
        assert answer.headers["content-type"] == "application/rdf-patch"
        expected = diff(releases, releases.first.id, releases.last.id, "--format", "patch", "--scope", scope).stdout
        assert answer.text == expected
        assert "immutable" in answer.headers["cache-control"]
        same = past_server.get(f"{address}.rdfp", params={"scope": scope})
        assert same.text == expected


def test_noted_changes_give_the_same_as_both_dumps(releases: Succession) -> None:
    history = History(releases.shelf.folder)
    folders = {row.number: releases.shelf.releases / row.release for row in history.switches()}
    for (one, old), (two, new) in itertools.product(folders.items(), repeat=2):
        noted = list(difference_of(old, new, history.changed_between(one, two)))
        assert noted == list(difference(old, new)), (one, two)


def test_difference_of_random_files(tmp_path: Path) -> None:
    rng = random.Random(11)
    for _ in range(60):
        lines = [f"{rng.randrange(40):02} <x> .\n" for _ in range(60)]
        both = [sorted(set(rng.sample(lines, rng.randrange(len(lines))))) for _ in range(2)]
        paths = [tmp_path / name for name in ("old", "new")]
        for path, text in zip(paths, both, strict=True):
            path.write_text("".join(text))
        found = list(edits(paths[:1], paths[1:]))
        gone = {edit.line.decode() for edit in found if edit.operation == "D"}
        came = {edit.line.decode() for edit in found if edit.operation == "A"}
        assert gone == {line[:-1] for line in set(both[0]) - set(both[1])}
        assert came == {line[:-1] for line in set(both[1]) - set(both[0])}
        assert [edit.line for edit in found] == sorted(edit.line for edit in found)


def test_summary_says_what_was_changed(releases: Succession) -> None:
    english = diff(releases, releases.first.id[:12], releases.second.id[:12]).stdout
    assert "Themes: +2 −2" in english
    assert "theme: changed 1" in english
    assert f"changed: Cleaner energy <{releases.first.base}{CHANGED}>" in english
    assert "− Clean energy @en\n" in english
    assert "+ Cleaner energy @en\n" in english
    norwegian = diff(releases, releases.first.id[:12], language="nb_NO.UTF-8").stdout
    assert "Koblinger fra tema til delmål: +0" in norwegian
    assert f"fjernet: Ren energi: delmål 7.2 <{releases.first.base}{GONE}>" in norwegian


def test_summary_counts_what_the_patch_holds(releases: Succession) -> None:
    for old, new in ((releases.first, releases.last), (releases.last, releases.second)):
        patch = diff(releases, old.id, new.id, "--format", "patch").stdout.splitlines()
        found = json.loads(diff(releases, old.id, new.id, "--format", "json").stdout)
        came, gone = (sum(line.startswith(sign) for line in patch) for sign in ("A ", "D "))
        assert found["statements"] == {"added": came, "removed": gone}
        subjects = {line.split(" ")[1] for line in patch if line[:2] in ("A ", "D ")}
        assert {f"<{row['iri']}>" for row in found["resources"]} == subjects
        assert found["more"] == 0
        parts = dict.fromkeys(old.manifest["parts"], 0)
        for row in found["parts"]:
            parts[row["part"]] = row["added"] - row["removed"]
        assert parts == {**parts, **{name: new.manifest["parts"][name] - count
                                     for name, count in old.manifest["parts"].items()
                                     if name in ("themes", "links", "documents", "sdg", "ontology", "concepts")}}


def test_page_and_text_and_json_over_http(releases: Succession, past_server: httpx.Client) -> None:
    address = f"/release/{releases.first.id}/diff/{releases.second.id}"
    page = past_server.get(address, headers={"Accept": "text/html", "Accept-Language": "nb"})
    assert "Hva som ble endret" in page.text
    assert "<del>Clean energy @en</del>" in page.text
    assert f'href="/release/{releases.second.id}/doc/theme/ren-energi?lang=nb"' in page.text
    text = past_server.get(f"{address}.txt", headers={"Accept-Language": "en"}).text
    assert text == diff(releases, releases.first.id, releases.second.id).stdout
    found = past_server.get(f"{address}.json").json()
    assert found == json.loads(diff(releases, releases.first.id, releases.second.id, "--format", "json").stdout)
    short = past_server.get(f"/release/{releases.first.id}/diff/{releases.second.id[:12]}.json")
    assert short.headers["location"] == f"{address}.json"
    none = past_server.get(f"/release/{releases.first.id}/diff/{releases.first.id}~2.txt").text
    assert "+0 −0" in none


@pytest.mark.parametrize(("query", "status", "code"), [("?scope=all", 400, "scope-unknown")])
def test_bad_questions(releases: Succession, past_server: httpx.Client, query: str, status: int, code: str) -> None:
    answer = past_server.get(f"/release/{releases.first.id}/diff/{releases.second.id}.rdfp{query}")
    assert (answer.status_code, answer.json()["type"].rpartition("#")[2]) == (status, code)
    unknown = past_server.get(f"/release/{releases.first.id}/diff/{'0' * 64}")
    assert (unknown.status_code, unknown.json()["type"].rpartition("#")[2]) == (404, "release-unknown")


def test_command_refuses_what_it_cannot_do(releases: Succession) -> None:
    assert diff(releases, "ffff").returncode == 3
    assert diff(releases, releases.first.id, "--scope", "store").returncode == 2


def test_memory_does_not_grow_with_the_releases(tmp_path: Path) -> None:
    """A million lines on each side, and a hundred thousand edits, in a process that may have little memory."""
    for number, name in enumerate(("old", "new")):
        (tmp_path / name / "data").mkdir(parents=True)
        with (tmp_path / name / "data" / "all.nt").open("w") as file:
            for row in range(1_000_000):
                if row % 20 != number:
                    file.write(f'<https://example.org/id/{row:07}> <https://example.org/p> "{row} and some words" .\n')
    program = ("import resource, sys; from pathlib import Path\n"
               "from delmaal.release.difference import difference\n"
               "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
               "found = sum(1 for _ in difference(Path(sys.argv[1]), Path(sys.argv[2])))\n"
               "print(found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n")
    run = subprocess.run([sys.executable, "-c", program, str(tmp_path / "old"), str(tmp_path / "new")],
                         capture_output=True, text=True, check=True, cwd=ROOT)
    found, kilobytes = map(int, run.stdout.split())
    assert found == 100_000
    assert kilobytes < 8_000
