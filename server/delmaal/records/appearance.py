"""How a publication looks and what it says of itself: a logo, two colours, an address for mistakes, texts of pages."""

from __future__ import annotations

from dataclasses import dataclass

from delmaal.records.texts import Marks

PAGES = ("about", "accessibility", "privacy")
"""The pages whose text is the publisher's."""


@dataclass(frozen=True, slots=True)
class Branding:
    """A logo by the name of its file, with its content; the colour of links and signs on a light page and on a dark
    one; where mistakes are reported, an address of the web or of mail."""

    marks: Marks
    logo: str
    light: str
    dark: str
    reports: str
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class Prose:
    """The text of a page in a language, as Markdown."""

    page: str
    language: str
    text: str
