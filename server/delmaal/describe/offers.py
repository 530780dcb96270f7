"""What a release offers: its datasets and its services, in the words of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from delmaal.formats import JSON_LD, RDF_FORMATS, RESULT_FORMATS, TURTLE, Format
from delmaal.records import Text
from delmaal.terms import EU


@dataclass(frozen=True, slots=True)
class Offer:
    """A dataset: its title and description, keywords beside the publication's, its EU dataset type (or none), and what
    it conforms to."""

    title: Text
    about: Text
    keywords: tuple[Text, ...] = ()
    type: str = ""
    standards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its title and description, its addresses below the base, what it conforms to and what it returns."""

    title: Text
    about: Text
    endpoint: str
    description: str
    standards: tuple[str, ...]
    formats: tuple[Format, ...]


_SKOS = "https://www.w3.org/TR/skos-reference/"

DATASETS: dict[str, Offer] = {
    "themes": Offer(
        Text("Temaer og koblinger til FNs delmål", "Themes and links to UN targets"),
        Text("Temaene i planen, hvert med et kort sammendrag, emner fra LOS og de av FNs delmål som temaet tar opp. "
             "Hver kobling viser hva kilden trykker, på hvilke linjer, og hvorfor delmålet er valgt; der trykk og "
             "tekst spriker, er begge deler tatt vare på. FNs mål og delmål følger med, med korte titler på bokmål og "
             "engelsk.",
             "The themes of the plan, each with a short summary, topics from LOS and the UN targets that it takes "
             "up. Every link shows what the source prints, on which lines, and why the target was chosen; where "
             "print and text disagree, both are kept. The UN goals and targets are included, with short titles in "
             "Norwegian and English."),
        (Text("FNs delmål", "UN targets"), Text("temaer", "themes")),
        standards=(_SKOS,),
    ),
    "documents": Offer(
        Text("Styringsdokumenter", "Governing documents"),
        Text("Planer, strategier, vedtak, avtaler, lover og rapporter som temaene viser til, med type, status og "
             "gyldighet der kilden oppgir det. Hver omtale er gjengitt slik den er trykt, med henvisning til linjene "
             "i kilden.",
             "Plans, strategies, decisions, agreements, laws and reports that the themes refer to, with type, status "
             "and validity where the source gives them. Each mention is kept as printed, with the lines of the "
             "source."),
        (Text("styringsdokumenter", "governing documents"), Text("planer", "plans")),
    ),
    "statistics": Offer(
        Text("Statistikk", "Statistics"),
        Text("Tallene som planens tekst oppgir. De som har én verdi, er observasjoner i en RDF Data Cube med "
             "indikator, område, periode, kjønn, alder og måleenhet; spenn og andre tall sier selv hvorfor de ikke er "
             "det. Hvert tall følges av det kilden trykker, og av hvor sikker tolkningen er. Indikatorer, områder og "
             "perioder følger med.",
             "The figures that the plan's text gives. Those with a single value are observations of an RDF Data "
             "Cube, with indicator, area, period, sex, age and unit; ranges and others say why they are not. Each "
             "figure comes with what the source prints and how certain the reading is. Indicators, areas and periods "
             "are included."),
        (Text("indikatorer", "indicators"), Text("nøkkeltall", "key figures")),
        type=f"{EU}dataset-type/STATISTICAL",
        standards=("https://www.w3.org/TR/vocab-data-cube/", _SKOS),
    ),
    "vocabulary": Offer(
        Text("Ontologi og valideringsregler", "Ontology and validation rules"),
        Text("Klassene, egenskapene og kodelistene som dataene er beskrevet med, definert på bokmål og engelsk, og "
             "SHACL-formene som dataene kontrolleres mot før de utgis. Hver form sier hva som er galt, hvorfor det er "
             "et problem, og hvordan det rettes.",
             "The classes, properties and code lists that describe the data, defined in Norwegian and English, and "
             "the SHACL shapes that the data are checked against before they are published. Each shape says what is "
             "wrong, why it matters and how to put it right."),
        (Text("ontologi", "ontology"), Text("validering", "validation")),
        type=f"{EU}dataset-type/ONTOLOGY",
        standards=("https://www.w3.org/TR/owl2-overview/", "https://www.w3.org/TR/shacl/", _SKOS),
    ),
}

