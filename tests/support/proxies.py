"""Real servers that stand before ours in the tests: Apache, nginx, Caddy, Varnish, hitch, from Debian's packages."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import free_port

PACKAGES = {"apache2": "apache2", "nginx": "nginx-light", "caddy": "caddy", "varnishd": "varnish", "openssl": "openssl"}
"""The Debian package of each program; `.ci/run` installs them."""

_MODULES = Path("/usr/lib/apache2/modules")
APACHE_MODULES = ("mpm_event", "authz_core", "alias", "rewrite", "headers", "dir", "mime")


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip where a program is not installed, and say which package has it."""
    missing = [PACKAGES[name] for name in programs if find(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def find(program: str) -> str | None:
    """Where a program is; servers stand in /usr/sbin, which not every PATH has."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


class Running:
    """A program for as long as the block lasts; it has to listen on `ports` before the block begins."""

    def __init__(self, command: list[str], folder: Path, *ports: int) -> None:
        self._command = [find(command[0]) or command[0], *command[1:]]
        self._log = folder / f"{Path(command[0]).name}.log"
        self._folder, self._ports = folder, ports

    def __enter__(self) -> Running:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, cwd=self._folder, stdout=log, stderr=log,
                                             start_new_session=True, env={**os.environ, "HOME": str(self._folder)})
        deadline = time.monotonic() + 30
        for port in self._ports:
            while not _listens(port):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.__exit__()
                    said = self._log.read_text("utf-8", "replace")
                    raise AssertionError(f"{self._command[0]} does not listen: {said}")
                time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that others may enter: the processes of a server that root starts give root away, and have to reach
    their files. Those of pytest are its user's own, and made so again whenever another run begins."""
    with tempfile.TemporaryDirectory(prefix="served-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def apache(folder: Path, port: int, text: str, modules: tuple[str, ...] = APACHE_MODULES) -> Running:
    """Apache with a configuration of its own, and with no other module than those that are named."""
    lines = [f"ServerRoot {folder}", f"PidFile {folder}/apache.pid", f"Listen 127.0.0.1:{port}", "ServerName localhost",
             f"ErrorLog {folder}/error.log", "Mutex pthread"]
    lines += [f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in modules
              if (_MODULES / f"mod_{name}.so").is_file()]
    lines += ["TypesConfig /etc/mime.types"] if "mime" in modules else []
    if os.geteuid() == 0:
        lines += ["User www-data", "Group www-data"]
    configuration = folder / "apache.conf"
    configuration.write_text("\n".join([*lines, text]), "utf-8")
    return Running(["apache2", "-f", str(configuration), "-D", "FOREGROUND"], folder, port)


__all__ = ["Running", "apache", "find", "free_port", "needs", "open_folder"]
