"""A disk that loses what was not synchronised: what was done in a folder is recorded, and the folder is given back as a
machine would find it whose power failed after any step.

A file has what it holds now, and what it held when it was last synchronised; a folder has its names likewise. A step is
what Python is about to do with a file (an audit hook sees every such call, whoever makes it), or `fsync`. Before each,
the folder is looked through for what has changed since: so what libraries write that are not Python is seen too, and
counts as lost unless it is synchronised afterwards. A name that moves leaves its old place and comes to the new one at
once, as file systems with a journal promise; nothing else is promised.
"""

from __future__ import annotations

import os
import random
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

_CHANGING = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
                       "shutil.rmtree"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_TICK = 20_000_000
"""Nanoseconds for which the time of a file's last change does not tell whether it has changed again."""

_recording: Disk | None = None
_hooked = False


class Named(NamedTuple):
    """Names that came, went or moved in one step: the folder, the name, and what has it now."""

    changes: tuple[tuple[int, str, int | None], ...]


class Written(NamedTuple):
    """What a file holds from now on, though not yet on the disk."""

    node: int
    content: bytes


class Synchronised(NamedTuple):
    """A file or a folder reached the disk."""

    node: int


class Promised(NamedTuple):
    """Something was told to whoever waits outside, who relies on it from now on."""

    what: Any


Step = Named | Written | Synchronised | Promised


class File(NamedTuple):
    """A file that was not synchronised since it was written: what it held when it was, and what it holds now."""

    old: bytes
    new: bytes
    chance: random.Random

    def cut(self) -> bytes:
        """Some part of what was written."""
        return self.new[: self.chance.randrange(len(self.new) + 1)]


class Loss(NamedTuple):
    """What a power cut does with what was not synchronised: the part that is kept of the changes of a folder's names,
    in their order, and what a file then holds that was written."""

    name: str
    names: Callable[[random.Random], float]
    content: Callable[[File], bytes]

