"""A release that cannot be served whole is never switched to, and one that is damaged while it is served ends nothing.

One server runs for all of it: a release is damaged in one way, the link is made to lead to it, the old one has to go on
answering, and what is wrong has to be said; then it is mended, and has to be served.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from conftest import serving
from delmaal.errors import ReleaseError
from delmaal.release import Release, Shelf
from delmaal.release.identity import seal_of
from delmaal.release.soundness import SERVED, examine
from processes import WAIT, descendants, wait_for, words
from succession import Succession

THEME = "/doc/theme/ren-energi.ttl"


class Served(NamedTuple):
    """A running server, its shelf with releases to switch between, and its processes."""

    client: httpx.Client
    it: Succession
    server: serving

    def switch(self, release_id: str) -> None:
        """Make the link lead to a release, as a switch does, whether or not it can be read."""
        fresh = self.it.shelf.folder / "fresh"
        fresh.symlink_to(Path("releases") / release_id)
        fresh.replace(self.it.shelf.folder / "current")

    def workers(self) -> set[int]:
        """The web processes."""
        main = self.server.process.pid
        lines = {pid: words(pid) for pid in descendants(main)}
        keepers = {pid for pid, line in lines.items() if b"delmaal.keeper" in line}
        return {*lines} - keepers - {pid for pid, line in lines.items() if not line or b"resource_tracker" in line}


@pytest.fixture(scope="module")
def served(releases: Succession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of the second release, beside the last."""
    it = releases.copy(tmp_path_factory.mktemp("damage"))
    it.shelf.switch(it.second)
    server = serving(it.publication, it.shelf.folder.parent, DELMAAL_NO_BUILD="1")
    with server as client:
        yield Served(client, it, server)


def cut(size: int) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(path.read_bytes()[:size])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def fold(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "emptied": cut(0), "cut to 100 bytes": cut(100), "cut in half": halve, "with another bit": flip,
    "missing": Path.unlink, "a folder": fold, "longer": lengthen,
}


def told_of(client: httpx.Client, old: str) -> str:
    """What /ready says while the old release answers pages, SPARQL and search."""
    assert old in client.get(THEME).text
    assert client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}).json()["boolean"] is True
    assert client.get("/search.json?q=energi").json()["total"]
    answer = client.get("/ready")
    assert answer.status_code == 503
    found = answer.json()
    assert {name: found["checks"][name] for name in ("pages", "sparql", "search")} == dict.fromkeys(
        ("pages", "sparql", "search"), "ok")
    assert found["served"] == old
    assert found["detail"] == found["checks"]["release"] != "ok"
    return str(found["detail"])


def settled(client: httpx.Client, status: int, served: str) -> None:
    """Until every process has looked at what the link leads to, and serves that release.

    The kernel deals new connections out by chance: 24 that agree leave none out, but once in some million times. The
    client's own connection stays with one process, which is asked as well.
    """
    deadline = time.monotonic() + WAIT
    agreed = 0
    while agreed < 24:
        assert time.monotonic() < deadline, client.get("/ready").text
        with httpx.Client(base_url=client.base_url) as fresh:
            both = fresh.get("/ready"), client.get("/ready")
        agreed = agreed + 1 if all(each.status_code == status and served in each.text for each in both) else 0


def files(release: Path) -> list[str]:
    return sorted(path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file())


GROUPS = ("data", "metadata", "index", "search", "store", "manifest.json")


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_of_every_file_is_found(releases: Succession, tmp_path: Path, damage: str) -> None:
    """Whatever becomes of whichever file of a release: what is asked before a switch says which it is."""
    release = releases.copy(tmp_path).last
    served = (*SERVED, "store")
    examine(release, served)
    for name in files(release.folder):
        path, content = release.folder / name, (release.folder / name).read_bytes()
        if len(content) <= 100 and damage in ("emptied", "cut to 100 bytes", "cut in half", "with another bit"):
            continue
        DAMAGES[damage](path)
        with pytest.raises(ReleaseError) as caught:
            examine(Shelf(path_of_shelf(release)).open(release.id), served)
        assert name.removesuffix("seal.json").replace("manifest.json", "manifest") in caught.value.sentence
        if path.is_dir():
            path.rmdir()
        path.write_bytes(content)
    examine(release, served)


def path_of_shelf(release: Release) -> Path:
    return release.folder.parent.parent


@pytest.mark.parametrize(("group", "damage"), list(zip(GROUPS, ("cut in half", "with another bit", "cut to 100 bytes",
                                                                "missing", "emptied", "a folder"), strict=True)))
