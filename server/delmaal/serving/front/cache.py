"""Answers that were given already, kept in front of the application, bounded in bytes.

Answers of a release never change, so an entry is as good as the release is: when another becomes current, all go. An
answer is kept from its second request on: most are never asked for again, and to keep those would cost more than the
others save.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

REMEMBERED = 1 << 11
"""After so many other requests that were no repeats, a request counts as the first again; at most twice as many."""

Key = tuple[str, ...]


class Kept(NamedTuple):
    """An answer as it was sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    etag: str


class AnswerCache:
    """The answers of one release, the least recently used going first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._release = ""
        self._kept: OrderedDict[Key, tuple[Kept, int]] = OrderedDict()
        self._once: set[int] = set()
        self._once_before: set[int] = set()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, release: str, key: Key) -> Kept | None:
        """The answer to a request, if this release gave it."""
        if release != self._release:
            self._clear(release)
            return None
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, release: str, key: Key, answer: Kept) -> None:
        """Keep an answer that was given before, unless it alone would fill an eighth of the cache."""
        if release != self._release:
            self._clear(release)
        if self._is_first(hash(key)):
            return
        size = _size(key, answer)
        if size > self.limit // 8:
            return
        old = self._kept.pop(key, None)
        if old is not None:
            self.size -= old[1]
        self._kept[key] = answer, size
        self.size += size
        while self.size > self.limit:
            _, (_, dropped) = self._kept.popitem(last=False)
            self.size -= dropped

    def _is_first(self, number: int) -> bool:
        """Whether a request was not seen lately; two that share a number only mean that one is kept early."""
        if number in self._once or number in self._once_before:
            return False
        if len(self._once) >= REMEMBERED:
            self._once, self._once_before = set(), self._once
        self._once.add(number)
        return True

    def _clear(self, release: str) -> None:
        self._kept.clear()
        self._once.clear()
        self._once_before.clear()
        self.size, self._release = 0, release


def _size(key: Key, answer: Kept) -> int:
    return len(answer.body) + sum(map(len, key)) + sum(len(name) + len(value) for name, value in answer.headers) + 600
