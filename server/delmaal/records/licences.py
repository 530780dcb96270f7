"""The licences that a publication may choose: what each is called, its IRI in the EU's table, its own page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delmaal.terms import EU


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: its name as `publication.yaml` writes it, its IRI in the EU's table, and its page.

    A catalogue names it by the table's IRI (DCAT-AP); everything else by its page, by which people, search engines and
    other publishers know it.
    """

    name: str
    authority: str
    page: str


LICENCES: Mapping[str, Licence] = {row.name: row for row in (
    Licence("CC BY 4.0", f"{EU}licence/CC_BY_4_0", "https://creativecommons.org/licenses/by/4.0/"),
    Licence("CC0", f"{EU}licence/CC0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    Licence("NLOD 2.0", f"{EU}licence/NLOD_2_0", "https://data.norge.no/nlod/no/2.0"),
)}

BY_AUTHORITY: Mapping[str, Licence] = {row.authority: row for row in LICENCES.values()}
