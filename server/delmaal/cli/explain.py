"""`delmaal explain`: what an error means, without a server."""

from __future__ import annotations

import difflib

import click
import pyoxigraph as ox

from delmaal.cli.options import EXIT_CODES
from delmaal.screen import language_of_reader, out
from delmaal.settings import share
from delmaal.site.vocabulary.problems import homes, sections
from delmaal.terms import PREFIXES, PRODUCT, help_iri

_HEADINGS = {
    "problem": ("Hva som er galt", "What is wrong"),
    "why": ("Hvorfor det betyr noe", "Why it matters"),
    "fix": ("Slik retter du det", "How to mend it"),
    "means": ("Hva det betyr", "What it means"),
    "do": ("Hva du gjør", "What to do"),
    "help": ("Mer", "More"),
}


@click.command(epilog=EXIT_CODES)
@click.argument("code")
@click.option("--language", type=click.Choice(["nb", "en"]), default=None, help="The language, if not the locale's.")
def explain(code: str, language: str | None) -> None:
    """Say what an error means, why it matters and what to do; CODE stands in its message.

    \b
    Examples:
      delmaal explain theme-title-missing-en
      delmaal explain yaml-tab --language nb
    """
    spoken = language or language_of_reader()
    shapes = _shapes(spoken)
    known = _known(spoken)
    if code in shapes:
        said, address = shapes[code], help_iri(code, shape=True)
    elif code in known:
        said, address = known[code], help_iri(code)
    else:
        near = difflib.get_close_matches(code, [*shapes, *known], 3, 0.5)
        hint = f"; do you mean {' or '.join(near)}?" if near else "; a code stands before the colon in its message"
        raise click.BadParameter(f"no error is called {code!r}{hint}", param_hint="CODE")
    for key, words in (*said.items(), ("help", address)):
        if words:
            out.print(f"{_HEADINGS[key][0 if spoken == 'nb' else 1]}: {words}")


def _shapes(language: str) -> dict[str, dict[str, str]]:
    """Problem, reason and fix of each shape of the product."""
    keys = {PREFIXES["delmaal"] + key: key for key in ("problem", "why", "fix")}
    found: dict[str, dict[str, str]] = {}
    for path in sorted(share("shapes").glob("*.ttl")):
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            key = keys.get(quad.predicate.value)
            if key and isinstance(quad.object, ox.Literal) and quad.object.language == language:
                code = str(quad.subject)[1:-1].removeprefix(f"{PRODUCT}shapes#")
                found.setdefault(code, dict.fromkeys(keys.values(), ""))[key] = quad.object.value
    return found


def _known(language: str) -> dict[str, dict[str, str]]:
    """What the documentation says of each error that is no shape."""
    rows = {code: sections(language)[number].rows[index] for code, (number, index) in homes(language).items()}
    return {code: {"means": row.means, "do": row.do} for code, row in rows.items()}
