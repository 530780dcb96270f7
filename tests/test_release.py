"""A release on disk: the same from the same sources, whole or not there, and switched in one step."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from conftest import ROOT, TINY
from delmaal.formats import RDF_FORMATS
from delmaal.publish import STEPS, publish
from delmaal.release import CACHES, FORMAT_VERSION, Release, Shelf, verify
from delmaal.settings import share
from delmaal.validate import Report
from shelving import STORED, leftovers, shelved

ID, GRAPH = "id/", "graph/"
QB = "http://purl.org/linked-data/cube#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DELMAAL = (sys.executable, "-m", "delmaal")
STEPPING = textwrap.dedent("""
    import sys
    from pathlib import Path
    from delmaal.publish import publish
    publish(Path(sys.argv[2]), Path(sys.argv[1]), progress=lambda step: print(step, flush=True))
""")
UNCHECKED = "import delmaal.validate\ndelmaal.validate.validate = lambda *_: delmaal.validate.Report(())\n" + STEPPING
"""The same without SHACL, which takes most of the time and touches no file."""


def build(publication: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `delmaal build` to its end."""
    command = [*DELMAAL, "build", str(publication), "--out", str(out), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def replace(file: Path, old: str, new: str) -> None:
    """Change a text that stands in a file."""
    text = file.read_text("utf-8")
    assert old in text, f"{file} does not hold {old!r}"
    file.write_text(text.replace(old, new), "utf-8")


def contents(release: Release) -> dict[str, bytes]:
    """Every file of a release but those of the store and of the search index, which are named and filled as their
    libraries like; `verify` compares what is in them."""
    files = (path for path in release.folder.rglob("*") if path.is_file())
    named = {path.relative_to(release.folder).as_posix(): path.read_bytes() for path in files}
    return {name: content for name, content in named.items() if not name.startswith(("store/", "search/"))}


def lines(release: Release, path: str) -> list[str]:
    """The lines of an N-Triples or N-Quads file, without their ends."""
    return (release.folder / path).read_text("utf-8").splitlines()


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds in this process leave SHACL out: it takes most of their time and touches no file."""
    monkeypatch.setattr("delmaal.validate.validate", lambda *_: Report(()))


# The same sources give the same release


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The software in another place, laid out as a wheel installs it."""
    site = tmp_path_factory.mktemp("site-packages")
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "server" / "delmaal", site / "delmaal", ignore=ignore)
    for part in ("ontology", "shapes", "data"):
        shutil.copytree(share(part), site / "delmaal" / "share" / part, ignore=ignore)
    return site


def test_two_builds_in_two_places_give_the_same_bytes(tmp_path: Path, product: Path) -> None:
    first, second = tmp_path / "first" / "tiny", tmp_path / "another" / "place" / "tiny"
    for folder in (first, second):
        shutil.copytree(TINY, folder)
        replace(folder / "statistics" / "god-helse.yaml", "value: 71.5", "value: 171.5")  # a warning, with its position
    os.utime(second / "publication.yaml", (0, 0))
    runs = [
        subprocess.Popen(
            [*DELMAAL, "build", folder, "--out", str(tmp_path / out)], cwd=cwd, umask=umask, text=True,
            env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for folder, out, cwd, umask, environment in (
            (".", "out-1", first, 0o022, {"PYTHONHASHSEED": "1", "TZ": "UTC", "LANG": "C.UTF-8"}),
            (str(second), "out-2", "/", 0o077, {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati",
                                               "LANG": "nb_NO.UTF-8", "PYTHONPATH": str(product)}),
        )
    ]
    for run in runs:
        _, said = run.communicate(timeout=120)
        assert run.returncode == 0, said
        assert "statistic-percent-range" in said
    one, two = (Shelf(tmp_path / out / "tiny").current() for out in ("out-1", "out-2"))
    assert one.id == two.id
    ours, theirs = contents(one), contents(two)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert re.search(r'position "statistics/god-helse\.yaml:\d+:\d+"', ours["metadata/report.ttl"].decode())
    assert one.manifest["findings"]["Warning"] == 1


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(("file", "old", "new"), [
    ("publication.yaml", "post@example.org", "mail@example.org"),
    ("themes/ren-energi.yaml", "en: Clean energy", "en: Cleaner energy"),
], ids=["contact", "label"])
def test_another_word_in_the_sources_is_another_release(
    tiny: Path, tmp_path: Path, tiny_release: Release, file: str, old: str, new: str,
) -> None:
    replace(tiny / file, old, new)
    assert publish(tiny, tmp_path / "out").release.id != tiny_release.id


def test_another_word_in_a_shape_is_another_release(
    tmp_path: Path, tiny_release: Release, product: Path,
) -> None:
    site = shutil.copytree(product, tmp_path / "site")
    replace(site / "delmaal" / "share" / "shapes" / "theme.ttl", "European data portals", "Data portals in Europe")
    command = [*DELMAAL, "build", str(TINY), "--out", str(tmp_path / "out")]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(site)}, stdout=subprocess.DEVNULL)
    changed = Shelf(tmp_path / "out" / "tiny").current()
    assert changed.id != tiny_release.id
    ours, theirs = contents(tiny_release), contents(changed)
    names = sorted(name for name in ours if ours[name] != theirs[name] and name.startswith("data/"))
    assert {name.partition(".")[0] for name in names} == {"data/all", "data/graphs", "data/vocabulary"}


