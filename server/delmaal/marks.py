"""YAML that remembers where everything stands.

A file becomes a tree of Scalar, Sequence and Mapping, each with its Mark. Every scalar stays the string that was
written: YAML 1.1's typed scalars would turn `8.10` into 8.1, `no` into false and `2019-12` into a date. The tree is
built from libyaml's events, not from composed nodes, so that aliases are refused where they stand (a bomb never
expands) and depth is bounded without recursion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from delmaal.errors import Mark, SourceError

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 24

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value as it was written."""

    text: str
    mark: Mark


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


Node = Scalar | Sequence | Mapping


def read_yaml(path: Path, name: str, errors: list[SourceError]) -> Node | None:
    """Read one YAML file into a tree with Marks.

    `name` is the file's name in messages. Mistakes are appended to `errors`; after a mistake that leaves no tree
    (a syntax error, a file that is not UTF-8, an empty file) the result is None.
    """
    text = _read_text(path, name, errors)
    if text is None:
        return None
    try:
        return _Tree(name, text, errors).read()
    except yaml.MarkedYAMLError as error:
        errors.append(_syntax(error, name, text))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        errors.append(SourceError("yaml-character", Mark(name, line), "a control character stands here; delete it"))
    return None


def _read_text(path: Path, name: str, errors: list[SourceError]) -> str | None:
    start = Mark(name)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            sentence = f"the file has {size:,} bytes; {MAX_BYTES:,} is the limit: split it"
            errors.append(SourceError("file-too-large", start, sentence))
            return None
        data = path.read_bytes()
    except OSError as error:
        errors.append(SourceError("file-unreadable", start, f"the file cannot be read ({error.strerror})"))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line_start = before.rfind(b"\n") + 1
        mark = Mark(name, before.count(b"\n") + 1, len(before[line_start:].decode("utf-8", "replace")) + 1)
        sentence = f"byte 0x{data[error.start]:02X} is not UTF-8; save the file as UTF-8"
        errors.append(SourceError("file-not-utf8", mark, sentence))
        return None
    if not text.strip():
        errors.append(SourceError("file-empty", start, "the file is empty; write the record or delete the file"))
        return None
    return text


def _syntax(error: yaml.MarkedYAMLError, name: str, text: str) -> SourceError:
    at = error.problem_mark or error.context_mark
    mark = Mark(name, at.line + 1, at.column + 1) if at else Mark(name)
    lines = text.splitlines()
    line = lines[mark.line - 1] if mark.line <= len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        mark = Mark(name, mark.line, indent.index("\t") + 1)
        return SourceError("yaml-tab", mark, "a tab indents this line; YAML takes spaces only: use two per level")
    problem = (error.problem or error.context or "this is not YAML").strip()
    return SourceError("yaml-syntax", mark, f"{problem}; quote the value if it holds ': ', ' #' or starts with a sign")


class _Tree:
    """Turns libyaml's events into a tree; keeps its own stack, so depth costs no recursion."""

    def __init__(self, name: str, text: str, errors: list[SourceError]) -> None:
        self.name = name
        self.text = text
        self.errors = errors

    def read(self) -> Node | None:
        root: Node | None = None
        stack: list[tuple[Sequence | Mapping, list[Scalar]]] = []
        documents = 0
        for event in yaml.parse(self.text, Loader=_LOADER):
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
            if not stack and root is None:
                root = node
            elif stack:
                self._place(stack[-1], node)
            if not isinstance(node, Scalar):
                if len(stack) == MAX_DEPTH:
                    self._refuse("yaml-depth", node.mark, f"nested deeper than {MAX_DEPTH} levels; flatten it")
                    return root
                stack.append((node, []))
        return root

    def _mark(self, event: yaml.Event) -> Mark:
        at = event.start_mark
        return Mark(self.name, at.line + 1, at.column + 1) if at else Mark(self.name)

    def _node(self, event: yaml.Event) -> Node | None:
        """The node that begins with an event, None for an event that begins none."""
        mark = self._mark(event)
        tag: str | None = getattr(event, "tag", None)
        if tag not in (None, "!"):
            self._refuse("yaml-tag", mark, f"tag {tag} is refused; write the plain value")
        if isinstance(event, yaml.AliasEvent):
            self._refuse("yaml-alias", mark, f"alias *{event.anchor} is refused; write the value out")
            return Scalar("", mark)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(mark)
        return Mapping(mark) if isinstance(event, yaml.MappingStartEvent) else None

    def _place(self, parent: tuple[Sequence | Mapping, list[Scalar]], node: Node) -> None:
        container, waiting = parent
        if isinstance(container, Sequence):
            container.items.append(node)
        elif not waiting:
            if not isinstance(node, Scalar):
                self._refuse("yaml-key", node.mark, "a key must be plain text")
                node = Scalar("", node.mark)
            waiting.append(node)
        else:
            key = waiting.pop()
            if key.text in container.items:
                first = container.keys[key.text].line
                self._refuse("key-duplicate", key.mark, f'key "{key.text}" stands on line {first} too; keep one')
                return
            container.items[key.text] = node
            container.keys[key.text] = key.mark

    def _refuse(self, code: str, mark: Mark, sentence: str) -> None:
        self.errors.append(SourceError(code, mark, sentence))
