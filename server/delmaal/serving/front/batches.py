"""The process beside a web process: `aside.py` starts it, and says what passes."""

from __future__ import annotations

import json
import os
import select
import sys
from typing import IO, Any

from delmaal.http.asked import Asked
from delmaal.http.fields import Fields
from delmaal.http.publication import Publication
from delmaal.keeper.parent import end_with_parent
from delmaal.serving.application import publication_from_environment
from delmaal.serving.dispatch import reply
from delmaal.serving.front.aside import LONG, REQUEST, SIZE, read
from delmaal.serving.front.rsgi import sent


class Whole:
    """Reads as many bytes as are asked for, and none before: what has come tells whether a client left."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def fileno(self) -> int:
        """The descriptor, to be polled."""
        number: int = self._raw.fileno()
        return number

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer at the end."""
        found = bytearray()
        while len(found) < size:
            chunk = self._raw.read(size - len(found))
            if not chunk:
                break
            found += chunk
        return bytes(found)


def serve(publication: Publication, receiver: Whole, sender: IO[bytes]) -> None:
    """Make answers for as long as somebody asks."""
    ready = select.poll()
    ready.register(receiver, select.POLLIN | select.POLLHUP)
    while kind := receiver.read(1):
        if kind != REQUEST:
            continue  # it is told of a client that left when the answer was made already
        method, path, query, fields, client, scheme, root, mount = json.loads(read(receiver, SIZE))
        body = read(receiver, SIZE)
        asked = Asked(publication, method, path, query, Fields(fields), body, client, scheme,
                      lambda: bool(ready.poll(0)))
        asked.root, asked.mount = root, mount
        status, headers, content = sent(reply(publication, asked))
        assert isinstance(content, bytes), "nothing is kept in files here"
        head = json.dumps([status, headers]).encode()
        sender.write(SIZE.pack(len(head)) + head)
        sender.write(LONG.pack(len(content)) + content)
        sender.flush()


def main(parent: int) -> None:
    """The process."""
    end_with_parent(parent)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # the caches of the other cores stay the web processes' own
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))  # whoever wakes up goes before it at once (sched(7))
    receiver = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
    sender = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed must not come between
    serve(publication_from_environment(), Whole(receiver), sender)


if __name__ == "__main__":
    main(int(sys.argv[1]))
