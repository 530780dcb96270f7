"""The page of a resource that has no page of its own kind: everything that is said about it, and what leads to it.

It is written from the statements without parsing them and without a template, since it is asked for as often as there
are resources. What frames it, `resource.html` in `base.html`, is rendered once for each language of an open release,
with marks where pages differ, and cut there.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from delmaal import formats
from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.http.urls import Suffix, stem_of
from delmaal.languages import best
from delmaal.reading.releases import RANKS
from delmaal.reading.rows import Value, labelled
from delmaal.reading.trail import home_step, publication, short
from delmaal.reading.words import say
from delmaal.site.descriptions.shown import Pairs, Rows, Shown, escaped, listed, reading, tag
from delmaal.terms import PREFIXES

_TYPE = b"<" + PREFIXES["rdf"].encode() + b"type>"
_LEADS = tuple(f"<{PREFIXES[prefix]}{name}>".encode() for prefix, name in
               (("dct", "description"), ("skos", "definition")))
_SUBJECT = f"<{PREFIXES['dct']}subject>".encode()
_ADDRESSES = f"<{PREFIXES['delmaal']}addresses>".encode()
_LONG = 140

_MARKS = {name: f"0mark0{name}0" for name in
          ("here", "iri", "page", "stem", "local", "now", "tab", "summary", "content")}
_CUT = re.compile(f"({'|'.join(_MARKS.values())})")


def generic_page(asked: Asked, page: Page, language: str) -> bytes:
    """The page of a resource, for who asked for it, in a language."""
    key = f"{asked.urls.key} {language}"
    return asked.opened.made(_Writer, key, lambda: _Writer(asked, language)).write(asked, page)


class _Writer:
    """Writes the pages of an open release in a language, with the addresses of a mount."""

    def __init__(self, asked: Asked, language: str) -> None:
        self._opened, self._language, self._urls = asked.opened, language, asked.urls.speaking(language)
        self._bare = self._urls.speaking("")
        self._pairs = Pairs(self._opened, self._urls, language)
        self._rows = Rows(self._opened, self._urls, language)
        self._frames: dict[tuple[bool, bool], list[bytes]] = {}
        self._said, self._led = (f"<h2>{escaped(say(name, language))}</h2>\n<dl class=\"rows\">\n".encode()
                                 for name in ("properties", "incoming"))

    def write(self, asked: Asked, page: Page) -> bytes:
        """The page of a resource."""
        grouped: dict[bytes, list[Shown]] = {}
        pairs = self._pairs
        for pair in page.pairs:
            shown = pairs[pair]
            found = grouped.get(shown[0])
            if found is None:
                grouped[shown[0]] = [shown]
            else:
                found.append(shown)
        title = self._title(page, grouped)
        kinds = b"".join([b"<span>" + kind[2] + b"</span>" for kind in grouped.pop(_TYPE, ())])
        summary, lead = self._lead(grouped)
        text = escaped(title.text)
        code = f'<span class="code">{title.code}</span> ' if title.code else ""
        attributes = f' lang="{title.language}"' if title.language else ""
        if len(title.text) > _LONG:
            attributes += ' class="long"'
        iri = escaped(page.iri)
        if page.iri.startswith(("http://", "https://")) and not page.iri.startswith(self._opened.release.base):
            iri = f'<a href="{iri}" rel="external">{iri}</a>'
        content = [f'<h1{attributes} dir="auto">{code}{text}</h1>\n'
                   f'<p class="iri"><code>{iri}</code></p>\n'.encode("utf-8", "replace"), lead]
        if kinds:
            content[:0] = (b'<p class="kinds">', kinds, b"</p>\n")
        self._add_own(content, grouped)
        if page.heads:
            self._add_incoming(content, page)
        if page.more or page.number > 1:
            content.append(self._turning(page))
        tab = text if len(title.text) <= _LONG // 2 else escaped(short(title.text))
        if page.number > 1:
            tab += f" ({page.number})"
        return self._framed(asked, page, tab, summary or text, b"".join(content))

    def _turning(self, page: Page) -> bytes:
        """The links to the pages before and after."""
        links = []
        for exists, number, relation, word, shown in (
            (page.number > 1, page.number - 1, "prev", "previous", "← {}"),
            (page.more, page.number + 1, "next", "next", "{} →"),
        ):
            if exists:
                href = escaped(self._urls.document(page.iri, number))
                words = shown.format(escaped(say(word, self._language)))
                links.append(f'<a href="{href}" rel="{relation}">{words}</a>')
        return f'<p class="pages">{" · ".join(links)}</p>\n'.encode()

    def _add_own(self, content: list[bytes], grouped: dict[bytes, list[Shown]]) -> None:
        """The rows of what is said."""
        if _ADDRESSES in grouped and _SUBJECT in grouped:  # what its sub-property says need not be said again
            addressed = {shown.html for shown in grouped[_ADDRESSES]}
            left = [shown for shown in grouped.pop(_SUBJECT) if shown.html not in addressed]
            if left:
                grouped[_SUBJECT] = left
        rows, known, language = [], self._rows, self._language
        for predicate, shown in grouped.items():
            row = known[predicate]
            if row is not None:
                values = shown[0][2] if len(shown) == 1 else listed(reading(shown, language), language)
                rows.append((row[0], row[1], values))
        if rows:
            rows.sort()
            content.append(self._said)
            for _, before, values in rows:
                content += (before, values, b"</dd>\n</div>\n")
            content.append(b"</dl>\n")

    def _add_incoming(self, content: list[bytes], page: Page) -> None:
        """The rows of what leads to the resource."""
        grouped: dict[bytes, list[Shown]] = {}
        for head in page.heads:
            subject, _, predicate = head.partition(b" ")
            grouped.setdefault(predicate, []).append(self._pairs[b" " + subject])
        if page.iri.startswith(PREFIXES["sdg"]):
            grouped.pop(_SUBJECT, None)  # delmaal:addresses says the same
        rows = [(row.order, row.led, listed(shown, self._language)) for predicate, shown in grouped.items()
                if (row := self._rows[predicate]) is not None]
        if rows:
            rows.sort()
            content.append(self._led)
            for _, before, values in rows:
                content += (before, values, b"</dd>\n</div>\n")
            content.append(b"</dl>\n")

    def _title(self, page: Page, grouped: dict[bytes, list[Shown]]) -> Value:
        """The label of the resource, as `labelled` chooses it, from what is at hand."""
        if page.number > 1 or page.more:
            return labelled(self._opened, self._urls, page.iri, self._language)
        labels: dict[str, str] = {}
        for predicate in RANKS:
            for shown in grouped.get(predicate, ()):
                labels.setdefault(shown.language, shown.text)
        return labelled(self._opened, self._urls, page.iri, self._language, labels)

    def _lead(self, grouped: dict[bytes, list[Shown]]) -> tuple[str, bytes]:
        """The first description as text and as HTML, taken out of the rows."""
        for predicate in _LEADS:
            if predicate in grouped:
                texts = {shown.language: shown.text for shown in grouped.pop(predicate)}
                language = best(texts, self._language)
                text = escaped(texts[language])
                other = language and language != self._language
                mark = f' lang="{language}"' if other else ""
                told = tag(language, self._language) if other else ""
                return (escaped(short(texts[language], 200)),
                        f'<p class="lead prose"{mark} dir="auto">{text}</p>{told}\n'.encode("utf-8", "replace"))
        return "", b""

    def _framed(self, asked: Asked, page: Page, tab: str, summary: str, content: bytes) -> bytes:
        here = self._bare.document(page.iri)
        known = self._urls.document(page.iri, page.number) if asked.suffix else here
        key = ("?" in here, page.number > 1)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = self._frame(asked, *key)
        filled = {b"here": here.encode(), b"iri": here.partition("?iri=")[2].encode(),
                  b"page": str(page.number).encode(), b"stem": stem_of(here).replace("&", "&amp;").encode(),
                  b"local": self._urls.local(known)[1:].encode(),
                  b"now": escaped(asked.now).encode() if asked.past else b"", b"tab": tab.encode("utf-8", "replace"),
                  b"summary": summary.encode("utf-8", "replace"), b"content": content}
        parts = frame.copy()
        for at in range(1, len(parts), 2):
            parts[at] = filled[parts[at]]
        return b"".join(parts)

    def _frame(self, asked: Asked, by_iri: bool, further: bool) -> list[bytes]:
        """The page around the content, cut at the marks: text, name of a mark, text, and so on."""
        given = {**({"iri": _MARKS["iri"]} if by_iri else {}), **({"page": _MARKS["page"]} if further else {})}
        if asked.suffix:
            given = {}
        bare, language = self._bare, self._language
        here = bare.descriptions() if by_iri else _MARKS["here"]
        alternates = [(row.label, row.media_type, f"{_MARKS['stem']}{row.suffix}") for row in formats.RDF_FORMATS]
        framing = Asked(asked.publication, "GET", "", urlencode(given))
        framing.root, framing.mount, framing.past, framing.opened = asked.root, asked.mount, asked.past, asked.opened
        if asked.suffix:
            framing.suffix = Suffix("", language, _MARKS["page"] if further else "")
        text = framing.render(
            "resource.html", lang=language, tab=_MARKS["tab"], summary=_MARKS["summary"], here=here,
            canonical=self._opened.site + _MARKS["local"], alternates=alternates, content=_MARKS["content"],
            now=_MARKS["now"], trail=[home_step(bare, language, say("home", language))], release=self._opened.release,
            publication=publication(self._opened, language))
        parts = _CUT.split(text)
        names = {mark: name for name, mark in _MARKS.items()}
        return [names.get(part, part).encode() if at % 2 else part.encode() for at, part in enumerate(parts)]