def test_identifier_is_the_hash_that_the_documentation_says(tiny_release: Release) -> None:
    own = f"<{tiny_release.base}{ID}release/{tiny_release.id}>"
    parts: dict[str, list[str]] = {name: [] for name in tiny_release.manifest["parts"]}
    in_graphs = set()
    for path in ("data/graphs.nq", "metadata/metadata.nq"):
        for quad in ox.parse(path=str(tiny_release.folder / path), format=ox.RdfFormat.N_QUADS):
            assert isinstance(quad.graph_name, ox.NamedNode)
            parts[quad.graph_name.value.rpartition("/")[2]].append(f"{quad} .\n")
            in_graphs.add(quad.triple)
    for quad in ox.parse(path=str(tiny_release.folder / "data/all.nt"), format=ox.RdfFormat.N_TRIPLES):
        if quad.triple not in in_graphs:
            parts["statistics"].append(f"{quad.triple} .\n")
    digest = hashlib.sha256(f"delmaal release {FORMAT_VERSION}\n".encode())
    for name, statements in sorted(parts.items()):
        digest.update(f"{name}\n".encode())
        for line in sorted(line.replace(own, "<urn:delmaal:this-release>") for line in statements):
            digest.update(line.encode())
    assert digest.hexdigest() == tiny_release.id
    assert {name: len(found) for name, found in parts.items()} == tiny_release.manifest["parts"]


# What a release holds


@pytest.fixture(scope="module", params=["tiny", "trondheim"])
def release(request: pytest.FixtureRequest) -> Release:
    """Each of the two releases in turn."""
    found: Release = request.getfixturevalue(f"{request.param}_release")
    return found


def test_store_holds_the_dumps_and_nothing_else(release: Release) -> None:
    expected: dict[bool, set[str]] = {True: set(), False: set()}
    for path, default in STORED.items():
        found = lines(release, path)
        assert len(found) == len(set(found)), f"{path} says something twice"
        assert not expected[default].intersection(found), f"{path} repeats what another file of the store says"
        if path.startswith("metadata"):  # Oxigraph keeps every integer as xsd:integer
            found = [line.replace("#nonNegativeInteger>", "#integer>") for line in found]
        expected[default].update(found)
    stored: dict[bool, set[str]] = {True: set(), False: set()}
    for quad in ox.Store.read_only(str(release.folder / "store")):
        stored[isinstance(quad.graph_name, ox.DefaultGraph)].add(f"{quad} .")
    assert stored == expected


def test_default_graph_holds_what_every_graph_holds(release: Release) -> None:
    default = {*lines(release, "data/all.nt"), *lines(release, "metadata/metadata.nt")}
    for path in ("data/graphs.nq", "metadata/metadata.nq"):
        assert {re.sub(r" <[^<>]*> \.\Z", " .", line) for line in lines(release, path)} <= default


