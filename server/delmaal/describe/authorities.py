"""The concepts of the EU's authority tables, of IANA and of ADMS that a catalogue uses, with labels in both languages.

A portal that reads one document must find the type and label of everything that the document refers to.
"""

from __future__ import annotations

from dataclasses import dataclass

from delmaal.records import Text
from delmaal.terms import EU


@dataclass(frozen=True, slots=True)
class Authority:
    """A concept of somebody else's: its IRI, its class as DCAT-AP wants it, its scheme and its labels."""

    iri: str
    kind: str
    scheme: str
    label: Text


def _eu(table: str, code: str, kind: str, nb: str, en: str) -> Authority:
    return Authority(f"{EU}{table}/{code}", kind, f"{EU}{table}", Text(nb, en))


_THEMES = {
    "AGRI": ("Jordbruk, fiskeri, skogbruk og mat", "Agriculture, fisheries, forestry and food"),
    "ECON": ("Økonomi og finans", "Economy and finance"),
    "EDUC": ("Utdanning, kultur og sport", "Education, culture and sport"),
    "ENER": ("Energi", "Energy"),
    "ENVI": ("Miljø", "Environment"),
    "GOVE": ("Forvaltning og offentlig sektor", "Government and public sector"),
    "HEAL": ("Helse", "Health"),
    "INTR": ("Internasjonale temaer", "International issues"),
    "JUST": ("Justis, rettssystem og allmenn sikkerhet", "Justice, legal system and public safety"),
    "REGI": ("Regioner og byer", "Regions and cities"),
    "SOCI": ("Befolkning og samfunn", "Population and society"),
    "TECH": ("Vitenskap og teknologi", "Science and technology"),
    "TRAN": ("Transport", "Transport"),
}
_FREQUENCIES = {
    "ANNUAL": ("årlig", "annual"), "BIENNIAL": ("hvert annet år", "biennial"),
    "QUARTERLY": ("kvartalsvis", "quarterly"),
    "MONTHLY": ("månedlig", "monthly"), "IRREG": ("uregelmessig", "irregular"), "UNKNOWN": ("ukjent", "unknown"),
    "NEVER": ("aldri", "never"),
}
_FILE_TYPES = {
    "RDF_TURTLE": "RDF Turtle", "JSON_LD": "JSON-LD", "RDF_XML": "RDF XML", "RDF_N_TRIPLES": "RDF N-Triples",
    "RDF_N_QUADS": "RDF N-Quads",
}
_MEDIA_TYPES = ("text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples",
                "application/n-quads")
_LICENCES = {
    "CC_BY_4_0": "Creative Commons Attribution 4.0 International",
    "CC0": "Creative Commons CC0 1.0 Universal",
    "NLOD_2_0": "Norwegian Licence for Open Government Data 2.0",
}
_PUBLISHER_TYPES = {
    "LocalAuthority": ("Lokal myndighet", "Local authority"),
    "RegionalAuthority": ("Regional myndighet", "Regional authority"),
    "NationalAuthority": ("Nasjonal myndighet", "National authority"),
}
_ADMS_TYPES = "http://purl.org/adms/publishertype/"
_IANA = "https://www.iana.org/assignments/media-types"

_ROWS: list[Authority] = [
    _eu("language", "NOB", "dct:LinguisticSystem", "bokmål", "Norwegian Bokmål"),
    _eu("language", "ENG", "dct:LinguisticSystem", "engelsk", "English"),
    _eu("access-right", "PUBLIC", "dct:RightsStatement", "allment tilgjengelig", "public"),
    _eu("distribution-status", "COMPLETED", "", "ferdigstilt", "completed"),
    _eu("planned-availability", "STABLE", "", "stabil", "stable"),
    *(_eu("data-theme", code, "", *labels) for code, labels in _THEMES.items()),
    *(_eu("frequency", code, "dct:Frequency", *labels) for code, labels in _FREQUENCIES.items()),
    *(_eu("file-type", code, "dct:MediaTypeOrExtent", name, name) for code, name in _FILE_TYPES.items()),
    *(_eu("licence", code, "dct:LicenseDocument", name, name) for code, name in _LICENCES.items()),
    *(Authority(_ADMS_TYPES + code, "", f"{_ADMS_TYPES}1.0", Text(*names)) for code, names in _PUBLISHER_TYPES.items()),
    *(Authority(f"{_IANA}/{name}", "dct:MediaType", _IANA, Text(name, name)) for name in _MEDIA_TYPES),
]

AUTHORITIES: dict[str, Authority] = {row.iri: row for row in _ROWS}


def publisher_type(code: str) -> str:
    """The IRI of a publisher's type in ADMS."""
    return _ADMS_TYPES + code


def media_type(name: str) -> str:
    """The IRI of a media type at IANA."""
    return f"{_IANA}/{name}"
