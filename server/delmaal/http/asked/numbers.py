"""Whole numbers that a client wrote."""

from __future__ import annotations

_LONGEST = 18
"""Digits of a number that is read: more is past every bound here, and past what `int` reads at once."""


def whole(text: str, least: int, most: int) -> int | None:
    """A whole number from `least` to `most`, both at least 0, in ASCII digits; None for all else.

    Zeros in front are no mistake; a sign, a space, a digit of another script is.
    """
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0") or "0"
    if len(digits) > _LONGEST:
        return None
    number = int(digits)
    return number if least <= number <= most else None
