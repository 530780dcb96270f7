"""What a catalogue refers to and others answer for: concepts of the EU, IANA, ADMS, LOS and SPDX, and standards.

A portal that reads one document must find the type and label of everything that the document refers to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from delmaal.formats import RDF_FORMATS, RESULT_FORMATS, Format
from delmaal.records import LICENCES, Place, Text
from delmaal.terms import EU, PREFIXES


@dataclass(frozen=True, slots=True)
class Authority:
    """A concept of somebody else's: its IRI, its class as DCAT-AP wants it (or none), its scheme and its labels.

    `code` is what the authority's own table says in dc:identifier; `type` the concept that dct:type names.
    """

    iri: str
    kind: str
    scheme: str
    label: Text
    code: str = ""
    type: str = ""


ADMS = "http://purl.org/adms/"
_IANA = "https://www.iana.org/assignments/media-types"
_LOS = "https://psi.norge.no/los/"
_SPDX = PREFIXES["spdx"].removesuffix("#")
_QUDT = "http://qudt.org/vocab/unit"

SCHEMES: dict[str, Text] = {
    f"{EU}access-right": Text("EUs tilgangsrettigheter", "EU access rights"),
    f"{EU}data-theme": Text("EUs datatemaer", "EU data themes"),
    f"{EU}dataset-type": Text("EUs datasettyper", "EU dataset types"),
    f"{EU}distribution-status": Text("EUs distribusjonsstatuser", "EU distribution statuses"),
    f"{EU}file-type": Text("EUs filtyper", "EU file types"),
    f"{EU}frequency": Text("EUs frekvenser", "EU frequencies"),
    f"{EU}language": Text("EUs språk", "EU languages"),
    f"{EU}licence": Text("EUs lisenser", "EU licences"),
    f"{EU}planned-availability": Text("EUs planlagte tilgjengelighet", "EU planned availability"),
    f"{ADMS}changetype/1.0": Text("Endringstyper i ADMS", "ADMS change types"),
    f"{ADMS}licencetype/1.0": Text("Lisenstyper i ADMS", "ADMS licence types"),
    f"{ADMS}publishertype/1.0": Text("Utgivertyper i ADMS", "ADMS publisher types"),
    _IANA: Text("Medietyper hos IANA", "IANA media types"),
    f"{_LOS}ontologi/tema": Text("Temaer i LOS", "LOS themes"),
    _SPDX: Text("Termer i SPDX", "SPDX terms"),
    _QUDT: Text("Enheter i QUDT", "QUDT units"),
}
"""The schemes that the concepts below are in."""

_PLACE_SCHEMES: tuple[tuple[str, Text], ...] = (
    (r"(https://data\.geonorge\.no/administrativeEnheter/\w+)/id/",
     Text("Administrative enheter hos Kartverket", "Administrative units at the Norwegian Mapping Authority")),
    (r"(https?://sws\.geonames\.org)/", Text("Steder i GeoNames", "GeoNames places")),
    (rf"({EU}(?:continent|country|place))/", Text("EUs stedstabeller", "EU places")),
    (r"(.+)/[^/]+/?\Z", Text("Steder", "Places")),
)
"""How a place's IRI says which scheme it is in, and the scheme's title."""


def _eu(table: str, code: str, kind: str, nb: str, en: str, category: str = "") -> Authority:
    return Authority(f"{EU}{table}/{code}", kind, f"{EU}{table}", Text(nb, en), code, category)


def _adms(table: str, code: str, nb: str, en: str) -> Authority:
    return Authority(f"{ADMS}{table}/{code}", "", f"{ADMS}{table}/1.0", Text(nb, en), code)


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
_LOS_THEMES = {
    "arbeid": ("Arbeid", "Work"),
    "bygg-og-eiendom": ("Bygg og eiendom", "Building and property"),
    "demokrati-og-innbyggerrettigheter": ("Demokrati og innbyggerrettigheter", "Democracy and citizen rights"),
    "familie-og-barn": ("Familie og barn", "Family and children"),
    "helse-og-omsorg": ("Helse og omsorg", "Health and care"),
    "kultur-idrett-og-fritid": ("Kultur, idrett og fritid", "Culture, sport and recreation"),
    "lov-og-rett": ("Lov og rett", "Legal matters"),
    "naring": ("Næring", "Business"),
    "natur-klima-og-miljo": ("Natur, klima og miljø", "Nature, climate and environment"),
    "samfunnssikkerhet-og-beredskap": ("Samfunnssikkerhet og beredskap", "Civil protection and emergency planning"),
    "skatt-og-avgift": ("Skatt og avgift", "Taxes and duties"),
    "skole-og-utdanning": ("Skole og utdanning", "Schools and education"),
    "sosiale-tjenester": ("Sosiale tjenester", "Social services"),
    "trafikk-og-transport": ("Trafikk og transport", "Traffic and transport"),
}
_FREQUENCIES = {
    "ANNUAL": ("årlig", "annual"), "BIENNIAL": ("annethvert år", "biennial"), "QUARTERLY": ("kvartalsvis", "quarterly"),
    "MONTHLY": ("månedlig", "monthly"), "IRREG": ("uregelmessig", "irregular"), "UNKNOWN": ("ukjent", "unknown"),
    "NEVER": ("aldri", "never"),
}
_FILE_TYPES = {
    "CSV": "CSV", "JSON": "JSON", "JSON_LD": "JSON-LD", "RDF_N_QUADS": "RDF N-Quads", "RDF_N_TRIPLES": "RDF N-Triples",
    "RDF_TRIG": "RDF TriG", "RDF_TURTLE": "RDF Turtle", "RDF_XML": "RDF XML", "TSV": "TSV", "XML": "XML",
}
_RESULT_FILE_TYPES = {"sparql-json": "JSON", "sparql-xml": "XML", "csv": "CSV", "tsv": "TSV"}

_ROWS: list[Authority] = [
    _eu("language", "NOB", "dct:LinguisticSystem", "bokmål", "Norwegian Bokmål"),
    _eu("language", "ENG", "dct:LinguisticSystem", "engelsk", "English"),
    _eu("access-right", "PUBLIC", "dct:RightsStatement", "allment tilgjengelig", "public"),
    _eu("distribution-status", "COMPLETED", "", "ferdigstilt", "completed"),
    _eu("planned-availability", "STABLE", "", "stabil", "stable"),
    _eu("dataset-type", "STATISTICAL", "", "statistiske data", "statistical data"),
    _eu("dataset-type", "ONTOLOGY", "", "ontologi", "ontology"),
    *(_eu("data-theme", code, "", *labels) for code, labels in _THEMES.items()),
    *(_eu("frequency", code, "dct:Frequency", *labels) for code, labels in _FREQUENCIES.items()),
    *(_eu("file-type", code, "dct:MediaTypeOrExtent", name, name) for code, name in _FILE_TYPES.items()),
    *(_eu("licence", row.code, "dct:LicenseDocument", row.title.nb, row.title.en, f"{ADMS}licencetype/{row.asks}")
      for row in LICENCES.values()),
    _adms("publishertype", "LocalAuthority", "Lokal myndighet", "Local Authority"),
    _adms("publishertype", "RegionalAuthority", "Regional myndighet", "Regional authority"),
    _adms("publishertype", "NationalAuthority", "Nasjonal myndighet", "National authority"),
    _adms("licencetype", "Attribution", "Navngivelse kreves", "Attribution"),
    _adms("licencetype", "PublicDomain", "Falt i det fri", "Public domain"),
    _adms("changetype", "created", "opprettet", "created"),
    _adms("changetype", "updated", "oppdatert", "updated"),
    *(Authority(f"{_LOS}tema/{code}", "", f"{_LOS}ontologi/tema", Text(*labels), code)
      for code, labels in _LOS_THEMES.items()),
    *(Authority(f"{_IANA}/{row.media_type}", "dct:MediaType", _IANA, Text(row.media_type, row.media_type),
                row.media_type) for row in (*RDF_FORMATS, *RESULT_FORMATS)),
    Authority(f"{_SPDX}#checksumAlgorithm_sha256", "spdx:ChecksumAlgorithm", _SPDX, Text("SHA-256", "SHA-256"),
              "SHA256"),
]

AUTHORITIES: dict[str, Authority] = {row.iri: row for row in _ROWS}

STANDARDS: dict[str, Text] = {
    "https://data.norge.no/specification/dcat-ap-no": Text(
        "Standard for beskrivelse av datasett og datakataloger (DCAT-AP-NO)",
        "Norwegian application profile of DCAT (DCAT-AP-NO)"),
    "https://w3id.org/ldes/specification": Text("Linked Data Event Streams (LDES)", "Linked Data Event Streams (LDES)"),
    "https://w3id.org/tree/specification": Text("TREE hypermedia", "The TREE hypermedia specification"),
    "https://www.w3.org/TR/cooluris/": Text("Cool URIs for the Semantic Web", "Cool URIs for the Semantic Web"),
    "https://www.w3.org/TR/json-ld11/": Text("JSON-LD 1.1", "JSON-LD 1.1"),
    "https://www.w3.org/TR/n-quads/": Text("RDF 1.1 N-Quads", "RDF 1.1 N-Quads"),
    "https://www.w3.org/TR/n-triples/": Text("RDF 1.1 N-Triples", "RDF 1.1 N-Triples"),
    "https://www.w3.org/TR/owl2-overview/": Text("Webontologispråket OWL 2", "OWL 2 Web Ontology Language"),
    "https://www.w3.org/TR/rdf-syntax-grammar/": Text("RDF 1.1 XML", "RDF 1.1 XML Syntax"),
    "https://www.w3.org/TR/shacl/": Text("Formspråket SHACL", "Shapes Constraint Language (SHACL)"),
    "https://www.w3.org/TR/skos-reference/": Text(
        "SKOS for begreper og kodelister", "SKOS Simple Knowledge Organization System Reference"),
    "https://www.w3.org/TR/sparql11-protocol/": Text("Protokollen SPARQL 1.1", "SPARQL 1.1 Protocol"),
    "https://www.w3.org/TR/sparql11-query/": Text("Spørrespråket SPARQL 1.1", "SPARQL 1.1 Query Language"),
    "https://www.rfc-editor.org/rfc/rfc4180": Text("CSV (RFC 4180)", "CSV (RFC 4180)"),
    "https://www.w3.org/TR/turtle/": Text("RDF 1.1 Turtle", "RDF 1.1 Turtle"),
    "https://www.w3.org/TR/vocab-data-cube/": Text("RDF Data Cube for statistikk", "The RDF Data Cube Vocabulary"),
}
"""What the datasets, their files and the services conform to."""

_FORMAT_STANDARDS = {"turtle": "turtle", "json-ld": "json-ld11", "rdf-xml": "rdf-syntax-grammar",
                     "n-triples": "n-triples", "n-quads": "n-quads",
                     "csv": "https://www.rfc-editor.org/rfc/rfc4180"}

_W3C_FORMATS = {
    "turtle": "Turtle", "json-ld": "JSON-LD", "rdf-xml": "RDF_XML", "n-triples": "N-Triples", "n-quads": "N-Quads",
    "trig": "TriG", "sparql-json": "SPARQL_Results_JSON", "sparql-xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV", "tsv": "SPARQL_Results_TSV",
}


def publisher_type(code: str) -> str:
    """The IRI of a publisher's type in ADMS."""
    return f"{ADMS}publishertype/{code}"


