"""Reads a query as tokens, before any parser sees it: updates, SERVICE and what would exhaust the stack are refused.

The parser is greedy and needs no space between words (`SERVICESILENT<…>{` and `1SERVICE:x{` are clauses to it), so a
SERVICE clause is known by what it must have: a brace that follows a variable or IRI that follows the word.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from delmaal.errors import QueryTooDeep, ServiceRefused, UpdateRefused
from delmaal.outside import UNSEEN

LINKS = 5_000
"""How many operators and clauses that the parser nests although they stand in a row may be in a query.

At 5,000 the worst of them (BIND, VALUES, `&&`) needs 8 kB of stack each, at 256 brackets the worst (EXISTS) 25 kB each:
50 MB together, where a child has STACK in `child`.
"""

_TOKEN = re.compile(
    r"""
      (?P<comment> \#[^\r\n]*+ )
    | (?P<iri>     <(?:[^\x00-\x20<>"{}|^`\\]++ | \\u[0-9A-Fa-f]{4} | \\U[0-9A-Fa-f]{8})*+> )
    | (?P<string>  '''(?:'{0,2}(?:[^'\\]|\\.))*+'''
                 | \"""(?:"{0,2}(?:[^"\\]|\\.))*+\"""
                 | '(?:[^'\\\r\n]++|\\.)*+'
                 | "(?:[^"\\\r\n]++|\\.)*+" )
    | (?P<broken>  ['"] )
    | (?P<variable>[?$]\w++ )
    | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+ )
    | (?P<name>    (?=[\w.-]{0,64}+:)
                   (?:(?:_|[^\W\d_])(?:[\w.-]{0,62}[\w-])?)?:(?:[\w:%.-]|\\[-_~.!$&'()*+,;=/?\#@%])*+ )
    | (?P<word>    (?:\w|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})++ )
    | (?P<open>    <<|[{(\[] )
    | (?P<close>   >>|[})\]] )
    | (?P<link>    [/|^!&+*=-] )
    | (?P<sign>    \S )
    """,
    re.VERBOSE | re.DOTALL,
)
_TERMS = frozenset({"variable", "iri", "name"})
_WITHIN = frozenset({"comment", "iri", "string"})
_OPERANDS = frozenset({"variable", "iri", "name", "string", "language", "close"})
_PROLOGUE = frozenset({"base", "prefix", "version"})
_NESTING = frozenset({"union", "optional", "minus", "filter", "bind", "values", "graph", "exists", "as", "lateral"})
_UPDATES = frozenset({"insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with",
                      "insertdata", "deletedata", "deletewhere"})
_GRAPH_NAMED_BY = frozenset({"graph", "from", "named", "describe"})
_GLUED = re.compile(r"(?:true\.?|false\.?)?service", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_FETCHES = ("this endpoint fetches from no other: SERVICE is refused; ask the other endpoint yourself and give its "
            "rows with VALUES")


_BEGINS = re.compile(
    r"(?:\s*+(?:PREFIX\s++[A-Za-z0-9_.-]*+:|BASE)\s*+<[^<>\"{}|^`\\\x00-\x20]*+>)*+\s*+(?:SELECT|ASK|CONSTRUCT|DESCRIBE)\b",
    re.IGNORECASE | re.ASCII)
"""A usual prologue, and a form of query after it: not an update."""


def is_plain(text: str, depth: int) -> bool:
    """Whether `check` surely has nothing against a query, seen without reading its tokens: the usual one.

    Without an escape, a word is refused only where its letters stand in the text; and what is counted needs at least a
    character for each.
    """
    return (len(text) <= LINKS and "\\" not in text
            and text.count("{") + text.count("(") + text.count("[") + text.count("<<") <= depth
            and _BEGINS.match(text) is not None and "service" not in text.lower())


def check(text: str, depth: int) -> None:
    """Refuse a query that must not reach the parser; at most `depth` brackets may stand within one another.

    Raises UpdateRefused, ServiceRefused or QueryTooDeep.
    """
    if not is_plain(text, depth):
        read(text, depth)


def read(text: str, depth: int) -> None:  # noqa: PLR0912  # one branch for each kind of token
    """What `check` promises, by reading every token."""
    opened: list[str] = []
    first = ""
    links = 0
    before, last = ("", ""), ("", "")
    ambiguous = False
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup or "", match.group()
        if kind == "comment":
            continue
        if kind == "broken":
            break  # a quote that nothing closes: the parser stops here too, and to look for an end at each one is slow
        if kind == "word":
            token = _plain(token)
            links += token in _NESTING
            if not first and token not in _PROLOGUE:
                first = token
                _refuse_update(first)
        elif kind == "link":
            links += 1
        elif kind == "open":
            if token == "{" and _is_service(before, last) and not text.startswith("{|", match.start()):
                raise ServiceRefused(_FETCHES)
            opened.append(token)
            if len(opened) > depth:
                raise QueryTooDeep(f"the query has more than {depth} brackets within one another; nest it less deeply")
        elif kind == "close" and opened:
            opened.pop()
        elif kind == "iri":
            ambiguous = ambiguous or (_may_be_less_than(token, last) and opened[-1:] == ["("])
        if links > LINKS:
            raise QueryTooDeep(f"the query has more than {LINKS:,} operators and clauses; give long lists with VALUES")
        before, last = last, (kind, token)
    if ambiguous and "service" in text.lower():
        raise ServiceRefused(f"a < in this query can be read in two ways; put spaces around it, since {_FETCHES}")


def _plain(word: str) -> str:
    if "\\" in word:
        word = _ESCAPE.sub(lambda match: chr(min(int(match[1] or match[2], 16), 0x10FFFF)), word)
    return word.lower()


def _refuse_update(word: str) -> None:
    if word in _UPDATES:
        raise UpdateRefused(f"this endpoint is read-only: {word.upper()} is an update, and a release never changes; "
                            "ask with SELECT, ASK, CONSTRUCT or DESCRIBE")


def _is_service(before: tuple[str, str], last: tuple[str, str]) -> bool:
    """Whether a brace after these two tokens opens a SERVICE clause."""
    if last[0] not in _TERMS:
        return False
    word = before[1] if before[0] == "word" else ""
    if "service" in word or word.endswith("silent"):
        return True
    return last[0] == "name" and _GLUED.match(last[1]) is not None and word not in _GRAPH_NAMED_BY


def _may_be_less_than(iri: str, last: tuple[str, str]) -> bool:
    """Whether the parser may read what looks like an IRI as a comparison, so that a string or comment begins within."""
    kind, token = last
    operand = kind in _OPERANDS or (kind == "word" and (token[0].isdigit() or token in {"true", "false"}))
    return operand and ("'" in iri or "#" in iri)


def find_unseen(text: str) -> int | None:
    """Where the first sign of UNSEEN stands that is not within a string, a comment or an IRI."""
    if UNSEEN.keys().isdisjoint(text):
        return None
    free = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "broken":
            break
        if kind in _WITHIN:
            found = _first_unseen(text, free, match.start())
            if found is not None:
                return found
            free = match.end()
    return _first_unseen(text, free, len(text))


def _first_unseen(text: str, start: int, end: int) -> int | None:
    return next((place for place in range(start, end) if text[place] in UNSEEN), None)


def prefixes_of(text: str) -> tuple[set[str], set[str]]:
    """The prefixes that a query uses, and those that it declares; blank nodes have none."""
    used, declared, declaring = set[str](), set[str](), False
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        if kind == "broken":
            break
        if kind == "name":
            (declared if declaring else used).add(token.partition(":")[0])
        declaring = kind == "word" and token.lower() == "prefix"
    return used - {"_"}, declared


def find_undeclared(text: str, end: int, known: Collection[str]) -> tuple[str, int] | None:
    r"""The first prefix that is used before `end`, is declared nowhere before it and is not among `known`, and where.

    None where a `\u` escape may stand for any of it.
    """
    if "\\" in text[:end]:
        return None
    declared, declaring, opening = set(known), False, -1
    for match in _TOKEN.finditer(text, 0, end):
        kind, token = match.lastgroup, match.group()
        if kind == "broken" or (kind == "name" and match.start() == opening):
            break  # an IRI that is none is not a name after a comparison, as `<https://a b>`
        if kind == "name":
            prefix = token.partition(":")[0]
            if declaring:
                declared.add(prefix)
            elif prefix != "_" and prefix not in declared:
                return prefix, match.start()
        declaring = kind == "word" and token.lower() == "prefix"
        opening = match.end() if token == "<" else -1
    return None
