"""How what is written stays, though the power fails: nothing has its name before all of it has reached the disk.

A file system may keep a name and lose what the file held, or the reverse, unless both were synchronised: the file, then
the folder that names it. Whatever leans on another file is written after that file and its name have reached the disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

UNFINISHED = ".unfinished-"
"""What the names of files begin with that are not whole yet."""


def sync(path: Path) -> None:
    """What a file holds, or what a folder names, reaches the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(folder: Path) -> None:
    """Everything in a folder reaches the disk, and the folder itself; its own name does not."""
    for path in [*folder.rglob("*"), folder]:
        if not path.is_symlink():
            sync(path)


def make_folder(folder: Path) -> None:
    """Make a folder, and those that it lies in, where they are missing; their names stay."""
    if not folder.is_dir():
        if not os.path.lexists(folder.parent):  # what is there and no folder is said by mkdir
            make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(folder.parent)


def rename(path: Path, target: Path) -> None:
    """Give a file or folder another name, in one step, in place of the file that has it; the new name stays."""
    path.replace(target)
    sync(target.parent)
    if path.parent != target.parent:
        sync(path.parent)


def replace(target: Path, write: Callable[[Path], object]) -> None:
    """Write a file under another name, and give it its own when it has reached the disk."""
    fresh = target.with_name(f"{UNFINISHED}{target.name}")
    write(fresh)
    sync(fresh)
    rename(fresh, target)


def replace_link(link: Path, wanted: Path) -> None:
    """Let a symbolic link lead to another place, in one step."""
    fresh = link.with_name(f"{UNFINISHED}{link.name}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(wanted)
    rename(fresh, link)