LOSSES = (
    Loss("all is lost", lambda _: 0, lambda file: file.old),
    Loss("names stay, files are empty", lambda _: 1, lambda _: b""),
    Loss("names stay, files are cut", lambda _: 1, lambda file: file.new[: len(file.new) // 2]),
    Loss("names stay, files are zeros", lambda _: 1, lambda file: bytes(len(file.new))),
    Loss("names are lost, files stay", lambda _: 0, lambda file: file.new),
    Loss("some of each", lambda chance: chance.choice((0, 1, chance.random())),
         lambda file: file.chance.choice((file.old, b"", file.cut(), file.new))),
)
"""A file system does one of these, or one for some files and another for others."""


class Disk:
    """The steps that were taken in a folder while it was recorded."""

    ROOT = 0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.steps: list[Step] = []
        self.folders = {self.ROOT}
        self.links: dict[int, str] = {}
        self._nodes: dict[int, int] = {}
        self._names: dict[int, dict[str, int]] = {self.ROOT: {}}
        self._states: dict[int, tuple[int, int, bool]] = {}
        self._made = 0

    def promise(self, what: Any) -> None:
        """Note that this was told to somebody outside."""
        self.look()
        self.steps.append(Promised(what))

    def look(self) -> None:
        """Note what has changed since the last look."""
        nodes = {self.folder.stat().st_ino: self.ROOT}
        names: dict[int, dict[str, int]] = {}
        written: list[Written] = []
        self._walk(str(self.folder), self.ROOT, nodes, names, written)
        before, self._nodes, self._names = self._names, nodes, names
        self._states = {node: state for node, state in self._states.items() if node in set(nodes.values())}
        self.steps += _changes(before, names)
        self.steps += written

    def _walk(self, folder: str, own: int, nodes: dict[int, int], names: dict[int, dict[str, int]],
              written: list[Written]) -> None:
        names[own] = {}
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                found = entry.stat(follow_symlinks=False)
                node = nodes.get(found.st_ino)
                first = node is None
                if node is None:
                    node = nodes[found.st_ino] = self._node(entry.path, found)
                names[own][entry.name] = node
                if node in self.folders:
                    self._walk(entry.path, node, nodes, names, written)
                elif node not in self.links and first:
                    self._read(entry.path, node, found, written)

    def _node(self, path: str, found: os.stat_result) -> int:
        known = self._nodes.get(found.st_ino)
        if known is not None and (known in self.folders) == stat.S_ISDIR(found.st_mode) and \
                self.links.get(known) == (str(Path(path).readlink()) if stat.S_ISLNK(found.st_mode) else None):
            return known
        self._made += 1
        if stat.S_ISDIR(found.st_mode):
            self.folders.add(self._made)
        elif stat.S_ISLNK(found.st_mode):
            self.links[self._made] = str(Path(path).readlink())
        return self._made

    def _read(self, path: str, node: int, found: os.stat_result, written: list[Written]) -> None:
        known = self._states.get(node)
        settled = time.time_ns() - found.st_mtime_ns > _TICK
        if known != (found.st_size, found.st_mtime_ns, True):
            self._states[node] = found.st_size, found.st_mtime_ns, settled
            written.append(Written(node, Path(path).read_bytes()))

    def synchronised(self, handle: int) -> None:
        """Note that what is open as `handle` reached the disk."""
        self.look()
        node = self._nodes.get(os.fstat(handle).st_ino)
        if node is not None:
            self.steps.append(Synchronised(node))

    def cuts(self, seed: int) -> Iterator[Tree]:
        """What is found after a power cut that came after each step, with each loss."""
        chance = random.Random(seed)
        kept: dict[int, dict[str, int]] = {}
        waiting: list[Named] = []
        old: dict[int, bytes] = {}
        new: dict[int, bytes] = {}
        told: list[Any] = []
        for number, step in enumerate(self.steps):
            match step:
                case Named():
                    waiting.append(step)
                case Written():
                    new[step.node] = step.content
                case Synchronised() if step.node in self.folders:
                    reached, waiting = _reached(waiting, step.node)
                    _apply(kept, reached)
                case Synchronised():
                    old[step.node] = new.get(step.node, b"")
                case Promised():
                    told.append(step.what)
            for loss in LOSSES:
                names = {folder: dict(entries) for folder, entries in kept.items()}
                _apply(names, _remaining(waiting, loss, chance))
                contents = {node: content if old.get(node) == content
                            else loss.content(File(old.get(node, b""), content, chance))
                            for node, content in new.items()}
                yield Tree(self, f"step {number}, {loss.name}", names, contents, tuple(told))


class Tree(NamedTuple):
    """A folder as it is found after a power cut."""

    disk: Disk
    name: str
    names: Mapping[int, Mapping[str, int]]
    contents: Mapping[int, bytes]
    told: tuple[Any, ...]

    def below(self, path: str) -> int:
        """A folder, by its path; -1 where there is none."""
        node = Disk.ROOT
        for name in path.split("/"):
            node = self.names.get(node, {}).get(name, -1)
        return node

    def paths(self, node: int, within: str = "") -> Iterator[tuple[str, int]]:
        """What can be reached from a folder, by path."""
        for name, child in sorted(self.names.get(node, {}).items()):
            yield f"{within}{name}", child
            if child in self.disk.folders:
                yield from self.paths(child, f"{within}{name}/")

    def key(self, node: int, hidden: str) -> int:
        """What tells a folder from others; of what is below names that begin with `hidden`, only that it is there."""
        return hash(tuple((path, self.disk.links.get(child), self.contents.get(child))
                          for path, child in self.paths(node) if f"/{hidden}" not in f"/{path}"))

    def write(self, node: int, folder: Path) -> Path:
        """Make a folder as it is found, where there is none."""
        folder.mkdir(parents=True)
        for path, child in self.paths(node):
            if child in self.disk.folders:
                (folder / path).mkdir()
            elif child in self.disk.links:
                (folder / path).symlink_to(self.disk.links[child])
            else:
                (folder / path).write_bytes(self.contents.get(child, b""))
        return folder


def _reached(waiting: list[Named], folder: int) -> tuple[list[Named], list[Named]]:
    """The changes that are on the disk once a folder is synchronised, and the others, both in their order: with a
    change that concerns two folders go those before it that concern either."""
    folders, reached, others = {folder}, [], []
    for each in reversed(waiting):
        concerned = {where for where, _, _ in each.changes}
        if folders & concerned:
            folders |= concerned
            reached.append(each)
        else:
            others.append(each)
    return reached[::-1], others[::-1]


def _remaining(waiting: list[Named], loss: Loss, chance: random.Random) -> list[Named]:
    """The changes that happen to be on the disk: of each folder the first ones."""
    rows: dict[int, list[Named]] = {}
    for each in waiting:
        rows.setdefault(each.changes[-1][0], []).append(each)
    kept = {id(each) for found in rows.values() for each in found[: round(loss.names(chance) * len(found))]}
    return [each for each in waiting if id(each) in kept]


def _apply(names: dict[int, dict[str, int]], changes: list[Named]) -> None:
    for each in changes:
        for folder, name, node in each.changes:
            if node is None:
                names.setdefault(folder, {}).pop(name, None)
            else:
                names.setdefault(folder, {})[name] = node


def _changes(before: Mapping[int, Mapping[str, int]], after: Mapping[int, Mapping[str, int]]) -> list[Step]:
    """The names that are others now; what is gone from one place and new at another has moved."""
    gone: dict[int, list[tuple[int, str, int | None]]] = {}
    for folder, names in before.items():
        for name, node in names.items():
            if folder in after and after[folder].get(name) != node:
                gone.setdefault(node, []).append((folder, name, None))
    found: list[Step] = []
    for folder, names in after.items():
        for name, node in names.items():
            if before.get(folder, {}).get(name) != node:
                left = [gone[node].pop()] if gone.get(node) else []
                found.append(Named((*left, (folder, name, node))))
    there = {(folder, name) for folder, names in after.items() for name in names}
    found += [Named((each,)) for rows in gone.values() for each in rows if each[:2] not in there]
    return found


@contextmanager
def recorded(folder: Path) -> Iterator[Disk]:
    """Records what is done in a folder for as long as the block lasts; it must be there, and counts as on the disk."""
    global _recording, _hooked  # noqa: PLW0603  # an audit hook cannot be taken away again
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked = True
    disk = Disk(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", disk.synchronised)
        patch.setattr(os, "fdatasync", disk.synchronised)
        _recording = disk
        try:
            yield disk
            _recording = None
            disk.look()
        finally:
            _recording = None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    global _recording  # noqa: PLW0603  # what is done in order to look is no step
    if _recording is None or event not in _CHANGING or (event == "open" and not arguments[2] & _WRITING):
        return
    disk, _recording = _recording, None
    try:
        disk.look()
    finally:
        _recording = disk
