"""The list of queries that every engine answers alike, and the table of what a store gets wrong by itself.

Each is asked of the tiny publication. `FAULTS` is what docs/engines.md says of a store; a test holds the two together,
and another says when a store has mended its fault.
"""

from __future__ import annotations

from typing import NamedTuple

BASE = "https://example.org/lillevik/"
THEMES = f"{BASE}graph/themes"
LINKS = f"{BASE}graph/links"

SDG = "?t a sdgo:Target ; skos:notation ?n"
LABEL = "?t a delmaal:Theme ; skos:prefLabel ?l"

QUESTIONS: dict[str, str] = {
    # forms
    "select all of a subject": "SELECT ?p ?o { <id/theme/god-helse> ?p ?o }",
    "ask yes": "ASK { ?t a delmaal:Theme }",
    "ask no": "ASK { ?t a <urn:nothing> }",
    "ask of a label": 'ASK { ?t skos:prefLabel "God helse"@nb }',
    "construct a graph": f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{THEMES}> {{ ?s ?p ?o }} }}",
    "construct in short": "CONSTRUCT WHERE { ?s a delmaal:Theme ; skos:prefLabel ?l }",
    "construct anew": "CONSTRUCT { ?goal <urn:has> ?t } { ?t sdgo:isTargetOf ?goal }",
    "construct literals": "CONSTRUCT { ?s <urn:value> ?v ; <urn:year> ?y } "
                          "{ ?s sdmx-measure:obsValue ?v . OPTIONAL { ?s sdmx-dimension:refPeriod/delmaal:year ?y } }",
    "construct once what is found often": "CONSTRUCT { <urn:a> <urn:b> ?c } { ?s a ?c . ?c a owl:Class }",
    "construct nothing": "CONSTRUCT { ?s ?p ?o } { ?s a <urn:nothing> ; ?p ?o }",
    "construct with a limit": "CONSTRUCT { ?s a sdgo:Goal } { ?s a sdgo:Goal } ORDER BY ?s LIMIT 5",
    "construct booleans": "CONSTRUCT { ?s delmaal:conflict ?c } { ?s delmaal:conflict ?c }",
    "describe": "DESCRIBE <id/theme/ren-energi>",
    "describe what is found": "DESCRIBE ?t { ?t a delmaal:Theme }",
    # counts and sums
    "count all": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "count distinct": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "count by class": "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c",
    "sum": "SELECT (SUM(?v) AS ?sum) { ?s sdmx-measure:obsValue ?v }",
    "least and greatest": "SELECT (MIN(?v) AS ?least) (MAX(?v) AS ?most) { ?s delmaal:amount ?v }",
    "average of whole numbers": "SELECT (AVG(?v) AS ?mean) { VALUES ?v { 1 2 3 6 } }",
    "average of decimals": "SELECT (AVG(?v) AS ?mean) { VALUES ?v { 1.5 2.5 } }",
    "having": "SELECT ?goal (COUNT(?t) AS ?n) { ?t sdgo:isTargetOf ?goal } GROUP BY ?goal HAVING (COUNT(?t) > 12)",
    "one of a group": "SELECT ?t (SAMPLE(?c) AS ?one) { ?t a delmaal:Theme ; a ?c FILTER(?c = skos:Concept) } "
                      "GROUP BY ?t",
    "joined text": 'SELECT (GROUP_CONCAT(?l; SEPARATOR=" | ") AS ?all) '
                   '{ { SELECT ?l { ?t a delmaal:Theme ; skos:prefLabel ?nb FILTER(LANG(?nb) = "nb") '
                   'BIND(STR(?nb) AS ?l) } ORDER BY ?l } }',
    "count of nothing": "SELECT (COUNT(?s) AS ?n) { ?s a <urn:nothing> }",
    "sum of nothing": "SELECT (SUM(?v) AS ?sum) { ?s <urn:nothing> ?v }",
    "groups of nothing": "SELECT ?c (COUNT(?s) AS ?n) { ?s <urn:nothing> ?c } GROUP BY ?c",
    "group by expression": "SELECT ?lang (COUNT(?l) AS ?n) { ?t a delmaal:Theme ; skos:prefLabel ?l } "
                           "GROUP BY (LANG(?l) AS ?lang)",
    # paths
    "sequence": "SELECT DISTINCT ?c { ?l a delmaal:TargetLink ; delmaal:linkTarget/dct:identifier ?c }",
    "inverse": "SELECT ?l { <id/theme/god-helse> ^delmaal:linkTheme ?l }",
    "alternatives": "SELECT ?l { <id/theme/god-helse> skos:prefLabel|delmaal:shortLabel ?l }",
    "one or more": "SELECT ?c { delmaal:Theme rdfs:subClassOf+ ?c }",
    "none or more": "SELECT ?c { delmaal:Theme rdfs:subClassOf* ?c }",
    "none or one": "SELECT ?c { <id/theme/god-helse> skos:inScheme? ?c }",
    "any but": "SELECT DISTINCT ?o { <id/theme/god-helse> !(rdf:type|skos:prefLabel) ?o FILTER(ISIRI(?o)) }",
    # filters
    "comparison": "SELECT ?x { VALUES ?x { 1 2 3 } FILTER(?x<3&&?x>1) }",
    "number greater": "SELECT ?s ?v { ?s sdmx-measure:obsValue ?v FILTER(?v > 2) }",
    "in a list": 'SELECT ?t { ?t a sdgo:Target ; dct:identifier ?i FILTER(?i IN ("3.4", "7.2", "11.a")) }',
    "not in a list": "SELECT ?x { VALUES ?x { 1 2 3 } FILTER(?x NOT IN (1, 3)) }",
    "regular expression": f'SELECT ?l {{ {LABEL} FILTER(REGEX(STR(?l), "^g.*h", "i")) }}',
    "exists": "SELECT ?t { ?t a delmaal:Theme FILTER EXISTS { ?l delmaal:linkTheme ?t } }",
    "not exists": "SELECT ?t { ?t a sdgo:Target FILTER NOT EXISTS { ?l delmaal:linkTarget ?t } }",
    "minus": "SELECT ?t { ?t a sdgo:Target MINUS { ?l delmaal:linkTarget ?t } }",
    "bound": "SELECT ?s { ?s a delmaal:Statistic OPTIONAL { ?s sdmx-measure:obsValue ?v } FILTER(!BOUND(?v)) }",
    "boolean as a value": "SELECT ?l ?c { ?l delmaal:conflict ?c }",
    "boolean in a filter": "SELECT ?l { ?l delmaal:conflict true }",
    "same term": "SELECT ?x { VALUES ?x { 1 2 } FILTER(SAMETERM(?x, 1)) }",
    # dates and years
    "dates": "SELECT ?p ?d { ?p dcat:endDate ?d }",
    "date compared": 'SELECT ?p ?d { ?p dcat:startDate ?d FILTER(?d >= "2024-01-01"^^xsd:date) }',
    "year of a period": "SELECT ?p ?y { ?p delmaal:year ?y } ORDER BY ?y",
    "year of a date": "SELECT DISTINCT ?y { ?p dcat:startDate ?d BIND(YEAR(?d) AS ?y) }",
    "year of a moment": 'SELECT (YEAR("2019-05-17T12:00:00Z"^^xsd:dateTime) AS ?y) {}',
    # languages
    "language": f'SELECT ?l {{ {LABEL} FILTER(LANG(?l) = "en") }}',
    "language range": f'SELECT ?l {{ {LABEL} FILTER(LANGMATCHES(LANG(?l), "nb")) }}',
    "any language": "SELECT ?l { ?t a delmaal:Theme ; skos:prefLabel ?l FILTER(LANGMATCHES(LANG(?l), '*')) }",
    "label in one, else in another": 'SELECT ?t (COALESCE(?nn, ?nb) AS ?l) { ?t a delmaal:Theme '
                                     'OPTIONAL { ?t skos:prefLabel ?nn FILTER(LANG(?nn) = "nn") } '
                                     'OPTIONAL { ?t skos:prefLabel ?nb FILTER(LANG(?nb) = "nb") } }',
    "text with a language": 'SELECT (STRLANG("blåbær", "nb") AS ?l) {}',
    # graphs
    "graphs": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "one graph": f"SELECT ?s ?l {{ GRAPH <{THEMES}> {{ ?s skos:prefLabel ?l }} }}",
    "from": f"SELECT (COUNT(*) AS ?n) FROM <{THEMES}> FROM <{LINKS}> {{ ?s ?p ?o }}",
    "from named": f"SELECT ?g (COUNT(*) AS ?n) FROM NAMED <{THEMES}> {{ GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g",
    "graph of a statement": "SELECT ?g { GRAPH ?g { <id/theme/god-helse> a delmaal:Theme } }",
    # optional parts, unions, subqueries, values
    "optional": "SELECT ?s ?v { ?s a delmaal:Statistic OPTIONAL { ?s sdmx-measure:obsValue ?v } }",
    "optional in optional": "SELECT ?s ?p ?y { ?s a delmaal:Statistic "
                            "OPTIONAL { ?s sdmx-dimension:refPeriod ?p OPTIONAL { ?p delmaal:year ?y } } }",
    "union": "SELECT ?t { { ?t a delmaal:Theme } UNION { ?t a delmaal:GoverningDocument } }",
    "subquery": "SELECT ?l { { SELECT ?t { ?t a delmaal:Theme } ORDER BY ?t LIMIT 1 } ?t skos:prefLabel ?l }",
    "subquery with a count": "SELECT (MAX(?n) AS ?most) { { SELECT ?g (COUNT(?t) AS ?n) { ?t sdgo:isTargetOf ?g } "
                             "GROUP BY ?g } }",
    "values": "SELECT ?x { VALUES ?x { 1 'ø' \"æ\"@nb <urn:x> true 1.5 } }",
    "values of two": "SELECT ?a ?b { VALUES (?a ?b) { (1 UNDEF) (UNDEF 2) } }",
    "values joined": "SELECT ?i ?l { VALUES ?i { '3.4' '7.2' } ?t dct:identifier ?i ; skos:prefLabel ?l }",
    "bind": "SELECT ?t ?x { ?t a delmaal:Theme BIND(STR(?t) AS ?x) }",
    # text
    "capitals": f"SELECT (UCASE(STR(?l)) AS ?x) {{ {LABEL} }}",
    "capitals of Norwegian": "SELECT (UCASE('blåbær på øya') AS ?x) (LCASE('ÆØÅ') AS ?y) {}",
    "length": "SELECT (STRLEN('æøå') AS ?n) (STRLEN('') AS ?none) {}",
    "part of a text": "SELECT (SUBSTR('blåbærtur', 4, 3) AS ?x) (SUBSTR('øya', 2) AS ?y) {}",
    "contains": "SELECT ?t { ?t a sdgo:Target ; skos:prefLabel ?l FILTER(CONTAINS(STR(?l), 'økonomisk')) }",
    "begins and ends": "SELECT ?t { ?t a sdgo:Target ; skos:prefLabel ?l FILTER(STRSTARTS(STR(?l), 'Ø') || "
                       "STRENDS(STR(?l), 'fattigdom')) }",
    "before and after": "SELECT (STRBEFORE('å-ø', '-') AS ?a) (STRAFTER('å-ø', '-') AS ?b) {}",
    "joined": "SELECT (CONCAT('æ', 'ø', 'å') AS ?x) {}",
    "replaced": "SELECT (REPLACE('tre trær', 'æ', 'e') AS ?x) {}",
    "for an address": "SELECT (ENCODE_FOR_URI('blå bær') AS ?x) {}",
    "escapes": r"SELECT ?x { BIND('FROM <urn:x> \u00e5 \' # INSERT' AS ?x) } # FROM <urn:y>",
    "lines and quotes": r"""SELECT ('a "b"\n\tc \\ d' AS ?x) {}""",
    "digest": "SELECT (MD5('abc') AS ?x) (SHA1('abc') AS ?y) {}",
    # numbers and terms
    "arithmetic": "SELECT (1 + 2 * 3 AS ?a) (7 - 10 AS ?b) (1.5 * 2 AS ?c) {}",
    "division": "SELECT (7 / 2 AS ?x) {}",
    "rounding": "SELECT (ROUND(2.6) AS ?a) (CEIL(2.1) AS ?b) (FLOOR(2.9) AS ?c) (ABS(-3) AS ?d) {}",
    "great numbers": "SELECT ?v { ?s delmaal:amount ?v FILTER(?v > 1000000) }",
    "if": "SELECT ?x (IF(?x > 1, 'mer', 'mindre') AS ?y) { VALUES ?x { 1 2 } }",
    "an error leaves nothing": "SELECT ?x (?x + 'a' AS ?y) { VALUES ?x { 1 } }",
    "cast": "SELECT (xsd:integer('12') AS ?a) (xsd:decimal('1.50') AS ?b) (STR(3) AS ?c) {}",
    "kinds of terms": "SELECT ?x (ISIRI(?x) AS ?i) (ISLITERAL(?x) AS ?l) (ISNUMERIC(?x) AS ?n) "
                      "{ VALUES ?x { <urn:a> 'a' 1 } }",
    "datatype": "SELECT ?s (DATATYPE(?v) AS ?d) { ?s sdmx-measure:obsValue ?v }",
    "made of text": "SELECT (IRI(CONCAT('urn:', 'a')) AS ?x) (STRDT('1', xsd:integer) AS ?y) {}",
    "size of a file": "SELECT DISTINCT (DATATYPE(?b) AS ?d) { ?x dcat:byteSize ?b }",
    "codes with a datatype": f'SELECT ?t {{ {SDG} FILTER(STR(?n) = "3.4") }}',
    "digests in hexadecimal": "SELECT (COUNT(?d) AS ?n) { ?x spdx:checksumValue ?d }",
    "geometry": "SELECT ?b { ?x dcat:bbox ?b }",
    "point": "SELECT ?c { ?x dcat:centroid ?c }",
    # order and slices
    "ordered": f"SELECT ?l {{ {LABEL} FILTER(LANG(?l) = 'nb') }} ORDER BY ?l",
    "ordered down": "SELECT ?v { ?s delmaal:amount ?v } ORDER BY DESC(?v)",
    "ordered by text": "SELECT ?i { ?t a sdgo:Target ; dct:identifier ?i } ORDER BY ?i",
    "ordered in Norwegian": "SELECT ?l { VALUES ?l { 'Zoo' 'alta' 'Ås' 'Ære' 'Øks' } } ORDER BY ?l",
    "ordered over languages": f"SELECT ?l {{ {LABEL} }} ORDER BY ?l",
    "ordered by two": "SELECT ?g ?i { ?t sdgo:isTargetOf ?g ; dct:identifier ?i } ORDER BY DESC(?g) ?i LIMIT 20",
    "a slice": "SELECT ?i { ?t a sdgo:Target ; dct:identifier ?i } ORDER BY ?i LIMIT 10 OFFSET 20",
    "none wanted": "SELECT ?s { ?s ?p ?o } LIMIT 0",
    "past the end": "SELECT ?s { ?s a delmaal:Theme } OFFSET 1000",
    "distinct": "SELECT DISTINCT ?c { ?s a ?c }",
    "reduced": "SELECT REDUCED ?t { ?t a delmaal:Theme }",
    # nothing
    "empty": "SELECT ?s { ?s a <urn:nothing> }",
    "no variables bound": "SELECT ?x ?y {}",
    "never true": "SELECT ?s { ?s a delmaal:Theme FILTER(false) }",
    # prefixes and relative IRIs
    "relative": "SELECT ?l { <id/theme/ren-energi> skos:prefLabel ?l }",
    "declared anew": "PREFIX skos: <urn:other#> SELECT (COUNT(*) AS ?n) { ?s skos:prefLabel ?o }",
}

