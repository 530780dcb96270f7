"""What the editor can complete: the classes and properties that the release uses, by its VoID description, the terms of
the ontology besides, and the prefixes that need no declaration.

    /sparql/completion.json
"""

from __future__ import annotations

import json
from typing import Any

from delmaal.http.answers import answer
from delmaal.http.asked import Asked
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.reading.releases import Opened
from delmaal.terms import PREFIXES, compact

routes = Routes("completion")

_PARTITIONS = (("classes", "void:classPartition", "void:class", "void:entities"),
               ("properties", "void:propertyPartition", "void:property", "void:triples"))
_DECLARED = (("classes", "owl:Class"), ("properties", "owl:ObjectProperty"), ("properties", "owl:DatatypeProperty"))

@routes.get("/sparql/completion.json")
def completion(request: Asked) -> Reply:
    """Terms with their labels, definitions and number of uses, most used first."""
    return answer(
        request,
        lambda: json.dumps(completions(request.opened), ensure_ascii=False).encode(),
        "application/json",
        vary="",
    )


def completions(release: Opened) -> dict[str, Any]:
    """`prefixes`, and `classes` and `properties` as `{iri, name, count, label: {nb, en}, definition: {nb, en}}`."""
    found: dict[str, dict[str, int]] = {"classes": {}, "properties": {}}
    dataset = release.iri.thing("void", "data").value
    for kind, partition, term, size in _PARTITIONS:
        for part in release.objects(dataset, partition):
            count = next((int(value.value) for value in release.objects(part.value, size)), 0)
            for node in release.objects(part.value, term):
                found[kind][node.value] = count
    for kind, declared in _DECLARED:
        prefix, _, local = declared.partition(":")
        for line in release.lookup.whole_incoming(PREFIXES[prefix] + local):
            found[kind].setdefault(line[1 : line.index(b"> ")].decode(), 0)
    listed = {kind: [_term(release, iri, count) for iri, count in sorted(terms.items(), key=_most_used_first)]
              for kind, terms in found.items()}
    return {"prefixes": PREFIXES, **listed}


def _most_used_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _term(release: Opened, iri: str, count: int) -> dict[str, Any]:
    definitions = {value.language: value.value for value in release.objects(iri, "skos:definition")}
    return {"iri": iri, "name": compact(iri), "count": count, "label": release.labels(iri), "definition": definitions}
