"""ontology/delmaal.ttl: whole in both languages, free of blank nodes, and consistent with what it is aligned to.

Reasoning is OWL RL by owlrl. The ontology imports nothing, so only here is it merged with the UN ontology and the UN
goals, targets and indicators, with the few axioms of SKOS, Data Cube, PROV, DCMI and DCAT that bear on the model, and
with a sample that has one resource of each class as a release has it.
"""

from __future__ import annotations

import os
from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, SKOS, VANN, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, PROV, QB
from rdflib.term import Node

from ontology_terms import NS, ONTOLOGY_FILE, ROOT, code_terms, defined_terms, is_ours, reserved_terms

REFERENCE = Path(os.environ.get("DELMAAL_REFERENCE", ROOT.parent / "shared" / "reference"))
ONTOLOGY = URIRef("https://w3id.org/delmaal/ns")
BASE = "https://w3id.org/delmaal/trondheim/"
SDG = Namespace("http://metadata.un.org/sdg/")
SDGO = Namespace("http://metadata.un.org/sdg/ontology#")
SDMX = "http://purl.org/linked-data/sdmx/2009/"
SDMX_CODE = Namespace(SDMX + "code#")
QUDT = Namespace("http://qudt.org/schema/qudt/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
SCHEMA = Namespace("http://schema.org/")
OWLRL_ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")

NAMES = (RDFS.label, SKOS.prefLabel, DCTERMS.title)
PROSE = (SKOS.definition, SKOS.scopeNote, DCTERMS.description)
PROPERTY_KINDS = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}


# What tests of a built release ask of the ontology


def is_datatype(term: Node) -> bool:
    return term in (RDF.langString, RDFS.Literal) or str(term).startswith(str(XSD))


# The ontology read as it stands


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(ONTOLOGY_FILE)


def classes(graph: Graph) -> set[URIRef]:
    return {term for term in defined_terms(graph) if (term, RDF.type, OWL.Class) in graph}


def properties(graph: Graph) -> set[URIRef]:
    return {term for term in defined_terms(graph) if PROPERTY_KINDS & set(graph.objects(term, RDF.type))}


def languages(graph: Graph, subject: Node, predicate: URIRef) -> list[str]:
    return sorted(str(o.language) for o in graph.objects(subject, predicate) if isinstance(o, Literal))


