"""What people have survives: a shelf and sources that an earlier version left are served, extended and built."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from conftest import ROOT
from delmaal.publish import check, publish
from delmaal.release import Shelf
from delmaal.release.caches import load_store
from delmaal.release.log import read_switches
from delmaal.validate import Report
from plain_wsgi import PlainWsgi

KEPT = ROOT / "tests" / "kept"
ANSWERS = KEPT / "answers-0.1.json"
FIRST = "61569c6564b1457640db221318ffeaf5f85b75eb96147d423f9d4819b9c4e306"
DROPPED = "6f6cc0a59eade95545003ea70435977c05427bc20c02a95e358a05f5eed10867"
LAST = "cb636b335bbcd9314fb7fb241be865f1dbba52e3d3fd99e6c0fbf250b63db007"
HEADERS = ("content-type", "link", "location", "content-location", "memento-datetime", "cache-control")
ORIGINALS = ("/", "/catalog.ttl", "/doc/theme/ren-energi", "/doc/theme/ren-energi.jsonld", "/data/all.nt", "/ns",
             "/doc/area/nylandet", "/doc/target-link/ren-energi-7.2", "/.well-known/void",
             "/doc?iri=http://metadata.un.org/sdg/7.2")
TIMES = ("Tue, 01 Dec 2020 00:00:00 GMT", "Tue, 01 Dec 2026 00:28:45 GMT", "Tue, 01 Dec 2026 00:28:50 GMT",
         "Tue, 01 Dec 2026 00:28:53 GMT", "Tue, 01 Dec 2026 00:28:56 GMT", "Wed, 01 Dec 2126 00:00:00 GMT")
SUFFIXES = (".ttl", ".nt", ".jsonld", ".rdf", "")
PER_RELEASE = ("doc/theme/ren-energi", "doc/area/nylandet", "doc/target-link/ren-energi-7.2", "doc/cube/statistics")
FILES = ("manifest.json", "signatures.json", "data/all.nt", "data/all.nt.gz", "data/graphs.nq", "catalog.ttl",
         "void.ttl", "provenance.ttl", "report.ttl", "cite.bib")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kept shelf, in a folder `tiny`; read only."""
    return unpack("shelf-0.1.tar.xz", tmp_path_factory.mktemp("kept")) / "out" / "tiny"


