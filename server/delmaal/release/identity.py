"""What a release is called: a hash over all that it says. And its manifest's seal: a hash over all that it lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from pyoxigraph import NamedNode, Triple

from delmaal.statements import PARTS
from delmaal.terms import RELEASE_PLACEHOLDER, Minter

FORMAT_VERSION = "2"


def identify(parts: Mapping[str, Sequence[Triple]], iri: Minter) -> str:
    """The identifier of a release from its parts, with the placeholder in its own place."""
    in_graphs = {triple for name in parts if PARTS[name].named for triple in parts[name]}
    return digest_of({name: _lines(name, triples, iri, in_graphs) for name, triples in parts.items()}, FORMAT_VERSION)


def _lines(name: str, triples: Iterable[Triple], iri: Minter, in_graphs: Set[Triple]) -> Iterator[bytes]:
    if PARTS[name].named:
        graph = iri.graph(name)
        return (f"{triple} {graph} .\n".encode() for triple in triples)
    return (f"{triple} .\n".encode() for triple in triples if triple not in in_graphs)


def digest_of(parts: Mapping[str, Iterable[bytes]], version: str) -> str:
    """The SHA-256 over the lines of each part, under its name and the version of the layout."""
    digest = hashlib.sha256(f"delmaal release {version}\n".encode())
    for name in sorted(parts):
        digest.update(f"{name}\n".encode())
        for line in sorted(parts[name]):
            digest.update(line)
    return digest.hexdigest()


def named(triples: Iterable[Triple], release: NamedNode) -> list[Triple]:
    """Statements with the release's own IRI where the placeholder stood."""
    def swap(node: Any) -> Any:
        return release if node == RELEASE_PLACEHOLDER else node

    return [Triple(swap(t.subject), t.predicate, swap(t.object)) for t in triples]


def seal_of(manifest: Mapping[str, Any]) -> str:
    """The SHA-256 over the manifest's other entries: it holds what no file's checksum does."""
    rest = {name: value for name, value in manifest.items() if name != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
