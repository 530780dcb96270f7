"""Markdown of publishers, who may share one origin with others: no HTML, no pictures, links of the web, of mail or
relative.

`faults` says what of it would not be shown as it is meant; `rendered` is safe whatever was written, since a release may
come from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_WEB = re.compile(r"(?:https?://[^\s/\\@]+(?:[/?#][^\s\\]*)?|mailto:[^\s\\]+)\Z", re.IGNORECASE)
_RELATIVE = re.compile(r"(?![/\\]{2})[^\s\\:/?#]*(?:[/?#][^\s\\]*)?\Z")
_RIGHT = "write an address that begins with https://, http:// or mailto:, or a relative one"


def is_link(address: str) -> bool:
    """Whether an address may be linked to: on the web, of mail, or relative to the page."""
    return bool(address) and (_WEB.match(address) or _RELATIVE.match(address)) is not None


def rendered(text: str) -> str:
    """A text as HTML; its headings stand below that of the page."""
    return str(_parser().render(text))


def faults(text: str) -> Iterator[tuple[int, str]]:
    """The line of each thing that is not taken, counted from 1, and what to write instead."""
    for token in _reader().parse(text):
        line = (token.map or [0])[0] + 1
        if token.type == "html_block":
            yield line, "HTML is not taken; write Markdown"
        for child in token.children or ():
            if child.type == "html_inline":
                yield line, f"HTML is not taken ({child.content[:40]}); write Markdown"
            elif child.type == "image":
                yield line, "pictures are not taken; link to the picture"
            elif child.type == "link_open" and not is_link(str(child.attrGet("href") or "")):
                yield line, f'"{str(child.attrGet("href"))[:60]}" cannot be linked to; {_RIGHT}'


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    setattr(parser, "validateLink", is_link)  # noqa: B010  # the library's way to say which links there are
    parser.core.ruler.push("below_the_page", lambda state: _below(state.tokens))
    return parser


@cache
def _reader() -> MarkdownIt:
    """Reads what would not be rendered, so that it can be said where it stands."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    setattr(parser, "validateLink", bool)  # noqa: B010  # what is wrong is told
    return parser


def _below(tokens: list[Token]) -> None:
    """A page has one heading of the first rank, which is its title."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + 1, 6)}"
