"""The power fails at any step of a build, a synchronisation, a drop: what is found then is served whole, and the next
run goes on from it."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from pyoxigraph import Store

from conftest import TINY
from delmaal import publish as publishing
from delmaal.disk import UNFINISHED
from delmaal.errors import ReleaseError
from delmaal.publish import publish
from delmaal.release import CACHES, File, Shelf
from delmaal.release.history import History
from delmaal.release.log import read_switches
from delmaal.release.replica import _disagreement, _look, synchronise
from delmaal.release.retention import retain
from delmaal.release.soundness import examine
from delmaal.validate import Report
from power_cut import LOSSES, Disk, Tree, recorded

HERE, THERE = "out/tiny", "replica/tiny"
"""The shelf that builds write to, and the one that is kept like it."""

LINES = 40
SEED = 20
TRIED = 12
"""How many of the states of each shelf the next run is tried in."""


class Told(NamedTuple):
    """What was told of a shelf: which release is current, or will be once what has begun is done."""

    shelf: str
    release: str
    done: bool


class Past(NamedTuple):
    """What was recorded, the publication before and after the change, the releases of both."""

    disk: Disk
    sources: tuple[Path, Path]
    releases: tuple[str, str]
    root: Path


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    """Files of releases have few lines, and what stands in them is worked out once for each state of the sources."""
    known: dict[str, Any] = {}

    def once(make: Callable[..., Any], key: Callable[..., object]) -> Callable[..., Any]:
        def remembered(*arguments: Any) -> Any:
            name = f"{make.__name__} {key(*arguments)}"
            if name not in known:
                known[name] = make(*arguments)
            return known[name]

        return remembered

    whole = publishing._files

    def few(*arguments: Any) -> list[File]:
        return [File(file.path, b"".join(file.content.splitlines(keepends=True)[:LINES]))
                for file in whole(*arguments) if file.path.endswith((".nt", ".nq"))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("delmaal.validate.validate", lambda *_: Report(()))
        patch.setattr(os, "fsync", os.fstat)  # where nothing is recorded no power fails
        patch.setattr(publishing, "_checked", once(publishing._checked, lambda reading, *_: reading.files[0]))
        patch.setattr(publishing, "_described", once(publishing._described, lambda _, built, *__: id(built)))
        patch.setattr(publishing, "_files", once(few, lambda *arguments: arguments[-1]))
        yield


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """A folder in memory where the system has one: no test here asks the machine's own disk."""
    memory = "/dev/shm"
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def past(room: Path, _quick: None) -> Past:
    """Two builds, a replica of the first and of the second, the first release dropped, a replica of that."""
    folder = room / "past"
    one, two = (Path(shutil.copytree(TINY, folder / name / "tiny")) for name in ("one", "two"))
    theme = two / "themes" / "ren-energi.yaml"
    theme.write_text(theme.read_text("utf-8").replace("en: Clean energy", "en: Cleaner energy"), "utf-8")
    first, second = (publish(sources, folder / "tried" / sources.parent.name).release.id for sources in (one, two))
    assert first != second
    root = folder / "disk"
    root.mkdir()
    here, there = Shelf(root / HERE), Shelf(root / THERE)

    with recorded(root) as disk:
        def told(shelf: str, release: str, act: Callable[[], object]) -> None:
            disk.promise(Told(shelf, release, done=False))
            act()
            disk.promise(Told(shelf, release, done=True))

        told(HERE, first, lambda: publish(one, root / "out"))
        told(THERE, first, lambda: synchronise(here, there))
        told(HERE, second, lambda: publish(two, root / "out"))
        told(THERE, second, lambda: synchronise(here, there))
        told(HERE, second, lambda: retain(here, 1, 1))
        told(THERE, second, lambda: synchronise(here, there))
    for shelf in (here, there):
        assert [path.name for path in shelf.releases.iterdir()] == [second]
    return Past(disk, (one, two), (first, second), root)


def test_what_was_recorded_is_what_is_there(past: Past, room: Path) -> None:
    """With every step done and nothing lost, the folder is as it is; nothing waits for a synchronisation."""
    found = {tree.name.partition(", ")[2]: tree for tree in list(past.disk.cuts(SEED))[-len(LOSSES):]}
    for loss, tree in found.items():
        again = tree.write(Disk.ROOT, room / "found" / loss.replace(" ", "-"))
        assert listing(again, UNFINISHED) == listing(past.root, UNFINISHED), loss


