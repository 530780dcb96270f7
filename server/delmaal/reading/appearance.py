"""How a publication looks, as its release tells: logo, colours, headline figures, the texts of its pages.

What a release says of it is checked again, since a release may come from elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from delmaal.languages import lookup
from delmaal.markdown import rendered
from delmaal.reading.opened import Opened
from delmaal.records import PAGES

_COLOUR = re.compile(r"#[0-9a-f]{6}\Z")
_LOGO = re.compile(r"[a-z0-9-]+\.(?:svg|png)\Z")
_REPORTS = re.compile(r"https?://[^\s\"<>]+\Z")
_MAIL = re.compile(r"[A-Za-z0-9.!$&'*+/=_~-]+@[A-Za-z0-9.-]+\Z")


class Appearance:
    """What is told of a release's appearance; of one that tells nothing, nothing."""

    def __init__(self, opened: Opened) -> None:
        self._folder = opened.release.folder / "site"
        self._files = {path.removeprefix("site/") for path in opened.release.manifest["files"]
                       if path.startswith("site/")}

    @cached_property
    def _told(self) -> Mapping[str, Any]:
        if "site.json" not in self._files:
            return {}
        found = json.loads((self._folder / "site.json").read_bytes())
        return found if isinstance(found, dict) else {}

    def _text(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self._told.get(name, "")
        return value if isinstance(value, str) and pattern.match(value) else ""

    @cached_property
    def logo(self) -> str:
        """The name of the logo; empty where there is none."""
        name = self._text("logo", _LOGO)
        return name if name in self._files else ""

    def picture(self) -> bytes:
        """The logo."""
        return (self._folder / self.logo).read_bytes()

    @cached_property
    def colours(self) -> dict[str, str]:
        """The colour of links and signs on a light page and on a dark one, where they are told."""
        return {name: found for name in ("light", "dark") if (found := self._text(name, _COLOUR))}

    @cached_property
    def reports(self) -> str:
        """Where a mistake is reported, as an address that can be linked to; empty where that is not told."""
        mail = self._text("reports", _MAIL)
        return f"mailto:{mail}" if mail else self._text("reports", _REPORTS)

    def headline(self, theme: str = "") -> list[str]:
        """The figures that the publisher wants seen first, of the whole or of a theme."""
        told = self._told.get("headline")
        found = told.get(theme) if isinstance(told, dict) else None
        return [iri for iri in found if isinstance(iri, str)] if isinstance(found, list) else []

    @cached_property
    def pages(self) -> dict[str, dict[str, str]]:
        """The pages whose text the publisher wrote, each with the file of each language."""
        found: dict[str, dict[str, str]] = {}
        for file in sorted(self._files):
            page, _, rest = file.partition(".")
            if page in PAGES and rest.endswith(".md"):
                found.setdefault(page, {})[rest.removesuffix(".md")] = file
        return found

    def prose(self, page: str, language: str) -> tuple[str, str] | None:
        """A text as HTML, and its language: the reader's, else another; None where the publisher wrote none."""
        files = self.pages.get(page)
        if not files:
            return None
        tag = lookup(language, tuple(files)) or next(iter(files))
        return rendered((self._folder / files[tag]).read_text("utf-8", "replace")), tag


def appearance_of(opened: Opened) -> Appearance:
    """The appearance of a release, read once."""
    return opened.made(Appearance, "appearance", lambda: Appearance(opened))
