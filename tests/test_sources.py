"""A row for a kind of source is what checking, publishing and finding links go by."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import TINY
from delmaal import sources
from delmaal.cli import cli
from delmaal.publish import check, publish
from delmaal.sources import Kind, Reading, curated

PLACE = "elsewhere.txt"


def folder_of(folder: Path) -> Path:
    return Path((folder / PLACE).read_text("utf-8").strip())


def read_elsewhere(folder: Path) -> Reading:
    found = curated.read_publication(folder_of(folder))
    return Reading(found.publication, found.errors, (folder / PLACE, *found.files))


ELSEWHERE = Kind(
    "elsewhere", lambda folder: (folder / PLACE).is_file(), read_elsewhere,
    lambda folder: [folder / PLACE, *curated.source_files(folder_of(folder))])


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that only says where the publication is."""
    monkeypatch.setattr(sources, "SOURCES", (*sources.SOURCES, ELSEWHERE))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / PLACE).write_text(f"{TINY}\n", "utf-8")
    return tmp_path / "folder"


def test_a_row_is_all_that_a_further_kind_takes(elsewhere: Path, tmp_path: Path) -> None:
    """It is recognised, read, released with its own files as ingredients, and made again when one of them changes."""
    assert sources.kind_of(elsewhere) is ELSEWHERE
    assert sources.kind_of(TINY).name == "curated"
    assert not check(elsewhere).errors
    done = publish(elsewhere, tmp_path / "out")
    assert done.fresh
    provenance = (done.release.folder / "metadata" / "provenance.nt").read_text("utf-8")
    assert PLACE in provenance
    assert "themes/god-helse.yaml" in provenance
    assert not publish(elsewhere, tmp_path / "out").fresh
    (elsewhere / PLACE).write_text(f"{TINY}/\n", "utf-8")
    assert publish(elsewhere, tmp_path / "out").fresh


def test_the_command_line_takes_it(elsewhere: Path) -> None:
    done = CliRunner().invoke(cli, ["validate", str(elsewhere)])
    assert done.exit_code == 0, done.output


def test_a_folder_of_no_kind_says_what_it_lacks(tmp_path: Path) -> None:
    (error,) = sources.read(tmp_path).errors
    assert error.code == "publication-missing"
