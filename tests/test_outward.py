"""Where the data lead outward: to the UN, to LOS, to the EU's tables, to the registers of places.

What others publish is read from the reference folder (DELMAAL_REFERENCE), never over the network.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from conftest import REFERENCE, TRONDHEIM, needs_reference
from delmaal.describe.authorities import AUTHORITIES
from delmaal.records import Area, Publication
from delmaal.release import Release
from delmaal.sources.curated import read_publication
from delmaal.sources.themes import EU_THEMES
from delmaal.terms import EU, PREFIXES, term

SDG = PREFIXES["sdg"]
LOS = "https://psi.norge.no/los/"
GEONORGE = "https://data.geonorge.no/administrativeEnheter/"

ORGANISATION = "https://organization-catalog.fellesdatakatalog.digdir.no/organizations/942110464"
MUNICIPALITY = f"{GEONORGE}kommune/id/173068173004"
WIKIDATA = "http://www.wikidata.org/entity/Q25804"
GEONAMES = "https://sws.geonames.org/3133881/"


@pytest.fixture(scope="module")
def publication() -> Publication:
    reading = read_publication(TRONDHEIM)
    assert not reading.errors, "\n".join(map(str, reading.errors))
    assert reading.publication
    return reading.publication


def reference(*names: str) -> Store:
    """Files of the reference folder in a store; a file that is not there is a reason to skip."""
    store = Store()
    for name in names:
        file = REFERENCE / name
        if not file.is_file():
            pytest.skip(f"{name} is not in the reference folder (DELMAAL_REFERENCE)")
        store.bulk_load(path=str(file), format=RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def un() -> Store:
    return reference("sdg/sdg-kos-goals-targets-indicators.ttl")


@pytest.fixture(scope="module")
def built(trondheim_release: Release) -> Store:
    """The release's data: the store's default graph."""
    store = Store()
    store.bulk_load(path=str(trondheim_release.folder / "data" / "all.nt"), format=RdfFormat.N_TRIPLES)
    return store


def subjects(store: Store, predicate: str, value: str) -> set[str]:
    found = store.quads_for_pattern(None, term(predicate), NamedNode(value))
    return {quad.subject.value for quad in found if isinstance(quad.subject, NamedNode)}


def objects(store: Store, subject: str, predicate: str) -> Iterator[NamedNode | Literal]:
    for quad in store.quads_for_pattern(NamedNode(subject), term(predicate), None):
        if isinstance(quad.object, NamedNode | Literal):
            yield quad.object


def labels(store: Store, subject: str, predicate: str = "skos:prefLabel") -> set[tuple[str | None, str]]:
    return {(o.language, o.value) for o in objects(store, subject, predicate) if isinstance(o, Literal)}


def is_known(store: Store, iri: str) -> bool:
    return any(store.quads_for_pattern(NamedNode(iri), None, None))


# The UN's goals, targets and indicators


@needs_reference
@pytest.mark.parametrize(("kind", "count"), [("Goal", 17), ("Target", 169)])
def test_goals_and_targets_are_the_uns(
    kind: str, count: int, un: Store, built: Store, publication: Publication
) -> None:
    """The same IRIs, and of each the same notation: no fewer, no more."""
    theirs, ours = (subjects(store, "rdf:type", f"{PREFIXES['sdgo']}{kind}") for store in (un, built))
    assert ours == theirs
    assert len(ours) == count
    records = publication.goals if kind == "Goal" else publication.targets
    assert {f"{SDG}{item.code}" for item in records} == theirs
    for iri in ours:
        compact = [o for o in objects(un, iri, "skos:notation") if is_compact(o)]
        assert list(objects(built, iri, "skos:notation")) == compact
        assert labels(built, iri, "dct:identifier") == {(None, compact[0].value)}
        assert iri == f"{SDG}{compact[0].value}"


def is_compact(value: NamedNode | Literal) -> bool:
    return isinstance(value, Literal) and value.datatype == term("sdgo:SDGCodeCompact")


@needs_reference
@pytest.mark.parametrize("predicate", ["sdgo:isTargetOf", "sdgo:hasTarget"])
def test_targets_belong_to_the_goals_that_the_un_says(predicate: str, un: Store, built: Store) -> None:
    theirs, ours = (
        {(str(q.subject), str(q.object)) for q in store.quads_for_pattern(None, term(predicate), None)}
        for store in (un, built)
    )
    assert ours == theirs
    assert len(ours) == 169


@needs_reference
def test_what_is_restated_of_the_uns_is_what_the_un_says(un: Store, built: Store) -> None:
    """Of each goal and target: class, notation and scheme as the UN has them, and no second English prefLabel."""
    for name in ("rdf:type", "skos:notation", "skos:inScheme", "skos:topConceptOf", "sdgo:isTargetOf"):
        for quad in built.quads_for_pattern(None, term(name), None):
            if isinstance(quad.subject, NamedNode) and re.match(rf"{re.escape(SDG)}\d", quad.subject.value):
                assert ox.Quad(quad.subject, quad.predicate, quad.object) in un, str(quad)
    for quad in built.quads_for_pattern(None, term("skos:prefLabel"), None):
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(SDG):
            assert isinstance(quad.object, Literal)
            assert quad.object.language == "nb"


def test_labels_of_goals_and_targets_are_short_and_distinct(publication: Publication) -> None:
    for language in ("nb", "en"):
        found = [getattr(item.label, language) for item in (*publication.goals, *publication.targets)]
        assert [label for label in found if not 1 <= len(label.split()) <= 10] == []
        assert [label for label, count in Counter(map(str.casefold, found)).items() if count > 1] == []
        assert [label for label in found if label.endswith(".") or label != label.strip()] == []
    targets = [(item.label.nb, item.label.en) for item in publication.targets]
    assert [label for label in targets if label[0].casefold() == label[1].casefold()] == []


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(found: list[str]) -> set[tuple[str, ...]]:
    """Every run of eight words."""
    return {tuple(found[start : start + 8]) for start in range(len(found) - 7)}


@needs_reference
def test_labels_of_targets_are_our_own(un: Store, publication: Publication) -> None:
    """The UN's wording is the UN's: none of our labels is it, or runs along with it for eight words."""
    for item in publication.targets:
        theirs = [words(text) for language, text in labels(un, f"{SDG}{item.code}") if language == "en"]
        assert theirs, item.code
        ours = words(item.label.en)
        for text in theirs:
            assert text != ours, item.code
            assert not runs(text) & runs(ours), item.code


@needs_reference
def test_matched_indicators_are_the_uns(un: Store, built: Store, publication: Publication) -> None:
    known = subjects(un, "rdf:type", f"{PREFIXES['sdgo']}Indicator")
    assert len(known) == 232
    matches = {code for item in publication.indicators for code in (*item.close_match, *item.related_match)}
    assert matches
    assert {f"{SDG}{code}" for code in matches} <= known
    for predicate in ("skos:closeMatch", "skos:relatedMatch", "skos:exactMatch"):
        for quad in built.quads_for_pattern(None, term(predicate), None):
            if isinstance(quad.object, NamedNode) and quad.object.value.startswith(f"{SDG}C"):
                assert quad.object.value in known
                assert predicate != "skos:exactMatch", "age bands and areas differ"


# LOS and the EU's tables


@needs_reference
def test_subjects_of_themes_are_in_los(publication: Publication) -> None:
    los = reference("vocabularies/los-with-fdk-triples.ttl")
    for theme in publication.themes:
        for subject in theme.subjects:
            assert subject.startswith(LOS)
            assert term("skos:Concept") in set(objects(los, subject, "rdf:type")), f"{theme.slug}: {subject}"
            assert any(language == "nb" for language, _ in labels(los, subject)), f"{theme.slug}: {subject}"


@needs_reference
def test_data_themes_are_the_eus(publication: Publication, built: Store) -> None:
    table = reference("vocabularies/data-theme-sparql-result.ttl")
    known = subjects(table, "skos:inScheme", f"{EU}data-theme")
    assert known == {f"{EU}data-theme/{code}" for code in EU_THEMES}
    used = {code for theme in publication.themes for code in theme.eu_themes} | set(publication.eu_themes)
    assert {f"{EU}data-theme/{code}" for code in used} <= known
    matched = {str(quad.object.value) for quad in built.quads_for_pattern(None, term("skos:broadMatch"), None)
               if isinstance(quad.object, NamedNode)}
    assert matched
    assert matched <= known


TABLES = {
    "data-theme": "data-theme-sparql-result.ttl",
    "frequency": "frequencies-sparql-result.ttl",
    "licence": "licences-sparql-result.ttl",
    "file-type": "filetypes-sparql-result.ttl",
    "publishertype": "adms-publisher-type.ttl",
}
CSV_TABLES = {
    "file-type": ("file-types.csv", 0),
    "licence": ("licenses.csv", 2),
    "access-right": ("access-right.csv", 0),
}


def rows(table: str) -> list[str]:
    """The IRIs of AUTHORITIES that are of the table."""
    found = [iri for iri in AUTHORITIES if f"/{table}/" in iri]
    assert found, table
    return found


@needs_reference
@pytest.mark.parametrize("table", TABLES)
def test_authorities_are_in_their_tables(table: str) -> None:
    store = reference(f"vocabularies/{TABLES[table]}")
    assert [iri for iri in rows(table) if not is_known(store, iri)] == []


@needs_reference
@pytest.mark.parametrize("table", CSV_TABLES)
def test_authorities_are_in_the_lists_of_the_quality_service(table: str) -> None:
    name, column = CSV_TABLES[table]
    with (REFERENCE / "dcat-ap" / name).open(encoding="utf-8", newline="") as file:
        known = {row[column] for row in csv.reader(file) if len(row) > column}
    assert [iri for iri in rows(table) if iri not in known] == []


@needs_reference
@pytest.mark.parametrize("table", TABLES)
def test_authorities_are_labelled_as_their_tables_label_them(table: str) -> None:
    """Where the table has a label in a language; the table of file types has none."""
    store = reference(f"vocabularies/{TABLES[table]}")
    differing = {}
    for iri in rows(table):
        for language, ours in AUTHORITIES[iri].label.items():
            theirs = {label for tag, label in labels(store, iri) if tag == language}
            if theirs and ours not in theirs:
                differing[iri.rpartition("/")[2], language] = (ours, min(theirs))
    assert differing == {}


def test_authorities_say_their_scheme() -> None:
    for iri, row in AUTHORITIES.items():
        if iri.startswith(EU):
            assert row.scheme == iri.rpartition("/")[0]


def test_every_data_theme_that_a_publication_may_name_is_described() -> None:
    assert {f"{EU}data-theme/{code}" for code in EU_THEMES} <= set(AUTHORITIES)


# Units and places


def test_units_are_told_apart(publication: Publication) -> None:
    iris = Counter(unit.iri for unit in publication.units)
    assert [iri for iri, count in iris.items() if count > 1] == []
    assert all(re.fullmatch(r"http://qudt\.org/vocab/unit/[A-Za-z0-9_-]+|https://w3id\.org/delmaal/unit/[a-z-]+", iri)
               for iri in iris)
    for language in ("nb", "en"):
        names = Counter(unit.label.within(language) for unit in publication.units)
        assert max(names.values()) == 1


def area(publication: Publication, slug: str) -> Area:
    return next(item for item in publication.areas if item.slug == slug)


def test_the_municipality_leads_to_the_registers(publication: Publication, built: Store) -> None:
    trondheim = area(publication, "trondheim")
    assert trondheim.same_as == (MUNICIPALITY,)
    assert {WIKIDATA, GEONAMES} <= set(trondheim.see_also)
    assert [place.iri for place in publication.spatial] == [MUNICIPALITY]
    assert publication.publisher.iri == ORGANISATION
    assert publication.publisher.identifier == "942110464"
    iri = f"{publication.base}id/area/trondheim"
    assert {o.value for o in objects(built, iri, "owl:sameAs")} == {MUNICIPALITY}
    assert {WIKIDATA, GEONAMES} <= {o.value for o in objects(built, iri, "rdfs:seeAlso")}


def test_only_what_has_the_same_extent_is_the_same(publication: Publication) -> None:
    """The former municipalities are not the one of today."""
    same = {item.slug: item.same_as for item in publication.areas if item.same_as}
    assert same == {"trondheim": (MUNICIPALITY,), "norge": (f"{GEONORGE}nasjon/id/173163",)}
    for slug in ("gamle-trondheim", "klaebu"):
        former = area(publication, slug)
        assert (former.type, former.replaced_by, former.validity) == ("former-municipality", "trondheim", "--2019")


@needs_reference
def test_places_of_geonorge_are_known_to_the_portal(publication: Publication) -> None:
    known = reference("vocabularies/administrative-enheter.ttl")
    for item in publication.areas:
        for address in (*item.same_as, *item.see_also):
            if address.startswith((f"{GEONORGE}kommune", f"{GEONORGE}fylke")):
                names = {o.value for o in objects(known, address, "dct:title")}
                assert names, f"{item.slug}: {address}"
                assert any(name.split()[0] in item.label.nb for name in names), f"{item.slug}: {address}"


@needs_reference
def test_the_municipality_is_as_the_reference_says() -> None:
    text = (REFERENCE / "README.md").read_text("utf-8")
    for fact in (ORGANISATION, MUNICIPALITY, WIKIDATA, GEONAMES, "942110464"):
        assert fact in text


def test_addresses_are_well_formed_and_told_once(publication: Publication) -> None:
    found = [(item.slug, item.see_also) for item in publication.areas]
    found += [(item.slug, item.see_also) for item in publication.documents]
    found += [(item.slug, item.see_also) for item in (*publication.agents, *publication.breakdowns)]
    for slug, addresses in found:
        assert len(set(addresses)) == len(addresses), slug
        for address in addresses:
            assert re.fullmatch(r"https?://[\w.-]+/\S*", address), f"{slug}: {address}"
