"""Replicas: a server without sources, and a shelf that is kept like another while both are in use."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from command_line import delmaal
from conftest import ROOT, TINY, serving
from delmaal.cli import command
from delmaal.errors import ReleaseError
from delmaal.publish import publish
from delmaal.release import Release, Shelf
from delmaal.release.history import pin
from delmaal.release.replica import synchronise
from delmaal.release.retention import retain
from delmaal.validate import Report
from processes import wait_for
from succession import Succession


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file below a folder, with what tells that it was written."""
    return {str(path.relative_to(folder)): (path.lstat().st_mtime_ns, path.lstat().st_ino)
            for path in folder.rglob("*") if not path.is_dir()}


@pytest.mark.parametrize("publication", ["tiny", "elsewhere/tiny", str(TINY)])
def test_a_release_alone_is_served_and_nothing_is_built(tiny_release: Release, tmp_path: Path,
                                                        publication: str) -> None:
    """No sources are needed; where they are there, of another version, they are left alone."""
    shelf = Shelf(tmp_path / "out" / "tiny")
    shutil.copytree(tiny_release.folder, shelf.releases / tiny_release.id)
    shelf.switch(tiny_release)
    before = state(shelf.folder)
    with serving(Path(publication), tmp_path / "out", DELMAAL_NO_BUILD="1") as client:
        assert client.get("/ready").text == f"release {tiny_release.id}\n"
        assert client.get("/doc/theme/god-helse.ttl").status_code == 200
        assert client.get("/sparql", params={"query": "ASK {?s ?p ?o}"}).json()["boolean"]
        assert client.get("/search.json?q=helse").json()
    assert state(shelf.folder) == before


def test_what_comes_later_is_served_when_it_comes(tiny_release: Release, tmp_path: Path) -> None:
    """A replica may start before anything was copied to it: it listens, and says what it waits for."""
    server = serving(Path("tiny"), tmp_path / "out", DELMAAL_NO_BUILD="1")
    shelf = Shelf(tmp_path / "out" / "tiny")
    with server.listening() as client:
        assert client.get("/health").status_code == 200
        for address in ("/ready", "/", "/doc/theme/god-helse.ttl", "/doc/theme/none", "/catalog", "/data/all.nt",
                        "/sparql?query=ASK{}", "/search.json?q=helse", "/feed", "/release"):
            answer = client.get(address)
            assert answer.status_code == 503, address
            assert "retry-after" in answer.headers, address
        assert client.get("/ready").json()["type"].endswith("#release-missing")
        shutil.copytree(tiny_release.folder, shelf.releases / tiny_release.id)
        shelf.switch(tiny_release)
        wait_for(client, "/ready", 200)
        assert client.get("/doc/theme/god-helse.ttl").status_code == 200


def test_several_publications_without_a_name_are_a_question(tmp_path: Path) -> None:
    for name in ("north", "south"):
        (tmp_path / name / "releases").mkdir(parents=True)
    run = delmaal("serve", "--no-build", "--out", tmp_path)
    assert run.returncode == 2
    assert "north, south" in run.stderr


def test_help_says_what_it_is_for() -> None:
    assert "--no-build" in {option for parameter in command("serve").params for option in parameter.opts}


# One shelf like another


def content(shelf: Shelf) -> dict[str, bytes]:
    """What a shelf says, but for what a build and a copy keep for themselves."""
    return {str(path.relative_to(shelf.folder)): path.read_bytes() for path in sorted(shelf.folder.rglob("*"))
            if path.is_file() and not path.is_symlink() and path.name not in ("lock", "inputs.json")}


def same(one: Shelf, other: Shelf) -> bool:
    return content(one) == content(other) and one.current().id == other.current().id


@pytest.mark.parametrize("linked", [False, True])
def test_all_of_a_shelf_is_brought(releases: Succession, tmp_path: Path, linked: bool) -> None:
    """Releases, history, log, signatures, pins and notes of pushes; and what went there goes here."""
    source, target = releases.copy(tmp_path / "source").shelf, Shelf(tmp_path / "target" / "tiny")
    for name in ("signatures", "pushes"):
        (source.folder / name).mkdir(exist_ok=True)
        (source.folder / name / "x.json").write_text("{}", "utf-8")
    pin(source.folder, releases.second.id, pinned=True)
    done = synchronise(source, target, linked)
    assert (len(done.came), done.went, done.current) == (3, (), releases.last.id)
    assert same(source, target)
    before = state(target.folder)
    assert synchronise(source, target).came == ()
    assert {name: found for name, found in state(target.folder).items() if name != "lock"} == {
        name: found for name, found in before.items() if name != "lock"}
    pin(source.folder, releases.second.id, pinned=False)
    retain(source, 1, 1)
    assert sorted(synchronise(source, target).went) == sorted((releases.first.id, releases.second.id))
    assert same(source, target)


