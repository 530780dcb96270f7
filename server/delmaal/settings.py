"""What can be set, as one table; help, docs and tests read it.

A setting is taken from its command-line option, else from its environment variable, else from the default here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from delmaal.errors import SettingError, short


@dataclass(frozen=True, slots=True)
class Setting:
    """One row: the name, the environment variable, the default as text, how it is read, what it is for."""

    name: str
    default: str
    read: Callable[[str], Any]
    help: str

    @property
    def variable(self) -> str:
        """The environment variable: DELMAAL_ and the name in capitals."""
        return f"DELMAAL_{self.name.upper()}"

    @property
    def option(self) -> str:
        """The command-line option, where a command takes it."""
        return f"--{self.name.replace('_', '-')}"


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text[:20]) <= high):
            raise ValueError(f"write a whole number from {low} to {high}")
        return int(text)

    return read


def _process(text: str) -> int:
    """A process id; empty is none."""
    return _number(0, 1 << 22)(text or "0")


def _megabytes(text: str) -> int:
    """So many that something can be done with them, or 0."""
    return 0 if text == "0" else _number(64, 1 << 20)(text)


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty; write a value, or leave it out")
    return text


def _path(text: str) -> Path:
    return Path(_text(text))


def _url(text: str) -> str:
    """An http or https URL that may hold placeholders, a user and a password; empty where nothing is set."""
    plain = text.replace("{release}", "0").replace("{short}", "0")
    if text and not (re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", plain) and plain.isascii() and _has_host(plain)):
        raise ValueError("write an http or https URL; {release} stands for a release's id, {short} for 12 digits of it")
    return text


_PUBLIC = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*\.?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?((?:/[a-z0-9._~-]+)*)/?",
                     re.IGNORECASE)


def _address(text: str) -> str:
    """The address by which the world knows this server, without a slash at its end; empty where nothing is set."""
    found = _PUBLIC.fullmatch(text)
    usable = found is not None and _has_host(text) and not {".", ".."} & set(found[1].split("/"))
    if text and not usable:
        raise ValueError("write http:// or https:// and the host's name, in ASCII, with a port and a path of plain "
                         "names where there are any, without a user, a query or a fragment: https://data.example.org")
    scheme, _, rest = text.rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}" if text else ""


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname) and urlsplit(url).port != 0
    except ValueError:  # its words may quote a password
        return False


def _iri(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", text):
        raise ValueError("write an absolute IRI, or leave it out")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("out", "var", _path, "The folder that holds a folder of releases for each publication."),
    Setting("keep_releases", "0", _number(0, 10**6), "Releases that a build keeps, the newest; 0 keeps every one."),
    Setting("keep_caches", "5", _number(0, 10**6), "Releases that keep store and index, the newest; 0 is every one."),
    Setting("no_build", "0", _number(0, 1), "1 serves what is there and builds nothing: a replica, or no sources."),
    Setting("host", "127.0.0.1", _text, "The address to listen on; 0.0.0.0 listens on every one."),
    Setting("port", "8000", _number(1, 65535), "The port to listen on."),
    Setting("public_url", "", _address, "The address by which the world knows the server; none names it in no answer "
            "that is kept."),
    Setting("workers", "2", _number(1, 256), "Web processes; one for each core serves best."),
    Setting("cache_mb", "64", _number(1, 1 << 20), "Megabytes of answers that each web process keeps."),
    Setting("body_seconds", "20", _number(1, 3600), "Seconds a request's body may take; a slower one is answered 408."),
    Setting("idle_seconds", "20", _number(1, 3600), "Seconds to wait for a request's head, also for the next one."),
    Setting("stop_seconds", "10", _number(1, 3600), "Seconds that a stop waits for the answers under way."),
    Setting("client_limit", "0", _number(0, 10**9), "Requests a minute for one client, more get 429; 0 is no limit."),
    Setting("trusted_hops", "0", _number(0, 16), "Proxies in front whose X-Forwarded-For is believed."),
    Setting("crawlers", "1", _number(0, 1), "1 lets search engines in; 0 asks them to stay out, of a server on trial."),
    Setting("access_log", "0", _number(0, 1), "1 writes a line of JSON for each request to standard error."),
    Setting("query_limit", "100000", _number(1, 10**9), "Bytes of a query's text; a longer one is answered 413."),
    Setting("query_seconds", "30", _number(1, 3600), "Seconds a query may run; a slower one is answered 504."),
    Setting("query_wait_seconds", "120", _number(1, 3600), "Seconds a query may wait for its turn; then 503."),
    Setting("query_memory_mb", "0", _megabytes, "Megabytes a query may need beside the store's own; 0 is a share."),
    Setting("query_result_mb", "256", _number(1, 1 << 16), "Megabytes of one result; a bigger one is answered 422."),
    Setting("query_workers", "0", _number(0, 256), "Processes for queries; 0 is one more than cores, at least 5."),
    Setting("query_slow_ms", "200", _number(10, 10**6), "Processor milliseconds after which a query gives way."),
    Setting("query_depth", "256", _number(8, 1000), "Brackets within brackets in a query; more are answered 400."),
    Setting("engine_url", "", _url, "A remote store's query URL, with {release} in it; none is the embedded engine."),
    Setting("engine_store_url", "", _url, "The same store's Graph Store Protocol URL, which `delmaal push` fills."),
    Setting("engine_default_graph", "", _iri, "The graph in a remote store for the default graph; none is its own."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run; one field for each row of SETTINGS."""

    out: Path
    keep_releases: int
    keep_caches: int
    no_build: int
    host: str
    port: int
    public_url: str
    workers: int
    cache_mb: int
    body_seconds: int
    idle_seconds: int
    stop_seconds: int
    client_limit: int
    trusted_hops: int
    crawlers: int
    access_log: int
    query_limit: int
    query_seconds: int
    query_wait_seconds: int
    query_memory_mb: int
    query_result_mb: int
    query_workers: int
    query_slow_ms: int
    query_depth: int
    engine_url: str
    engine_store_url: str
    engine_default_graph: str