def test_header(ontology: Graph) -> None:
    assert (ONTOLOGY, RDF.type, OWL.Ontology) in ontology
    assert languages(ontology, ONTOLOGY, DCTERMS.title) == ["en", "nb"]
    assert languages(ontology, ONTOLOGY, DCTERMS.description) == ["en", "nb"]
    assert ontology.value(ONTOLOGY, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert ontology.value(ONTOLOGY, OWL.versionInfo) == Literal("0.1.0")
    assert ontology.value(ONTOLOGY, VANN.preferredNamespacePrefix) == Literal("delmaal")
    assert ontology.value(ONTOLOGY, VANN.preferredNamespaceUri) == Literal(str(NS))


def test_no_imports_and_no_blank_nodes(ontology: Graph) -> None:
    assert not list(ontology.subject_objects(OWL.imports))
    assert not [triple for triple in ontology if any(isinstance(term, BNode) for term in triple)]


def test_every_parser_reads_the_same_and_the_store_keeps_it(ontology: Graph) -> None:
    """Literals are in canonical form: what is loaded into the store comes out unchanged."""
    read = {quad.triple for quad in ox.parse(path=ONTOLOGY_FILE)}
    by_rdflib = ontology.serialize(format="nt", encoding="utf-8")
    store = ox.Store()
    store.load(path=ONTOLOGY_FILE)
    assert {quad.triple for quad in ox.parse(by_rdflib, format=ox.RdfFormat.N_TRIPLES)} == read
    assert {quad.triple for quad in store} == read


def test_every_text_is_in_bokmal_and_english_once(ontology: Graph) -> None:
    for predicate in NAMES + PROSE:
        for subject in set(ontology.subjects(predicate)):
            assert languages(ontology, subject, predicate) == ["en", "nb"], (subject, predicate)


def test_every_term_has_a_label_a_definition_and_a_home(ontology: Graph) -> None:
    assert defined_terms(ontology)
    for term in sorted(defined_terms(ontology)):
        assert any((term, name, None) in ontology for name in NAMES), f"{term} has no label"
        assert (term, SKOS.definition, None) in ontology, f"{term} has no definition"
        assert list(ontology.objects(term, RDFS.isDefinedBy)) == [ONTOLOGY], f"{term} does not say where it is defined"
    for other in {s for s in ontology.subjects() if not is_ours(s) and s != ONTOLOGY}:
        assert any((other, name, None) in ontology for name in NAMES), f"{other} has no label"
        assert (other, RDFS.isDefinedBy, ONTOLOGY) not in ontology, f"{other} is not ours to define"


def test_every_term_is_one_sort_of_thing(ontology: Graph) -> None:
    for term in sorted(defined_terms(ontology)):
        types = set(ontology.objects(term, RDF.type))
        sorts = types & ({OWL.Class, SKOS.Concept, SKOS.ConceptScheme} | PROPERTY_KINDS)
        assert len(sorts) == 1, f"{term} is {sorts or 'nothing'}"


def test_no_term_points_to_one_that_is_missing(ontology: Graph) -> None:
    mentioned = {term for triple in ontology for term in triple if is_ours(term)}
    assert mentioned == defined_terms(ontology)


def test_properties_lead_where_their_sort_allows(ontology: Graph) -> None:
    for term in sorted(properties(ontology)):
        ranges = set(ontology.objects(term, RDFS.range))
        datatypes = {r for r in ranges if is_datatype(r)}
        if (term, RDF.type, OWL.ObjectProperty) in ontology:
            assert not datatypes, f"{term} leads to things, but its range is a datatype"
            assert ranges or term in (NS.mentionOf, NS.statedSource), f"{term} has no range"
        else:
            assert len(ranges) == 1, f"{term} leads to texts or numbers of one datatype"
            assert ranges == datatypes, f"{term} leads to texts or numbers, but its range is a class"


def test_external_names_that_axioms_use_are_declared(ontology: Graph) -> None:
    for axiom in (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.disjointWith, OWL.inverseOf):
        for name in set(ontology.objects(None, axiom)):
            declared = (name, RDF.type, None) in ontology
            assert declared or is_datatype(name) or name == RDFS.label, f"{name} is used by {axiom} and not declared"


def test_every_two_classes_exclude_each_other(ontology: Graph) -> None:
    def with_superclasses(term: URIRef) -> set[Node]:
        return {c for c in ontology.transitive_objects(term, RDFS.subClassOf) if c is not None}

    apart = set(ontology.subject_objects(OWL.disjointWith))
    ours = sorted(classes(ontology))
    for position, one in enumerate(ours):
        for other in ours[position + 1 :]:
            pairs = {(a, b) for a in with_superclasses(one) for b in with_superclasses(other)}
            assert pairs & (apart | {(b, a) for a, b in apart}), f"{one} and {other} may overlap"


def test_code_lists(ontology: Graph) -> None:
    schemes = set(ontology.subjects(RDF.type, SKOS.ConceptScheme))
    assert {scheme for scheme in schemes if not is_ours(scheme)} == {SDMX_CODE.sex}
    for scheme in schemes:
        codes = set(ontology.objects(scheme, SKOS.hasTopConcept))
        assert codes, f"{scheme} is empty"
        for inverse in (SKOS.inScheme, SKOS.topConceptOf):
            assert set(ontology.subjects(inverse, scheme)) == codes, f"{scheme} and its codes disagree"
        for name in (SKOS.notation, SKOS.prefLabel):
            spelled = [value for code in codes for value in ontology.objects(code, name)]
            assert len(spelled) == len(set(spelled)), f"{scheme} has one {name} twice"
        prefixes = set()
        for code in codes:
            notation = str(ontology.value(code, SKOS.notation, any=False))
            assert str(code).endswith("-" + notation), code
            prefixes.add(str(code).removesuffix(notation))
        assert len(prefixes) == 1, f"the codes of {scheme} begin in different ways"
        if is_ours(scheme):
            types = [frozenset(ontology.objects(code, RDF.type)) for code in codes]
            (code_class,) = set.union(*map(set, types)) - {SKOS.Concept}
            assert set(types) == {frozenset({SKOS.Concept, code_class})}
            assert (code_class, RDFS.seeAlso, scheme) in ontology
    assert code_terms(ontology) == {s for s in ontology.subjects(RDF.type, SKOS.Concept) if is_ours(s)}


def test_cube_components(ontology: Graph) -> None:
    """Integrity constraints 4 and 5 of the Data Cube, and no domain: a component may sit on a dataset or slice too."""
    sorts = (QB.DimensionProperty, QB.MeasureProperty, QB.AttributeProperty)
    components = {s for sort in sorts for s in ontology.subjects(RDF.type, sort)}
    assert {NS.kind, NS.indicator, NS.breakdown} <= components
    for component in components:
        assert len(set(sorts) & set(ontology.objects(component, RDF.type))) == 1, component
        assert len(list(ontology.objects(component, RDFS.range))) == 1, component
        assert (component, RDFS.domain, None) not in ontology, component
        coded = (component, RDF.type, QB.CodedProperty) in ontology
        assert coded == ((component, QB.codeList, None) in ontology), component
        assert coded or (component, RDFS.range, SKOS.Concept) not in ontology, component


def test_alignments(ontology: Graph) -> None:
    assert (NS.Theme, RDFS.subClassOf, SKOS.Concept) in ontology
    assert (NS.Statistic, RDFS.subClassOf, QB.Observation) not in ontology
    for evidence in (NS.TargetLink, NS.PrintedCode, NS.Mention):
        assert (evidence, RDFS.subClassOf, PROV.Entity) in ontology
    assert list(ontology.objects(NS.addresses, RDFS.subPropertyOf)) == [DCTERMS.subject]
    assert not list(ontology.objects(NS.addressedBy, RDFS.subPropertyOf))
    assert (NS.addresses, OWL.inverseOf, NS.addressedBy) in ontology
    aligned = {str(term) for s, _, o in ontology for term in (s, o) if isinstance(term, URIRef)}
    for vocabulary in (SDGO, SKOS, QB, SDMX, DCAT, PROV, DQV, SCHEMA):
        assert any(iri.startswith(str(vocabulary)) for iri in aligned), f"nothing is aligned to {vocabulary}"


def test_reserved_terms(ontology: Graph) -> None:
    assert reserved_terms(ontology) <= defined_terms(ontology)
    assert NS.reserved in reserved_terms(ontology)
    assert not reserved_terms(ontology) & code_terms(ontology)


# Reasoning

# What the specifications themselves say of the terms that the model uses: no import brings it in.
SPECIFICATIONS = """
skos:Concept owl:disjointWith skos:ConceptScheme .
skos:inScheme rdfs:range skos:ConceptScheme .
skos:topConceptOf rdfs:subPropertyOf skos:inScheme ; owl:inverseOf skos:hasTopConcept .
skos:hasTopConcept rdfs:domain skos:ConceptScheme ; rdfs:range skos:Concept .
skos:semanticRelation rdfs:domain skos:Concept ; rdfs:range skos:Concept .
skos:broader rdfs:subPropertyOf skos:semanticRelation ; owl:inverseOf skos:narrower .
skos:mappingRelation rdfs:subPropertyOf skos:semanticRelation .
skos:broadMatch rdfs:subPropertyOf skos:mappingRelation , skos:broader .
skos:closeMatch rdfs:subPropertyOf skos:mappingRelation .
skos:relatedMatch rdfs:subPropertyOf skos:mappingRelation .
qb:dataSet rdfs:domain qb:Observation ; rdfs:range qb:DataSet .
qb:structure rdfs:domain qb:DataSet ; rdfs:range qb:DataStructureDefinition .
qb:component rdfs:domain qb:DataStructureDefinition ; rdfs:range qb:ComponentSpecification .
qb:componentProperty rdfs:domain qb:ComponentSpecification ; rdfs:range qb:ComponentProperty .
qb:dimension rdfs:subPropertyOf qb:componentProperty ; rdfs:range qb:DimensionProperty .
qb:codeList rdfs:domain qb:CodedProperty .
qb:DimensionProperty rdfs:subClassOf qb:ComponentProperty .
qb:CodedProperty rdfs:subClassOf qb:ComponentProperty .
prov:wasDerivedFrom rdfs:domain prov:Entity ; rdfs:range prov:Entity .
prov:Entity owl:disjointWith prov:Activity .
dct:temporal rdfs:range dct:PeriodOfTime .
dcat:startDate rdfs:domain dct:PeriodOfTime .
dcat:endDate rdfs:domain dct:PeriodOfTime .
"""

# One resource of each class as a release has it. IRIs are relative to the publication's base.
SAMPLE = """
<https://w3id.org/delmaal/shapes#theme-position> delmaal:problem "galt"@nb , "wrong"@en ;
  delmaal:why "derfor"@nb , "because"@en ; delmaal:fix "rett det"@nb , "mend it"@en .
<id/scheme/themes> a skos:ConceptScheme ; dct:title "Temaer"@nb , "Themes"@en ;
  skos:hasTopConcept <id/theme/bedre-helse> .
<id/theme/bedre-helse> a delmaal:Theme , skos:Concept ;
  skos:prefLabel "Bedre helse"@nb , "Better health"@en ; schema:position 1 ;
  skos:inScheme <id/scheme/themes> ;
  skos:topConceptOf <id/scheme/themes> ;
  dct:subject <https://psi.norge.no/los/tema/helse-og-omsorg> , sdg:3.4 ; delmaal:addresses sdg:3.4 ;
  skos:broadMatch <http://publications.europa.eu/resource/authority/data-theme/HEAL> ;
  prov:wasDerivedFrom <id/source/plan#line=0,118> .

<id/target-link/bedre-helse-3.4> a delmaal:TargetLink ; rdfs:label "3.4"@nb , "3.4"@en ;
  delmaal:linkTheme <id/theme/bedre-helse> ; delmaal:linkTarget sdg:3.4 ;
  delmaal:basis delmaal:basis-both ; delmaal:conflict false ; delmaal:textOpening "Innen 2030"@nb ;
  delmaal:textForm delmaal:text-whole ; skos:note "merknad"@nb , "note"@en ;
  delmaal:chosenBy "rådet"@nb , "the council"@en ; delmaal:decision "12/22" ;
  delmaal:chosenAt <../period/2019> ;
  prov:wasDerivedFrom <id/source/plan#line=77,81> .
<id/printed-code/bedre-helse-78-3.4> a delmaal:PrintedCode ;
  delmaal:asPrinted "3,4" ; delmaal:readAs "3.4" ; delmaal:place delmaal:place-label ;
  delmaal:supports <id/target-link/bedre-helse-3.4> ;
  delmaal:certainty delmaal:certainty-certain ;
  prov:wasDerivedFrom <id/source/plan#line=77,78> .

<id/document/plan> a delmaal:GoverningDocument ; dct:title "Plan"@nb , "Plan"@en ;
  dct:type delmaal:document-plan ; delmaal:validity <../period/2009--2020> ;
  delmaal:adopted <../period/2019> ; delmaal:horizon <../period/2019> ;
  delmaal:status delmaal:status-adopted ; delmaal:statusDate <../period/2019> ;
  delmaal:statusReason "fordi"@nb , "because"@en ; dct:isPartOf <id/document/helhet> ;
  delmaal:mention <id/mention/plan-1> .
<id/document/studie> a delmaal:CitedSource ; dct:title "Studie"@nb , "Study"@en ;
  dct:type delmaal:document-study .
<id/mention/plan-1> a delmaal:Mention ;
  delmaal:mentionOf <id/document/plan> ;
  delmaal:inTheme <id/theme/bedre-helse> ; delmaal:asPrinted "Plan (vedtatt)" ;
  delmaal:status delmaal:status-adopted ; delmaal:statusAsPrinted "vedtatt" ;
  delmaal:statusDate <../period/2019> ; delmaal:caseNumber "sak 68/19" ; delmaal:printedDate <../period/2019> ;
  prov:wasDerivedFrom <id/source/plan#line=77,81> .

<id/statistic/ensomhet> a delmaal:Statistic , qb:Observation ;
  qb:dataSet <id/dataset/statistics> ;
  sdmx-dimension:refArea <id/area/trondheim> ;
  sdmx-dimension:refPeriod <../period/2019> ; sdmx-dimension:sex sdmx-code:sex-T ;
  sdmx-dimension:age <../age/total> ; delmaal:kind delmaal:kind-projection ;
  delmaal:indicator <id/indicator/ensomhet> ;
  <id/dimension/indicator> <id/indicator/ensomhet> ;
  delmaal:breakdown <../breakdown/total> ; sdmx-measure:obsValue 16.0 ; delmaal:amount 16.0 ;
  sdmx-attribute:unitMeasure <http://qudt.org/vocab/unit/PERCENT> ; sdmx-attribute:unitMult 0 ;
  delmaal:qualifier delmaal:qualifier-about ; delmaal:roundedTo 0 ; delmaal:printedValue "16 prosent" ;
  delmaal:baseYear <../period/2019> ; delmaal:priceLevel <../period/2019> ;
  delmaal:comparisonGroup "resten av landet"@nb , "the rest of the country"@en ;
  delmaal:mention <id/mention/ensomhet-1> .
<id/mention/ensomhet-1> a delmaal:Mention ;
  delmaal:mentionOf <id/statistic/ensomhet> ;
  delmaal:inTheme <id/theme/bedre-helse> ; delmaal:asPrinted "16 prosent" ;
  delmaal:certainty delmaal:certainty-likely ; delmaal:areaBasis delmaal:area-basis-implied ;
  delmaal:statedSource <id/agent/hunt> .
<id/statistic/intervall> a delmaal:Statistic ;
  delmaal:notObserved delmaal:not-observed-range ; delmaal:lowerValue 3.0 ; delmaal:upperValue 5.0 ;
  delmaal:lowerAmount 3.0 ; delmaal:upperAmount 5.0 ;
  delmaal:indicator <id/indicator/ensomhet> .
<id/indicator/ensomhet> a delmaal:Indicator , skos:Concept ;
  delmaal:mayBeNegative false ; delmaal:owner "fagleder"@nb , "head"@en ;
  sdmx-attribute:unitMeasure <http://qudt.org/vocab/unit/PERCENT> ; skos:closeMatch sdg:C030401 ;
  skos:inScheme <id/scheme/indicators> .
<id/scheme/indicators> a skos:ConceptScheme .
<id/dimension/indicator> a qb:DimensionProperty , qb:CodedProperty ;
  rdfs:subPropertyOf delmaal:indicator ; rdfs:range delmaal:Indicator ;
  qb:codeList <id/scheme/indicators> .
<id/dataset/statistics> a qb:DataSet ; dct:title "Tall"@nb , "Figures"@en ;
  qb:structure <id/structure/statistics> .
<id/structure/statistics> a qb:DataStructureDefinition ;
  qb:component <id/component/indicator> .
<id/component/indicator> a qb:ComponentSpecification ; qb:order 3 ;
  qb:dimension <id/dimension/indicator> ;
  qb:componentProperty <id/dimension/indicator> .

<../period/2019> a dct:PeriodOfTime ; delmaal:year 2019 ; dct:identifier "2019" ;
  dcat:startDate "2019-01-01"^^xsd:date ; dcat:endDate "2019-12-31"^^xsd:date .
<../period/2009--2020> a dct:PeriodOfTime ; dct:identifier "2009--2020" .
<../age/total> a delmaal:AgeGroup , skos:Concept .
<../breakdown/total> a delmaal:Breakdown , skos:Concept .
<id/area/trondheim> a dct:Location ; delmaal:called "kommune"@nb , "municipality"@en ;
  dct:type delmaal:area-type-municipality ;
  owl:sameAs <https://data.geonorge.no/administrativeEnheter/kommune/id/173068173004> ;
  delmaal:validity <../period/2009--2020> .
<http://qudt.org/vocab/unit/PERCENT> a qudt:Unit ; rdfs:label "prosent"@nb , "per cent"@en .
<id/agent/hunt> a delmaal:Survey ; foaf:name "HUNT"@nb , "HUNT"@en .
<id/agent/ssb> a foaf:Agent ; foaf:name "SSB"@nb , "SSB"@en .
<id/source/plan> a prov:Entity , delmaal:Source , dct:BibliographicResource ; dct:type delmaal:source-text ;
  delmaal:accessed "2024-01-02"^^xsd:date ;
  delmaal:sha256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" .
<id/source/plan#line=77,81> a prov:Entity ; delmaal:page "3" ; delmaal:quotation "Ensomhet rammer flere." ;
  dct:isPartOf <id/source/plan> .

sdg:3 a sdgo:Goal , skos:Concept ; delmaal:shortLabel "God helse"@nb , "Good health"@en ; sdgo:hasTarget sdg:3.4 ;
  skos:inScheme <http://metadata.un.org/sdg> .
sdg:3.4 a sdgo:Target , skos:Concept ; skos:notation "3.4"^^sdgo:SDGCodeCompact ; sdgo:isTargetOf sdg:3 ;
  delmaal:shortLabel "Ikke-smittsomme sykdommer"@nb , "Non-communicable diseases"@en .
<http://metadata.un.org/sdg> a skos:ConceptScheme .
"""

# Every class that reasoning may put a resource of the sample in: one more is nonsense that an axiom has entailed.
EXPECTED_TYPES: dict[str, set[URIRef]] = {
    BASE + "id/scheme/themes": {SKOS.ConceptScheme},
    BASE + "id/theme/bedre-helse": {NS.Theme, SKOS.Concept, PROV.Entity},
    BASE + "id/target-link/bedre-helse-3.4": {NS.TargetLink, PROV.Entity},
    BASE + "id/printed-code/bedre-helse-78-3.4": {NS.PrintedCode, PROV.Entity},
    BASE + "id/document/plan": {NS.GoverningDocument},
    BASE + "id/document/helhet": set(),
    BASE + "id/document/studie": {NS.CitedSource},
    BASE + "id/mention/plan-1": {NS.Mention, PROV.Entity},
    BASE + "id/statistic/ensomhet": {NS.Statistic, QB.Observation},
    BASE + "id/mention/ensomhet-1": {NS.Mention, PROV.Entity},
    BASE + "id/statistic/intervall": {NS.Statistic},
    BASE + "id/indicator/ensomhet": {NS.Indicator, SKOS.Concept},
    BASE + "id/scheme/indicators": {SKOS.ConceptScheme},
    BASE + "id/dimension/indicator": {QB.DimensionProperty, QB.CodedProperty, QB.ComponentProperty},
    BASE + "id/dataset/statistics": {QB.DataSet},
    BASE + "id/structure/statistics": {QB.DataStructureDefinition},
    BASE + "id/component/indicator": {QB.ComponentSpecification},
    "https://w3id.org/delmaal/period/2019": {DCTERMS.PeriodOfTime},
    "https://w3id.org/delmaal/period/2009--2020": {DCTERMS.PeriodOfTime},
    "https://w3id.org/delmaal/age/total": {NS.AgeGroup, SKOS.Concept},
    "https://w3id.org/delmaal/breakdown/total": {NS.Breakdown, SKOS.Concept},
    BASE + "id/area/trondheim": {DCTERMS.Location},
    "https://data.geonorge.no/administrativeEnheter/kommune/id/173068173004": {DCTERMS.Location},
    "http://qudt.org/vocab/unit/PERCENT": {QUDT.Unit},
    BASE + "id/agent/hunt": {NS.Survey},
    BASE + "id/agent/ssb": {FOAF.Agent},
    BASE + "id/source/plan": {PROV.Entity, NS.Source, DCTERMS.BibliographicResource},
    BASE + "id/source/plan#line=77,81": {PROV.Entity},
    str(SDG["3"]): {SDGO.Goal, SKOS.Concept},
    str(SDG["3.4"]): {SDGO.Target, SKOS.Concept},
    str(NS["kind-projection"]): {NS.Kind, SKOS.Concept},
    str(NS["status-adopted"]): {NS.DocumentStatus, SKOS.Concept},
    str(NS["kinds"]): {SKOS.ConceptScheme},
    str(SDMX_CODE["sex-T"]): {SKOS.Concept},
    str(SDMX_CODE["sex"]): {SKOS.ConceptScheme},
}

# What contradicts the ontology (with the UN ontology where it says so), each as an addition to the sample.
CONTRADICTIONS = {
    "a theme that is a link": "<id/theme/bedre-helse> a delmaal:TargetLink .",
    "a code of another list": "<id/target-link/bedre-helse-3.4> delmaal:basis delmaal:certainty-likely .",
    "a document where a theme belongs": "<id/mention/plan-1> delmaal:inTheme <id/document/plan> .",
    "an indicator of the UN as one of the plan": "<id/indicator/ensomhet> a sdgo:Indicator .",
    "a statistic in a concept scheme": "<id/statistic/ensomhet> skos:topConceptOf <id/scheme/themes> .",
    "a checksum's source as its activity": "<id/source/plan> a prov:Activity .",
    "a number that is none": '<../period/2019> delmaal:year "nitten"^^xsd:integer .',
}


def parsed(turtle: str, prefixes: Graph) -> Graph:
    """The Turtle, read with the prefixes that the ontology declares and the base of the publication."""
    declared = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes.namespaces())
    return Graph().parse(data=f"{declared}@prefix sdg: <{SDG}> .\n{turtle}", format="turtle", publicID=BASE)


