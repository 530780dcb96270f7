"""The graph that Trondheim's release publishes, against the model that the design promises.

What the release's dump of all data says is asked in a store in memory; the parts come from the build that made it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, PROV, QB, RDF, RDFS, SH, SKOS, VANN, VOID, DefinedNamespace

from conftest import CITED, REFERENCE, TINY, TRONDHEIM, needs_reference
from datacube_rules import EngineName, violations
from delmaal.build import build
from delmaal.formats import RDF_FORMATS
from delmaal.records import Publication
from delmaal.release import Release
from delmaal.sources.curated import read_publication
from delmaal.statements import Built
from delmaal.terms import PREFIXES, PRODUCT, SLUG, term
from ontology_terms import ONTOLOGY_FILE, code_terms, defined_terms, reserved_terms

QUERIES = Path(__file__).with_name("queries")
NS = PREFIXES["delmaal"]
SHAPES = f"{PRODUCT}shapes#"
ENGINES: tuple[EngineName, ...] = ("pyoxigraph", "rdflib")

# Vocabularies whose terms rdflib knows one by one, so that a misspelt one is found.
KNOWN_BY_NAME: dict[str, type[DefinedNamespace]] = {
    str(vocabulary): vocabulary for vocabulary in (DCAT, DCTERMS, FOAF, OWL, PROV, QB, RDFS, SH, SKOS, VANN, VOID)
} | {str(RDF): RDF}
# The terms that are used of all others: those of SDMX, QUDT and schema.org are too many to list.
OTHERS = {
    "qudt": {"Unit", "symbol"},
    "schema": {"position"},
    "sdgo": {"Goal", "Indicator", "Target", "hasTarget", "isTargetOf"},
    "sdmx-attribute": {"unitMeasure", "unitMult", "obsStatus"},
    "sdmx-dimension": {"refArea", "refPeriod", "sex", "age"},
    "sdmx-measure": {"obsValue"},
}
NAMES = ("rdfs:label", "skos:prefLabel", "dct:title", "foaf:name")


def read(folder: Path) -> Publication:
    reading = read_publication(folder)
    assert not reading.errors, "\n".join(map(str, reading.errors))
    assert reading.publication
    return reading.publication


def load(release: Release) -> Store:
    """The release's default graph without its metadata."""
    store = Store()
    store.bulk_load(path=str(release.folder / "data" / "all.nt"), format=RdfFormat.N_TRIPLES)
    return store


@pytest.fixture(scope="module")
def publication() -> Publication:
    return read(TRONDHEIM)


@pytest.fixture(scope="module")
def parts(publication: Publication) -> Built:
    return build(publication)


@pytest.fixture(scope="module")
def data(trondheim_release: Release) -> Store:
    return load(trondheim_release)


@pytest.fixture(scope="module")
def ontology() -> rdflib.Graph:
    return rdflib.Graph().parse(ONTOLOGY_FILE)


@pytest.fixture(params=["trondheim", "tiny"])
def either(request: pytest.FixtureRequest) -> tuple[Store, Publication]:
    """The data of either release and what they were made from; the tiny one has links of every basis."""
    release: Release = request.getfixturevalue(f"{request.param}_release")
    return load(release), read(TRONDHEIM if request.param == "trondheim" else TINY)


def ask(store: Store, name: str) -> list[dict[str, str]]:
    """The rows of a query that is kept as a file, unbound variables left out."""
    solutions = store.query((QUERIES / f"{name}.rq").read_text("utf-8"))
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    rows = []
    for solution in solutions:
        bound = {name: solution[name] for name in names if solution[name] is not None}
        rows.append({name: value.value for name, value in bound.items() if isinstance(value, NamedNode | Literal)})
    return rows


def pairs(store: Store, predicate: str) -> set[tuple[str, str]]:
    """Subject and object of every statement with a predicate."""
    return {
        (quad.subject.value, quad.object.value) for quad in store.quads_for_pattern(None, term(predicate), None)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal)
    }


