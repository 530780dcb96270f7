"""Which release a request is served from: the current one, noticed when it changes and kept for the request's life.

    the link leads to another release     a thread examines it (`release.soundness`), while the old one is served on
    it is whole                           it is served from then on
    anything is wrong with it             the old one is kept, `trouble` says why; it is looked at again when its files
                                          change, and now and then
    the one that is served was changed    it is examined anew; what is mapped of it lives on where files were removed or
    on the disk                           replaced; where they were cut or written over, it is not served any more
    nothing is served, or no more         the newest release that was current before and is whole; else 503 in words
"""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from pathlib import Path

from delmaal import mapping
from delmaal.errors import ReleaseError
from delmaal.lookup import FILES
from delmaal.reading.opened import RANKS, Opened
from delmaal.release import Release, Shelf
from delmaal.release.history import History
from delmaal.release.retention import hold
from delmaal.release.seals import State, states
from delmaal.release.soundness import SERVED, examine

KEPT_OPEN = 3
AGAIN = 1.0
"""Seconds after which the release that is served, or one that could not be, is looked at again."""

LONGEST = 60.0
"""Seconds after which one that could not be opened is tried again although no file of it has changed."""

PATIENCE = 0.5
"""Seconds that a request waits at most for the release that the link has come to lead to: who has just switched sees
the new one at once, where it is of a usual size. What is under way goes on meanwhile."""

BIG = 64 << 20
"""Bytes of files from which on nobody waits: the old release answers until the new one is examined."""

FIRST = 30.0
"""Seconds that a request waits for the first release of a process."""

EARLIER = 5
"""Releases that were current before and are tried in place of one that cannot be served."""

_MAPPED = ("index/", "search/")

log = logging.getLogger("delmaal.serving")

__all__ = ["AGAIN", "KEPT_OPEN", "RANKS", "Opened", "Releases"]


