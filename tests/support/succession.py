"""Releases that followed each other, made from the tiny publication by changing a word, and changing it back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import TINY
from delmaal.publish import publish
from delmaal.release import Release, Shelf
from delmaal.release.history import History
from delmaal.validate import Report

GONE = "id/target-link/ren-energi-7.2"
"""What the last release has no longer; its base stands before it."""

CHANGED = "id/theme/ren-energi"
"""What differs between all of them."""

_TARGETS = "targets:\n  - code: 7.2"


class Succession(NamedTuple):
    """A publication, the shelf of its releases, and the switches in their order: the first and the third are alike."""

    publication: Path
    shelf: Shelf
    first: Release
    second: Release
    last: Release

    def copy(self, out: Path) -> Succession:
        """The same on another shelf, to be spoilt."""
        folder = out / self.shelf.folder.name
        shutil.copytree(self.shelf.folder, folder, symlinks=True)
        shelf = Shelf(folder)
        releases = (shelf.open(release.id) for release in (self.first, self.second, self.last))
        return Succession(self.publication, shelf, *releases)


def succession(out: Path) -> Succession:
    """Four switches of three releases: first, second, first again, last; SHACL, which takes most time, is left out.

    Where they have been made, they are found again.
    """
    folder, shelf = out / "sources" / "tiny", Shelf(out / "out" / "tiny")
    if out.is_dir():
        return _found(folder, shelf)
    shutil.copytree(TINY, folder)
    theme = folder / "themes" / "ren-energi.yaml"
    original = theme.read_text("utf-8")
    assert "en: Clean energy" in original
    assert _TARGETS in original
    texts = [original, original.replace("en: Clean energy", "en: Cleaner energy"), original,
             original[: original.index(_TARGETS)]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("delmaal.validate.validate", lambda *_: Report(()))
        for text in texts:
            theme.write_text(text, "utf-8")
            publish(folder, out / "out")
    return _found(folder, shelf)


def _found(publication: Path, shelf: Shelf) -> Succession:
    first, second, again, last = (shelf.open(row.release) for row in History(shelf.folder).switches())
    assert first.id == again.id
    return Succession(publication, shelf, first, second, last)