def listing(folder: Path, hidden: str) -> dict[str, bytes | None]:
    """Everything in a folder: what files hold, where links lead; the lock apart, whose being there says nothing."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if f"/{hidden}" not in f"/{name}" and path.name != "lock":
            found[name] = bytes(path.readlink()) if path.is_symlink() else None if path.is_dir() else path.read_bytes()
    return found


def states(past: Past, shelf: str, hidden: str = "") -> dict[int, Tree]:
    """What may be found of a shelf, each once for what had been told of it by then."""
    found: dict[int, Tree] = {}
    for tree in past.disk.cuts(SEED):
        told = tuple(each for each in tree.told if each.shelf == shelf)
        if told and tree.below(shelf) >= 0:
            found.setdefault(hash((tree.key(tree.below(shelf), hidden or "\0"), told)), tree)
    return found


@pytest.mark.parametrize("shelf", [HERE, THERE])
def test_what_is_found_is_whole(past: Past, room: Path, shelf: str) -> None:
    """Whenever the power fails: the release that was current is, or the one that was being made, and it is whole."""
    seen = set()
    for number, tree in enumerate(states(past, shelf, UNFINISHED).values()):
        folder = tree.write(tree.below(shelf), room / "found" / str(number) / "tiny")
        with saying(tree):
            seen.add(current_of(tree, shelf, Shelf(folder)))
            check_others(Shelf(folder))
            known = list(dict.fromkeys(each.release for each in tree.told if each.done and each.shelf == shelf))
            assert [row.release for row in read_switches(folder)][: len(known)] == known
        shutil.rmtree(folder.parent)
    assert seen == {"", *past.releases}


@pytest.mark.parametrize("shelf", [HERE, THERE])
def test_the_next_run_goes_on(past: Past, room: Path, shelf: str) -> None:
    """Whatever is found, the next run makes it what it was to be, and leaves nothing of the run that was cut."""
    trees = list(states(past, shelf).values())
    chosen = random.Random(SEED).sample(trees, min(TRIED, len(trees)))
    for number, tree in enumerate(chosen):
        folder = tree.write(tree.below(shelf), room / "found" / str(number) / "tiny")
        found, wanted = Shelf(folder), [each for each in tree.told if each.shelf == shelf][-1].release
        with saying(tree):
            if shelf == HERE:
                publish(past.sources[past.releases.index(wanted)], folder.parent)
            else:
                synchronise(Shelf(past.root / HERE), found)
                wanted = past.releases[1]
            assert current_of(tree, shelf, found, wanted) == wanted
            check_others(found)
            assert not _disagreement(found, _look(found))
            assert not [*folder.rglob(f"{UNFINISHED}*")]
            retain(found, 1, 1)
            assert [path.name for path in found.releases.iterdir()] == [wanted]
            check_others(found)
        shutil.rmtree(folder.parent)


@contextmanager
def saying(tree: Tree) -> Iterator[None]:
    """Says where the power failed, where something is wrong."""
    try:
        yield
    except (AssertionError, ReleaseError, OSError) as error:
        pytest.fail(f"{tree.name}, after {tree.told[-1:]}: {error}")


def current_of(tree: Tree, shelf: str, found: Shelf, wanted: str = "") -> str:
    """The id of the release that is current, which is one that may be and is whole; empty where there need be none."""
    told = [each for each in tree.told if each.shelf == shelf]
    done = next((each.release for each in reversed(told) if each.done), "")
    if not done and not (found.folder / "current").exists():
        return ""
    current = found.current()
    assert current.id in ({wanted} if wanted else {done, told[-1].release})
    examine(current, tuple(CACHES), lambda folder: answers(folder / "store"))
    return current.id


def answers(store: Path) -> None:
    """Raises where a store does not answer."""
    assert len(Store.read_only(str(store))) > LINES


def check_others(found: Shelf) -> None:
    """Every release that has its name is whole; of each that was and is not there, what outlives it is."""
    history = History(found.folder)
    for name in history.kept():
        release = found.open(name)
        examine(release, [cache for cache in CACHES if (release.folder / cache).exists()])
    switches = history.switches()
    for row in switches:
        if row.release not in history.kept():
            assert json.loads((history.folder / "dropped" / f"{row.release}.json").read_bytes())["id"] == row.release
    for fragment in history.fragments():
        assert switches[fragment.read_from].release in history.kept()
