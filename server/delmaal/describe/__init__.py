"""The release in RDF: what it holds, where it can be had, where it comes from.

These are the metadata parts. They are in the store and have files of their own, but are in no data dump, so that a
dump's checksum can stand in the catalogue.
"""

from __future__ import annotations

from delmaal.describe.catalogue import catalogue
from delmaal.describe.dumps import Dump, data_dumps
from delmaal.describe.positions import catalogue_positions, catalogue_shapes
from delmaal.describe.provenance import Ingredient, provenance, report
from delmaal.describe.service import service_description, sized
from delmaal.describe.sheet import reading_order
from delmaal.describe.void import void

__all__ = ["Dump", "Ingredient", "catalogue", "catalogue_positions", "catalogue_shapes", "data_dumps", "provenance",
           "reading_order", "report", "service_description", "sized", "void"]
