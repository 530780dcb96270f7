"""The metadata quality assessment of data.europa.eu, for any DCAT catalogue.

    methodology.py    the metrics, their points and the ratings, as one table
    vocabularies.py   the code lists, with tables/ beside it
    document.py       a catalogue from an address or a file
    addresses.py      whether downloads answer
    conformance.py    SHACL, by dataset
    assessment.py     the score
"""

from __future__ import annotations

from delmaal.score.addresses import ask, mapping
from delmaal.score.assessment import Assessment, addresses_of, assess, datasets_of
from delmaal.score.conformance import Shapes, conformance, read_shapes
from delmaal.score.document import Document, read_catalogue
from delmaal.score.methodology import DIMENSIONS, MAXIMUM, METRICS

__all__ = ["DIMENSIONS", "MAXIMUM", "METRICS", "Assessment", "Document", "Shapes", "addresses_of", "ask", "assess",
           "conformance", "datasets_of", "mapping", "read_catalogue", "read_shapes"]