def members(store: Store, kind: str) -> set[str]:
    return {subject for subject, value in pairs(store, "rdf:type") if value == term(kind).value}


def local(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]


# Terms


def terms_used(triples: Iterator[Triple]) -> set[str]:
    """Every property, every class, and every other term of the ontology's namespace that is a value."""
    used = set()
    for triple in triples:
        used.add(triple.predicate.value)
        value = triple.object
        if isinstance(value, NamedNode) and (triple.predicate == term("rdf:type") or value.value.startswith(NS)):
            used.add(value.value)
    return used


def published(parts: Built) -> Iterator[Triple]:
    """The data without the vocabulary that they are written in and checked by."""
    return (triple for name in parts.parts if name not in {"ontology", "shapes"} for triple in parts.parts[name])


def strangers(used: set[str], ontology: rdflib.Graph, base: str) -> list[str]:
    """Terms that are neither defined by the ontology, nor the publication's own, nor known of another vocabulary."""
    ours = {str(found) for found in defined_terms(ontology)}
    found = []
    for iri in sorted(used):
        namespace, name = iri.removesuffix(local(iri)), local(iri)
        prefix = next((prefix for prefix, known in PREFIXES.items() if known == namespace), "")
        known = (
            iri in ours
            or namespace == f"{base}id/dimension/"
            or (namespace in KNOWN_BY_NAME and name in KNOWN_BY_NAME[namespace])
            or name in OTHERS.get(prefix, set())
        )
        if not known:
            found.append(iri)
    return found


def test_every_term_that_the_data_use_is_defined(
    parts: Built, ontology: rdflib.Graph, publication: Publication
) -> None:
    used = terms_used(published(parts))
    assert len(used) > 80
    assert strangers(used, ontology, publication.base) == []


def test_every_term_of_the_ontology_is_anothers_or_its_own(parts: Built, ontology: rdflib.Graph) -> None:
    assert strangers(terms_used(iter(parts.parts["ontology"])), ontology, "") == []


def test_every_term_of_the_shapes_is_defined(parts: Built, ontology: rdflib.Graph) -> None:
    assert strangers(terms_used(iter(parts.parts["shapes"])), ontology, "") == []


def test_a_misspelt_term_is_found(ontology: rdflib.Graph) -> None:
    good = {f"{NS}linkTheme", str(DCTERMS.isPartOf), term("sdmx-measure:obsValue").value}
    bad = {f"{NS}linkTheem", "http://purl.org/dc/terms/isPartof", "http://purl.org/linked-data/sdmx/2009/measure#value"}
    assert strangers(good, ontology, "") == []
    assert set(strangers(good | bad, ontology, "")) == bad


def test_the_publications_own_properties_describe_themselves(data: Store, publication: Publication) -> None:
    own = {quad.predicate.value for quad in data if quad.predicate.value.startswith(publication.base)}
    assert own
    assert own <= members(data, "qb:DimensionProperty")
    assert own <= {subject for subject, _ in pairs(data, "rdfs:subPropertyOf")}


def test_every_term_that_is_defined_is_used_or_reserved(parts: Built, ontology: rdflib.Graph) -> None:
    """A code list is used as a whole, with its class, where one of its codes is."""
    cited = build(read(CITED))  # has what no transcribed text has
    said = [*published(parts), *published(cited), *parts.parts["shapes"]]
    used = {rdflib.URIRef(iri) for iri in terms_used(iter(said))}
    codes = code_terms(ontology)
    lists = {scheme for code in codes & used for scheme in ontology.objects(code, SKOS.inScheme)}
    used |= {code for code in codes if lists & set(ontology.objects(code, SKOS.inScheme))}
    kinds = {kind for code in codes & used for kind in ontology.objects(code, RDF.type)}
    used |= {node for node in lists | kinds if isinstance(node, rdflib.URIRef)}
    assert sorted(defined_terms(ontology) - used - reserved_terms(ontology)) == []
    assert sorted(reserved_terms(ontology) & used) == []


