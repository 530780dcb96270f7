"""A publication as it is served: its releases, and what every answer of it may need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from delmaal.http.engine import Engine
from delmaal.http.past import PastReleases
from delmaal.http.routes import Router
from delmaal.reading.releases import Releases
from delmaal.settings import Settings

Render = Callable[[str, Mapping[str, Any]], str]
"""Writes a template, given by its name, with what it may name."""


@dataclass
class Publication:
    """What is served under one address.

    `build` is the fingerprint of the software (see `fingerprint`), `engine` evaluates queries, `keeper` is the path of
    the query keeper's socket, empty where there is none; `counters` are those of the server, where it counts.
    """

    settings: Settings
    releases: Releases
    past: PastReleases
    build: str
    router: Router
    render: Render
    engine: Engine
    keeper: str = ""
    counters: Any = None
