"""Oxigraph inside the process, opened read-only on a release's store: any number of processes may do so.

What is asked of it by clients is evaluated in the keeper's children alone.
"""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Store

from delmaal.errors import ReleaseError


def open_store(folder: Path) -> Store:
    """The store of the release in this folder.

    Raises ReleaseError where it cannot be opened.
    """
    try:
        return Store.read_only(str(folder / "store"))
    except (OSError, RuntimeError, ValueError) as error:
        sentence = f"the store of release {folder.name[:12]} cannot be opened ({error})"
        raise ReleaseError("store-unreadable", f"{sentence}; run `delmaal verify`") from error
