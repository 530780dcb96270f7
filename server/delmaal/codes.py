"""The grammars of codes: periods, ages, SDG codes and source lines.

    2019  2020-03  2020-05-19     a year, a month, a day
    2025--2040  2020--  --2019    from and to, either end open
    1984~1986                     some time within
    unknown                       the source does not say
    total  adult  0-17  80-       ages
    3.4  11.a                     SDG targets;  `5,5`, `11-a` and `17. 4` are spellings of them
    78-81  205                    source lines
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.dates import format_date, format_skeleton

from delmaal.languages import CATALOGUES, Words, locale_of

UNKNOWN = "unknown"
TOTAL = "total"

_POINT = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?\Z")
_AGE = re.compile(r"(0|[1-9][0-9]{0,2})-(0|[1-9][0-9]{0,2})?\Z")
_TARGET = re.compile(r"(1[0-7]|[1-9])\.([1-9][0-9]?|[a-d])\Z")
_SPELLING = re.compile(r"\s*([0-9]{1,2})\s*[.,-]\s*([0-9]{1,2}|[a-d])\s*\Z")
_INDICATOR = re.compile(r"C(0[1-9]|1[0-7]|20)([0-9]{2}|0[a-d])(?:0[1-9]|[1-9][0-9])\Z")
_LINES = re.compile(r"([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,8}))?\Z")

_PERIODS = Words("period", {
    "unknown": "unknown period",
    "within": "some time in {}–{}",
    "until": "up to and including {}",
    "from": "from {}",
    "since": "since {}",
    "towards": "towards {}",
    "latest": "{} at the latest",
    "range": "{}–{}",
})
_AGES = Words("age", {
    "total": "all ages",
    "adult": "adults",
    "over": ("{} year and over", "{} years and over"),
    "years": ("{} year", "{} years"),
    "range": ("{}–{} years", "{}–{} years"),
})

Labels = dict[str, str]
"""What a code is called, by language: in every one of the catalogues."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period: its code, first and last day (ISO 8601, None where open or unknown), and its year if one."""

    code: str
    start: str | None
    end: str | None
    year: int | None

    @property
    def labels(self) -> Labels:
        """What it is called."""
        return {tag: _called(self.code, tag) for tag in CATALOGUES}


def period(code: str) -> Period:
    """Read a period's code.

    Raises ValueError, with what would be right, for a code outside the grammar, a date that is none, or an end before
    the start.
    """
    if code == UNKNOWN:
        return Period(code, None, None, None)
    if "~" in code:
        first, last = (_point(part) for part in _two(code, "~"))
        _ordered(code, first, last)
        return Period(code, first.start, last.end, None)
    if "--" in code:
        left, right = _two(code, "--")
        if not left and not right:
            raise ValueError("a range needs a start or an end: 2025--2040, 2020--, --2019")
        if not left:
            return Period(code, None, _point(right).end, None)
        first = _point(left)
        if not right:
            return Period(code, first.start, None, None)
        last = _point(right)
        _ordered(code, first, last)
        return Period(code, first.start, last.end, None)
    return _point(code)


def chronological(start: str | None, end: str | None, name: str = "") -> tuple[bool, str, str, str]:
    """The key that sorts periods by their first and last day: by beginning, then by end, what is unknown last of all.

    What has no beginning comes first, what has no end after all that begins then and ends; `name` parts equals.
    """
    return not (start or end), start or "", end or "~", name


def when(code: str, expected: bool = False) -> Labels:
    """A period in the label of a figure; where an end is open, by whether the figure is expected or was so.

    `--2050` is "fram mot 2050" of a projection and "senest 2050" of an observation, `2020--` "fra 2020" and "siden
    2020". The period itself, which others refer to as well, is called by its bounds alone.
    """
    left, open_end, right = code.partition("--")
    if not open_end or (left and right):
        return period(code).labels
    word = ("from" if expected else "since") if left else ("towards" if expected else "latest")
    return {tag: _PERIODS.say(word, tag, _called(left or right, tag)) for tag in CATALOGUES}


@lru_cache(maxsize=1 << 13)
def _called(code: str, language: str) -> str:
    """What a period is called in a language."""
    if code == UNKNOWN:
        return _PERIODS.say("unknown", language)
    if "~" in code:
        return _PERIODS.say("within", language, *(_called(part, language) for part in _two(code, "~")))
    if "--" in code:
        left, right = _two(code, "--")
        if left and right:
            return _PERIODS.say("range", language, _called(left, language), _called(right, language))
        return _PERIODS.say("from" if left else "until", language, _called(left or right, language))
    return day_called(code, language)