# Names and IRIs


def named(store: Store) -> dict[str, set[str | None]]:
    """The languages in which each resource has a name."""
    languages: dict[str, set[str | None]] = {}
    for name in NAMES:
        for quad in store.quads_for_pattern(None, term(name), None):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                languages.setdefault(quad.subject.value, set()).add(quad.object.language)
    return languages


def test_everything_of_ours_has_a_name_in_both_languages(data: Store) -> None:
    """A shape says its message instead."""
    languages = named(data)
    for quad in data.quads_for_pattern(None, term("sh:message"), None):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            languages.setdefault(quad.subject.value, set()).add(quad.object.language)
    ours = {quad.subject.value for quad in data if isinstance(quad.subject, NamedNode)}
    ours = {iri for iri in ours if iri.startswith(PRODUCT)}
    assert len(ours) > 1500
    assert sorted(iri for iri in ours if not {"nb", "en"} <= languages.get(iri, set())) == []


def test_what_is_pointed_to_is_there(data: Store) -> None:
    """No IRI of ours leads nowhere."""
    subjects = {quad.subject for quad in data}
    targets = {quad.object for quad in data if isinstance(quad.object, NamedNode)}
    vocabulary = {NamedNode(f"{PRODUCT}ns"), NamedNode(f"{PRODUCT}shapes")}
    vocabulary |= {quad.object for quad in data if quad.predicate == term("owl:versionIRI")}
    cubes = {quad.subject for quad in data.quads_for_pattern(None, term("rdf:type"), term("qb:DataSet"))}
    catalogue = {quad.object for quad in data if quad.predicate == term("dct:isPartOf") and quad.subject in cubes}
    lost = targets - subjects - vocabulary - catalogue
    assert sorted(str(iri) for iri in lost if iri.value.startswith(PRODUCT)) == []


def test_iris_are_minted_as_designed(data: Store, publication: Publication) -> None:
    base = re.escape(publication.base)
    slug, code = SLUG.pattern.removesuffix(r"\Z"), r"[A-Za-z0-9._~-]+"
    patterns = (
        rf"{base}id/(?:theme|document|statistic|indicator|area|breakdown|agent|mention|scheme|component|dimension"
        rf"|structure|cube|source)/{slug}",
        rf"{base}id/(?:target-link|printed-code)/{slug}\.[0-9a-d]+",
        rf"{base}id/source/{slug}#line=\d+,\d+",
        rf"{re.escape(PRODUCT)}(?:period|age|breakdown|unit)/{code}",
        rf"{re.escape(NS)}[A-Za-z0-9-]+", rf"{re.escape(SHAPES)}[a-z0-9-]+", rf"{re.escape(PRODUCT)}(?:ns|shapes)",
    )
    ours = {quad.subject.value for quad in data if isinstance(quad.subject, NamedNode)}
    strange = [
        iri for iri in ours if iri.startswith(PRODUCT) and not any(re.fullmatch(pattern, iri) for pattern in patterns)
    ]
    assert sorted(strange) == []


def test_places_count_positions_between_lines(data: Store, publication: Publication) -> None:
    """RFC 5147: a line is between the position before it and its own number."""
    places = {iri for iri in members(data, "prov:Entity") if "#" in iri}
    assert len(places) > 400
    for iri in places:
        found = re.search(r"#line=(\d+),(\d+)\Z", iri)
        assert found, iri
        first, last = int(found[1]) + 1, int(found[2])
        assert publication.source is not None
        assert 1 <= first <= last <= publication.source.line_count
        label = f"line {first}" if first == last else f"lines {first}–{last}"
        assert ox.Quad(NamedNode(iri), term("rdfs:label"), Literal(label, language="en")) in data


def test_no_blank_nodes(data: Store) -> None:
    assert [quad for quad in data if not isinstance(quad.subject, NamedNode)] == []
    assert [quad for quad in data if not isinstance(quad.object, NamedNode | Literal)] == []


