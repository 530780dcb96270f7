"""ETags: whatever takes part in making bytes changes them, and nothing else does."""

from __future__ import annotations

import ast
import os
import shutil
import sys
import time
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path

import httpx
import pytest

from conftest import ROOT
from delmaal import settings as places
from delmaal.http import assets, fingerprint
from delmaal.http.fingerprint import OF_THE_MACHINE, OTHERS, WRITERS
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.settings import SETTINGS, load

PACKAGE = ROOT / "server" / "delmaal"
MADE = {"__pycache__"}

CODE = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*")
              if path.is_file() and MADE.isdisjoint(path.parts)
              and path.suffix in {".py", ".html", ".json", ".rq", ".css"})


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the software, to be changed."""
    root = tmp_path_factory.mktemp("software")
    for part in ("server/delmaal", "ontology", "shapes", "docs", "tests/shapes"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    return root


def of(root: Path, monkeypatch: pytest.MonkeyPatch, **options: str) -> str:
    """The fingerprint of the software below a folder."""
    monkeypatch.setattr(places, "__file__", str(root / "server" / "delmaal" / "settings.py"))
    return fingerprint.fingerprint_of(load(options, {}), root / "server" / "delmaal")


def test_every_file_of_the_package_counts(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte more in any of them is another ETag; the same bytes again are the first."""
    before = of(copied, monkeypatch)
    assert len(CODE) > 200
    assert {"turtle.py", "lookup.py", "formats.py", "keeper/evaluation.py", "search/index.py"} <= set(CODE)
    chosen = [*CODE[::4], "turtle.py", "keeper/evaluation.py", "site/static/dist/manifest.json"]
    example = next((copied / "tests" / "shapes").rglob("*.ttl")).relative_to(copied).as_posix()
    changed = [f"server/delmaal/{name}" for name in chosen if (copied / "server/delmaal" / name).is_file()]
    for name in [*changed, "ontology/delmaal.ttl", "docs/errors.md", "docs/errors.nb.md", example]:
        path = copied / name
        original = path.read_bytes()
        path.write_bytes(original + b" ")
        assert of(copied, monkeypatch) != before, name
        path.write_bytes(original)
    assert of(copied, monkeypatch) == before