def day_called(code: str, language: str) -> str:
    """A year, a month or a day as a language writes it (CLDR): `2019`, `mars 2020`, `19. mai 2020`."""
    year, month, day = (int(part or 0) for part in f"{code}--".split("-")[:3])
    if not month:
        return code
    at = date(year, month, day or 1)
    locale = locale_of(language)
    return format_date(at, "long", locale) if day else format_skeleton("yMMMM", at, locale=locale)


def is_point(code: str) -> bool:
    """Whether a text has the form of a year, a month or a day."""
    return _POINT.match(code) is not None


def _two(code: str, separator: str) -> tuple[str, str]:
    left, _, right = code.partition(separator)
    return left, right


def _ordered(code: str, first: Period, last: Period) -> None:
    if (first.start or "") > (last.end or ""):
        raise ValueError(f"{code} ends before it starts")


def _point(code: str) -> Period:
    match = _POINT.match(code)
    if not match:
        raise ValueError("write a year (2019), a month (2020-03), a date (2020-05-19), a range (2025--2040) or unknown")
    year, month, day = (None if part is None else int(part) for part in match.groups())
    if not year:
        raise ValueError("there is no year 0; write a year (2019)")
    if month is None:
        return Period(code, f"{code}-01-01", f"{code}-12-31", year)
    if not 1 <= month <= 12:
        raise ValueError(f"there is no month {month:02}; write 01 to 12")
    length = calendar.monthrange(year, month)[1]
    if day is None:
        return Period(code, f"{code}-01", f"{code}-{length}", None)
    if not 1 <= day <= length:
        raise ValueError(f"{code} is no date; {day_called(code[:7], 'en')} has the days 01 to {length}")
    return Period(code, code, code, None)


@lru_cache(maxsize=1 << 10)
def age(code: str) -> Labels:
    """What an age is called: `0-17` is 0 to 17 years inclusive, `80-` 80 years and over.

    Raises ValueError for a code outside the grammar.
    """
    if code in (TOTAL, "adult"):
        return _AGES.labelled(code)
    match = _AGE.match(code)
    if not match:
        raise ValueError("write total, adult, a range of years (0-17) or a lower limit (80-)")
    low, high = int(match[1]), match[2]
    if high is None:
        return {tag: _AGES.noun(low, "over", tag).format(low) for tag in CATALOGUES}
    if int(high) < low:
        raise ValueError(f"{code} ends before it starts")
    if int(high) == low:
        return {tag: _AGES.noun(low, "years", tag).format(low) for tag in CATALOGUES}
    return {tag: _AGES.noun(int(high), "range", tag).format(low, high) for tag in CATALOGUES}


def reading(printed: str) -> str | None:
    """The target code that a printed spelling stands for (`5,5` is 5.5, `11-a` is 11.a), None if it is none."""
    match = _SPELLING.match(printed)
    if not match:
        return None
    code = f"{int(match[1])}.{match[2] if match[2].isalpha() else int(match[2])}"
    return code if _TARGET.match(code) else None


def is_target(code: str) -> bool:
    """Whether a text has the form of a target's code."""
    return _TARGET.match(code) is not None


def indicator_target(code: str) -> str | None:
    """The target that one of the UN's indicators measures (`C030401` is 3.4, `C010a01` is 1.a), None if it is none.

    Empty for those that are numbered under no target, since they measure several (`C200303`).
    """
    match = _INDICATOR.match(code)
    if not match:
        return None
    goal, target = match[1], match[2]
    if goal == "20":
        return ""
    found = f"{int(goal)}.{target.removeprefix('0')}"
    return found if _TARGET.match(found) else None


def order(code: str) -> tuple[int, int, int, str]:
    """The key that sorts SDG codes as the UN does: by goal, numbers before letters."""
    goal, _, rest = code.partition(".")
    return int(goal), not rest.isdigit(), int(rest) if rest.isdigit() else 0, rest


def lines(code: str) -> tuple[int, int]:
    """First and last line of `78-81` or `205`.

    Raises ValueError for anything else.
    """
    match = _LINES.match(code)
    if not match or int(match[2] or match[1]) < int(match[1]):
        raise ValueError("write a line (205) or a run of lines (78-81); several runs as a list")
    return int(match[1]), int(match[2] or match[1])
