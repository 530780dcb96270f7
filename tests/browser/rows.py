"""The pages that are looked at in the browser, one row for each kind.

To add a kind of page, add a row: its name, an address of Trondheim's publication that shows it (without `lang`), and,
if it loads more script than a page may, its budget in compressed bytes. Everything else is done for each row: both
languages, a telephone and a desk, with and without scripts, light and dark, axe, console, links, paint, shift, sizes.
To look at one kind alone: `pytest tests/test_browser.py -k theme`.
"""

from __future__ import annotations

from typing import NamedTuple

SCRIPT_BUDGET = 60_000
EDITOR_BUDGET = 600_000


class Row(NamedTuple):
    """A kind of page, and where one is."""

    kind: str
    path: str
    budget: int = SCRIPT_BUDGET


ROWS: tuple[Row, ...] = (
    Row("home", "/"),
    Row("theme", "/doc/theme/bedre-helse"),
    Row("target", "/doc?iri=http%3A%2F%2Fmetadata.un.org%2Fsdg%2F3.4"),
    Row("theme with charts", "/doc/theme/baerekraftig-forbruk-og-produksjon"),
    Row("goal", "/doc?iri=http%3A%2F%2Fmetadata.un.org%2Fsdg%2F11"),
    Row("matrix", "/matrix"),
    Row("document", "/doc/document/strategi-for-innovasjonsdistrikt-elgeseter-2030"),
    Row("indicator", "/doc/indicator/darlig-helse"),
    Row("area", "/doc/area/trondheim"),
    Row("statistic", "/doc/statistic/lavinntekt-norge-2017"),
    Row("dataset", "/doc/cube/statistics"),
    Row("dataset filtered", "/doc/cube/statistics?indicator=indicator/lavinntekt&rows=200"),
    Row("resource", "/doc?iri=https%3A%2F%2Fw3id.org%2Fdelmaal%2Fperiod%2F2019"),
    Row("target link", "/doc/target-link/bedre-helse-3.4"),
    Row("data set offered", "/doc/dataset/themes"),
    Row("search", "/search?q=helse"),
    Row("search for a mistyped word", "/search?q=klimagasutslipp"),
    Row("ontology", "/ns"),
    Row("shapes", "/shapes"),
    Row("shape", "/shapes/document-adopted"),
    Row("errors", "/problems"),
    Row("releases", "/release"),
    Row("editor", "/sparql", EDITOR_BUDGET),
    Row("answer", "/sparql?query=SELECT%20%3Ftheme%20%7B%20%3Ftheme%20a%20delmaal%3ATheme%20%7D", EDITOR_BUDGET),
    Row("examples", "/sparql/examples"),
    Row("example", "/sparql/examples/count_targets_by_theme"),
)

LANGUAGES = ("nb", "en")
WIDTHS = (360, 1280)


def address(row: Row, lang: str) -> str:
    """Where a row's page is in a language."""
    return f"{row.path}{'&' if '?' in row.path else '?'}lang={lang}"
