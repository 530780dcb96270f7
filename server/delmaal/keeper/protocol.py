"""What passes over a connection: one connection for each query, one frame each way.

    web process → child    8 bytes length, 8 bytes token, a Request as a JSON list
    child → web process    1 byte kind, 1 byte length of the name, 8 bytes length of the body, name, body

Kind `=` is a result: the name of its row in `formats`, and its bytes. Kind `!` is a refusal: its code and its sentence.
All lengths come first, so that an answer is whole or is none. Kind `…`, with a body of 4 bytes, comes before them where
the query is not a fast one: the seconds that it may run, from when it was taken.

The token names the query on the board, since a child may end so that only the board can say why. A child that ended
before it had read the whole frame leaves bytes unread, which resets the connection: then another may take it.
"""

from __future__ import annotations

import itertools
import json
import os
import socket
import struct
from pathlib import Path
from typing import NamedTuple

from delmaal.errors import KEPT, DelmaalError, ReleaseError

SOCKET = "keeper.sock"
BACKLOG = 1024
READY = b"ready\n"
"""What the keeper writes to its standard output when it listens."""

FRAME = struct.Struct("!QQ")
HEAD = struct.Struct("!cBQ")
SECONDS = struct.Struct("!I")
RESULT, REFUSAL, TAKEN = b"=", b"!", b"\x85"

TOKEN_BITS = 56
WAITED = 1 << TOKEN_BITS
"""Beside the token: the query has waited for its turn among the slow ones, and this is its turn."""

_tokens: dict[int, itertools.count[int]] = {}
"""By process: one that is forked from another must not go on with its numbers."""


class Request(NamedTuple):
    """A query on a release.

    `release` is the release's folder; relative IRIs are resolved against `base`; `results` and `graph` name the rows of
    `formats` that a SELECT or ASK, and a CONSTRUCT or DESCRIBE, is answered in.
    """

    release: str
    query: str
    base: str = ""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    results: str = "sparql-json"
    graph: str = "turtle"


class Answer(NamedTuple):
    """A whole result: the name of its row in `formats`, and its bytes."""

    format: str
    body: bytes


def new_token() -> int:
    """A number that no other query has for as long as it matters; processes begin at random ones."""
    own = _tokens.get(os.getpid())
    if own is None:
        own = _tokens.setdefault(os.getpid(), itertools.count(int.from_bytes(os.urandom(7))))
    return next(own) & (1 << TOKEN_BITS) - 1 or 1


def request_frame(request: Request, token: int) -> bytes:
    """A request as it is sent."""
    content = json.dumps(request).encode()
    return FRAME.pack(len(content), token) + content


def read_request(content: bytes | bytearray) -> Request:
    """A request from its JSON."""
    release, query, base, default_graphs, named_graphs, results, graph = json.loads(content)
    return Request(release, query, base, tuple(default_graphs), tuple(named_graphs), results, graph)


def taken_frame(seconds: int) -> bytes:
    """That the query is not a fast one, and how long it may run."""
    return HEAD.pack(TAKEN, 0, SECONDS.size) + SECONDS.pack(seconds)


def result_head(name: str, length: int) -> bytes:
    """What comes before the body of a result."""
    return HEAD.pack(RESULT, len(name), length) + name.encode()


def refusal_frame(error: DelmaalError) -> bytes:
    """A refusal as it is sent."""
    sentence = error.sentence.encode("utf-8", "replace")
    return HEAD.pack(REFUSAL, len(error.code), len(sentence)) + error.code.encode() + sentence


def refusal(code: str, sentence: str) -> DelmaalError:
    """The error that a child sent: one of KEPT, or that the release cannot be opened."""
    kind = KEPT.get(code)
    return kind(sentence) if kind else ReleaseError(code, sentence)


class Reply:
    """What a child sends, read as it comes, whoever waits for it."""

    __slots__ = ("_data", "_needed", "seconds")

    def __init__(self) -> None:
        self.seconds: int | None = None
        """How long the query may run; None as long as it may be a fast one, or one that waits for a child."""
        self._data = bytearray()
        self._needed = HEAD.size

    def feed(self, chunk: bytes) -> Answer | DelmaalError | None:
        """The result or the refusal, once all of it has come."""
        if not self._data and chunk[:1] == RESULT and len(chunk) >= HEAD.size:  # the usual: all at once
            _, length, size = HEAD.unpack_from(chunk)
            start = HEAD.size + length
            if len(chunk) == start + size:
                return Answer(chunk[HEAD.size : start].decode(), chunk[start:])
        self._data += chunk
        while len(self._data) >= self._needed:
            kind, length, size = HEAD.unpack_from(self._data)
            start = HEAD.size + length
            self._needed = start + size
            if len(self._data) < self._needed:
                return None
            if kind != TAKEN:
                name, body = self._data[HEAD.size : start].decode(), bytes(memoryview(self._data)[start : self._needed])
                return Answer(name, body) if kind == RESULT else refusal(name, body.decode())
            self.seconds = SECONDS.unpack_from(self._data, start)[0]
            del self._data[: self._needed]
            self._needed = HEAD.size
        return None


def listening(path: Path) -> socket.socket:
    """A listening socket that takes the place of an older keeper's in one step."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    fresh = path.with_name(f".{path.name}")
    fresh.unlink(missing_ok=True)
    listener.bind(str(fresh))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    fresh.replace(path)
    return listener
