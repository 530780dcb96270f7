"""Writes proposals as the editor would: the lines of YAML, and a patch that puts them in.

A file is changed line by line, so that comments, order and style stay as they are; what cannot be put in so is left to
the editor, who is shown the lines.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

from delmaal.links.proposals import Proposal

_WHOLE_FILES = ("theme", "document")
"""Records that are a file of their own; the others stand in one under their slugs."""

_BEFORE = {"subjects": "eu-themes", "see-also": "note"}
"""Before which key a new one is put, where the record has that."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/._~%+=&?@-]*\Z")


def yaml_lines(proposal: Proposal) -> list[str]:
    """The lines that add a proposal where its field is not there yet."""
    return [f"{proposal.field.name}:", f"  - {quoted(proposal.value)}"]


def patch(proposals: Iterable[Proposal], root: Path) -> tuple[str, list[Proposal]]:
    """A unified diff that adds proposals to their files, and those that it cannot add.

    The names in it are relative to `root`, so that it is applied there: `git apply` or `patch -p1`.
    """
    by_file: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        by_file.setdefault(proposal.record.marks.record.file, []).append(proposal)
    parts: list[str] = []
    left: list[Proposal] = []
    for file, found in sorted(by_file.items()):
        path = root / file
        before = path.read_text("utf-8").splitlines(keepends=True)
        after = list(before)
        for proposal in found:
            if not add(after, proposal):
                left.append(proposal)
        name = Path(file).as_posix().lstrip("/")
        for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"):
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts), left


def add(lines: list[str], proposal: Proposal) -> bool:
    """Add a proposal to the lines of its file; False where it cannot be done line by line."""
    found = _record(lines, proposal)
    if found is None:
        return False
    start, end, indent = found
    name, value = proposal.field.name, quoted(proposal.value)
    at = _key(lines, start, end, indent, name)
    if at is None:
        before = _key(lines, start, end, indent, _BEFORE.get(name, ""))
        place = before if before is not None else end
        if place and not lines[place - 1].endswith("\n"):
            lines[place - 1] += "\n"
        lines[place:place] = [f"{indent}{name}:\n", f"{indent}  - {value}\n"]
        return True
    flow = re.match(rf"({re.escape(indent)}{re.escape(name)}:\s*\[)([^\[\]\"'#]*)(\]\s*(?:#.*)?\n?)\Z", lines[at])
    if flow:
        inner = flow[2].strip()
        lines[at] = f"{flow[1]}{inner}{', ' if inner else ''}{value}{flow[3]}"
        return True
    if not re.match(rf"{re.escape(indent)}{re.escape(name)}:\s*(?:#.*)?\n?\Z", lines[at]):
        return False
    last, bullets = at, -1
    for number in range(at + 1, end):
        text = lines[number].lstrip()
        depth = len(lines[number]) - len(text)
        if not text.strip() or text.startswith("#"):
            continue
        if text.startswith("- ") and bullets in (-1, depth) and depth >= len(indent):
            last, bullets = number, depth
        elif 0 <= bullets < depth:
            last = number  # an item may be written on several lines
        else:
            break
    if bullets < 0:
        return False
    if not lines[last].endswith("\n"):
        lines[last] += "\n"
    lines.insert(last + 1, f"{' ' * bullets}- {value}\n")
    return True


def quoted(value: str) -> str:
    """A value as YAML reads it as text, within a list too."""
    return value if _PLAIN.match(value) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _record(lines: list[str], proposal: Proposal) -> tuple[int, int, str] | None:
    """First line, the line after the last one, and the indentation of a record's keys; None where it is written in
    another way than a block."""
    if proposal.record.kind in _WHOLE_FILES:
        return 0, _trimmed(lines, 0, len(lines)), ""
    head = _shifted(lines, proposal.record.marks.record.line - 1, proposal)
    if not re.match(rf"[\"']?{re.escape(proposal.record.slug)}[\"']?:\s*(?:#.*)?\n?\Z", lines[head]):
        return None
    end = head + 1
    while end < len(lines) and (lines[end][:1] in " \t" or not lines[end].strip() or lines[end].startswith("#")):
        end += 1
    first = next((line for line in lines[head + 1 : end] if line.strip() and not line.lstrip().startswith("#")), "")
    indent = first[: len(first) - len(first.lstrip())]
    return (head + 1, _trimmed(lines, head + 1, end), indent) if indent else None


def _shifted(lines: list[str], head: int, proposal: Proposal) -> int:
    """Where a record begins now that lines were added above it."""
    pattern = re.compile(rf"[\"']?{re.escape(proposal.record.slug)}[\"']?:")
    return next((number for number in range(head, len(lines)) if pattern.match(lines[number])), head)


def _trimmed(lines: list[str], start: int, end: int) -> int:
    """The end without the blank lines and comments before it, which belong to what follows."""
    while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _key(lines: list[str], start: int, end: int, indent: str, name: str) -> int | None:
    """The line of a key of a record; None where it has none."""
    pattern = re.compile(rf"{re.escape(indent)}[\"']?{re.escape(name)}[\"']?:(?:\s|\Z)")
    return next((number for number in range(start, end) if pattern.match(lines[number])), None) if name else None
