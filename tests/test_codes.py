"""The grammars of codes, and YAML with Marks: what holds whatever is written."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from delmaal import codes
from delmaal.errors import Mark, SourceError
from delmaal.marks import MAX_DEPTH, Mapping, Node, Refused, Scalar, Sequence, read_yaml
from delmaal.terms import shared

TARGETS = re.findall(r"^- code: (\S+)$", (ROOT / "data/sdg/targets.yaml").read_text("utf-8"), re.MULTILINE)
"""The 169 codes, in the UN's order."""

DATES = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))
POINTS = st.builds(lambda day, length: day.isoformat()[:length], DATES, st.sampled_from([4, 7, 10]))
NEAR_POINTS = st.from_regex(r"[0-9]{1,4}(-[0-9]{1,2}){0,2}", fullmatch=True)
NEAR_PERIODS = st.text(alphabet="0123456789-~", max_size=22) | NEAR_POINTS
ANYTHING = st.text(max_size=25)


# Periods.


@given(DATES)
@example(date(2024, 2, 29))
@example(date(1, 1, 1))
@example(date(9999, 12, 31))
def test_a_day_a_month_and_a_year_begin_and_end_where_the_calendar_says(day: date) -> None:
    iso = day.isoformat()
    this, month, year = (codes.period(iso[:length]) for length in (10, 7, 4))
    assert (this.start, this.end, this.year) == (iso, iso, None)
    assert (month.start, month.year) == (f"{iso[:7]}-01", None)
    assert month.end is not None
    last = date.fromisoformat(month.end)
    assert (last.year, last.month) == (day.year, day.month)
    assert last == date.max or (last + timedelta(days=1)).day == 1
    assert (year.start, year.end, year.year) == (f"{iso[:4]}-01-01", f"{iso[:4]}-12-31", day.year)


@given(POINTS, POINTS, st.sampled_from(["--", "~"]))
def test_a_range_runs_from_the_first_day_to_the_last(first: str, last: str, sign: str) -> None:
    start, end = codes.period(first).start, codes.period(last).end
    assert start
    assert end
    if start > end:
        with pytest.raises(ValueError, match="ends before it starts"):
            codes.period(f"{first}{sign}{last}")
    else:
        found = codes.period(f"{first}{sign}{last}")
        assert (found.start, found.end, found.year) == (start, end, None)
    if sign == "--":
        assert (codes.period(f"{first}--").start, codes.period(f"{first}--").end) == (start, None)
        assert (codes.period(f"--{last}").start, codes.period(f"--{last}").end) == (None, end)


@given(NEAR_PERIODS | st.builds("{}--{}".format, POINTS, POINTS) | POINTS | ANYTHING)
@example("2020-00")
@example("2020-03-00")
@example("2024-02-30")
@example("0000")
@example("２０２０")
@example("2020\n")
@example("2020-05-19--2020-05")
def test_what_is_taken_for_a_period_is_one(text: str) -> None:
    try:
        found = codes.period(text)
    except ValueError:
        return
    assert found.code == text
    assert shared("period", text).value.endswith(f"/period/{text}")
    assert all(label.strip() for label in found.labels.values())
    ends = [date.fromisoformat(end) for end in (found.start, found.end) if end]
    assert ends == sorted(ends)
    assert ends or text == "unknown"


@pytest.mark.parametrize(("code", "nb", "en"), [
    ("2019", "2019", "2019"), ("2020-03", "mars 2020", "March 2020"), ("2020-05-01", "1. mai 2020", "1 May 2020"),
    ("2025--2040", "2025–2040", "2025–2040"), ("2020--", "fra 2020", "from 2020"),
    ("--2019", "til og med 2019", "up to and including 2019"),
    ("2019-12--2020-01", "desember 2019–januar 2020", "December 2019–January 2020"),
    ("1984~1986", "i løpet av 1984–1986", "some time in 1984–1986"), ("unknown", "ukjent periode", "unknown period"),
])
def test_a_period_is_said_in_both_languages(code: str, nb: str, en: str) -> None:
    found = codes.period(code)
    assert (found.labels["nb"], found.labels["en"]) == (nb, en)


