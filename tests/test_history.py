"""What is kept of releases over time, and what is dropped: never what somebody needs, never by halves."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from rdflib.namespace import DCTERMS

from conftest import ROOT, TINY, serving
from consumer import Consumer
from delmaal.lookup import FILES, Lookup
from delmaal.publish import publish
from delmaal.release import CACHES, Release, Shelf, verify
from delmaal.release.changes import CAME, LEFT, PAGE, Change, read_changes, read_fragment, read_page
from delmaal.release.history import History, record
from delmaal.release.log import LOG, log_with, read_switches
from delmaal.release.retention import hold, plan, retain
from delmaal.release.sorted_dump import Unindexed
from succession import CHANGED, GONE, Succession

DELMAAL = (sys.executable, "-m", "delmaal")


@pytest.fixture
def copied(releases: Succession, tmp_path: Path) -> Succession:
    """A copy, to be spoilt."""
    return releases.copy(tmp_path / "out")


def delmaal(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [*DELMAAL, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=ROOT,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"})


def subjects(release: Release) -> set[str]:
    """Every subject of the default graph."""
    return {line[1 : line.index(">")] for name in FILES
            for line in (release.folder / name).read_text("utf-8").splitlines()}


# The log


def test_log_has_a_line_for_each_switch(releases: Succession) -> None:
    rows = read_switches(releases.shelf.folder)
    first, second, last = releases.first.id, releases.second.id, releases.last.id
    assert [row.release for row in rows] == [first, second, first, last]
    assert [row.name for row in rows] == [first, second, f"{first}~2", last]
    assert [row.time for row in rows] == sorted({row.time for row in rows}), "times name switches"


def test_clock_that_goes_backwards_does_not_reorder_the_log(tmp_path: Path) -> None:
    (tmp_path / LOG).write_text('{"time": "2999-01-01T00:00:00+00:00", "release": "a"}\nno json\n', "utf-8")
    rows = read_switches(tmp_path)
    (tmp_path / LOG).write_text(log_with(rows, "b"), "utf-8")
    assert [row.release for row in read_switches(tmp_path)] == ["a", "b"]
    times = [row.time for row in read_switches(tmp_path)]
    assert times[0] < times[1] <= datetime.now(UTC), "a time that is to come was written by a clock that was wrong"


def test_time_reaches_no_release(releases: Succession) -> None:
    days = {row.time.date().isoformat() for row in read_switches(releases.shelf.folder)}
    for path in releases.last.folder.rglob("*"):
        if path.is_file() and "store" not in path.parts:
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            assert not [day for day in days if day.encode() in content], path


# What each switch changed


def test_changes_are_what_the_dumps_say(releases: Succession) -> None:
    history = History(releases.shelf.folder)
    dumps = {release.id: (release.folder / FILES[0]).read_bytes().splitlines()
             for release in (releases.first, releases.second, releases.last)}
    before: dict[bytes, list[bytes]] = {}
    for row in history.switches():
        after: dict[bytes, list[bytes]] = {}
        for line in dumps[row.release]:
            after.setdefault(line[: line.index(b" ")], []).append(line)
        expected = {token[1:-1].decode() for token in before.keys() | after.keys()
                    if before.get(token) != after.get(token)}
        found = list(read_changes(history.changes_of(row.number)))
        assert {change.iri for change in found} == expected
        assert len(found) == len(expected)
        assert all((change.kind == LEFT) == (f"<{change.iri}>".encode() not in after) for change in found)
        before = after


def test_pages_of_changes_hold_each_once(releases: Succession) -> None:
    path = History(releases.shelf.folder).changes_of(0)
    fragment = read_fragment(path)
    pages = [read_page(path, fragment, number) for number in range(1, len(fragment.pages) + 1)]
    assert [len(page) for page in pages[:-1]] == [PAGE] * (len(pages) - 1)
    assert [change for page in pages for change in page] == list(read_changes(path))
    assert len(pages) > 2


def test_what_a_stopped_build_did_not_note_is_noted_later(copied: Succession) -> None:
    history = copied.shelf.folder / "history"
    expected = {path.name: path.read_bytes() for path in (history / "changes").iterdir()}
    departed = (history / "departed").read_bytes()
    shutil.rmtree(history)
    record(copied.shelf.folder)
    assert {path.name: path.read_bytes() for path in (history / "changes").iterdir()} == expected
    assert (history / "departed").read_bytes() == departed


def feed(shelf: Shelf) -> dict[str, str]:
    """What a follower of the feed has in the end: the newest kind of change of each resource."""
    history = History(shelf.folder)
    return {change.iri: change.kind for fragment in history.fragments()
            for change in read_changes(history.changes_of(fragment.number))}


def spoken_of(release: Release) -> set[str]:
    """The subjects of the data, which the feed is of."""
    return {line[1 : line.index(">")] for line in (release.folder / FILES[0]).read_text("utf-8").splitlines()}


def test_what_was_not_noted_is_noted_before_releases_are_dropped(copied: Succession) -> None:
    shelf, before = copied.shelf, feed(copied.shelf)
    left = {iri for iri, kind in before.items() if kind == LEFT}
    shutil.rmtree(shelf.folder / "history")
    retain(shelf, 1, 0)
    assert [folder.name for folder in shelf.releases.iterdir()] == [copied.last.id]
    assert feed(shelf) == before
    assert {iri for iri in before if iri not in left} == spoken_of(copied.last)
    departed = History(shelf.folder).last_with(copied.last.base + GONE)
    assert departed is not None
    assert departed.number == 2
    shutil.rmtree(shelf.folder / "history")
    retain(shelf, 1, 0)
    assert feed(shelf) == dict.fromkeys(spoken_of(copied.last), CAME), "all that can still be told"
    with serving(copied.publication, shelf.folder.parent) as client:
        follower = Consumer(client)
        follower.run("/feed")
        assert {str(graph.value(member, DCTERMS.isVersionOf)) for member, graph in follower.emitted.items()} == (
            spoken_of(copied.last))


def test_changes_after_a_release_that_was_lost_are_whole(copied: Succession) -> None:
    for lost in ("changes/000001", "changes/000002", "changes/000003"):
        (copied.shelf.folder / "history" / lost).unlink()
    shutil.rmtree(copied.second.folder)
    record(copied.shelf.folder)
    history = History(copied.shelf.folder)
    assert [fragment.number for fragment in history.fragments()] == [0, 2, 3]
    assert {change.iri for change in read_changes(history.changes_of(2))} == spoken_of(copied.first)
    shutil.rmtree(copied.shelf.folder / "history")
    (copied.shelf.folder / LOG).write_text(log_with(read_switches(copied.shelf.folder)[:2], copied.last.id), "utf-8")
    record(copied.shelf.folder)
    found = list(read_changes(History(copied.shelf.folder).changes_of(2)))
    assert {change.iri for change in found if change.kind == CAME} == spoken_of(copied.last)
    assert {change.iri for change in found if change.kind == LEFT} == (
        spoken_of(copied.first) - spoken_of(copied.last))
    assert [change.iri for change in found] == sorted((change.iri for change in found), key=lambda iri: f"{iri}>")


def test_unchanged_build_notes_what_was_not(tiny_out: Path) -> None:
    shelf = Shelf(tiny_out / "tiny")
    release = shelf.current()
    shutil.rmtree(shelf.folder / "history")
    assert not publish(TINY, tiny_out).fresh
    assert feed(shelf) == dict.fromkeys(spoken_of(release), CAME)
    shutil.rmtree(shelf.folder / "history")
    (shelf.folder / LOG).unlink()
    started = time.process_time()
    assert not publish(TINY, tiny_out).fresh
    assert time.process_time() - started < 1
    assert [row.release for row in read_switches(shelf.folder)] == [release.id]
    assert feed(shelf) == dict.fromkeys(spoken_of(release), CAME)


def test_log_that_was_lost_begins_anew(copied: Succession) -> None:
    (copied.shelf.folder / LOG).unlink()
    history = History(copied.shelf.folder)
    assert history.fragments() == []
    copied.shelf.switch(copied.second)
    copied.shelf.switch(copied.last)
    fragments = history.fragments()
    assert [fragment.release for fragment in fragments] == [copied.second.id, copied.last.id]
    assert fragments[0].members == len({line.split(" ")[0] for line in (
        copied.second.folder / FILES[0]).read_text("utf-8").splitlines()})
    for damaged in (b"", b"no json\n", b"0" * 50, b"{}\n" + b"%020d\n" % 0):
        history.changes_of(1).write_bytes(damaged)
        assert [fragment.number for fragment in History(copied.shelf.folder).fragments()] == [0]
    record(copied.shelf.folder)
    assert [fragment.number for fragment in History(copied.shelf.folder).fragments()] == [0, 1]


def test_departed_resources_are_known_with_their_last_release(releases: Succession) -> None:
    history = History(releases.shelf.folder)
    gone = subjects(releases.first) - subjects(releases.last)
    assert releases.first.base + GONE in gone
    for iri in gone:
        last = history.last_with(iri)
        assert last is not None, iri
        assert last.number == 2, iri
    own = history.last_with(f"{releases.first.base}id/release/{releases.second.id}")
    assert own is not None
    assert own.release == releases.second.id
    assert history.last_with(releases.first.base + "id/theme/never-was") is None


# An old release without its caches


@pytest.mark.parametrize("name", ["tiny_release", "trondheim_release"])
def test_sorted_dumps_answer_as_the_index_does(name: str, request: pytest.FixtureRequest) -> None:
    release: Release = request.getfixturevalue(name)
    index, bare = Lookup(release.folder), Unindexed(release.folder)
    known = sorted(subjects(release))
    rng = random.Random(7)
    chosen = [*rng.sample(known, 300), known[0], known[-1], "http://metadata.un.org/sdg/3.4", "", "x", known[3][:-1],
              known[3] + "/", "http://metadata.un.org/sdg"]
    for iri in chosen:
        assert bare.about(iri, 0, 50) == index.about(iri, 0, 50), iri
        assert bare.about(iri, 2, 3) == index.about(iri, 2, 3), iri
        assert bare.pairs(iri, 1) == index.pairs(iri, 1), iri
    for iri in chosen[-60:]:  # what leads to a resource is looked for in the whole file
        assert bare.knows(iri) == index.knows(iri), iri
        for start, limit in ((0, 25), (2, 2), (24, 5)):
            assert bare.incoming(iri, start, limit) == index.incoming(iri, start, limit), iri


def test_release_without_caches_is_whole_and_is_served(copied: Succession) -> None:
    done = retain(copied.shelf, 0, 1)
    assert set(done.bare) == {copied.first.id, copied.second.id}
    assert not done.drop
    for release in (copied.first, copied.second):
        assert not any((release.folder / name).exists() for name in CACHES)
        assert not list(verify(release))
    with serving(copied.publication, copied.shelf.folder.parent, DELMAAL_KEEP_CACHES="1") as client:
        address = f"/release/{copied.first.id}/doc/theme/ren-energi.ttl"
        assert '"Clean energy"@en' in client.get(address).text


# The pages and the data of an old release


def test_old_release_answers_as_its_server_did(releases: Succession, past_server: httpx.Client, tmp_path: Path) -> None:
    shelf = releases.copy(tmp_path / "out").shelf
    shelf.switch(shelf.open(releases.first.id))
    paths = ["/catalog.ttl", "/catalog.jsonld", "/data/all.nt", "/data/themes.ttl.gz", "/provenance.nt", "/void.rdf",
             f"/doc/{CHANGED[3:]}.ttl", f"/doc/{GONE[3:]}.jsonld", "/doc?iri=http://metadata.un.org/sdg/7.2&format=nt"]
    from delmaal.reading.releases import Releases
    from delmaal.serving.application import create_app
    from delmaal.settings import load
    then = create_app(load({}), Releases(shelf)).test_client()
    for path in paths:
        old, was = past_server.get(f"/release/{releases.first.id}{path}"), then.get(path)
        assert (old.status_code, was.status_code) == (200, 200), path
        assert old.content == was.data, path
        was.close()
        assert old.headers["content-type"] == was.headers["content-type"]
        assert "immutable" in old.headers["cache-control"]


def test_page_of_an_old_release_leads_within_it(releases: Succession, past_server: httpx.Client) -> None:
    prefix = f"/release/{releases.second.id}"
    page = past_server.get(f"{prefix}/doc/theme/ren-energi", headers={"Accept": "text/html"}, params={"lang": "en"})
    assert page.status_code == 200
    assert "Cleaner energy" in page.text
    assert "You are reading an older release" in page.text
    assert page.headers["x-robots-tag"] == "noindex"
    leading = set(re.findall(r'href="(/[^"]*)"', page.text))
    own = {href for href in leading if href.startswith(f"{prefix}/")}
    assert len(own) > 10
    out = [href for href in leading - own if href.startswith(("/doc", "/data", "/id", "/catalog"))]
    assert out == ["/doc/theme/ren-energi?lang=en"], "as it is now"
    for href in sorted(own)[:12]:
        assert past_server.get(href.replace("&amp;", "&")).status_code == 200, href


def test_name_of_a_release_may_be_short(releases: Succession, past_server: httpx.Client) -> None:
    answer = past_server.get(f"/release/{releases.second.id[:12]}/catalog.ttl")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/release/{releases.second.id}/catalog.ttl")


@pytest.mark.parametrize(("path", "status", "code"), [
    ("/release/0000000000000", 404, "release-unknown"),
    ("/release/x", 404, "release-unknown"),
    ("/release/{first}/nothing/here", 404, "http-404"),
    ("/release/{first}/doc/theme/never-was", 404, "resource-unknown"),
    ("/release/{first}~3", 404, "release-unknown"),
])
def test_what_there_is_not(releases: Succession, past_server: httpx.Client, path: str, status: int, code: str) -> None:
    answer = past_server.get(path.format(first=releases.first.id))
    assert answer.status_code == status
    assert answer.json()["type"].endswith(f"#{code}")


def test_list_of_releases_and_their_pages(releases: Succession, past_server: httpx.Client) -> None:
    rows = past_server.get("/release", headers={"Accept": "application/json"}).json()
    assert [row["name"] for row in rows] == [row.name for row in reversed(read_switches(releases.shelf.folder))]
    assert [row["current"] for row in rows] == [True, False, False, False]
    for language, words in (("nb", "Slik siterer du utgivelsen"), ("en", "How to cite the release")):
        headers = {"Accept": "text/html", "Accept-Language": language}
        page = past_server.get("/release", headers=headers)
        assert page.headers["content-type"].startswith("text/html")
        for row in rows:
            assert f"/release/{row['name']}" in page.text
            own = past_server.get(f"/release/{row['name']}", headers=headers)
            assert words in own.text
            assert f"{releases.first.base}id/release/{row['release']}" in own.text
    manifest = past_server.get(f"/release/{releases.first.id}/manifest.json")
    assert manifest.content == (releases.first.folder / "manifest.json").read_bytes()
    assert past_server.get(f"/id/release/{releases.first.id}").headers["location"] == f"/release/{releases.first.id}"


# What has left


def test_resource_that_has_left_is_gone_with_its_last_release(releases: Succession, past_server: httpx.Client) -> None:
    for path in (f"/{GONE}", f"/doc/{GONE[3:]}", f"/doc/{GONE[3:]}.ttl", f"/doc?iri={releases.first.base}{GONE}"):
        answer = past_server.get(path, headers={"Accept": "text/turtle"})
        assert answer.status_code == 410, path
        said = answer.json()
        assert said["type"].endswith("#resource-gone")
        assert said["lastRelease"] == releases.first.id
        memento = past_server.get(said["lastDescription"], headers={"Accept": "text/turtle"})
        assert memento.status_code == 200
        assert f"{releases.first.base}{GONE}" in memento.text
        assert f'<{said["lastDescription"]}>; rel="last memento"' in answer.headers["link"]
        original = said["lastDescription"].removeprefix(f"/release/{releases.first.id}~2")
        assert original.startswith("/doc")
        assert f'<{original}>; rel="original timegate"' in answer.headers["link"], "RFC 7089, 2.2"
        assert f'</timemap/link{original}>; rel="timemap"' in answer.headers["link"]
    page = past_server.get(f"/doc/{GONE[3:]}", headers={"Accept": "text/html"})
    said = past_server.get(f"/doc/{GONE[3:]}", headers={"Accept": "application/json"}).json()
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (410, "text/html")
    assert f'href="{said["lastDescription"]}?lang=' in page.text.replace("&amp;", "&")
    assert past_server.get("/doc/theme/never-was").status_code == 404


def test_resource_of_a_dropped_release_is_still_known_to_have_been(copied: Succession) -> None:
    retain(copied.shelf, 1, 0)
    assert [folder.name for folder in copied.shelf.releases.iterdir()] == [copied.last.id]
    with serving(copied.publication, copied.shelf.folder.parent) as client:
        answer = client.get(f"/doc/{GONE[3:]}")
        assert answer.status_code == 410
        assert answer.json()["lastRelease"] == copied.first.id
        assert "lastDescription" not in answer.json()
        for path in ("", "/catalog.ttl", "/doc/theme/ren-energi"):
            dropped = client.get(f"/release/{copied.first.id}{path}")
            assert (dropped.status_code, dropped.json()["type"].rpartition("#")[2]) == (410, "release-dropped")
        manifest = client.get(f"/release/{copied.first.id}/manifest.json")
        assert manifest.json()["id"] == copied.first.id
        assert client.get(f"/timemap/link/doc/{GONE[3:]}").status_code == 404


# Retention


def test_everything_is_kept_unless_it_is_set_otherwise(copied: Succession) -> None:
    assert retain(copied.shelf, 0, 0).drop == ()
    assert len(list(copied.shelf.releases.iterdir())) == 3


def test_newest_are_those_that_became_current_last(copied: Succession) -> None:
    planned = plan(copied.shelf, 2, 0)
    assert planned.drop == (copied.second.id,)
    assert planned.reasons == {copied.last.id: "current", copied.first.id: "newest"}


def refer(release: Release, other: Release) -> None:
    """Make a release speak of another, as an editor would who cites it."""
    path = release.folder / "data" / "all.nt"
    link = (f"<{release.base}id/theme/ren-energi> <http://purl.org/dc/terms/source> "
            f"<{release.base}id/release/{other.id}> .\n")
    path.write_text("".join(sorted([*path.read_text("utf-8").splitlines(keepends=True), link])), "utf-8")


def test_what_a_kept_release_refers_to_is_kept(copied: Succession) -> None:
    refer(copied.last, copied.second)
    refer(copied.second, copied.first)
    planned = plan(copied.shelf, 1, 0)
    assert planned.drop == ()
    assert planned.reasons[copied.second.id] == f"release {copied.last.id[:12]} refers to it"
    assert planned.reasons[copied.first.id] == f"release {copied.second.id[:12]} refers to it"
    retain(copied.shelf, 1, 0)
    assert copied.second.folder.is_dir()


def test_pinned_release_is_kept(copied: Succession) -> None:
    out = copied.shelf.folder.parent
    arguments = (copied.second.id[:12], "--publication", copied.publication, "--out", out)
    assert delmaal("pin", *arguments).returncode == 0
    pruned = delmaal("prune", copied.publication, "--out", out, "--keep-releases", 1)
    assert pruned.stdout == f"dropped release {copied.first.id[:12]}\n2 releases kept\n"
    listed = delmaal("releases", copied.publication, "--out", out, "--keep-releases", 1).stdout.splitlines()
    assert [line.split(None, 2)[2] for line in listed] == ["current", "dropped", "pinned", "dropped"]
    assert delmaal("pin", *arguments, "--remove").returncode == 0
    assert plan(copied.shelf, 1, 0).drop == (copied.second.id,)


def test_pushed_release_is_kept(copied: Succession) -> None:
    notes = copied.shelf.folder / "pushes"
    notes.mkdir()
    (notes / "0.json").write_text(json.dumps({"store": "x", "release": copied.first.id, "chunk": 1, "done": {}}))
    (notes / "1.json").write_text("damaged")
    assert plan(copied.shelf, 1, 0).drop == (copied.second.id,)


def test_release_that_is_open_is_kept_until_it_is_closed(copied: Succession) -> None:
    held = hold(copied.first)
    assert held is not None
    assert retain(copied.shelf, 1, 1).drop == (copied.second.id,)
    assert (copied.first.folder / "store").is_dir()
    held.close()
    assert retain(copied.shelf, 1, 1).drop == (copied.first.id,)


def test_server_keeps_what_it_serves(copied: Succession) -> None:
    with serving(copied.publication, copied.shelf.folder.parent) as client:
        assert client.get("/doc/theme/ren-energi.ttl").status_code == 200
        copied.shelf.switch(copied.second)
        assert "being served" in plan(copied.shelf, 1, 0).reasons.get(copied.last.id, "")


def test_build_drops_what_the_settings_do_not_keep(copied: Succession) -> None:
    out = copied.shelf.folder.parent
    theme = copied.publication / "themes" / "ren-energi.yaml"
    text = theme.read_text("utf-8")
    try:
        theme.write_text(text.replace("en: Clean energy", "en: Green energy"), "utf-8")
        built = delmaal("build", copied.publication, "--out", out, "--keep-releases", 2)
    finally:
        theme.write_text(text, "utf-8")
    assert built.returncode == 0, built.stderr
    assert {folder.name for folder in copied.shelf.releases.iterdir()} == {copied.last.id, copied.shelf.current().id}
    assert copied.first.id[:12] in built.stderr


KILLED = textwrap.dedent("""
    import json, os, shutil, signal, sys
    from pathlib import Path
    from delmaal.release import Shelf
    from delmaal.release.history import History
    from delmaal.release.retention import retain

    spare, folder, step = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.copyfile"}

    def killed(moment):
        # Drop releases, and be killed before the `moment`-th thing that is done to a file.
        done = 0

        def watch(event, arguments):
            nonlocal done
            if event in EVENTS:
                done += 1
                if done == moment:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        retain(Shelf(folder), 1, 1)

    def copy(path, to):
        # What a release holds is never changed, only removed: another name for it does.
        return os.link(path, to) if f"{spare}/releases/" in str(path) else shutil.copy2(path, to)

    def child(moment):
        pid = os.fork()
        if pid == 0:
            killed(moment)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def feed():
        history = History(folder)
        for fragment in history.fragments():
            release = history.switches()[fragment.read_from].release
            assert (folder / "releases" / release).is_dir(), "the feed reads from a release that is gone"
        return [history.changes_of(fragment.number).read_bytes() for fragment in history.fragments()]

    expected, ended, moment = None, -signal.SIGKILL, 1
    while ended:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(spare, folder, symlinks=True, copy_function=copy)
        shelf = Shelf(folder)
        current = shelf.current().id
        ended = child(moment)
        assert ended in (0, -signal.SIGKILL), f"moment {moment}: {ended}"
        left = sorted(path.name for path in shelf.releases.glob("[0-9a-f]*"))
        print(len(left))
        assert current in left
        for name in left:
            listed = json.loads((shelf.releases / name / "manifest.json").read_bytes())["files"]
            assert all((shelf.releases / name / path).is_file() for path in listed), f"{name} is half there"
        for name in {row.release for row in History(folder).switches()}.difference(left):
            assert json.loads((folder / "history" / "dropped" / f"{name}.json").read_bytes())["id"] == name
        feed()
        retain(shelf, 1, 1)
        assert [path.name for path in shelf.releases.iterdir()] == [current], f"moment {moment}"
        assert not list(folder.rglob(".unfinished*")), f"moment {moment}"
        expected = expected or feed()
        assert feed() == expected, f"moment {moment}: the feed has lost something"
        moment += step