def test_a_damaged_release_is_never_switched_to(served: Served, group: str, damage: str, tmp_path: Path) -> None:
    """The biggest file of each kind, damaged in one way each, on a running server; mended, it is served."""
    last, old = served.it.last.folder, served.it.second.id
    whole = shutil.copytree(last, tmp_path / "whole")
    among = [name for name in files(last) if name.partition("/")[0] == group]
    name = max(among, key=lambda name: (last / name).stat().st_size)
    DAMAGES[damage](last / name)
    try:
        served.switch(last.name)
        settled(served.client, 503, old)
        said = told_of(served.client, old)
        assert (name if group != "manifest.json" else "manifest") in said
    finally:
        shutil.rmtree(last)
        whole.rename(last)
    settled(served.client, 200, last.name)
    assert served.client.get("/ready").text == f"release {last.name}\n"
    served.switch(old)
    settled(served.client, 200, old)


MANIFESTS: dict[str, dict[str, Any]] = {
    "base a number": {"base": 5}, "files nothing": {"files": None}, "files a list": {"files": []},
    "no files": {"files": {}}, "a size as text": {"files": {"data/all.nt": {"size": "1", "sha256": "0" * 64}}},
    "a newer format": {"format": "3"}, "a newer format as a number": {"format": 9},
    "title a text": {"title": "Lillevik"},
    "parts a list": {"parts": ["themes"]}, "licence null": {"licence": None}, "publication a list": {"publication": []},
    "no publication": {"publication": ...}, "no title": {"title": ...}, "of another": {"id": "0" * 64},
    "findings true": {"findings": {"Warning": True}}, "another title": {"title": {"nb": "Annen", "en": "Other"}},
}


