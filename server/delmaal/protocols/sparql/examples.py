"""The worked example queries: `.rq` files, served as SHACL's SPARQL executables and as pages.

    /sparql/examples[.x]           the list
    /sparql/examples/<name>[.x]    a query: RDF, its text (.rq), or a page with programs that run it

A file opens with its header, a line of `# key: value` for each of HEADER, and is a query as it stands. Its text holds
`VALUES ?language { "nb" }`, the one place where the language of the answer is chosen; an English page says "en" there.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from delmaal import formats
from delmaal.formats import Format
from delmaal.http.answers import answer
from delmaal.http.asked import Asked
from delmaal.http.assets import bundle
from delmaal.http.failures import problem
from delmaal.http.negotiate import HTML, by_suffix, choose
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.languages import Words
from delmaal.protocols.sparql.phrases import phrases, trail
from delmaal.protocols.sparql.snippets import form_of, snippets_for
from delmaal.reading.releases import Opened
from delmaal.terms import PREFIXES, mint, term, text, typed

routes = Routes("examples")

FOLDER = Path(__file__).parent.parent / "queries"
HEADER = ("title@nb", "title@en", "answers@nb", "answers@en", "group")
GROUPS = Words("examples", {
    "themes": "Themes",
    "targets": "Goals and targets",
    "statistics": "Statistics",
    "documents": "Governing documents",
    "places": "Places",
    "data": "About the data",
})
QUERY = Format("sparql-query", "SPARQL", "application/sparql-query", "rq")
ROWS: tuple[Format, ...] = (*formats.RDF_FORMATS, QUERY, HTML)
LIST_ROWS: tuple[Format, ...] = (*formats.RDF_FORMATS, HTML)
_KINDS = {"SELECT": ("Select", "select"), "ASK": ("Ask", "ask"), "CONSTRUCT": ("Construct", "construct")}
LABELS = Words("example", {
    "list": "Example queries", "prefixes": "The prefixes of the queries", "prefix": "the prefix {}",
})


class Example(NamedTuple):
    """A worked example, texts by language."""

    name: str
    group: str
    title: dict[str, str]
    answers: dict[str, str]
    query: str

    def spoken(self, lang: str) -> str:
        """The query, asking for labels in a language."""
        return self.query.replace('VALUES ?language { "nb" }', f'VALUES ?language {{ "{lang}" }}')


@cache
def examples() -> dict[str, Example]:
    """The examples by name, in the order of their groups.

    Raises ValueError where a header lacks a line: a mistake of ours, which a test finds.
    """
    found = [read_example(path) for path in sorted(FOLDER.glob("*.rq"))]
    ranks = list(GROUPS)
    return {each.name: each for each in sorted(found, key=lambda each: ranks.index(each.group))}


def read_example(path: Path) -> Example:
    """An example from its file.

    Raises ValueError.
    """
    head, _, query = path.read_text(encoding="utf-8").partition("\n\n")
    said = dict(re.findall(r"^# ([\w@]+): (.+)$", head, re.MULTILINE))
    if tuple(said) != HEADER or said["group"] not in GROUPS:
        raise ValueError(f"{path}: the header of an example has the lines {', '.join(HEADER)}")
    title, answers = ({lang: said[f"{key}@{lang}"] for lang in ("nb", "en")} for key in ("title", "answers"))
    return Example(path.stem, said["group"], title, answers, query.strip() + "\n")


def grouped(lang: str) -> list[tuple[str, list[Example]]]:
    """The examples under the titles of their groups."""
    return [(GROUPS.say(group, lang), [each for each in examples().values() if each.group == group])
            for group in GROUPS]


@routes.page("/sparql/examples")
@routes.get("/sparql/examples.<suffix>")
def example_list(request: Asked, suffix: str | None = None) -> Reply:
    """The list, in RDF with every query."""
    row = _chosen(request, suffix, LIST_ROWS)
    if isinstance(row, Reply):
        return row
    if row is HTML:
        spoken = request.language
        return answer(
            request, lambda: _list_page(request, spoken), HTML.content_type, "html", spoken, vary=_vary(suffix, HTML)
        )
    return answer(request, lambda: _list_graph(request.opened, row), row.content_type, vary=_vary(suffix, row))


@routes.page("/sparql/examples/<name>")
def example(request: Asked, name: str) -> Reply:
    """One query."""
    stem, suffixed = by_suffix(name, ROWS)
    found = examples().get(stem)
    if found is None:
        return problem(
            request, 404, "example-unknown", f"there is no example {stem[:100]}; {request.urls.examples()} lists them"
        )
    suffix = suffixed.suffix if suffixed else None
    row = _chosen(request, suffix, ROWS)
    if isinstance(row, Reply):
        return row
    urls, here = request.urls, request.urls.example(stem)
    alternates = "".join(f', <{urls.form(here, each.suffix)}>; rel="alternate"; type="{each.media_type}"'
                         for each in ROWS)
    headers = [("Content-Location", request.sent_from(here, row.suffix)),
               ("Link", f'<{request.canonical.example(stem)}>; rel="canonical"{alternates}')]
    if row in (HTML, QUERY):
        spoken = request.language
        make = (lambda: _page(request, found, spoken)) if row is HTML else found.spoken(spoken).encode
        return answer(request, make, row.content_type, row.name, spoken, vary=_vary(suffix, row), headers=headers)
    return answer(
        request, lambda: _graph(request.opened, found, row), row.content_type, vary=_vary(suffix, row), headers=headers
    )


def _chosen(request: Asked, suffix: str | None, rows: tuple[Format, ...]) -> Format | Reply:
    if suffix is not None:
        row = next((row for row in rows if row.suffix == suffix), None)
        return row or problem(request, 404, "format-unknown", f"had as {', '.join(row.suffix for row in rows)}")
    row = choose(request.headers.get("Accept", ""), rows)
    if row is None:
        available = [each.media_type for each in rows]
        return problem(request, 406, "format-unacceptable", f"had as {', '.join(available)}", available=available)
    return row


def _vary(suffix: str | None, row: Format) -> str:
    """What a cache has to look at: Accept without a suffix, Accept-Language where the text is in a language."""
    if suffix is None:
        return "Accept, Accept-Language"
    return "Accept-Language" if row in (HTML, QUERY) else ""


def _page(request: Asked, found: Example, lang: str) -> bytes:
    query = found.spoken(lang)
    release, urls, here = request.opened, request.urls, request.urls.example(found.name)
    answers = formats.RESULT_FORMATS if form_of(query) in ("SELECT", "ASK") else formats.RDF_FORMATS
    if form_of(query) == "ASK":
        answers = tuple(row for row in answers if row.name not in ("csv", "tsv"))
    return request.render(
        "example.html", lang=lang, said=phrases(lang), it=found, tab=found.title[lang], summary=found.answers[lang],
        canonical=request.canonical.example(found.name), trail=trail(urls, lang, 3), query=query,
        release=release.release, bundle=bundle("sparql"), iri=_iri(release, found.name).value,
        here=here,
        answers=[(row.label, urls.sparql(f"query={quote(query, safe='')}&format={row.name}")) for row in answers],
        alternates=[(row.label, urls.form(here, row.suffix)) for row in ROWS if row is not HTML],
        snippets=snippets_for(query, request.canonical.sparql()),
    ).encode()


def _list_page(request: Asked, lang: str) -> bytes:
    return request.render("examples.html", lang=lang, said=phrases(lang), title=LABELS.say("list", lang),
                           tab=LABELS.say("list", lang), trail=trail(request.urls, lang, 2),
                           groups=grouped(lang), release=request.opened.release, here=request.urls.examples(),
                           bundle=bundle("sparql"),
                           alternates=[(row.label, request.urls.form(request.urls.examples(), row.suffix))
                                       for row in LIST_ROWS if row is not HTML]).encode()


def _iri(release: Opened, name: str) -> NamedNode:
    return mint(release.release.base, "sparql", "examples", name)


def _triples(release: Opened, each: Example) -> list[Triple]:
    """An example as SHACL's advanced features describe it (section 9, "SPARQL executables")."""
    node, whole = _iri(release, each.name), mint(release.release.base, "sparql", "examples")
    kind, predicate = _KINDS[form_of(each.query)]
    own = NamedNode(f"{whole.value}#prefixes")
    pairs: list[tuple[str, NamedNode | Literal]] = [
        ("rdf:type", term("sh:SPARQLExecutable")), ("rdf:type", term(f"sh:SPARQL{kind}Executable")),
        (f"sh:{predicate}", text(each.query)), ("sh:prefixes", own), ("dct:isPartOf", whole),
        ("schema:target", release.iri.document("sparql")),
    ]
    pairs += [("rdfs:label", text(value, lang)) for lang, value in each.title.items()]
    pairs += [(name, text(value, lang)) for lang, value in each.answers.items()
              for name in ("dct:description", "rdfs:comment")]
    return [Triple(node, term(name), value) for name, value in pairs]