def halve_log(source: Shelf) -> None:
    (source.folder / "switches.jsonl").write_text("", "utf-8")


def lose_current(source: Shelf) -> None:
    shutil.rmtree(source.current().folder)


def cut_dump(source: Shelf) -> None:
    (source.current().folder / "data" / "all.nt").write_bytes(b"")


def cut_index(source: Shelf) -> None:
    (source.current().folder / "index" / "objects.at").write_bytes(b"")


def lose_changes(source: Shelf) -> None:
    shutil.rmtree(source.folder / "history" / "changes")


@pytest.mark.parametrize("spoil", [halve_log, lose_current, cut_dump, cut_index, lose_changes])
def test_nothing_is_put_in_place_of_a_source_that_is_half(releases: Succession, tmp_path: Path,
                                                              spoil: Callable[[Shelf], None]) -> None:
    source, target = releases.copy(tmp_path / "source").shelf, releases.copy(tmp_path / "target").shelf
    target.switch(releases.second)
    shutil.rmtree(target.releases / releases.last.id)
    before = content(target)
    spoil(source)
    with pytest.raises(ReleaseError, match=r"not whole") as caught:
        synchronise(source, target, patience=0)
    assert caught.value.code == "source-half"
    assert content(target) == before
    assert target.current().id == releases.second.id


def test_a_replica_that_is_damaged_is_mended(releases: Succession, tmp_path: Path) -> None:
    source, target = releases.copy(tmp_path / "source").shelf, releases.copy(tmp_path / "target").shelf
    cut_dump(target)
    cut_index(target)
    (target.releases / releases.first.id / "store" / "CURRENT").unlink()
    synchronise(source, target)
    assert same(source, target)


