"""What a switch changed, resource by resource, as a file that pages can be read from without reading it through.

    + <iri>      a line for each resource that came,
    ~ <iri>      changed
    - <iri>      or left, in the order of the subjects
    {…}          which switch it was, where each page begins, and which switch's release has what the lines name
    00…123       where the line before begins, in 20 digits

The lines say which resources; what was said of them stands in the release that became current, and, after that was
dropped, in the next one that is kept, for those of them that had not changed again by then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from delmaal.release.sorted_dump import blocks

PAGE = 250
"""Resources on a page."""

CAME, CHANGED, LEFT = "+", "~", "-"
_TAIL = 21


class Change(NamedTuple):
    """A resource, and what happened to it: CAME, CHANGED or LEFT."""

    kind: str
    iri: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """What is known of the changes of one switch, to `release`; `read_from` is the switch whose release has what they
    name."""

    number: int
    release: str
    read_from: int
    members: int
    pages: tuple[int, ...]

    @property
    def name(self) -> str:
        """How its pages are addressed: their content has the same address for ever."""
        return str(self.number) if self.read_from == self.number else f"{self.number}-{self.read_from}"


def changes(old: Path | None, new: Path) -> Iterator[Change]:
    """What changed from one sorted N-Triples file to another, in one pass over both; without `old`, everything came."""
    before, after = iter(blocks(old) if old else ()), iter(blocks(new))
    one, two = next(before, None), next(after, None)
    while one or two:
        if two is None or (one is not None and one[0] < two[0]):
            assert one is not None
            yield Change(LEFT, one[0][1:-1].decode())
            one = next(before, None)
        elif one is None or two[0] < one[0]:
            yield Change(CAME, two[0][1:-1].decode())
            two = next(after, None)
        else:
            if one[1] != two[1]:
                yield Change(CHANGED, two[0][1:-1].decode())
            one, two = next(before, None), next(after, None)


def write_fragment(path: Path, number: int, release: str, read_from: int, found: Iterable[Change]) -> Fragment:
    """Write the changes of a switch to a file."""
    pages: list[int] = []
    members = offset = 0
    with path.open("wb") as file:
        for change in found:
            if members % PAGE == 0:
                pages.append(offset)
            members += 1
            offset += file.write(f"{change.kind} {change.iri}\n".encode())
        fragment = Fragment(number, release, read_from, members, tuple(pages))
        file.write(json.dumps(asdict(fragment)).encode() + b"\n")
        file.write(b"%020d\n" % offset)
    return fragment


def read_fragment(path: Path) -> Fragment:
    """What stands at the end of a file of changes. Raises ValueError where it is none, OSError where it is missing."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _TAIL, 0))
        file.seek(int(file.read(_TAIL)))
        row = json.loads(file.readline())
    return Fragment(row["number"], row["release"], row["read_from"], row["members"], tuple(row["pages"]))


def read_changes(path: Path) -> Iterator[Change]:
    """Every change of a file."""
    fragment = read_fragment(path)
    with path.open("rb") as file:
        for _ in range(fragment.members):
            yield _change(file.readline())


def read_page(path: Path, fragment: Fragment, page: int) -> list[Change]:
    """The changes on a page, counted from 1."""
    with path.open("rb") as file:
        file.seek(fragment.pages[page - 1])
        count = min(PAGE, fragment.members - (page - 1) * PAGE)
        return [_change(file.readline()) for _ in range(count)]


def _change(line: bytes) -> Change:
    kind, _, iri = line[:-1].decode().partition(" ")
    return Change(kind, iri)
