"""Runs the application under granian: some processes, one address, a graceful stop."""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Callable

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from delmaal.errors import ServerError
from delmaal.keeper import Keeper
from delmaal.release import Shelf
from delmaal.serving.engines import engine_of
from delmaal.serving.processes.guard import Guard
from delmaal.serving.processes.room import connections
from delmaal.serving.processes.rundir import RunDir, remove_orphans
from delmaal.serving.processes.workers import Workers
from delmaal.settings import Settings, Surroundings, environment_of

log = logging.getLogger("delmaal.server")

def run(settings: Settings, shelf: Shelf, listening: Callable[[str], None]) -> None:
    """Serve until interrupted; `listening` is told the address once the processes are started.

    Raises ServerError where the address is taken or cannot be listened on, where there are too few descriptors, or
    where no temporary file can be written.
    """
    _check_address(settings.host, settings.port)
    clients = connections(settings)
    warning = engine_of(settings).lacks()
    if warning:
        log.warning("%s", warning)
    try:
        remove_orphans()
        run_dir = RunDir()
    except OSError as error:
        sentence = f"there is no folder to write to for as long as the server runs: {error}; set TMPDIR to one"
        raise ServerError("run-dir-unusable", sentence) from error
    keeper = Keeper(settings, run_dir.path / "keeper")
    here = Surroundings(str(shelf.folder.resolve()), str(keeper.socket), str(run_dir.path), os.getpid())
    os.environ.update({**environment_of(settings), **environment_of(here)})
    try:
        keeper.start()
        guard = Guard(run_dir, keeper)
        guard.start()
        try:
            _serve(settings, run_dir, clients, listening)
        finally:
            guard.stop()
    finally:
        keeper.stop()
        run_dir.remove()


def _serve(settings: Settings, run_dir: RunDir, clients: int, listening: Callable[[str], None]) -> None:
    server = Workers(
        "delmaal.serving.application:front_from_environment",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        workers=settings.workers,
        http=HTTPModes.http1,  # in HTTP/2, and while it looks which of the two comes, a silent client is waited for
        http1_settings=HTTP1Settings(header_read_timeout=settings.idle_seconds * 1000),
        websockets=False,
        backpressure=clients,
        respawn_failed_workers=True,
        workers_kill_timeout=settings.stop_seconds,
        log_level=LogLevels.warning,
        came_up=lambda: any(run_dir.path.glob("counters-*")),
    )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    server.on_startup(lambda: listening(f"http://{host}:{settings.port}"))
    server.serve()


def _check_address(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sentence = f"port {port} on {host} is in use; stop what uses it, or choose another with --port"
            raise ServerError("address-in-use", sentence) from error
        raise ServerError("address-unusable", f"{host}:{port} cannot be listened on: {error.strerror}") from error
