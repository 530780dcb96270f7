"""Where a publication comes from: a row for each kind of folder, by which whoever reads one dispatches.

    Reading   what a folder says: the publication, every mistake in it, the files that were read
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from delmaal.sources import curated
from delmaal.sources.curated import Reading


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source: how a folder of it is recognised, how it is read, and which files that reads, in a fixed order.

    A reader never raises for a mistake in the sources: its Reading carries them all, and what could be read besides.
    """

    name: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path], Reading]
    files: Callable[[Path], list[Path]]


SOURCES: tuple[Kind, ...] = (
    Kind("curated", curated.recognises, curated.read_publication, curated.source_files),
)
"""A folder is of the first kind that recognises it."""


def kind_of(folder: Path) -> Kind:
    """The kind of a folder; the first of all where none recognises it, whose reader says what the folder lacks."""
    return next((kind for kind in SOURCES if kind.recognises(folder)), SOURCES[0])


def read(folder: Path) -> Reading:
    """Read a publication's folder, of whatever kind it is."""
    return kind_of(folder).read(folder)


def source_files(folder: Path) -> list[Path]:
    """Every file that reading a folder reads, in a fixed order."""
    return kind_of(folder).files(folder)


__all__ = ["SOURCES", "Kind", "Reading", "kind_of", "read", "source_files"]