def test_cube_is_in_the_default_graph_alone(release: Release) -> None:
    store = ox.Store.read_only(str(release.folder / "store"))
    observation, a = ox.NamedNode(f"{QB}Observation"), ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    graphs = {str(quad.graph_name) for quad in store.quads_for_pattern(None, a, observation)}
    assert graphs == {"DEFAULT"}
    names = {quad.graph_name.value.removeprefix(release.base + GRAPH) for quad in store
             if isinstance(quad.graph_name, ox.NamedNode)}
    assert names == release.manifest["parts"].keys() - {"statistics"}


def test_metadata_are_in_no_data_dump(release: Release) -> None:
    catalogue = f"{release.base}catalog> "
    assert not [line for line in lines(release, "data/all.nt") if line.startswith(f"<{catalogue}")]
    assert [line for line in lines(release, "metadata/metadata.nt") if line.startswith(f"<{catalogue}")]
    assert not [line for line in lines(release, "data/all.nt") if release.id in line or "urn:delmaal" in line]


def test_dump_loaded_and_dumped_again_has_the_same_bytes(release: Release) -> None:
    for path in sorted(release.manifest["files"]):
        if path.startswith("data/") and path.endswith((".nt", ".nq")):
            store = ox.Store()
            kind = ox.RdfFormat.N_QUADS if path.endswith(".nq") else ox.RdfFormat.N_TRIPLES
            store.bulk_load(path=str(release.folder / path), format=kind)
            again = "".join(sorted(f"{quad} .\n" for quad in store)).encode()
            assert again == (release.folder / path).read_bytes(), path


def test_no_blank_nodes(release: Release) -> None:
    for path in sorted(release.manifest["files"]):
        if path.endswith((".nt", ".nq")):
            kind = ox.RdfFormat.N_QUADS if path.endswith(".nq") else ox.RdfFormat.N_TRIPLES
            for quad in ox.parse(path=str(release.folder / path), format=kind):
                nodes = (quad.subject, quad.object, quad.graph_name)
                assert not any(isinstance(node, ox.BlankNode | ox.Triple) for node in nodes), f"{path}: {quad}"


CANONICAL: dict[str, Callable[[str], object]] = {
    "string": lambda _: True,
    "anyURI": lambda value: ox.NamedNode(value).value == value,
    "integer": lambda value: re.fullmatch(r"0|-?[1-9]\d*", value),
    "decimal": lambda value: re.fullmatch(r"0|-?(0|[1-9]\d*)\.\d*[1-9]|-?[1-9]\d*", value),
    "boolean": lambda value: value in ("true", "false"),
    "date": lambda value: date.fromisoformat(value).isoformat() == value,
}


def test_lexical_forms_are_canonical(release: Release) -> None:
    seen = set()
    for quad in ox.parse(path=str(release.folder / "data/all.nt"), format=ox.RdfFormat.N_TRIPLES):
        literal = quad.object
        if not isinstance(literal, ox.Literal):
            continue
        if literal.language:
            assert re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]+)*", literal.language), str(quad)
        else:
            datatype = literal.datatype.value.removeprefix(XSD)
            if datatype.endswith("#SDGCodeCompact"):
                assert re.fullmatch(r"[1-9]\d?(\.([1-9]\d?|[a-d]))?", literal.value), str(quad)
                continue
            assert CANONICAL[datatype](literal.value), str(quad)
            seen.add(datatype)
        assert literal.value, f"an empty text: {quad}"
        assert unicodedata.is_normalized("NFC", literal.value), f"not in normal form C: {quad}"
        if literal.language:
            assert literal.value == literal.value.strip(), f"white space around the text: {quad}"
    assert seen <= CANONICAL.keys()
    assert {"integer", "decimal", "boolean", "date"} <= seen


def groups(release: Release) -> dict[str, list[str]]:
    """The files of a release that say the same in several formats."""
    suffixes = [row.suffix for row in RDF_FORMATS if not row.quads]
    found: dict[str, list[str]] = {}
    for path in sorted(release.manifest["files"]):
        stem, _, suffix = path.rpartition(".")
        if suffix in suffixes:
            found.setdefault(stem, []).append(path)
    return {stem: paths for stem, paths in found.items() if len(paths) > 1}


