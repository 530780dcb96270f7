"""`/openapi.json` describes what there is: whatever is asked by it, the answer is one that it describes."""

from __future__ import annotations

import random
import re
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from flask import Flask

from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load

PATHS = {"release": ["0" * 12, "x"], "other": ["0" * 12, "x.json"], "fragment": ["0", "x"], "page": ["1", "9"],
         "path": ["theme/god-helse", "statistic/god-helse-kvinner", "theme/god-helse.ttl", "x", "theme/æ", "a/b/c"],
         "number": ["1", "2", "x"], "name": ["all.nt", "themes.ttl.gz", "nothing", "graphs.nq", "themes",
             "themes.bib", "all.json"],
         "lang": ["nb", "en"]}
VALUES = {
    "cube": ["cube/statistics", "cube/x", "https://example.org/lillevik/id/cube/statistics"],
    "after": ["statistic/god-helse-kvinner", "statistic/x"],
    "iri": ["http://metadata.un.org/sdg/3.4", "x", "", "https://example.org/lillevik/id/theme/god-helse"],
    "query": ["ASK {}", "SELECT * {", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1", "DROP ALL"],
    "default-graph-uri": ["https://example.org/lillevik/graph/themes", "relative"],
    "named-graph-uri": ["https://example.org/lillevik/graph/themes"],
    "q": ["helse", "3.4", "", "(\"*", "helsse", "x" * 300],
    "prefix": ["god", "3", ""], "type": ["theme", "http://metadata.un.org/sdg/ontology#Target", "x"],
    "id": ["http://metadata.un.org/sdg/3.4", "x"],
    "queries": ['{"a": {"query": "3.4"}}', "{", "[]", '{"a": {}}'],
    "extend": ['{"ids": ["http://metadata.un.org/sdg/3.4"], "properties": [{"id": "dct:identifier"}]}', "{}"],
}
ACCEPT = ["*/*", "text/turtle", "text/html", "application/ld+json", "text/csv", "image/png", "application/n-triples"]


def description(client: httpx.Client) -> dict[str, Any]:
    """The server's own description."""
    answer = client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def test_it_is_openapi_and_every_route_is_in_it(tiny_server: httpx.Client, tiny_release: Release) -> None:
    found = description(tiny_server)
    assert found["openapi"].startswith("3.1")
    ids = [operation["operationId"] for path in found["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    app: Flask = create_app(load({}), Releases(Shelf(tiny_release.folder.parent.parent)))
    routes = {re.sub(r"<(?:[^<>]+:)?(\w+)>", r"{\1}", rule.rule)
              for rule in app.url_map.iter_rules() if "<suffix>" not in rule.rule}
    assert routes - set(found["paths"]) == {"/static/{filename}", "/openapi.json"}


def request(rng: random.Random, path: str, operation: dict[str, Any]) -> tuple[str, dict[str, list[str]]]:
    """A request that the description allows."""
    query: dict[str, list[str]] = {}
    for parameter in operation["parameters"]:
        name, schema = parameter["name"], parameter["schema"]
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", quote(rng.choice(PATHS[name])))
        elif parameter["required"] or rng.random() < 0.5:
            if "enum" in schema:
                query[name] = [rng.choice(schema["enum"])]
            elif schema["type"] == "integer":
                query[name] = [str(rng.choice([schema["minimum"], 2, schema["maximum"]]))]
            else:
                query[name] = rng.choices(VALUES[name], k=rng.choice([1, 1, 2]) if schema["type"] == "array" else 1)
    return path, query


@pytest.mark.parametrize("seed", range(6))
def test_every_answer_is_described(tiny_server: httpx.Client, seed: int) -> None:
    rng = random.Random(seed)
    for path, operations in description(tiny_server)["paths"].items():
        for method, operation in operations.items():
            for _ in range(12):
                target, query = request(rng, path, operation)
                headers = {"Accept": rng.choice(ACCEPT)}
                content = None
                if "requestBody" in operation:
                    kind = rng.choice([*operation["requestBody"]["content"], "text/plain"])
                    text = rng.choice(VALUES["query"])
                    content = urlencode({"query": text}) if "form" in kind else text
                    headers["Content-Type"] = kind
                answer = tiny_server.request(method, target, params=query, headers=headers, content=content)
                said = operation["responses"].get(str(answer.status_code))
                assert said, (method, target, query, headers, answer.status_code)
                if "content" in said:
                    kinds = {name.partition(";")[0] for name in said["content"]}
                    assert answer.headers["content-type"].partition(";")[0] in kinds, (target, headers)
