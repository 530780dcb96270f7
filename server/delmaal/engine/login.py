"""Who we are to a store: Basic with every request, and Digest as soon as the store asks for it.

    1. Basic is sent unasked: a store that lets anybody read may show a known user more
    2. a 401 that asks for Digest gets it, and every further request has it from the beginning
    3. a 401 that asks for nothing (Virtuoso's answer to Basic) is followed by one GET without a name, whose 401 asks

A password goes to the address in the setting and nowhere else: nothing here or in `client` follows a redirect.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Generator

import httpx

from delmaal.errors import EngineBroken

_DIGEST = re.compile(r"(?:^|,)\s*+(digest\s.*+)", re.IGNORECASE | re.DOTALL)


class Login:
    """A user and a password; none where the user is empty."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._basic = httpx.BasicAuth(user, password)
        self._digest = httpx.DigestAuth(user, password)
        self._digests = False
        self._lock = threading.Lock()

    def flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The requests to send, one after another; each is given its answer, and the last answer counts.

        Raises EngineBroken where the store asks for a Digest that nobody can give.
        """
        if not self._user:
            yield request
            return
        response = yield self._signed(request)
        if response.status_code != 401:
            return
        challenge = _challenge(response)
        if not challenge and "www-authenticate" not in response.headers:
            challenge = _challenge((yield httpx.Request("GET", request.url, extensions=request.extensions)))
        if challenge or self._digests:
            yield self._answering(challenge, request)
        elif "www-authenticate" not in response.headers:
            yield request  # its refusal is the answer

    def _signed(self, request: httpx.Request) -> httpx.Request:
        with self._lock:
            return next((self._digest if self._digests else self._basic).sync_auth_flow(request))

    def _answering(self, challenge: str, request: httpx.Request) -> httpx.Request:
        """The request again, with an answer to the challenge."""
        with self._lock:
            flow = self._digest.sync_auth_flow(request)
            try:
                next(flow)
                again = flow.send(httpx.Response(401, headers={"WWW-Authenticate": challenge}, request=request))
            # What httpx raises over a challenge, which is the store's text: a field that is missing (ProtocolError), or
            # is not `name=value` (ValueError), an algorithm that it has no name for (LookupError), `auth-int` alone
            # (NotImplementedError), another scheme than Digest, which it does not answer (StopIteration).
            except (StopIteration, httpx.ProtocolError, NotImplementedError, ValueError, LookupError) as error:
                raise EngineBroken("the store asks for a login of a kind that we do not know") from error
            self._digests = True
            return again


def _challenge(response: httpx.Response) -> str:
    """What a 401 asks for in the way of Digest; nothing where it does not."""
    for value in response.headers.get_list("www-authenticate") if response.status_code == 401 else ():
        found = _DIGEST.search(value)
        if found:
            return found[1]
    return ""
