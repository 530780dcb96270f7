"""Tries the store of a release that is about to be served, in a child of the keeper as a client's query would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from delmaal.errors import KeptError, QueryRefused, QueryTooDeep, ReleaseError
from delmaal.keeper import Request, ask

_QUERY = "SELECT (COUNT(*) AS ?n) { { SELECT * { ?s ?p ?o } LIMIT 100 } }"


def trying(socket: Path) -> Callable[[Path], None]:
    """What tries the store in a release's folder; it raises ReleaseError where the store does not answer.

    A keeper that has no child to spare, or ended, says nothing of the release: `/ready` speaks of that.
    """
    def attempt(folder: Path) -> None:
        try:
            answer = ask(socket, Request(str(folder.resolve()), _QUERY, results="csv"))
        except (QueryRefused, QueryTooDeep) as error:  # the latter where reading ended the child
            sentence = f"the store of release {folder.name[:12]} does not answer ({error.sentence})"
            raise ReleaseError("store-unreadable", sentence) from error
        except KeptError:
            return
        if answer.body.split()[1:] == [b"0"]:
            raise ReleaseError("store-unreadable", f"the store of release {folder.name[:12]} is empty")

    return attempt
