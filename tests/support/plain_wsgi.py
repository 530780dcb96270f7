"""The application under a plain WSGI server, with a keeper and without the front: Flask alone is the whole of it."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

import httpx
from werkzeug.serving import make_server

from delmaal.keeper import Keeper
from delmaal.reading.releases import Releases
from delmaal.release import Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load


class PlainWsgi:
    """Serves the releases of a shelf for as long as the block lasts, from a thread of this process."""

    def __init__(self, shelf: Path, run_dir: Path, **options: str) -> None:
        self._settings = load(options, {})
        self._keeper = Keeper(self._settings, run_dir)
        self._app = create_app(self._settings, Releases(Shelf(shelf)), str(self._keeper.socket))

    def __enter__(self) -> httpx.Client:
        self._keeper.start()
        self._server = make_server("127.0.0.1", 0, self._app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{self._server.server_port}", timeout=60)
        return self._client

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._keeper.stop()
