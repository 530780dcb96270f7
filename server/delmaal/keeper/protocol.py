"""What passes over a connection: one connection for each query, one frame each way.

    web process → child    8 bytes length, a Request as JSON
    child → web process    hello: 8 bytes number of the child, 4 bytes seconds that the query may run; sent at once
    child → web process    1 byte kind, 1 byte length of the name, 8 bytes length of the body, name, body

Kind `=` is a result: the name of its row in `formats`, and its bytes. Kind `!` is a refusal: its code and its sentence.
All lengths come first, so that an answer is whole or is none. The hello names the child, for that one may end so that
only the board can say why.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass

from delmaal.errors import KEPT, DelmaalError, ReleaseError

SOCKET = "keeper.sock"
READY = b"ready\n"
"""What the keeper writes to its standard output when it listens."""

LENGTH = struct.Struct("!Q")
HELLO = struct.Struct("!QI")
HEAD = struct.Struct("!cBQ")
RESULT, REFUSAL = b"=", b"!"


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


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole result: the name of its row in `formats`, and its bytes."""

    format: str
    body: bytes


def request_frame(request: Request) -> bytes:
    """A request as it is sent."""
    content = json.dumps(asdict(request)).encode()
    return LENGTH.pack(len(content)) + content


def read_request(content: bytes | bytearray) -> Request:
    """A request from its JSON."""
    fields = json.loads(content)
    for name in ("default_graphs", "named_graphs"):
        fields[name] = tuple(fields[name])
    return Request(**fields)


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