def _prefixes(release: Opened, used: set[str]) -> list[Triple]:
    """The prefixes as SHACL declares them (section 5.2.1)."""
    whole = mint(release.release.base, "sparql", "examples").value
    node = NamedNode(f"{whole}#prefixes")
    triples = [Triple(node, term("rdf:type"), term("owl:Ontology")),
               *_labels(node, LABELS.labelled("prefixes"))]
    for prefix in sorted(used):
        declaration = NamedNode(f"{whole}#prefix-{prefix}")
        triples += [Triple(node, term("sh:declare"), declaration),
                    Triple(declaration, term("rdf:type"), term("sh:PrefixDeclaration")),
                    *_labels(declaration, LABELS.labelled("prefix", prefix)),
                    Triple(declaration, term("sh:prefix"), text(prefix)),
                    Triple(declaration, term("sh:namespace"), typed(PREFIXES[prefix], "xsd:anyURI"))]
    return triples


def _labels(node: NamedNode, labels: dict[str, str]) -> list[Triple]:
    return [Triple(node, term("rdfs:label"), text(value, lang)) for lang, value in labels.items()]


def _used(query: str) -> set[str]:
    return set(re.findall(r"^PREFIX ([\w-]+):", query, re.MULTILINE))


def _graph(release: Opened, each: Example, row: Format) -> bytes:
    return formats.write([*_triples(release, each), *_prefixes(release, _used(each.query))], row,
                         first=(_iri(release, each.name),))


def _list_graph(release: Opened, row: Format) -> bytes:
    whole = mint(release.release.base, "sparql", "examples")
    triples = [Triple(whole, term("rdf:type"), term("foaf:Document")),
               *_labels(whole, LABELS.labelled("list"))]
    used: set[str] = set()
    for each in examples().values():
        triples += [Triple(whole, term("dct:hasPart"), _iri(release, each.name)), *_triples(release, each)]
        used |= _used(each.query)
    return formats.write([*triples, *_prefixes(release, used)], row, first=(whole,))
