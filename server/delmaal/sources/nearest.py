"""What would be right in the place of a value that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Collection

MAX_COMPARISONS = 200_000
"""How many known values one run compares with wrong ones, for each kind of record: a fifth of a second."""


class Nearest:
    """Names the nearest of many known values, for as many values as bounded work allows.

    A comparison with each of 10,000 slugs for each of 10,000 wrong ones would take minutes. So what was asked before
    is remembered, and after `MAX_COMPARISONS` the message says how many are known, as it does where none is near.
    """

    def __init__(self, among: Collection[str]) -> None:
        self._among = sorted(among)
        self._said: dict[str, str] = {}
        self._left = MAX_COMPARISONS

    def to(self, value: str) -> str:
        """What would be right in the place of a value."""
        if value not in self._said:
            if self._left <= 0:
                return _check_the_spelling(self._among)
            self._left -= len(self._among)
            self._said[value] = nearest(value, self._among)
        return self._said[value]


def nearest(value: str, among: Collection[str]) -> str:
    """What would be right: the nearest known value, or all of them where they are few."""
    close = difflib.get_close_matches(value[:80], list(among), n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    if len(among) <= 16:
        return f"known are {', '.join(among)}" if among else "none is known"
    return _check_the_spelling(among)


def _check_the_spelling(among: Collection[str]) -> str:
    return f"{len(among)} are known; check the spelling"
