"""The fields of a request, the parameters of its address, the fields of an answer: plain collections, read and written
without raising for what a client wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

import werkzeug.urls  # noqa: F401  # registers the error handler that keeps what is no UTF-8 percent-encoded

Pairs = list[tuple[str, str]]


class Fields:
    """The header fields of a request by name, whose case counts for nothing; a field that is given more than once is
    one list (RFC 9110, 5.3)."""

    __slots__ = ("by_name",)

    def __init__(self, by_name: dict[str, str]) -> None:
        """`by_name` has names in small letters."""
        self.by_name = by_name

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Fields:
        """The fields of a list of them."""
        found: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            found[key] = f"{found[key]},{value}" if key in found else value
        return cls(found)

    def get(self, name: str, default: str = "") -> str:
        """The value of a field."""
        return self.by_name.get(name.lower(), default)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.by_name

    def __getitem__(self, name: str) -> str:
        return self.by_name[name.lower()]


class Parameters(dict[str, str]):
    """The parameters of an address or a form, by name: the first of each; `pairs` has them all, in their order."""

    def __init__(self, encoded: str) -> None:
        """Of `a=1&b=2`; bytes that are no UTF-8 stay percent-encoded."""
        self.pairs: Pairs = []
        if encoded:
            self.pairs = parse_qsl(encoded, keep_blank_values=True, errors="werkzeug.url_quote")
        super().__init__()
        for name, value in self.pairs:
            self.setdefault(name, value)


class Headers:
    """The header fields of an answer, in their order; a name may stand more than once, and its case counts for nothing.
    """

    __slots__ = ("pairs",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Of these; a list becomes its own."""
        self.pairs: Pairs = pairs if isinstance(pairs, list) else list(pairs)

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        for each, value in self.pairs:
            if each == name:  # as it is nearly always
                return value
        key = name.lower()
        return next((value for each, value in self.pairs if each.lower() == key), default)

    def getlist(self, name: str) -> list[str]:
        """Every value of a field."""
        key = name.lower()
        return [value for each, value in self.pairs if each.lower() == key]

    def __contains__(self, name: str) -> bool:
        names = [each for each, _ in self.pairs]
        return name in names or name.lower() in [each.lower() for each in names]

    def __getitem__(self, name: str) -> str:
        return self.getlist(name)[0]

    def __setitem__(self, name: str, value: str) -> None:
        """Give a field this value alone."""
        self.setlist(name, [value])

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def add(self, name: str, value: str) -> None:
        """Say a field, once more where it stands already."""
        self.pairs.append((name, value))

    def extend(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Say fields, once more where they stand already."""
        self.pairs += pairs

    def update(self, values: dict[str, str]) -> None:
        """Give fields these values alone."""
        for name, value in values.items():
            self[name] = value

    def setlist(self, name: str, values: Iterable[str]) -> None:
        """Give a field these values alone."""
        key = name.lower()
        self.pairs = [pair for pair in self.pairs if pair[0].lower() != key]
        self.pairs += [(name, value) for value in values]

    def remove(self, name: str) -> None:
        """Say a field no more."""
        self.setlist(name, ())