class Releases:
    """Opens the current release, and notices when another becomes current.

    If the new one cannot be served whole, the old one is kept, and `trouble` says why. `public` is the server's public
    address, without a slash at its end, or empty. `store` tries the store in a release's folder; without it, none is
    needed.
    """

    public = ""

    def __init__(self, shelf: Shelf, store: Callable[[Path], None] | None = None) -> None:
        self.shelf = shelf
        self.store = store
        self.trouble: ReleaseError | None = None
        self.coming: Future[None] | None = None
        """Ends when a release that requests may wait for is open, or is not to be."""
        self.patience = 0.0
        """Until when they wait; monotonic seconds."""
        self._history = History(shelf.folder)
        self._link = str(shelf.folder / "current")
        self._opened: OrderedDict[str, tuple[Opened, dict[str, State]]] = OrderedDict()
        self._lock = threading.Lock()
        self._serving: Opened | None = None
        self._due = 0.0
        self._busy: str | None = None
        self._next: str | None = None
        self._refused: tuple[str, dict[str, State]] | None = None
        self._refusals = 0
        self._refused_until = 0.0
        self._cuts = mapping.cuts()

    def current(self, first: float = FIRST) -> Opened:
        """The release to serve a request from; it is waited for where none is open yet, for `first` seconds at most.

        Raises ReleaseError where there is none that can be served.
        """
        serving = self.peek()
        coming = self.coming
        if coming is not None:
            patience = first if serving is None else self.patience - time.monotonic()
            if patience > 0:
                with suppress(FutureTimeoutError):
                    coming.result(patience)
            serving = self.peek()
        if serving is None:
            raise self.trouble or ReleaseError("release-opening", "the release is being opened; ask again in a moment")
        return serving

    def peek(self) -> Opened | None:
        """The release that is served now, without waiting; None where there is none (yet)."""
        serving = self._serving
        try:
            name = os.readlink(self._link).rpartition("/")[2]  # noqa: PTH115  # a quarter of pathlib's cost, per request
        except OSError:
            name = serving.release.id if serving else ""
        if mapping.cuts() != self._cuts:
            return self._cut()
        now = time.monotonic()
        another = serving is None or serving.release.id != name
        new = self._refused is None or self._refused[0] != name
        if now >= self._due or (another and new):
            self._begin(name, now)
        elif new and not another and self.trouble is not None:
            self.trouble = None  # the link leads back to what is served
        return serving

    def _cut(self) -> Opened | None:
        """A file that was mapped is shorter than it was: nothing is told from it until it is known which."""
        with self._lock:
            self._cuts = mapping.cuts()
            self._opened.clear()
            if self._serving is not None:
                sentence = f"a file of release {self._serving.release.id[:12]} was cut while it was served"
                self.trouble = ReleaseError("release-damaged", sentence)
                log.error("%s", sentence)
            self._serving, self._due = None, 0.0
        return None

    def _begin(self, name: str, now: float) -> None:
        """Have a thread look at the release that the link leads to, after what it is at, if anything."""
        with self._lock:
            if self._next == name or (self._busy == name and not self._next):
                return
            serving = self._serving
            self._due = now + AGAIN
            if self.coming is None and (serving is None or serving.release.id != name):
                self.coming, self.patience = Future(), now + PATIENCE
            self._next = name
            if self._busy is not None:
                return
            self._busy = name
        try:
            threading.Thread(target=self._work, daemon=True, name="release").start()
        except RuntimeError as error:  # no thread can be had now; the next look tries again
            log.error("release %s cannot be looked at: %s", name, error)
            with self._lock:
                self._busy = self._next = None
                coming, self.coming = self.coming, None
            if coming is not None:
                coming.set_result(None)

    def _work(self) -> None:
        while True:
            with self._lock:
                if self._next is None:
                    self._busy = None
                    coming, self.coming = self.coming, None
                    break
                name, self._next = self._next, None
                self._busy = name
            try:
                self._look(name)
            except Exception as error:  # the end of one look must not be the end of all looking
                told = (error.strerror or "no reason is given") if isinstance(error, OSError) else str(error)
                log.error("release %s could not be looked at: %s", name, error, exc_info=not isinstance(error, OSError))
                self.trouble = ReleaseError("release-damaged", f"release {name[:12]} cannot be opened ({told})")
        if coming is not None:
            coming.set_result(None)

    def _look(self, name: str) -> None:
        """Serve the release of this name if it is whole, and say what is wrong otherwise."""
        found = states(self.shelf.releases / name) if name else {}
        known = self._opened.get(name)
        if known is not None and known[1] == found:
            self._serve(known[0], found)
            return
        if self._refused == (name, found) and time.monotonic() < self._refused_until:
            return
        try:
            fresh = self._open(name)
        except ReleaseError as error:
            self._refuse(name, found, error, known)
        else:
            self._serve(fresh, found)

    def _serve(self, fresh: Opened, found: dict[str, State]) -> None:
        with self._lock:
            self._refused, self._refusals = None, 0
            self._date(fresh)
            self._opened[fresh.release.id] = fresh, found
            self._opened.move_to_end(fresh.release.id)
            while len(self._opened) > KEPT_OPEN:
                self._opened.popitem(last=False)
            self._serving, self.trouble = fresh, None

    def _date(self, serving: Opened) -> None:
        """Read when a release became current; the log has it a moment after the link, and is read again until then."""
        rows = self._history.switches()
        since = next((row.time for row in reversed(rows) if row.release == serving.release.id), None)
        if since != serving.since:
            serving.became_current(since)

    def _refuse(self, name: str, found: dict[str, State], error: ReleaseError,
                known: tuple[Opened, dict[str, State]] | None) -> None:
        """Keep what is served, if that can be read on; else what was served before."""
        serving = self._serving
        if serving is not None and serving.release.id == name and known and _is_written_over(known[1], found):
            serving = None
        if known is not None:
            self._opened.pop(name, None)
        fallback = serving or self._earlier(name)
        with self._lock:
            if self._refused != (name, found):
                self._refusals = 0
                log.error("release %s is not served%s: %s", name or "(none)",
                          f", {fallback.release.id} is" if fallback else "", error)
            self._refusals += 1
            self._refused = name, found
            self._refused_until = time.monotonic() + min(LONGEST, AGAIN * 2 ** self._refusals)
            self._serving, self.trouble = fallback, error

    def _earlier(self, name: str) -> Opened | None:
        """The newest release that was current before and is whole."""
        names = dict.fromkeys(row.release for row in reversed(self._history.switches()))
        for other in [each for each in names if each != name and (self.shelf.releases / each).is_dir()][:EARLIER]:
            try:
                found = states(self.shelf.releases / other)
                known = self._opened.get(other)
                opened = known[0] if known and known[1] == found else self._open(other)
            except ReleaseError:
                continue
            self._date(opened)
            self._opened[other] = opened, found
            return opened
        return None

    def _open(self, name: str) -> Opened:
        release = self.shelf.open(name) if name else self.shelf.current()
        held = hold(release)  # retention leaves it alone for as long as it is open here
        if _bytes_of(release) > BIG and self._serving is not None:
            self.patience = 0.0
        try:
            examine(release, (*SERVED, "store") if self.store else SERVED, self.store)
            opened = Opened(release, None, public=self.public)
        except BaseException:
            if held is not None:
                held.close()
            raise
        if held is not None:
            weakref.finalize(opened, held.close)
        return opened


def _bytes_of(release: Release) -> int:
    return sum(entry["size"] for entry in release.manifest["files"].values())


def _is_written_over(before: dict[str, State], now: dict[str, State]) -> bool:
    """Whether a file that is mapped was changed in its place: one that was removed or replaced is read on as it was."""
    mapped = (path for path in before if path in FILES or path.startswith(_MAPPED))
    return any(path in now and now[path] != before[path] and now[path].inode == before[path].inode for path in mapped)
