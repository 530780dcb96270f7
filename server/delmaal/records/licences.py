"""The licences that a publication may choose; a row here is all that a further one takes.

Reader, statements, catalogue, pages and docs go by these rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delmaal.records.texts import Text
from delmaal.terms import EU

ATTRIBUTION, PUBLIC_DOMAIN = "Attribution", "PublicDomain"
"""What a licence asks for, by the codes of ADMS: to name the source, or nothing."""


@dataclass(frozen=True, slots=True)
class Licence:
    """What data are under: a name, as `publication.yaml` writes it, and the page that tells the terms.

    A catalogue names a licence by its IRI in the EU's table (DCAT-AP); everything else by its page, by which people,
    search engines and other publishers know it.
    """

    name: str
    page: str


@dataclass(frozen=True, slots=True)
class ListedLicence(Licence):
    """A licence that can be chosen: its code in the EU's table, what it asks for, and its whole title."""

    code: str
    asks: str
    title: Text

    @property
    def authority(self) -> str:
        """Its IRI in the EU's table."""
        return f"{EU}licence/{self.code}"


LICENCES: Mapping[str, ListedLicence] = {row.name: row for row in (
    ListedLicence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", "CC_BY_4_0", ATTRIBUTION, Text(
        "Creative Commons Navngivelse 4.0 Internasjonal", "Creative Commons Attribution 4.0 International")),
    ListedLicence("CC0", "https://creativecommons.org/publicdomain/zero/1.0/", "CC0", PUBLIC_DOMAIN, Text(
        "Creative Commons CC0 1.0 Universal", "Creative Commons CC0 1.0 Universal")),
    ListedLicence("NLOD 2.0", "https://data.norge.no/nlod/no/2.0", "NLOD_2_0", ATTRIBUTION, Text(
        "Norsk lisens for offentlige data (NLOD) 2.0", "Norwegian Licence for Open Government Data (NLOD) 2.0")),
    ListedLicence("OGL 3.0", "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL_3_0",
                  ATTRIBUTION, Text("Britisk lisens for offentlige data (OGL) 3.0", "Open Government Licence v3.0")),
)}

OWN = LICENCES["CC BY 4.0"]
"""Of the ontology and the shapes, which are the product's; a publication's own is its release's to say."""


def licence_at(iri: str) -> ListedLicence | None:
    """The licence that an IRI of the EU's table, or the address of its page, names."""
    return next((row for row in LICENCES.values() if iri in (row.authority, row.page)), None)
