"""Makes answers in threads, in turns: no client keeps the others waiting, however much it asks for.

What takes long in the interpreter has few threads, what waits for a store many, and batches a process of their own.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from delmaal.http.asked import Asked
from delmaal.http.publication import Publication
from delmaal.http.urls import RECONCILE
from delmaal.keeper import Turns
from delmaal.serving.dispatch import reply
from delmaal.serving.front.aside import Aside
from delmaal.serving.front.head import Fault
from delmaal.serving.front.rsgi import Keep, Sent, asked_of, sent

_THREADS = 32
_MAKERS = 2
"""Threads in which answers are made: the interpreter runs one at a time, so more would only wait for each other, and
keep whoever answers at once waiting longer."""

_SWITCH_SECONDS = 0.0002
"""After which a thread that makes an answer lets another run; Python's own 5 ms are ten plain descriptions."""

_LONGEST_QUEUE = 512
"""Requests that may wait for a thread; the client that has most of them loses its last, where there is another."""

_PATIENCE_SECONDS = 60.0
"""How long a request waits for a thread."""

_FULL = Fault(503, "server-busy", "more requests wait than can be answered; ask again later", 5)
_NO_BATCH = Fault(503, "server-busy", "the batch took too long, or what answers it ended; send smaller ones", 5)


class Making:
    """The threads of one process, and the queues before them."""

    def __init__(self, publication: Publication, keep: Keep) -> None:
        """`keep` takes a big content whose length is not known yet."""
        self._publication = publication
        self._keep = keep
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="query")
        self._makers = ThreadPoolExecutor(_MAKERS, thread_name_prefix="maker")
        self._batches = ThreadPoolExecutor(1, thread_name_prefix="batch")
        self._aside = Aside()
        self._pages, self._queries, self._batched = (
            Turns(lambda places=places: places, _LONGEST_QUEUE)  # type: ignore[misc]  # bound here, for each its own
            for places in (_MAKERS, _THREADS, 1))
        sys.setswitchinterval(_SWITCH_SECONDS)

    def tell(self, put: Callable[[str, int], None]) -> None:
        """Have it told how many wait."""
        self._pages.told = partial(put, "waiting:page")
        self._batched.told = partial(put, "waiting:batch")

    async def make(self, scope: Any, proto: Any, body: bytes, waits: bool, client: str) -> Sent | Fault:
        """An answer that is made in a thread, when it is its client's turn; why there is none instead. `waits` says
        that a store elsewhere is waited for.

        What waits is dropped when its client leaves; what runs is told.
        """
        batch = _is_batch(scope, body)
        turns = self._batched if batch else self._queries if waits else self._pages
        loop, due, gone = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(due.set)

        def left(_: object) -> None:
            gone.set()
            due.set()
            if batch and turn is not None and turn.ready:
                self._aside.cancel()

        leaving = asyncio.ensure_future(proto.client_disconnect())
        turn = turns.enter(client, wake)
        leaving.add_done_callback(left)
        try:
            if turn is not None and not turn.ready:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(due.wait(), _PATIENCE_SECONDS)
            if turn is None or not turn.ready:
                return _FULL
            if batch:
                asked = asked_of(self._publication, scope, body)
                return await loop.run_in_executor(self._batches, self._aside.call, asked) or _NO_BATCH
            asked = asked_of(self._publication, scope, body, gone.is_set)
            return await loop.run_in_executor(self._threads if waits else self._makers, self._answered, asked)
        finally:
            if turn is not None:
                turn.leave()
            leaving.cancel()

    def _answered(self, asked: Asked) -> Sent:
        return sent(reply(self._publication, asked), self._keep)


def _is_batch(scope: Any, body: bytes) -> bool:
    """Whether a request is a batch to reconcile, which takes long in the interpreter."""
    path: str = scope.path
    return (path == RECONCILE or path.startswith(f"{RECONCILE}/")) and \
        (bool(body) or "queries=" in scope.query_string or "extend=" in scope.query_string)
