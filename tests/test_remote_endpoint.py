"""The endpoint over a remote store: a real `oxigraph serve`, filled by `delmaal push`, asked through our server."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from conftest import TINY, free_port, serving
from delmaal.keeper.limits import is_stopped
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load
from processes import until

THEMES = "SELECT ?l { ?t a delmaal:Theme ; skos:prefLabel ?l } ORDER BY ?l"


def test_push_then_serve_from_the_remote_store(tiny_release: Release, shelves: Path, tmp_path: Path) -> None:
    port = free_port()
    store = f"http://127.0.0.1:{port}"
    binary = Path(sys.executable).with_name("oxigraph")
    remote = subprocess.Popen([binary, "serve", "--location", str(tmp_path / "db"), "--bind", f"127.0.0.1:{port}"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{store}/query", params={"query": "ASK {}"})
                break
            except httpx.TransportError:
                time.sleep(0.05)
        settings = load({}, {"DELMAAL_ENGINE_URL": f"{store}/query"})
        empty = create_app(settings, Releases(Shelf(tiny_release.folder.parent.parent))).test_client()
        assert empty.get("/ready").status_code == 503  # nothing is pushed yet: no answer from another dataset
        assert empty.get("/sparql", query_string={"query": THEMES}).status_code == 503
        push = subprocess.run(
            [sys.executable, "-m", "delmaal", "push", str(TINY), "--out", str(shelves), "--engine-url",
             f"{store}/query", "--engine-store-url", f"{store}/store"], capture_output=True, text=True, check=False)
        assert push.returncode == 0, push.stderr
        with serving(TINY, shelves, DELMAAL_ENGINE_URL=f"{store}/query", DELMAAL_QUERY_SECONDS="2") as client:
            answer = client.get("/sparql", params={"query": THEMES}, headers={"Accept": "text/csv"})
            assert answer.text.splitlines() == ["l", "Clean energy", "God helse", "Good health", "Ren energi"]
            service = client.get("/sparql", params={"query": "ASK { SERVICE <http://127.0.0.1:1/> {} }"})
            assert service.status_code == 400
            unknown = client.get("/sparql", params={"query": "ASK {}", "default-graph-uri": "http://example.org/x"})
            assert unknown.status_code == 400
            remote.send_signal(signal.SIGSTOP)
            until(lambda: is_stopped(remote.pid), 20)
            late = client.get("/sparql", params={"query": THEMES + " # late"})
            assert late.status_code == 504, late.text
            assert (late.status_code, late.json()["type"].rpartition("#")[2]) == (504, "engine-too-slow")
            assert int(late.headers["retry-after"]) > 0
            remote.send_signal(signal.SIGCONT)
            assert client.get("/sparql", params={"query": THEMES + " # later"}).status_code == 200
            remote.kill()
            remote.wait()
            lost = client.get("/sparql", params={"query": THEMES + " # again"})
            assert lost.status_code == 502
            assert int(lost.headers["retry-after"]) > 0
            assert "127.0.0.1" not in lost.text
            assert client.get("/doc/theme/god-helse").status_code == 200  # descriptions need no store
    finally:
        remote.kill()
        remote.wait()
