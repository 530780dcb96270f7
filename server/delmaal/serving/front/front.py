"""The server of one process, for granian's RSGI.

It counts a body's bytes and time itself, notices that a client left, answers what was answered before,
and calls `reply` for all else: in place where that takes well under a millisecond, in a thread where it may take
longer, so that no answer that is long in the making holds up the others; a query is waited for in the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from functools import partial
from pathlib import Path
from typing import Any

from delmaal import mapping
from delmaal.http.asked import Asked
from delmaal.http.failures import NO_ROOM, NO_ROOM_WORDS, RETRY
from delmaal.http.fairuse import FairUse, client_of
from delmaal.http.fields import Fields
from delmaal.http.later import Asking, Later
from delmaal.http.publication import Publication
from delmaal.http.reply import Reply
from delmaal.http.urls import AT_ONCE, DESCRIPTIONS, READY, SPARQL
from delmaal.keeper import AsyncKeeper, lane_to
from delmaal.reading.releases import Opened, Releases
from delmaal.serving.dispatch import reply
from delmaal.serving.front import access
from delmaal.serving.front.advice import Advice
from delmaal.serving.front.body import Bodies
from delmaal.serving.front.cache import Kept, Key
from delmaal.serving.front.counters import Counters
from delmaal.serving.front.head import ALLOWED, Fault, fault_of, forwarded
from delmaal.serving.front.keys import key_of
from delmaal.serving.front.making import Making
from delmaal.serving.front.refusals import Refusals
from delmaal.serving.front.rsgi import asked_of, sent, text_of
from delmaal.serving.front.sending import Sending
from delmaal.serving.front.spool import Filed, SpoolFull

_LOOK_SECONDS = 0.5
_LONGEST_TARGET = 60_000
"""Letters of an address: from 65,534 on, the HTTP server answers itself, and says nothing but the status."""

_CUT = Fault(503, "release-damaged", "a file of the release was cut while it was read; ask again", 5)
"""The answer in place of one that was made from a file that another program was cutting (see `mapping`)."""

_LONGEST_HEADERS = 32 * 1024

log = logging.getLogger("delmaal.serving")


class Front:
    """Serves one publication in one process."""

    def __init__(self, publication: Publication, run_dir: Path) -> None:
        self.publication = publication
        self.run_dir: object = None
        self.settings = settings = publication.settings
        self.counters = Counters(run_dir)
        self.fair_use = FairUse(run_dir, settings.client_limit, settings.trusted_hops)
        self.advice = Advice(run_dir, settings.client_limit, settings.trusted_hops)
        self.releases: Releases = publication.releases
        refusals = Refusals(publication)
        self._refuse = refusals.send
        self.sending = Sending(self.releases, refusals, self.counters, settings.cache_mb << 20, run_dir)
        self.bodies = Bodies(settings, self.sending.memory)
        self.making = Making(publication, self.sending.spool.keep)
        self.keeper = AsyncKeeper(Path(publication.keeper), settings.query_wait_seconds)
        publication.counters = self.counters
        lane_to(Path(publication.keeper)).turns.told = partial(self.counters.put, "waiting:query")
        self.making.tell(self.counters.put)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called by granian before the first request."""
        loop.call_later(_LOOK_SECONDS, self._look, loop, _LOOK_SECONDS)

    def _look(self, loop: asyncio.AbstractEventLoop, pause: float) -> None:
        """Look after what this process shares with others; again and again, whatever it meets."""
        try:
            self.counters.look()
            self.fair_use.look()
            pause = _LOOK_SECONDS
        except Exception as error:
            pause = min(pause * 2, _LOOK_SECONDS * 20)
            log.warning("what the processes share cannot be kept: %s; it is tried again in %.1f seconds", error, pause)
        finally:
            loop.call_later(pause, self._look, loop, pause)

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        """Answer one request (RSGI 1.6)."""
        if scope.proto != "http":
            _close(proto)
            return
        try:
            await self._serve(scope, proto)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # whatever a request does, it ends here: none ends the process
            no_room = isinstance(error, OSError) and error.errno in NO_ROOM
            if not no_room:
                log.exception("%s %s failed", scope.method[:20], scope.path[:200])
            with contextlib.suppress(Exception):  # it may have been answered, or its client may have left
                if no_room:
                    self._refuse(proto, 503, "server-busy", NO_ROOM_WORDS, RETRY[503], scope=scope)
                else:
                    self._refuse(proto, 500, "http-500", "", scope=scope)

    async def _serve(self, scope: Any, proto: Any) -> None:
        started = time.perf_counter()
        path = scope.path
        pairs = scope.headers.items()
        headers = dict(pairs)  # to ask granian for each would cost as much as all else does for an answer that is kept
        name = headers.get("x-request-id", "")
        if name or self.settings.access_log:
            name = access.name_of(name)
            proto = access.Named(proto, name)
        status = self._refused(scope, proto, path, pairs, headers) or await self._answer(
            scope, proto, path, headers, len(pairs) == len(headers))
        seconds = time.perf_counter() - started
        self.counters.request(path, status, seconds)
        if self.settings.access_log:
            client = self.fair_use.client(scope.client, forwarded(scope.headers.items()))
            access.write(scope, client, name, status, seconds)

    def _refused(self, scope: Any, proto: Any, path: str, pairs: list[tuple[str, str]],
                 headers: dict[str, str]) -> int:
        """Answer a request by its head alone; 0 where there is nothing against it."""
        if self.advice.open:
            self.advice.look(scope.client, headers)
        if self.fair_use.limit:
            wait = self.fair_use.wait(scope.client, forwarded(pairs))
            if wait:
                self.counters.add("limited")
                return self._refuse(proto, 429, "too-many-requests", "too many requests from one client", wait,
                                    scope=scope)
        if len(path) + len(scope.query_string) > _LONGEST_TARGET:
            return self._refuse(proto, 414, "target-too-long", f"an address may have {_LONGEST_TARGET:,} characters",
                                scope=scope)
        if sum([len(name) + len(value) for name, value in pairs]) > _LONGEST_HEADERS:
            return self._refuse(proto, 431, "headers-too-long", f"headers may have {_LONGEST_HEADERS:,} bytes in all",
                                scope=scope)
        fault = fault_of(scope, pairs, headers)
        if fault is not None:
            return self._refuse(proto, *fault, scope=scope)
        if path == "*":
            proto.response_empty(204, [("allow", ALLOWED), ("cache-control", "no-store")])
            return 204
        return 0

    async def _answer(self, scope: Any, proto: Any, path: str, headers: dict[str, str], plain: bool) -> int:
        """Answer; `plain` says that no header is given twice, so that `headers` has them all."""
        method = scope.method
        body = b""
        if method not in ("GET", "HEAD", "OPTIONS"):
            read = await self.bodies.read(scope, proto)
            if isinstance(read, Fault):
                return self._refuse(proto, *read, scope=scope)
            body = read
        key = key_of(method, path, scope.query_string, headers, body) if plain else None
        opened = self.releases.peek()
        coming = self.releases.coming
        if coming is not None and opened is not None and (wait := self.releases.patience - time.monotonic()) > 0:
            await asyncio.wait((asyncio.wrap_future(coming),), timeout=wait)  # the link leads to another since just now
            opened = self.releases.peek()
        release = opened.state if opened is not None else ""
        if key is not None and opened is not None:
            kept = self.sending.cache.get(release, key)
            if kept is not None:
                return await self.sending.kept(scope, proto, headers.get("if-none-match"), kept)
            if path == SPARQL or path.startswith(DESCRIPTIONS):
                found = await self._at_once(scope, proto, body, headers, opened)
                if found is not None:
                    return await self.sending.made(scope, proto, found, key, release, sure=True)
        return await self._made(scope, proto, body, key, release)

    async def _at_once(self, scope: Any, proto: Any, body: bytes, headers: dict[str, str],
                       opened: Opened) -> Kept | None:
        """The answer that is made here, in the loop; None for one that takes long."""
        asked = Asked(self.publication, scope.method, text_of(scope.path, "replace"),
                      text_of(scope.query_string, "werkzeug.url_quote"), Fields(headers), body)
        asked.at_once, asked.opened = True, opened
        try:
            found = reply(self.publication, asked)
        except Later:
            return None
        except Asking as asking:  # what it passed through is not held while it is waited for
            question, settle = asking.question, asking.settle
        else:
            return _kept(found)
        return _kept(settle(await self.keeper.ask(question, proto.client_disconnect, self._client(scope))))

    def _client(self, scope: Any) -> str:
        """Who asks, for the queues."""
        hops = self.settings.trusted_hops
        return client_of(scope.client, forwarded(scope.headers.items()) if hops else "", hops)

    async def _made(self, scope: Any, proto: Any, body: bytes, key: Key | None, release: str) -> int:
        cuts = mapping.cuts()
        waits = scope.path.endswith(SPARQL) or (scope.path == READY and self.publication.engine.elsewhere)
        if waits or not scope.path.startswith(AT_ONCE):  # all else may take long: pages with pictures, old releases
            try:
                made = await self.making.make(scope, proto, body, bool(waits), self._client(scope))
            except SpoolFull:
                return self.sending.full(proto, scope)
            if isinstance(made, Fault):
                return self._refuse(proto, *made, scope=scope)
            status, headers, content = made
        else:
            status, headers, content = sent(reply(self.publication, asked_of(self.publication, scope, body)))
        if mapping.cuts() != cuts:
            return self._refuse(proto, *_CUT, scope=scope)
        if isinstance(content, Filed):
            self.sending.spool.send_file(proto, status, headers, content)
            return status
        etag = next((value for name, value in headers if name == "ETag"), "")
        return await self.sending.made(scope, proto, Kept(status, headers, content, etag), key, release)


def _kept(found: Reply) -> Kept:
    return Kept(found.status_code, found.fields(), found.body, found.headers.get("ETag"))


def _close(proto: Any) -> None:
    """Refuse what is no HTTP request, as a WebSocket: without a status, since before the handshake is over granian
    takes a WebSocket's for one of HTTP, and ends the process over one that HTTP does not have."""
    with contextlib.suppress(Exception):
        proto.close()
