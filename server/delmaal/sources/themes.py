"""Reads a theme with its target links and the codes that are printed for them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from delmaal import codes
from delmaal.errors import Mark, SourceError, short
from delmaal.marks import Node
from delmaal.records import WHOLE, Choice, Lines, PrintedCode, TargetLink, Theme
from delmaal.sources.addresses import web_address
from delmaal.sources.evidence import point, read_citation, read_headline
from delmaal.sources.fields import Fields

BASES = ("both", "text-only", "printed-only", "chosen")
TEXT_FORMS = ("whole", "shortened", "split", "extended", "reworded")
PLACES = ("label", "inline")
CERTAINTIES = ("certain", "likely", "uncertain")
_LOS = re.compile(r"https://psi\.norge\.no/los/(?:tema|ord)/[a-z0-9]+(?:-[a-z0-9]+)*\Z")
EU_THEMES = ("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN")


def read_theme(node: Node, slug: str, errors: list[SourceError]) -> Theme:
    """A theme from `themes/<slug>.yaml`."""
    fields = Fields(node, f'theme "{slug}"', errors)
    theme = Theme(
        slug=slug,
        number=fields.integer("number", 1, 999),
        title=fields.require_label("title"),
        title_lines=fields.lines("title-lines", required=False),
        lines=fields.lines(required=False),
        summary=fields.require_label("summary"),
        subjects=fields.texts("subjects", topic, "address-malformed"),
        eu_themes=fields.texts("eu-themes", eu_theme, "eu-theme-unknown", required=True),
        targets=fields.records("targets", lambda item: _link(item, slug, errors)),
        cited=read_citation(fields),
        headline=read_headline(fields),
        marks=fields.marks(),
    )
    fields.done()
    _codes_once(theme, errors)
    return theme


def topic(value: str) -> None:
    """Accept the IRI of a topic: any web address, but LOS only in the form of its words and themes.

    Raises ValueError for anything else.
    """
    web_address(value)
    if urlsplit(value).hostname == "psi.norge.no" and not _LOS.match(value):
        raise ValueError("write a theme or word of LOS by its IRI, as in https://psi.norge.no/los/tema/folkehelse or "
                         "https://psi.norge.no/los/ord/klimatiltak")


def eu_theme(value: str) -> None:
    """Accept a code of the EU's data-theme table.

    Raises ValueError for anything else.
    """
    if value not in EU_THEMES:
        raise ValueError(f"write one of {', '.join(EU_THEMES)}")


def _link(node: Node, theme: str, errors: list[SourceError]) -> TargetLink:
    fields = Fields(node, f'a target of theme "{theme}"', errors)
    code = fields.parsed("code", _target, "target-malformed")
    text = fields.node("text")
    lines: Lines = ()
    opening = form = ""
    if text is not None:
        inner = Fields(text, f"the text of target {code}", errors)
        lines, opening = inner.lines(), inner.text("opening")
        form = inner.choice("form", TEXT_FORMS, "text-form-unknown")
        fields.doubt("text", inner.done().lacks("lines", "opening", "form"))
    link = TargetLink(
        code=code,
        basis=fields.choice("basis", BASES, "basis-unknown"),
        text_lines=lines,
        text_opening=opening,
        text_form=form,
        printed=fields.records("printed", lambda item: _print(item, code, errors)),
        note=fields.label("note", required=False),
        cited=read_citation(fields),
        by=_choice(fields, code),
        marks=fields.marks(),
    )
    fields.done()
    fields.doubt("printed", any(item.marks.lacks("as", "line") for item in link.printed))
    return link


def _choice(fields: Fields, code: str) -> Choice | None:
    node = fields.node("by")
    if node is None:
        return None
    inner = Fields(node, f"the choice of target {code}", fields.errors)
    choice = Choice(
        body=inner.label("body", required=False),
        decision=inner.text("decision", required=False),
        date=inner.parsed("date", point, "period-malformed", required=False),
        marks=inner.marks(),
    )
    fields.doubt("by", bool(inner.done().refused))
    if not (inner.has("body") or inner.has("decision") or inner.done().lacks(WHOLE)):
        sentence = f"{inner.what} names neither body nor decision; add who chose it, or by which decision"
        fields.refuse("choice-unfounded", "by", sentence)
    return choice


def _target(value: str) -> None:
    if not codes.is_target(value):
        right = codes.reading(value)
        raise ValueError(f'write "{right}"' if right else "write the code of a target, as in 3.4 or 11.a")


def _print(node: Node, code: str, errors: list[SourceError]) -> PrintedCode:
    fields = Fields(node, f"a printed code of target {code}", errors)
    printed = fields.text("as")
    found = codes.reading(printed)
    if printed and found is None:
        sentence = f'"{short(printed)}" is no spelling of a target code; write what is printed, as in 5,5 or 11-a'
        fields.refuse("printed-code-malformed", "as", sentence)
    record = PrintedCode(
        printed=printed,
        reading=found or "",
        line=fields.line("line"),
        place=fields.choice("place", PLACES, "place-unknown"),
        certainty=fields.choice("certainty", CERTAINTIES, "certainty-unknown", required=False, default="certain"),
        marks=fields.marks(),
    )
    fields.done()
    return record


def _codes_once(theme: Theme, errors: list[SourceError]) -> None:
    """Each target and each printed code stands once in a theme; of two, the later in the file is the one too many."""
    seen: dict[str, Mark] = {}
    printed: dict[tuple[int, str, str], Mark] = {}
    for link in theme.targets:
        if link.code and link.code in seen:
            sentence = f'theme "{theme.slug}" links target {link.code} at {seen[link.code]} too; merge the two'
            errors.append(SourceError("target-duplicate", link.marks.at("code"), sentence))
        seen.setdefault(link.code, link.marks.at("code"))
        for item in link.printed:
            key = (item.line, item.reading, item.place)
            if key in printed:
                sentence = f"the code {short(item.printed)} on line {item.line} stands at {printed[key]} too; keep one"
                errors.append(SourceError("printed-code-duplicate", item.marks.at("as"), sentence))
            elif not item.marks.lacks("as", "line", "place"):
                printed[key] = item.marks.at("as")


