"""Text that comes from outside: queries, forms, JSON, files. Signs that no editor shows are dropped or named.

A mark of byte order (U+FEFF) at the beginning is what some editors write before a text; it says nothing, and is dropped
by whoever takes a text in. Elsewhere such a sign is the client's to remove, and an error names it and its place.
"""

from __future__ import annotations

from collections.abc import Mapping

_MARK = "\ufeff"

UNSEEN: Mapping[str, str] = {
    "\u0085": "next line",
    "\u00a0": "no-break space",
    "\u00ad": "soft hyphen",
    "\u1680": "space",
    **{chr(number): "space" for number in range(0x2000, 0x200B)},
    "\u200b": "zero-width space",
    "\u200e": "left-to-right mark",
    "\u200f": "right-to-left mark",
    "\u2028": "line separator",
    "\u2029": "paragraph separator",
    **{chr(number): "mark of direction" for number in range(0x202A, 0x202F)},
    "\u202f": "narrow no-break space",
    "\u205f": "space",
    "\u2060": "word joiner",
    "\u3000": "ideographic space",
    _MARK: "mark of byte order",
}
"""Signs that look like nothing or like a space, and are neither in SPARQL; what each is called."""


def taken(text: str) -> str:
    """A text from outside without the mark of byte order at its beginning."""
    return text.removeprefix(_MARK)


def taken_bytes(text: bytes) -> bytes:
    """The same of a text in UTF-8 that is not decoded yet."""
    return text.removeprefix(b"\xef\xbb\xbf")


def named(sign: str) -> str:
    """A sign of UNSEEN as an error names it."""
    return f"U+{ord(sign):04X} ({UNSEEN[sign]}), which no editor shows"
