"""What the server has to run with: how many descriptors it needs, how many connections the rest is enough for."""

from __future__ import annotations

import resource

from delmaal.errors import ServerError
from delmaal.keeper.memory import children_of
from delmaal.settings import Settings

MOST_CONNECTIONS, FEWEST_CONNECTIONS = 4096, 16
"""How many clients one web process is connected to, whatever there is; the next wait in the system's queue."""

_EACH = 2
"""Descriptors for a connection: its own, and one to a query's child or to the file of a big answer."""

_OWN = 64
"""Descriptors of a web process's own, with the releases that it has open."""

_STORE = 96
"""The engine opens no store with fewer."""


def needed(settings: Settings) -> int:
    """Descriptors without which some process of the server cannot do what it is for."""
    return max(
        _STORE,
        _OWN + _EACH * FEWEST_CONNECTIONS,
        32 + 2 * children_of(settings),  # the keeper, which has a timer for each child
        48 + 8 * settings.workers,  # the main process, which has pipes to each
    )


def connections(settings: Settings) -> int:
    """How many connections each web process may have, after the limit on descriptors was raised as far as it is useful
    and may be.

    Raises ServerError where there are too few for anything.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    useful = _OWN + _EACH * MOST_CONNECTIONS
    most = useful if hard == resource.RLIM_INFINITY else min(useful, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    there = useful if soft == resource.RLIM_INFINITY else soft
    least = needed(settings)
    if there < least:
        sentence = (f"a process may open {there} files and connections, and at least {least} are needed with these "
                    "settings: raise the limit (ulimit -n, or LimitNOFILE= in a unit)")
        raise ServerError("descriptors-few", sentence)
    return max(FEWEST_CONNECTIONS, min(MOST_CONNECTIONS, (there - _OWN) // _EACH))
