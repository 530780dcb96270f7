"""Programs that run a query: a table of templates, filled in here for a page and in the browser for the editor.

What leaves the page runs anywhere: it declares the prefixes that only this endpoint knows of itself, and it follows a
redirect. Python's urllib does so after a GET alone (it takes a 307 after a POST for a failure), so a query is posted
by it only where it is too long for an address.

The browser fills in the same templates (server/frontend/src/snippets.js), so what is quoted here is quoted there; a
test runs both on the same texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote

from delmaal.keeper.tokens import prefixes_of
from delmaal.terms import PREFIXES

GRAPHS = ("CONSTRUCT", "DESCRIBE")
FORMS = ("SELECT", "ASK", *GRAPHS)


class Snippet(NamedTuple):
    """A program: its name, the highlighting of its language, how a query is quoted in it, and for which query forms
    it is. In the text stand `{query}`, `{endpoint}`, `{mark}` for what ends the query, `{method}` for GET or POST."""

    name: str
    title: str
    quoting: str
    forms: tuple[str, ...]
    text: str


SNIPPETS: tuple[Snippet, ...] = (
    Snippet("curl", "curl", "heredoc", ("SELECT", "ASK"), """\
curl --location {endpoint} \\
  --header 'Accept: application/sparql-results+json' \\
  --data-urlencode query@- <<'{mark}'
{query}
{mark}
"""),
    Snippet("curl-graph", "curl", "heredoc", GRAPHS, """\
curl --location {endpoint} \\
  --header 'Accept: text/turtle' \\
  --data-urlencode query@- <<'{mark}'
{query}
{mark}
"""),
    Snippet("sparqlwrapper", "Python (SPARQLWrapper)", "python", ("SELECT",), """\
# pip install SPARQLWrapper
from SPARQLWrapper import {method}, JSON, SPARQLWrapper

endpoint = SPARQLWrapper("{endpoint}")
endpoint.setMethod({method})
endpoint.setReturnFormat(JSON)
endpoint.setQuery('''
{query}
''')
for row in endpoint.queryAndConvert()["results"]["bindings"]:
    print({name: term["value"] for name, term in row.items()})
"""),
    Snippet("sparqlwrapper-ask", "Python (SPARQLWrapper)", "python", ("ASK",), """\
# pip install SPARQLWrapper
from SPARQLWrapper import {method}, JSON, SPARQLWrapper

endpoint = SPARQLWrapper("{endpoint}")
endpoint.setMethod({method})
endpoint.setReturnFormat(JSON)
endpoint.setQuery('''
{query}
''')
print(endpoint.queryAndConvert()["boolean"])
"""),
    Snippet("sparqlwrapper-graph", "Python (SPARQLWrapper)", "python", GRAPHS, """\
# pip install SPARQLWrapper rdflib
from SPARQLWrapper import {method}, TURTLE, SPARQLWrapper
from rdflib import Graph

endpoint = SPARQLWrapper("{endpoint}")
endpoint.setMethod({method})
endpoint.setReturnFormat(TURTLE)
endpoint.setQuery('''
{query}
''')
graph = Graph().parse(data=endpoint.queryAndConvert(), format="turtle")
print(len(graph), "triples")
"""),
    Snippet("pandas", "Python (pandas)", "python", ("SELECT",), """\
# pip install pandas
from urllib.parse import urlencode

import pandas

query = '''
{query}
'''
address = "{endpoint}?" + urlencode({"query": query, "format": "csv"})
table = pandas.read_csv(address)
print(table)
"""),
    Snippet("r", "R", "r", ("SELECT",), """\
# install.packages(c("httr2", "readr"))
library(httr2)

query <- {query}
answer <- request("{endpoint}") |>
  req_headers(Accept = "text/csv") |>
  req_body_form(query = query) |>
  req_perform()
table <- readr::read_csv(I(resp_body_string(answer)))
print(table)
"""),
    Snippet("r-text", "R", "r", ("ASK", *GRAPHS), """\
# install.packages("httr2")
library(httr2)

query <- {query}
answer <- request("{endpoint}") |>
  req_headers(Accept = "application/sparql-results+json, text/turtle") |>
  req_body_form(query = query) |>
  req_perform()
cat(resp_body_string(answer))
"""),
)

SHORT = 6000
"""Characters of a query, percent-encoded, up to which it travels in an address: some proxies take 8 kB of them."""

_SKIPPED = re.compile(r"""<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|\b[\w-]*:""")
_FORM = re.compile(rf"\b({'|'.join(FORMS)})\b", re.IGNORECASE)


def form_of(query: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE: the first such word outside IRIs, strings, names and comments; SELECT where
    there is none."""
    found = _FORM.search(_SKIPPED.sub(" ", query))
    return found[1].upper() if found else "SELECT"


def declared(query: str, prefixes: Mapping[str, str]) -> str:
    """The query with a declaration of each of the prefixes that it uses and does not declare."""
    used, own = prefixes_of(query)
    lines = [f"PREFIX {name}: <{prefixes[name]}>\n" for name in sorted(used & prefixes.keys() - own)]
    return "".join(lines) + query


def fill(snippet: Snippet, query: str, endpoint: str) -> str:
    """The program that runs a query."""
    query = query.strip()
    mark = "SPARQL"
    while mark in query.splitlines():
        mark += "_"
    quoted = QUOTING[snippet.quoting](query)
    method = "GET" if len(quote(query, safe="!*'()~")) <= SHORT else "POST"
    values = {"query": quoted, "endpoint": endpoint, "mark": mark, "method": method}
    return re.sub(r"\{(query|endpoint|mark|method)\}", lambda name: values[name[1]], snippet.text)


def _python(query: str) -> str:
    return query.replace("\\", "\\\\").replace("'''", "\\'\\'\\'")


def _r(query: str) -> str:
    """A raw string (R 4.0 and newer), with as many dashes as it takes."""
    dashes = ""
    while f"){dashes}\"" in query:
        dashes += "-"
    return f'r"{dashes}(\n{query}\n){dashes}"'


QUOTING: dict[str, Callable[[str], str]] = {"heredoc": lambda query: query, "python": _python, "r": _r}
"""How a query is quoted; snippets.js has a function for each."""


def snippets_for(query: str, endpoint: str) -> list[tuple[str, str]]:
    """Title and text of each program for a query."""
    form, query = form_of(query), declared(query.strip(), PREFIXES)
    return [(row.title, fill(row, query, endpoint)) for row in SNIPPETS if form in row.forms]
