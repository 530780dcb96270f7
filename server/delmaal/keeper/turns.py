"""Who goes next: a fair queue by client, within one process, for whatever has few places.

    a client that waits for the first time    newest and oldest in turn, so that a crowd that came at once holds up
                                              neither who came before it nor who comes after it by more than a half
    a client that was served meanwhile        after that, in rotation: many connections give one client no more turns
    a client that is `behind`                 after all others but for every eighth turn, in two thirds of the places
    what one client waits for                 newest and oldest in turn, since behind one address there may be many

Nobody waits here in silence: whoever leaves takes their turn back, and where the queue is full, the client that has
most waiting loses its last. Any thread may call; what waits is told by its own `wake`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

_EIGHTH = 8


class Turn:
    """A place, or the wait for one."""

    __slots__ = ("_turns", "behind", "client", "dropped", "ready", "wake")

    def __init__(self, turns: Turns, client: str, wake: Callable[[], None], behind: bool) -> None:
        self.client = client
        self.behind = behind
        self.wake = wake
        self.ready = False
        """Whether it has its place."""
        self.dropped = False
        """Whether another took its wait, where the queue was full."""
        self._turns: Turns | None = turns

    def leave(self) -> None:
        """Give the place back, or wait no more; also more than once."""
        turns, self._turns = self._turns, None
        if turns is not None:
            turns.left(self)


class Turns:
    """Some places and a queue before them; `places` may change, and is asked each time."""

    def __init__(self, places: Callable[[], int], longest: int) -> None:
        self.told: Callable[[int], object] = _nobody
        """Is told how many wait, whenever that changes."""
        self._places = places
        self._longest = longest
        self._lock = threading.Lock()
        self._taken = 0
        self._taken_behind = 0
        self._ahead, self._behind = _Line(), _Line()
        self._count = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._ahead) + len(self._behind)

    def enter(self, client: str, wake: Callable[[], None], behind: bool = False) -> Turn | None:
        """A turn for a client, at once where there is a place; None where the queue is full of those who have less."""
        turn = Turn(self, client, wake, behind)
        lost = None
        with self._lock:
            if not self._may_start(behind) or len(self._behind if behind else self._ahead):
                if self.waiting >= self._longest:
                    lost = self._most(client)
                    if lost is None:
                        return None
                    lost.dropped = True
                    self._remove(lost)
                (self._behind if behind else self._ahead).add(turn)
                self.told(self.waiting)
            else:
                self._start(turn)
        if lost is not None:
            lost.wake()
        return turn

    def left(self, turn: Turn) -> None:
        """A turn is over; whoever is next is told."""
        started = []
        with self._lock:
            if turn.ready:
                self._taken -= 1
                self._taken_behind -= turn.behind
            elif not turn.dropped:
                self._remove(turn)
            while (following := self._next()) is not None:
                self._start(following)
                started.append(following)
            if started or not turn.ready:
                self.told(self.waiting)
        for following in started:
            following.wake()

    def _may_start(self, behind: bool) -> bool:
        places = self._places()
        return self._taken < places and not (behind and self._taken_behind >= max(1, 2 * places // 3))

    def _start(self, turn: Turn) -> None:
        turn.ready = True
        self._taken += 1
        self._taken_behind += turn.behind

    def _next(self) -> Turn | None:
        """Whoever may start now, taken from the queue."""
        self._count += 1
        lines = [(self._ahead, False), (self._behind, True)]
        if self._count % _EIGHTH == 0:
            lines.reverse()
        for line, behind in lines:
            if len(line) and self._may_start(behind):
                return line.pop(self._count)
        return None

    def _remove(self, turn: Turn) -> None:
        (self._behind if turn.behind else self._ahead).remove(turn)

    def _most(self, client: str) -> Turn | None:
        """The last turn of the client that has most waiting, if that is more than this one would have."""
        line, most, number = max(((line, *line.most()) for line in (self._behind, self._ahead)), key=lambda row: row[2])
        return line.last(most) if number > self._ahead.of(client) + self._behind.of(client) + 1 else None


def _nobody(_: int) -> None:
    """Nobody is told."""


class _Line:
    """What waits, by client."""

    def __init__(self) -> None:
        self._first: OrderedDict[str, deque[Turn]] = OrderedDict()
        """Those of clients that have not been served since they began to wait, in the order in which those came."""
        self._again: OrderedDict[str, deque[Turn]] = OrderedDict()
        """Those of clients that have, the next one first."""
        self._length = 0
        self._newest = False

    def __len__(self) -> int:
        return self._length

    def of(self, client: str) -> int:
        """How many turns a client waits for."""
        return len(self._again.get(client) or self._first.get(client) or ())

    def most(self) -> tuple[str, int]:
        """The client that has most waiting, and how many."""
        found = max((*self._first.items(), *self._again.items()), key=lambda pair: len(pair[1]), default=None)
        return (found[0], len(found[1])) if found else ("", 0)

    def last(self, client: str) -> Turn:
        """The turn that a client asked for last."""
        return (self._again.get(client) or self._first[client])[-1]

    def add(self, turn: Turn) -> None:
        """One more waits."""
        waiting = self._again.get(turn.client)
        (self._first.setdefault(turn.client, deque()) if waiting is None else waiting).append(turn)
        self._length += 1

    def remove(self, turn: Turn) -> None:
        """One waits no more."""
        for clients in (self._first, self._again):
            waiting = clients.get(turn.client)
            if waiting is not None and turn in waiting:
                waiting.remove(turn)
                self._length -= 1
                if not waiting:
                    del clients[turn.client]
                return

    def pop(self, count: int) -> Turn:
        """Whoever is next: the newest client, the oldest, and one that was served before, in turn."""
        if self._again and (count % 3 == 2 or not self._first):
            client, waiting = self._again.popitem(last=False)
        else:
            client, waiting = self._first.popitem(last=count % 3 == 1)
        self._newest = not self._newest
        turn = waiting.pop() if self._newest else waiting.popleft()
        self._length -= 1
        if waiting:
            self._again[client] = waiting
        return turn
