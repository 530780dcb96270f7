"""Whatever is broken under a running server is mended within seconds, without a restart; what is left is removed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from conftest import ROOT, TINY, free_port, serving
from delmaal.release import Release
from delmaal.serving.processes.rundir import OWNER, RunDir, remove_orphans
from processes import alive, descendants, keeper_of, metric, parent_of, until, words

SECONDS = 20
"""On a quiet machine each takes less than three."""


class Served(NamedTuple):
    """A running server: a client, its main process, and the folder for its temporary files."""

    client: httpx.Client
    pid: int
    temporary: Path

    @property
    def run_dir(self) -> Path:
        """The folder that its processes share."""
        return next(path for path in self.temporary.glob("delmaal-*") if not path.name.endswith("away"))

    @property
    def keeper(self) -> int:
        """The keeper's process."""
        return keeper_of(self.pid)

    @property
    def workers(self) -> set[int]:
        """The web processes."""
        return {pid for pid in descendants(self.pid) if parent_of(pid) == self.pid
                and b"delmaal.keeper" not in words(pid) and b"tracker" not in words(pid)}

    def well(self) -> bool:
        """Whether both web processes and the keeper are there, and answer for all that they are for."""
        try:
            with httpx.Client(base_url=self.client.base_url, timeout=5) as fresh:
                number = os.urandom(4).hex()
                return (fresh.get("/ready").status_code == 200
                        and fresh.post("/sparql", data={"query": f"ASK {{}} # {number}"}).status_code == 200
                        and metric(fresh, 'delmaal_workers{kind="web"}') == 2
                        and self.run_dir.joinpath(OWNER).is_file())
        except (httpx.TransportError, StopIteration):
            time.sleep(0.1)
            return False


@pytest.fixture(scope="module")
def served(tiny_release: Release, shelves: Path) -> Iterator[Served]:
    """A server with a folder for temporary files of its own."""
    assert tiny_release.folder.is_dir()
    with tempfile.TemporaryDirectory(prefix="dm-") as folder:  # the address of a socket has room for some hundred bytes
        yield from serve_with(Path(folder), shelves)


def serve_with(temporary: Path, shelves: Path) -> Iterator[Served]:
    """Serve with that folder for temporary files, and see that nothing stays in it."""
    server = serving(TINY, shelves, DELMAAL_WORKERS="2", DELMAAL_CLIENT_LIMIT="1000000", TMPDIR=str(temporary))
    with server as client:
        yield Served(client, server.process.pid, temporary)
    assert "Traceback" not in server.printed
    assert all(path.name.endswith("away") for path in temporary.glob("delmaal-*")), "what it used goes when it ends"
    remove_orphans(temporary)
    assert not list(temporary.glob("delmaal-*")), "what was taken from it goes with the next start"


def few_descriptors(pid: int, number: int) -> None:
    """Give a running process a limit; those that it has stay."""
    subprocess.run(["prlimit", "--pid", str(pid), f"--nofile={number}:20000"], check=True)


def keeper_killed(served: Served) -> None:
    os.kill(served.keeper, signal.SIGKILL)


def keeper_killed_without_descriptors(served: Served) -> None:
    few_descriptors(served.pid, 6)
    os.kill(served.keeper, signal.SIGKILL)
    time.sleep(2.5)
    assert served.client.get("/ready").status_code == 503
    few_descriptors(served.pid, 20000)


def keeper_stopped(served: Served) -> None:
    pid = served.keeper
    os.kill(pid, signal.SIGSTOP)
    until(lambda: not alive(pid), SECONDS)


def socket_removed(served: Served) -> None:
    (served.run_dir / "keeper/keeper.sock").unlink()


def socket_replaced(served: Served) -> None:
    path = served.run_dir / "keeper/keeper.sock"
    path.unlink()
    path.write_text("no socket")


def board_removed(served: Served) -> None:
    (served.run_dir / "keeper/board").unlink()


def board_cut(served: Served) -> None:
    os.truncate(served.run_dir / "keeper/board", 100)


def keeper_folder_removed(served: Served) -> None:
    shutil.rmtree(served.run_dir / "keeper")


def run_dir_renamed(served: Served) -> None:
    served.run_dir.rename(served.temporary / f"delmaal-{os.urandom(4).hex()}-away")


def run_dir_removed(served: Served) -> None:
    shutil.rmtree(served.run_dir)


def run_dir_emptied(served: Served) -> None:
    """As what cleans temporary folders does."""
    for path in served.run_dir.rglob("*"):
        if not path.is_dir():
            path.unlink()


def counters_cut(served: Served) -> None:
    for path in served.run_dir.glob("counters-*"):
        os.truncate(path, 8)
    time.sleep(1.2)


def child_killed(served: Served) -> None:
    os.kill(min(descendants(served.keeper)), signal.SIGKILL)


def children_killed(served: Served) -> None:
    for pid in descendants(served.keeper):
        os.kill(pid, signal.SIGKILL)


def children_stopped(served: Served) -> None:
    stopped = descendants(served.keeper)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    until(lambda: not any(map(alive, stopped)), SECONDS)


def children_without_descriptors(served: Served) -> None:
    """A store cannot be opened with so few; whoever could not is replaced."""
    keeper = served.keeper
    few_descriptors(keeper, 60)
    for pid in descendants(keeper):
        os.kill(pid, signal.SIGKILL)
    time.sleep(1)
    assert served.client.post("/sparql", data={"query": "ASK {}"}).status_code == 503
    few_descriptors(keeper, 20000)


