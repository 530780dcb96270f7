"""The trail that leads to a page, and how titles are cut where there is little room."""

from __future__ import annotations

from typing import NamedTuple

from delmaal.reading.releases import Opened
from delmaal.reading.rows import Addresses, Value

TITLE = 110
"""Letters of a title in the browser's tab and on a card; a page shows it whole."""


class Step(NamedTuple):
    """A step of the trail from the home page to a page."""

    text: str
    href: str
    language: str = ""


def short(text: str, limit: int = TITLE) -> str:
    """A text cut at a word, with an ellipsis, where it is longer than it may be."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    return (cut.rpartition(" ")[0] if " " in cut[limit // 2 :] else cut).rstrip(" ,.;:–-") + "…"


def step(value: Value) -> Step:
    """A thing as a step of the trail."""
    return Step(short(value.text, 60), value.href, value.language)


def publication(opened: Opened, language: str) -> str:
    """The publication's title."""
    titles: dict[str, str] = opened.release.manifest["title"]
    return titles.get(language) or next(iter(titles.values()), "")


def home_step(urls: Addresses, language: str, text: str) -> Step:
    """The first step of every trail."""
    return Step(text, urls.speaking(language).home())
