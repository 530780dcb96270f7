"""Reads how a publication looks: logo, two colours that can be read on the page, where mistakes are reported."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from delmaal.errors import Mark, SourceError
from delmaal.marks import read_bytes
from delmaal.records import Branding
from delmaal.sources.addresses import EMAIL, web_address
from delmaal.sources.fields import Fields
from delmaal.sources.logos import MAX_LOGO, check_svg

PAPERS = {"light": "#f3f6f6", "dark": "#162126"}
"""The darkest surface of the light page and the lightest of the dark one, against which a colour is read."""
READABLE = 4.5
"""The contrast that text needs (WCAG 2.2, 1.4.3)."""

_COLOUR = re.compile(r"#[0-9a-f]{6}\Z")
_LOGO = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.(?:svg|png)\Z")
_PNG = b"\x89PNG\r\n\x1a\n"


def read_branding(fields: Fields) -> Branding | None:
    """The branding of a publication; None where it has none."""
    node = fields.node("branding")
    if node is None:
        return None
    inner = Fields(node, "the branding", fields.errors)
    branding = Branding(
        logo=inner.matching("logo", _LOGO, "write the name of an SVG or PNG in the folder branding, as in logo.svg",
                            required=False),
        light=_colour(inner, "light"),
        dark=_colour(inner, "dark"),
        reports=inner.parsed("reports", _reports, "address-malformed", required=False),
        marks=inner.marks(),
    )
    inner.done()
    return branding


def _colour(fields: Fields, name: str) -> str:
    """A colour that can be read on the page."""
    colour = fields.matching(name, _COLOUR, "write a colour as six hexadecimal digits in lower case: #0b5560",
                             required=False)
    if colour and contrast(colour, PAPERS[name]) < READABLE:
        told = f"{name} is {colour}, whose contrast to the {name} page is {contrast(colour, PAPERS[name]):.1f}:1"
        sentence = f"{told}, and text needs {READABLE}:1; {_readable(colour, name)} would do"
        fields.refuse("contrast-low", name, sentence)
        return ""
    return colour


def _reports(value: str) -> None:
    if not EMAIL.match(value):
        try:
            web_address(value)
        except ValueError as error:
            raise ValueError("write an e-mail address, or a web address that begins with https://") from error


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2, contrast ratio): from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _readable(colour: str, name: str) -> str:
    """The nearest colour of the same hue that can be read: darker on a light page, lighter on a dark one."""
    parts, towards = [int(colour[at : at + 2], 16) for at in (1, 3, 5)], 0 if name == "light" else 255
    for step in range(1, 101):
        mixed = [round(part + (towards - part) * step / 100) for part in parts]
        found = f"#{mixed[0]:02x}{mixed[1]:02x}{mixed[2]:02x}"
        if contrast(found, PAPERS[name]) >= READABLE:
            break
    return found


def with_logo(branding: Branding, path: Path, name: str, errors: list[SourceError]) -> Branding:
    """The branding with its logo, which messages call `name`; without it where it cannot be taken."""
    try:
        data = read_bytes(path, name)
    except SourceError as error:
        errors.append(error)
        return replace(branding, logo="")
    except OSError as error:
        sentence = f"{name} cannot be read ({error.strerror or 'unknown'}); put the logo there, or delete logo"
        errors.append(SourceError("file-unreadable", branding.marks.at("logo"), sentence))
        return replace(branding, logo="")
    found: list[SourceError] = []
    if len(data) > MAX_LOGO:
        sentence = f"the logo has {len(data):,} bytes; {MAX_LOGO:,} is the limit: simplify it"
        found.append(SourceError("file-too-large", Mark(name), sentence))
    elif path.suffix == ".svg":
        found += check_svg(data, name)
    elif not data.startswith(_PNG):
        found.append(SourceError("logo-refused", Mark(name), "this is no PNG; save the picture as PNG or SVG"))
    errors += found
    return replace(branding, logo="") if found else replace(branding, picture=data)
