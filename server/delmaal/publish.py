"""The whole run: read, build, validate, describe, release."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from delmaal.build import build
from delmaal.describe import Ingredient, catalogue, data_dumps, provenance, report, service_description, void
from delmaal.describe.dumps import Dump, sorted_lines
from delmaal.errors import InvalidPublication, Mark, SourceError, SourceErrors
from delmaal.formats import RDF_FORMATS, write
from delmaal.records import Publication
from delmaal.release import File, Release, Shelf, identify, named, twins
from delmaal.settings import share
from delmaal.sources import SOURCES, Reading
from delmaal.sources.curated import source_files
from delmaal.statements import PARTS, Built
from delmaal.terms import Minter
from delmaal.validate import Report, validate

Progress = Callable[[str], None]
STEPS = ("read", "build", "validate", "describe", "release")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave: the release, the report, and whether anything had to be done."""

    release: Release
    report: Report
    fresh: bool
    switched: bool


@dataclass(frozen=True, slots=True)
class Check:
    """What a validation found: mistakes in the sources, and findings of the shapes on what could be read."""

    errors: tuple[SourceError, ...]
    report: Report
    built: Built | None


def check(folder: Path, base: str | None = None, progress: Progress = lambda _: None) -> Check:
    """Read and validate without releasing; the shapes see whatever could be read, so that one run shows it all."""
    progress("read")
    reading = SOURCES["curated"](folder)
    try:
        return _checked(reading, base, progress)
    except SourceError as error:  # a file of the product itself
        return Check((*reading.errors, error), Report(()), None)


def _checked(reading: Reading, base: str | None, progress: Progress) -> Check:
    publication = reading.publication
    if publication is None or not publication.base or not publication.source.slug:
        return Check(reading.errors, Report(()), None)
    if base:
        publication = replace(publication, base=base)
    if any(error.code == "slug-malformed" for error in reading.errors):
        return Check(reading.errors, Report(()), None)  # such a slug has no IRI to build with
    progress("build")
    built = build(publication)
    progress("validate")
    data = built.triples(*(name for name in built.parts if name != "shapes"))
    found = validate(data, built.parts["shapes"], built.positions, publication.marks.record)
    return Check(reading.errors, _without_echoes(found, reading.errors), built)


def _without_echoes(found: Report, errors: tuple[SourceError, ...]) -> Report:
    """The report without what only follows from mistakes that are reported already, at the same place or record."""
    places = {(error.mark.file, error.mark.line) for error in errors}
    files = {error.mark.file for error in errors}
    kept = [
        finding for finding in found.findings
        if (finding.mark.file, finding.mark.line) not in places
        and not (finding.mark.file in files and finding.code.endswith(("-missing", "-unknown", "-incomplete")))
    ]
    return Report(tuple(kept))


def publish(folder: Path, out: Path, base: str | None = None, progress: Progress = lambda _: None) -> Outcome:
    """Make the release of a publication and switch to it.

    Raises SourceErrors for mistakes in the sources, InvalidPublication where a shape of severity Violation is broken,
    ReleaseError where the release cannot be written. In each case the release that was served stays served.
    """
    slug = _slug(folder)
    shelf = Shelf(out / slug)
    digest = inputs_digest(folder, base)
    done = shelf.made_from(digest)
    if done is not None:
        return Outcome(done, Report(()), fresh=False, switched=False)
    with shelf.locked():
        return _publish(folder, shelf, digest, base, progress)


