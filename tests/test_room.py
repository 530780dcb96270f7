"""What the server has to run with: descriptors and memory, what it makes of them, and what it says of too little."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT, TINY, free_port, serving
from delmaal.errors import QueryTooBig
from delmaal.keeper import Keeper, Request, ask
from delmaal.keeper.memory import children_of, memory, oom_kills, query_memory, too_much, web_memory
from delmaal.release import Release
from delmaal.serving.processes.room import needed
from delmaal.settings import load
from processes import WAIT, descendants, keeper_of, parent_of, until, words


@pytest.mark.parametrize(("limit", "environment", "least"), [
    ("95:95", {}, "96"), ("6:20", {}, "96"), ("300:300", {"DELMAAL_QUERY_WORKERS": "200"}, "432"),
])
def test_too_few_descriptors_are_refused_with_the_number(tiny_release: Release, shelves: Path, limit: str,
                                                         environment: dict[str, str], least: str) -> None:
    assert tiny_release.folder.is_dir()
    command = ["prlimit", f"--nofile={limit}", sys.executable, "-m", "delmaal", "serve", str(TINY), "--no-build",
               "--out", str(shelves), "--port", str(free_port())]
    found = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60,
                           cwd=ROOT, check=False)
    assert found.returncode == 5, found.stdout + found.stderr
    assert "descriptors-few" in found.stderr
    assert f" {limit.partition(':')[2]} " in found.stderr
    assert f" {least} " in found.stderr.replace("\n", " ")
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("limit", ["96:96", "64:4096"], ids=["the least", "a soft limit that may be raised"])
def test_enough_descriptors_are_enough_for_everything(tiny_release: Release, shelves: Path, limit: str) -> None:
    assert tiny_release.folder.is_dir()
    server = serving(TINY, shelves)
    server.command = ["prlimit", f"--nofile={limit}", *server.command]
    with server as client:
        for number in range(20):
            for path in ("/", "/doc/theme/god-helse", "/search.json?q=helse", "/data/all.nt", "/release", "/ready"):
                assert client.get(path).status_code == 200
            assert client.post("/sparql", data={"query": f"ASK {{}} # {number}"}).status_code == 200


def test_where_no_descriptor_is_left_it_says_so_and_goes_on(tiny_release: Release, shelves: Path) -> None:
    """On a connection that was there before: whatever needs another file is 503, and 200 again afterwards."""
    assert tiny_release.folder.is_dir()
    server = serving(TINY, shelves, DELMAAL_WORKERS="1")
    paths = ["/health", "/ready", "/metrics", "/", "/doc/theme/god-helse", "/data/all.nt", "/static/site.css",
             "/release", "/search.json?q=helse", "/sparql?query=ASK%7B%7D", "/feed", "/catalog",
             "/sparql?query=SELECT%20*%7B%3Fs%20%3Fp%20%3Fo%7D", "/timemap/json/doc/theme/god-helse",
             f"/release/{tiny_release.id}/doc/theme/god-helse"]
    with server as client:
        worker = max(pid for pid in descendants(server.process.pid)
                     if parent_of(pid) == server.process.pid and b"keeper" not in words(pid)
                     and b"tracker" not in words(pid))
        number = max(int(path.name) for path in Path(f"/proc/{worker}/fd").iterdir()) + 1
        filling = [socket.create_connection(("127.0.0.1", client.base_url.port or 80)) for _ in range(number)]
        until(lambda: len(list(Path(f"/proc/{worker}/fd").iterdir())) > number, WAIT)  # no gap is left below
        held = max(int(path.name) for path in Path(f"/proc/{worker}/fd").iterdir()) + 1
        subprocess.run(["prlimit", "--pid", str(worker), f"--nofile={held}:20000"], check=True)
        statuses = {path: client.get(path).status_code for path in paths}
        assert set(statuses.values()) <= {200, 303, 404, 503}, statuses
        assert 503 in statuses.values(), "it was tried"
        assert statuses["/health"] == 200
        subprocess.run(["prlimit", "--pid", str(worker), "--nofile=20000:20000"], check=True)
        assert {client.get(path).status_code for path in paths} == {200}
        for connection in filling:
            connection.close()
    assert "Traceback" not in server.printed


def test_what_is_needed_grows_with_the_processes() -> None:
    assert needed(load({}, {"DELMAAL_QUERY_WORKERS": "5"})) == 96
    assert needed(load({}, {"DELMAAL_QUERY_WORKERS": "256"})) > 512
    assert needed(load({}, {"DELMAAL_WORKERS": "64"})) > 512


def test_queries_share_the_memory_that_there_is() -> None:
    """Together with the web processes they need no more than there is, but for the least that makes sense."""
    settings = load({}, {"DELMAAL_QUERY_WORKERS": "5"})
    shares = [query_memory(settings, megabytes << 20) for megabytes in (256, 1024, 2048, 4096, 8192, 1 << 20)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (64, 1024)
    for megabytes in (1024, 2048, 4096, 8192):
        assert 5 * query_memory(settings, megabytes << 20) + web_memory(settings) <= megabytes
        assert not too_much(settings, megabytes << 20)
    assert "256 MB" in too_much(settings, 256 << 20)
    chosen = load({}, {"DELMAAL_QUERY_WORKERS": "5", "DELMAAL_QUERY_MEMORY_MB": "1024"})
    assert query_memory(chosen, 2048 << 20) == 1024
    assert "5,504 MB" in too_much(chosen, 2048 << 20)
    assert 64 << 20 < memory() <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_a_server_that_may_need_more_than_there_is_says_so(tiny_release: Release, shelves: Path) -> None:
    assert tiny_release.folder.is_dir()
    server = serving(TINY, shelves, DELMAAL_QUERY_MEMORY_MB="1000000")
    with server as client:
        assert client.post("/sparql", data={"query": "ASK {}"}).status_code == 200
        children = descendants(keeper_of(server.process.pid))
        assert len(children) == children_of(load({}, {}))
        until(lambda: all(Path(f"/proc/{pid}/oom_score_adj").read_text() == "800\n" for pid in children), WAIT)
    assert "DELMAAL_QUERY_MEMORY_MB" in server.printed
    with serving(TINY, shelves) as client:
        assert client.get("/ready").status_code == 200


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group of this process's own with 200 MB."""
    name = f"delmaal-{os.getpid()}"
    own = next((line.rpartition(":")[2] for line in Path("/proc/self/cgroup").read_text().splitlines()
                if ":memory:" in line), "")
    for above, limit in ((Path("/sys/fs/cgroup/memory") / own.strip("/"), "memory.limit_in_bytes"),
                         (Path("/sys/fs/cgroup"), "memory.max")):
        path = above / name
        try:
            path.mkdir()
            (path / limit).write_text(str(200 << 20))
        except OSError:
            with contextlib.suppress(OSError):
                path.rmdir()
            continue
        yield path
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            try:
                path.rmdir()
                break
            except OSError:  # its processes are just ending
                time.sleep(0.1)
        return
    pytest.skip("no control group may be made here")


def test_the_kernel_ends_a_query_and_no_more_where_there_is_no_memory_left(tiny_release: Release, tmp_path: Path,
                                                                           group: Path) -> None:
    """That is told from a kill from outside, and the keeper and its other children live on."""
    keeper = Keeper(load({"query_memory_mb": "2000", "query_seconds": "60"}, {}), tmp_path)
    keeper.start()
    try:
        assert keeper._process is not None
        pid, folder = keeper._process.pid, str(tiny_release.folder)
        ask(keeper.socket, Request(folder, "ASK {}"))
        for each in (pid, *descendants(pid)):
            (group / "cgroup.procs").write_text(str(each))
        before = oom_kills()
        doubling = " ".join(f"BIND(CONCAT(?x{number}, ?x{number}) AS ?x{number + 1})" for number in range(40))
        with pytest.raises(QueryTooBig):
            ask(keeper.socket,
                Request(folder, f"SELECT (STRLEN(?x40) AS ?n) {{ BIND('{'x' * 1000}' AS ?x0) {doubling} }}"))
        assert oom_kills() == before, "of this process's own group"
        assert keeper.trouble() == ""
        assert ask(keeper.socket, Request(folder, "ASK {}")).body
    finally:
        keeper.stop()