@pytest.mark.parametrize("code", [
    "", "--", "~", "2019~", "~2019", "2019--2020--2021", "2019---2020", "2020-1", "20", "2020-13", "1984--1986~1988",
    "unknown--2020", "2020-02-30", "2019-02-29", "0000", " 2019", "2019 ",
])
def test_what_is_no_period_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"write|range|month|year|date"):
        codes.period(code)


# Ages.


@given(st.integers(0, 999), st.integers(0, 999))
@example(0, 0)
@example(1, 1)
def test_an_age_runs_from_the_lower_to_the_upper(low: int, high: int) -> None:
    if high < low:
        with pytest.raises(ValueError, match="ends before it starts"):
            codes.age(f"{low}-{high}")
    else:
        for label in codes.age(f"{low}-{high}").values():
            assert [int(number) for number in re.findall("[0-9]+", label)] == sorted({low, high})
    over = codes.age(f"{low}-")
    assert (over["nb"], over["en"]) == (f"{low} år og over", f"{low} year{'' if low == 1 else 's'} and over")


@given(st.text(alphabet="0123456789-", max_size=8) | st.sampled_from(["total", "adult", "Total", "total\n"]) | ANYTHING)
@example("00-05")
@example("٣-٤")
@example("1-1000")
def test_what_is_taken_for_an_age_is_one(text: str) -> None:
    try:
        labels = codes.age(text)
    except ValueError:
        return
    assert all(label.strip() for label in labels.values())
    assert shared("age", text).value.endswith(f"/age/{text}")
    assert re.fullmatch(r"total|adult|(0|[1-9][0-9]*)-(0|[1-9][0-9]*)?", text, re.ASCII)


@pytest.mark.parametrize(("code", "nb", "en"), [
    ("total", "alle aldre", "all ages"), ("adult", "voksne", "adults"), ("0-17", "0–17 år", "0–17 years"),
    ("80-", "80 år og over", "80 years and over"), ("18-18", "18 år", "18 years"), ("1-1", "1 år", "1 year"),
])
def test_an_age_is_said_in_both_languages(code: str, nb: str, en: str) -> None:
    labels = codes.age(code)
    assert (labels["nb"], labels["en"]) == (nb, en)


# Targets.


def test_there_are_169_targets_and_each_reads_as_itself() -> None:
    assert len(set(TARGETS)) == 169
    for code in TARGETS:
        assert codes.is_target(code)
        assert codes.reading(code) == code


SPACE = st.text(alphabet=" \t", max_size=2)


@given(st.sampled_from(TARGETS), st.sampled_from([".", ",", "-"]), SPACE, SPACE, st.booleans())
def test_every_spelling_of_a_target_reads_as_it(code: str, sign: str, before: str, after: str, padded: bool) -> None:
    goal, _, rest = code.partition(".")
    number = rest.zfill(2) if padded and rest.isdigit() else rest
    assert codes.reading(f"{before}{goal}{after}{sign}{before}{number}{after}") == code


@given(st.text(alphabet="0123456789abcdABCDe.,- ", max_size=7) | ANYTHING)
@example("5,0")
@example("0.1")
@example("18.1")
@example("3.100")
@example("３.４")
@example("3.4\n")
def test_what_reads_as_a_target_has_the_form_of_one(text: str) -> None:
    found = codes.reading(text)
    if found is not None:
        assert codes.is_target(found)
        assert codes.reading(found) == found
        assert 1 <= int(found.partition(".")[0]) <= 17
    if codes.is_target(text):
        assert found == text


@given(st.randoms(use_true_random=False))
def test_the_order_is_the_un_s(shuffle: random.Random) -> None:
    mixed = TARGETS[:]
    shuffle.shuffle(mixed)
    assert sorted(mixed, key=codes.order) == TARGETS


