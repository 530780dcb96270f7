"""Where a publication comes from; one row for each kind of source.

A reader takes the publication's folder and the list that mistakes go to, and gives what it could read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from delmaal.sources.curated import Reading, read_publication

SOURCES: Mapping[str, Callable[[Path], Reading]] = {
    "curated": read_publication,
}

__all__ = ["SOURCES", "Reading", "read_publication"]
