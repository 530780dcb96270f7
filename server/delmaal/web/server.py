"""Runs the application under granian: some processes, one address, a graceful stop."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from delmaal.errors import ServerError
from delmaal.keeper import Keeper
from delmaal.release import Shelf
from delmaal.settings import Settings, environment_of


def run(settings: Settings, shelf: Shelf, listening: Callable[[str], None]) -> None:
    """Serve until interrupted; `listening` is told the address once the processes are started.

    Raises ServerError where the address is taken or cannot be listened on.
    """
    _check_address(settings.host, settings.port)
    os.environ.update(environment_of(settings))
    os.environ["DELMAAL_SERVER"] = str(os.getpid())
    os.environ["DELMAAL_SHELF"] = str(shelf.folder.resolve())
    with tempfile.TemporaryDirectory(prefix="delmaal-") as run_dir:
        os.environ["DELMAAL_RUN_DIR"] = run_dir
        keeper = Keeper(settings, Path(run_dir) / "keeper")
        keeper.start()
        os.environ["DELMAAL_KEEPER"] = str(keeper.socket)
        ended = threading.Event()
        threading.Thread(target=_guard, args=(keeper, ended), daemon=True).start()
        try:
            _serve(settings, listening)
        finally:
            ended.set()
            keeper.stop()


def _guard(keeper: Keeper, ended: threading.Event) -> None:
    """Start the keeper again where it ended; this thread lives as long as the server."""
    while not ended.wait(0.2):
        if not keeper.alive():
            with contextlib.suppress(ServerError):
                keeper.start()


def _serve(settings: Settings, listening: Callable[[str], None]) -> None:
    server = Granian(
        "delmaal.web:front_from_environment",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        workers=settings.workers,
        backpressure=1024,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
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