@pytest.mark.parametrize("run", [
    ["1.5", "1.a", "1.b", "2.1"], ["8.9", "8.10", "8.a"], ["9.c", "10.1"], ["17.2", "17.10", "17.19"], ["1", "2", "10"],
])
def test_the_order_has_numbers_before_letters(run: list[str]) -> None:
    assert sorted(set(run), key=codes.order) == run


# Lines.


@given(st.integers(1, 999_999_999), st.integers(1, 999_999_999))
def test_lines_run_from_the_first_to_the_last(first: int, last: int) -> None:
    assert codes.lines(str(first)) == (first, first)
    if first <= last:
        assert codes.lines(f"{first}-{last}") == (first, last)
    else:
        with pytest.raises(ValueError, match="78-81"):
            codes.lines(f"{first}-{last}")


@given(st.text(alphabet="0123456789-", max_size=12) | ANYTHING)
@example("0")
@example("0-1")
@example("٣")
@example("1-2\n")
@example("9" * 5000)
def test_what_is_taken_for_lines_is_written_in_one_way(text: str) -> None:
    try:
        first, last = codes.lines(text)
    except ValueError:
        return
    assert 1 <= first <= last
    assert text in {f"{first}-{last}", str(first)}


# YAML.

REFUSED = "\u2028\u2029\ufeff\ufffe\uffff"
SIGNS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters=REFUSED)
WORDS = st.text(SIGNS, max_size=12)
TREES = st.recursive(
    WORDS | st.lists(WORDS, min_size=1, max_size=3).map("\n".join),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
STYLES = st.fixed_dictionaries({
    "default_flow_style": st.sampled_from([True, False, None]),
    "default_style": st.sampled_from([None, "'", '"', "|", ">"]),
    "width": st.sampled_from([10, 80]), "indent": st.sampled_from([2, 4]), "allow_unicode": st.booleans(),
    "line_break": st.sampled_from(["\n", "\r\n"]),
})
HOSTILE = st.text(alphabet="[]{}:,-#&*!|>'\"%@`?~ab1 \n\n\t\r\u2028\x00\ufeffé", max_size=60)


def examples(number: int) -> settings:
    """So many examples, the same in every run, none of which may take long."""
    health, limit = [HealthCheck.function_scoped_fixture], timedelta(seconds=5)
    return settings(max_examples=number, deadline=limit, suppress_health_check=health, derandomize=True, database=None)


def read(path: Path, content: bytes) -> tuple[Node | None, list[SourceError]]:
    errors: list[SourceError] = []
    path.write_bytes(content)
    return read_yaml(path, "x.yaml", errors), errors


def nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Sequence | Mapping):
        for item in node.items if isinstance(node, Sequence) else node.items.values():
            yield from nodes(item)


def plain(node: Node) -> object:
    """A tree without its Marks."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.items.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text


def composed(node: yaml.Node) -> Iterator[tuple[int, int, str | None]]:
    """Line, column and text of every node as PyYAML's own parser finds them, which is written in Python."""
    at = node.start_mark
    yield at.line + 1, at.column + 1, node.value if isinstance(node, yaml.ScalarNode) else None
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from composed(item)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from composed(value)


def in_form(tree: object, form: Literal["NFC", "NFD"]) -> object:
    """A tree with every key and value in a form of Unicode."""
    if isinstance(tree, dict):
        return {in_form(key, form): in_form(value, form) for key, value in tree.items()}
    if isinstance(tree, list):
        return [in_form(item, form) for item in tree]
    return unicodedata.normalize(form, tree) if isinstance(tree, str) else tree


