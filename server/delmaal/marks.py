"""YAML that remembers where everything stands.

A file becomes a tree of Scalar, Sequence and Mapping, each with its Mark. Every scalar stays the string that was
written: YAML 1.1's typed scalars would turn `8.10` into 8.1, `no` into false and `2019-12` into a date. The tree is
built from libyaml's events, not from composed nodes, so that aliases are refused where they stand (a bomb never
expands) and depth is bounded without recursion. What was refused stands in the tree as Refused: readers pass it over,
since it is reported already. Values and keys are put in Unicode's composed form (NFC), since what two keyboards write
alike has to be alike: `å` as one sign and as a letter with a ring make one key and one label.
"""

from __future__ import annotations

import codecs
import re
import stat
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from delmaal.errors import Mark, SourceError, short

MAX_BYTES = 2 * 1024 * 1024
MAX_VALUES = 100_000
MAX_MISTAKES = 100
MAX_DEPTH = 24
_TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels; flatten it"

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_END = re.compile(r"\r\n|\r|\n")
_INVISIBLE = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML does not accept; the line ends of its own that no editor shows (U+0085, U+2028, U+2029), on which a value
would break; and the mark of byte order, which belongs at the beginning alone."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value as it was written; `plain` where it was written without quotes."""

    text: str
    mark: Mark
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of values."""

    mark: Mark
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Values by key; `keys` holds the Mark of each key."""

    mark: Mark
    items: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that cannot be taken; its mistake is noted."""

    mark: Mark


Node = Scalar | Sequence | Mapping | Refused


def read_yaml(path: Path, name: str, errors: list[SourceError]) -> Node | None:
    """Read one YAML file into a tree with Marks.

    `name` is the file's name in messages. Mistakes are appended to `errors`; after a mistake that leaves no tree
    (a syntax error, a file that is not UTF-8, an empty file) the result is None.
    """
    try:
        file = _File(name, _read_text(path, name))
    except SourceError as error:
        errors.append(error)
        return None
    try:
        root = _Tree(file, errors).read()
    except SourceError as error:
        errors.append(error)
    except yaml.MarkedYAMLError as error:
        errors.append(_syntax(error, file))
    else:
        if root is None:
            errors.append(_empty(name))
        return None if isinstance(root, Refused) else root
    return None


def _read_text(path: Path, name: str) -> str:
    """The text of a file without its mark of byte order.

    Raises SourceError where it cannot be read as YAML at all.
    """
    try:
        data = read_bytes(path, name)
        text = data.decode("utf-8")
    except OSError as error:
        raise SourceError("file-unreadable", Mark(name), f"the file cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        sentence = f"byte 0x{data[error.start]:02X} is not UTF-8; save the file as UTF-8"
        raise SourceError("file-not-utf8", _File(name, before + "?").mark(len(before)), sentence) from error
    if not text.strip():
        raise _empty(name)
    found = [match.start() for match in _INVISIBLE.finditer(text)]
    if found:
        more = f" (and {len(found) - 1} more further down)" if len(found) > 1 else ""
        sentence = f"the invisible character U+{ord(text[found[0]]):04X} stands here{more}; delete it"
        raise SourceError("yaml-character", _File(name, text).mark(found[0]), sentence)
    return text


def read_bytes(path: Path, name: str) -> bytes:
    """The bytes of a regular file within the limit, without their mark of byte order.

    Raises SourceError for another, OSError where it cannot be read.
    """
    status = path.stat()
    if status.st_size > MAX_BYTES:
        sentence = f"the file has {status.st_size:,} bytes; {MAX_BYTES:,} is the limit: split it"
        raise SourceError("file-too-large", Mark(name), sentence)
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):  # a pipe would never end
        raise SourceError("file-unreadable", Mark(name), "this is no regular file; write a file in its place")
    return path.read_bytes().removeprefix(codecs.BOM_UTF8)


def _empty(name: str) -> SourceError:
    return SourceError("file-empty", Mark(name), "the file is empty; write the record or delete the file")


def _syntax(error: yaml.MarkedYAMLError, file: _File) -> SourceError:
    at, begun = error.problem_mark or error.context_mark, error.context_mark or error.problem_mark
    mark, start = file.mark(at.index if at else 0), file.mark(begun.index if begun else 0)
    indent = re.match(r"[ \t]*", file.line(mark.line))
    if indent and "\t" in indent[0]:
        mark = Mark(mark.file, mark.line, indent[0].index("\t") + 1)
        return SourceError("yaml-tab", mark, "a tab indents this line; YAML takes spaces only: use two per level")
    problem = (error.problem or error.context or "this is not YAML").strip()
    if "nesting depth" in problem:
        return SourceError("yaml-depth", Mark(mark.file, start.line), _TOO_DEEP)
    if problem == "found unexpected end of stream":
        return SourceError("yaml-syntax", start, "the quotation mark that opens here is never closed; close it")
    where = f" ({error.context} that begins on line {start.line})" if error.context and start.line < mark.line else ""
    right = "check the indentation, and quote the value if it holds ': ' or ' #' or begins with a sign"
    return SourceError("yaml-syntax", mark, f"{problem}{where}; {right}")


class _File:
    """A file's text, and the Mark of any index in it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._end = len(text.rstrip())

    def mark(self, index: int) -> Mark:
        """The Mark of an index; what stands beyond the text's end is said at its end."""
        index = min(index, self._end)
        line = bisect_right(self._starts, index)
        return Mark(self.name, line, index - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """A line by its number, with its end."""
        return self.text[self._starts[number - 1] : [*self._starts, len(self.text)][number]]


class _Tree:
    """Turns libyaml's events into a tree; keeps its own stack, so depth costs no recursion."""

    def __init__(self, file: _File, errors: list[SourceError]) -> None:
        self.file = file
        self.errors = errors
        self.mistakes = 0

    def read(self) -> Node | None:
        root: Node | None = None
        stack: list[tuple[Sequence | Mapping, list[Scalar | Refused]]] = []
        documents = values = 0
        for event in yaml.parse(self.file.text, Loader=_LOADER):
            if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                stack.pop()
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._refuse("yaml-documents", self._mark(event), "a second document starts; keep one per file")
                    return root
            node = self._node(event)
            if node is None:
                continue
            values += 1
            if values > MAX_VALUES:
                raise SourceError("file-too-large", node.mark, f"more than {MAX_VALUES:,} values; split the file")
            if stack:
                self._place(stack[-1], node)
            else:
                root = node
            if isinstance(node, Sequence | Mapping):
                if len(stack) == MAX_DEPTH:
                    raise SourceError("yaml-depth", node.mark, _TOO_DEEP)
                stack.append((node, []))
        return root

    def _mark(self, event: yaml.Event) -> Mark:
        at = event.start_mark
        return self.file.mark(at.index if at else 0)

    def _node(self, event: yaml.Event) -> Node | None:
        """The node that begins with an event, None for an event that begins none."""
        mark = self._mark(event)
        tag: str = getattr(event, "tag", None) or "!"
        if tag != "!":
            self._refuse("yaml-tag", mark, f"tag {short(tag)} is refused; write the plain value")
        if isinstance(event, yaml.AliasEvent):
            name = short(event.anchor or "")
            return self._refuse("yaml-alias", mark, f"alias *{name} is refused; write the value out")
        if isinstance(event, yaml.ScalarEvent):
            escaped = _INVISIBLE.search(event.value)
            if escaped:
                sentence = f"this value holds the invisible character U+{ord(escaped[0]):04X}; delete it"
                return self._refuse("yaml-character", mark, sentence)
            return Scalar(unicodedata.normalize("NFC", event.value), mark, plain=event.implicit[0])
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(mark)
        return Mapping(mark) if isinstance(event, yaml.MappingStartEvent) else None

    def _place(self, parent: tuple[Sequence | Mapping, list[Scalar | Refused]], node: Node) -> None:
        container, waiting = parent
        if isinstance(container, Sequence):
            container.items.append(node)
        elif not waiting:
            if isinstance(node, Sequence | Mapping):
                node = self._refuse("yaml-key", node.mark, "a key must be plain text")
            waiting.append(node)
        else:
            key = waiting.pop()
            if isinstance(key, Refused):
                return
            if key.text in container.items:
                first = container.keys[key.text].line
                sentence = f'key "{short(key.text)}" stands on line {first} too; keep one'
                self._refuse("key-duplicate", key.mark, sentence)
                return
            container.items[key.text] = node
            container.keys[key.text] = key.mark

    def _refuse(self, code: str, mark: Mark, sentence: str) -> Refused:
        self.mistakes += 1
        if self.mistakes > MAX_MISTAKES:
            raise SourceError("file-hopeless", mark, f"more than {MAX_MISTAKES} mistakes; what follows was not read")
        self.errors.append(SourceError(code, mark, sentence))
        return Refused(mark)