def web_process_killed(served: Served) -> None:
    os.kill(min(served.workers), signal.SIGKILL)


def web_processes_killed_again_and_again(served: Served) -> None:
    for _ in range(4):
        for pid in served.workers:
            with contextlib.suppress(ProcessLookupError):  # it was about to be started when it was looked for
                os.kill(pid, signal.SIGKILL)
        until(lambda: len(served.workers) == 2, SECONDS)


def web_process_killed_without_descriptors(served: Served) -> None:
    few_descriptors(served.pid, 6)
    os.kill(min(served.workers), signal.SIGKILL)
    time.sleep(2.5)
    few_descriptors(served.pid, 20000)


def web_process_stopped(served: Served) -> None:
    pid = min(served.workers)
    os.kill(pid, signal.SIGSTOP)
    until(lambda: not alive(pid), SECONDS)


def web_processes_without_descriptors(served: Served) -> None:
    """None can take a connection; the same ones do when there are descriptors again."""
    before = served.workers
    for pid in before:
        few_descriptors(pid, 6)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{served.client.base_url}/health", timeout=1)
    for pid in before:
        few_descriptors(pid, 20000)
    until(served.well, SECONDS)
    assert served.workers == before


def told_to_reload(served: Served) -> None:
    before = served.workers
    os.kill(served.pid, signal.SIGHUP)
    until(lambda: not before & served.workers, SECONDS)


BROKEN: list[Callable[[Served], None]] = [
    keeper_killed, keeper_killed_without_descriptors, keeper_stopped, socket_removed, socket_replaced, board_removed,
    board_cut, keeper_folder_removed, run_dir_renamed, run_dir_removed, run_dir_emptied, counters_cut, child_killed,
    children_killed, children_stopped, children_without_descriptors, web_process_killed,
    web_processes_killed_again_and_again, web_process_killed_without_descriptors, web_process_stopped,
    web_processes_without_descriptors, told_to_reload,
]


@pytest.mark.long
@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__.replace("_", " "))
def test_it_is_mended_without_a_restart(served: Served, broken: Callable[[Served], None]) -> None:
    until(served.well, SECONDS)
    broken(served)
    time.sleep(0.5)  # what is broken is broken by now
    until(lambda: all(served.well() for _ in range(5)), SECONDS)  # whichever of the web processes is asked


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder for a server's TMPDIR."""
    with tempfile.TemporaryDirectory(prefix="dm-") as path:
        yield Path(path)


@pytest.fixture
def living(short_folder: Path) -> Iterator[RunDir]:
    """A run directory that this process owns, also where the test ends early."""
    run_dir = RunDir(short_folder)
    yield run_dir
    run_dir.remove()


def test_what_a_killed_server_left_goes_with_the_next_start(tiny_release: Release, shelves: Path,
                                                           short_folder: Path, living: RunDir) -> None:
    """What has an owner stays, and so does what is no run directory."""
    assert tiny_release.folder.is_dir()
    others = short_folder / "delmaal-of-mine"
    others.mkdir()
    (others / "letter.txt").write_text("mine")
    killed = serving(TINY, shelves, TMPDIR=str(short_folder))
    with killed as client:
        assert client.get("/search.json?q=helse").status_code == 200
        below = descendants(killed.process.pid)
        killed.process.kill()
        killed.process.wait()
        until(lambda: not any(map(alive, below)), SECONDS)
    left = set(short_folder.iterdir()) - {others, living.path}
    assert left, "nobody was there to remove it"
    with serving(TINY, shelves, TMPDIR=str(short_folder)):
        assert not left & set(short_folder.iterdir())
        assert living.path.is_dir()
        assert (others / "letter.txt").is_file()
    assert set(short_folder.iterdir()) == {others, living.path}
    living.remove()
    assert set(short_folder.iterdir()) == {others}


def test_a_folder_that_is_somebody_elses_is_not_taken(tmp_path: Path) -> None:
    """Whatever is put in the run directory's place: a link is not followed, and nothing in it is touched."""
    run_dir, elsewhere = RunDir(tmp_path), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / OWNER).write_text("")
    run_dir.path.rename(tmp_path / "away")
    assert "gone" in run_dir.trouble()
    run_dir.path.symlink_to(elsewhere)
    with pytest.raises(PermissionError):
        run_dir.mend()
    assert remove_orphans(tmp_path) == []
    assert (elsewhere / OWNER).read_text() == ""
    run_dir.path.unlink()
    run_dir.mend()
    assert run_dir.trouble() == ""
    assert remove_orphans(tmp_path) == [], "it has an owner, also made anew"
    run_dir.remove()
    assert not run_dir.path.exists()


def test_where_nothing_can_be_written_it_says_so(tiny_release: Release, shelves: Path) -> None:
    assert tiny_release.folder.is_dir()
    command = [sys.executable, "-m", "delmaal", "serve", str(TINY), "--out", str(shelves), "--port", str(free_port())]
    code = ("import os, sys, tempfile; tempfile.gettempdir = lambda: '/proc'; sys.argv = sys.argv[1:]\n"
            "from delmaal.cli import main; main()")
    found = subprocess.run([sys.executable, "-c", code, *command[2:]], capture_output=True, text=True, timeout=60,
                           cwd=ROOT, check=False)
    assert found.returncode == 5, found.stderr
    assert "run-dir-unusable" in found.stderr
    assert "Traceback" not in found.stderr