def closed(*graphs: Graph) -> Graph:
    """All that OWL RL entails of the graphs together, with an error node for each contradiction."""
    union = Graph()
    for graph in graphs:
        union += graph
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(union)
    return union


def contradictions(closure: Graph) -> list[str]:
    nothing = [f"{member} is in owl:Nothing" for member in closure.subjects(RDF.type, OWL.Nothing)]
    return nothing + sorted(str(message) for message in closure.objects(None, OWLRL_ERROR))


def entailed_types(closure: Graph, iri: str) -> set[Node]:
    return set(closure.objects(URIRef(iri), RDF.type)) - {OWL.Thing, RDFS.Resource}


def un_file(name: str) -> Graph:
    file = REFERENCE / "sdg" / name
    if not file.exists():
        pytest.skip(f"the UN file {name} is not in the reference folder: say where it is with DELMAAL_REFERENCE")
    return Graph().parse(file)


@pytest.fixture(scope="module")
def sample(ontology: Graph) -> Graph:
    return parsed(SPECIFICATIONS + SAMPLE, ontology)


@pytest.fixture(scope="module")
def alone(ontology: Graph, sample: Graph) -> Graph:
    return closed(ontology, sample)


@pytest.fixture(scope="module")
def un_ontology() -> Graph:
    return un_file("sdgs-ontology.ttl")


