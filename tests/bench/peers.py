"""The servers that are compared: ours, a bare Flask answer, `oxigraph serve` and Trifid, each a block that runs one.

All on this machine, on the same release: `oxigraph` opens the very store that ours does. Trifid is configured as
cheaply as it can be: it asks that `oxigraph` directly, not through its own proxy, follows no redirects, logs nothing,
and hears the publication's own address from a proxy's headers, so that it rewrites nothing in what it answers.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from bench.cells import BASE
from bench.cube import Cube
from bench.load import Connection, request
from bench.machine import family

TESTS = Path(__file__).resolve().parents[1]
TRIFID = "5.3.0"

SERVE = """
import sys
from pathlib import Path
from delmaal.release import Shelf
from delmaal.settings import load
from delmaal.serving.server import run
run(load({}), Shelf(Path(sys.argv[1])), print)
"""
"""`delmaal serve` without the build before it."""


class NotRunError(Exception):
    """A peer that this machine cannot install or start; the reason is said in the table."""


class Running:
    """A server that runs for as long as the block lasts."""

    def __init__(self, name: str, command: Sequence[str], port: int, ready: bytes, folder: Path | None = None,
                 **environment: str) -> None:
        self.name = name
        self.port = port
        self._command, self._ready, self._folder, self._environment = command, ready, folder, environment

    def __enter__(self) -> Running:
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, env={**os.environ, **self._environment}, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                connection = Connection(self.port)
                if connection.ask(self._ready) == 200:
                    return self
            except OSError:
                time.sleep(0.1)
        said = self._stop()
        raise NotRunError(f"{self.name} did not start: {said[-500:]}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def _stop(self) -> str:
        processes = family([self.root])
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            _, said = self._process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            for process in processes:  # those that this block started, by their numbers
                if Path(f"/proc/{process}").exists():
                    os.kill(process, signal.SIGKILL)
            _, said = self._process.communicate()
        return said.decode(errors="replace")

    @property
    def root(self) -> int:
        """The first process."""
        return self._process.pid

    def ask(self, message: bytes) -> tuple[bytes, bytes]:
        """Head and body of one answer.

        Raises SystemExit for an answer of 400 and more.
        """
        connection = Connection(self.port)
        status = connection.ask(message)
        connection.socket.close()
        if status >= 400:
            raise SystemExit(f"{self.name} answered {connection.answer[0]!r} to {message[:200]!r}")
        return connection.answer

    def counter(self, name: str) -> int:
        """A counter of ours, from /metrics."""
        _, body = self.ask(request("/metrics"))
        found = [line for line in body.decode().splitlines() if line.partition(" ")[0] == name]
        return int(float(found[0].rpartition(" ")[2])) if found else 0


def ours(cube: Cube, workers: int, cache_mb: int = 64) -> Running:
    """Our server on a cube, as `delmaal serve` runs it."""
    port = free_port()
    return Running("delmaal", [sys.executable, "-c", SERVE, str(cube.shelf.folder)], port, request("/ready"),
                   DELMAAL_PORT=str(port), DELMAAL_WORKERS=str(workers), DELMAAL_CACHE_MB=str(cache_mb))


def bare(workers: int) -> Running:
    """A Flask application that does nothing, under the same server."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", str(workers),
               "--log-level", "warning", "bench.bare:app"]
    return Running("bare Flask", command, port, request("/"), PYTHONPATH=str(TESTS))


def oxigraph(cube: Cube) -> Running:
    """`oxigraph serve` on the store of a cube's release, read-only, as ours has it."""
    port = free_port()
    binary = Path(sys.executable).with_name("oxigraph")
    command = [str(binary), "serve-read-only", "--location", str(cube.release / "store"), "--bind", f"127.0.0.1:{port}"]
    return Running("oxigraph serve", command, port, request("/query?query=ASK%7B%7D"))


def trifid(endpoint: Running, folder: Path, example: str) -> Running:
    """Trifid on a SPARQL endpoint; `example` is the path of something that is there.

    Raises NotRunError where it cannot be installed.
    """
    home = folder / "trifid"
    _install_trifid(home)
    port = free_port()
    configuration = {
        "server": {"listener": {"host": "127.0.0.1", "port": port}, "logLevel": "silent", "logFormat": "json"},
        "globals": {"endpoints": {"default": {"url": f"http://127.0.0.1:{endpoint.port}/query"}}},
        "plugins": {"entity-renderer": {
            "module": "@zazuko/trifid-entity-renderer",
            "config": {"labelLoader": {"chunkSize": 30, "concurrency": 2, "timeout": 4000}},  # as in its examples
        }},
    }
    (home / "config.yaml").write_text(json.dumps(configuration))  # JSON is YAML
    command = ["node", "node_modules/trifid/server.js", "--config", "config.yaml"]
    return Running("Trifid", command, port, trifid_request(example, "text/turtle"), home, NODE_ENV="production")


def trifid_request(path: str, accept: str) -> bytes:
    """A request as a proxy passes it on that serves the publication at its own address."""
    scheme, _, rest = BASE.partition("://")
    host, _, mount = rest.partition("/")
    return request(f"/{mount}{path.lstrip('/')}", accept, X_Forwarded_Proto=scheme, X_Forwarded_Host=host)


def _install_trifid(home: Path) -> None:
    if (home / "node_modules/trifid/server.js").is_file():
        return
    if not shutil.which("npm") or not shutil.which("node"):
        raise NotRunError("there is no node with npm on this machine")
    home.mkdir(parents=True, exist_ok=True)
    (home / "package.json").write_text('{"private": true}')
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", f"trifid@{TRIFID}"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotRunError(f"npm cannot install it: {done.stderr.strip()[-300:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
