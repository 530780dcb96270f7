"""The whole run: read, build, validate, describe, release."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from delmaal.build import build
from delmaal.describe import (
    Ingredient,
    catalogue,
    catalogue_positions,
    catalogue_shapes,
    data_dumps,
    provenance,
    reading_order,
    report,
    service_description,
    sized,
    void,
)
from delmaal.describe.appearance import appearance
from delmaal.describe.dumps import Dump, sorted_lines
from delmaal.describe.freshness import date_findings
from delmaal.errors import InvalidPublication, Mark, ReleaseError, SettingError, SourceError, SourceErrors
from delmaal.formats import RDF_FORMATS, write
from delmaal.records import LICENCES, Finding, Publication
from delmaal.release import File, Release, Shelf, identify, named, shelf_of, twins
from delmaal.settings import share
from delmaal.sources import Reading, read, source_files
from delmaal.statements import PARTS, Built
from delmaal.terms import SLUG, Minter

if TYPE_CHECKING:  # pyshacl takes longer to import than an unchanged build takes to run
    from delmaal.validate import Report

Progress = Callable[[str], None]
_UNKNOWN_BASE = "https://unknown.invalid/"
STEPS = ("read", "build", "validate", "describe", "release")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave: the release, whether anything had to be done, and what was found if so."""

    release: Release
    findings: tuple[Finding, ...]
    fresh: bool
    switched: bool


@dataclass(frozen=True, slots=True)
class Check:
    """What a validation found: mistakes in the sources, and findings of the shapes on what could be read.

    The dumps are made already where the catalogue, which tells their sizes, could be validated too.
    """

    errors: tuple[SourceError, ...]
    report: Report
    built: Built | None
    dumps: tuple[Dump, ...] = ()


def check(folder: Path, base: str | None = None, progress: Progress = lambda _: None) -> Check:
    """Read and validate without releasing; the shapes see whatever could be read, so that one run shows it all."""
    progress("read")
    reading = read(folder)
    try:
        return _checked(reading, base, progress)
    except SourceError as error:  # a file of the product itself
        return Check(_in_order((*reading.errors, error)), _report(), None)


def _checked(reading: Reading, base: str | None, progress: Progress) -> Check:
    from delmaal.validate import validate  # noqa: PLC0415  # see above

    publication, errors = reading.publication, _in_order((*reading.errors, *_misnamed(reading.files)))
    if publication is None:
        return Check(errors, _report(), None)
    publication = replace(
        publication, base=base or publication.base or _UNKNOWN_BASE,
        sources=tuple(replace(source, slug=source.slug or "unknown") for source in publication.sources),
    )  # where a mistake has left none, so that the shapes see the remainder
    progress("build")
    built = build(publication)
    progress("validate")
    data = built.triples(*(name for name in built.parts if name != "shapes"))
    found = validate(data, built.parts["shapes"], built.positions, publication.marks.record)
    if any(Path(error.mark.file).name == "publication.yaml" for error in errors):
        return Check(errors, found, built)  # what the catalogue is made from is not known
    dumps = tuple(data_dumps(built, Minter(publication.base)))
    offered = _catalogue_findings(publication, built, dumps)
    return Check(errors, _report(*sorted((*found.findings, *offered))), built, dumps)


def _catalogue_findings(publication: Publication, built: Built, dumps: Iterable[Dump]) -> Iterable[Finding]:
    """What the shapes find in the catalogue; once for a line, since all its datasets are made from the same lines."""
    from delmaal.validate import validate  # noqa: PLC0415  # see above

    triples = catalogue(publication, dumps)
    found = validate(triples, catalogue_shapes(built.parts["shapes"]), catalogue_positions(publication, triples),
                     publication.marks.record)
    return {(finding.mark, finding.code): finding for finding in reversed(found.findings)}.values()


def _misnamed(files: Iterable[Path]) -> list[SourceError]:
    """The files of statistics and indicators whose names are no slugs: the provenance gives each file an IRI."""
    errors = []
    for file in files:
        if file.parent.name in ("statistics", "indicators") and not SLUG.match(file.stem):
            shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
            mark = Mark(os.fsencode(shown.as_posix()).decode("utf-8", "replace"))
            sentence = "the file's name is no slug; write lower-case letters a-z, digits and single hyphens"
            errors.append(SourceError("slug-malformed", mark, sentence))
    return errors


def _in_order(errors: Iterable[SourceError]) -> tuple[SourceError, ...]:
    return tuple(sorted(errors, key=lambda error: (error.mark, error.code)))


def _report(*findings: Finding) -> Report:
    from delmaal.validate import Report  # noqa: PLC0415  # see above

    return Report(findings)


