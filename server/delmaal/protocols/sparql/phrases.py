"""The words of the query page and its scripts."""

from __future__ import annotations

from collections.abc import Callable

from delmaal.http.urls import Urls
from delmaal.languages import Words
from delmaal.reading.rows import Value
from delmaal.reading.words import WORDS

PHRASES = Words("query", {
    "title": "Query the data with SPARQL",
    "lead": (
        "Write a query, or begin with an example. The answer can be seen as a table, a chart or a map, downloaded and "
        "linked to. The usual prefixes need no declaration."
    ),
    "query": "Query",
    "run": "Run the query",
    "running": "Running …",
    "stop": "Stop",
    "format": "Answer as",
    "page": "Web page",
    "keyboard": (
        "Ctrl + Enter runs the query, Ctrl + Space completes words, Tab goes on through the page. The start of a name, "
        "such as “better he”, offers what is called so, and puts in its IRI."
    ),
    "examples": "Examples",
    "all-examples": "All examples as a list and as data",
    "about-example": "About the example",
    "try": "Open in the editor",
    "answer": "Answer",
    "table": "Table",
    "chart": "Chart",
    "timeline": "Time line",
    "map": "Map",
    "raw": "Raw",
    "views": "Show the answer as",
    "downloads": "Download the answer",
    "permanent": "Permanent link",
    "copy": "Copy",
    "copied": "Copied",
    "snippets": "Code that runs the query",
    "as-data": "The query as data",
    "all-as-data": "The queries as data",
    "yes": "Yes, there is a match.",
    "no": "No, there is no match.",
    "rows": ("{n} row", "{n} rows"),
    "north": "N",
    "south": "S",
    "east": "E",
    "west": "W",
    "none": "The query gives no rows.",
    "shown": "The first {n} rows are shown here; download the answer to have them all.",
    "large": "The answer is {n} MB. Download it to see it.",
    "time": "in {n} ms",
    "filter": "Show only rows with",
    "sort": "Sort by",
    "previous": "Previous",
    "next": "Next",
    "position": "Rows {a}–{b} of {n}",
    "label-column": "Labels from",
    "value-column": "Values from",
    "chart-kind": "Form",
    "bars": "Bars",
    "line": "Line",
    "no-chart": "A chart needs a column of numbers.",
    "chart-part": "The chart shows the first {n} rows.",
    "chart-of": "{value} for each {label}",
    "unit-column": "Unit",
    "unit-none": "without a unit",
    "chart-units": "{n} numbers are in another unit and are not shown on the same scale.",
    "chart-bare": (
        "The numbers are as the source prints them, without the power of ten: 15 may be 15 milliard. "
        "Ask for delmaal:amount."
    ),
    "timeline-of": "The rows along time",
    "map-of": "Places in the answer",
    "map-note": "Drawn on a grid of longitude and latitude, without a background map.",
    "failed": "The query could not be run",
    "unreachable": "The server does not answer. Try again.",
    "uses": "{n} uses",
    "group": "Group",
})

_TRAIL: tuple[tuple[Callable[[Urls], str], Words, str], ...] = (
    (Urls.home, WORDS, "home"), (Urls.sparql, WORDS, "sparql"), (Urls.examples, PHRASES, "examples"))


def trail(urls: Urls, lang: str, length: int = 1) -> list[Value]:
    """The way from the home page to a page, as far as its first steps go."""
    return [Value(words.say(key, lang), "", page(urls.speaking(lang))) for page, words, key in _TRAIL[:length]]


phrases = PHRASES.within
