"""Stores for the tests: a real `oxigraph serve`, a gate before it that can be closed, and servers that misbehave."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from conftest import free_port


@contextmanager
def oxigraph(*options: str) -> Iterator[str]:
    """The address of an Oxigraph server, which holds its data in memory where no `--location` is given.

    /query, /update and /store are its endpoints.
    """
    port = free_port()
    command = [str(Path(sys.executable).with_name("oxigraph")), "serve", "--bind", f"127.0.0.1:{port}", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, "oxigraph serve ended"
                assert time.monotonic() < deadline, "oxigraph serve did not start"
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()

VIRTUOSO = shutil.which("virtuoso-t")
needs_virtuoso = pytest.mark.skipif(VIRTUOSO is None, reason="no virtuoso-t here (Debian: virtuoso-opensource-7)")

_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
[SPARQL]
{settings}
"""


@contextmanager
def virtuoso(folder: Path, settings: str = "") -> Iterator[str]:
    """The address of a Virtuoso server with its files in `folder`; `settings` are lines of its section SPARQL.

    /sparql asks, /sparql-graph-crud-auth writes, by the user `dba` with the password `dba`.
    """
    assert VIRTUOSO is not None
    command = [VIRTUOSO, "+configfile", "virtuoso.ini", "+foreground"]
    for attempt in range(3):  # another process may take a port that was free a moment ago
        own = folder / str(attempt)
        own.mkdir(parents=True)
        http, sql = free_port(), free_port()
        (own / "virtuoso.ini").write_text(_INI.format(http=http, sql=sql, settings=settings), "utf-8")
        process = subprocess.Popen(command, cwd=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if _answers(process, f"http://127.0.0.1:{http}/sparql"):
                yield f"http://127.0.0.1:{http}"
                return
        finally:
            process.kill()
            process.wait()
    raise AssertionError((own / "virtuoso.log").read_text("utf-8"))


def _answers(process: subprocess.Popen[bytes], endpoint: str) -> bool:
    """Whether a store that was started comes to answer; not where it ends before."""
    deadline = time.monotonic() + 90
    while process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(endpoint, params={"query": "ASK {}"}).status_code == 200:
                return True
        assert time.monotonic() < deadline, "virtuoso-t did not start"
        time.sleep(0.1)
    return False


class Gate:
    """A proxy before a server. `rule` says what becomes of a request: `pass`, `stall` (until the gate is opened),
    `lose` (the answer), `swallow` (it is answered 204, and nothing is passed on). `alter` changes what is written."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream.removeprefix("http://")
        self.rule: Callable[[str, int], str] = lambda _method, _number: "pass"
        self.alter: Callable[[bytes], bytes] = lambda body: body
        self.seen: list[str] = []
        self.opened = threading.Event()
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                writes = self.command != "GET" and self.path.startswith("/store")
                if writes:
                    gate.seen.append(f"{self.command} {self.path}")
                    body = gate.alter(body)
                rule = gate.rule(self.command, len(gate.seen)) if writes else "pass"
                if rule == "stall":
                    gate.opened.wait(30)
                    self.close_connection = True
                    return
                if rule == "swallow":
                    self.send_response(204)
                    self.end_headers()
                    return
                connection = http.client.HTTPConnection(gate.upstream, timeout=30)
                names = ("content-type", "accept", "authorization")
                headers = {name: value for name, value in self.headers.items() if name.lower() in names}
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                content = answer.read()
                connection.close()
                if rule == "lose":
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.getheader("Content-Type", ""))
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815  # http.server's names

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Gate:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.opened.set()
        self._server.shutdown()
        self._server.server_close()


class Scripted:
    """A server that treats its connections as it is told: the first by the first script, and so on, the last for all
    that follow. A script gets the connection after each request that was read from it whole."""

    def __init__(self, *scripts: Callable[[socket.socket], None]) -> None:
        self.scripts = scripts
        self.connections = 0
        self.requests: list[bytes] = []
        self.tls: ssl.SSLContext | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/sparql"
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    def __enter__(self) -> Scripted:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            script = self.scripts[min(self.connections, len(self.scripts) - 1)]
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection, script), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, script: Callable[[socket.socket], None]) -> None:
        if self.tls is not None:
            try:
                connection = self.tls.wrap_socket(connection, server_side=True)
            except OSError:  # whoever came does not trust us
                connection.close()
                return
        with connection:
            while (request := _request(connection)) is not None:
                self.requests.append(request)
                try:
                    script(connection)
                except OSError:
                    return


def _request(connection: socket.socket) -> bytes | None:
    """One request with its body; None where the client left."""
    connection.settimeout(10)
    content = b""
    try:
        while b"\r\n\r\n" not in content:
            piece = connection.recv(65536)
            if not piece:
                return None
            content += piece
        head, _, body = content.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
        while len(body) < int(lengths[0] if lengths else 0):
            piece = connection.recv(65536)
            if not piece:
                return None
            body += piece
    except OSError:
        return None
    return head + b"\r\n\r\n" + body


def answering(body: bytes, kind: str = "application/sparql-results+json", status: str = "200 OK",
              headers: str = "") -> Callable[[socket.socket], None]:
    """A script that answers every request of its connection with a whole body."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode()
    return lambda connection: connection.sendall(head + body)


def sending(content: bytes, close: bool = True) -> Callable[[socket.socket], None]:
    """A script that sends bytes as they are, and closes the connection."""
    def script(connection: socket.socket) -> None:
        connection.sendall(content)
        if close:
            raise OSError("closed on purpose")

    return script