def test_every_format_says_the_same(tiny_release: Release) -> None:
    by_suffix = {row.suffix: row.rdf for row in RDF_FORMATS}
    names = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml", "nt": "nt"}
    found = groups(tiny_release)
    assert {"data/themes", "data/documents", "data/statistics", "data/vocabulary", "metadata/catalogue",
            "metadata/void", "metadata/service", "metadata/provenance", "metadata/report"} <= found.keys()
    for stem, paths in found.items():
        assert [path.rpartition(".")[2] for path in paths] == sorted(names), stem
        read, parsed = {}, {}
        for path in paths:
            file, suffix = tiny_release.folder / path, path.rpartition(".")[2]
            read[suffix] = {quad.triple for quad in ox.parse(path=str(file), format=by_suffix[suffix])}
            parsed[suffix] = set(rdflib.Graph().parse(file, format=names[suffix]))
        assert read["nt"], f"{stem} is empty"
        assert [suffix for suffix in names if read[suffix] != read["nt"]] == [], stem
        assert [suffix for suffix in names if parsed[suffix] != parsed["nt"]] == [], stem
        assert len(parsed["nt"]) == len(read["nt"]), stem


def test_gzip_twins_hold_neither_name_nor_time(release: Release) -> None:
    files = release.manifest["files"]
    twins = [path for path in files if path.endswith(".gz")]
    plain = [path for path in files if path.startswith("data/") and not path.endswith((".gz", ".zst"))]
    assert sorted(twins) == sorted(f"{path}.gz" for path in plain)
    for path in twins:
        packed = (release.folder / path).read_bytes()
        magic, flags, written, system = packed[:3], packed[3], packed[4:8], packed[9]
        assert (magic, flags, written, system) == (b"\x1f\x8b\x08", 0, bytes(4), 255), path
        assert gzip.decompress(packed) == (release.folder / path.removesuffix(".gz")).read_bytes(), path


# Verification


@pytest.fixture
def copied(tiny_release: Release, tmp_path: Path) -> Release:
    """A copy of the tiny release on a shelf of its own, to be damaged."""
    shelf = Shelf(tmp_path / "out" / "tiny")
    shutil.copytree(tiny_release.folder, shelf.releases / tiny_release.id)
    copy = shelf.open(tiny_release.id)
    shelf.switch(copy)
    return copy


def edit_manifest(release: Release, change: Callable[[dict[str, object]], object]) -> None:
    file = release.folder / "manifest.json"
    manifest = json.loads(file.read_bytes())
    change(manifest)
    file.write_text(json.dumps(manifest))