""")


def test_killed_retention_leaves_a_whole_shelf(copied: Succession) -> None:
    folder = copied.shelf.folder
    spare = shutil.copytree(folder, folder.parent / "spare", symlinks=True)
    run = subprocess.run([sys.executable, "-c", KILLED, str(spare), str(folder), "7"], capture_output=True, text=True,
                         check=False, cwd=ROOT, timeout=120)
    assert run.returncode == 0, run.stderr
    left = list(map(int, run.stdout.split()))
    assert set(left) == {1, 2, 3}, "killed before the first release is dropped, between the two, and after"
    assert left == sorted(left, reverse=True)
    assert not list(verify(copied.shelf.current()))


def test_changes_outlive_the_releases(copied: Succession) -> None:
    history = History(copied.shelf.folder)
    truth = {(row.number, change.iri): change for row in history.switches()
             for change in read_changes(history.changes_of(row.number))}
    newest: dict[str, tuple[int, Change]] = {}
    for (number, iri), change in sorted(truth.items()):
        newest[iri] = number, change
    retain(copied.shelf, 1, 1)
    left = {(fragment.number, change.iri): change for fragment in history.fragments()
            for change in read_changes(history.changes_of(fragment.number))}
    assert left == {(number, iri): change for iri, (number, change) in newest.items()}
    assert any(change.kind == CAME for change in left.values())


def test_queries_are_answered_from_the_release_that_is_named(releases: Succession, tmp_path: Path) -> None:
    """By GET and POST, while its store is kept; twelve digits lead there with 307, so that what is posted stays."""
    served = releases.copy(tmp_path)
    query = "SELECT ?label { ?theme a delmaal:Theme ; skos:prefLabel ?label FILTER(CONTAINS(?label, 'energy')) }"
    with serving(served.publication, tmp_path, DELMAAL_NO_BUILD="1") as client:
        for release, label in ((served.first, "Clean energy"), (served.second, "Cleaner energy")):
            address = f"/release/{release.id}/sparql"
            asked = client.get(address, params={"query": query}, headers={"Accept": "text/csv"})
            posted = client.post(address, data={"query": query}, headers={"Accept": "text/csv"})
            assert asked.text.split("\r\n")[1] == posted.text.split("\r\n")[1] == label
            assert asked.headers["delmaal-release"] == posted.headers["delmaal-release"] == release.id
            assert "memento-datetime" in asked.headers
            again = client.get(address, params={"query": query}, headers={"Accept": "text/csv",
                                                                          "If-None-Match": asked.headers["etag"]})
            assert again.status_code == 304
            led = client.post(f"/release/{release.id[:12]}/sparql", data={"query": query})
            assert (led.status_code, led.headers["location"]) == (307, address)
        assert client.get(address, params={"query": "SELECT"}).status_code == 400
        assert client.get(f"/release/{'0' * 12}/sparql", params={"query": query}).status_code == 404
        shutil.rmtree(served.first.folder / "store")
        gone = client.get(f"/release/{served.first.id}/sparql", params={"query": query})
        assert (gone.status_code, gone.json()["type"].rpartition("#")[2]) == (410, "release-store-dropped")
        assert "all.nt.gz" in gone.json()["detail"]