def change_type(updated: bool) -> str:
    """The IRI of what last happened to a record, in ADMS."""
    return f"{ADMS}changetype/{'updated' if updated else 'created'}"


def los_theme(code: str) -> str:
    """The IRI of a main theme of LOS."""
    return f"{_LOS}tema/{code}"


def media_type(row: Format) -> str:
    """The IRI of a format's media type at IANA."""
    return f"{_IANA}/{row.media_type}"


def file_type(row: Format) -> str:
    """The IRI of a format in the EU's table of file types, empty where it has none."""
    code = row.file_type or _RESULT_FILE_TYPES.get(row.name, "")
    return f"{EU}file-type/{code}" if code else ""


def format_iri(row: Format) -> str:
    """The IRI of a format at W3C, by which VoID and service descriptions name it; IANA's where W3C has none."""
    name = _W3C_FORMATS.get(row.name)
    return f"http://www.w3.org/ns/formats/{name}" if name else media_type(row)


def format_standard(row: Format) -> str:
    """The recommendation that defines a format of dumps."""
    standard = _FORMAT_STANDARDS[row.name]
    return standard if "://" in standard else f"https://www.w3.org/TR/{standard}/"


def unit(iri: str, label: Text) -> Authority:
    """A unit of measurement as a concept, which StatDCAT-AP wants it to be."""
    return Authority(iri, "", _QUDT, label, iri.rpartition("/")[2])


def place(row: Place) -> tuple[Authority, Text]:
    """A place as a concept, and the title of its scheme; where the scheme is not known it is the IRI's folder."""
    schemes = ((re.match(pattern, row.iri), title) for pattern, title in _PLACE_SCHEMES)
    scheme, title = next((found[1], title) for found, title in schemes if found)
    code = row.iri.rstrip("/").rpartition("/")[2]
    return Authority(row.iri, "dct:Location", scheme, row.label, code), title
