"""Charts: well-formed images that say in words what they show; numbers as each language writes them; colours."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from conftest import ROOT
from delmaal.reading.numbers import Unit, decimal_of, fraction, interval, quantity, size
from delmaal.site import charts
from delmaal.site.charts import Point, Series, Stretch
from delmaal.site.charts.drawing import ticks, wrapped

STATIC = ROOT / "server/delmaal/site/static"
BAD = "<script>alert(1)</script> & \"quoted\" 🌍 مرحبا"


def parsed(svg: str) -> ElementTree.Element:
    """An image as XML, which it must be."""
    return ElementTree.fromstring(svg)


def numbers(image: ElementTree.Element, tag: str, name: str, classes: str) -> list[float]:
    """An attribute of the elements of a class."""
    return [float(each.attrib[name].rstrip("%")) for each in image.iter(tag)
            if classes in each.attrib.get("class", "").split()]


def test_bars_are_as_long_as_their_values() -> None:
    points = [Point("a", 20, "20 %"), Point("b", 10, "10 %", "projection"), Point(BAD, 0, "0 %")]
    image = parsed(charts.bars("x", BAD, BAD, points))
    assert image.attrib["role"] == "img"
    assert image.attrib["aria-labelledby"] == "x-t x-d"
    assert [each.attrib.get("id") for each in image][:2] == ["x-t", "x-d"]
    assert numbers(image, "rect", "width", "bar") == [100, 50, 0]
    assert numbers(image, "rect", "width", "projection") == [50]


def test_bars_below_nought_go_left() -> None:
    image = parsed(charts.bars("x", "t", "d", [Point("a", -10, "-10"), Point("b", 30, "30")]))
    assert list(zip(numbers(image, "rect", "x", "bar"), numbers(image, "rect", "width", "bar"), strict=True)) == [
        (0, 25), (25, 75)]


def test_a_ranking_says_its_places() -> None:
    image = parsed(charts.bars("x", "t", "d", [Point("Oslo", 3, "3"), Point("Bergen", 2, "2")], ranked=True))
    labels = [each.text for each in image.iter("text") if each.attrib.get("class") == "label"]
    assert labels == ["1. Oslo", "2. Bergen"]


def test_parts_fill_the_whole() -> None:
    points = [Point("a", 68, "68 %"), Point("b", 29.2, "29,2 %"), Point("c", 2.82, "2,82 %")]
    image = parsed(charts.share("x", "t", "d", points))
    bars = [each for each in image.iter("rect") if each.attrib["width"].endswith("%")]
    assert sum(float(each.attrib["width"].rstrip("%")) for each in bars) == pytest.approx(100, abs=0.05)
    assert [text.text for text in image.iter("text") if text.attrib.get("class") == "value"] == [
        "68 %", "29,2 %", "2,82 %"]


@pytest.mark.parametrize(("values", "whole"), [
    (["68", "29.2", "2.82"], True), (["60", "40"], False), (["50", "30", "10"], False), (["150", "-30", "-20"], False)])
def test_what_is_a_whole(values: list[str], whole: bool) -> None:
    assert charts.is_whole([Decimal(value) for value in values]) == whole


def test_lines_are_dashed_to_a_projection_and_targets_stand_alone() -> None:
    points = [Point("2010", 10, "10", when=2010), Point("2020", 20, "20", when=2020),
              Point("2030", 40, "40", "projection", 2030), Point("2030", 15, "15", "target", 2030)]
    image = parsed(charts.lines("x", "t", "d", [Series("a", points)], str))
    drawn = [each.attrib["class"] for each in image.iter("line") if "line" in each.attrib["class"].split()]
    assert drawn == ["line s0", "line s0 projection"]
    marks = [each.attrib["class"] for each in image.iter() if "point" in each.attrib.get("class", "").split()]
    assert sorted(marks) == ["point s0 observation", "point s0 observation", "point s0 projection", "point s0 target"]
    labels = {each.text for each in image.iter("text") if each.attrib.get("class") == "tick"}
    assert {"2010", "2020", "2030"} <= labels


@pytest.mark.parametrize("whens", [(2020,), (2020, 2020), (1900, 2050), (2020, 2020.5)])
def test_lines_bear_any_stretch_of_time(whens: tuple[float, ...]) -> None:
    points = [Point(str(when), value, str(value), when=when) for value, when in enumerate(whens)]
    image = parsed(charts.lines("x", "t", "d", [Series("a", points)] * 9, str))
    assert all(0 <= float(each.attrib["cx"].rstrip("%")) <= 100 for each in image.iter("circle"))


def test_a_time_line_puts_documents_on_one_scale() -> None:
    stretches = [Stretch(2010, 2020), Stretch(None, 2015), Stretch(marks=((2030.0, "target"),)), Stretch()]
    scale = charts.scale_of(stretches)
    assert scale is not None
    assert scale.first <= 2010
    assert scale.last >= 2030
    for each in stretches:
        image = parsed(charts.stretch(scale, each))
        for bar in image.iter("rect"):
            assert 0 <= float(bar.attrib["x"].rstrip("%")) <= 100


@pytest.mark.parametrize(("first", "last"), [(2009, 2031), (1814, 2050), (2020, 2020), (2012, 2026), (2019, 2024.5)])
def test_the_years_of_a_time_line_stand_within_it(first: float, last: float) -> None:
    scale = charts.scale_of([Stretch(first, last)])
    assert scale is not None
    for image in (parsed(charts.axis(scale)), parsed(charts.stretch(scale, Stretch(first, last)))):
        places = [each.attrib[name] for each in image.iter() for name in ("x", "x1", "x2") if name in each.attrib]
        assert places
        assert all(0 <= float(place.rstrip("%")) <= 100 for place in places)
    years = [each.text or "" for each in parsed(charts.axis(scale)).iter("text")]
    assert years == sorted(set(years))


def test_documents_without_years_have_no_time_line() -> None:
    assert charts.scale_of([Stretch()]) is None
    assert charts.scale_of([Stretch(2020, 2020)]) is not None


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 0.003), (0, 469_071), (-30, 80), (5, 5), (0, 0)])
def test_ticks_are_even_and_span_the_values(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 9
    assert found[0] <= low
    assert found[-1] >= high
    steps = [after - before for before, after in pairwise(found)]
    assert max(steps) == pytest.approx(min(steps))


def test_long_labels_wrap_and_end() -> None:
    assert wrapped("kort") == ["kort"]
    for label in ("x" * 10_000, "ord " * 3000, ""):
        lines = wrapped(label)
        assert len(lines) <= 3
        assert all(len(line) <= 38 for line in lines)


PERCENT, CROWNS = Unit("%"), Unit("kr", "NOK")


@pytest.mark.parametrize(("value", "unit", "scale", "nb", "en"), [
    ("12345.6", Unit(), 0, "12 345,6", "12,345.6"),
    ("5", PERCENT, 0, "5 %", "5%"),
    ("-3.5", PERCENT, 0, "−3,5 %", "−3.5%"),
    ("15", CROWNS, 9, "15 milliarder kr", "NOK 15 billion"),
    ("1", CROWNS, 9, "1 milliard kr", "NOK 1 billion"),
    ("1.5", CROWNS, 6, "1,5 millioner kr", "NOK 1.5 million"),
    ("2.46", Unit("tonn"), 0, "2,46 tonn", "2.46 tonn"),
    ("1000000000000000", Unit(), 0, "1 000 000 000 000 000", "1,000,000,000,000,000"),
    ("0", PERCENT, 0, "0 %", "0%"),
    ("7", Unit("kr"), 4, "7 · 10^4 kr", "7 · 10^4 kr"),
])
def test_quantities(value: str, unit: Unit, scale: int, nb: str, en: str) -> None:
    assert quantity(Decimal(value), unit, "nb", scale).replace("\u00a0", " ") == nb
    assert quantity(Decimal(value), unit, "en", scale).replace("\u00a0", " ") == en
    assert " " not in quantity(Decimal(value), unit, "nb", scale)


def test_intervals_fractions_and_sizes() -> None:
    assert interval(Decimal(3), Decimal(5), CROWNS, "nb", 9).replace("\u00a0", " ") == "3–5 milliarder kr"
    assert interval(Decimal(40), Decimal(50), PERCENT, "en") == "40–50%"
    assert fraction(Decimal("0.3333"), "nb") == "1/3"
    assert fraction(Decimal("0.25"), "en") == "1/4"
    assert fraction(Decimal("0.37"), "nb") == "0,37"
    assert fraction(Decimal(2), "nb") == "2"
    assert size(1_234, "nb").replace("\u00a0", " ") == "1,2 kB"
    assert size(12, "en").replace("\u00a0", " ") == "12 B"


@pytest.mark.parametrize("lexical", ["", "x", "NaN", "INF", "1e400000000", "9" * 10_000])
def test_what_is_no_number_is_none(lexical: str) -> None:
    assert decimal_of(lexical) is None


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    wide = colour if len(colour) == 7 else "#" + "".join(sign * 2 for sign in colour[1:])
    parts = [int(wide[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


OFFICIAL = ["e5243b", "dda63a", "4c9f38", "c5192d", "ff3a21", "26bde2", "fcc30b", "a21942", "fd6925", "dd1367",
            "fd9d24", "bf8b2e", "3f7e44", "0a97d9", "56c02b", "00689d", "19486a"]


def test_goals_have_the_colours_of_the_un_and_letters_that_can_be_read() -> None:
    css = (STATIC / "charts.css").read_text("utf-8")
    found = re.findall(r"\.goal-(\d+) \{ --goal: (#[0-9a-f]{6}); --on-goal: (#[0-9a-f]{3}); \}", css)
    assert [colour[1:] for _, colour, _ in found] == OFFICIAL
    for code, colour, letters in found:
        assert contrast(colour, letters) >= 4.5, code


@pytest.mark.parametrize("mode", [0, 1])
def test_words_can_be_read_in_both_modes(mode: int) -> None:
    css = (STATIC / "site.css").read_text("utf-8")
    root = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[mode]
    colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", root))
    for letters in ("ink", "soft", "link", "accent"):
        for ground in ("paper", "wash", "raised"):
            assert contrast(colour[letters], colour[ground]) >= 4.5, (letters, ground)
    assert contrast(colour["doubt"], colour["doubt-wash"]) >= 4.5
    assert contrast(colour["soft"], colour["doubt-wash"]) >= 4.5
    assert contrast(colour["link"], colour["doubt-wash"]) >= 4.5
    assert contrast(colour["on-accent"], colour["accent"]) >= 4.5
    for edge in ("rule", "accent"):
        assert contrast(colour[edge], colour["paper"]) >= (3 if edge == "accent" else 2.8)
