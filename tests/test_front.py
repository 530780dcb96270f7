"""The front before Flask: limits over HTTP, the cache, counters, fair use, release switches under load."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import threading
import time
from itertools import count
from pathlib import Path
from typing import IO
from urllib.parse import quote

import httpx
import pytest

from conftest import TINY, serving
from delmaal.http.fairuse import FairUse
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import publication_of
from delmaal.serving.front import spool
from delmaal.serving.front.cache import REMEMBERED, AnswerCache, Kept
from delmaal.serving.front.counters import Counters, prometheus
from delmaal.serving.front.front import Front
from delmaal.settings import load
from processes import WAIT, alive, descendants, keeper_of, metric, until, words
from succession import Succession

HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?a != ?d && STR(?c) = STR(?f)) }"


def test_watching(tiny_server: httpx.Client, tiny_release: Release) -> None:
    assert tiny_server.get("/health").text == "ok\n"
    assert tiny_server.get("/ready").text == f"release {tiny_release.id}\n"
    text = tiny_server.get("/metrics").text
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [0-9.e+-]+', line), line
    assert f'delmaal_release_info{{release="{tiny_release.id}"}} 1' in text
    until(lambda: metric(tiny_server, 'delmaal_workers{kind="web"}') == 2, WAIT)  # the second may just be starting
    assert metric(tiny_server, 'delmaal_workers{kind="query"}') >= 5
    until(lambda: metric(tiny_server, 'delmaal_workers{kind="query-busy"}') == 0, WAIT)  # another's may just be ending


def test_metrics_hold_over_all_workers(tiny_server: httpx.Client) -> None:
    name = 'delmaal_requests_total{route="catalog",status="2xx"}'
    before = metric(tiny_server, name)
    for _ in range(40):  # new connections, so that every worker gets some
        with httpx.Client(base_url=tiny_server.base_url) as client:
            assert client.get("/catalog").status_code == 200
    until(lambda: metric(tiny_server, name) >= before + 40, WAIT)  # the last one is counted after it was sent
    assert metric(tiny_server, name) == before + 40


def test_queries_that_are_stopped_are_counted(tiny_out: Path) -> None:
    with serving(TINY, tiny_out, DELMAAL_QUERY_SECONDS="1") as client:
        for method, code, status in (("GET", "query-too-slow", 504), ("POST", "query-too-slow", 504),
                                     ("GET", "query-too-deep", 400)):
            name = f'delmaal_queries_stopped_total{{reason="{code}"}}'
            before = metric(client, name)
            text = HEAVY if status == 504 else f"ASK {'{' * 5000}{'}' * 5000}"
            sent = {"params" if method == "GET" else "data": {"query": text}}
            answer = client.request(method, "/sparql", **sent)  # type: ignore[arg-type]
            assert (answer.status_code, answer.json()["type"].rpartition("#")[2]) == (status, code)
            assert (status == 504) == ("retry-after" in answer.headers)
            assert metric(client, name) == before + 1


def test_a_client_that_hangs_up_ends_its_query(tiny_out: Path) -> None:
    with serving(TINY, tiny_out) as client:
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        busy = 'delmaal_workers{kind="query-busy"}'
        for _ in range(10):
            with socket.create_connection(("127.0.0.1", client.base_url.port or 80)) as leaving:
                leaving.sendall(f"GET /sparql?query={quote(HEAVY)} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
                until(lambda: metric(client, busy) == 1, WAIT)
                time.sleep(0.3)
            left = time.monotonic()
            until(lambda: metric(client, busy) == 0, WAIT)
            took = time.monotonic() - left
            if took < 0.5:
                break
        assert took < 0.5, "at best of ten: the machine may be busy"
        until(lambda: metric(client, 'delmaal_queries_stopped_total{reason="query-abandoned"}') >= 1, WAIT)


SOME = "SELECT ?s ?l { ?s skos:prefLabel ?l } ORDER BY ?s ?l # repeated by"


@pytest.mark.parametrize(("method", "path", "accept", "form"), [
    ("GET", "/doc/theme/god-helse", "application/ld+json", None),
    ("GET", f"/sparql?query={quote(f'{SOME} GET')}", "text/csv", None),
    ("POST", "/sparql", "application/sparql-results+xml", {"query": f"{SOME} form"}),
], ids=["description", "query by GET", "query by POST"])
def test_repeats_come_from_the_cache_and_say_the_same(tiny_server: httpx.Client, method: str, path: str, accept: str,
                                                      form: dict[str, str] | None) -> None:
    def ask() -> httpx.Response:
        return tiny_server.request(method, path, data=form, headers={"Accept": accept, "Accept-Encoding": "identity"})

    first = ask()
    assert first.status_code == 200
    before = metric(tiny_server, "delmaal_cache_hits_total")
    again = [ask() for _ in range(10)]
    assert metric(tiny_server, "delmaal_cache_hits_total") >= before + 8  # one miss for each worker at most
    for answer in again:
        assert answer.content == first.content
        assert {k: v for k, v in answer.headers.items() if k != "date"} == \
            {k: v for k, v in first.headers.items() if k != "date"}


def raw(client: httpx.Client, data: bytes, wait: float = WAIT) -> bytes:
    """What the server answers to these bytes."""
    with socket.create_connection(("127.0.0.1", client.base_url.port or 80), timeout=wait) as connection:
        connection.sendall(data)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
                if b"\r\n\r\n" in answer:
                    break
        except TimeoutError:
            pass
        return answer


@pytest.mark.parametrize(("request_bytes", "status"), [
    (b"GET /doc/x HTTP/1.1\r\nHost: h\r\nX-Long: " + b"a" * 40_000 + b"\r\n\r\n", (431,)),
    (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", (414, 431)),
    (b"NONSENSE\r\n\r\n", (400,)),
    (b"GET /doc/\xff\xfe HTTP/1.1\r\nHost: h\r\n\r\n", (400, 404)),
    (b"POST /sparql HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n", (413,)),
    (b"GET /sparql?query=%FF HTTP/1.1\r\nHost: h\r\n\r\n", (400,)),
    (b"GET / HTTP/1.1\r\nHost: h\r\nAccept: " + b"text/html;q=" * 900 + b"\r\n\r\n", (200, 406)),
    (b"GET / HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1,5-9999999999999999999999\r\n\r\n", (200,)),
    (b"GET /data/all.nt HTTP/1.1\r\nHost: h\r\nRange: bytes=abc\r\n\r\n", (200, 416)),
])
def test_hostile_requests_are_refused_or_answered(tiny_server: httpx.Client, request_bytes: bytes,
                                                  status: tuple[int, ...]) -> None:
    answer = raw(tiny_server, request_bytes)
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    assert int(answer.split(b" ")[1]) in status, answer[:200]
    assert tiny_server.get("/health").status_code == 200


def test_ranges_of_a_dump(tiny_server: httpx.Client, tiny_release: Release) -> None:
    content = (tiny_release.folder / "data/all.nt").read_bytes()
    part = tiny_server.get("/data/all.nt", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"
    whole = tiny_server.get("/data/all.nt")
    assert whole.content == content
    assert whole.headers["accept-ranges"] == "bytes"
    assert tiny_server.get("/data/all.nt", headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    assert tiny_server.get("/data/all.nt", headers={"Range": f"bytes={len(content)}-"}).status_code == 416


def test_a_body_that_trickles_is_ended(tiny_out: Path) -> None:
    with serving(TINY, tiny_out, DELMAAL_BODY_SECONDS="4", DELMAAL_WORKERS="1") as client:
        connections = []
        for _ in range(50):
            connection = socket.create_connection(("127.0.0.1", client.base_url.port or 80), timeout=WAIT)
            connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: h\r\nContent-Type: application/sparql-query\r\n"
                               b"Content-Length: 50\r\n\r\nA")
            connections.append(connection)
        assert client.get("/doc/theme/god-helse").status_code == 200
        for connection in connections:
            connection.setblocking(False)
            with pytest.raises(BlockingIOError):  # all of them are waited for still
                connection.recv(1, socket.MSG_PEEK)
            connection.settimeout(WAIT)
        for connection in connections:
            answer = connection.recv(4096)
            assert answer.startswith(b"HTTP/1.1 408"), answer[:80]
            connection.close()


def test_a_body_that_comes_byte_by_byte_is_ended(tiny_out: Path) -> None:
    """The limit is for the whole body, not for a pause in it."""
    with serving(TINY, tiny_out, DELMAAL_BODY_SECONDS="1", DELMAAL_WORKERS="1") as client, \
            socket.create_connection(("127.0.0.1", client.base_url.port or 80), timeout=0.3) as connection:
        started = time.monotonic()
        connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: h\r\nContent-Type: application/sparql-query\r\n"
                           b"Content-Length: 50\r\n\r\n")
        answer = b""
        for byte in b"ASK {} # byte by byte":
            connection.send(bytes([byte]))
            try:
                answer = connection.recv(4096)
                break
            except TimeoutError:  # no answer in the 0.3 s between two bytes
                continue
        assert answer.startswith(b"HTTP/1.1 408"), answer[:80]
        assert 0.9 < time.monotonic() - started < 6, "before all of it could have come"


def test_one_client_has_a_limit(tiny_out: Path) -> None:
    with serving(TINY, tiny_out, DELMAAL_CLIENT_LIMIT="5", DELMAAL_TRUSTED_HOPS="1") as client:
        statuses = [client.get("/health", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}).status_code
                    for _ in range(12)]
        assert statuses.count(429) >= 1
        assert statuses[0] == 200
        limited = client.get("/health", headers={"X-Forwarded-For": "203.0.113.9"})
        if limited.status_code == 429:  # else a new minute has begun
            assert 0 < int(limited.headers["retry-after"]) <= 60
        assert client.get("/health", headers={"X-Forwarded-For": "203.0.113.10"}).status_code == 200
        assert client.get("/health").status_code == 200  # the machine itself


def test_a_list_of_proxies_over_several_lines_is_one_list(tiny_out: Path) -> None:
    server = serving(TINY, tiny_out, DELMAAL_CLIENT_LIMIT="5", DELMAAL_TRUSTED_HOPS="2", DELMAAL_ACCESS_LOG="1")
    with server as client:
        def status(number: int, address: str) -> int:
            lines = [("X-Forwarded-For", f"6.6.6.{number}"), ("X-Forwarded-For", f"7.7.7.7, {address}"),
                     ("X-Forwarded-For", "10.0.0.8")]
            return client.get("/health", headers=lines).status_code

        assert 429 in [status(number, "203.0.113.9:4711") for number in range(12)]  # a minute may begin meanwhile
        assert status(99, "203.0.113.10") == 200
        assert status(99, "[2001:db8::9]:80") == 200
    clients = {json.loads(line)["client"] for line in server.printed.splitlines() if line.startswith("{")}
    assert clients == {"127.0.0.1", "203.0.113.9", "203.0.113.10", "2001:db8::9"}


def test_clients_address_is_taken_from_the_trusted_hops(tmp_path: Path) -> None:
    two = FairUse(tmp_path, 1, 2)
    assert two.client("10.0.0.1:5", "1.1.1.1, 2.2.2.2, 3.3.3.3") == "2.2.2.2"
    for noted, address in (("192.0.2.1:5678", "192.0.2.1"), ("[2001:db8::1]:5678", "2001:db8::1"),
                           ("[2001:db8::1]", "2001:db8::1"), ("2001:db8::1", "2001:db8::1"), ("unknown", "unknown")):
        assert two.client("10.0.0.1:5", f"1.1.1.1, {noted}, 3.3.3.3:80") == address
    assert FairUse(tmp_path, 1, 0).client("10.0.0.1:5", "1.1.1.1") == "10.0.0.1"
    assert FairUse(tmp_path, 1, 0).client("[2001:db8::1]:5", "") == "2001:db8::1"
    assert two.wait("198.51.100.7:1", "") == 0
    assert two.wait("198.51.100.7:2", "") > 0
    assert FairUse(tmp_path, 1, 2).wait("198.51.100.7:3", "") > 0  # another process shares the count
    assert all(two.wait("127.0.0.1:9", "") == 0 for _ in range(5))


def test_cache_is_bounded_in_bytes() -> None:
    cache = AnswerCache(100_000)
    for number in range(200):
        cache.put("r1", (str(number // 2),), Kept(200, [], b"x" * 5_000, ""))
        assert cache.size <= 100_000
    assert cache.get("r1", ("0",)) is None
    assert cache.get("r1", ("99",)) is not None
    for _ in range(2):
        cache.put("r1", ("big",), Kept(200, [], b"x" * 50_000, ""))
    assert cache.get("r1", ("big",)) is None
    assert cache.get("r2", ("99",)) is None
    assert len(cache) == 0


def test_an_answer_is_kept_from_its_second_request_on() -> None:
    cache, answer = AnswerCache(10 << 20), Kept(200, [], b"x", "")
    cache.put("r1", ("a",), answer)
    assert (cache.get("r1", ("a",)), len(cache), cache.size) == (None, 0, 0)
    cache.put("r1", ("a",), answer)
    assert cache.get("r1", ("a",)) == answer
    for number in range(10 * REMEMBERED):  # what is asked for once fills neither the cache nor the memory of requests
        cache.put("r1", (str(number),), answer)
    assert len(cache) == 1
    assert len(cache._once) + len(cache._once_before) <= 2 * REMEMBERED
    cache.put("r1", ("0",), answer)
    assert cache.get("r1", ("0",)) is None, "it was forgotten"


class Opening:
    """The HTTP server's side of an answer: it opens the file that it is told, and has it until it is read."""

    def __init__(self) -> None:
        self.file: IO[bytes] | None = None
        self.sent: tuple[int, dict[str, str], bytes] | None = None

    def response_file(self, _status: int, _headers: list[tuple[str, str]], file: str) -> None:
        self.file = Path(file).open("rb")  # noqa: SIM115  # the test closes it

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.sent = status, dict(headers), body


