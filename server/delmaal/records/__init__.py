"""What a publication says, as frozen records between reading and building.

    texts.py        Marks, Text, Lines: what every record is made of
    themes.py       Theme, TargetLink, PrintedCode, Choice
    documents.py    Document, DocumentMention
    statistics.py   Statistic, StatisticMention, Indicator, Area, Unit, NoFigure
    sources.py      Source, Citation, and the kinds of sources with their locators
    publication.py  Publication, Agent, Place, Named, Coded, Topic
    appearance.py   Branding, Prose: how a publication looks, and the texts of its pages
    licences.py     Licence, and the table of them
    findings.py     Finding

A record keeps the Mark of itself and of each of its fields (`title`, `title.en`, `subjects.0`), so that whatever is
found wrong later, in the graph, can be said at its place in the source.
"""

from delmaal.records.appearance import PAGES, Branding, Prose
from delmaal.records.documents import Document, DocumentMention
from delmaal.records.findings import Finding, Severity
from delmaal.records.licences import LICENCES, Licence
from delmaal.records.publication import Agent, Coded, Named, Place, Publication, Topic
from delmaal.records.sources import LOCATORS, At, Citation, Source
from delmaal.records.statistics import Area, Indicator, NoFigure, Statistic, StatisticMention, Unit
from delmaal.records.texts import WHOLE, Lines, Marks, Text
from delmaal.records.themes import Choice, PrintedCode, TargetLink, Theme

__all__ = [
    "LICENCES",
    "LOCATORS",
    "PAGES",
    "WHOLE",
    "Agent",
    "Area",
    "At",
    "Branding",
    "Choice",
    "Citation",
    "Coded",
    "Document",
    "DocumentMention",
    "Finding",
    "Indicator",
    "Licence",
    "Lines",
    "Marks",
    "Named",
    "NoFigure",
    "Place",
    "PrintedCode",
    "Prose",
    "Publication",
    "Severity",
    "Source",
    "Statistic",
    "StatisticMention",
    "TargetLink",
    "Text",
    "Theme",
    "Topic",
    "Unit",
]
