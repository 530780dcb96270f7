"""Shows where in a text the words that were searched for stand."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from delmaal.search.words import Surface, distance, is_number, normal, slips, surfaces

LENGTH = 240
"""Characters of an extract."""


class Piece(NamedTuple):
    """A run of a text, and whether it is what was searched for."""

    text: str
    marked: bool


def highlight(text: str, asked: Collection[str], alike: bool = False) -> list[Piece]:
    """A text in pieces, which joined give the text (NFC); `alike` marks what is spelt nearly so, too."""
    text = normal(text)
    return _pieces(text, 0, len(text), [each for each in surfaces(text) if _fits(each.word, asked, alike)])


def extract(text: str, asked: Collection[str], alike: bool = False, length: int = LENGTH) -> tuple[list[Piece], bool]:
    """The run of a text that holds most of what was asked, in pieces, and whether anything in it was.

    It begins and ends between words, with an ellipsis where the text goes on.
    """
    text = normal(text)
    every = list(surfaces(text))
    found = [each for each in every if _fits(each.word, asked, alike)]
    if len(text) <= length:
        return _pieces(text, 0, len(text), found), bool(found)
    start = 0
    if found:
        best = max(found, key=lambda first: (_within(found, first.start, length), -first.start))
        start = max((each.start for each in every if each.start <= max(0, best.start - length // 4)), default=0)
    end = max((each.end for each in every if start < each.end <= start + length), default=start + length)
    pieces = _pieces(text, start, end, [each for each in found if start <= each.start and each.end <= end])
    before, after = [Piece("…", False)] if start else [], [Piece("…", False)] if end < len(text) else []
    return [*before, *pieces, *after], bool(found)


def _within(found: list[Surface], start: int, length: int) -> int:
    return len({each.word for each in found if start <= each.start and each.end <= start + length})


def _fits(word: str, asked: Collection[str], alike: bool) -> bool:
    """Whether a word is one that was asked for: as it is, by its beginning, within it, or by likeness."""
    for wanted in asked:
        if word == wanted:
            return True
        if is_number(wanted) or len(wanted) < 2:
            continue
        if word.startswith(wanted) or (len(wanted) >= 4 and wanted in word):
            return True
        allowed = slips(wanted) if alike else 0
        if allowed and distance(wanted, word, allowed) <= allowed:
            return True
    return False


def _pieces(text: str, start: int, end: int, found: list[Surface]) -> list[Piece]:
    pieces: list[Piece] = []
    at = start
    for each in found:
        if each.start > at:
            pieces.append(Piece(text[at : each.start], False))
        pieces.append(Piece(text[each.start : each.end], True))
        at = each.end
    if at < end:
        pieces.append(Piece(text[at:end], False))
    return pieces
