"""What the tests share: the publications, their releases, a server that runs.

The tests go through the front door: a tiny whole publication, a real release, a real HTTP client.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from delmaal.publish import publish
from delmaal.release import Release, Shelf

if TYPE_CHECKING:
    from succession import Succession

ROOT = Path(__file__).resolve().parent.parent
TINY = ROOT / "tests" / "tiny"
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
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the releases of the session."""
    return tmp_path_factory.mktemp("shelves")


@pytest.fixture(scope="session")
def tiny_release(shelves: Path) -> Release:
    """The release of the tiny publication; read only."""
    return publish(TINY, shelves).release


@pytest.fixture(scope="session")
def trondheim_release(shelves: Path) -> Release:
    """The release of Trondheim's publication; read only."""
    return publish(TRONDHEIM, shelves).release


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
def releases(tmp_path_factory: pytest.TempPathFactory) -> Succession:
    """Releases of the tiny publication that followed each other; read only."""
    from succession import succession

    return succession(tmp_path_factory.mktemp("succession"))


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

    def __enter__(self) -> httpx.Client:
        self.process = subprocess.Popen(self.command, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        self.client = httpx.Client(base_url=self.address, timeout=60)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.client.get("/ready").status_code == 200:
                    return self.client
            except httpx.TransportError:
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
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
