"""What templates say of languages: which others a page is in, and how a text is marked that is in another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from delmaal.languages import CATALOGUES, direction, own_name, territory_of


def languages_of(context: Context) -> tuple[str, ...]:
    """The languages of the publication; of the product where no release is open."""
    opened = context["request"].opened
    return CATALOGUES if opened is None else opened.languages


@pass_context
def _others(context: Context, lang: str) -> list[str]:
    """The languages that a page is in beside its own."""
    return [each for each in languages_of(context) if each != lang]


@pass_context
def _called(context: Context, lang: str) -> str:
    """A language by its own name."""
    return own_name(lang, languages_of(context))


def running(lang: str, beside: str = "en") -> Markup:
    """The attribute that says how a language runs, where that is otherwise than the text about it."""
    runs = direction(lang)
    return Markup("") if runs == direction(beside) else Markup(' dir="{}"').format(runs)


def in_language(lang: str, page: str) -> Markup:
    """The attributes of a text that is in another language than the page."""
    return Markup("") if lang == page else Markup(' lang="{}"').format(lang) + running(lang, page)


LANGUAGE_GLOBALS: dict[str, Callable[..., Any]] = {
    "also_in": _others,
    "called_by_itself": _called,
    "running": running,
    "in_language": in_language,
    "territory_of": territory_of,
}
