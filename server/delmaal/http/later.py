"""What is raised in place of an answer that is wanted at once and takes long.

A server that answers many requests in one loop asks for each answer at once (`Asked.at_once`), and learns what has to
be done elsewhere first: make the answer in a thread, or ask the engine and go on. Without it nothing is raised, and the
answer takes its time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from delmaal.http.reply import Reply


class Later(Exception):
    """The answer takes long: it is made in a thread, as the same request that is not wanted at once."""


class Asking(Exception):
    """The answer needs that of a query first: `question` is what the engine is asked, `settle` makes the answer of what
    it said."""

    def __init__(self, question: Any, settle: Callable[[Any], Reply]) -> None:
        super().__init__()
        self.question = question
        self.settle = settle
