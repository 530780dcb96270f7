"""The plan's text, as the transcription is held against it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from conftest import SOURCE
from delmaal.records import (
    Lines,
)

TEXT_FILE = SOURCE / "000_a552480ba07f044b.txt"


@dataclass(frozen=True)
class Plan:
    """The plan's text, its lines counted from 1."""

    content: bytes

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines as they stand; nothing but a line feed parts them."""
        return tuple(self.content.decode("utf-8").removesuffix("\n").split("\n"))

    def line(self, number: int) -> str:
        """One line; an empty one beyond the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def folded(self, lines: Lines) -> str:
        """The lines joined by one space, white space folded."""
        return " ".join(" ".join(self.line(number) for number in each(lines)).split())

    def unbroken(self, lines: Lines) -> str:
        """The lines joined, the hyphens at line breaks undone."""
        joined = ""
        for words in (" ".join(self.line(number).split()) for number in each(lines)):
            broken = re.search(r"\w-\Z", joined) and words
            joined = joined[:-1] + words if broken else f"{joined} {words}".strip()
        return joined

    def places(self, words: str, lines: Lines) -> Iterator[tuple[int, int]]:
        """Line and column of every character of the words, wherever they stand in the lines, folded as above."""
        signs = [("", (0, 0))]
        for number in each(lines):
            for column, sign in enumerate(f"{self.line(number)} "):
                if not sign.isspace():
                    signs.append((sign, (number, column)))
                elif signs[-1][0] != " ":
                    signs.append((" ", (number, column)))
        text, width = "".join(sign for sign, _ in signs[1:]), len(words)
        start = text.find(words) if words else -1
        while start >= 0:
            yield from (place for _, place in signs[start + 1 : start + 1 + width])
            start = text.find(words, start + 1)


def each(lines: Lines) -> Iterator[int]:
    """Every line of the runs."""
    for first, last in lines:
        yield from range(first, last + 1)