def test_a_file_that_is_new_or_called_otherwise_counts(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = of(copied, monkeypatch)
    fresh = copied / "server/delmaal/site/pages/fresh.py"
    fresh.write_bytes(b"")
    assert of(copied, monkeypatch) != before
    fresh.unlink()
    one = copied / "server/delmaal/site/templates/past.html"
    one.rename(one.with_name("passed.html"))
    assert of(copied, monkeypatch) != before
    one.with_name("passed.html").rename(one)
    assert of(copied, monkeypatch) == before


def test_what_is_no_code_counts_for_nothing(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Python and file systems leave behind, dates, and where the software lies."""
    before = of(copied, monkeypatch)
    for name in ("server/delmaal/__pycache__/x.pyc", "server/delmaal/site/.DS_Store", "tests/shapes/__pycache__/x.py"):
        (copied / name).parent.mkdir(exist_ok=True)
        (copied / name).write_bytes(b"x")
    os.utime(copied / "server/delmaal/turtle.py", (1, 1))
    assert of(copied, monkeypatch) == before
    assert of(ROOT, monkeypatch) == before


def test_an_installed_package_has_the_fingerprint_of_the_repository(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    package = tmp_path / "server" / "delmaal"
    shutil.copytree(copied / "server/delmaal", package)
    for part, name in (("ontology", "ontology"), ("shapes", "shapes"), ("docs", "docs"), ("tests/shapes", "examples")):
        shutil.copytree(copied / part, package / "share" / name)
    assert of(tmp_path, monkeypatch) == of(copied, monkeypatch)


@pytest.mark.parametrize("name", WRITERS)
def test_the_version_of_each_writer_counts(name: str, copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = of(copied, monkeypatch)
    monkeypatch.setattr(fingerprint, "version", lambda each: "99" if each == name else version(each))
    assert of(copied, monkeypatch) != before


def test_each_library_that_is_imported_is_a_writer_or_known_to_be_none() -> None:
    """So that a new one cannot be forgotten."""
    distributions = packages_distributions()
    found = {name.lower() for path in PACKAGE.rglob("*.py") for module in imported(path)
             for name in distributions.get(module, []) if module not in sys.stdlib_module_names}
    assert found - {*WRITERS, *OTHERS, "delmaal"} == set()


def imported(path: Path) -> Iterator[str]:
    """The first names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_settings_that_stand_in_answers_count_and_those_of_the_machine_do_not(
    copied: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = of(copied, monkeypatch)
    assert {row.name for row in SETTINGS} >= OF_THE_MACHINE
    for name, value in (("public_url", "https://x.no"), ("crawlers", "0"), ("engine_url", "http://store.example/")):
        assert of(copied, monkeypatch, **{name: value}) != before, name
    for name, value in (("port", "9000"), ("host", "::"), ("workers", "3"), ("out", "/srv"), ("trusted_hops", "2")):
        assert of(copied, monkeypatch, **{name: value}) == before, name


def test_it_is_made_fast_and_not_on_import(monkeypatch: pytest.MonkeyPatch) -> None:
    times = []
    for _ in range(5):
        begun = time.process_time()
        of(ROOT, monkeypatch)
        times.append(time.process_time() - begun)
    assert min(times) < 0.05
    assert not hasattr(sys.modules["delmaal.serving.application"], "BUILD")


@pytest.mark.parametrize("path", ["/doc/theme/god-helse.ttl", "/", "/catalog.ttl", "/cite.json", "/openapi.json"])
def test_etags_of_answers_change_with_it(path: str, tiny_release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask() -> str:
        client = create_app(load({}, {}), Releases(Shelf(tiny_release.folder.parent.parent))).test_client()
        return client.get(path).headers["ETag"]

    before = ask()
    assert ask() == before
    monkeypatch.setattr("delmaal.serving.application.fingerprint_of", lambda _: "another")
    assert ask() != before


STATIC = sorted(path.relative_to(assets.STATIC).as_posix() for path in assets.STATIC.rglob("*")
                if path.is_file() and path.name not in ("manifest.json", ".sources", "licences.txt"))


@pytest.mark.parametrize("name", STATIC)
def test_static_files_have_etags_of_their_content_alone(name: str, tiny_server: httpx.Client, tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch, tiny_release: Release) -> None:
    """A copy that was installed at another time says the same; another content says another."""
    shutil.copytree(assets.STATIC, tmp_path / "static")
    for path in (tmp_path / "static").rglob("*"):
        os.utime(path, (1, 1))
    monkeypatch.setattr(assets, "STATIC", tmp_path / "static")
    monkeypatch.setattr(assets, "DIST", tmp_path / "static" / "dist")
    client = create_app(load({}, {}), Releases(Shelf(tiny_release.folder.parent.parent))).test_client()
    seen = set()
    for coding in ("identity", "gzip", "zstd"):
        ours = tiny_server.get(f"/static/{name}", headers={"Accept-Encoding": coding})
        theirs = client.get(f"/static/{name}", headers={"Accept-Encoding": coding})
        assert ours.status_code == theirs.status_code == 200
        assert ours.headers["etag"] == theirs.headers["etag"]
        assert not ours.headers["etag"].startswith("W/")
        assert "last-modified" not in ours.headers
        assert ("immutable" in ours.headers["cache-control"]) == name.startswith("dist/")
        assert ours.headers["access-control-allow-origin"] == "*"
        assert ours.headers["vary"] == "Accept-Encoding"
        seen.add((ours.headers["etag"], theirs.data))
        known = {"Accept-Encoding": coding, "If-None-Match": ours.headers["etag"]}
        same = tiny_server.get(f"/static/{name}", headers=known)
        assert (same.status_code, same.content) == (304, b"")
    assert len({etag for etag, _ in seen}) == len({body for _, body in seen}), "as many ETags as there are bytes"
    path = tmp_path / "static" / name
    path.write_bytes(path.read_bytes() + b"\n")
    changed = client.get(f"/static/{name}", headers={"Accept-Encoding": "identity"})
    assert changed.headers["etag"] not in {etag for etag, _ in seen}


@pytest.mark.parametrize("name", [
    "", "x.css", "dist", "dist/", "../assets.py", "..%2Fassets.py", "fonts", "%2e%2e/assets.py", "dist/manifest.json",
    "dist/licences.txt", "site.css/", "site.css%00", ".hidden.css", "//site.css", "/etc/passwd",
])
def test_no_other_file_is_sent(name: str, tiny_server: httpx.Client) -> None:
    answer = tiny_server.get(f"/static/{name}")
    assert answer.status_code == 404
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_how_the_server_is_now_is_kept_by_nobody(path: str, tiny_server: httpx.Client) -> None:
    assert tiny_server.get(path).headers["cache-control"] == "no-store"
