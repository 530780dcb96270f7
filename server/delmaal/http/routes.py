"""Which function answers an address: groups of routes, and the table that they make together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from delmaal.http.reply import Reply
from delmaal.http.urls import Suffix, suffix_of

View = Callable[..., Reply]
_View = TypeVar("_View", bound=View)


class Route(NamedTuple):
    """An address, the function that answers it, the group that it is of with its name, and the name of the route: that
    of the group, a dot, that of the function. What is a `page` is had at addresses that end in a language too."""

    rule: str
    methods: tuple[str, ...]
    view: View
    of: Routes
    group: str
    endpoint: str
    page: bool = False


class Routes:
    """A group of routes, filled by decorators beside the functions that answer them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[Route] = []
        self.after: Callable[[Reply], None] | None = None

    def get(self, rule: str) -> Callable[[_View], _View]:
        """A route for GET and HEAD."""
        return self.route(rule, methods=("GET",))

    def page(self, rule: str) -> Callable[[_View], _View]:
        """A route for GET and HEAD, of a page that may be had at `<address>.<language>.html`."""
        return self.route(rule, methods=("GET",), page=True)

    def after_each(self, change: Callable[[Reply], None]) -> Callable[[Reply], None]:
        """What is done to every answer of the group, to failures too."""
        self.after = change
        return change

    def route(self, rule: str, methods: Sequence[str], page: bool = False) -> Callable[[_View], _View]:
        """A route for these methods; HEAD goes with GET, and OPTIONS with all."""
        def add(view: _View) -> _View:
            self.rows.append(Route(rule, tuple(methods), view, self, self.name, f"{self.name}.{view.__name__}", page))
            return view

        return add


class Router:
    """Finds the route of a path."""

    def __init__(self, groups: Iterable[Routes]) -> None:
        self.rows = [row for group in groups for row in group.rows]
        table = Map([Rule(row.rule, endpoint=row, methods=[*row.methods, "OPTIONS"]) for row in self.rows],
                    strict_slashes=False, merge_slashes=False)
        self._bound = table.bind("localhost")
        self.rules = frozenset(row.rule for row in self.rows)
        self._whole = {row.rule: row for row in self.rows if "<" not in row.rule and row.methods == ("GET",)}
        self._below = {begin: row for row in self.rows if row.methods == ("GET",)
                       and row.rule == f"{(begin := row.rule.partition('<')[0])}<path:path>"
                       and not any(other.rule.startswith(begin) for other in self.rows if other is not row)}

    def match(self, path: str, method: str = "GET") -> tuple[Route, dict[str, Any]]:
        """The route of a path with its parts. Raises NotFound and MethodNotAllowed (werkzeug)."""
        if method == "GET" and path[-1:] != "/":
            found = self._whole.get(path)
            if found is not None:
                return found, {}
            cut = path.find("/", 1) + 1
            found = self._below.get(path[:cut])
            if found is not None and path[cut : cut + 1] != "/":
                return found, {"path": path[cut:]}
        return self.match_slowly(path, method)

    def match_slowly(self, path: str, method: str = "GET") -> tuple[Route, dict[str, Any]]:
        """The same by the whole table, without the two kinds of rules that most requests are for."""
        route, values = self._bound.match(path, method)
        return route, dict(values)

    def page(self, path: str, languages: tuple[str, ...]) -> tuple[Suffix, Route, dict[str, Any]] | None:
        """The page that a path names with a language at its end; None where it names none."""
        suffix = suffix_of(path, languages)
        if suffix is None:
            return None
        try:
            route, values = self.match(suffix.bare)
        except HTTPException:
            return None
        return (suffix, route, values) if route.page else None

    def methods(self, path: str) -> list[str]:
        """The methods that a path has."""
        return sorted(self._bound.allowed_methods(path))
