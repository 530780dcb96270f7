"""Records become statements, by part, and every statement remembers where it was said.

    ontology  sdg  themes  documents  links  concepts  shapes     curated parts: named graphs as well
    statistics                                                    the cube: in the default graph alone

The store does no inference: the superclasses and super-properties that a query, shape or client needs are written here.
"""

from __future__ import annotations

from delmaal.build.concepts import add_concepts
from delmaal.build.documents import add_documents
from delmaal.build.files import add_ontology, add_shapes
from delmaal.build.sdg import add_sdg
from delmaal.build.statistics import add_statistics
from delmaal.build.themes import add_themes
from delmaal.records import Publication
from delmaal.statements import PARTS, Built, Part, Statements

__all__ = ["PARTS", "Built", "Part", "build"]


def build(publication: Publication) -> Built:
    """The statements of a publication, and the Mark of each."""
    out = Statements(publication)
    add_ontology(out)
    add_shapes(out)
    add_sdg(out)
    add_themes(out)
    add_documents(out)
    add_statistics(out)
    add_concepts(out)  # last: it describes the periods, ages and places that the others used
    return out.built()
