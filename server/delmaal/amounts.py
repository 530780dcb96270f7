"""Amounts: what a printed number and its power of ten come to, exactly.

A source prints "15 milliarder"; the data keep the 15, the multiplier 9, and the amount in the unit, 15000000000.
Whoever sums, compares or draws takes the amount: the printed number alone is a thousand times wrong as soon as two
multipliers meet.

The point is moved in the text, so that no arithmetic rounds: `0.3333` with 3 is `333.3`. The result is the canonical
form of xsd:decimal (XML Schema 1.1): no exponent, no sign but a minus, no zero that says nothing.
"""

from __future__ import annotations

import re

DIGITS = 18
"""Digits before the point that an amount may have: what every engine computes with (xsd:decimal asks for as many)."""

_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?\Z")


def in_unit(number: str, multiplier: str = "") -> str:
    """The amount in the unit: `number` times ten to the power of `multiplier`, which is 0 where it is empty.

    Raises ValueError where either is no plain decimal number.
    """
    match = _NUMBER.match(number)
    if not match or not (match[2] or match[3]):
        raise ValueError(f"{number!r} is no decimal number")
    sign, whole, fraction = match[1], match[2], match[3] or ""
    places = int(multiplier or "0")
    if places >= 0:
        fraction = fraction.ljust(places, "0")
        whole, fraction = whole + fraction[:places], fraction[places:]
    else:
        whole = whole.rjust(-places, "0")
        whole, fraction = whole[:places], whole[places:] + fraction
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    plain = f"{whole}.{fraction}" if fraction else whole
    return f"-{plain}" if sign == "-" and plain != "0" else plain


def is_too_large(number: str, multiplier: str = "") -> bool:
    """Whether an amount has more digits before the point than engines compute with."""
    return len(in_unit(number, multiplier).lstrip("-").partition(".")[0]) > DIGITS