@pytest.fixture(scope="module")
def with_un(ontology: Graph, sample: Graph, un_ontology: Graph) -> Graph:
    """The UN files whole: their closure costs a few seconds."""
    return closed(ontology, sample, un_ontology, un_file("sdg-kos-goals-targets-indicators.ttl"))


@pytest.fixture(scope="module", params=["alone", "with_un"])
def closure(request: pytest.FixtureRequest) -> Graph:
    graph = request.getfixturevalue(str(request.param))
    assert isinstance(graph, Graph)
    return graph


def test_consistent(closure: Graph) -> None:
    assert contradictions(closure) == []


def test_no_class_is_empty_by_definition(closure: Graph, ontology: Graph) -> None:
    for term in classes(ontology):
        assert (term, RDFS.subClassOf, OWL.Nothing) not in closure
        assert (term, OWL.equivalentClass, OWL.Nothing) not in closure


def test_typing_entails_no_nonsense(closure: Graph) -> None:
    for iri, expected in EXPECTED_TYPES.items():
        assert entailed_types(closure, iri) == expected, iri


def test_codes_are_in_their_class_alone(closure: Graph, ontology: Graph) -> None:
    for code in code_terms(ontology):
        assert entailed_types(closure, code) == set(ontology.objects(code, RDF.type)), code


