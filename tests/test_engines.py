"""Who evaluates queries is chosen in one place, and whoever needs an answer asks through one door."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Store

import delmaal
from delmaal.errors import EngineUnfilled
from delmaal.http.engine import Engine
from delmaal.keeper import Answer, Request
from delmaal.keeper.evaluation import evaluate
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.serving.engines import Elsewhere, Embedded, engine_of
from delmaal.settings import load

PACKAGE = Path(delmaal.__file__).parent
READ = {"serving/engines.py": "chooses", "engine/remote.py": "asks there", "http/fingerprint.py": "tells builds apart"}
QUERY = {"query": "SELECT (COUNT(*) AS ?n) { ?s a delmaal:Theme }", "format": "csv"}


class InPlace:
    """A third engine: it evaluates in this process."""

    elsewhere = False
    trial = None

    def __init__(self) -> None:
        self.clients: list[str] = []
        self.empty = False

    def ask(self, question: Request, client: str, gone: Callable[[], bool] | None) -> Answer:
        assert gone is None or not gone()
        self.clients.append(client)
        store = Store.read_only(str(Path(question.release, "store")))
        name, body = evaluate(store, question, 1 << 20)
        return Answer(name, bytes(body))

    def check(self, folder: Path) -> None:
        if self.empty or not folder.is_dir():
            raise EngineUnfilled("nobody evaluates queries here")

    def keeps(self, folder: Path) -> bool:
        return folder.is_dir()

    def lacks(self) -> str:
        return ""


@pytest.fixture
def in_place() -> InPlace:
    return InPlace()


@pytest.fixture
def client(tiny_release: Release, in_place: InPlace) -> FlaskClient:
    app = create_app(load({}, {}), Releases(Shelf(tiny_release.folder.parent.parent)))
    engine: Engine = in_place
    app.config["PUBLICATION"].engine = engine
    return app.test_client()


def test_the_settings_choose(tmp_path: Path) -> None:
    assert isinstance(engine_of(load({}, {})), Embedded)
    assert isinstance(engine_of(load({"engine_url": "http://127.0.0.1:9/query"}, {}), "/run/keeper.sock"), Elsewhere)
    assert engine_of(load({}, {})).trial is None, "without a keeper nobody can try a store"
    assert engine_of(load({}, {}), str(tmp_path / "keeper.sock")).trial is not None


def test_a_third_engine_answers(client: FlaskClient, in_place: InPlace) -> None:
    """The endpoint, its page and the readiness go by what is there, and know no engine by name."""
    found = client.get("/sparql", query_string=QUERY)
    assert (found.status_code, found.text.split()) == (200, ["n", "2"])
    page = client.get("/sparql", query_string={"query": QUERY["query"]}, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert len(in_place.clients) == 2
    assert in_place.clients[0].startswith("127.0.0.1")
    assert client.get("/ready").status_code == 200
    in_place.empty = True
    refused = client.get("/ready")
    assert refused.status_code == 503
    assert "nobody evaluates" in refused.get_json()["checks"]["sparql"]


def test_nobody_else_asks_which_engine_it_is() -> None:
    found = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")
             if re.search(r"settings\.engine_url\b", path.read_text("utf-8"))}
    assert found == READ.keys()