@pytest.fixture(scope="module")
def kept_server(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server over a copy of the kept shelf."""
    folder = tmp_path_factory.mktemp("served")
    shelf = shutil.copytree(unpacked, folder / "tiny", symlinks=True)
    with PlainWsgi(shelf, folder / "run") as client:
        yield client


def unpack(name: str, folder: Path) -> Path:
    """Unpack one of the kept archives."""
    with tarfile.open(KEPT / name) as archive:
        archive.extractall(folder, filter="data")
    return folder


def asked() -> Iterator[tuple[str, dict[str, str]]]:
    """Everything that is asked but the feed's pages: addresses and the headers of the request."""
    program = {"Accept": "application/json, text/turtle;q=0.9"}
    yield "/release", program
    yield "/feed", {"Accept": "text/turtle"}
    for release in (FIRST, DROPPED, LAST):
        yield f"/release/{release}", program
        for file in FILES:
            yield f"/release/{release}/{file}", program
        for path in PER_RELEASE:
            for suffix in SUFFIXES:
                yield f"/release/{release}/{path}{suffix}", {"Accept": "text/turtle"}
    for one, other in ((FIRST, LAST), (LAST, FIRST), (FIRST, DROPPED)):
        for suffix in (".rdfp", ".json"):
            yield f"/release/{one}/diff/{other}{suffix}", {}
    for original in ORIGINALS:
        for kind in ("link", "json"):
            yield f"/timemap/{kind}{original}", {}
        for time in TIMES:
            yield original, {"Accept-Datetime": time, "Accept": "text/turtle"}
    for path in ("area/nylandet", "target-link/ren-energi-7.2"):
        for place in ("id", "doc"):
            yield f"/{place}/{path}", program
            yield f"/{place}/{path}", {"Accept": "text/html"}


def pages_of_feed(client: httpx.Client) -> Iterator[str]:
    """The feed's pages, found as a follower finds them."""
    seen, waiting = set(), ["/feed"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        if address != "/feed":
            yield address
        text = client.get(address, headers={"Accept": "application/n-triples, text/turtle;q=0.5"}).text
        waiting += sorted({urlsplit(urljoin("https://example.org/lillevik/feed", found)).path.removeprefix("/lillevik")
                           for found in re.findall(r"tree:node <([^>]*)>", text)})


def answers(client: httpx.Client) -> list[dict[str, Any]]:
    """What a server says to all that is asked; of pages that people read, the status and headers alone."""
    rows = [*asked(), *((address, {"Accept": "text/turtle"}) for address in pages_of_feed(client))]
    return [said(client, address, headers) for address, headers in rows]


def said(client: httpx.Client, address: str, headers: dict[str, str]) -> dict[str, Any]:
    """One answer, as far as it has to stay."""
    answer = client.get(address, headers=headers)
    page = answer.headers.get("content-type", "").startswith("text/html")
    kept = {name: answer.headers[name] for name in HEADERS if name in answer.headers}
    return {"address": address, "asked": headers, "status": answer.status_code, "headers": kept,
            "body": "a page" if page else hashlib.sha256(answer.content).hexdigest()}


def test_kept_shelf_is_answered_as_ever(kept_server: httpx.Client) -> None:
    """Mementos, TimeMaps, TimeGates, the feed and what is gone: status, headers and bytes."""
    if os.environ.get("DELMAAL_REFRESH_KEPT") == "1":
        ANSWERS.write_text(json.dumps(answers(kept_server), indent=0, ensure_ascii=False) + "\n", "utf-8")
        pytest.skip("the answers were written anew")
    expected = json.loads(ANSWERS.read_text("utf-8"))
    assert len(expected) > 190
    assert {200, 302, 303, 404, 410} <= {row["status"] for row in expected}
    for row, found in zip(expected, answers(kept_server), strict=True):
        assert found == row


def test_kept_releases_are_whole_and_signed(unpacked: Path, tmp_path: Path) -> None:
    shelf = shutil.copytree(unpacked, tmp_path / "out" / "tiny", symlinks=True)
    key = str(unpacked.parent / "public.pem")
    for release in (FIRST, LAST):
        load_store(shelf / "releases" / release)
        command = [sys.executable, "-m", "delmaal", "verify", str(ROOT / "tests" / "tiny"), "--release", release]
        done = subprocess.run([*command, "--out", str(shelf.parent), "--key", key], capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done.stderr
        assert "signed" in done.stdout


def test_kept_shelf_is_extended(unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release of today on top: the old switches stay, and so do mementos, feed pages and what was gone."""
    monkeypatch.setattr("delmaal.validate.validate", lambda *_: Report(()))
    folder = shutil.copytree(unpacked, tmp_path / "out" / "tiny", symlinks=True)
    sources = unpack("sources-0.1.tar.xz", tmp_path) / "sources" / "tiny"
    before = read_switches(folder)
    fresh = publish(sources, folder.parent).release
    after = read_switches(folder)
    assert after[:len(before)] == before
    assert after[-1].release == fresh.id
    assert Shelf(folder).current().id == fresh.id
    expected = json.loads(ANSWERS.read_text("utf-8"))
    with PlainWsgi(folder, tmp_path / "run") as client:
        for row in expected:
            address = row["address"]
            if address.startswith(("/release/", "/feed/")) or ("Accept-Datetime" in row["asked"] and "2026" in
                                                               row["asked"]["Accept-Datetime"]):
                found = said(client, address, row["asked"])
                if "/diff/" not in address or row["status"] == 200:
                    assert (found["status"], found["body"]) == (row["status"], row["body"]), address
                    if row["status"] == 302:
                        assert found["headers"]["location"] == row["headers"]["location"]
        assert client.get("/doc/area/nylandet", headers={"Accept": "application/json"}).status_code == 410
        assert client.get("/doc/theme/ren-energi.ttl").status_code == 200
        difference = client.get(f"/release/{LAST}/diff/{fresh.id}.rdfp")
        assert difference.status_code == 200
        assert difference.text.count("\nA ") > 20


@pytest.mark.parametrize("name", ["tiny", "trondheim"])
def test_kept_sources_have_no_mistake(tmp_path: Path, name: str) -> None:
    """What was valid is valid: no finding that stops a release."""
    found = check(unpack("sources-0.1.tar.xz", tmp_path) / "sources" / name)
    assert not found.errors
    assert not found.report.of("Violation")