def test_big_answers_under_way_are_bounded(tiny_release: Release, tmp_path: Path,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "_OPENED_SECONDS", 0.0)
    front = Front(publication_of(load({}, {}), Releases(Shelf(tiny_release.folder.parent.parent))), tmp_path)
    front.sending.spool = spool.Spool(tmp_path, 5 << 20)
    big = Kept(200, [("content-type", "text/plain")], b"x" * (2 << 20), "")
    first, second, third, fourth = (Opening() for _ in range(4))

    async def answer_all() -> None:
        for way in (first, second):
            assert await front.sending.deliver(way, big) == 200
        assert await front.sending.deliver(third, big) == 503
        assert first.file is not None
        first.file.close()  # its reader has it all
        assert await front.sending.deliver(fourth, big) == 200

    asyncio.run(answer_all())
    front.sending.spool.close()
    assert third.sent is not None
    assert third.sent[1]["retry-after"] == "30"
    assert json.loads(third.sent[2])["type"].endswith("#server-busy")
    for way in (second, fourth):
        assert way.file is not None
        assert way.file.read() == big.body
        way.file.close()
    assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} == {"counters"}, "the files have no name"


def test_a_big_answer_does_without_the_disk_where_it_must(tmp_path: Path) -> None:
    way, body = Opening(), b"x" * (2 << 20)
    asyncio.run(spool.Spool(tmp_path / "not there").send(way, 200, [], body))
    assert way.sent == (200, {}, body)


