"""What the tests share: the publications, their releases, a server that runs.

The tests go through the front door: a tiny whole publication, a real release, a real HTTP client.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from delmaal.publish import publish
from delmaal.release import Release, Shelf

if TYPE_CHECKING:
    from succession import Succession

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what is in the background ignore it

ROOT = Path(__file__).resolve().parent.parent
TINY = ROOT / "tests" / "tiny"
CITED = ROOT / "tests" / "cited"
TRONDHEIM = ROOT / "data" / "trondheim"
REFERENCE = Path(os.environ.get("DELMAAL_REFERENCE", ROOT.parent / "shared" / "reference"))
SOURCE = Path(os.environ.get("DELMAAL_SOURCE", ROOT.parent / "shared" / "source"))

needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="no reference data here (DELMAAL_REFERENCE)")
needs_source = pytest.mark.skipif(not SOURCE.is_dir(), reason="the plan's text is not here (DELMAAL_SOURCE)")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny publication, to be spoilt."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what all processes of the run share: who comes first makes it, and holds the lock meanwhile."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "common"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def alone(common: Path, name: str) -> Iterator[Path]:
    """A folder in it that no other process uses meanwhile; what is left half done in it goes."""
    folder = common / name
    with (common / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


@pytest.fixture(scope="session")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the releases of the session."""
    return tmp_path_factory.mktemp("shelves")


def shelved(publication: Path, name: str, common: Path, shelves: Path) -> Release:
    """The release of a publication, built once in a run, on a shelf that is this process's own."""
    with alone(common, "shelves") as built:
        publish(publication, built)
        return copy_of(built / name, shelves)


def copy_of(shelf: Path, out: Path) -> Release:
    """The current release of a copy of a shelf."""
    return Shelf(Path(shutil.copytree(shelf, out / shelf.name, symlinks=True))).current()


@pytest.fixture(scope="session")
def tiny_release(common: Path, shelves: Path) -> Release:
    """The release of the tiny publication; read only."""
    return shelved(TINY, "tiny", common, shelves)


@pytest.fixture(scope="session")
def cited_release(common: Path, shelves: Path) -> Release:
    """The release of the publication with a source of every kind; read only."""
    return shelved(CITED, "cited", common, shelves)


@pytest.fixture
def tiny_out(tiny_release: Release, tmp_path: Path) -> Path:
    """A folder with a copy of the tiny publication's shelf, for a server of the test's own."""
    copy_of(tiny_release.folder.parent.parent, tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def trondheim_release(common: Path, shelves: Path) -> Release:
    """The release of Trondheim's publication; read only."""
    return shelved(TRONDHEIM, "trondheim", common, shelves)


@pytest.fixture(scope="session")
def wide_sources(common: Path) -> Path:
    """The folder of a publication with figures of every power of ten, period and letter; read only."""
    from wide import wide

    with alone(common, "sources") as folder:
        return folder / "wide" if folder.is_dir() else wide(folder)


@pytest.fixture(scope="session")
def wide_release(common: Path, shelves: Path, wide_sources: Path) -> Release:
    """Its release; read only."""
    return shelved(wide_sources, "wide", common, shelves)


@pytest.fixture(scope="session")
def wide_server(wide_release: Release, wide_sources: Path, shelves: Path) -> Iterator[httpx.Client]:
    """A client of a running server with that release."""
    with serving(wide_sources, shelves) as client:
        assert wide_release.id == Shelf(shelves / "wide").current().id
        yield client


@pytest.fixture(scope="session")
def trondheim_server(trondheim_release: Release, shelves: Path) -> Iterator[httpx.Client]:
    """A client of a running server with Trondheim's release; it follows no redirects of itself."""
    with serving(TRONDHEIM, shelves) as client:
        assert trondheim_release.id == Shelf(shelves / "trondheim").current().id
        yield client


@pytest.fixture(scope="session")
def tiny_server(tiny_release: Release, shelves: Path) -> Iterator[httpx.Client]:
    """A client of a running server with the tiny release."""
    with serving(TINY, shelves) as client:
        assert tiny_release.id == Shelf(shelves / "tiny").current().id
        yield client


@pytest.fixture(scope="session")
def releases(common: Path, tmp_path_factory: pytest.TempPathFactory) -> Succession:
    """Releases of the tiny publication that followed each other; read only."""
    from succession import succession

    own = tmp_path_factory.mktemp("succession")
    with alone(common, "succession") as folder:
        made = succession(folder)
        publication = Path(shutil.copytree(made.publication, own / "sources" / "tiny"))
        return made.copy(own / "out")._replace(publication=publication)


@pytest.fixture(scope="session")
def past_server(releases: Succession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a running server of the last of them, on a shelf of its own."""
    shelf = releases.copy(tmp_path_factory.mktemp("served")).shelf
    with serving(releases.publication, shelf.folder.parent) as client:
        yield client


class serving:  # noqa: N801  # reads as what it does: `with serving(…) as client`
    """Runs `delmaal serve` on a free port for as long as the block lasts."""

    def __init__(self, publication: Path, out: Path, **environment: str) -> None:
        self.port = free_port()
        self.command = [sys.executable, "-m", "delmaal", "serve", str(publication), "--out", str(out)]
        self.command += ["--port", str(self.port)]
        self.environment = {**os.environ, **environment}
        self.address = f"http://127.0.0.1:{self.port}"

        self.until = "/ready"

    def listening(self) -> serving:
        """The same, but the block begins as soon as the server listens, ready or not."""
        self.until = "/health"
        return self

    def __enter__(self) -> httpx.Client:
        self.process = subprocess.Popen(self.command, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        self.client = httpx.Client(base_url=self.address, timeout=60)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.client.get(self.until).status_code == 200:
                    return self.client
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        self.process.kill()
        raise AssertionError(f"the server did not start: {self.process.communicate()[0]}")

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.process.send_signal(signal.SIGINT)
        try:
            self.printed: str = self.process.communicate(timeout=20)[0]
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.printed = self.process.communicate()[0]


def free_port() -> int:
    """A port that nothing listens on, below those that the system gives to connections and to whoever asks for any: one
    of those may be taken again before a server that is just starting listens on it."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


LONGEST = ("browser", "release", "poisoning", "front", "cli", "findings", "history", "bad_input", "catalogue", "shapes",
           "vocabulary", "reconcile", "pages", "remote", "damage", "keeper", "protocol", "ontology", "fairness",
           "dereference", "asked", "hostile_store", "processes", "kept", "signature", "crowds", "proxies", "guards")
"""The files that take longest, which are begun first: else one process would be busy with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the order within a file stays."""
    place = {f"test_{name}": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One process more than there are cores, since many tests wait for a server; not for those that take long."""
    return None if config.option.markexpr == "long" else (os.cpu_count() or 1) + 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say last how many tests were skipped, and why: what is not there is not tested."""
    skipped = [report.longrepr for report in terminalreporter.stats.get("skipped", [])]
    why = Counter(found[2].removeprefix("Skipped: ") for found in skipped if isinstance(found, tuple))
    if why:
        terminalreporter.section(f"{why.total()} tests were not run", yellow=True)
    for reason, number in why.most_common():
        terminalreporter.write_line(f"{number:5}  {reason}")
