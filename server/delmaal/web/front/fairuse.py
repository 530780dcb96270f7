"""A limit for each client, over all processes: so many requests a minute, and whose address counts behind a proxy.

The counts lie in one shared file of slots, found by the hash of client and minute. Two clients that share a slot
restart its count, and two processes that count at the same moment may lose one: a limit for fairness need not be exact.
"""

from __future__ import annotations

import mmap
import time
from hashlib import blake2b
from ipaddress import ip_address
from pathlib import Path

_SLOTS = 1 << 15
_WINDOW = 60


class FairUse:
    """Counts the requests of each client in the running minute; `limit` 0 counts nothing.

    `hops` is the number of proxies in front that are trusted: the client's address is the one that the first of them
    saw, never one that the client wrote itself.
    """

    def __init__(self, folder: Path, limit: int, hops: int) -> None:
        self.limit = limit
        self.hops = hops
        if limit:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / "fair-use"
            if not path.exists() or path.stat().st_size != 16 * _SLOTS:
                path.write_bytes(bytes(16 * _SLOTS))
            with path.open("r+b") as file:
                self._cells = memoryview(mmap.mmap(file.fileno(), 0)).cast("Q")

    def wait(self, peer: str, forwarded: str) -> int:
        """Seconds until the client may ask again; 0 where it may now. The machine itself is never limited."""
        if not self.limit:
            return 0
        client = self.client(peer, forwarded)
        if not client or _is_loopback(client):
            return 0
        now = int(time.time())
        window = now // _WINDOW
        key = int.from_bytes(blake2b(f"{client} {window}".encode(), digest_size=8).digest(), "little") | 1
        at = 2 * (key >> 1 & _SLOTS - 1)
        if self._cells[at] != key:
            self._cells[at], self._cells[at + 1] = key, 0
        self._cells[at + 1] += 1
        return _WINDOW - now % _WINDOW if self._cells[at + 1] > self.limit else 0

    def client(self, peer: str, forwarded: str) -> str:
        """The client's address: the peer's, or, behind trusted proxies, the one that the outermost of them noted."""
        address = peer.rpartition(":")[0].strip("[]")
        if self.hops and forwarded:
            noted = [part.strip() for part in forwarded.split(",")]
            address = _without_port(noted[-self.hops] if len(noted) >= self.hops else noted[0])
        return address


def _without_port(noted: str) -> str:
    """The address of what a proxy noted, some of which write the port too: `192.0.2.1:5000`, `[2001:db8::1]:5000`."""
    if noted.startswith("["):
        return noted[1:].partition("]")[0]
    return noted.partition(":")[0] if noted.count(":") == 1 else noted


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
