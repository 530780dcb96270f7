"""How a publication looks, as files of its release: `site/site.json`, the logo, the texts of its pages.

They are no data: pages alone read them. Their checksums stand in the provenance, so that another logo or text is
another release.
"""

from __future__ import annotations

import json
from typing import Any

from delmaal.records import Publication
from delmaal.release import File
from delmaal.terms import Minter


def appearance(publication: Publication) -> list[File]:
    """The files; none where the publication says nothing of it."""
    iri, branding = Minter(publication.base), publication.branding

    def figures(slugs: tuple[str, ...]) -> list[str]:
        return [iri.thing("statistic", slug).value for slug in slugs]

    told: dict[str, Any] = {}
    headlines = {iri.thing("theme", theme.slug).value: figures(theme.headline)
                 for theme in publication.themes if theme.headline}
    if publication.headline or headlines:
        told["headline"] = {"": figures(publication.headline), **headlines}
    files = []
    if branding is not None:
        told |= {name: value for name, value in (("logo", branding.logo), ("light", branding.light),
                                                 ("dark", branding.dark), ("reports", branding.reports)) if value}
        if branding.logo:
            files.append(File(f"site/{branding.logo}", branding.picture))
    files += [File(f"site/{prose.page}.{prose.language}.md", prose.text.encode()) for prose in publication.prose]
    if told:
        files.append(File("site/site.json", json.dumps(told, ensure_ascii=False, sort_keys=True).encode()))
    return files
