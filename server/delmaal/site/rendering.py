"""Writes the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

TEMPLATES = Path(__file__).parent / "templates"


def rendering(globals_: Mapping[str, Callable[..., Any]]) -> Callable[[str, Mapping[str, Any]], str]:
    """What writes a template, given by its name, with what it may name; `globals_` are functions that all may call."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(("html", "xml")), trim_blocks=True,
        lstrip_blocks=True, auto_reload=False)
    environment.globals.update(globals_)
    return lambda name, given: environment.get_template(name).render(given)
