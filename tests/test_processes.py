"""One request never ends a process: whatever the HTTP server can be sent, the same processes answer afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT, TINY, free_port, serving
from delmaal.release import Release
from delmaal.settings import Surroundings, environment_of
from processes import WAIT, descendants, parent_of, until, words

HOST = b"Host: h\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
WEBSOCKET = b"Connection: Upgrade\r\nUpgrade: websocket\r\n" + KEY + b"Sec-WebSocket-Version: 13\r\n"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS_FRAME = b"\0\0\0\4\0\0\0\0\0"


def get(*headers: bytes, target: bytes = b"/health", method: bytes = b"GET", version: bytes = b"1.1",
        host: bytes = HOST) -> bytes:
    """A request without a body."""
    return b"%s %s HTTP/%s\r\n%s%s\r\n" % (method, target, version, host, b"".join(line + b"\r\n" for line in headers))


def post(body: bytes, *headers: bytes) -> bytes:
    """A query as it is posted, with headers as they are given."""
    return get(b"Content-Type: application/sparql-query", *headers, method=b"POST", target=b"/sparql") + body


CLOSED = 0
"""In place of a status: the connection is closed without an answer."""

SHAPES: dict[str, tuple[bytes, set[int]]] = {
    # protocols and versions
    "HTTP/0.9": (b"GET /health\r\n", {400}),
    "HTTP/1.0 without Host": (get(version=b"1.0", host=b""), {200}),
    "HTTP/1.0 with Host": (get(version=b"1.0"), {200}),
    "HTTP/1.0 with two Hosts": (get(b"Host: b", version=b"1.0"), {400}),
    "HTTP/1.1": (get(), {200}),
    "HTTP/1.2": (get(version=b"1.2"), {400, 505}),
    "HTTP/2.0 in a line": (get(version=b"2.0"), {400, 505}),
    "HTTP/3": (get(version=b"3"), {400, 505}),
    "HTTP/2 without asking": (PREFACE + SETTINGS_FRAME, {400, CLOSED}),
    "half a preface": (PREFACE[:10], {CLOSED}),
    "upgrade to HTTP/2": (
        get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"), {200}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40), {400, CLOSED}),
    "no HTTP at all": (b"\x00\x01\x02\xff" * 40 + b"\r\n\r\n", {400, CLOSED}),
    "nothing but lines": (b"\r\n" * 200, {400, CLOSED}),
    # WebSocket handshakes
    "WebSocket": (get(WEBSOCKET[:-2]), {200}),
    "WebSocket to SPARQL": (get(WEBSOCKET[:-2], target=b"/sparql"), {200}),
    "WebSocket to what is not there": (get(WEBSOCKET[:-2], target=b"/nothing"), {404}),
    "WebSocket by POST": (get(WEBSOCKET[:-2], method=b"POST", target=b"/sparql"), {400, 415}),
    "WebSocket over HTTP/1.0": (get(WEBSOCKET[:-2], version=b"1.0"), {200}),
    "WebSocket without key": (get(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13"), {200}),
    "WebSocket of a draft": (
        get(b"Connection: Upgrade", b"Upgrade: WebSocket", KEY[:-2], b"Sec-WebSocket-Version: 8"), {200}),
    "WebSocket with a protocol": (get(WEBSOCKET[:-2], b"Sec-WebSocket-Protocol: a, b", b"Origin: https://x"), {200}),
    "WebSocket and a frame at once": (get(WEBSOCKET[:-2]) + b"\x81\x85\0\0\0\0hello", {200}),
    "upgrade to the unknown": (get(b"Connection: Upgrade", b"Upgrade: foo/2"), {200}),
    "many upgrades": (get(b"Connection: Upgrade", b"Upgrade: websocket, h2c, TLS/1.0, foo"), {200}),
    # methods
    "lower case": (get(method=b"get"), {501}),
    "lower case POST": (post(b"ASK {}", b"Content-Length: 6").replace(b"POST", b"post", 1), {501}),
    "mixed case": (get(method=b"Get"), {501}),
    "extension method": (get(method=b"FOO-BAR"), {501}),
    "WebDAV": (get(method=b"PROPFIND"), {501}),
    "a method of 5,000 letters": (get(method=b"A" * 5000), {501, 400, 414}),
    "a method of signs": (get(method=b"!#$%&'*+-.^_`|~"), {501}),
    "no method": (get(method=b""), {400}),
    "TRACE": (get(method=b"TRACE"), {405}),
    "PUT": (get(method=b"PUT"), {405}),
    "CONNECT": (get(method=b"CONNECT", target=b"h:80"), {501, 405}),
    "CONNECT to a path": (get(method=b"CONNECT"), {400, 501, 405}),
    # targets
    "absolute": (get(target=b"http://h/health"), {200}),
    "absolute of another host": (get(target=b"http://other.example/health?x=1"), {200}),
    "absolute with a user": (get(target=b"http://me:secret@h/health"), {400}),
    "absolute without path": (get(target=b"http://h"), {200}),
    "absolute of another scheme": (get(target=b"ftp://h/health"), {200, 400}),
    "asterisk": (get(target=b"*", method=b"OPTIONS"), {204}),
    "asterisk by GET": (get(target=b"*"), {400}),
    "asterisk by POST": (get(target=b"*", method=b"POST"), {400}),
    "authority by GET": (get(target=b"h:80"), {400}),
    "a word": (get(target=b"health"), {400}),
    "a query alone": (get(target=b"?x=1"), {400}),
    "two slashes": (get(target=b"//evil.example/health"), {404}),
    "a fragment": (get(target=b"/health#x"), {200, 400}),
    "not UTF-8": (get(target=b"/doc/\xff\xfe"), {400, 404}),
    "a query that is not UTF-8": (get(target=b"/doc?iri=\xff"), {400, 404}),
    "escapes that are not UTF-8": (get(target=b"/doc/%FF%FE"), {400, 404}),
    "NUL in the path": (get(target=b"/static/%00"), {400, 404}),
    "NUL in an address": (get(target=b"/release/%00/data/%00"), {400, 404}),
    "control in the path": (get(target=b"/doc/%0d%0aX:%20y"), {400, 404}),
    "a bare control": (get(target=b"/doc/\x01"), {400}),
    "a long target": (get(target=b"/" + b"a" * 70_000), {414, 431}),
    "a thousand levels": (get(target=b"/doc" + b"/a" * 10_000), {404}),
    "5,000 parameters": (get(target=b"/doc?" + b"&".join(b"a%d=1" % number for number in range(5000))), {400, 404}),
    # headers
    "no Host": (get(host=b""), {400}),
    "two Hosts": (get(b"Host: b"), {400}),
    "the same Host twice": (get(b"Host: h"), {400}),
    "an empty Host": (get(host=b"Host:\r\n"), {200}),
    "no host": (get(host=b"Host: a b/c\r\n"), {400}),
    "a Host with a user": (get(host=b"Host: me@h\r\n"), {400}),
    "a Host that is not UTF-8": (get(host=b"Host: \xff\r\n"), {400}),
    "a Host of IPv6": (get(host=b"Host: [::1]:8000\r\n"), {200}),
    "a Host with a port of letters": (get(host=b"Host: h:port\r\n"), {400}),
    "a folded line": (get(b"X: a\r\n b"), {400}),
    "NUL in a header": (get(b"X: a\0b"), {400}),
    "control in a header": (get(b"X: a\x01b"), {400}),
    "a header that is not UTF-8": (get(b"Accept: \xff\xfe", b"Accept-Language: \xe5"), {200}),
    "a header without a colon": (get(b"X"), {400}),
    "a header without a name": (get(b": x"), {400}),
    "space before the colon": (get(b"X : y"), {400}),
    "99 headers": (get(*(b"X%d: 1" % number for number in range(95))), {200}),
    "1,000 headers": (get(*(b"X%d: 1" % number for number in range(1000))), {431}),
    "a header of 40 kB": (get(b"X: " + b"a" * 40_000), {431}),
    "a header of a megabyte": (get(b"X: " + b"a" * (1 << 20)), {431}),
    "a name of 60 kB": (get(b"X" * 60_000 + b": 1"), {431, 400}),
    "lines that end in LF": (b"GET /health HTTP/1.1\nHost: h\n\n", {200, 400}),
    # bodies
    "continue": (post(b"ASK {}", b"Expect: 100-continue", b"Content-Length: 6"), {100}),
    "another expectation": (post(b"ASK {}", b"Expect: the-unexpected", b"Content-Length: 6"), {200, 417}),
    "length and chunks": (post(b"0\r\n\r\n", b"Content-Length: 5", b"Transfer-Encoding: chunked"), {400}),
    "two lengths": (post(b"ASK {}", b"Content-Length: 6", b"Content-Length: 7"), {400}),
    "the same length twice": (post(b"ASK {}", b"Content-Length: 6", b"Content-Length: 6"), {200, 400}),
    "a negative length": (post(b"ASK {}", b"Content-Length: -6"), {400}),
    "a length with a sign": (post(b"ASK {}", b"Content-Length: +6"), {400}),
    "a length that is none": (post(b"ASK {}", "Content-Length: ²".encode()), {400}),
    "a length without end": (post(b"ASK {}", b"Content-Length: " + b"9" * 40), {400, 413}),
    "chunks": (post(b"6\r\nASK {}\r\n0\r\n\r\n", b"Transfer-Encoding: chunked"), {200}),
    "chunks with extensions and trailers": (
        post(b"6;a=b\r\nASK {}\r\n0\r\nX: y\r\n\r\n", b"Transfer-Encoding: chunked", b"Trailer: X"), {200}),
    "chunks that are none": (post(b"ZZ\r\nASK {}", b"Transfer-Encoding: chunked"), {400}),
    "a chunk without end": (post(b"F" * 40 + b"\r\n", b"Transfer-Encoding: chunked"), {400}),
    "a coding before chunked": (post(b"0\r\n\r\n", b"Transfer-Encoding: gzip, chunked"), {400, 501}),
    "a coding that is not chunked": (post(b"ASK {}", b"Transfer-Encoding: gzip"), {400, 501}),
    "a body of GET": (get(b"Content-Length: 3") + b"abc", {200}),
    "a form without boundary": (
        get(b"Content-Type: multipart/form-data", b"Content-Length: 3", method=b"POST", target=b"/sparql") + b"abc",
        {400, 415}),
    "brackets without end": (
        get(b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: 60008", method=b"POST",
            target=b"/reconcile/nb") + b"queries=" + b"[" * 60_000, {400}),
}


class Watched:
    """A running server with two web processes, and who they are."""

    def __init__(self, client: httpx.Client, server: int, number: int = 3) -> None:
        self.client = client
        self.port = client.base_url.port or 80
        self.server = server
        until(lambda: len(self.processes()) == number, WAIT)
        self.before = self.processes()

    def processes(self) -> set[int]:
        """The keeper and the web processes; query children may be replaced."""
        return {pid for pid in descendants(self.server)
                if parent_of(pid) == self.server and b"tracker" not in words(pid)}

    def send(self, data: bytes, leave: bool = False) -> int:
        """The status of what is answered to these bytes; CLOSED where nothing is."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT) as connection:
            try:
                connection.sendall(data)
                if leave:
                    connection.shutdown(socket.SHUT_WR)
                answer = b""
                while len(answer) < 12 and (chunk := connection.recv(65536)):
                    answer += chunk
            except ConnectionError:
                return CLOSED
        return int(answer.split(b" ")[1][:3]) if answer.startswith(b"HTTP/") else CLOSED

    def check(self) -> None:
        """The same processes are there, and answer. Each time on a connection of its own: one that was kept may be
        closed for its silence just when it is used."""
        assert self.processes() == self.before
        assert self.send(get()) == 200