def test_the_dump_is_what_was_built(data: Store, parts: Built) -> None:
    """Literals are in canonical form: the store gives back what the build said."""
    assert {quad.triple for quad in data} == set(parts.triples())


# The two queries that a researcher asks first


def test_list_links(either: tuple[Store, Publication]) -> None:
    store, publication = either
    found = {(row["theme"], row["code"]): (row["basis"], row["conflict"]) for row in ask(store, "list_links")}
    expected = {
        (theme.title.en, link.code): (link.basis, str(any(p.reading != link.code for p in link.printed)).lower())
        for theme in publication.themes for link in theme.targets
    }
    assert found == expected
    assert len(ask(store, "list_links")) == sum(len(theme.targets) for theme in publication.themes)


def test_links_come_in_the_order_of_the_plan_and_the_un(data: Store, publication: Publication) -> None:
    rows = ask(data, "list_links")
    assert [int(row["position"]) for row in rows] == sorted(int(row["position"]) for row in rows)
    theme = next(theme for theme in publication.themes if theme.slug == "lokaldemokratiet")
    assert [row["code"] for row in rows if row["theme"] == theme.title.en] == [
        "5.5", "5.c", "10.2", "10.4", "11.3", "13.2", "16.3", "16.5", "16.6", "16.7", "16.10", "16.b", "17.14",
    ]


def test_list_statistics(either: tuple[Store, Publication]) -> None:
    store, publication = either
    rows = ask(store, "list_statistics")
    assert len(rows) == len(publication.statistics)
    found = {local(row["statistic"]): row for row in rows}
    units = {unit.slug: unit.label.en for unit in publication.units}
    indicators = {indicator.slug: indicator.unit for indicator in publication.indicators}
    areas = {area.slug: area.label.en for area in publication.areas}
    for item in publication.statistics:
        row = found[item.slug]
        unit = indicators.get(item.indicator, item.unit) if item.numbered else ""
        assert row.get("unit", "") == (units[unit] if unit else ""), item.slug
        assert (row["area"], row["period"], row["kind"]) == (areas[item.area], item.period, item.kind), item.slug
        assert set(row["certainties"].split()) == {mention.certainty for mention in item.mentions}, item.slug
        said = tuple(row.get(name, "") for name in ("value", "powerOfTen", "notObserved"))
        assert said == (item.value if item.observed else "", item.multiplier or "0", item.not_observed), item.slug
        times = Decimal(10) ** int(item.multiplier or 0)
        for name, number in (("amount", item.value), ("lower", item.lower), ("upper", item.upper)):
            assert bool(row.get(name)) == bool(number), item.slug
            assert not number or Decimal(row[name]) == Decimal(number) * times, item.slug


@pytest.mark.parametrize("file", sorted(QUERIES.glob("*.rq")), ids=lambda file: file.stem)
def test_queries_say_what_they_answer(file: Path) -> None:
    assert re.fullmatch(r"[a-z]+_[a-z_]+", file.stem)
    assert file.read_text("utf-8").startswith("# ")


# Links to targets


def test_a_theme_addresses_what_its_texts_say(either: tuple[Store, Publication]) -> None:
    """Directly for both and text-only; a printed code alone is no ground."""
    store, publication = either
    sdg = PREFIXES["sdg"]
    by_text: set[tuple[str, str]] = set()
    by_code: set[tuple[str, str]] = set()
    for theme in publication.themes:
        iri = f"{publication.base}id/theme/{theme.slug}"
        for link in theme.targets:
            (by_code if link.basis == "printed-only" else by_text).add((iri, f"{sdg}{link.code}"))
    assert pairs(store, "delmaal:addresses") == by_text
    assert {pair for pair in pairs(store, "dct:subject") if pair[1].startswith(sdg)} == by_text
    assert not by_code & pairs(store, "delmaal:addresses")