class Follower:
    """Follows a feed: reads the root again and again, and each page that it has not read."""

    def __init__(self, address: str) -> None:
        self.client = httpx.Client(base_url=address, timeout=30)
        self.read: dict[str, str] = {}
        self.wrong: list[str] = []
        self.switches: set[str] = set()

    def addresses(self) -> list[str]:
        answer = self.client.get("/feed", headers={"Accept": "application/ld+json", "Cache-Control": "no-cache"})
        if answer.status_code != 200:
            self.wrong.append(f"/feed {answer.status_code} {answer.text[:200]}")
        return sorted(set(re.findall(r'"(/feed/[0-9-]+/[0-9]+)"', answer.text)))

    def follow_until(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.follow()

    def follow(self) -> None:
        for address in self.addresses():
            if address in self.read:
                continue
            page = self.client.get(address, headers={"Accept": "text/turtle"})
            if page.status_code == 200:
                self.read[address] = page.text
                self.switches.add(address.split("/")[2].partition("-")[0])
            elif page.status_code != 410 or address in self.addresses():  # else others took its place just now
                self.wrong.append(f"{address} {page.status_code} {page.text[:200]}")
        rows = self.client.get("/release", headers={"Accept": "application/json"}).json()
        for row in rows[:3]:
            answer = self.client.get(f"/release/{row['name']}/doc/theme/ren-energi.ttl")
            if answer.status_code == 404 or (answer.status_code == 410 and row["kept"] and row["current"]):
                self.wrong.append(f"{row} {answer.status_code} {answer.text[:200]}")


@pytest.mark.long
def test_a_replica_is_whole_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The primary builds and prunes, the replica is synchronised all the time; whoever follows it misses nothing."""
    monkeypatch.setattr("delmaal.validate.validate", lambda *_: Report(()))
    folder = Path(shutil.copytree(TINY, tmp_path / "sources" / "tiny"))
    theme = folder / "themes" / "ren-energi.yaml"
    original = theme.read_text("utf-8")
    out, target = tmp_path / "out", Shelf(tmp_path / "replica" / "tiny")
    source = Shelf(out / "tiny")
    publish(folder, out)
    synchronise(source, target)
    stop, failures = threading.Event(), []

    def keep() -> None:
        while not stop.is_set():
            try:
                synchronise(source, target)
            except ReleaseError as error:
                failures.append(str(error))

    with serving(Path("tiny"), target.folder.parent, DELMAAL_NO_BUILD="1") as client:
        follower = Follower(str(client.base_url))
        keeper = threading.Thread(target=keep)
        keeper.start()
        watcher = threading.Thread(target=follower.follow_until, args=(stop,))
        watcher.start()
        for turn in range(8):
            theme.write_text(original.replace("en: Clean energy", f"en: Clean energy {turn}"), "utf-8")
            publish(folder, out)
            retain(source, 3, 2)
            time.sleep(0.2)
        time.sleep(1)
        stop.set()
        watcher.join(60)
        keeper.join(60)
        wait_for(client, "/ready", 200)
        synchronise(source, target)
        follower.follow()
        assert follower.wrong == []
        assert failures == []
        kept = f"releases/{source.current().id}/"  # of the others, the server may have some open still
        here, there = ({name: found for name, found in content(shelf).items()
                        if name.startswith(kept) or not name.startswith("releases/")} for shelf in (target, source))
        assert here == there
        assert wait_for(client, "/ready", 200).text == f"release {source.current().id}\n"
        assert len(client.get("/release", headers={"Accept": "application/json"}).json()) == 9
        assert "8" in follower.switches
        assert "Clean energy 7" in "".join(follower.read.values())
        follower.client.close()


def recipe() -> list[str]:
    """The commands that docs/engines.md gives for a replica on another machine."""
    text = (ROOT / "docs" / "engines.md").read_text("utf-8")
    block = re.search(r"```sh\n(# on the replica.*?)```", text, re.DOTALL)
    assert block, "docs/engines.md has no recipe for a replica"
    return block[1].splitlines()


@pytest.mark.skipif(shutil.which("rsync") is None, reason="rsync is not installed")
def test_the_recipe_with_rsync_runs_as_it_stands(releases: Succession, tmp_path: Path) -> None:
    """Over a shell that runs on this machine what ssh would run on the other."""
    source = releases.copy(tmp_path / "primary" / "var").shelf
    shell = tmp_path / "ssh"
    shell.write_text('#!/bin/sh\nshift\nexec sh -c "$*"\n', "utf-8")
    shell.chmod(0o755)
    script = "\n".join(recipe()).replace("primary:/srv/delmaal/trondheim", f"primary:{source.folder}")
    script = script.replace("/srv/delmaal/trondheim", str(tmp_path / "replica" / "tiny"))
    script = script.replace("/srv/incoming/trondheim", str(tmp_path / "incoming" / "tiny"))
    script = f"set -e\ndelmaal() {{ {sys.executable} -m delmaal \"$@\"; }}\n{script}"
    target = Shelf(tmp_path / "replica" / "tiny")
    for _ in range(2):
        run = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False,
                             env={**os.environ, "RSYNC_RSH": str(shell)})
        assert run.returncode == 0, run.stderr
        assert same(source, target)
        source.switch(releases.second)
        retain(source, 1, 1)


# What is not here may be elsewhere


def test_a_replica_that_is_behind_says_so_and_never_gone(releases: Succession, tmp_path: Path) -> None:
    """Log and releases came, and the history not yet; then a release is missing that the log names."""
    served = releases.copy(tmp_path)
    shelf = served.shelf
    shutil.move(shelf.folder / "history" / "changes" / "000001", tmp_path / "1")
    shutil.rmtree(served.first.folder)
    with serving(Path("tiny"), tmp_path, DELMAAL_NO_BUILD="1") as client:
        for address in ("/feed/1/1", "/feed/3-4/1", "/feed/9/1", f"/release/{served.first.id}", f"/release/{'0' * 64}",
                        f"/release/{served.first.id}/doc/theme/ren-energi.ttl", "/feed/0/1",
                        f"/release/{served.first.id}/manifest.json"):
            answer = client.get(address, headers={"Accept": "text/turtle, application/json;q=0.5"})
            assert (answer.status_code, answer.headers.get("retry-after")) == (503, "60"), address
            assert answer.json()["type"].endswith("#not-here-yet")
        assert client.get("/feed/nonsense/1").status_code == 404
        assert client.get("/release/123").status_code == 404
        shutil.move(tmp_path / "1", shelf.folder / "history" / "changes" / "000001")
        assert wait_for(client, "/feed/1/1", 200)