@pytest.fixture(scope="module")
def watched(tiny_release: Release, shelves: Path) -> Iterator[Watched]:
    """A server of two web processes that closes silent connections after two seconds."""
    assert tiny_release.folder.is_dir()
    server = serving(TINY, shelves, DELMAAL_WORKERS="2", DELMAAL_IDLE_SECONDS="2", DELMAAL_BODY_SECONDS="3")
    with server as client:
        yield Watched(client, server.process.pid)
    assert "panicked" not in server.printed
    assert "Traceback" not in server.printed


@pytest.mark.parametrize("name", SHAPES)
def test_whatever_is_sent_the_same_processes_answer(watched: Watched, name: str) -> None:
    message, expected = SHAPES[name]
    assert watched.send(message) in expected
    watched.check()
    assert watched.send(post(b"ASK {}", b"Content-Length: 6")) == 200


token = st.text(st.sampled_from("GETgetPOSTHEAD-!#*"), min_size=1, max_size=8).map(str.encode)
octets = st.binary(max_size=30)
visible = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30).map(str.encode)
field = st.one_of(
    st.builds(lambda name, value: name + b": " + value, visible, st.one_of(visible, octets)),
    st.sampled_from([HOST[:-2], *WEBSOCKET.split(b"\r\n")[:-1], b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk", b"Host: ",
                     b"Transfer-Encoding: chunked", b"Content-Length: 3", b"Expect: 100-continue", b"Connection: close",
                     b"TE: trailers", b"Range: bytes=0-", b" folded", b"Content-Encoding: gzip"]))