def load(options: Mapping[str, str | None], environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from options, environment and defaults, in this order.

    Raises SettingError with the row's help for a value that cannot be read.
    """
    return Settings(**_values(SETTINGS, options, environment))


def _values(rows: Iterable[Setting], options: Mapping[str, str | None], environment: Mapping[str, str],
            ) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for row in rows:
        given = options.get(row.name)
        text = given if given is not None else environment.get(row.variable, row.default)
        try:
            values[row.name] = row.read(text)
        except ValueError as error:
            where = row.option if given is not None else row.variable
            shown = short(re.sub(r"//.*@", "//…@", text))  # a password stays out of sight
            raise SettingError("setting-invalid", f"{where} is {shown!r}: {error}. {row.help}") from error
    return values


def _any(text: str) -> str:
    return text


SURROUNDINGS: tuple[Setting, ...] = (
    Setting("shelf", "", _any, "The folder of the publication's releases; without it, the only one in DELMAAL_OUT."),
    Setting("keeper", "", _any, "The socket of the query keeper; without it only a remote store answers queries."),
    Setting("run_dir", "", _any, "A folder for what lasts as long as the server; without it, a temporary one."),
    Setting("server", "0", _process, "The process id that a web process ends with; 0 is none."),
)
"""What `delmaal serve` tells its processes; whoever runs the application under another server says it in its place."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a process of the server is; one field for each row of SURROUNDINGS."""

    shelf: str
    keeper: str
    run_dir: str
    server: int


def surroundings(environment: Mapping[str, str] = os.environ) -> Surroundings:
    """What the environment says of SURROUNDINGS.

    Raises SettingError as `load` does.
    """
    return Surroundings(**_values(SURROUNDINGS, {}, environment))


def environment_of(settings: Settings | Surroundings) -> dict[str, str]:
    """The settings as environment variables, for processes that the server starts."""
    return {f"DELMAAL_{field.name.upper()}": str(getattr(settings, field.name)) for field in fields(settings)}


_ELSEWHERE = {"examples": "tests/shapes"}
"""Folders that are called otherwise in the repository."""


def share(part: str) -> Path:
    """The folder `ontology`, `shapes`, `data`, `docs` or `examples` (of what shapes find): inside an installed package,
    else in the repository."""
    package = Path(__file__).resolve().parent
    installed = package / "share" / part
    return installed if installed.is_dir() else package.parent.parent / _ELSEWHERE.get(part, part)
