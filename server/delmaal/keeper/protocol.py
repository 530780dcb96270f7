"""What passes between a web process and a query child: one connection a query, one frame each way.

    frame      4 bytes length (big-endian), so many bytes
    hello      JSON {"slot": …, "turn": …}: which child took the connection, sent as soon as it did
    request    JSON, the fields of Request
    answer     1 byte kind: `=` the name of the format, a newline, the body;  `!` JSON {"code": …, "sentence": …}

An answer comes whole or not at all.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import asdict, dataclass

from delmaal.errors import KEPT, KeptError

_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class Request:
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

    def encode(self) -> bytes:
        """As the content of a frame."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, content: bytes) -> Request:
        """From the content of a frame."""
        fields = json.loads(content)
        for name in ("default_graphs", "named_graphs"):
            fields[name] = tuple(fields[name])
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole result: the name of its row in `formats`, and its bytes."""

    format: str
    body: bytes


def encode_answer(answer: Answer) -> bytes:
    """A result as the content of a frame."""
    return b"=" + answer.format.encode() + b"\n" + answer.body


def encode_error(error: KeptError) -> bytes:
    """A refusal as the content of a frame."""
    return b"!" + json.dumps({"code": error.code, "sentence": error.sentence}).encode()


def decode(content: bytes) -> Answer:
    """The answer in a frame.

    Raises the KeptError that it holds instead.
    """
    if content[:1] == b"!":
        said = json.loads(content[1:])
        raise KEPT[said["code"]](said["sentence"])
    name, _, body = content[1:].partition(b"\n")
    return Answer(name.decode(), body)


def send(connection: socket.socket, content: bytes) -> None:
    """Send a frame."""
    head = _LENGTH.pack(len(content))
    if len(content) < 1 << 16:
        connection.sendall(head + content)
    else:
        connection.sendall(head)
        connection.sendall(content)


def receive(connection: socket.socket) -> bytes | None:
    """The content of a frame; None where the other side ended before it was whole."""
    head = _exactly(connection, _LENGTH.size)
    return None if head is None else _exactly(connection, _LENGTH.unpack(head)[0])


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    first = connection.recv(min(size, 1 << 20))
    if len(first) == size:
        return first
    parts, missing = bytearray(first), size - len(first)
    while missing:
        chunk = connection.recv(min(missing, 1 << 20)) if parts or first else b""
        if not chunk:
            return None
        parts += chunk
        missing -= len(chunk)
    return bytes(parts)