@examples(100)
@given(tree=TREES.filter(bool))
def test_letters_and_their_signs_may_be_written_apart(tree: object, tmp_path: Path) -> None:
    """What is written decomposed is read as if it were composed."""
    read_as = []
    for form in ("NFC", "NFD"):
        text = yaml.safe_dump(in_form(in_form(tree, "NFC"), form), sort_keys=False, allow_unicode=True)
        node, errors = read(tmp_path / "x.yaml", text.encode())
        assert errors == []
        assert node is not None
        read_as.append(plain(node))
    assert read_as[0] == read_as[1]


@examples(300)
@given(tree=TREES.filter(bool), style=STYLES)
def test_every_mark_points_at_its_value(tree: object, style: dict[str, object], tmp_path: Path) -> None:
    text = yaml.safe_dump(in_form(tree, "NFC"), sort_keys=False, **style)  # type: ignore[call-overload]  # options by name
    expected = yaml.compose(text, Loader=yaml.SafeLoader)
    node, errors = read(tmp_path / "x.yaml", text.encode())
    assert [str(error) for error in errors] == []
    assert node is not None
    assert expected is not None
    assert plain(node) == yaml.load(text, Loader=yaml.BaseLoader)
    found = [(item.mark, item.text if isinstance(item, Scalar) else None) for item in nodes(node)]
    assert found == [(Mark("x.yaml", line, column), words) for line, column, words in composed(expected)]


@examples(800)
@given(content=HOSTILE.map(str.encode) | st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@example(content=b"\xef\xbb\xbf")
@example(content=b"? [a]\n: *b\n? {c: d}\n: &e\n")
@example(content=b"*a : *b\n")
@example(content=b"- *a\n- !!set {x}\n- !<tag:x> y\n")
@example(content=b"%YAML 1.3\n---\na: b\n")
@example(content=b"a: \"\\ud800\\0\"\n")
@example(content=b"--- a\n--- b\n")
@example(content=b"a: 'x\n\n\n")
@example(content=b"\n\n  \n# only\n")
def test_whatever_is_written_there_is_a_tree_or_a_mistake_in_its_place(content: bytes, tmp_path: Path) -> None:
    node, errors = read(tmp_path / "x.yaml", content)
    assert node is not None or errors
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = re.split("\r\n|\r|\n", text)
    marks = [error.mark for error in errors] + [item.mark for item in (nodes(node) if node else ())]
    for mark in marks:
        assert 1 <= mark.line <= len(lines)
        assert 1 <= mark.column <= len(lines[mark.line - 1]) + 1
    for error in errors:
        assert error.sentence.isprintable()
    found = list(nodes(node)) if node else []
    assert {item.mark for item in found if isinstance(item, Refused)} <= {error.mark for error in errors}
    assert not any(set(item.text) & set("\x00\x1b\ufeff\u2028") for item in found if isinstance(item, Scalar))


@examples(25)
@given(depth=st.integers(1, 60), style=st.sampled_from(["[\n", "- ", "a:\n"]))
@example(depth=MAX_DEPTH, style="[\n")
@example(depth=MAX_DEPTH + 1, style="[\n")
def test_a_tree_is_as_deep_as_it_may_be_and_no_deeper(depth: int, style: str, tmp_path: Path) -> None:
    if style == "[\n":
        text = "[\n" * depth + "]" * depth
    elif style == "- ":
        text = "- " * depth + "x"
    else:
        text = "".join(" " * level + "a:\n" for level in range(depth - 1)) + " " * (depth - 1) + "a: x"
    node, errors = read(tmp_path / "x.yaml", text.encode())
    assert (node is not None, [error.code for error in errors]) == (
        (True, []) if depth <= MAX_DEPTH else (False, ["yaml-depth"])
    )


def test_a_mark_counts_characters_not_bytes(tmp_path: Path) -> None:
    node, errors = read(tmp_path / "x.yaml", "æøå: [\U0001f600, 'é', x]\n".encode())
    assert node is not None
    assert errors == []
    assert [str(item.mark) for item in nodes(node)] == [f"x.yaml:1:{column}" for column in (1, 6, 7, 10, 15)]
