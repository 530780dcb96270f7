"""Where a release says that it comes from, held against the files that it was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import PROV, SDO

from conftest import TINY, TRONDHEIM
from delmaal import __version__
from delmaal.release import Release
from delmaal.settings import share

SCHEMA, SH = Namespace("http://schema.org/"), Namespace("http://www.w3.org/ns/shacl#")
SHA256 = URIRef("https://w3id.org/delmaal/ns#sha256")
PUBLICATIONS = {"tiny_release": TINY, "trondheim_release": TRONDHEIM}


class Told:
    """A release, the publication that it was made from, and what its provenance and its report say."""

    def __init__(self, release: Release, publication: Path) -> None:
        self.release = release
        self.publication = publication
        self.provenance = Graph().parse(release.folder / "metadata" / "provenance.nt")
        self.report = Graph().parse(release.folder / "metadata" / "report.nt")
        self.own = URIRef(f"{release.base}id/release/{release.id}")

    def one(self, subject: URIRef, predicate: URIRef) -> URIRef:
        """The only value of a property."""
        (found,) = self.provenance.objects(subject, predicate)
        assert isinstance(found, URIRef)
        return found

    def files(self, activity: URIRef) -> dict[str, str]:
        """The files that an activity used, with their checksums."""
        summed = set(self.provenance.subjects(SHA256))
        used = [node for node in self.provenance.objects(activity, PROV.used) if node in summed]
        found = {}
        for node in used:
            (name,), (checksum,) = (list(self.provenance.objects(node, each)) for each in (RDFS.label, SHA256))
            assert (node, RDF.type, PROV.Entity) in self.provenance
            found[str(name)] = str(checksum)
        assert len(found) == len(used), "two files of one name"
        return found


@pytest.fixture(params=PUBLICATIONS)
def told(request: pytest.FixtureRequest) -> Told:
    """What each release says of itself."""
    return Told(request.getfixturevalue(request.param), PUBLICATIONS[request.param])


def ingredients(publication: Path) -> Iterator[tuple[str, Path]]:
    """Every file on disk that a release is made from, under the name that it has there."""
    for root, folders in ((publication, ("",)), (share("data"), ("codes", "sdg"))):
        for path in sorted(path for folder in folders for path in (root / folder).rglob("*")):
            if path.suffix in (".yaml", ".csv", ".json"):
                yield path.relative_to(root).as_posix(), path
    for folder in ("ontology", "shapes"):
        for path in share(folder).glob("*.ttl"):
            yield f"{folder}/{path.name}", path


def test_build_used_the_files_on_disk_with_their_checksums(told: Told) -> None:
    expected = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in ingredients(told.publication)}
    assert told.files(told.one(told.own, PROV.wasGeneratedBy)) == expected
    assert {"publication.yaml", "ontology/delmaal.ttl", "shapes/theme.ttl"} <= expected.keys()


def test_validation_used_all_shapes(told: Told) -> None:
    build = told.one(told.own, PROV.wasGeneratedBy)
    checking = told.one(build, PROV.wasInformedBy)
    shapes = {f"shapes/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
              for path in share("shapes").glob("*.ttl")}
    assert told.files(checking) == shapes
    assert len(shapes) > 10
    for activity in (build, checking):
        assert (activity, RDF.type, PROV.Activity) in told.provenance


def test_build_used_the_report_that_the_validation_made(told: Told) -> None:
    build = told.one(told.own, PROV.wasGeneratedBy)
    (report,) = told.provenance.subjects(PROV.wasGeneratedBy, told.one(build, PROV.wasInformedBy))
    assert (build, PROV.used, report) in told.provenance
    assert (report, RDF.type, SH.ValidationReport) in told.report
    assert str(told.report.value(report, SH.conforms)) == "true", "else there were no release"
    assert len(list(told.report.objects(report, SH.result))) == sum(told.release.manifest["findings"].values())


def test_software_is_told_with_its_version(told: Told) -> None:
    build = told.one(told.own, PROV.wasGeneratedBy)
    for activity in (build, told.one(build, PROV.wasInformedBy)):
        agent = told.one(activity, PROV.wasAssociatedWith)
        assert (agent, RDF.type, PROV.SoftwareAgent) in told.provenance
        assert list(told.provenance.objects(agent, SCHEMA.softwareVersion)) == [Literal(__version__)]
    assert told.release.manifest["software"] == __version__
    assert not list(told.provenance.subject_objects(SDO.softwareVersion)), "one of schema.org's two names"


def test_release_is_derived_from_its_source_and_attributed_to_its_publisher(told: Told) -> None:
    assert (told.own, RDF.type, PROV.Entity) in told.provenance
    assert list(told.provenance.subjects(PROV.wasGeneratedBy, told.one(told.own, PROV.wasGeneratedBy))) == [told.own]
    data = Graph().parse(told.release.folder / "data" / "all.nt")
    source = told.one(told.own, PROV.wasDerivedFrom)
    assert (source, RDFS.label, None) in data, "the data say what it is"
    catalogue = Graph().parse(told.release.folder / "metadata" / "catalogue.nt")
    assert (None, URIRef("http://purl.org/dc/terms/publisher"), told.one(told.own, PROV.wasAttributedTo)) in catalogue


def test_nothing_stands_for_the_release_any_more(told: Told) -> None:
    text = (told.release.folder / "metadata" / "provenance.nt").read_text("utf-8")
    assert "urn:delmaal:" not in text
    assert {str(node) for node in told.provenance.subjects() if "/id/release/" in str(node)} == {str(told.own)}