shape = st.builds(
    lambda method, target, version, fields, body: b"%s %s %s\r\n%s\r\n%s" % (
        method, target, version, b"".join(line + b"\r\n" for line in fields), body),
    st.one_of(st.sampled_from([b"GET", b"GET", b"HEAD", b"POST", b"OPTIONS", b"CONNECT", b"PRI"]), token),
    st.one_of(st.sampled_from([b"/", b"/health", b"/sparql?query=ASK%7B%7D", b"/doc/theme/god-helse", b"*", b"h:80"]),
              visible.map(lambda text: b"/" + text), octets),
    st.one_of(st.sampled_from([b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0"]), visible),
    st.lists(field, max_size=8), st.one_of(octets, st.just(b"3\r\nabc\r\n0\r\n\r\n")))


def test_a_thousand_more_shapes(watched: Watched) -> None:
    """Put together by chance from what shapes are made of; each client leaves when it has sent all."""
    @settings(max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(shape, min_size=20, max_size=20))
    def send(shapes: list[bytes]) -> None:
        for message in shapes:
            status = watched.send(message, leave=True)
            assert status < 500 or status in {501, 505}, message
        watched.check()

    send()


def test_clients_that_reset_their_connection(watched: Watched) -> None:
    """In the midst of a request, of a query, of an answer."""
    linger = (b"\1\0\0\0" + bytes(4))  # SO_LINGER of no time: what is not sent is thrown away, and a reset is sent
    for message in (b"GET /doc", post(b"ASK", b"Content-Length: 600"), get(target=b"/data/all.nt"), get(WEBSOCKET[:-2]),
                    get(target=b"/sparql?query=SELECT%20*%20%7B%3Fa%20%3Fb%20%3Fc.%3Fd%20%3Fe%20%3Ff%7D")) * 10:
        with socket.create_connection(("127.0.0.1", watched.port), timeout=WAIT) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            connection.sendall(message)
    watched.check()


def test_silent_clients_are_let_go(watched: Watched) -> None:
    """Whoever sends nothing, half a head, a head byte by byte, or no further request; meanwhile others are served."""
    with ExitStack() as stack:
        begun = time.monotonic()
        silent = []
        for number in range(400):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", watched.port), timeout=WAIT))
            connection.sendall((b"", b"GET / HT", get()[:-2], get())[number % 4])
            silent.append(connection)
        watched.check()
        while time.monotonic() - begun < 2.5:
            for connection in silent[2::4]:
                with suppress(OSError):
                    connection.sendall(b"X: y\r\n")
            time.sleep(0.2)
        for connection in silent:
            with suppress(ConnectionError):
                while connection.recv(65536):
                    pass
        assert time.monotonic() - begun < WAIT, "each was let go; without a limit none ever is"


def test_under_another_server_as_the_docs_say(tiny_release: Release, tmp_path: Path) -> None:
    """Flask alone, under a WSGI server that knows its name, and a keeper beside it."""
    port = free_port()
    keeper = subprocess.Popen([sys.executable, "-m", "delmaal.keeper", str(tmp_path)], cwd=ROOT,
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port),
               "delmaal.serving.application:create_from_environment"]
    given = Surroundings(str(tiny_release.folder.parent.parent), str(tmp_path / "keeper.sock"), "", 0)
    process = subprocess.Popen(command, env={**os.environ, **environment_of(given)}, cwd=ROOT,
                               stdout=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            def ready() -> bool:
                try:
                    return client.get("/ready").status_code == 200
                except httpx.TransportError:
                    return False

            until(ready, WAIT)
            assert "god-helse" in client.get("/doc/theme/god-helse.ttl").text
            found = client.get("/sparql", params={"query": "ASK { ?s a delmaal:Theme }", "format": "json"})
            assert found.json()["boolean"] is True
            assert client.get("/metrics").status_code == 404
    finally:
        process.terminate()
        process.wait(30)
        keeper.communicate(timeout=30)  # its standard input ends, and so does it


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is what speaks HTTP/2 here")
def test_under_a_server_that_knows_more_protocols(tiny_release: Release, tmp_path: Path) -> None:
    """The front itself, where granian is left as it is: WebSockets, HTTP/2."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "rsgi", "--factory", "--port", str(port),
               "--workers", "2", "--respawn-failed-workers", "--workers-kill-timeout", "5",
               "delmaal.serving.application:front_from_environment"]
    environment = {**os.environ, "DELMAAL_SHELF": str(tiny_release.folder.parent.parent), "DELMAAL_SERVER": "",
                   "DELMAAL_RUN_DIR": str(tmp_path)}
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            def up() -> bool:
                try:
                    return client.get("/health").status_code == 200
                except httpx.TransportError:
                    return False

            until(up, WAIT)
            watched = Watched(client, process.pid, 2)
            for _ in range(4):
                assert watched.send(get(WEBSOCKET[:-2])) == 403
                assert watched.send(get(WEBSOCKET[:-2], target=b"/sparql", version=b"1.0")) in {CLOSED, 400, 403}
                watched.send(PREFACE + SETTINGS_FRAME, leave=True)
                watched.check()
            address = f"http://127.0.0.1:{port}/doc/theme/god-helse.ttl"
            curl = subprocess.run(["curl", "-s", "--http2-prior-knowledge", address], capture_output=True, check=False)
            assert b"god-helse" in curl.stdout
            watched.check()
    finally:
        process.terminate()
        printed = process.communicate(timeout=30)[0]
    assert b"panicked" not in printed


def test_a_body_that_is_cut_is_not_taken_for_a_whole_one(watched: Watched) -> None:
    assert watched.send(post(b"ASK {}", b"Content-Length: 60"), leave=True) in {CLOSED, 400}
    assert watched.send(post(b"ASK {}", b"Content-Length: 6"), leave=True) in {CLOSED, 200}
    watched.check()
