"""A store that means harm, or means well and fails: a real HTTP server in each test, that does one thing wrong."""

from __future__ import annotations

import gzip
import resource
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from conftest import TINY, free_port, serving
from delmaal.engine.push import Push, store_of
from delmaal.engine.remote import Remote, remote_of
from delmaal.engine.rewrites import same
from delmaal.engine.store import GraphStore
from delmaal.errors import (
    DelmaalError,
    EngineBroken,
    EngineCut,
    EngineError,
    EngineTooSlow,
    EngineUnfilled,
    QueryTooBig,
)
from delmaal.release import Release
from delmaal.settings import load
from processes import WAIT, until
from stores import Gate, Scripted, answering, oxigraph, sending

JSON, NT = "application/sparql-results+json", "application/n-triples"
NONE = b'{"head":{"vars":["x"]},"results":{"bindings":[]}}'
TWO = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"urn:a"}},{}]}}'
LINES = b"<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> <urn:d> .\n"
SECRET = "s3cr3t-word"


class Elsewhere:
    """A server to which another redirects: it remembers every request, and answers all that is asked."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        elsewhere = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def _any(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                elsewhere.seen.append((self.command, self.path, dict(self.headers)))
                self.send_response(200)
                self.send_header("Content-Type", JSON)
                self.end_headers()
                self.wfile.write(b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"9"}}]}}')

            do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815  # http.server's names

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere"

    def __enter__(self) -> Elsewhere:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def with_login(url: str) -> str:
    return url.replace("http://", f"http://reader:{SECRET}@")


# Redirects


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
def test_nothing_goes_where_a_redirect_points(status: int, tiny_release: Release, tmp_path: Path) -> None:
    """Neither a query nor a graph, with a password or without; and no count from there is believed."""
    with Elsewhere() as elsewhere:
        moved = answering(b"", status=f"{status} Moved",
                          headers=f"Location: {elsewhere.url.replace('//', f'//x:{SECRET}@')}\r\n")
        with Scripted(moved) as server:
            for url in (server.url, with_login(server.url)):
                remote = Remote(url, 5)
                with pytest.raises(EngineBroken) as asked:
                    remote.ask("SELECT * {}")
                assert "127.0.0.1" not in asked.value.sentence
                for counted in (remote.counts, remote.named_graphs):
                    with pytest.raises(EngineBroken, match="elsewhere") as caught:
                        counted()
                    assert SECRET not in caught.value.sentence
                store = GraphStore(url, waits=())
                for name, given in (("replace", ("urn:g", LINES)), ("add", ("", LINES)), ("remove", ("urn:g",)),
                                    ("read", ("",))):
                    with pytest.raises(EngineBroken, match="elsewhere") as caught, ExitStack() as stack:
                        stack.enter_context(getattr(store, name)(*given))  # reading begins with the block
                    assert SECRET not in caught.value.sentence
            settings = load({"engine_url": with_login(server.url), "engine_store_url": with_login(server.url)}, {})
            with pytest.raises(EngineBroken, match="elsewhere"):
                Push(tiny_release.folder, store_of(tiny_release.folder, settings),
                     Remote(with_login(server.url), 5), tmp_path).run()
        assert elsewhere.seen == []


def test_the_environments_proxy_and_netrc_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login x password {SECRET}\n", "utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with Elsewhere() as proxy, Scripted(answering(NONE)) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        Remote(server.url, 5).ask("SELECT * {}")
        Remote(server.url, 5).named_graphs()
        GraphStore(server.url).replace("", LINES)
        assert proxy.seen == []
    assert all(b"authorization" not in request.lower() for request in server.requests)


def test_no_cookie_is_kept() -> None:
    with Scripted(answering(NONE, headers="Set-Cookie: a=b; Path=/\r\n" * 50)) as server:
        remote = Remote(server.url, 5)
        for _ in range(3):
            remote.ask("SELECT * {}")
    assert all(b"cookie" not in request.lower() for request in server.requests)


# Logins


def challenged(scheme: str) -> Callable[[socket.socket], None]:
    return answering(b"", status="401 No", headers=f"WWW-Authenticate: {scheme}\r\n" if scheme else "")


DIGEST = 'Digest realm="SPARQL", domain="/x", nonce="abc", opaque="5e", stale="false", qop="auth", algorithm="MD5"'


@pytest.mark.parametrize("scheme", [DIGEST, f'Basic realm="x", {DIGEST}', DIGEST.replace("MD5", "SHA-256")])
def test_digest_is_given_as_soon_as_it_is_asked_for_and_then_at_once(scheme: str) -> None:
    """Also by a store whose 401 to Basic asks for nothing, as Virtuoso's does."""
    for first in ([scheme], ["", scheme]):
        turns = iter([*(challenged(each) for each in first), *[answering(NONE)] * 3])

        def take_turns(connection: socket.socket, turns: Iterator[Callable[[socket.socket], None]] = turns) -> None:
            next(turns)(connection)

        with Scripted(take_turns) as server:
            remote = Remote(with_login(server.url), 5)
            for _ in range(3):
                assert remote.ask("SELECT * {}")[1]
        heads = [request.partition(b"\r\n\r\n")[0].decode() for request in server.requests]
        assert "Authorization: Basic" in heads[0]
        assert all('Authorization: Digest username="reader"' in head for head in heads[-3:])
        assert len(heads) == len(first) + 3
        assert SECRET not in "".join(heads[-3:])