def test_a_link_by_its_code_alone_is_explained(either: tuple[Store, Publication]) -> None:
    store, _ = either
    noted = {subject for subject, _ in pairs(store, "skos:note")}
    by_code = {link for link, basis in pairs(store, "delmaal:basis") if basis == f"{NS}basis-printed-only"}
    assert by_code <= noted


def test_bases_that_were_tried() -> None:
    """The tiny publication has a link of each basis; Trondheim has none by its code alone."""
    bases = {link.basis for theme in read(TINY).themes for link in theme.targets}
    assert bases == {"both", "text-only", "printed-only"}
    assert {link.basis for theme in read(TRONDHEIM).themes for link in theme.targets} == {"both", "text-only"}


def test_every_printed_code_supports_one_link(data: Store, publication: Publication) -> None:
    prints = members(data, "delmaal:PrintedCode")
    supports = Counter(code for code, _ in pairs(data, "delmaal:supports"))
    assert len(prints) == sum(len(link.printed) for theme in publication.themes for link in theme.targets)
    assert dict.fromkeys(prints, 1) == supports
    assert {link for _, link in pairs(data, "delmaal:supports")} <= members(data, "delmaal:TargetLink")


# Statistics and the cube


def test_a_statistic_is_an_observation_or_says_why_not(data: Store, publication: Publication) -> None:
    statistics, observations = members(data, "delmaal:Statistic"), members(data, "qb:Observation")
    reasons = dict(pairs(data, "delmaal:notObserved"))
    assert observations <= statistics
    assert set(reasons) == statistics - observations
    assert len(statistics) == len(publication.statistics)
    assert len(observations) > 50
    values = Counter(subject for subject, _ in pairs(data, "sdmx-measure:obsValue"))
    assert {observation: values[observation] for observation in observations} == dict.fromkeys(observations, 1)


def test_no_statistic_that_could_be_an_observation_is_none(data: Store) -> None:
    """What is not observed lacks a number, has two, or lacks what is measured."""
    values = {subject for subject, _ in pairs(data, "delmaal:amount")}
    lower, upper = ({subject for subject, _ in pairs(data, f"delmaal:{end}Value")} for end in ("lower", "upper"))
    indicators = {subject for subject, _ in pairs(data, "delmaal:indicator")}
    for statistic, reason in pairs(data, "delmaal:notObserved"):
        lacks = {
            f"{NS}not-observed-no-number": statistic not in values | lower | upper,
            f"{NS}not-observed-range": statistic in lower & upper and statistic not in values,
            f"{NS}not-observed-unassigned": statistic in values and statistic not in indicators,
        }
        assert lacks[reason], statistic


def test_the_key_of_an_observation_is_its_own(data: Store, publication: Publication) -> None:
    names = ("sdmx-dimension:refArea", "sdmx-dimension:refPeriod", "delmaal:indicator", "delmaal:kind",
             "sdmx-dimension:sex", "sdmx-dimension:age", "delmaal:breakdown")
    values = [dict(pairs(data, name)) for name in names]
    observations = members(data, "qb:Observation")
    keys = Counter(tuple(value[observation] for value in values) for observation in observations)
    assert max(keys.values()) == 1
    assert len(keys) == sum(bool(item.value) and not item.not_observed for item in publication.statistics)


def as_ntriples(triples: list[Triple]) -> bytes:
    return b"".join(f"{triple} .\n".encode() for triple in triples)


@pytest.fixture(scope="module")
def cube(parts: Built) -> list[Triple]:
    """The cube and what it refers to."""
    return parts.triples("statistics", "concepts", "ontology")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_cube_is_well_formed(cube: list[Triple], engine: EngineName) -> None:
    assert sum(triple.object == term("qb:Observation") for triple in cube) > 50
    assert violations(as_ntriples(cube), engine) == []


def test_the_whole_graph_is_well_formed(trondheim_release: Release) -> None:
    assert violations((trondheim_release.folder / "data" / "all.nt").read_bytes()) == []


