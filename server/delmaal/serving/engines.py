"""The engines: the keeper's children, which open a release's own store, or a store elsewhere; `engine_of` chooses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from delmaal.errors import EngineUnfilled, KeeperUnreachable, ReleaseError
from delmaal.http.engine import Engine
from delmaal.keeper import BOARD, Answer, Request, ask, kept
from delmaal.keeper.memory import too_much
from delmaal.keeper.tokens import check
from delmaal.serving.trial import trying
from delmaal.settings import Settings

if TYPE_CHECKING:
    from delmaal.engine.remote import Remote

_STORE_SECONDS = 5.0
"""For a remote store's word that it holds the release: whoever watches has no patience, and asks again."""


def engine_of(settings: Settings, keeper: str = "") -> Engine:
    """The engine that the settings name; `keeper` is the path of the query keeper's socket, empty where there is none.
    """
    return Elsewhere(settings) if settings.engine_url else Embedded(settings, keeper)


class Embedded:
    """The keeper's children."""

    elsewhere = False

    def __init__(self, settings: Settings, keeper: str) -> None:
        self._settings = settings
        self._keeper = keeper

    @property
    def trial(self) -> Callable[[Path], None] | None:
        """What tries a store, in a child; none where there is no keeper."""
        return trying(Path(self._keeper)) if self._keeper else None

    def ask(self, question: Request, client: str, gone: Callable[[], bool] | None) -> Answer:
        """The answer of a child."""
        return ask(Path(self._keeper), question, gone, client, self._settings.query_wait_seconds)

    def check(self, folder: Path) -> None:
        """The release's store is there, and somebody evaluates queries; without a keeper nobody was to."""
        if not self._keeper:
            return
        if not kept(Path(self._keeper).with_name(BOARD)):
            raise KeeperUnreachable("the query keeper ended; it is started again at once")
        if not (folder / "store" / "CURRENT").is_file():
            raise ReleaseError("store-unreadable", f"the store of release {folder.name[:12]} is not there")

    def keeps(self, folder: Path) -> bool:
        """Whether the store lies in the release's folder."""
        return (folder / "store").is_dir()

    def lacks(self) -> str:
        """Of memory, for queries."""
        return too_much(self._settings)


class Elsewhere:
    """A store that the settings name by its URL."""

    elsewhere = True
    trial = None

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def ask(self, question: Request, client: str, gone: Callable[[], bool] | None) -> Answer:  # noqa: ARG002  # its queues are its own
        """The answer of the store."""
        check(question.query, self._settings.query_depth)  # a remote store would fetch what SERVICE names
        remote = self._remote(Path(question.release))
        return Answer(*remote.ask(question.query, question.default_graphs, question.named_graphs, question.results,
                                  question.graph, gone, question.base))

    def check(self, folder: Path) -> None:
        """The store says that it holds the release."""
        if not self._remote(folder).holds_release(_STORE_SECONDS):
            raise EngineUnfilled("the store does not hold this release: delmaal push")

    def keeps(self, folder: Path) -> bool:  # noqa: ARG002  # as above
        """Nobody here knows what it keeps; it says so itself when it is asked."""
        return True

    def lacks(self) -> str:
        """Nothing: it does not evaluate here."""
        return ""

    def _remote(self, folder: Path) -> Remote:
        from delmaal.engine.remote import remote_of  # noqa: PLC0415  # loads an HTTP client, 9 MB that few need

        return remote_of(folder, self._settings)