def _publish(folder: Path, shelf: Shelf, digest: str, base: str | None, progress: Progress) -> Outcome:
    progress("read")
    reading = SOURCES["curated"](folder)
    checked = _checked(reading, base, progress)
    if checked.errors:
        raise SourceErrors(checked.errors)
    violations = checked.report.of("Violation")
    publication, built = reading.publication, checked.built
    if violations or publication is None or built is None:
        raise InvalidPublication(len(violations), checked.report.findings)
    if base:
        publication = replace(publication, base=base)
    progress("describe")
    iri = Minter(publication.base)
    dumps = list(data_dumps(built, iri))
    whole = _described(publication, built, checked.report, dumps, _ingredients(folder), folder)
    release_id = identify(whole.parts, iri)
    progress("release")
    files = list(_files(whole, dumps, iri, release_id))
    manifest = {
        "publication": publication.slug,
        "base": publication.base,
        "title": dict(publication.title.items()),
        "parts": {name: len(triples) for name, triples in sorted(whole.parts.items())},
        "findings": {severity: len(checked.report.of(severity)) for severity in ("Violation", "Warning", "Info")},
    }
    release = shelf.write(release_id, files, manifest)
    switched = shelf.switch(release)
    shelf.remember(digest, release)
    return Outcome(release, checked.report, fresh=True, switched=switched)


def _described(publication: Publication, built: Built, found: Report, dumps: list[Dump],
               ingredients: list[Ingredient], folder: Path) -> Built:
    data = built.triples()
    folder_name = Mark(publication.marks.record.file).file.rpartition("/")[0] or str(folder)
    metadata = {
        "catalogue": catalogue(publication, dumps),
        "void": void(publication, data, dumps),
        "service": service_description(publication, built),
        "provenance": provenance(publication, ingredients),
        "report": report(publication, found.findings, folder_name),
    }
    parts = {**built.parts, **{name: tuple(dict.fromkeys(triples)) for name, triples in metadata.items()}}
    return Built(parts, built.positions)


def _files(whole: Built, dumps: list[Dump], iri: Minter, release_id: str) -> list[File]:
    files = [file for dump in dumps for file in twins(dump.name, dump.content)]
    own = iri.thing("release", release_id)
    metadata = {name: named(whole.parts[name], own) for name in whole.parts if PARTS[name].metadata}
    everything = list(dict.fromkeys(triple for triples in metadata.values() for triple in triples))
    data = set(whole.triples(*(name for name in whole.parts if not PARTS[name].metadata)))
    files.append(File("metadata/metadata.nt", sorted_lines([triple for triple in everything if triple not in data])))
    graphs = [f"{triple} {iri.graph(name)} .\n" for name, triples in metadata.items() for triple in triples]
    files.append(File("metadata/metadata.nq", "".join(sorted(graphs)).encode()))
    for name, triples in metadata.items():
        files += [File(f"metadata/{name}.{row.suffix}", write(triples, row)) for row in RDF_FORMATS if not row.quads]
    return files


def _slug(folder: Path) -> str:
    """The folder's name stands for the publication on disk, before anything is read."""
    return folder.resolve().name


def _ingredients(folder: Path) -> list[Ingredient]:
    shared = share("data")
    files = [*source_files(folder), *sorted(share("ontology").glob("*.ttl")), *sorted(share("shapes").glob("*.ttl"))]
    rows = []
    for file in files:
        if file.is_relative_to(folder):
            name = file.relative_to(folder).as_posix()
        elif file.is_relative_to(shared):
            name = file.relative_to(shared).as_posix()
        else:
            name = f"{file.parent.name}/{file.name}"
        rows.append(Ingredient(name, hashlib.sha256(file.read_bytes()).hexdigest()))
    return sorted(rows, key=lambda row: row.name)


def inputs_digest(folder: Path, base: str | None) -> str:
    """The digest of everything that a release is made from: sources, ontology, shapes and the software itself."""
    digest = hashlib.sha256(f"{base or ''}\n".encode())
    for row in _ingredients(folder):
        digest.update(f"{row.name} {row.sha256}\n".encode())
    package = Path(__file__).parent
    for file in sorted(package.rglob("*.py")):
        digest.update(file.relative_to(package).as_posix().encode())
        digest.update(file.read_bytes())
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode())
    return digest.hexdigest()
