"""Times in the log that are to come, and releases that are put back: both are said, and neither is built on."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from command_line import delmaal
from delmaal.release import Shelf
from delmaal.release.log import LOG, log_with, read_switches
from delmaal.release.signature import read_signatures, sign
from plain_wsgi import PlainWsgi
from succession import Succession

FUTURE = "2099-01-01T00:00:00+00:00"


def put_ahead(shelf: Shelf, count: int) -> None:
    """Give the last lines of a log times that are to come."""
    lines = [json.loads(line) for line in (shelf.folder / LOG).read_text("utf-8").splitlines()]
    for number, line in enumerate(lines[-count:]):
        line["time"] = (datetime.fromisoformat(FUTURE) + timedelta(seconds=number)).isoformat()
    (shelf.folder / LOG).write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")


@pytest.mark.parametrize("count", [1, 3, 4])
def test_a_log_that_is_ahead_is_put_right_and_not_extended(releases: Succession, tmp_path: Path, count: int) -> None:
    shelf = releases.copy(tmp_path).shelf
    before = read_switches(shelf.folder)
    put_ahead(shelf, count)
    shelf.switch(releases.second)
    rows = read_switches(shelf.folder)
    times = [row.time for row in rows]
    assert [row.name for row in rows[:-1]] == [row.name for row in before]
    assert times == sorted(set(times))
    assert datetime.now(UTC) - timedelta(seconds=30) < times[-1] <= datetime.now(UTC) + timedelta(seconds=10)
    assert times[: 4 - count] == [row.time for row in before[: 4 - count]]


def test_clocks_that_differ_a_little_change_nothing(releases: Succession, tmp_path: Path) -> None:
    shelf = releases.copy(tmp_path).shelf
    rows = read_switches(shelf.folder)
    late = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=2)
    text = log_with([*rows[:-1], rows[-1]._replace(time=late)], releases.second.id)
    assert [json.loads(line)["time"] for line in text.splitlines()][-2:] == [
        late.isoformat(), (late + timedelta(seconds=1)).isoformat()]


@pytest.mark.parametrize("command", ["releases", "verify", "build"])
def test_a_log_that_is_ahead_is_said(releases: Succession, tmp_path: Path, command: str) -> None:
    shelf = releases.copy(tmp_path).shelf
    put_ahead(shelf, 1)
    run = delmaal(command, releases.publication, "--out", tmp_path)
    assert run.returncode == 0, run.stderr
    assert "2099-01-01T00:00:00Z" in " ".join(run.stderr.split())
    assert "log-ahead" in run.stderr


def test_nothing_was_modified_in_times_to_come(releases: Succession, tmp_path: Path) -> None:
    shelf = releases.copy(tmp_path).shelf
    put_ahead(shelf, 1)
    with PlainWsgi(shelf.folder, tmp_path / "run") as client:
        assert "last-modified" not in client.get("/doc/theme/ren-energi.ttl").headers


def test_a_step_back_is_warned_of(releases: Succession, tmp_path: Path) -> None:
    """The link leads back to an older release that was signed too; signed again in its new place, it is the newest."""
    shelf = releases.copy(tmp_path / "out").shelf
    key = Ed25519PrivateKey.generate()
    public = tmp_path / "public.pem"
    public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM,
                                                     serialization.PublicFormat.SubjectPublicKeyInfo))
    for release in (releases.second, releases.last):
        sign(shelf.open(release.id), key, shelf.folder)
    verify = ("verify", releases.publication, "--out", shelf.folder.parent, "--key", public)
    run = delmaal(*verify)
    assert (run.returncode, run.stderr) == (0, "")
    assert "placed as number 3 on 20" in run.stdout
    log = (shelf.folder / LOG).read_bytes()
    shelf.switch(releases.second)
    (shelf.folder / LOG).write_bytes(log)
    run = delmaal(*verify)
    assert run.returncode == 0
    assert "step-back" in run.stderr
    assert "number 3" in run.stderr
    shutil.move(shelf.folder / "signatures" / f"{releases.last.id}.json", tmp_path / "away")
    assert "became current last" in " ".join(delmaal(*verify).stderr.split())
    shutil.move(tmp_path / "away", shelf.folder / "signatures" / f"{releases.last.id}.json")
    shelf.note(shelf.current())
    sign(shelf.current(), key, shelf.folder)
    run = delmaal(*verify)
    assert (run.returncode, run.stderr) == (0, "")
    rows = read_signatures(shelf.folder, releases.second.id)["signatures"]
    assert rows[0]["placed"]["follows"] == releases.last.id
    rows[0]["placed"]["number"] = 99
    (shelf.folder / "signatures" / f"{releases.second.id}.json").write_text(
        json.dumps({**read_signatures(shelf.folder, releases.second.id), "signatures": rows}), "utf-8")
    assert "number 99" not in delmaal(*verify).stdout  # it was not signed
