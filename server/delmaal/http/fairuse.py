"""Who a client is, behind proxies too, and a limit for each, over all processes: so many requests a minute.

The counts lie in one shared file of slots, found by the hash of client and minute. Two clients that share a slot
restart its count, and two processes that count at the same moment may lose one: a limit for fairness need not be exact.
"""

from __future__ import annotations

import time
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from delmaal.http.shared import Shared

_SLOTS = 1 << 15
_WINDOW = 60
_NETWORK_BITS = 64
"""Of an IPv6 address, which name a network: who has one has 2^64 addresses in it, and is one client."""


class FairUse:
    """Counts the requests of each client in the running minute; `limit` 0 counts nothing.

    `hops` is the number of proxies in front that are trusted: the client's address is the one that the first of them
    saw, never one that the client wrote itself.
    """

    def __init__(self, folder: Path, limit: int, hops: int) -> None:
        self.limit = limit
        self.hops = hops
        if limit:
            self._shared = Shared(folder / "fair-use", 2 * _SLOTS)
            self._cells = self._shared.cells

    def look(self) -> None:
        """Have the file where the others look for it; called now and then.

        Raises OSError where that cannot be.
        """
        if self.limit:
            self._shared.look()
            self._cells = self._shared.cells

    def wait(self, peer: str, forwarded: str) -> int:
        """Seconds until the client may ask again; 0 where it may now. The machine itself is never limited."""
        if not self.limit:
            return 0
        client = client_of(peer, forwarded, self.hops)
        if not client or is_loopback(client):
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
        """The client's address, by that of the peer and what proxies noted."""
        return _address_of(peer, forwarded, self.hops)


def client_of(peer: str, forwarded: str, hops: int) -> str:
    """A client as it is told from others: by its address, or, where that is one of IPv6, by its network."""
    return _network_of(_address_of(peer, forwarded, hops))


def _address_of(peer: str, forwarded: str, hops: int) -> str:
    """The peer's address, or, behind so many trusted proxies, the one that the outermost of them noted."""
    address = peer.rpartition(":")[0].strip("[]")
    if hops and forwarded:
        noted = [part.strip() for part in forwarded.split(",")]
        address = _without_port(noted[-hops] if len(noted) >= hops else noted[0])
    return address


@lru_cache(maxsize=4096)
def _network_of(address: str) -> str:
    if ":" not in address:
        return address[:64]
    try:
        parsed = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    if parsed.is_loopback:
        return str(parsed)
    return f"{IPv6Address(int(parsed) >> _NETWORK_BITS << _NETWORK_BITS)}/{_NETWORK_BITS}"


def _without_port(noted: str) -> str:
    """The address of what a proxy noted, some of which write the port too: `192.0.2.1:5000`, `[2001:db8::1]:5000`."""
    if noted.startswith("["):
        return noted[1:].partition("]")[0]
    return noted.partition(":")[0] if noted.count(":") == 1 else noted


def is_loopback(address: str) -> bool:
    """Whether an address is of the machine itself."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