def test_counters_outlive_their_process(tmp_path: Path) -> None:
    first, second = Counters(tmp_path), Counters(tmp_path)
    first.request("/doc/x", 200, 0.002)
    second.request("/doc/y", 404, 7)
    second.stopped("query-too-slow")
    second.stopped("not one of them")
    sums = Counters(tmp_path).sums()
    assert (sums["requests:doc:2xx"], sums["requests:doc:4xx"], sums["killed:query-too-slow"]) == (1, 1, 1)
    assert 'le="+Inf"} 2' in prometheus(sums, "r", trouble=False)


def test_switch_under_load_loses_nothing_and_mixes_nothing(releases: Succession, tmp_path: Path) -> None:
    """Every answer is of one release, and says which."""
    served = releases.copy(tmp_path)
    shelf, first, second = served.shelf, served.first, served.second
    shelf.switch(first)
    failures: list[str] = []
    seen: set[str] = set()
    stop = threading.Event()

    def ask(address: str) -> None:
        with httpx.Client(base_url=address) as client:
            while not stop.is_set():
                answer = client.get("/doc/theme/ren-energi.ttl")
                release = first.id if first.id in answer.text else second.id
                label = "Clean energy" if release == first.id else "Cleaner energy"
                if answer.status_code != 200 or f'"{label}"@en' not in answer.text or release not in answer.text:
                    failures.append(f"{answer.status_code} {answer.text[:200]}")
                seen.add(release)

    with serving(served.publication, tmp_path, DELMAAL_NO_BUILD="1") as client:
        threads = [threading.Thread(target=ask, args=(str(client.base_url),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + WAIT
        for turn in count():
            shelf.switch(second if turn % 2 == 0 else first)
            time.sleep(0.05)
            if turn > 20 and turn % 2 and (len(seen) == 2 or time.monotonic() > deadline):  # it is the first again
                break
        stop.set()
        for thread in threads:
            thread.join()
        assert not failures, failures[:3]
        assert seen == {first.id, second.id}

        (shelf.releases / "broken").mkdir()
        (shelf.folder / "fresh").symlink_to("releases/broken")
        (shelf.folder / "fresh").replace(shelf.folder / "current")
        kept = client.get("/doc/theme/god-helse.ttl")
        assert kept.status_code == 200
        until(lambda: client.get("/ready").status_code == 503, WAIT)  # it has been looked at
        for _ in range(4):
            ready = client.get("/ready")
            assert ready.status_code == 503
            assert "broken"[:12] in ready.json()["detail"]
            assert client.get("/doc/theme/god-helse.ttl").text == kept.text
        shelf.switch(first)
        until(lambda: client.get("/ready").text == f"release {first.id}\n", WAIT)


def gone_within(pids: set[int], seconds: float) -> bool:
    """Whether processes end in time."""
    deadline = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_access_log_is_json_without_the_query(tiny_out: Path) -> None:
    server = serving(TINY, tiny_out, DELMAAL_ACCESS_LOG="1", DELMAAL_WORKERS="1")
    with server as client:
        for path in ("/doc/theme/god-helse?secret=hunter2", "/sparql?query=ASK%7B%7D", "/doc/theme/god-helse.ttl"):
            for _ in range(3):  # made, made again, and kept
                assert client.get(path, headers={"X-Request-Id": "abc-123"}).headers["x-request-id"] == "abc-123"
        posted = client.post("/sparql", data={"query": "ASK {}"}, headers={"X-Request-Id": "a b\tc"})
        assert posted.status_code == 200
        assert len(posted.headers["x-request-id"]) == 16, "a name of ours for a strange one"
        assert client.get("/nothing").headers["x-request-id"] != client.get("/nothing").headers["x-request-id"]
        process = server.process
    assert process.stdout is not None
    printed = server.printed
    rows = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    mine = [row for row in rows if row["request"] == "abc-123"]
    assert len(mine) == 9
    assert posted.headers["x-request-id"] in {row["request"] for row in rows}
    assert (mine[0]["path"], mine[0]["status"], mine[0]["method"]) == ("/doc/theme/god-helse", 200, "GET")
    assert "hunter2" not in printed


def test_a_killed_web_process_is_replaced_and_a_killed_server_leaves_nobody(tiny_out: Path) -> None:
    server = serving(TINY, tiny_out)
    with server as client:
        below = descendants(server.process.pid)
        keeper = {pid for pid in below if b"delmaal.keeper" in words(pid)}
        tracker = {pid for pid in below if b"resource_tracker" in words(pid)}
        workers = below - keeper - tracker
        assert workers
        os.kill(min(workers), signal.SIGKILL)
        deadline = time.monotonic() + WAIT
        answered = 0
        while answered < 20 and time.monotonic() < deadline:
            try:
                with httpx.Client(base_url=client.base_url, timeout=5) as fresh:
                    answered += fresh.get("/doc/theme/god-helse").status_code == 200
            except httpx.TransportError:
                time.sleep(0.05)
        assert answered == 20
        below = descendants(server.process.pid)
        server.process.kill()
        assert gone_within(below, WAIT), {pid: words(pid) for pid in below if alive(pid)}


def test_kills_in_the_midst_of_heavy_queries(tiny_out: Path) -> None:
    """First the keeper is killed, then both web processes: all come back, and nothing of before is left."""
    server = serving(TINY, tiny_out)
    busy = 'delmaal_workers{kind="query-busy"}'
    answers: list[httpx.Response | httpx.TransportError] = []

    def heavy(number: int) -> None:
        with httpx.Client(base_url=server.address, timeout=60) as other:
            try:
                answers.append(other.post("/sparql", data={"query": f"{HEAVY} # {number}"}))
            except httpx.TransportError as error:
                answers.append(error)

    def start(numbers: range) -> list[threading.Thread]:
        threads = [threading.Thread(target=heavy, args=(number,)) for number in numbers]
        for thread in threads:
            thread.start()
        until(lambda: metric(client, busy) == len(numbers), WAIT)
        return threads

    with server as client:
        threads = start(range(1))
        keeper = keeper_of(server.process.pid)
        old = descendants(keeper)
        assert len(old) >= 5
        os.kill(server.process.pid, signal.SIGSTOP)  # who would start another does not come to it before we have looked
        try:
            os.kill(keeper, signal.SIGKILL)
            until(lambda: client.get("/ready").status_code == 503, WAIT)
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        until(lambda: client.get("/ready").status_code == 200, WAIT)
        for thread in threads:
            thread.join()
        lost = answers[0]
        assert isinstance(lost, httpx.Response)
        assert (lost.status_code, lost.json()["type"].rpartition("#")[2]) == (503, "keeper-unreachable")
        assert int(lost.headers["retry-after"]) > 0
        assert gone_within(old, WAIT)
        until(lambda: client.post("/sparql", data={"query": "ASK {}"}).status_code == 200, WAIT)

        threads = start(range(1, 4))
        keeper = keeper_of(server.process.pid)
        number = len(descendants(keeper))
        below = descendants(server.process.pid) - descendants(keeper) - {keeper}
        workers = {pid for pid in below if b"resource_tracker" not in words(pid)}
        assert len(workers) == 2
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        for thread in threads:
            thread.join()
        assert all(isinstance(answer, httpx.TransportError) for answer in answers[1:])
        assert gone_within(workers, WAIT)

        def back() -> bool:
            try:
                with httpx.Client(base_url=server.address, timeout=5) as fresh:
                    return metric(fresh, busy) == 0 and metric(fresh, 'delmaal_workers{kind="web"}') == 2
            except httpx.TransportError:
                time.sleep(0.05)
                return False

        until(back, WAIT)
        until(lambda: len(descendants(keeper)) == number, WAIT)
        with httpx.Client(base_url=server.address, timeout=5) as fresh:
            assert fresh.get("/ready").status_code == 200
            assert fresh.post("/sparql", data={"query": "ASK {}"}).status_code == 200
    assert "Traceback" not in server.printed


def test_a_stop_lets_the_answer_under_way_out(tiny_out: Path) -> None:
    server = serving(TINY, tiny_out, DELMAAL_QUERY_SECONDS="20", DELMAAL_STOP_SECONDS="40")
    numbers = " ".join(map(str, range(3000)))
    slow = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {numbers} }} VALUES ?y {{ {numbers} }} FILTER(?x + ?y = 7) }}"
    answers: list[httpx.Response] = []
    with server as client:
        started = time.monotonic()
        measured = client.get("/sparql", params={"query": slow + " # 1"})
        took = time.monotonic() - started
        if measured.status_code != 200 or not 0.2 < took < 12:
            pytest.skip(f"the query takes {took:.1f} s on this machine")

        def ask() -> None:
            with httpx.Client(base_url=client.base_url, timeout=30) as other:
                answers.append(other.get("/sparql", params={"query": slow + " # 2"}))

        thread = threading.Thread(target=ask)
        thread.start()
        until(lambda: metric(client, 'delmaal_workers{kind="query-busy"}') == 1, WAIT)
        server.process.send_signal(signal.SIGTERM)
        thread.join(30)
        assert answers
        assert answers[0].status_code == 200
        assert gone_within({server.process.pid}, WAIT)


def test_a_stop_waits_no_longer_than_it_is_told(tiny_out: Path) -> None:
    """With the setting as it comes, ten seconds; the query has a minute."""
    server = serving(TINY, tiny_out, DELMAAL_QUERY_SECONDS="60", DELMAAL_STOP_SECONDS="1")
    query = HEAVY.replace("FILTER", ". ?g ?h ?i FILTER(STR(?i) = STR(?f)) FILTER")
    with server as client, socket.create_connection(("127.0.0.1", server.port)) as asking:
        asking.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        until(lambda: metric(client, 'delmaal_workers{kind="query-busy"}') == 1, WAIT)
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert gone_within({server.process.pid}, WAIT)
        assert time.monotonic() - begun < 9


def test_a_process_that_is_just_starting_hears_that_it_is_to_end(tiny_release: Release, shelves: Path) -> None:
    """One of the two answers, and the other begins: nobody is waited for, and then killed."""
    assert tiny_release.folder.is_dir()
    for _ in range(3):
        server = serving(TINY, shelves, DELMAAL_STOP_SECONDS="15")
        with server:
            pass
        assert server.process.returncode == 0
        assert "Killing" not in server.printed
