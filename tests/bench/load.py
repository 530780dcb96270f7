"""Sends requests, and tells what their answers cost the server: CPU time, throughput, latency.

A client of raw sockets in one thread: it costs some 25 µs of its own CPU for a request, which is never counted. What a
server costs is the CPU time of all its processes, ended ones included. Sides are compared slice by slice in turn (A B A
B), so that whatever else the machine does meets all of them, and ratios are medians over the turns.

Other work on the machine is no small thing: it takes the caches away from a process whenever that sleeps, so that the
same request costs it up to three times as much. So each slice knows what share of the machine was used by others, one
with more of that than QUIET is tried again, and a row says so where quiet was not to be had.
"""

from __future__ import annotations

import selectors
import socket
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from bench.machine import Watch

QUIET = 0.05
"""The share of the machine that others may use during a slice."""

NOISY = 0.25
"""The spread of a ratio over the turns, as a share of it, from which it is marked."""

_TRIES = 5


def request(path: str, accept: str = "*/*", **headers: str) -> bytes:
    """A GET request as bytes; header names are given with underscores."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Accept: {accept}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(frozen=True, slots=True)
class Sample:
    """What one slice gave."""

    count: int
    wall: float
    cpu: float
    latencies: Sequence[float] = field(repr=False)
    others: float
    """The share of the machine that was used by others."""


def cost(sample: Sample) -> float:
    """CPU milliseconds for a request."""
    return sample.cpu / sample.count * 1000


def throughput(sample: Sample) -> float:
    """Requests a second."""
    return sample.count / sample.wall


def p50(sample: Sample) -> float:
    """The median latency in milliseconds."""
    return percentile(sample.latencies, 0.5) * 1000


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared: where it listens, the processes whose CPU counts, what it is asked."""

    name: str
    port: int
    roots: tuple[int, ...]
    requests: Iterator[bytes]
    connections: int = 4
    status: int = 200


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median over the turns, and why it should be doubted, if it should."""

    value: float
    doubt: str


class Connection:
    """One connection kept open, with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._data = bytearray()
        self._bodiless = False

    def send(self, message: bytes) -> None:
        """Send a request."""
        self._data.clear()
        self._bodiless = message.startswith(b"HEAD ")
        self.sent_at = time.perf_counter()
        self.socket.sendall(message)

    def receive(self) -> int:
        """Read what came; the status once the answer is whole, else 0."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionError("the server closed the connection")
        self._data += part
        return int(self._data[9:12]) if _is_whole(self._data, self._bodiless) else 0

    @property
    def answer(self) -> tuple[bytes, bytes]:
        """Head and body of the last answer, the body as it was framed."""
        head, _, body = bytes(self._data).partition(b"\r\n\r\n")
        return head, body

    def hang_up(self) -> None:
        """Leave, whatever another thread waits for."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def ask(self, message: bytes) -> int:
        """Send and wait; the status."""
        self.send(message)
        while not (status := self.receive()):
            pass
        return status


def _is_whole(data: bytearray, bodiless: bool) -> bool:
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = data[:end].lower()
    if bodiless or bytes(data[9:12]) in (b"304", b"204"):
        return True
    found = head.find(b"\ncontent-length:")
    if found >= 0:
        start = found + len(b"\ncontent-length:")
        line_end = head.find(b"\r", start)
        return len(data) >= end + 4 + int(head[start:line_end] if line_end >= 0 else head[start:])
    position = end + 4  # chunked
    while (line_end := data.find(b"\r\n", position)) >= 0:
        size = int(data[position:line_end], 16)
        position = line_end + 4 + size
        if size == 0:
            return len(data) >= position
        if position > len(data):
            return False
    return False


def drive(side: Side, seconds: float) -> Sample:
    """Keep every connection busy for so long, or until there is nothing more to ask.

    Raises SystemExit where an answer has another status than the side's.
    """
    selector = selectors.DefaultSelector()
    connections = [Connection(side.port) for _ in range(side.connections)]
    statuses: Counter[int] = Counter()
    latencies: list[float] = []
    watch = Watch(side.roots)
    stop = watch.start + seconds
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(next(side.requests))
    under_way = len(connections)
    while under_way:
        for key, _ in selector.select():
            connection = key.data
            status = connection.receive()
            if not status:
                continue
            now = time.perf_counter()
            latencies.append(now - connection.sent_at)
            statuses[status] += 1
            following = next(side.requests, None) if now < stop else None
            if following is not None:
                connection.send(following)
            else:
                under_way -= 1
    wall, cpu, others = watch.read()
    for connection in connections:
        connection.socket.close()
    selector.close()
    if set(statuses) != {side.status}:
        said = connections[0].answer[1][:500]
        raise SystemExit(f"{side.name} answered {dict(statuses)}, not {side.status}: {said!r}")
    return Sample(len(latencies), wall, cpu, latencies, others)


def in_turn(sides: Sequence[Side], turns: int, seconds: float) -> dict[str, list[Sample]]:
    """Slices of each side in turn, after a short one to warm up."""
    for side in sides:
        drive(side, seconds / 3)
    found: dict[str, list[Sample]] = {side.name: [] for side in sides}
    for _ in range(turns):
        for side in sides:
            found[side.name].append(quietest(partial(drive, side, seconds)))
    return found


def quietest(measure: Callable[[], Sample]) -> Sample:
    """A slice that others did not disturb, or of some tries the one that they disturbed least."""
    tries: list[Sample] = []
    while len(tries) < _TRIES and not (tries and tries[-1].others <= QUIET):
        tries.append(measure())
    return min(tries, key=lambda sample: sample.others)


def paced(side: Side, rate: float, seconds: float) -> Sample:
    """Requests at a steady rate on one connection; latencies count from when each was sent."""
    watch, connection = Watch(side.roots), Connection(side.port)
    found = []
    for number in range(int(rate * seconds)):
        wait = watch.start + number / rate - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        if connection.ask(next(side.requests)) != side.status:
            raise SystemExit(f"{side.name} answered {connection.answer[0][:200]!r}")
        found.append(time.perf_counter() - connection.sent_at)
    connection.socket.close()
    wall, cpu, others = watch.read()
    return Sample(len(found), wall, cpu, found, others)


def compare(above: Sequence[Sample], below: Sequence[Sample], value: Callable[[Sample], float]) -> Ratio:
    """The median of the turns' ratios."""
    each = sorted(value(a) / value(b) for a, b in zip(above, below, strict=True))
    middle, quarter = statistics.median(each), len(each) // 4
    spread = each[len(each) - 1 - quarter] - each[quarter]
    others = statistics.median(sample.others for sample in (*above, *below))
    doubts = [f"others used {others:.0%} of the machine"] if others > QUIET else []
    if spread > NOISY * middle:
        doubts.append(f"the turns differ by {spread / middle:.0%}")
    return Ratio(middle, ", ".join(doubts))


def median(samples: Sequence[Sample], value: Callable[[Sample], float]) -> float:
    """The median over the turns."""
    return statistics.median(map(value, samples))


def p99(sample: Sample) -> float:
    """The latency in milliseconds that one in a hundred exceeds."""
    return percentile(sample.latencies, 0.99) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
