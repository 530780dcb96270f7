"""Whether a release that says something else says so by its date: harvesters pass over a catalogue of the same date.

A release knows no other, so that this is told to who builds and stands in no report.
"""

from __future__ import annotations

from delmaal.records import Finding, Publication, Text
from delmaal.release import Release
from delmaal.terms import term

OWN = ("themes", "documents", "statistics")
"""The dumps that change when the publication does, and not when the software does."""

_MODIFIED = f"{term('dct:modified')} ".encode()


def date_findings(before: Release | None, now: Release, publication: Publication) -> tuple[Finding, ...]:
    """A warning at `modified` where the data of the release before were others and its date was the same."""
    if before is None or before.id == now.id or _sums(before) == _sums(now):
        return ()
    try:
        dates = _dates(before)
    except OSError:
        return ()
    if dates != {publication.modified}:
        return ()
    date = publication.modified
    message = Text(f"dataene er andre enn i utgaven før, og modified er fortsatt {date}; skriv dagen da de ble endret",
                   f"the data are other than in the release before, and modified is still {date}; write the day of the "
                   "change")
    fix = Text("Skriv modified i publication.yaml; dataportaler hopper over en katalog med samme dato.",
               "Write modified in publication.yaml; data portals pass over a catalogue whose date is the same.")
    mark = publication.marks.at("modified")
    return (Finding(mark, "modified-unchanged", "Warning", publication.base, "dct:modified", date, message, fix),)


def _sums(release: Release) -> dict[str, str]:
    files = release.manifest["files"]
    return {name: files[f"data/{name}.nt"]["sha256"] for name in OWN if f"data/{name}.nt" in files}


def _dates(release: Release) -> set[str]:
    """The dates that a release's catalogue gives for its data."""
    lines = (release.folder / "metadata" / "catalogue.nt").read_bytes().splitlines()
    return {line.split(b'"')[1].decode() for line in lines if _MODIFIED in line and b'"' in line}
