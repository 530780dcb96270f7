"""Where a publication's links lead, as one table: each vocabulary with the beginnings of its IRIs."""

from __future__ import annotations

from dataclasses import dataclass

from delmaal.terms import EU, PREFIXES


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A vocabulary that is linked to; `whole` where a snapshot of it has all of it, so that what is not in one does not
    exist, and `kinds` is what the path of its IRIs tells apart."""

    name: str
    label: str
    prefixes: tuple[str, ...]
    whole: bool


VOCABULARIES: tuple[Vocabulary, ...] = (
    Vocabulary("los", "LOS", ("https://psi.norge.no/los/",), whole=True),
    Vocabulary("data-theme", "the EU's data themes", (f"{EU}data-theme/",), whole=True),
    Vocabulary("sdg", "the UN's SDG vocabulary", (PREFIXES["sdg"],), whole=True),
    Vocabulary("geonorge", "Geonorge's administrative units", ("https://data.geonorge.no/administrativeEnheter/",),
               whole=True),
    Vocabulary("wikidata", "Wikidata", ("http://www.wikidata.org/entity/",), whole=False),
    Vocabulary("datasets", "datasets of data.norge.no",
               ("https://data.norge.no/datasets/", "https://data.norge.no/nb/datasets/",
                "https://datasets.fellesdatakatalog.digdir.no/datasets/"), whole=False),
    Vocabulary("organisations", "organisations of data.norge.no",
               ("https://organization-catalog.fellesdatakatalog.digdir.no/organizations/",
                "https://data.norge.no/organizations/"), whole=False),
    Vocabulary("eu", "the EU's other tables", (EU,), whole=False),
)
"""The more particular one first: an IRI belongs to the first whose beginning it has."""


def vocabulary_of(iri: str) -> Vocabulary | None:
    """The vocabulary that an IRI belongs to."""
    return next((each for each in VOCABULARIES if iri.startswith(each.prefixes)), None)
