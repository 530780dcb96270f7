"""Whether addresses answer: asked by HEAD as the portal does, by GET where a server knows no HEAD."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from delmaal import __version__
from delmaal.errors import short

WORKERS = 8
"""Addresses that are asked for at a time: quick enough for a catalogue, and no burden to a server."""

Mapped = Callable[[str], str]
"""Where an address is really asked for: a publication under an address that it does not have yet is asked elsewhere."""


class Answer(NamedTuple):
    """What an address answered: its last status (0 where there was no answer), and the words for people."""

    status: int
    words: str

    @property
    def well(self) -> bool:
        """Whether it answers, at the end of its redirects."""
        return 200 <= self.status < 300


class _SameMethod(urllib.request.HTTPRedirectHandler):
    """Follows redirects with the method that was asked with."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).scheme not in ("http", "https"):
            return None
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None:
            following.method = req.get_method()
        return following


@cache
def opener() -> urllib.request.OpenerDirector:
    """Asks the web, by http and https alone; proxies are taken from the environment."""
    made = urllib.request.build_opener(_SameMethod)
    made.addheaders = [("User-Agent", f"delmaal/{__version__}")]
    return made


def mapping(pairs: Iterable[tuple[str, str]]) -> Mapped:
    """Addresses that begin with the first of a pair are asked for at the second; of several the longest counts."""
    rows = sorted(pairs, key=lambda row: -len(row[0]))

    def mapped(url: str) -> str:
        return next((target + url.removeprefix(start) for start, target in rows if url.startswith(start)), url)

    return mapped


def ask(urls: Iterable[str], timeout: float, mapped: Mapped, done: Callable[[int, int], None]) -> Mapping[str, Answer]:
    """What each address answers; `done` is told how many have."""
    waiting = sorted(set(urls))
    answers: dict[str, Answer] = {}
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="score") as pool:
        running = {pool.submit(_ask, mapped(url), timeout): url for url in waiting}
        for number, finished in enumerate(as_completed(running), 1):
            answers[running[finished]] = finished.result()
            done(number, len(waiting))
    return answers


def _ask(url: str, timeout: float) -> Answer:
    if urlsplit(url).scheme not in ("http", "https"):
        return Answer(0, "no http address")
    first = _send(url, "HEAD", {}, timeout)
    return first if first.well else _send(url, "GET", {"Range": "bytes=0-0"}, timeout)


def _send(url: str, method: str, headers: Mapping[str, str], timeout: float) -> Answer:
    asked = quote(url, safe=":/?#[]@!$&'()*+,;=%~._-")
    try:
        request = urllib.request.Request(asked, method=method, headers=dict(headers))  # noqa: S310  # see _ask
        with opener().open(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.reason)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, str(error.reason))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(0, short(str(getattr(error, "reason", error)) or type(error).__name__))
