"""Typed reading of one mapping: every key is taken by name, whatever is left over is refused.

A reader asks for what it knows (`text`, `label`, `choice`, …); a wrong value becomes a SourceError at its Mark and an
empty value, so that reading goes on and one run shows every mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from delmaal import codes
from delmaal.errors import Mark, SourceError, short
from delmaal.marks import Mapping, Node, Refused, Scalar, Sequence
from delmaal.records import WHOLE, Lines, Marks, Text
from delmaal.sources.nearest import nearest

T = TypeVar("T")

_DECIMAL = re.compile(r"(?!-0\Z)-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{0,8}[1-9])?\Z")
_LANGUAGES = {"nb": "Norwegian (bokmål)", "en": "English"}
_NULLS = ("null", "Null", "NULL", "~")


class Fields:
    """Reads the fields of one record; `what` names the record in messages: `theme "bedre-helse"`."""

    def __init__(self, node: Node, what: str, errors: list[SourceError], mark: Mark | None = None) -> None:
        self.what = short(what, 100)
        self.errors = errors
        self.mark = mark or node.mark
        self._asked: list[str] = []
        self._marks: dict[str, Mark] = {}
        self._refused: set[str] = set()
        self._node = node if isinstance(node, Mapping) else Mapping(node.mark)
        if not isinstance(node, Mapping):
            if not isinstance(node, Refused):
                found = "a list" if isinstance(node, Sequence) else f'"{short(node.text)}"'
                self.refuse("type-wrong", WHOLE, f"{self.what} is {found}; write keys and values", node.mark)
            self._refused.add(WHOLE)

    def refuse(self, code: str, name: str, sentence: str, mark: Mark | None = None) -> None:
        """Note a mistake in a field, whose value is unknown from then on."""
        self._refused.add(name)
        self.errors.append(SourceError(code, mark or self.at(name), sentence))

    def doubt(self, name: str, unknown: bool) -> None:
        """Count a field as unknown where something in it is."""
        if unknown:
            self._refused.add(name)

    def marks(self) -> Marks:
        """The Marks of the record and of every field that was read."""
        return Marks(self.mark, self._marks, self._refused)

    def at(self, name: str) -> Mark:
        """The Mark of a field, or of the record."""
        return self._marks.get(name, self.mark)

    def has(self, name: str) -> bool:
        """Whether the record has the field."""
        return name in self._node.items

    def done(self) -> Marks:
        """Refuse every key that no reader asked for, naming the nearest one that is known."""
        for key, mark in self._node.keys.items():
            if key not in self._asked:
                hint = nearest(key, self._asked)
                self.errors.append(SourceError("key-unknown", mark, f'{self.what} has no key "{short(key)}"; {hint}'))
        return self.marks()

    def node(self, name: str, required: bool = False) -> Node | None:
        """The raw value of a field, None where it is absent or was refused; notes its Mark."""
        if name not in self._asked:
            self._asked.append(name)
        node = self._node.items.get(name)
        if node is None:
            if required and WHOLE not in self._refused:
                self.refuse("key-missing", name, f'{self.what} lacks "{name}"; add it')
            return None
        self._marks[name] = node.mark
        if isinstance(node, Refused):
            self._refused.add(name)
            return None
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
                self.refuse(code, name, f'{name} is "{short(value)}": {error}')
                return ""
        return value

    def matching(self, name: str, pattern: re.Pattern[str], right: str, required: bool = True) -> str:
        """A text of a form; `right` says what would be."""
        def read(value: str) -> None:
            if not pattern.match(value):
                raise ValueError(right)

        return self.parsed(name, read, f"{name}-malformed", required)

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number between `low` and `high`, which is at least 1; 0 where it is unknown."""
        def read(value: str) -> None:
            if not re.fullmatch("[1-9][0-9]{0,8}", value) or not low <= int(value) <= high:
                raise ValueError(f"write a whole number from {low} to {high}")

        return int(self.parsed(name, read, "number-wrong") or 0)

    def decimal(self, name: str, also: Collection[str] = ()) -> str:
        """A number in canonical form, empty where absent; `also` are the words for a value that is missing."""
        def read(value: str) -> None:
            if _DECIMAL.match(value):
                return
            plain = _plain(value)
            if not _DECIMAL.match(plain):
                words = f"; for a value that is missing, one of {', '.join(also)} (as not-observed)" if also else ""
                raise ValueError(f"write a plain number with a point: 6.4, 205000, -3{words}")
            if "," in value:
                raise ValueError(f'a comma has no place in a number; write "{plain}" if it is the decimal sign')
            raise ValueError(f'write "{plain}"')

        return self.parsed(name, read, "number-wrong", required=False)

    def choice(self, name: str, among: Collection[str], code: str, required: bool = True, default: str = "") -> str:
        """One of a closed set; the nearest one is named where the value is none of them."""
        value = self.text(name, required)
        if value and value not in among:
            self.refuse(code, name, f'{name} "{short(value)}" is not known; {nearest(value, among)}')
            return ""
        return value or default

    def label(self, name: str, required: bool = True) -> Text | None:
        """A text in both languages; None where one of them is missing."""
        node = self.node(name, required)
        return None if node is None else self._label(node, name, name)

    def _label(self, node: Node, name: str, key: str) -> Text | None:
        """The text of a node of field `name`, whose Marks are kept under `key`."""
        if not isinstance(node, Mapping):
            sentence = f"{self.what}: {name} needs both languages; write {name}: {{nb: …, en: …}}"
            self.refuse("type-wrong", name, sentence, node.mark)
            return None
        values = {}
        for language, words in _LANGUAGES.items():
            child = node.items.get(language)
            if child is None:
                sentence = f"{self.what} has no {words} {name}; add {name}.{language}"
                self.refuse("translation-missing", name, sentence, node.mark)
                values[language] = ""
            else:
                self._marks[f"{key}.{language}"] = child.mark
                values[language] = self._scalar(child, name, f"{name}.{language}")
        for found, mark in node.keys.items():
            if found not in _LANGUAGES:
                sentence = f'{name} has no key "{short(found)}"; {nearest(found, _LANGUAGES)}'
                self.errors.append(SourceError("key-unknown", mark, sentence))
        return Text(values["nb"], values["en"]) if all(values.values()) else None

    def require_label(self, name: str) -> Text:
        """A text in both languages that must be there; empty after a mistake."""
        return self.label(name) or Text("", "")

    def labels(self, name: str) -> tuple[Text, ...]:
        """A list of texts in both languages."""
        texts: list[Text] = []
        for item in self.sequence(name):
            value = self._label(item, name, f"{name}.{len(texts)}")
            if value:
                texts.append(value)
        return tuple(texts)

    def sequence(self, name: str, required: bool = False) -> list[Node]:
        """The items of a list, without those that were refused already."""
        node = self.node(name, required)
        if node is None:
            return []
        if not isinstance(node, Sequence):
            self.refuse("type-wrong", name, f"{self.what}: {name} must be a list; begin each item with a hyphen")
            return []
        return self._whole(node, name)

    def texts(self, name: str, accept: Callable[[str], object], code: str, required: bool = False) -> tuple[str, ...]:
        """A list of texts that `accept` takes."""
        values: list[str] = []
        for item in self.sequence(name, required):
            value = self._scalar(item, name)
            if not value:
                continue
            try:
                accept(value)
            except ValueError as error:
                self.refuse(code, name, f'{name} holds "{short(value)}": {error}', item.mark)
                continue
            self._marks[f"{name}.{len(values)}"] = item.mark
            values.append(value)
        return tuple(values)

    def lines(self, name: str = "lines", required: bool = True) -> Lines:
        """Runs of source lines: one, or a list of them."""
        node = self.node(name, required)
        if node is None:
            return ()
        items = self._whole(node, name) if isinstance(node, Sequence) else [node]
        if not items:
            self.refuse("value-empty", name, f"{self.what}: {name} is empty; write a line (205) or a run (78-81)")
        runs = []
        for item in items:
            value = self._scalar(item, name)
            try:
                if value:
                    runs.append(codes.lines(value))
            except ValueError as error:
                self.refuse("lines-malformed", name, f'{name} is "{short(value)}": {error}', item.mark)
        return tuple(runs)

    def line(self, name: str) -> int:
        """One source line; 0 where it is unknown."""
        def read(value: str) -> None:
            first, last = codes.lines(value)
            if first != last:
                raise ValueError(f"write one line, as in {first}")

        return int(self.parsed(name, read, "lines-malformed").partition("-")[0] or 0)

    def records(self, name: str, read: Callable[[Node], T], required: bool = False) -> tuple[T, ...]:
        """A list of records."""
        return tuple(read(item) for item in self.sequence(name, required))

    def _whole(self, node: Sequence, name: str) -> list[Node]:
        items: list[Node] = [item for item in node.items if not isinstance(item, Refused)]
        self.doubt(name, len(items) < len(node.items))
        return items

    def _scalar(self, node: Node, name: str, shown: str = "") -> str:
        """The text of a node of field `name`, which messages call `shown`; empty where it is unknown."""
        shown = shown or name
        if isinstance(node, Refused):
            self._refused.add(name)
            return ""
        if not isinstance(node, Scalar):
            found = "a list" if isinstance(node, Sequence) else "keys and values"
            self.refuse("type-wrong", name, f"{self.what}: {shown} must be plain text, found {found}", node.mark)
            return ""
        if not node.text.strip():
            sentence = f"{self.what}: {shown} is empty; write a value or delete the key"
            self.refuse("value-empty", name, sentence, node.mark)
        elif node.plain and node.text in _NULLS:
            sentence = f"{self.what}: {shown} is {node.text}; delete the key, or quote the value if the word is meant"
            self.refuse("value-empty", name, sentence, node.mark)
            return ""
        return node.text.strip()


def pairs(node: Node, what: str, errors: list[SourceError]) -> Iterator[tuple[str, Mark, Node]]:
    """Slug, Mark and value of each record of a file that holds records by their slugs."""
    if not isinstance(node, Mapping):
        errors.append(SourceError("type-wrong", node.mark, f"this file must hold {what} by slug: `slug:` and its keys"))
        return
    for slug, value in node.items.items():
        yield slug, node.keys[slug], value


def _plain(value: str) -> str:
    """A number as it should be written, as far as that can be guessed (`+1 234,50` is 1234.5), else nothing."""
    digits = re.sub(r"\s", "", value).replace("−", "-").replace(",", ".")
    match = re.fullmatch(r"([+-]?)0*([0-9]*)(?:\.([0-9]*?)0*)?", digits)
    if not match or not re.search("[0-9]", digits):
        return ""
    number = (match[2] or "0") + (f".{match[3]}" if match[3] else "")
    return f"-{number}" if match[1] == "-" and number != "0" else number
