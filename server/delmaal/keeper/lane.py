"""The way of one web process to the keeper: who connects when, and what becomes of a query that has to give way.

    a query ─ turns.py ─ the socket ─ a child ─ the answer
                             ▲           │ it is slow, or may be and others wait: stopped
                             └─ room.py ─┘ it waits until there is room for a slow one, and is asked again

A process has but a few fast queries under way at once, so that the others wait here, in a queue by client, and not at
the socket, which answers in the order of arrival. A client with slow queries waits behind those without.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from delmaal.errors import QueryBusy
from delmaal.keeper.board import BOARD, PRESSED, shares, workload
from delmaal.keeper.protocol import WAITED, Request, new_token, request_frame
from delmaal.keeper.room import GRANTED, ROOM, RUNNING, WAITING, Place, Room, number_of
from delmaal.keeper.room import PRESSED as STOPPED_EARLY
from delmaal.keeper.turns import Turn, Turns

LONGEST = 1024
"""Fast queries that may wait in one process; it has no more connections."""

_USUAL = 1, 4
_IDLE = 2
"""Children that must be idle where a query that was stopped early is tried again: one remains for whoever comes."""


class Lane:
    """Of one process, to the keeper that listens at `path`."""

    def __init__(self, path: Path) -> None:
        self._board = path.parent / BOARD
        self._shares: tuple[int, int] | None = None
        self.room = Room(path.parent / ROOM)
        self.turns = Turns(self._places, LONGEST)

    def shares(self) -> tuple[int, int]:
        """How many slow queries may run, and how many fast ones may be under way."""
        found = self._shares
        if found is None:
            found = self._shares = shares(self._board)
        return found or _USUAL

    def _places(self) -> int:
        """How many queries may be under way that are not known to be slow: fewer where no more slow ones may run, since
        then one that turns out to be slow costs a child."""
        slow, under_way = self.shares()
        view = self.room.look()
        return under_way if view.running + view.granted < slow else (2 * under_way + 2) // 3

    def behind(self, client: str) -> bool:
        """Whether a client has slow queries, which run or wait."""
        clients = self.room.look().clients
        return bool(clients) and number_of(client) in clients

    def flags(self, place: Place, early: bool) -> int | None:
        """With what a query that waits in the room may be asked again now; None where it may not."""
        place.beat()
        view = self.room.look()
        if place.token not in (view.first, view.first_pressed):
            return None
        load = workload(self._board)
        if place.token == view.first and load.children and load.slow + view.granted < self.shares()[0]:
            place.put(GRANTED)
            return WAITED
        if early and place.token == view.first_pressed and load.children - load.busy >= _IDLE:
            place.put(RUNNING)
            return 0
        return None


@cache
def lane_to(path: Path) -> Lane:
    """The way of this process to a keeper."""
    return Lane(path)


class Passage:
    """The way of one query; whoever waits for it asks here what to do."""

    __slots__ = ("_client", "_early", "_flags", "_lane", "_place", "_queued", "_turn", "again", "token")

    def __init__(self, lane: Lane, client: str, wake: Callable[[], None]) -> None:
        """Raises QueryBusy where the queue is full."""
        self._lane = lane
        self._client = client
        self._place: Place | None = None
        self._flags = 0
        self._early = False
        self._queued = False
        self.again = False
        """Whether it waits in the room, to be asked again."""
        self.token = 0
        self._turn: Turn | None = lane.turns.enter(client, wake, lane.behind(client))
        if self._turn is None:
            raise full()

    def ready(self) -> bool:
        """Whether it may be asked now.

        Raises QueryBusy where it lost its wait to others.
        """
        if self.again:
            assert self._place is not None, "it waits in the room"
            place = self._place = self._lane.room.renewed(self._place, self._client, self._state())
            flags = self._lane.flags(place, self._early)
            if flags is None:
                return False
            self._flags, self.again = flags, False
            return True
        turn = self._turn
        if turn is not None and turn.dropped:
            raise full()
        return turn is None or turn.ready

    def frame(self, request: Request) -> bytes:
        """The request as it is sent, under a name of its own each time."""
        self.token = new_token()
        return request_frame(request, self.token | self._flags)

    def taken(self) -> None:
        """A child runs it, and it is no fast one."""
        self._leave_turn()
        if self._place is None:
            self._place = self._lane.room.enter(self.token, self._client, RUNNING)
        else:
            self._place.put(RUNNING)

    def stopped(self, verdict: int) -> None:
        """It was stopped, to be asked again when it is its turn.

        Raises QueryBusy where the room is full, or has as many of the client's as may wait.
        """
        self._leave_turn()
        self._early = verdict == PRESSED
        self.again = True
        if self._place is not None and self._queued:
            self._place.put(self._state())
            return
        if self._place is not None:
            self._place.leave()
        self._place = self._lane.room.enter(self.token, self._client, self._state())
        self._queued = True
        if self._place is None:
            raise full()

    def end(self) -> None:
        """It is over, or nobody waits for it any more."""
        self._leave_turn()
        if self._place is not None:
            self._place.leave()
            self._place = None

    def _state(self) -> int:
        return STOPPED_EARLY if self._early else WAITING

    def _leave_turn(self) -> None:
        if self._turn is not None:
            self._turn.leave()
            self._turn = None


def full() -> QueryBusy:
    """There is no room to wait in."""
    return QueryBusy("more queries wait than can be answered; ask again later")

