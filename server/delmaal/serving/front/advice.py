"""What is said in the log, once, where the proxies in front and the settings do not fit each other."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from delmaal.http.fairuse import client_of, is_loopback

ENOUGH = 50
"""Requests after which it is no chance that all of them came from the machine itself."""

_NOT_TRUSTED = (
    "a proxy sends X-Forwarded-For and DELMAAL_TRUSTED_HOPS is 0: the proxy is taken for every client, so that a limit "
    "for a client is one for all of them together, or none where the proxy is on this machine; set it to the number of "
    "proxies in front")
_ALL_LOOPBACK = (
    "every client so far is this machine itself, which DELMAAL_CLIENT_LIMIT does not limit: a proxy in front has to "
    "send X-Forwarded-For, and DELMAAL_TRUSTED_HOPS has to count it")

log = logging.getLogger("delmaal.serving")


class Advice:
    """Looks at the first requests, until it has something to say or knows that there is nothing; `open` says whether
    it still looks."""

    def __init__(self, folder: Path, limit: int, hops: int) -> None:
        self.open = True
        self._folder = folder
        self._limit = limit
        self._hops = hops
        self._counted = 0

    def look(self, peer: str, headers: dict[str, str]) -> None:
        """Look at a request."""
        if not self._hops and ("x-forwarded-for" in headers or "forwarded" in headers):
            self._say(_NOT_TRUSTED)
        elif self._limit:
            if not is_loopback(client_of(peer, headers.get("x-forwarded-for", ""), self._hops)):
                self.open = not self._hops
                self._limit = 0  # there are others, which are limited
                return
            self._counted += 1
            if self._counted >= ENOUGH:
                self._say(_ALL_LOOPBACK)
        else:
            self.open = not self._hops

    def _say(self, words: str) -> None:
        """Say it, where no other process has."""
        self.open = False
        try:
            os.close(os.open(self._folder / "advised", os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except OSError:
            return
        log.warning("%s", words)
