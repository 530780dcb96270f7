"""Answers that were given already, kept in front of the application, bounded in bytes.

Answers of a release never change, so an entry is as good as the release is: when another becomes current, all go.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

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
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, release: str, key: Key) -> Kept | None:
        """The answer to a request, if this release gave it."""
        if release != self._release:
            self._clear(release)
            return None
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, release: str, key: Key, answer: Kept) -> None:
        """Keep an answer, unless it alone would fill an eighth of the cache."""
        size = _size(key, answer)
        if size > self.limit // 8:
            return
        if release != self._release:
            self._clear(release)
        old = self._kept.pop(key, None)
        if old is not None:
            self.size -= _size(key, old)
        self._kept[key] = answer
        self.size += size
        while self.size > self.limit:
            gone, dropped = self._kept.popitem(last=False)
            self.size -= _size(gone, dropped)

    def _clear(self, release: str) -> None:
        self._kept.clear()
        self.size, self._release = 0, release


def _size(key: Key, answer: Kept) -> int:
    return len(answer.body) + sum(map(len, key)) + sum(len(name) + len(value) for name, value in answer.headers) + 600
