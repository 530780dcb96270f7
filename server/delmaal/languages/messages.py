"""The catalogues as files: po/delmaal.pot, which is what there is to translate, and each po/<tag>.po after it.

    python -m delmaal.languages.messages [TAG …]     brings them up to date with the code; a TAG begins a catalogue

Translations stay where the English is what it was; what is gone from the code goes from the catalogue, and what is new
is there without a translation. Nothing is guessed, so that nothing is fuzzy.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from delmaal.languages.catalogues import FOLDER
from delmaal.languages.extraction import extract

TEMPLATE = FOLDER / "delmaal.pot"
WIDTH = 120
KEYWORDS = {"pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3)}


def extracted() -> Catalog:
    """What there is to translate, in the order of the code.

    Raises ValueError for a table of words that cannot be read.
    """
    found = Catalog(charset="utf-8")
    package = FOLDER.parent.parent
    for _, _, message, _, context in extract_from_dir(
            package, [("**.py", extract)], keywords=KEYWORDS):  # type: ignore[list-item]  # a method may be a function
        found.add(message, context=context)
    return found


def template(catalogue: Catalog) -> bytes:
    """The file that translations begin with."""
    return _written(catalogue, "")


def renewed(tag: str, catalogue: Catalog) -> bytes:
    """The file of a language, brought up to date; one that is not there yet begins without translations."""
    path = FOLDER / f"{tag}.po"
    known = read_po(BytesIO(path.read_bytes()), locale=tag) if path.is_file() else Catalog(locale=tag)
    known.update(catalogue, no_fuzzy_matching=True)
    head = {"Language": tag, "Plural-Forms": known.plural_forms, "Content-Type": "text/plain; charset=utf-8",
            "Content-Transfer-Encoding": "8bit"}
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in head.items())
    return _written(known, f'msgid ""\nmsgstr ""\n{lines}\n')


def _written(catalogue: Catalog, head: str) -> bytes:
    body = BytesIO()
    write_po(body, catalogue, width=WIDTH, no_location=True, omit_header=True, ignore_obsolete=True)
    return head.encode() + body.getvalue()


def renew(begun: Iterable[str] = ()) -> None:
    """Write every file anew."""
    found = extracted()
    TEMPLATE.write_bytes(template(found))
    for tag in sorted({*begun, *(path.stem for path in FOLDER.glob("*.po"))}):
        (FOLDER / f"{tag}.po").write_bytes(renewed(tag, found))


if __name__ == "__main__":
    renew(sys.argv[1:])