def flip(file: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def forge(release: Release) -> None:
    """Change a dump and have the manifest agree with it."""
    file = release.folder / "data" / "documents.ttl"
    flip(file)
    checksum = hashlib.sha256(file.read_bytes()).hexdigest()
    entry = {"size": file.stat().st_size, "sha256": checksum}
    edit_manifest(release, lambda manifest: manifest["files"].update({"data/documents.ttl": entry}))  # type: ignore[attr-defined]


def forget(release: Release) -> None:
    """Take a statement out of the store."""
    store = ox.Store(str(release.folder / "store"))
    store.remove(next(iter(store)))
    store.flush()


def invent(release: Release) -> None:
    """Add a statement to the store."""
    store = ox.Store(str(release.folder / "store"))
    node = ox.NamedNode("https://example.org/x")
    store.add(ox.Quad(node, node, node))
    store.flush()


def rot(release: Release) -> None:
    """Spoil every file of the store."""
    for file in (release.folder / "store").iterdir():
        file.write_bytes(b"rot" * 40)


def lay(path: Path) -> None:
    """Put a folder where a file should be."""
    path.unlink()
    path.mkdir()


CHANGED = r"manifest.json: it was changed after the release was made"
DIFFERS = r": the checksum differs from the manifest's"

DAMAGES: dict[str, tuple[Callable[[Release], object], str]] = {
    "byte": (lambda r: flip(r.folder / "data/themes.ttl"), rf"data/themes.ttl{DIFFERS}"),
    "byte-of-a-twin": (lambda r: flip(r.folder / "data/all.nt.gz"), rf"data/all.nt.gz{DIFFERS}"),
    "byte-of-the-catalogue": (lambda r: flip(r.folder / "metadata/catalogue.rdf"), rf"metadata/catalogue.rdf{DIFFERS}"),
    "byte-of-what-all-is-made-from": (lambda r: flip(r.folder / "data/all.nt"), rf"data/all.nt{DIFFERS}"),
    "shortened": (lambda r: os.truncate(r.folder / "data/graphs.nq", 1), r"graphs.nq: 1 byte, the manifest says \d+\Z"),
    "missing": (lambda r: (r.folder / "data/documents.rdf").unlink(), r"data/documents.rdf: missing"),
    "missing-dump-of-all": (lambda r: (r.folder / "data/all.nt").unlink(), r"data/all.nt: missing"),
    "folder-for-file": (lambda r: lay(r.folder / "data/all.nt"), r"data/all.nt: missing"),
    "added": (lambda r: (r.folder / "data/more.nt").touch(), r"data/more.nt: not in the manifest"),
    "added-beside": (lambda r: (r.folder / "notes.txt").touch(), r"notes.txt: not in the manifest"),
    "added-link": (lambda r: (r.folder / "data/link").symlink_to("nowhere"), r"data/link: not in the manifest"),
    "title": (lambda r: edit_manifest(r, lambda m: m.update(title={"nb": "x", "en": "y"})), CHANGED),
    "base": (lambda r: edit_manifest(r, lambda m: m.update(base="https://example.org/x/")), CHANGED),
    "counts": (lambda r: edit_manifest(r, lambda m: m.update(parts={})), CHANGED),
    "unlisted": (lambda r: edit_manifest(r, lambda m: m.update(files={})), CHANGED),
    "forged": (forge, CHANGED),
    "statement-lost": (forget, r"store: 0 statements too many, 1 missing; delete .*/store and run `delmaal build`"),
    "statement-added": (invent, r"store: 1 statement too many, 0 missing"),
    "store-spoilt": (rot, r"store: it cannot be opened \(.+\)"),
    "store-deleted": (lambda r: shutil.rmtree(r.folder / "store"), r"store: it cannot be opened \(.+\)"),
    "index-byte": (lambda r: flip(r.folder / "index/objects.at"), r"index: it differs from what the dumps give"),
    "index-deleted": (lambda r: shutil.rmtree(r.folder / "index"), r"index: it differs from what the dumps give"),
}


def test_verify_finds_nothing_in_a_whole_release(copied: Release) -> None:
    assert list(verify(copied)) == []


@pytest.mark.parametrize("name", DAMAGES)
def test_verify_finds_the_damage_and_says_what_it_is(copied: Release, name: str) -> None:
    damage, words = DAMAGES[name]
    damage(copied)
    problems = list(verify(Shelf(copied.folder.parent.parent).open(copied.id)))
    assert len(problems) == 1, problems
    assert re.search(words, problems[0]), problems


def test_verify_finds_a_release_under_another_name(copied: Release) -> None:
    wrong = copied.folder.rename(copied.folder.with_name("f" * 64))
    problems = list(verify(Shelf(wrong.parent.parent).open(wrong.name)))
    assert f"identifier: the dumps give {copied.id[:12]}, the directory says ffffffffffff" in problems


@pytest.mark.parametrize("content", ["", "{", "[]", '"x"', "{}", '{"base": "x"}', "\N{REPLACEMENT CHARACTER}"])
def test_unreadable_manifest_is_an_error_with_a_cure(copied: Release, content: str, tmp_path: Path) -> None:
    (copied.folder / "manifest.json").write_text(content, "utf-8")
    command = [*DELMAAL, "verify", str(TINY), "--out", str(tmp_path / "out")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 3
    assert f"no readable manifest; delete {copied.folder} and run `delmaal build`" in run.stderr


@pytest.mark.usefixtures("unchecked")
def test_what_is_missing_is_made_again(tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = publish(tiny, out)
    assert (first.fresh, publish(tiny, out).fresh) == (True, False)
    for name in CACHES:
        shutil.rmtree(first.release.folder / name)
    again = publish(tiny, out)
    assert (again.fresh, again.switched, again.release.id) == (True, False, first.release.id)
    assert list(verify(again.release)) == []
    shutil.rmtree(first.release.folder)
    assert list(verify(publish(tiny, out).release)) == []
    assert leftovers(out) == []


# The switch


READER = textwrap.dedent("""
    import os, pathlib, sys
    shelf, seen, rounds = pathlib.Path(sys.argv[1]), set(), 0
    print("ready", flush=True)
    while not (shelf / "enough").exists():
        for _ in range(100):
            seen.add(os.readlink(shelf / "current"))
            os.stat(shelf / "current" / "manifest.json")
            rounds += 1
    print(len(seen), rounds)
""")


def test_switch_is_atomic(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "mini")
    with shelf.locked():
        pair = [shelved(shelf, number) for number in (1, 2)]
        shelf.switch(pair[1])
        with subprocess.Popen([sys.executable, "-c", READER, str(shelf.folder)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader:
            assert reader.stdout
            assert reader.stdout.readline() == "ready\n"
            for number in range(200):
                assert shelf.switch(pair[number % 2])
                assert not shelf.switch(pair[number % 2])
            (shelf.folder / "enough").touch()
            said, failed = reader.communicate(timeout=60)
        assert reader.returncode == 0, failed
        seen, rounds = map(int, said.split())
        assert seen == 2
        assert rounds > 200
    log = (shelf.folder / "switches.jsonl").read_text().splitlines()
    assert len(log) == 201
    assert shelf.switched_at(pair[1]) is not None


def test_log_with_a_torn_line_is_still_read(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "mini")
    with shelf.locked():
        one, two = shelved(shelf, 1), shelved(shelf, 2)
        shelf.switch(one)
        with (shelf.folder / "switches.jsonl").open("ab") as log:
            log.write(b'{"time": "2020-01\n[]\n\xff\n{"time": 1, "release": 2}\n{"time"')
        assert shelf.switched_at(one) is not None
        assert shelf.switched_at(two) is None
        shelf.switch(two)
        assert shelf.switched_at(two) is not None


# A build that is stopped


EVERY_MOMENT = textwrap.dedent("""
    import os, shutil, signal, sys
    from pathlib import Path
    from delmaal.release import CACHES, Shelf, verify
    from shelving import leftovers, shelved

    start, folder = Path(sys.argv[1]), Path(sys.argv[2])
    PRETENDED = ("store", "search")

    def pretend(name):
        # The steps of RocksDB and SQLite cannot be seen from here, so that a folder stands for what they write.
        def make(folder):
            (folder / name).mkdir()
            (folder / name / "whole").write_text("whole")

        return make

    CACHES.update({name: pretend(name) for name in PRETENDED})

    def run(folder, number):
        shelf = Shelf(folder)
        with shelf.locked():
            release = shelved(shelf, number)
            shelf.switch(release)
            shelf.remember("digest", release)

    def killed(moment):
        # Build the second release, and be killed before the `moment`-th thing that is done to a file.
        done = 0

        def watch(event, arguments):
            nonlocal done
            if event in {"open", "os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir"}:
                done += 1
                if done == moment:
                    os.write(2, f"{event}\\n".encode())
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        run(folder, 2)

    def check(*numbers):
        served = Shelf(folder).current()
        number = int(served.id, 16)
        assert number in numbers, served
        known = ("identifier", *PRETENDED)  # these releases are called as the test likes
        problems = [problem for problem in verify(served) if not problem.startswith(known)]
        assert not problems, problems
        assert all((served.folder / name / "whole").read_text() == "whole" for name in PRETENDED)
        return number

    def child(act, *arguments):
        pid = os.fork()
        if pid == 0:
            act(*arguments)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    run(start, 1)
    left = start / "releases" / ".unfinished-1" / "data"  # what is to be cleared away can be interrupted too
    left.mkdir(parents=True)
    (left / "all.nt").write_text("half")
    moment, served = 0, []
    ended = -signal.SIGKILL
    while ended:
        moment += 1
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(start, folder, symlinks=True)
        shelf = Shelf(folder)
        ended = child(killed, moment)
        assert ended in (0, -signal.SIGKILL), f"moment {moment}: {ended}"
        served.append(check(1, 2))
        run(folder, 2)
        check(2)
        assert not leftovers(folder), f"moment {moment}: {leftovers(folder)}"
        assert shelf.made_from("digest") and shelf.switched_at(shelf.current()), f"moment {moment}"
        assert len(list((folder / "history" / "changes").iterdir())) == 2, f"moment {moment}"
    assert served == sorted(served), "the old one until the new one"
    print(*(served.count(number) for number in (1, 2)))
""")


def test_build_killed_before_anything_it_does_to_a_file(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), *sys.path])}
    run = subprocess.run([sys.executable, "-c", EVERY_MOMENT, str(tmp_path / "start"), str(tmp_path / "mini")],
                         env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    old, new = map(int, run.stdout.split())
    assert old > 20, "moments before the switch"
    assert new > 5, "and after it"
    assert {"open", "os.mkdir", "os.rename", "os.symlink"} <= set(run.stderr.split())


CACHES_STOPPED = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from delmaal.release import CACHES, Shelf
    from shelving import shelved

    def stop(folder):
        (folder / "store").mkdir()
        os.kill(os.getpid(), signal.SIGKILL)

    shelf = Shelf(Path(sys.argv[1]))
    CACHES["store"] = stop
    with shelf.locked():
        shelved(shelf, 1)
""")


def test_cache_that_was_being_made_again_is_not_taken_for_whole(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "mini")
    with shelf.locked():
        old = shelved(shelf, 1)
    shutil.rmtree(old.folder / "store")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), *sys.path])}
    run = subprocess.run([sys.executable, "-c", CACHES_STOPPED, str(shelf.folder)], env=environment, check=False)
    assert run.returncode == -signal.SIGKILL
    assert not (old.folder / "store").exists()
    with shelf.locked():
        shelved(shelf, 1)
    assert (old.folder / "store" / "CURRENT").is_file()
    assert leftovers(shelf.folder) == []


def stamps(release: Release) -> dict[str, tuple[int, int]]:
    """Size and time of each file of a release."""
    found = {str(path): path.stat() for path in release.folder.rglob("*")}
    return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in found.items()}


class Victim:
    """A publication whose builds are killed; each has another contact to publish, so that there is something to do."""

    def __init__(self, folder: Path) -> None:
        self.publication = Path(shutil.copytree(TINY, folder / "tiny"))
        self.out = folder / "out"
        self.shelf = Shelf(self.out / "tiny")
        self.number = 0
        self.build()

    def change(self) -> None:
        self.number += 1
        file = self.publication / "publication.yaml"
        text = re.sub(r"post\d*@example\.org", f"post{self.number}@example.org", file.read_text("utf-8"))
        file.write_text(text, "utf-8")

    def build(self) -> None:
        """Build in peace: nothing is left over and the release is whole."""
        release = publish(self.publication, self.out).release
        assert leftovers(self.out) == []
        assert release.id == self.shelf.current().id
        assert list(verify(release)) == []

    def killed(self, command: tuple[str, ...], wait: Callable[[subprocess.Popen[str]], object]) -> bool:
        """Kill a build when `wait` returns: what is served then is whole. After that, build in peace.

        Returns whether the build was under way still.
        """
        self.change()
        old = self.shelf.current()
        before = stamps(old)
        process = subprocess.Popen([*command, str(self.out), str(self.publication)], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        wait(process)
        process.kill()
        process.communicate()
        served = self.shelf.current()
        assert stamps(old) == before, "a release never changes"
        assert served.id == old.id or list(verify(served)) == []
        self.build()
        assert self.shelf.current().id != old.id
        return process.returncode == -signal.SIGKILL


@pytest.mark.usefixtures("unchecked")
def test_build_killed_at_each_step(tmp_path: Path) -> None:
    victim = Victim(tmp_path)
    for step in STEPS:
        def stop_at(process: subprocess.Popen[str], step: str = step) -> None:
            assert process.stdout
            assert any(line.strip() == step for line in process.stdout), f"no step {step}"

        assert victim.killed((sys.executable, "-c", UNCHECKED), stop_at), step


def hunt(folder: Path, kills: int, seed: int) -> None:
    """Kill builds at moments that are spread over the time that they take, each at random within its share of it."""
    victim, chance = Victim(folder), random.Random(seed)
    command = (sys.executable, "-c", UNCHECKED)
    victim.change()
    start = time.monotonic()
    subprocess.run([*command, str(victim.out), str(victim.publication)], check=True, stdout=subprocess.DEVNULL)
    whole = time.monotonic() - start
    done = 0
    for _ in range(10 * kills):
        moment = whole * (done + chance.random()) / kills
        if victim.killed(command, lambda _, moment=moment: time.sleep(moment)):  # type: ignore[misc]
            done += 1
        else:
            whole = moment  # this machine has become faster since it was measured
        if done == kills:
            return
    raise AssertionError(f"{kills - done} builds more should have been under way still")


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.long)])
def test_build_killed_at_any_moment(tmp_path: Path, kills: int) -> None:
    """Few of the moments here: the tests above have one for each step and for everything that is done to a file."""
    with ThreadPoolExecutor(2) as pool:
        for hunted in [pool.submit(hunt, tmp_path / name, kills, seed) for seed, name in enumerate(("one", "two"))]:
            hunted.result()


def test_second_build_is_told_to_wait(tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-c", STEPPING, str(out), str(tiny)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout
        assert first.stdout.readline() == "read\n"
        second = build(tiny, out)
        assert first.wait(60) == 0
    assert second.returncode == 3
    assert f"error release-locked: another build is writing to {out / 'tiny'}; wait for it" in second.stderr
    assert list(verify(Shelf(out / "tiny").current())) == []
    assert build(tiny, out).stdout.startswith("unchanged")


@pytest.mark.usefixtures("unchecked")
def test_source_saved_while_a_build_runs_is_built_next_time(tiny: Path, tmp_path: Path) -> None:
    def save(step: str) -> None:
        if step == "validate":
            replace(tiny / "themes" / "ren-energi.yaml", "en: Clean energy", "en: Cleaner energy")

    before = hashlib.sha256((tiny / "themes" / "ren-energi.yaml").read_bytes()).hexdigest()
    first = publish(tiny, tmp_path / "out", progress=save)
    assert "Clean energy" in (first.release.folder / "data/themes.nt").read_text("utf-8")
    assert before in (first.release.folder / "metadata/provenance.nt").read_text("utf-8")
    second = publish(tiny, tmp_path / "out")
    assert second.fresh
    assert "Cleaner energy" in (second.release.folder / "data/themes.nt").read_text("utf-8")
    replace(tiny / "themes" / "ren-energi.yaml", "en: Cleaner energy", "en: Clean energy")
    assert publish(tiny, tmp_path / "out").release.id == first.release.id


# Where nothing can be written


def occupy(path: Path) -> None:
    """Put a file where a folder should be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.mark.parametrize(("spoil", "words"), [
    (occupy, "Not a directory"),
    (lambda out: occupy(out / "tiny"), "Not a directory"),
    (lambda out: occupy(out / "tiny" / "releases"), "File exists"),
    (lambda out: (out / "tiny" / "lock").mkdir(parents=True), "Is a directory"),
    (lambda out: (out / "tiny" / "current").mkdir(parents=True), "Is a directory"),
], ids=["out", "publication", "releases", "lock", "current"])
def test_folder_that_cannot_be_written_is_an_error_in_words(
    tmp_path: Path, spoil: Callable[[Path], object], words: str,
) -> None:
    spoil(tmp_path / "out")
    run = build(TINY, tmp_path / "out")
    assert (run.returncode, run.stdout) == (3, "")
    said = rf"error release-unwritable: the release cannot be written, .*: {tmp_path}/out.*: {words}"
    assert re.search(said, run.stderr), run.stderr
    assert "Traceback" not in run.stderr
    assert leftovers(tmp_path) == []


@pytest.mark.usefixtures("unchecked")
def test_full_disk_is_an_error_in_words(tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    old = publish(tiny, out).release
    replace(tiny / "publication.yaml", "post@example.org", "mail@example.org")
    limit = (64 * 1024, resource.RLIM_INFINITY)
    run = subprocess.run(
        [*DELMAAL, "build", str(tiny), "--out", str(out)], capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert (run.returncode, run.stdout) == (3, "")
    assert re.search(r"error release-unwritable: .*: File too large", run.stderr)
    assert "Traceback" not in run.stderr
    assert leftovers(tmp_path) == []
    assert Shelf(out / "tiny").current().id == old.id
    assert list(verify(old)) == []


# With unchanged sources


def test_unchanged_build_imports_nothing_that_is_slow(tiny_release: Release, shelves: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "delmaal", "build", str(TINY), "--out", str(shelves)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout == f"unchanged: release {tiny_release.id[:12]} of {TINY} is current, 0 warnings\n"
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines()}
    assert {"delmaal", "pyoxigraph"} <= imported
    assert not {"pyshacl", "rdflib", "flask", "granian", "SPARQLWrapper"} & imported
