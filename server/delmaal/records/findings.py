"""What a shape found in the graph, at its place in the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from delmaal.errors import Mark
from delmaal.records.texts import Text

Severity = Literal["Violation", "Warning", "Info"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What a shape found in the graph, at its place in the source.

    `code` is the shape's name; `message` says what is wrong, `fix` what to write instead.
    """

    mark: Mark
    code: str
    severity: Severity
    focus: str
    path: str
    value: str
    message: Text
    fix: Text