@pytest.mark.parametrize("suffix", ["ttl", "nt", "jsonld", "rdf"])
def test_the_file_of_the_statistics_is_a_whole_cube(trondheim_release: Release, suffix: str) -> None:
    """Who fetches `/data/statistics.ttl` alone has the components with their ranges, and the lists with their codes."""
    row = next(row for row in RDF_FORMATS if row.suffix == suffix)
    content = (trondheim_release.folder / "data" / f"statistics.{suffix}").read_bytes()
    cube = Store()
    cube.load(content, format=row.rdf)
    lines = b"".join(f"{quad.triple} .\n".encode() for quad in cube)
    assert violations(lines) == []
    ranges = dict(pairs(cube, "rdfs:range"))
    assert {value for _, value in pairs(cube, "qb:dimension")} <= set(ranges)
    codes = {value for name in ("delmaal:kind", "delmaal:qualifier", "sdmx-dimension:sex") for _, value in
             pairs(cube, name)}
    assert codes <= {code for code, _ in pairs(cube, "skos:prefLabel")}
    without = b"".join(line for line in lines.splitlines(keepends=True) if b"rdf-schema#range" not in line)
    assert violations(without) == ["IC-4"], "the file would break it without the ranges"


NOWHERE = NamedNode("https://example.org/nowhere")


def one(cube: list[Triple], predicate: str, subject: str = "") -> Triple:
    """A statement with a predicate: of a subject that ends so, or of an observation."""
    observations = {triple.subject for triple in cube if triple.object == term("qb:Observation")}
    return next(
        triple for triple in cube if triple.predicate == term(predicate)
        if (str(triple.subject).endswith(f"{subject}>") if subject else triple.subject in observations)
    )


def without(cube: list[Triple], predicate: str, subject: str = "") -> list[Triple]:
    dropped = one(cube, predicate, subject)
    return [triple for triple in cube if triple != dropped]


def with_other(cube: list[Triple], predicate: str, value: NamedNode) -> list[Triple]:
    """The cube in which an observation has another value."""
    changed = one(cube, predicate)
    return [*without(cube, predicate), Triple(changed.subject, changed.predicate, value)]


def with_twin(cube: list[Triple]) -> list[Triple]:
    """The cube in which an observation stands once more, under another IRI."""
    original = one(cube, "qb:dataSet").subject
    return cube + [Triple(NOWHERE, triple.predicate, triple.object) for triple in cube if triple.subject == original]


def without_component(cube: list[Triple], name: str) -> list[Triple]:
    return [triple for triple in cube if not (triple.predicate == term("qb:component") and name in str(triple.object))]


def with_second_dataset(cube: list[Triple]) -> list[Triple]:
    first = one(cube, "qb:dataSet")
    return [*cube, Triple(first.subject, first.predicate, NOWHERE), Triple(NOWHERE, RDF_TYPE, term("qb:DataSet"))]


RDF_TYPE = term("rdf:type")
AGE_IS_CODED = Triple(term("sdmx-dimension:age"), term("rdfs:range"), term("skos:Concept"))
PLANTED: dict[str, Callable[[list[Triple]], list[Triple]]] = {
    "IC-1": with_second_dataset,
    "IC-2": lambda cube: without(cube, "qb:structure", "cube/statistics"),
    "IC-3": lambda cube: without_component(cube, "obs-value"),
    "IC-4": lambda cube: without(cube, "rdfs:range", "dimension/indicator"),
    "IC-5": lambda cube: [*cube, AGE_IS_CODED],
    "IC-11": lambda cube: without(cube, "sdmx-dimension:refPeriod"),
    "IC-12": with_twin,
    "IC-13": lambda cube: without(cube, "delmaal:amount"),
    "IC-14": lambda cube: without(cube, "sdmx-measure:obsValue"),
    "IC-19": lambda cube: with_other(cube, "delmaal:kind", NOWHERE),
}


@pytest.mark.parametrize("constraint", PLANTED)
def test_a_planted_violation_is_found(cube: list[Triple], constraint: str) -> None:
    assert constraint in violations(as_ntriples(PLANTED[constraint](cube)))