WHOLE = "all"
WHOLE_TITLE = Text("Alt i ett", "Everything in one")
WHOLE_ABOUT = Text("Alle datasettene samlet i én fil.", "All the datasets together in one file.")

SERVICES: dict[str, Service] = {
    "sparql": Service(
        Text("SPARQL-endepunkt", "SPARQL endpoint"),
        Text("Svarer på spørringer i SPARQL 1.1 over alle datasettene, katalogen og proveniensen. Standardgrafen "
             "rommer hvert utsagn én gang; de kuraterte delene kan også leses som navngitte grafer.",
             "Answers SPARQL 1.1 queries over all the datasets, the catalogue and the provenance. The default graph "
             "holds every statement once; the curated parts can be read as named graphs as well."),
        "sparql", "service-description",
        ("https://www.w3.org/TR/sparql11-protocol/", "https://www.w3.org/TR/sparql11-query/"),
        (*RDF_FORMATS, *RESULT_FORMATS),
    ),
    "linked-data": Service(
        Text("Oppslag i lenkede data", "Linked data lookup"),
        Text("Alt som beskrives, har en IRI som kan slås opp. Svaret er en nettside eller RDF, alt etter hva klienten "
             "ber om.",
             "Everything that is described has an IRI that can be looked up. The answer is a page or RDF, as the "
             "client asks."),
        "", ".well-known/void",
        ("https://www.w3.org/TR/cooluris/",),
        tuple(row for row in RDF_FORMATS if not row.quads),
    ),
    "changes": Service(
        Text("Endringsstrøm", "Change feed"),
        Text("En Linked Data Event Stream med hver versjon av alt som beskrives: den som følger den, får vite hva som "
             "er kommet til, endret eller falt bort, uten å hente alt på nytt.",
             "A Linked Data Event Stream with every version of everything that is described: whoever follows it learns "
             "what was added, changed or removed, without fetching everything anew."),
        "feed", "feed",
        ("https://w3id.org/ldes/specification", "https://w3id.org/tree/specification"),
        (TURTLE, JSON_LD),
    ),
}

FORMAT_NOTES: dict[str, Text] = {
    "turtle": Text("kompakt og lett å lese for mennesker", "compact and easy for people to read"),
    "json-ld": Text("for verktøy som leser JSON", "for tools that read JSON"),
    "rdf-xml": Text("for verktøy som leser XML", "for tools that read XML"),
    "n-triples": Text("ett utsagn per linje, for databaser og enkle skript",
                      "one statement a line, for stores and scripts"),
    "csv": Text("observasjonene som en tabell, med navn ved siden av kodene og mengden i enheten som står der; for "
                "regneark og datarammer",
                "the observations as a table, with names beside codes and the amount in the unit that stands there; "
                "for spreadsheets and data frames"),
    "n-quads": Text("ett utsagn per linje, med grafen det er i; statistikken har ingen egen graf og er ikke med",
                    "one statement a line, with its graph; the statistics have no graph of their own and are left out"),
}
"""What each format of the dumps is good for."""

FILE_TITLES: dict[str, Text] = {
    "graphs.nq": Text("De navngitte grafene", "The named graphs"),
    "statistics.csv": Text("Observasjonene, med navn på bokmål,", "The observations, with names in Norwegian,"),
    "statistics.en.csv": Text("Observasjonene, med navn på engelsk,", "The observations, with names in English,"),
}
"""The titles of files that hold something else than the whole of their dataset."""
