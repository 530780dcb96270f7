"""Reads from a query's text what decides which data it can touch, before a store elsewhere is asked.

A store behind a URL may do more than a query asks for: some run an update that comes as a query, some fetch a graph
that they have not. So only what begins as a query is sent, a bare word that begins an update is refused wherever it
stands (SPARQL has no other use for these words), and the graphs after FROM are told apart from all other IRIs. What
cannot be read as tokens is not sent at all.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urljoin

from delmaal.errors import QueryMalformed, UpdateRefused, short
from delmaal.outside import UNSEEN, named
from delmaal.terms import PREFIXES

FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH", "MODIFY"})

_TOKEN = re.compile(
    r"""
      (?P<space>    [\x00-\x20]++ | \#[^\r\n]*+ )
    | (?P<iri>      <[^<>\x00-\x20"{}|^`\\]*+(?:\\[uU][0-9A-Fa-f]{4,8}[^<>\x00-\x20"{}|^`\\]*+)*+> )
    | (?P<doubtful> <[^<>"\x00-\x20]*+"[^<>\x00-\x20]*+> )
    | (?P<string>   '''(?:'{0,2}(?:[^'\\]|\\.))*+'''
                  | \"""(?:"{0,2}(?:[^"\\]|\\.))*+\"""
                  | '(?:[^'\\\r\n]++|\\[^\r\n])*+'
                  | "(?:[^"\\\r\n]++|\\[^\r\n])*+" )
    | (?P<open>     ['"\\] )
    | (?P<variable> [?$]\w++ )
    | (?P<language> @[A-Za-z]++(?:-[A-Za-z0-9]++)*+ )
    | (?P<name>     (?=[\w.·-]{0,64}+:)(?P<prefix>(?:(?:_|[^\W\d_])(?:[\w.·-]{0,62}[\w·-])?)?):
                    (?P<local>(?:[\w:·-]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?\#@%]|\.(?=[\w:.%·\\-]))*+) )
    | (?P<word>     \w++ )
    | (?P<sign>     . )
    """,
    re.VERBOSE | re.DOTALL,
)
"""Every token of SPARQL 1.1 and 1.2. `open` is a quote that nothing closes, or an escape where none may stand;
`doubtful` is an IRI to a lenient lexer and a comparison with a string to a strict one. The length of a prefix is
bounded, since a run of letters and dots would be read anew from each of its letters otherwise."""

_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LOCAL_ESCAPE = re.compile(r"\\(.)")


class Clauses(NamedTuple):
    """What a query says of itself: SELECT, ASK, CONSTRUCT or DESCRIBE, the graphs after FROM and FROM NAMED, and the
    BASE and PREFIX clauses that the text lacks, on one line, so that its line numbers stay right."""

    form: str
    graphs: tuple[str, ...] = ()
    declarations: str = ""


def read_clauses(text: str, base: str = "") -> Clauses:
    r"""The clauses of a query, in which relative IRIs are relative to `base`.

    A text with `\u` escapes is read as it stands and with the escapes resolved, as different stores do, and the graphs
    of both readings count. Raises QueryMalformed or UpdateRefused.
    """
    found = _Reading(text, base).clauses()
    if _CODEPOINT.search(text):
        resolved = _Reading(_CODEPOINT.sub(_character, text), base).clauses()
        if resolved.form != found.form:
            raise QueryMalformed(r"1:1: the query can be read in two ways; write its \u escapes out")
        return found._replace(graphs=tuple(dict.fromkeys(found.graphs + resolved.graphs)))
    return found


def _character(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number <= 0x10FFFF else "\ufffd"


class _Reading:
    """One pass over the tokens of a text."""

    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.base = base
        self.relative = False
        self.declared: dict[str, str] = {}
        self.used: dict[str, re.Match[str]] = {}
        self.graphs: list[str] = []
        self._tokens = (match for match in _TOKEN.finditer(text) if match.lastgroup != "space")

    def clauses(self) -> Clauses:
        given = self.base
        form = self._prologue()
        for token in self._tokens:
            self._look(token)
        undeclared = [prefix for prefix in self.used if prefix not in self.declared]
        for prefix in undeclared:
            if prefix not in PREFIXES:
                raise self._malformed(self.used[prefix], f"the prefix {short(prefix)}: is not declared")
        declarations = f"BASE <{given}> " if given and self.relative else ""
        declarations += "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in undeclared)
        return Clauses(form, tuple(dict.fromkeys(self.graphs)), declarations)

    def _next(self) -> re.Match[str] | None:
        token = next(self._tokens, None)
        if token is not None:
            self._refuse(token)
        return token

    def _prologue(self) -> str:
        """The form, which follows BASE, PREFIX and VERSION."""
        token = self._next()
        while token is not None:
            word = token.group().upper() if token.lastgroup == "word" else ""
            if word == "PREFIX":
                self._declaration(token)
            elif word == "BASE":
                iri = self._next()
                if iri is None or iri.lastgroup != "iri":
                    raise self._malformed(token, "BASE takes an IRI: BASE <https://…>")
                self.base = self._absolute(iri)
            elif word == "VERSION":
                self._next()
            elif word in FORMS:
                return word
            else:
                raise self._malformed(token, f"a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, not "
                                             f"{short(token.group())!r}")
            token = self._next()
        raise QueryMalformed("1:1: the query has no SELECT, ASK, CONSTRUCT or DESCRIBE")

    def _declaration(self, token: re.Match[str]) -> None:
        name, iri = self._next(), self._next()
        if name is None or iri is None or name["prefix"] is None or name["local"] or iri.lastgroup != "iri":
            raise self._malformed(token, "PREFIX takes a prefix with a colon, and an IRI: PREFIX ex: <https://…>")
        self.declared[name["prefix"]] = self._absolute(iri)

    def _absolute(self, token: re.Match[str]) -> str:
        """An IRI, resolved where it is relative; a base that is no http address leaves it as it is, so that it is the
        name of no graph."""
        iri = _CODEPOINT.sub(_character, token.group()[1:-1])
        if _SCHEME.match(iri):
            return iri
        self.relative = True
        return urljoin(self.base, iri) if self.base.startswith(("http://", "https://")) else iri

    def _look(self, token: re.Match[str]) -> None:
        self._refuse(token)
        if token["prefix"] is not None and token["prefix"] != "_":
            self.used.setdefault(token["prefix"], token)
        elif token.lastgroup == "iri":
            self._absolute(token)
        elif token.lastgroup == "word" and token.group().upper() == "FROM":
            self._from(token)

    def _from(self, token: re.Match[str]) -> None:
        graph = self._next()
        if graph is not None and graph.group().upper() == "NAMED":
            graph = self._next()
        if graph is not None and graph.lastgroup == "iri":
            self.graphs.append(self._absolute(graph))
        elif graph is not None and graph["prefix"] is not None:
            self._look(graph)
            prefix = graph["prefix"]
            namespace = self.declared.get(prefix, PREFIXES.get(prefix, ""))
            self.graphs.append(namespace + _LOCAL_ESCAPE.sub(r"\1", graph["local"]))
        else:
            raise self._malformed(token, "FROM takes a graph's IRI")

    def _refuse(self, token: re.Match[str]) -> None:
        kind = token.lastgroup
        if kind == "word" and token.group().upper() in UPDATES:
            sentence = f"this endpoint is read-only: {token.group().upper()} is an update, and a release never changes"
            raise UpdateRefused(f"{sentence}; ask with SELECT, ASK, CONSTRUCT or DESCRIBE")
        if kind == "sign" and token.group() in UNSEEN:
            raise self._malformed(token, f"here stands {named(token.group())}; write a space or nothing for it")
        if kind == "open":
            raise self._malformed(token, f"{token.group()} begins what nothing ends")
        if kind == "doubtful":
            raise self._malformed(token, "this < can be read in two ways; put spaces around it")

    def _malformed(self, token: re.Match[str], sentence: str) -> QueryMalformed:
        before = self.text[: token.start()]
        line, column = before.count("\n") + 1, token.start() - (before.rfind("\n") + 1) + 1
        return QueryMalformed(f"{line}:{column}: {sentence}")
