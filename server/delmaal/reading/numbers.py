"""Numbers and quantities as people write them: `12 345,6` and `5 %` in Norwegian, `12,345.6` and `5%` in English."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from delmaal.languages import Words, locale_of

NBSP = "\u00a0"
MINUS = "\u2212"
DIGITS = 60

TIGHT = {"%", "‰"}
"""Symbols that stand close to the number in some languages."""

SPELT = {"L", "t"}
"""Symbols in whose place a reader of a Scandinavian language expects the name of the unit: 230 liter."""

SCALES = Words("scale", {
    "3": ("thousand", "thousand"),
    "6": ("million", "million"),
    "9": ("billion", "billion"),
    "12": ("trillion", "trillion"),
})
"""Words for a power of ten."""

SHORT = Words("axis", {"3": "thousand", "6": "million", "9": "billion", "12": "trillion"})
"""The same for an axis, where there is little room."""


class Style(NamedTuple):
    """How a language writes numbers (CLDR): what parts thousands and decimals, whether a per cent sign stands close to
    the number, whether a currency stands before it."""

    group: str
    point: str
    tight: bool
    currency_first: bool


@lru_cache(maxsize=256)
def style_of(language: str) -> Style:
    """How a language writes numbers; digits are always those of ASCII."""
    locale = locale_of(language)
    signs = locale.number_symbols.get("latn") or locale.number_symbols[locale.default_numbering_system]
    per_cent, currency = locale.percent_formats[None].pattern, locale.currency_formats["standard"].pattern
    return Style(signs["group"], signs["decimal"], per_cent.endswith("0%"), currency.lstrip("\u200f").startswith("¤"))


class Unit(NamedTuple):
    """A unit as it is written after a number, and its currency code where it is one."""

    symbol: str = ""
    currency: str = ""


def decimal_of(lexical: str) -> Decimal | None:
    """The number of a lexical form; None where it is none, or has more digits than can be drawn or read."""
    try:
        found = Decimal(lexical)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= DIGITS else None


@lru_cache(maxsize=1 << 12)
def number(value: Decimal, language: str) -> str:
    """A number with its thousands apart; it keeps the decimals that it was given with."""
    text = f"{abs(value):,f}" if value.is_finite() else str(value)
    if "." in text:
        text = text.rstrip("0").rstrip(".") if value == value.to_integral_value() else text
    style = style_of(language)
    if style.group != "," or style.point != ".":
        text = text.replace(",", "\0").replace(".", style.point).replace("\0", style.group)
    return f"{MINUS}{text}" if value < 0 else text


def quantity(value: Decimal, unit: Unit, language: str, scale: int = 0) -> str:
    """A number with its unit and its power of ten."""
    text = number(value, language)
    if (power := str(scale)) in SCALES:
        text = f"{text}{NBSP}{SCALES.noun(_counted(value), power, language)}"
    elif scale:
        text = f"{text}{NBSP}·{NBSP}10^{scale}"
    if unit.currency and style_of(language).currency_first:
        return f"{unit.currency}{NBSP}{text}"
    if not unit.symbol:
        return text
    if unit.symbol in TIGHT and not scale and style_of(language).tight:
        return f"{text}{unit.symbol}"
    return f"{text}{NBSP}{unit.symbol}"


def _counted(value: Decimal) -> int:
    """A number as the rules of plurals take it: whole, without a sign; of a fraction one that takes the plural."""
    return int(abs(value)) if value == value.to_integral_value() else 100


def tick(value: Decimal, unit: Unit, language: str, scale: int) -> str:
    """A number of an axis with its power of ten; of the unit the signs alone, since the chart names it."""
    if not scale:
        return quantity(value, unit, language) if unit.symbol in TIGHT else number(value, language)
    power = str(scale)
    word = SHORT.say(power, language) if power in SHORT else f"·{NBSP}10^{scale}"
    return f"{number(value, language)}{NBSP}{word}" if value else number(value, language)


def fraction(value: Decimal, language: str) -> str:
    """A ratio as people say it where it is a simple one, `1/3` for 0.3333; else the number."""
    if 0 < value < 1:
        simple = Fraction(value).limit_denominator(10)
        if abs(Decimal(simple.numerator) / simple.denominator - value) <= Decimal("0.0001"):
            return f"{simple.numerator}/{simple.denominator}"
    return number(value, language)


def interval(lower: Decimal, upper: Decimal, unit: Unit, language: str, scale: int = 0) -> str:
    """A range of numbers with the unit said once."""
    whole = quantity(upper, unit, language, scale)
    last = number(upper, language)
    return whole.replace(last, f"{number(lower, language)}–{last}", 1)


def size(count: int, language: str) -> str:
    """A number of bytes, to two digits or so."""
    for name, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            value = Decimal(count) / factor
            rounded = value.quantize(Decimal("0.1") if value < 10 else Decimal(1))
            return f"{number(rounded, language)}{NBSP}{name}"
    return f"{number(Decimal(count), language)}{NBSP}B"
