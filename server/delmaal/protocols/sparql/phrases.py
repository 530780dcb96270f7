"""The words of the query page and its scripts, in bokmål and English."""

from __future__ import annotations

from delmaal.reading.rows import Value

PHRASES: dict[str, tuple[str, str]] = {
    "title": ("Spør i dataene med SPARQL", "Query the data with SPARQL"),
    "lead": (
        "Skriv en spørring, eller begynn med et eksempel. Svaret kan ses som tabell, diagram eller kart, lastes ned og "
        "lenkes til. De vanlige prefiksene trenger ingen erklæring.",
        "Write a query, or begin with an example. The answer can be seen as a table, a chart or a map, downloaded and "
        "linked to. The usual prefixes need no declaration.",
    ),
    "query": ("Spørring", "Query"),
    "run": ("Kjør spørringen", "Run the query"),
    "running": ("Kjører …", "Running …"),
    "stop": ("Stopp", "Stop"),
    "format": ("Svaret som", "Answer as"),
    "page": ("Nettside", "Web page"),
    "keyboard": (
        "Ctrl + Enter kjører spørringen, Ctrl + mellomrom foreslår ord, Tab går videre på siden. Begynnelsen av et "
        "navn, som «bedre he», foreslår det som heter så, og setter inn IRI-en.",
        "Ctrl + Enter runs the query, Ctrl + Space completes words, Tab goes on through the page. The start of a name, "
        "such as “better he”, offers what is called so, and puts in its IRI.",
    ),
    "examples": ("Eksempler", "Examples"),
    "all-examples": ("Alle eksemplene som liste og data", "All examples as a list and as data"),
    "about-example": ("Om eksemplet", "About the example"),
    "try": ("Åpne i redigeringsfeltet", "Open in the editor"),
    "answer": ("Svar", "Answer"),
    "table": ("Tabell", "Table"),
    "chart": ("Diagram", "Chart"),
    "timeline": ("Tidslinje", "Time line"),
    "map": ("Kart", "Map"),
    "raw": ("Råtekst", "Raw"),
    "views": ("Vis svaret som", "Show the answer as"),
    "downloads": ("Last ned svaret", "Download the answer"),
    "permanent": ("Permanent lenke", "Permanent link"),
    "copy": ("Kopier", "Copy"),
    "copied": ("Kopiert", "Copied"),
    "snippets": ("Kode som kjører spørringen", "Code that runs the query"),
    "as-data": ("Spørringen som data", "The query as data"),
    "all-as-data": ("Spørringene som data", "The queries as data"),
    "yes": ("Ja, det finnes treff.", "Yes, there is a match."),
    "no": ("Nei, det finnes ingen treff.", "No, there is no match."),
    "rows": ("{n} rader", "{n} rows"),
    "row": ("1 rad", "1 row"),
    "none": ("Spørringen gir ingen rader.", "The query gives no rows."),
    "shown": ("De første {n} radene vises her; last ned svaret for å få alle.",
              "The first {n} rows are shown here; download the answer to have them all."),
    "large": ("Svaret er på {n} MB. Last det ned for å se det.", "The answer is {n} MB. Download it to see it."),
    "time": ("på {n} ms", "in {n} ms"),
    "filter": ("Vis bare rader med", "Show only rows with"),
    "sort": ("Sorter etter", "Sort by"),
    "previous": ("Forrige", "Previous"),
    "next": ("Neste", "Next"),
    "position": ("Rad {a}–{b} av {n}", "Rows {a}–{b} of {n}"),
    "label-column": ("Navn fra", "Labels from"),
    "value-column": ("Verdi fra", "Values from"),
    "chart-kind": ("Form", "Form"),
    "bars": ("Stolper", "Bars"),
    "line": ("Linje", "Line"),
    "no-chart": ("Et diagram trenger en kolonne med tall.", "A chart needs a column of numbers."),
    "chart-part": ("Diagrammet viser de første {n} radene.", "The chart shows the first {n} rows."),
    "chart-of": ("{value} for hver {label}", "{value} for each {label}"),
    "unit-column": ("Enhet", "Unit"),
    "unit-none": ("uten enhet", "without a unit"),
    "chart-units": ("{n} tall er i en annen enhet og vises ikke på samme skala.",
                    "{n} numbers are in another unit and are not shown on the same scale."),
    "chart-bare": (
        "Tallene er slik kilden trykker dem, uten tierpotensen: 15 kan være 15 milliarder. Spør etter delmaal:amount.",
        "The numbers are as the source prints them, without the power of ten: 15 may be 15 milliard. "
        "Ask for delmaal:amount."),
    "timeline-of": ("Radene langs tiden", "The rows along time"),
    "map-of": ("Steder i svaret", "Places in the answer"),
    "map-note": ("Tegnet på et nett av lengde- og breddegrader, uten kartgrunnlag.",
                 "Drawn on a grid of longitude and latitude, without a background map."),
    "failed": ("Spørringen kunne ikke kjøres", "The query could not be run"),
    "unreachable": ("Tjeneren svarer ikke. Prøv igjen.", "The server does not answer. Try again."),
    "uses": ("{n} i bruk", "{n} uses"),
    "group": ("Gruppe", "Group"),
}


_TRAIL = (("/", ("Forsiden", "Home")), ("/sparql", ("SPARQL", "SPARQL")),
          ("/sparql/examples", ("Eksempler", "Examples")))


def trail(lang: str, length: int = 1) -> list[Value]:
    """The way from the home page to a page, as far as its first steps go."""
    return [Value(names[0 if lang == "nb" else 1], "", f"{path}?lang={lang}") for path, names in _TRAIL[:length]]


def phrases(lang: str) -> dict[str, str]:
    """The phrases of a language by key."""
    return {key: pair[0 if lang == "nb" else 1] for key, pair in PHRASES.items()}
