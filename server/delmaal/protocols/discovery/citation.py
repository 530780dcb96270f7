"""How to cite: a dataset, or all of them, as it is in one release, for reference managers.

    /cite[.bib|.json]           the publication in this release
    /cite/<name>[.bib|.json]    one of its datasets

What is cited is frozen: the address is that of the release, where the same bytes are had later. The forms are BibTeX
and CSL-JSON (the data of the Citation Style Language, https://github.com/citation-style-language/schema), by suffix or
by Accept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from delmaal.formats import Format
from delmaal.http.answers import answer
from delmaal.http.asked import Asked
from delmaal.http.failures import problem
from delmaal.http.negotiate import by_suffix, choose
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.languages import Words, name_of
from delmaal.reading.offers import WHOLE, Dataset, catalogue_texts, datasets_of, spoken
from delmaal.reading.releases import Opened

BIBTEX = Format("bibtex", "BibTeX", "application/x-bibtex", "bib", aliases=("text/x-bibtex",))
CSL = Format("csl-json", "CSL-JSON", "application/vnd.citationstyles.csl+json", "json", aliases=("application/json",))
ROWS = (BIBTEX, CSL)

_TEX: Mapping[str, str] = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}
_TEX_SIGN = re.compile("|".join(map(re.escape, _TEX)))
_BABEL = {"nb": "norsk", "nn": "nynorsk"}
"""What LaTeX calls a language, where that is not its English name."""

_WORDS = Words("citation", {"kind": "Data set", "licence": "Licence"})

routes = Routes("citation")


@dataclass(frozen=True, slots=True)
class Citation:
    """What is cited, in one language: who, what, when, which version, where it stays as it is."""

    key: str
    author: str
    title: str
    about: str
    issued: str
    version: str
    url: str
    licence: str
    language: str


@routes.get("/cite")
@routes.get("/cite.<suffix>")
def cite(request: Asked, suffix: str | None = None) -> Reply:
    """The publication as it is in this release."""
    return _cited(request, WHOLE, suffix)


@routes.get("/cite/<name>")
def cite_dataset(request: Asked, name: str) -> Reply:
    """A dataset as it is in this release."""
    stem, row = by_suffix(name, ROWS)
    return _cited(request, stem if row else name, row.suffix if row else None)


def _cited(request: Asked, name: str, suffix: str | None) -> Reply:
    release = request.opened
    dataset = datasets_of(release).get(name)
    if dataset is None:
        known = list(datasets_of(release))
        return problem(request, 404, "dataset-unknown", f"there is no dataset {name[:100]!r}", available=known)
    row = next((row for row in ROWS if row.suffix == suffix), None)
    if suffix and row is None:
        return problem(request, 404, "format-unknown", f"had as {', '.join(row.suffix for row in ROWS)}")
    vary = "Accept-Language" if row else "Accept, Accept-Language"
    row = row or choose(request.headers.get("Accept", ""), ROWS)
    if row is None:
        available = [each.media_type for each in ROWS]
        return problem(request, 406, "format-unacceptable", f"had as {', '.join(available)}", available=available)
    told = request.language
    write = bibtex if row is BIBTEX else csl
    file = f"{release.release.manifest['publication']}-{name}.{row.suffix}"
    kind = f"{row.media_type}; charset=utf-8" if row is BIBTEX else row.media_type
    return answer(request, lambda: write(citation(release, dataset, told)).encode(), kind, row.name, told, vary=vary,
                  headers=[("Content-Disposition", f'inline; filename="{file}"')])


def citation(release: Opened, dataset: Dataset, told: str) -> Citation:
    """The citation of a dataset in a release; that of the whole has the publication's own title."""
    title = catalogue_texts(release)[0] if dataset.name == WHOLE else dataset.title
    slug = release.release.manifest["publication"]
    return Citation(
        key=f"{slug}-{dataset.name}-{release.release.id[:12]}",
        author=spoken(dataset.publisher.name, told),
        title=spoken(title, told),
        about=spoken(dataset.description, told),
        issued=dataset.modified or dataset.issued,
        version=release.release.id[:12],
        url=f"{release.release.base}release/{release.release.id}",
        licence=f"{spoken(dataset.licence_title, told)}, {dataset.licence}",
        language=told,
    )


def bibtex(cited: Citation) -> str:
    """A citation as BibTeX: @misc, which every style knows."""
    year, month, day = (*cited.issued.split("-"), "", "", "")[:3]
    kind, licence = (_WORDS.say(key, cited.language) for key in ("kind", "licence"))
    fields = {
        "author": f"{{{_tex(cited.author)}}}", "title": f"{{{_tex(cited.title)}}}", "year": year, "month": month,
        "day": day, "publisher": _tex(cited.author), "version": cited.version, "howpublished": kind, "url": cited.url,
        "note": _tex(f"{licence}: {cited.licence}"),
        "language": _BABEL.get(cited.language, "") or name_of(cited.language, "en").lower(),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{cited.key},\n{lines}\n}}\n"


def csl(cited: Citation) -> str:
    """A citation as one item of CSL-JSON."""
    return json.dumps({
        "id": cited.key,
        "type": "dataset",
        "title": cited.title,
        "author": [{"literal": cited.author}],
        "issued": {"date-parts": [[int(part) for part in cited.issued.split("-") if part]]},
        "publisher": cited.author,
        "version": cited.version,
        "URL": cited.url,
        "abstract": cited.about,
        "note": f"{_WORDS.say('licence', cited.language)}: {cited.licence}",
        "language": cited.language,
    }, ensure_ascii=False, indent=1) + "\n"


def _tex(text: str) -> str:
    """A text with what TeX gives a meaning escaped."""
    return _TEX_SIGN.sub(lambda found: _TEX[found[0]], text)