NONE_FOUND = frozenset({
    "ask no", "construct nothing", "groups of nothing", "none wanted", "past the end", "empty", "never true",
})
"""The queries that find nothing, so that the others can be held to finding something."""


class Fault(NamedTuple):
    """What a store does otherwise: a query of QUESTIONS, and what is wrong with its answer."""

    question: str
    what: str


FAULTS: dict[str, tuple[Fault, ...]] = {
    "oxigraph serve": (),
    "Virtuoso 7": (
        Fault("describe", "statements in which the thing is the object come too, which SPARQL leaves open"),
        Fault("describe what is found", "the same"),
        Fault("sum of nothing", "no value, where it is 0"),
        Fault("comparison", "malformed, where no spaces stand around the signs of comparison"),
        Fault("for an address", "only the space is escaped, and a zero byte follows"),
        Fault("division", "whole numbers are divided without their remainder: 3, where it is 3.5"),
        Fault("kinds of terms", "text in a list of IRIs and text comes as an IRI, which is none: 502 `engine-broken`"),
        Fault("size of a file", "`xsd:nonNegativeInteger`, as the dump has it; Oxigraph keeps `xsd:integer`"),
        Fault("geometry", "the datatype is one of Virtuoso's own"),
        Fault("point", "the datatype is one of Virtuoso's own, and the numbers are those of 32 bits"),
        Fault("ordered over languages", "by language first, which SPARQL leaves open"),
        Fault("past the end", "an error: 502 `engine-broken`"),
    ),
}
"""Each store's own faults, seen in these tests."""
