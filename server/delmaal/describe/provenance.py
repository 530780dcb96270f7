"""Where a release comes from: its sources with checksums, the software, the shapes and what they found.

    release ─ wasGeneratedBy ─ activity/build ─ used ─ file/… (each with its SHA-256), report/validation
       │                            └ wasInformedBy ─ activity/validation ─ used ─ file/shapes~…
       ├ wasDerivedFrom ─ source/…                            └ generated ─ report/validation
       └ wasAttributedTo ─ the publisher
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from delmaal import __version__
from delmaal.records import LICENCES, Finding, Publication
from delmaal.terms import PREFIXES, RELEASE_PLACEHOLDER, Minter, term, text, typed


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A file that the release was made from: its name within the publication or the product, its SHA-256."""

    name: str
    sha256: str


def provenance(publication: Publication, ingredients: Iterable[Ingredient]) -> list[Triple]:
    """The PROV statements of a release, under the placeholder that the release's identifier replaces."""
    iri = Minter(publication.base)
    release, activity, agent = RELEASE_PLACEHOLDER, iri.thing("activity", "build"), iri.thing("software", "delmaal")
    checking, found = iri.thing("activity", "validation"), iri.thing("report", "validation")
    publisher = NamedNode(publication.publisher.iri)
    out = [
        Triple(release, term("rdf:type"), term("prov:Entity")),
        Triple(release, term("prov:wasGeneratedBy"), activity),
        Triple(release, term("dct:license"), NamedNode(LICENCES[publication.licence].page)),
        Triple(activity, term("rdf:type"), term("prov:Activity")),
        Triple(release, term("prov:wasAttributedTo"), publisher),
        Triple(publisher, term("rdf:type"), term("prov:Agent")),
        Triple(activity, term("prov:wasAssociatedWith"), agent),
        Triple(activity, term("prov:wasInformedBy"), checking),
        Triple(activity, term("prov:used"), found),
        Triple(checking, term("rdf:type"), term("prov:Activity")),
        Triple(checking, term("prov:wasAssociatedWith"), agent),
        Triple(found, term("rdf:type"), term("prov:Entity")),
        Triple(found, term("prov:wasGeneratedBy"), checking),
        Triple(agent, term("rdf:type"), term("prov:SoftwareAgent")),
        Triple(agent, term("schema:softwareVersion"), text(__version__)),
    ]
    for language, title in publication.title.items():
        out.append(Triple(release, term("dct:title"), text(title, language)))
        out.append(Triple(release, term("rdfs:label"), text(title, language)))
        out.append(Triple(activity, term("rdfs:label"), text("bygging" if language == "nb" else "build", language)))
        out.append(Triple(agent, term("rdfs:label"), text("Delmål", language)))
        words = "validering" if language == "nb" else "validation"
        out.append(Triple(checking, term("rdfs:label"), text(words, language)))
    for language, name in publication.publisher.name.items():
        out.append(Triple(publisher, term("rdfs:label"), text(name, language)))
    out += [Triple(release, term("prov:wasDerivedFrom"), iri.thing("source", source.slug))
            for source in publication.sources]
    for ingredient in ingredients:
        node = iri.thing("file", ingredient.name.replace("/", "~"))
        out += [
            Triple(activity, term("prov:used"), node),
            Triple(node, term("rdf:type"), term("prov:Entity")),
            Triple(node, term("rdfs:label"), text(ingredient.name)),
            Triple(node, term("delmaal:sha256"), text(ingredient.sha256)),
        ]
        if ingredient.name.startswith("shapes/"):
            out.append(Triple(checking, term("prov:used"), node))
    return out


def report(publication: Publication, findings: Iterable[Finding], folder: str) -> list[Triple]:
    """The SHACL report of a release, with the position of each result in the publication's folder."""
    iri = Minter(publication.base)
    node = iri.thing("report", "validation")
    results = list(findings)
    conforms = not any(finding.severity == "Violation" for finding in results)
    out: list[Triple] = []

    def add(subject: NamedNode, predicate: str, obj: NamedNode | Literal) -> None:
        out.append(Triple(subject, term(predicate), obj))

    add(node, "rdf:type", term("sh:ValidationReport"))
    for language, words in (("nb", "valideringsrapport"), ("en", "validation report")):
        add(node, "rdfs:label", text(words, language))
    add(node, "sh:conforms", typed(str(conforms).lower(), "xsd:boolean"))
    for number, finding in enumerate(results, 1):
        result = iri.thing("report", f"result-{number}")
        add(node, "sh:result", result)
        add(result, "rdf:type", term("sh:ValidationResult"))
        add(result, "sh:focusNode", NamedNode(finding.focus))
        add(result, "sh:resultSeverity", term(f"sh:{finding.severity}"))
        add(result, "sh:sourceShape", NamedNode(f"https://w3id.org/delmaal/shapes#{finding.code}"))
        for language, words in finding.message.items():
            add(result, "sh:resultMessage", text(words, language))
        file = finding.mark.file.removeprefix(folder).lstrip("/")
        add(result, "schema:position", text(f"{file}:{finding.mark.line}:{finding.mark.column}"))
        prefix, _, local = finding.path.partition(":")
        if finding.path:
            path = PREFIXES[prefix] + local if prefix in PREFIXES else finding.path
            add(result, "sh:resultPath", NamedNode(path))
    return out
