"""Typed reading of one mapping: every key is taken by name, whatever is left over is refused.

A reader asks for what it knows (`text`, `label`, `choice`, …); a wrong value becomes a SourceError at its Mark and an
empty value, so that reading goes on and one run shows every mistake.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from delmaal import codes
from delmaal.errors import Mark, SourceError
from delmaal.marks import Mapping, Node, Scalar, Sequence
from delmaal.records import Lines, Marks, Text

T = TypeVar("T")

_DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?\Z")
_LANGUAGES = {"nb": "Norwegian (bokmål)", "en": "English"}


class Fields:
    """Reads the fields of one record; `what` names the record in messages: `theme "bedre-helse"`."""

    def __init__(self, node: Node, what: str, errors: list[SourceError], mark: Mark | None = None) -> None:
        self.what = what
        self.errors = errors
        self._asked: list[str] = []
        self._marks: dict[str, Mark] = {}
        if isinstance(node, Mapping):
            self._node = node
        else:
            found = "a list" if isinstance(node, Sequence) else f'"{_short(node.text)}"'
            self.refuse("type-wrong", node.mark, f"{what} is {found}; write keys and values")
            self._node = Mapping(node.mark)
            self._asked = ["*"]
        self.mark = mark or self._node.mark

    def refuse(self, code: str, mark: Mark, sentence: str) -> None:
        """Note a mistake."""
        self.errors.append(SourceError(code, mark, sentence))

    def marks(self) -> Marks:
        """The Marks of the record and of every field that was read."""
        return Marks(self.mark, self._marks)

    def at(self, name: str) -> Mark:
        """The Mark of a field, or of the record."""
        return self._marks.get(name, self.mark)

    def has(self, name: str) -> bool:
        """Whether the record has the field."""
        return name in self._node.items

    def done(self) -> Marks:
        """Refuse every key that no reader asked for, naming the nearest one that is known."""
        if self._asked != ["*"]:
            for key, mark in self._node.keys.items():
                if key not in self._asked:
                    hint = nearest(key, self._asked)
                    self.refuse("key-unknown", mark, f'{self.what} has no key "{key}"; {hint}')
        return self.marks()

    def node(self, name: str, required: bool = False) -> Node | None:
        """The raw value of a field; notes its Mark."""
        if name not in self._asked:
            self._asked.append(name)
        node = self._node.items.get(name)
        if node is None:
            if required and self._asked != ["*"]:
                self.refuse("key-missing", self.mark, f'{self.what} lacks "{name}"; add it')
            return None
        self._marks[name] = node.mark
        return node

    def text(self, name: str, required: bool = True) -> str:
        """A text; empty where it is absent and need not be there."""
        node = self.node(name, required)
        return "" if node is None else self._scalar(node, name)

    def parsed(self, name: str, read: Callable[[str], object], code: str, required: bool = True) -> str:
        """A text that `read` accepts; the ValueError's words become the mistake's."""
        value = self.text(name, required)
        if value:
            try:
                read(value)
            except ValueError as error:
                self.refuse(code, self.at(name), f'{name} is "{_short(value)}": {error}')
                return ""
        return value

    def matching(self, name: str, pattern: re.Pattern[str], right: str, required: bool = True) -> str:
        """A text of a form; `right` says what would be."""
        def read(value: str) -> None:
            if not pattern.match(value):
                raise ValueError(right)

        return self.parsed(name, read, f"{name}-malformed", required)

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number between `low` and `high`."""
        def read(value: str) -> None:
            if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
                raise ValueError(f"write a whole number from {low} to {high}")

        value = self.parsed(name, read, "number-wrong")
        return int(value) if value else low

    def decimal(self, name: str) -> str:
        """A number in canonical form, empty where absent."""
        def read(value: str) -> None:
            if _DECIMAL.match(value):
                return
            if re.fullmatch(r"-?[\d\s]+(,\d+)?", value) and ("," in value or " " in value):
                raise ValueError(f'a comma or space has no place in a number; write "{_plain(value)}" if that is meant')
            raise ValueError("write a plain number with a point: 6.4, 205000 (no sign +, no zero before or after)")

        return self.parsed(name, read, "number-wrong", required=False)

    def choice(self, name: str, among: Collection[str], code: str, required: bool = True, default: str = "") -> str:
        """One of a closed set; the nearest one is named where the value is none of them."""
        value = self.text(name, required)
        if value and value not in among:
            self.refuse(code, self.at(name), f'{name} "{_short(value)}" is not known; {nearest(value, among)}')
            return ""
        return value or default

    def label(self, name: str, required: bool = True) -> Text | None:
        """A text in both languages."""
        node = self.node(name, required)
        if node is None:
            return None
        if not isinstance(node, Mapping):
            sentence = f"{self.what}: {name} needs both languages; write {name}: {{nb: …, en: …}}"
            self.refuse("type-wrong", node.mark, sentence)
            return None
        values = {}
        for language, words in _LANGUAGES.items():
            child = node.items.get(language)
            if child is None:
                sentence = f"{self.what} has no {words} {name}; add {name}.{language}"
                self.refuse("translation-missing", node.mark, sentence)
                values[language] = ""
            else:
                self._marks[f"{name}.{language}"] = child.mark
                values[language] = self._scalar(child, f"{name}.{language}")
        for key, mark in node.keys.items():
            if key not in _LANGUAGES:
                self.refuse("key-unknown", mark, f'{name} has no key "{key}"; {nearest(key, _LANGUAGES)}')
        return Text(values["nb"], values["en"]) if all(values.values()) else None

    def require_label(self, name: str) -> Text:
        """A text in both languages that must be there; empty after a mistake."""
        return self.label(name) or Text("", "")

    def sequence(self, name: str, required: bool = False) -> list[Node]:
        """The items of a list."""
        node = self.node(name, required)
        if node is None:
            return []
        if not isinstance(node, Sequence):
            self.refuse("type-wrong", node.mark, f"{self.what}: {name} must be a list; begin each item with a hyphen")
            return []
        return node.items

    def texts(self, name: str, accept: Callable[[str], object], code: str, required: bool = False) -> tuple[str, ...]:
        """A list of texts that `accept` takes."""
        values = []
        for index, item in enumerate(self.sequence(name, required)):
            self._marks[f"{name}.{index}"] = item.mark
            value = self._scalar(item, name)
            if not value:
                continue
            try:
                accept(value)
            except ValueError as error:
                self.refuse(code, item.mark, f'{name} holds "{_short(value)}": {error}')
                continue
            values.append(value)
        return tuple(values)

    def lines(self, name: str = "lines", required: bool = True) -> Lines:
        """Runs of source lines: one, or a list of them."""
        node = self.node(name, required)
        if node is None:
            return ()
        runs = []
        for item in node.items if isinstance(node, Sequence) else [node]:
            value = self._scalar(item, name)
            try:
                runs.append(codes.lines(value))
            except ValueError as error:
                if value:
                    self.refuse("lines-malformed", item.mark, f'{name} is "{_short(value)}": {error}')
        return tuple(runs)

    def records(self, name: str, read: Callable[[Node], T], required: bool = False) -> tuple[T, ...]:
        """A list of records."""
        return tuple(read(item) for item in self.sequence(name, required))

    def _scalar(self, node: Node, name: str) -> str:
        if not isinstance(node, Scalar):
            found = "a list" if isinstance(node, Sequence) else "keys and values"
            self.refuse("type-wrong", node.mark, f"{self.what}: {name} must be plain text, found {found}")
            return ""
        if not node.text.strip():
            self.refuse("value-empty", node.mark, f"{self.what}: {name} is empty; write a value or delete the key")
        return node.text.strip()


def pairs(node: Node, what: str, errors: list[SourceError]) -> Iterator[tuple[str, Mark, Node]]:
    """Slug, Mark and value of each record of a file that holds records by their slugs."""
    if not isinstance(node, Mapping):
        errors.append(SourceError("type-wrong", node.mark, f"this file must hold {what} by slug: `slug:` and its keys"))
        return
    for slug, value in node.items.items():
        yield slug, node.keys[slug], value


def nearest(value: str, among: Collection[str]) -> str:
    """What would be right: the nearest known value, or all of them where they are few."""
    close = difflib.get_close_matches(value, list(among), n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    if len(among) <= 12:
        return f"known are {', '.join(among)}" if among else "none is known"
    return f"{len(among)} are known; check the spelling"


def _short(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "…"


def _plain(value: str) -> str:
    return re.sub(r"\s", "", value).replace(",", ".")
