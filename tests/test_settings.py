"""The settings table: each row is a field, can be set in each way, refuses what it cannot use, and is documented."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from conftest import ROOT
from delmaal.cli import COMMANDS, command
from delmaal.errors import SettingError
from delmaal.settings import (
    SETTINGS,
    SURROUNDINGS,
    Setting,
    Settings,
    Surroundings,
    environment_of,
    load,
    share,
    surroundings,
)

WRONG = ("x", "", "-1", "1.5", "1_000", "٣", " 8", "1" * 5000, "ftp://example.org/x", "no IRI at all")
"""Texts of which every row refuses some."""

each_row = pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.name)


def refused(row: Setting) -> list[str]:
    """The wrong texts that a row refuses."""
    found = []
    for text in WRONG:
        try:
            row.read(text)
        except ValueError:
            found.append(text)
    return found


def test_each_row_is_a_field_and_each_field_a_row() -> None:
    assert [row.name for row in SETTINGS] == [field.name for field in fields(Settings)]


@each_row
def test_row_explains_itself(row: Setting) -> None:
    assert re.fullmatch(r"[A-Z0-9].{10,}\.", row.help), "help is a sentence"
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", row.name)
    assert row.variable == "DELMAAL_" + row.name.upper()
    assert row.option == "--" + row.name.replace("_", "-")


@each_row
def test_default_is_what_the_row_says(row: Setting) -> None:
    assert getattr(load({}, {}), row.name) == row.read(row.default)


@each_row
def test_option_goes_before_variable_and_variable_before_default(row: Setting) -> None:
    candidates = [text for text in ("7", "70", "3", "https://example.org/a/", "https://example.org/b/", "0", "1")
                  if text not in refused(row) and text != row.default and readable(row, text)]
    first, second = candidates[0], candidates[-1]
    assert getattr(load({row.name: None}, {row.variable: first}), row.name) == row.read(first)
    assert getattr(load({row.name: second}, {row.variable: first}), row.name) == row.read(second)


def readable(row: Setting, text: str) -> bool:
    try:
        row.read(text)
    except ValueError:
        return False
    return True


@each_row
def test_wrong_value_names_where_it_was_given_and_what_is_right(row: Setting) -> None:
    wrong = refused(row)
    assert wrong, "a row that takes anything refuses nothing"
    for text in wrong:
        for name in (row.option, row.variable):
            with pytest.raises(SettingError) as caught:
                load({row.name: text if name == row.option else None}, {row.variable: text})
            assert caught.value.code == "setting-invalid"
            assert caught.value.sentence.startswith(f"{name} is "), caught.value.sentence
            assert "write" in caught.value.sentence
            assert caught.value.sentence.endswith(row.help)
            assert len(caught.value.sentence) < 600


def test_settings_travel_to_other_processes_as_variables() -> None:
    settings = load({"out": "/srv/with space", "port": "8123"}, {"DELMAAL_WORKERS": "3"})
    assert load({}, environment_of(settings)) == settings


@each_row
def test_row_stands_in_the_readme(row: Setting) -> None:
    """Its option where a command takes it, its variable and its default, in one row of the table."""
    options = {option for name in COMMANDS for parameter in command(name).params for option in parameter.opts}
    option = f"`{row.option}`" if row.option in options else ""
    default = f"`{row.default}`" if row.default else ""
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] if line.startswith("| ") else []
            for line in (ROOT / "README.md").read_text("utf-8").splitlines()]
    found = [cells for cells in rows if f"`{row.variable}`" in cells]
    assert len(found) == 1, f"README.md has no row for {row.variable}: | {option} | `{row.variable}` | {default} | … |"
    cells = found[0]
    assert cells[cells.index(f"`{row.variable}`") + 1] == default, f"README.md gives {row.variable} another default"
    assert not option or option in cells, f"README.md does not name {row.option}"
    assert len(cells[-1]) > 5, f"README.md does not say what {row.variable} is for"


def test_readme_has_no_setting_that_is_none() -> None:
    known = {row.variable for row in (*SETTINGS, *SURROUNDINGS)}
    named = set(re.findall(r"`(DELMAAL_[A-Z_]+)`", (ROOT / "README.md").read_text("utf-8")))
    assert named - known - {"DELMAAL_REFERENCE", "DELMAAL_SOURCE", "DELMAAL_REFRESH_GOLDEN"} == set()


def test_surroundings_are_a_table_too() -> None:
    """Each row is a field, has a sentence and a row in the docs, and travels to other processes."""
    assert [row.name for row in SURROUNDINGS] == [field.name for field in fields(Surroundings)]
    docs = (ROOT / "docs" / "server.md").read_text("utf-8")
    for row in SURROUNDINGS:
        assert re.fullmatch(r"[A-Z].{10,}\.", row.help)
        assert f"| `{row.variable}` |" in docs
    given = Surroundings("/srv/with space", "/run/keeper.sock", "/run", 7)
    assert surroundings(environment_of(given)) == given
    assert surroundings({}) == Surroundings("", "", "", 0)
    assert surroundings({"DELMAAL_SERVER": ""}).server == 0
    with pytest.raises(SettingError, match="DELMAAL_SERVER is 'x'"):
        surroundings({"DELMAAL_SERVER": "x"})


def test_no_variable_is_read_that_no_table_has() -> None:
    """Whatever the package names of the environment stands in one of the tables."""
    known = {row.variable for row in (*SETTINGS, *SURROUNDINGS)}
    package = Path(load.__code__.co_filename).parent
    texts = [path.read_text("utf-8") for path in package.rglob("*.py")]
    assert {name for text in texts for name in re.findall(r"DELMAAL_[A-Z_]+\b", text)} <= known
    assert not [text for text in texts if re.search(r'environ(\.get\(|\[)"DELMAAL_', text)], "read past the tables"


@pytest.mark.parametrize("part", ["ontology", "shapes", "data"])
def test_shared_files_are_found_beside_the_package_or_in_it(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert share(part) == ROOT / part
    package = tmp_path / "site-packages" / "delmaal"
    (package / "share" / part).mkdir(parents=True)
    monkeypatch.setattr("delmaal.settings.__file__", str(package / "settings.py"))
    assert share(part) == package / "share" / part