@pytest.mark.parametrize("scheme", [
    "", 'Basic realm="x"', "Digest", "Digest nonsense", 'Digest realm="x"', DIGEST.replace("MD5", "FOO"),
    DIGEST.replace('"auth"', '"auth-int"'), DIGEST.replace('"auth"', '"z"'), "Digest " + "," * 9_000, DIGEST,
])
def test_a_login_that_cannot_be_is_refused_after_a_few_questions(scheme: str) -> None:
    with Scripted(challenged(scheme)) as server, pytest.raises(EngineBroken):
        Remote(with_login(server.url), 5).ask("SELECT * {}")
    assert len(server.requests) <= 4


# Answers that are cut, or come as a part


def head(kind: str, more: str = "", status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}\r\n".encode()


def framed(kind: str, body: bytes, length: int) -> bytes:
    return head(kind, f"Content-Length: {length}\r\n") + body


CHUNKED = head(JSON, "Transfer-Encoding: chunked\r\n")
PARTS: dict[str, tuple[bytes, type[DelmaalError]]] = {
    "206": (head(JSON, f"Content-Length: {len(TWO)}\r\n", "206 Partial Content") + TWO, EngineTooSlow),
    "a range": (head(JSON, f"Content-Range: bytes 0-9/99\r\nContent-Length: {len(TWO)}\r\n") + TWO, EngineTooSlow),
    "anytime": (head(JSON, f"X-SQL-State: S1TAT\r\nContent-Length: {len(TWO)}\r\n") + TWO, EngineTooSlow),
    "another state": (head(JSON, f"x-sql-state: 01000\r\nContent-Length: {len(TWO)}\r\n") + TWO, EngineTooSlow),
    "anytime, 500": (head(JSON, "X-SQL-State: S1TAT\r\nContent-Length: 0\r\n", "500 No"), EngineTooSlow),
    "as many rows as may be": (head(JSON, f"X-SPARQL-MaxRows: 2\r\nContent-Length: {len(TWO)}\r\n") + TWO, EngineCut),
    "a limit that is none": (head(JSON, f"X-SPARQL-MaxRows: x\r\nContent-Length: {len(TWO)}\r\n") + TWO, EngineCut),
    "longer than announced": (framed(JSON, NONE + b" " * 9, len(NONE)), EngineBroken),
    "shorter than announced": (framed(JSON, NONE, len(NONE) + 1), EngineBroken),
    "two lengths": (head(JSON, f"Content-Length: {len(NONE)}\r\nContent-Length: 4\r\n") + NONE, EngineBroken),
    "a chunk too few": (CHUNKED + b"%x\r\n%s\r\n" % (len(NONE), NONE), EngineBroken),
    "more after the last chunk": (CHUNKED + b"%x\r\n%s\r\n0\r\n\r\nmore" % (len(NONE), NONE), EngineBroken),
    "an error's words": (framed(JSON, b"Error: transaction aborted", 26), EngineBroken),
    "an error's words after the result": (framed(JSON, NONE + b"Error", len(NONE) + 5), EngineBroken),
    "HTML": (framed("text/html", NONE, len(NONE)), EngineBroken),
    "no type": (f"HTTP/1.1 200 OK\r\nContent-Length: {len(NONE)}\r\n\r\n".encode() + NONE, EngineBroken),
    "a variable from nowhere": (framed(JSON, TWO.replace(b'["x"]', b'["y"]'), len(TWO)), EngineBroken),
    "an IRI that is none": (framed(JSON, TWO.replace(b"urn:a", b"u n:a"), len(TWO)), EngineBroken),
    "not UTF-8": (framed(JSON, TWO.replace(b"urn:a", b"ur\xff:a"), len(TWO)), EngineBroken),
    "a truth": (framed(JSON, b'{"head":{},"boolean":true}', 26), EngineBroken),
    "nothing": (framed(JSON, b"", 0), EngineBroken),
    "a list": (framed(JSON, b"[]", 2), EngineBroken),
    "deep": (framed(JSON, b"[" * 100_000, 100_000), EngineBroken),
}
GRAPH_PARTS: dict[str, tuple[bytes, type[DelmaalError]]] = {
    "cut between statements, and framed": (framed(NT, LINES[:26], len(LINES)), EngineBroken),
    "cut within one": (head(NT) + LINES[:-4], EngineBroken),
    "longer than announced, at a statement": (framed(NT, LINES, 26), EngineBroken),
    "an error as a comment": (head(NT) + LINES + b"# error: query was cancelled.\n", EngineBroken),
    "an error as a last line": (head(NT) + LINES + b"Query timed out", EngineTooSlow),
    "anytime": (head(NT, "X-SQL-State: S1TAT\r\n") + LINES, EngineTooSlow),
    "Turtle": (framed("text/turtle", LINES, len(LINES)), EngineBroken),
    "an IRI that is none": (framed(NT, LINES.replace(b"urn:a", b"u n:a"), len(LINES)), EngineBroken),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_table_that_is_not_whole_is_an_error(name: str) -> None:
    sent, kind = PARTS[name]
    with Scripted(sending(sent)) as server, pytest.raises(kind):
        Remote(server.url, 5).ask("SELECT * {}")


@pytest.mark.parametrize("name", GRAPH_PARTS)
def test_a_graph_that_is_not_whole_is_an_error(name: str) -> None:
    sent, kind = GRAPH_PARTS[name]
    with Scripted(sending(sent)) as server, pytest.raises(kind):
        Remote(server.url, 5).ask("CONSTRUCT WHERE { ?s ?p ?o }")


def test_what_only_looks_odd_is_an_answer() -> None:
    """A limit that was not met, a table for ASK, an empty graph with a word, booleans as numbers, any order."""
    limit = head(JSON, f"X-SPARQL-MaxRows: 3\r\nContent-Length: {len(TWO)}\r\n") + TWO
    yes = (b'{"head":{"link":[],"vars":["__ASK_RETVAL"]},'
           b'"results":{"bindings":[{"__ASK_RETVAL":{"type":"typed-literal","value":"1"}}]}}')
    xsd = b"http://www.w3.org/2001/XMLSchema#"
    odd = (b'{ "head": { "link": [], "vars": ["b","d","n","t"] }, "results": { "distinct": false, "bindings": [ { '
           b'"b": { "type": "typed-literal", "datatype": "%sboolean", "value": "1" }, '
           b'"d": { "type": "literal" , "value": "+06.50", "type": "literal", "datatype": "%sdecimal" }, '
           b'"n": { "type": "bnode", "value": "nodeID://b10" }, '
           b'"t": { "type": "literal", "value": "\\"datatype\\": \\"%sboolean\\", \\"value\\": \\"1\\"" } } ] } }'
           % (xsd, xsd, xsd))
    for query, sent, expected in (
        ("SELECT * {}", limit, b"x\r\nurn:a\r\n\r\n"),
        ("ASK {}", framed(JSON, yes, len(yes)), b"true\n"),
        ("ASK {}", framed(JSON, NONE.replace(b'"x"', b'"__ASK_RETVAL"'), len(NONE) + 11), b"false\n"),
        ("CONSTRUCT WHERE {}", framed(NT, b"# Empty NT\n", 11), b""),
        ("CONSTRUCT WHERE {}", framed(NT, LINES + LINES, 2 * len(LINES)), LINES),
        ("SELECT * {}", head(JSON) + odd,
         b'b,d,n,t\r\ntrue,6.5,_:b10,"""datatype"": ""' + xsd + b'boolean"", ""value"": ""1"""\r\n'),
    ):
        with Scripted(sending(sent)) as server:
            assert Remote(server.url, 5).ask(query, results="csv", graph="n-triples")[1] == expected


# Much, slowly, packed


def test_a_packed_answer_is_not_unpacked() -> None:
    """A bomb of gzip: 200 kB that would be 200 MB."""
    bomb = gzip.compress(b" " * (200 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for query, kind in (("SELECT * {}", JSON), ("CONSTRUCT WHERE {}", NT)):
        for name in ("gzip", "deflate", "br", "x-gzip", "gzip, identity"):
            sent = head(kind, f"Content-Encoding: {name}\r\nContent-Length: {len(bomb)}\r\n") + bomb
            with Scripted(sending(sent)) as server, pytest.raises(EngineBroken, match="packs"):
                Remote(server.url, 5).ask(query)
    with Scripted(sending(head(NT, f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n") + bomb)) as server:
        store = GraphStore(server.url, waits=())
        with pytest.raises(EngineBroken, match="packs"), store.read(""):
            pass
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10
    assert b"Accept-Encoding: identity" in server.requests[0]


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[Scripted]:
    """A server that sends a little at a time, for ever."""
    stopped = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.sendall(first)
        while not stopped.wait(0.05):
            connection.sendall(drop)

    with Scripted(script) as server:
        try:
            yield server
        finally:
            stopped.set()


@pytest.mark.parametrize(("first", "drop"), [
    (b"", b"H"), (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), (head(JSON), b" "), (head(NT), b"#"),
    (head(JSON, "Transfer-Encoding: chunked\r\n"), b"1\r\n \r\n"), (b"HTTP/1.1 401 No\r\n\r\n", b"x"),
    (b"HTTP/1.1 400 No\r\n\r\n", b"x"), (b"HTTP/1.1 500 No\r\n\r\n", b"x"), (b"HTTP/1.1 100 Continue\r\n\r\n", b"H"),
], ids=["a status", "headers", "a table", "a graph", "chunks", "a 401", "a 400", "a 500", "a 100"])
def test_a_trickle_ends_with_the_deadline(first: bytes, drop: bytes) -> None:
    with dripping(first, drop) as server:
        started = time.monotonic()
        with pytest.raises(DelmaalError):
            Remote(with_login(server.url), 1).ask("CONSTRUCT WHERE {}" if b"n-triples" in first else "SELECT * {}")
        assert time.monotonic() - started < 10, "it would go on for ever"


@pytest.mark.parametrize("flood", [
    b"X-%d: y\r\n" * 1, b"X: " + b"y" * 1_000_000 + b"\r\n", b"X: y\r\n" * 200_000,
], ids=["endless headers", "a long header", "many headers"])
def test_a_flood_of_headers_is_refused(flood: bytes) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(200_000 if b"%d" in flood else 1):
            connection.sendall(flood % number if b"%d" in flood else flood)
        raise OSError("enough")

    with Scripted(script) as server:
        started = time.monotonic()
        with pytest.raises(EngineError):
            Remote(server.url, 10).ask("SELECT * {}")
        assert time.monotonic() - started < 8


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 that signs itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(7).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .sign(key, hashes.SHA256()))
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
                     + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_tls_is_checked_and_keeps_the_deadline(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is kept; a certificate that nobody vouches for, or for another host, gets no query."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def answer_twice(connection: socket.socket) -> None:
        if len(server.requests) < 3:
            answering(NONE)(connection)
        else:
            over.wait(20)

    over = threading.Event()
    server = Scripted(answer_twice)
    with server:
        server.tls = context
        url = server.url.replace("http:", "https:")
        with pytest.raises(EngineError):
            Remote(with_login(url), 5).ask("SELECT * {}")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(EngineError):
            Remote(url.replace("127.0.0.1", "localhost"), 5).ask("SELECT * {}")
        assert server.requests == []
        remote = Remote(url, 2)
        before = server.connections
        for _ in range(2):
            assert remote.ask("SELECT * {}")[1] == NONE
        started = time.monotonic()
        with pytest.raises(EngineTooSlow):
            remote.ask("SELECT * {}")
        assert time.monotonic() - started < 10, "the store would be silent for twenty"
        over.set()
        assert server.connections == before + 1


def test_an_endless_answer_ends_at_the_limit_in_every_way() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = b'{"head":{"vars":["x"]},"results":{"bindings":[' + b'{"x":{"type":"uri","value":"urn:a"}},' * 400_000
    for query, sent in (("SELECT * {}", head(JSON) + rows), ("CONSTRUCT WHERE {}", head(NT) + LINES * 100_000),
                        ("ASK {}", head(JSON) + b" " * (5 << 20))):
        with Scripted(sending(sent)) as server, pytest.raises(QueryTooBig):
            Remote(server.url, 10, result_mb=4).ask(query)
    small = b'{"head":{"vars":["x"]},"results":{"bindings":[' + b"{}," * 100_000 + b"{}]}}"
    with Scripted(sending(head(JSON) + small)) as server, pytest.raises(QueryTooBig):  # 300 kB become more in XML
        Remote(server.url, 10, result_mb=1).ask("SELECT * {}", results="sparql-xml")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 << 10


def test_numbers_that_cost_time_are_left_alone() -> None:
    """In a graph that is read back, and in an answer."""
    import pyoxigraph as ox

    started = time.thread_time()
    for kind in ("decimal", "integer", "double", "dateTime", "hexBinary", "boolean"):
        for text in ("1e999999999", "9" * 100_000, "0" * 100_000 + "1", "-" * 1_000, "1." + "0" * 100_000):
            literal = ox.Literal(text, datatype=ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{kind}"))
            assert same(ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), literal))
            body = (f'{{"head":{{"vars":["x"]}},"results":{{"bindings":[{{"x":{{"type":"literal","value":"{text}",'
                    f'"datatype":"{literal.datatype.value}"}}}}]}}}}').encode()
            with Scripted(sending(head(JSON) + body)) as server:
                assert text.encode() in Remote(server.url, 5).ask("SELECT * {}")[1]
    assert time.thread_time() - started < 2


# The next answer is never made of the one before


def test_what_comes_after_an_answer_is_not_the_next_one() -> None:
    smuggled = framed(JSON, TWO, len(TWO))
    with Scripted(sending(framed(JSON, NONE, len(NONE)) + smuggled, close=False)) as server:
        remote = Remote(server.url, 5)
        for _ in range(3):
            with pytest.raises(EngineBroken, match="more than its answer"):
                remote.ask("SELECT * {}")
        assert server.connections == 3


# Over HTTP, and at a push


def test_a_server_over_a_bad_store_answers_with_a_problem_each_time(shelves: Path, tiny_release: Release) -> None:
    """No traceback, nothing of the store's address, no 200; and it says the truth as soon as the store does."""
    script: list[Callable[[socket.socket], None]] = [answering(NONE)]
    truth = answering(b'{"head":{},"boolean":true}')

    def answer_marked(connection: socket.socket) -> None:
        (truth if b"ASK" in store.requests[-1] else script[0])(connection)

    store = Scripted(answer_marked)
    with store, serving(TINY, shelves, DELMAAL_ENGINE_URL=with_login(store.url), DELMAAL_QUERY_SECONDS="2") as client:
        assert tiny_release.id in client.get("/ready").text
        for number, (sent, kind) in enumerate([*PARTS.values(), *GRAPH_PARTS.values()]):
            script[0] = sending(sent)
            form = "CONSTRUCT WHERE" if NT.encode() in sent else "SELECT *"
            answer = client.get("/sparql", params={"query": f"{form} {{ ?s ?p {number} }}"})
            assert answer.status_code in ((504,) if kind is EngineTooSlow else (502,)), (sent, answer.text)
            assert "127.0.0.1" not in answer.text
            assert SECRET not in answer.text
        script[0] = sending(head("text/plain", f"Location: {store.url}\r\nContent-Length: 0\r\n", "302 Moved"))
        assert client.get("/sparql", params={"query": "SELECT * { ?s ?p 'moved' }"}).status_code == 502
        truth = script[0]
        assert client.get("/ready").status_code == 503
        truth = answering(b'{"head":{},"boolean":true}')
        assert client.get("/ready").status_code == 200
        assert client.get("/sparql", params={"query": "ASK { ?s ?p 'now' }"}).json()["boolean"] is True


def test_readiness_does_not_wait_long_nor_stop_the_others(shelves: Path) -> None:
    """A store that takes a connection and says nothing: health and pages are answered meanwhile."""
    silent, waits, over = threading.Event(), threading.Event(), threading.Event()

    def say_nothing(connection: socket.socket) -> None:
        if silent.is_set():
            waits.set()
            over.wait(12)
        else:
            answering(b'{"head":{},"boolean":true}')(connection)

    with Scripted(say_nothing) as store, \
            serving(TINY, shelves, DELMAAL_ENGINE_URL=store.url, DELMAAL_WORKERS="1") as client:
        silent.set()
        asked: list[httpx.Response] = []
        threads = [threading.Thread(target=lambda: asked.append(httpx.get(f"{client.base_url}/ready", timeout=30)))
                   for _ in range(3)]
        for thread in threads:
            thread.start()
        until(waits.is_set, WAIT)
        assert client.get("/health").status_code == 200
        assert client.get("/doc/theme/god-helse", headers={"Accept": "text/turtle"}).status_code == 200
        assert asked == [], "the store is waited for meanwhile"
        for thread in threads:
            thread.join()
        over.set()
        assert {answer.status_code for answer in asked} == {503}


def test_a_store_that_changes_what_it_is_sent_is_refused_and_not_served(tiny_release: Release, tmp_path: Path) -> None:
    """Every statement arrives, one of them altered: by a letter, a digit, a language."""
    changes = ((b"God helse", b"God Helse"), (b'"71.5"', b'"71.51"'), (b'"@nb .', b'"@nn .'))
    with oxigraph() as address:
        for before, after in changes:
            with Gate(address) as gate:
                gate.alter = lambda body, before=before, after=after: body.replace(before, after, 1)  # type: ignore[misc]
                urls = {"engine_url": f"{gate.address}/query", "engine_store_url": f"{gate.address}/store"}
                settings = load(urls, {})
                remote = remote_of(tiny_release.folder, settings)
                with pytest.raises(EngineError, match="were sent"):
                    Push(tiny_release.folder, store_of(tiny_release.folder, settings), remote, tmp_path,
                         limit=1_000).run()
                remote_of.cache_clear()
                with pytest.raises(EngineUnfilled):
                    remote_of(tiny_release.folder, settings).ask("ASK {}")


def test_a_port_that_nobody_listens_on_is_said_without_its_number() -> None:
    with pytest.raises(EngineError) as caught:
        Remote(f"http://127.0.0.1:{free_port()}/", 5).ask("ASK {}")
    assert "127.0.0.1" not in caught.value.sentence