def test_super_properties_and_inverses(closure: Graph) -> None:
    theme, document = URIRef(BASE + "id/theme/bedre-helse"), URIRef(BASE + "id/document/plan")
    assert (SDG["3.4"], NS.addressedBy, theme) in closure
    assert (SDG["3.4"], DCTERMS.subject, theme) not in closure
    assert (URIRef(BASE + "id/mention/plan-1"), NS.mentionOf, document) in closure
    assert (document, DCTERMS.temporal, URIRef("https://w3id.org/delmaal/period/2009--2020")) in closure
    assert (SDG["3.4"], RDFS.label, Literal("Non-communicable diseases", lang="en")) in closure


def test_the_sample_has_every_term_that_is_not_reserved(ontology: Graph, sample: Graph) -> None:
    """What is not in the sample is not reasoned about: every property stands in it, and every class has a member."""
    used = set(sample.predicates())
    assert properties(ontology) - used == reserved_terms(ontology)
    typed = set(sample.objects(None, RDF.type)) | set(ontology.objects(None, RDF.type))
    assert classes(ontology) <= typed


def test_literals_of_the_sample_are_in_range(ontology: Graph, sample: Graph) -> None:
    """OWL RL does not compare a literal with a range, so it is done here."""
    for term in properties(ontology):
        for datatype in ontology.objects(term, RDFS.range):
            for value in sample.objects(None, term):
                if not isinstance(value, Literal) or datatype == RDFS.Literal:
                    continue
                found = RDF.langString if value.language else value.datatype or XSD.string
                assert found == datatype, f"{term} {value!r}"


@pytest.mark.parametrize("addition", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_a_contradiction_is_found(addition: str, ontology: Graph, sample: Graph) -> None:
    assert contradictions(closed(ontology, sample, parsed(addition, ontology)))


def test_a_subject_heading_belongs_on_a_theme_only(ontology: Graph, sample: Graph, un_ontology: Graph) -> None:
    """The UN ontology holds whatever has a dct:subject to be a concept."""
    on_statistic = "<id/statistic/ensomhet> dct:subject sdg:3.4 ."
    assert contradictions(closed(ontology, sample, un_ontology, parsed(on_statistic, ontology)))
    dataset = BASE + "id/dataset/statistics"
    closure = closed(ontology, sample, un_ontology, parsed(f"<{dataset}> dct:subject sdg:3.4 .", ontology))
    assert entailed_types(closure, dataset) == EXPECTED_TYPES[dataset] | {SKOS.Concept}