@pytest.mark.parametrize("constraint", ["IC-11", "IC-12"])
def test_the_other_engine_finds_it_too(cube: list[Triple], constraint: str) -> None:
    assert constraint in violations(as_ntriples(PLANTED[constraint](cube)), "rdflib")


def test_values_are_decimals(data: Store) -> None:
    for name in ("sdmx-measure:obsValue", "delmaal:lowerValue", "delmaal:upperValue", "delmaal:amount",
                 "delmaal:lowerAmount", "delmaal:upperAmount"):
        quads = list(data.quads_for_pattern(None, term(name), None))
        assert quads, name
        assert {quad.object.datatype for quad in quads if isinstance(quad.object, Literal)} == {term("xsd:decimal")}
        assert all(isinstance(quad.object, Literal) for quad in quads)


def test_periods_are_resources(data: Store) -> None:
    """No gYear or its like: engines differ on them. A single year says its number."""
    literals = [quad.object for quad in data if isinstance(quad.object, Literal)]
    assert {literal.datatype.value for literal in literals if local(literal.datatype.value).startswith("g")} == set()
    periods = members(data, "dct:PeriodOfTime")
    years = dict(pairs(data, "delmaal:year"))
    assert {iri for iri in periods if re.search(r"/period/\d{4}\Z", iri)} == set(years)
    assert all(iri.endswith(f"/{year}") for iri, year in years.items())
    for name in ("sdmx-dimension:refPeriod", "delmaal:validity", "delmaal:adopted", "delmaal:horizon",
                 "delmaal:statusDate", "delmaal:baseYear", "delmaal:priceLevel"):
        assert {value for _, value in pairs(data, name)} <= periods, name


def test_what_an_indicator_measures_fixes_the_unit(data: Store) -> None:
    units = dict(pairs(data, "sdmx-attribute:unitMeasure"))
    numbered = {node for name in ("delmaal:amount", "delmaal:lowerAmount") for node, _ in pairs(data, name)}
    for statistic, indicator in pairs(data, "delmaal:indicator"):
        assert units.get(statistic) == (units[indicator] if statistic in numbered else None), statistic
    assert set(units.values()) <= members(data, "qudt:Unit")


# What must not be there


def test_nothing_is_imported(data: Store) -> None:
    assert pairs(data, "owl:imports") == set()


def test_subject_headings_are_on_themes_only(data: Store, trondheim_release: Release) -> None:
    themes = members(data, "delmaal:Theme")
    assert {subject for subject, _ in pairs(data, "dct:subject")} == themes
    files = sorted((trondheim_release.folder / "metadata").glob("*.nt"))
    assert files
    for file in files:
        predicates = {quad.predicate for quad in ox.parse(path=str(file), format=RdfFormat.N_TRIPLES)}
        assert term("dct:subject") not in predicates, file.name


def test_no_indicator_is_the_uns(data: Store) -> None:
    """What the UN measures is told apart from what a plan says: ours are matched with it, and none is one of it."""
    uns = members(data, "sdgo:Indicator")
    assert uns
    assert all(iri.startswith(PREFIXES["sdg"]) for iri in uns)
    assert not uns & members(data, "delmaal:Indicator")
    assert members(data, "sdgo:Series") == set()
    assert pairs(data, "skos:exactMatch") == set()


def test_the_shapes_find_no_violation(trondheim_release: Release) -> None:
    assert trondheim_release.manifest["findings"]["Violation"] == 0


@needs_reference
def test_terms_of_the_un_are_in_its_ontology(parts: Built) -> None:
    file = REFERENCE / "sdg" / "sdgs-ontology.ttl"
    known = {quad.subject for quad in ox.parse(path=str(file), format=RdfFormat.TURTLE)}
    used = {iri for iri in terms_used(published(parts)) if iri.startswith(PREFIXES["sdgo"])}
    assert used
    assert {NamedNode(iri) for iri in used} <= known
