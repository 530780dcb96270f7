"""Queries that can always be stopped: the only place that evaluates a client's text.

    delmaal serve
    ├── keeper            supervisor.py: one process and one thread; it evaluates nothing and takes no connection
    │   ├── child         child.py: one query at a time; a thread that evaluates, and one that watches for hang-up
    │   └── child …       all accept on one Unix socket; one connection a query (protocol.py)
    └── web processes     client.py, asking.py: ask, and wait for the answer or for the client to leave
        └── lane.py       when to ask: fast queries wait in each process, by client (turns.py), slow ones of all
                          processes in one queue (room.py)

    text ─ tokens.py ─ evaluation.py ─ bytes       what a child does with a query
    limits.py, wall.py                             what it asks of the kernel, so that its end is the kernel's work
    board.py                                       memory that all share: who is busy since when, and why a child ended

A child that is over a limit is ended by the kernel, and the supervisor starts another. The client gets a whole answer
or a KeptError. A query that is slow gives way, if need be until it is its turn: see supervisor.py and lane.py.
"""

from __future__ import annotations

from delmaal.keeper.asking import AsyncKeeper
from delmaal.keeper.board import BOARD, kept, workload
from delmaal.keeper.client import ask
from delmaal.keeper.handle import Keeper
from delmaal.keeper.lane import lane_to
from delmaal.keeper.protocol import Answer, Request
from delmaal.keeper.turns import Turn, Turns

__all__ = ["BOARD", "Answer", "AsyncKeeper", "Keeper", "Request", "Turn", "Turns", "ask", "kept", "lane_to",
           "workload"]
