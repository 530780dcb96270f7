"""The engine as the requests see it: who evaluates queries, whatever evaluates them.

`serving/engines.py` has the implementations, and chooses one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from delmaal.keeper import Answer, Request


class Engine(Protocol):
    """Evaluates queries on the releases of a publication."""

    @property
    def elsewhere(self) -> bool:
        """Whether it is on another machine, so that whoever asks it has to wait."""

    @property
    def trial(self) -> Callable[[Path], None] | None:
        """What tries a release's store before the release is served, by its folder; none where nobody can.

        It raises ReleaseError where the store does not answer.
        """

    def ask(self, question: Request, client: str, gone: Callable[[], bool] | None) -> Answer:
        """The whole answer to a client's query; `client` names the client to the queue, `gone` says whether it left.

        Raises QueryError or EngineError in place of a result, ReleaseError where the release cannot be asked.
        """

    def check(self, folder: Path) -> None:
        """See whether queries on the release in `folder` are answered.

        Raises DelmaalError where they are not.
        """

    def keeps(self, folder: Path) -> bool:
        """Whether the store of the release in `folder` is there, as far as this machine can tell."""

    def lacks(self) -> str:
        """What this machine has too little of for it, in a sentence; empty where it has enough."""