def mistyped(folder: Path, change: str, sealed: bool) -> None:
    """Change a release's manifest, and seal it again."""
    manifest = {**json.loads((folder / "manifest.json").read_bytes()), **MANIFESTS[change]}
    manifest = {name: value for name, value in manifest.items() if value is not ...}
    if sealed:
        manifest["seal"] = seal_of(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


@pytest.mark.parametrize("sealed", [True, False])
def test_every_mistyped_manifest_is_found(releases: Succession, tmp_path: Path, sealed: bool) -> None:
    release = releases.copy(tmp_path).last
    before = (release.folder / "manifest.json").read_bytes()
    for change in MANIFESTS:
        if sealed and change == "another title":
            continue  # who can write the seal can write the title
        mistyped(release.folder, change, sealed)
        with pytest.raises(ReleaseError) as caught:
            examine(Shelf(path_of_shelf(release)).open(release.id))
        assert "manifest" in caught.value.sentence or "format" in caught.value.sentence
        assert caught.value.code == ("release-newer" if "newer" in change else "release-damaged"), change
        (release.folder / "manifest.json").write_bytes(before)


@pytest.mark.parametrize("change", ["base a number", "files nothing", "a newer format"])
def test_a_mistyped_manifest_is_never_switched_to(served: Served, change: str) -> None:
    path, old = served.it.last.folder / "manifest.json", served.it.second.id
    before = path.read_bytes()
    mistyped(path.parent, change, sealed=True)
    try:
        served.switch(served.it.last.id)
        settled(served.client, 503, old)
        said = told_of(served.client, old)
        assert "newer version" in said if "newer" in change else "manifest" in said
    finally:
        path.write_bytes(before)
    settled(served.client, 200, served.it.last.id)
    served.switch(old)
    settled(served.client, 200, old)


@pytest.fixture
def busy(served: Served) -> Iterator[Callable[[], list[str]]]:
    """Clients that ask all the while; what is called gives the answers that are neither right nor a 503."""
    stop, wrong = threading.Event(), []
    names = ("theme/ren-energi", "theme/god-helse", "area/lillevik", "document/helseplan-2020-2024")

    def ask(number: int) -> None:
        with httpx.Client(base_url=served.client.base_url, timeout=30) as client:
            while not stop.is_set():
                for name in names:
                    for address in (f"/doc/{name}.ttl?page=1", f"/doc/{name}", "/search.json?q=helse", "/data/all.nt"):
                        try:
                            answer = client.get(address, headers={"Cache-Control": "no-cache"})
                        except httpx.TransportError as error:
                            wrong.append(f"{address}: {error!r}")
                            continue
                        if answer.status_code not in (200, 503) or (answer.status_code == 503 and not (
                                answer.headers.get("retry-after") and answer.content)):
                            wrong.append(f"{number} {address}: {answer.status_code} {answer.text[:100]}")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()

    def end() -> list[str]:
        stop.set()
        for thread in threads:
            thread.join(60)
        return wrong

    yield end
    end()


@pytest.mark.parametrize("name", ["data/all.nt", "index/subjects.key", "index/objects.at", "search/things"])
def test_a_file_that_is_cut_while_it_is_served_ends_no_process(served: Served, name: str,
                                                              busy: Callable[[], list[str]]) -> None:
    """What is mapped is cut in its place, under load: the same processes go on, and nothing false is told. The release
    that was current before is served until the file is mended."""
    folder = served.it.second.folder
    path = folder / name
    if path.is_dir():
        path = max(path.iterdir(), key=lambda each: each.stat().st_size)
    content, before = path.read_bytes(), served.workers()
    assert len(before) == 2
    time.sleep(0.3)
    os.truncate(path, 0)
    try:
        settled(served.client, 503, served.it.last.id)
        deadline = time.monotonic() + WAIT
        while path.name not in (found := served.client.get("/ready").json())["detail"]:  # which file is found out next
            assert time.monotonic() < deadline, found
        assert found["served"] == served.it.last.id
        assert served.client.get("/doc/theme/ren-energi.ttl").status_code == 200
    finally:
        path.write_bytes(content)
    settled(served.client, 200, folder.name)
    assert served.client.get("/ready").text == f"release {folder.name}\n"
    assert busy() == []
    assert served.workers() == before


@pytest.mark.parametrize("name", ["data/themes.ttl", "index", "search", "store", "manifest.json"])
def test_what_is_taken_away_while_it_is_served_is_no_404(served: Served, name: str) -> None:
    """Nothing that is served says 404, 410 or 500 of what cannot be read; what is open is read on."""
    path, away = served.it.second.folder / name, served.it.shelf.folder / "away"
    before = served.workers()
    path.rename(away)
    try:
        settled(served.client, 503, served.it.second.id)
        found = served.client.get("/ready").json()
        assert name in found["detail"] or "manifest" in found["detail"]
        for address in (THEME, "/doc/theme/ren-energi", "/", "/catalog.ttl", "/data/all.nt", "/data/themes.ttl",
                        "/data/all.nt.gz", "/search.json?q=energi", "/sparql?query=ASK{?s+?p+?o}", "/void.ttl", "/feed",
                        "/release", f"/release/{served.it.second.id}/data/themes.ttl",
                        f"/release/{served.it.second.id}/doc/theme/ren-energi"):
            with httpx.Client(base_url=served.client.base_url) as fresh:
                answer = fresh.get(address, headers={"Accept": "text/html, */*;q=0.5"})
            assert answer.status_code in (200, 303, 503), f"{address}: {answer.status_code} {answer.text[:200]}"
        assert served.client.get(THEME).status_code == 200
    finally:
        away.rename(path)
    settled(served.client, 200, served.it.second.id)
    assert served.workers() == before


@pytest.mark.parametrize("address", ["/", THEME, "/doc/theme/none", "/id/theme/none", "/catalog", "/data/all.nt",
                                     "/sparql?query=ASK{}", "/search.json?q=x", "/feed", "/release", "/sitemap.xml"])
def test_only_a_damaged_release_is_a_503_in_words(damaged_alone: httpx.Client, address: str) -> None:
    """404 and 410 would tell harvesters to delete what they have."""
    answer = damaged_alone.get(address)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "index/subjects.at" in answer.json()["detail"]


@pytest.fixture(scope="module")
def damaged_alone(tiny_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server with one release, which is damaged."""
    shelf = Shelf(tmp_path_factory.mktemp("alone") / "tiny")
    shutil.copytree(tiny_release.folder, shelf.releases / tiny_release.id)
    shelf.switch(tiny_release)
    halve(shelf.releases / tiny_release.id / "index" / "subjects.at")
    with serving(Path("tiny"), shelf.folder.parent, DELMAAL_NO_BUILD="1").listening() as client:
        wait_for(client, "/health", 200)
        yield client


def test_only_a_damaged_release_is_alive_and_not_ready(damaged_alone: httpx.Client) -> None:
    assert damaged_alone.get("/health").status_code == 200
    ready = wait_for(damaged_alone, "/ready", 503)
    assert {*ready.json()["checks"]} == {"release", "pages", "sparql", "search"}
    assert "ok" not in ready.json()["checks"].values()
    assert ready.headers["cache-control"] == "no-store"


def test_ready_names_what_it_checked(served: Served) -> None:
    answer = served.client.get("/ready", headers={"Accept": "application/json"})
    assert answer.json() == {"release": served.it.second.id, "checks": dict.fromkeys(
        ("release", "pages", "sparql", "search"), "ok")}