def publish(folder: Path, out: Path, base: str | None = None, progress: Progress = lambda _: None) -> Outcome:
    """Make the release of a publication and switch to it.

    Raises SourceErrors for mistakes in the sources, InvalidPublication where a shape of severity Violation is broken,
    ReleaseError where the release cannot be written, SettingError where it would be written into its own sources. In
    each case the release that was served stays served.
    """
    shelf = shelf_of(folder, out)
    if shelf.folder.resolve().is_relative_to(folder.resolve()):
        sentence = f"{shelf.folder}, where the releases go, lies in the sources; choose another folder with --out"
        raise SettingError("out-in-sources", sentence)
    digest = inputs_digest(folder, base)
    done = shelf.made_from(digest)
    try:
        if done is not None:
            shelf.tidy()
            return Outcome(done, (), fresh=False, switched=False)
        with shelf.locked():
            return _publish(folder, shelf, digest, base, progress)
    except OSError as error:
        where, why = error.filename2 or error.filename or shelf.folder, error.strerror or error
        sentence = f"the release cannot be written, and what was served stays served: {where}: {why}"
        raise ReleaseError("release-unwritable", sentence) from error


def _publish(folder: Path, shelf: Shelf, digest: str, base: str | None, progress: Progress) -> Outcome:
    ingredients = _ingredients(folder)  # before they are read: what is saved meanwhile belongs to the next release
    progress("read")
    reading = read(folder)
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
    dumps = list(checked.dumps)
    findings = [replace(found, mark=replace(found.mark, file=_name(Path(found.mark.file), folder)))
                for found in checked.report.findings]
    whole = _described(publication, built, findings, dumps, ingredients)
    release_id = identify(whole.parts, iri)
    progress("release")
    files = [*_files(whole, dumps, iri, release_id), *appearance(publication)]
    manifest = {
        "publication": publication.slug,
        "base": publication.base,
        "title": dict(publication.title.items()),
        "licence": {"name": publication.licence, "iri": LICENCES[publication.licence].page},
        "parts": {name: len(triples) for name, triples in sorted(whole.parts.items())},
        "findings": {severity: len(checked.report.of(severity)) for severity in ("Violation", "Warning", "Info")},
    }
    before = _current(shelf)
    release = shelf.write(release_id, files, manifest)
    dated = date_findings(before, release, publication)
    switched = shelf.switch(release)
    if inputs_digest(folder, base) == digest:  # else somebody saved a file meanwhile, and it is not known what was read
        shelf.remember(digest, release)
    return Outcome(release, (*checked.report.findings, *dated), fresh=True, switched=switched)


def _current(shelf: Shelf) -> Release | None:
    """The release that is served; None where there is none that can be read."""
    try:
        return shelf.current()
    except ReleaseError:
        return None


def _described(publication: Publication, built: Built, findings: list[Finding], dumps: list[Dump],
               ingredients: list[Ingredient]) -> Built:
    data = built.triples()
    metadata = {
        "catalogue": catalogue(publication, dumps),
        "void": void(publication, data, dumps),
        "service": service_description(publication, built),
        "provenance": provenance(publication, ingredients),
        "report": report(publication, findings, ""),
    }
    everything = {*data, *(triple for triples in metadata.values() for triple in triples)}
    metadata["service"] += sized(Minter(publication.base), everything)
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
        first = reading_order(triples, iri.base)
        files += [File(f"metadata/{name}.{row.suffix}", write(triples, row, first))
                  for row in RDF_FORMATS if not row.quads]
    return files


def _ingredients(folder: Path) -> list[Ingredient]:
    files = [*source_files(folder), *sorted(share("ontology").glob("*.ttl")), *sorted(share("shapes").glob("*.ttl"))]
    return sorted((Ingredient(_name(file, folder), _sha256(file)) for file in files), key=lambda row: row.name)


def _name(file: Path, folder: Path) -> str:
    """A file's name in a release: within the publication or the product, so that it is the same wherever they lie."""
    path = _absolute(file)
    for root in (_absolute(folder), share("data")):
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return f"{path.parent.name}/{path.name}"


def _absolute(path: Path) -> Path:
    return Path(os.path.normpath(Path.cwd() / path))


def _sha256(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        sentence = f"the file cannot be read ({error.strerror})"
        raise SourceErrors([SourceError("file-unreadable", Mark(file.as_posix()), sentence)]) from error


def inputs_digest(folder: Path, base: str | None) -> str:
    """The digest of everything that a release is made from: sources, ontology, shapes and the software itself."""
    digest = hashlib.sha256(f"{base or ''}\n".encode())
    for row in _ingredients(folder):
        digest.update(os.fsencode(f"{row.name} {row.sha256}\n"))
    package = Path(__file__).parent
    for file in sorted(package.rglob("*.py")):
        digest.update(file.relative_to(package).as_posix().encode())
        digest.update(file.read_bytes())
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(os.fsencode(file.relative_to(folder)))
    return digest.hexdigest()
