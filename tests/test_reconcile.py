"""The reconciliation service: what a client of OpenRefine's protocol is told, and that a match is only claimed where it
is certain.

The round trip is by a real client (`reconciler`, which reconciles a column of a pandas table); the shapes of the
answers are checked field by field against sections 2 to 7 of the Reconciliation Service API 0.2.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from delmaal.protocols import reconcile
from delmaal.protocols.reconcile import BATCH
from delmaal.protocols.reconcile.candidates import code_in
from delmaal.protocols.reconcile.entities import TYPES
from delmaal.protocols.reconcile.query import Malformed, read_query
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load

SDG = "http://metadata.un.org/sdg/"
THEME, TARGET, GOAL = (f"{name}" for name in
                       ("https://w3id.org/delmaal/ns#Theme", f"{SDG}ontology#Target", f"{SDG}ontology#Goal"))

EARLY_DEATH = "Hindre tidlig død av ikke-smittsomme sykdommer og fremme psykisk helse"


def post(client: httpx.Client, queries: Mapping[str, Any], lang: str = "nb") -> dict[str, list[dict[str, Any]]]:
    """The candidates of each query, their fields checked."""
    answer = client.post(f"/reconcile/{lang}", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    assert set(found) == set(queries)
    for result in found.values():
        assert set(result) == {"result"}
        scores = [candidate["score"] for candidate in result["result"]]
        assert scores == sorted(scores, reverse=True)
        for candidate in result["result"]:
            check_candidate(candidate)
        assert sum(candidate["match"] for candidate in result["result"]) <= 1
    return {key: result["result"] for key, result in found.items()}


def check_candidate(candidate: dict[str, Any]) -> None:
    """Section 4.2: the fields of a candidate and their types."""
    assert set(candidate) <= {"id", "name", "description", "type", "score", "features", "match"}
    assert all(isinstance(candidate[name], str) and candidate[name] for name in ("id", "name", "description"))
    assert isinstance(candidate["score"], int | float)
    assert 0 <= candidate["score"] <= 100
    assert isinstance(candidate["match"], bool)
    check_types(candidate["type"])
    names = [feature["id"] for feature in candidate["features"]]
    assert len(names) == len(set(names))
    assert all(isinstance(feature["value"], bool | int | float) for feature in candidate["features"])


def check_types(types: list[dict[str, Any]]) -> None:
    """Section 2.2: a type has an identifier and a name, and may have broader ones."""
    for each in types:
        assert set(each) <= {"id", "name", "broader", "description"}
        assert each["id"]
        assert each["name"]
        check_types(each.get("broader", []))


def one(client: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    return post(client, {"q": query})["q"]


# section 3: the manifest

@pytest.mark.parametrize("path", ["/reconcile", "/reconcile/nb", "/reconcile/en"])
def test_the_manifest_says_what_there_is(trondheim_server: httpx.Client, path: str) -> None:
    answer = trondheim_server.get(path)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-store"
    manifest = answer.json()
    assert "0.2" in manifest["versions"]
    assert all(manifest[name] for name in ("name", "identifierSpace", "schemaSpace", "documentation", "serviceVersion"))
    check_types(manifest["defaultTypes"])
    assert {each["id"] for each in manifest["defaultTypes"]} == {each.iri for each in TYPES}
    assert manifest["batchSize"] == BATCH
    assert set(manifest["preview"]) == {"url", "width", "height"}
    for url in (manifest["documentation"], manifest["logo"]):
        assert httpx.get(url).status_code == 200
    entity = f"{SDG}3.4"
    for template in (manifest["view"]["url"], manifest["preview"]["url"]):
        assert "{{id}}" in template
        assert httpx.get(template.replace("{{id}}", quote(entity, safe="")), headers={"Accept": "text/html"}
                         ).status_code == 200
    for what in ("entity", "property", "type"):
        service = manifest["suggest"][what]
        found = httpx.get(service["service_url"] + service["service_path"], params={"prefix": "a"})
        assert found.status_code == 200
        assert set(found.json()) == {"result"}
    proposing = manifest["extend"]["propose_properties"]
    assert httpx.get(proposing["service_url"] + proposing["service_path"], params={"type": THEME}).json()["properties"]


def test_the_manifest_speaks_both_languages(trondheim_server: httpx.Client) -> None:
    names = [trondheim_server.get(f"/reconcile/{lang}").json()["defaultTypes"][0]["name"] for lang in ("nb", "en")]
    assert names == ["Tema", "Theme"]
    spoken = trondheim_server.get("/reconcile", headers={"Accept-Language": "en"}).json()
    assert "/reconcile/en" in spoken["preview"]["url"]


def test_a_host_that_is_none_is_not_repeated(tiny_server: httpx.Client) -> None:
    refused = tiny_server.get("/reconcile", headers={"Host": 'evil"/x'})
    assert refused.status_code == 400
    assert refused.json()["type"].endswith("#host-malformed")
    assert "evil" not in refused.text


def test_browsers_of_other_origins_may_ask(tiny_server: httpx.Client) -> None:
    answer = tiny_server.options("/reconcile", headers={"Origin": "https://example.org",
                                                        "Access-Control-Request-Method": "POST"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]


# section 4: queries

CERTAIN = [
    ("3.4", None, f"{SDG}3.4"), ("3,4", None, f"{SDG}3.4"), ("11-a", None, f"{SDG}11.a"),
    ("17. 10", None, f"{SDG}17.10"),
    ("Target 3.4", None, f"{SDG}3.4"), ("Delmål 3.4", None, f"{SDG}3.4"), ("SDG 3", None, f"{SDG}3"),
    ("Goal 3", GOAL, f"{SDG}3"), ("3", GOAL, f"{SDG}3"), ("FNs bærekraftsmål 3", None, f"{SDG}3"),
    ("God helse og livskvalitet", None, f"{SDG}3"), ("Good health and well-being", None, f"{SDG}3"),
    ("3 God helse og livskvalitet", None, f"{SDG}3"), ("Bedre helse", None, "theme/bedre-helse"),
    ("  bedre   HELSE ", THEME, "theme/bedre-helse"), ("Gronn mobilitet", None, "theme/gronn-mobilitet"),
    ("Green mobility", "theme", "theme/gronn-mobilitet"), ("Grunnloven", "document", "document/grunnloven"),
    ("Trondheim kommune", "area", "area/trondheim"), (f"{SDG}3.4", None, f"{SDG}3.4"),
]


@pytest.mark.parametrize(("text", "kind", "expected"), CERTAIN)
def test_what_is_certain_is_matched(trondheim_server: httpx.Client, trondheim_release: Release, text: str,
                                    kind: str | None, expected: str) -> None:
    iri = expected if expected.startswith("http") else f"{trondheim_release.base}id/{expected}"
    first = one(trondheim_server, query=text, **({"type": kind} if kind else {}))[0]
    assert first["id"] == iri
    assert first["match"] is True
    assert first["score"] == 100


@pytest.mark.parametrize(("text", "kind", "expected"), [
    ("helse", None, "Bedre helse"), ("Bedre hlese", None, "Bedre helse"), ("Trondheim", "area", "Trondheim kommune"),
    ("mobilitet", "theme", "Grønn mobilitet"), ("3", None, "God helse og livskvalitet"),
])
def test_what_is_likely_is_proposed_and_not_matched(trondheim_server: httpx.Client, text: str, kind: str | None,
                                                    expected: str) -> None:
    found = one(trondheim_server, query=text, limit=20, **({"type": kind} if kind else {}))
    assert expected in {candidate["name"] for candidate in found}
    assert not any(candidate["match"] for candidate in found)


@pytest.mark.parametrize("text", ["xyzzyqq", "🎉", "\x00", "(", "99.99", "2019-12-24"])
def test_what_fits_nothing_has_no_candidate_that_matches(trondheim_server: httpx.Client, text: str) -> None:
    assert not any(candidate["match"] for candidate in one(trondheim_server, query=text))


def test_every_entity_is_matched_by_its_identifier_and_found_by_its_name(trondheim_server: httpx.Client) -> None:
    every: dict[str, str] = {}
    for cursor in range(0, 400, 40):
        for each in trondheim_server.get("/reconcile/nb/suggest/entity", params={"cursor": cursor}).json()["result"]:
            every[each["id"]] = each["name"]
    assert len(every) > 100
    for which in ("id", "name"):
        texts = [(iri, iri if which == "id" else name) for iri, name in every.items()]
        for start in range(0, len(texts), BATCH):
            batch = {str(number): {"query": text} for number, (_, text) in enumerate(texts[start : start + BATCH])}
            found = post(trondheim_server, batch)
            for number, (iri, text) in enumerate(texts[start : start + BATCH]):
                ids = {candidate["id"]: candidate["match"] for candidate in found[str(number)]}
                assert iri in ids, text
                assert which == "name" or ids[iri]


def test_namesakes_are_not_matched_unless_a_type_tells_them_apart() -> None:
    """No publication of the tests has two entities of one name, so the rule is tested where it is applied."""
    from delmaal.protocols.reconcile.candidates import mark_certain
    from delmaal.search import Hit

    hits = [Hit("urn:a", "theme", 0.0), Hit("urn:b", "document", 0.0)]
    assert mark_certain([(hit.iri, True) for hit in hits]) == set()
    assert mark_certain([("urn:a", True), ("urn:b", False)]) == {"urn:a"}


def test_types_restrict(trondheim_server: httpx.Client) -> None:
    for kind in (THEME, "delmaal:Theme", "theme", [THEME]):
        found = one(trondheim_server, query="helse", type=kind)
        assert {each["id"] for candidate in found for each in candidate["type"]} == {THEME}
    both = one(trondheim_server, query="helse", type=[THEME, TARGET], limit=20)
    assert {each["id"] for candidate in both for each in candidate["type"]} == {THEME, TARGET}
    assert one(trondheim_server, query="helse", type=[THEME, TARGET], type_strict="all") == []
    preferred = one(trondheim_server, query="helse", type=[GOAL], type_strict="should", limit=20)
    assert {GOAL, THEME} <= {each["id"] for candidate in preferred for each in candidate["type"]}


def test_properties_part_candidates(trondheim_server: httpx.Client, trondheim_release: Release) -> None:
    fits = one(trondheim_server, query="Bedre helse", properties=[{"pid": "delmaal:addresses", "v": "3.4"}])[0]
    assert fits["match"]
    assert {feature["id"]: feature["value"] for feature in fits["features"]}["delmaal:addresses"] is True
    entity = {"id": f"{SDG}3.4", "name": "3.4"}
    by_entity = one(trondheim_server, query="Bedre helse", properties=[{"pid": "delmaal:addresses", "v": entity}])
    assert by_entity[0]["match"]
    not_so = one(trondheim_server, query="Bedre helse", properties=[{"pid": "delmaal:addresses", "v": "14.1"}])[0]
    assert not not_so["match"]
    assert not_so["score"] < 100
    unknown = one(trondheim_server, query="Bedre helse", properties=[{"pid": "P31", "v": "x"}])[0]
    assert not unknown["match"]
    empty = one(trondheim_server, query="Bedre helse", properties=[{"pid": "delmaal:addresses", "v": ""}])[0]
    assert empty["match"]
    alone = one(trondheim_server, properties=[{"pid": "dct:identifier", "v": "3.4"}])
    assert [candidate["id"] for candidate in alone] == [f"{SDG}3.4"]
    assert alone[0]["match"]
    part = {"id": f"{trondheim_release.base}id/area/trondelag"}
    within = one(trondheim_server, properties=[{"pid": "dct:isPartOf", "v": part}], limit=20)
    assert {candidate["name"] for candidate in within} >= {"Trondheim kommune", "Klæbu kommune (før 2020)"}
    assert not any(candidate["match"] for candidate in within)


def test_get_and_post_give_the_same_and_a_limit_limits(trondheim_server: httpx.Client) -> None:
    queries = json.dumps({"a": {"query": "helse", "limit": 3}, "b": {"query": "Ås"}})
    by_get = trondheim_server.get("/reconcile/nb", params={"queries": queries})
    by_post = trondheim_server.post("/reconcile/nb", data={"queries": queries})
    assert by_get.json() == by_post.json()
    assert len(by_get.json()["a"]["result"]) == 3
    again = trondheim_server.get("/reconcile/nb", params={"queries": queries},
                                 headers={"If-None-Match": by_get.headers["etag"]})
    assert again.status_code == 304


def test_names_are_in_the_language_asked(trondheim_server: httpx.Client) -> None:
    assert post(trondheim_server, {"q": {"query": "3.4"}}, "en")["q"][0]["name"].startswith("Cut early")


MALFORMED = ["", "{", "[]", "null", '"x"', "[" * 100_000, '{"a": {"query": "x", "limit": NaN}}']


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_batch_is_a_problem(tiny_server: httpx.Client, text: str) -> None:
    answer = tiny_server.post("/reconcile", data={"queries": text})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("#reconcile-malformed")


BAD = ["[]", "null", "{}", '{"query": ""}', '{"query": "  "}', '{"query": {}}',
       '{"query": "x", "properties": [{"pid": "p"}]}',
       f'{{"query": "x", "properties": [{{"pid": "p", "v": {json.dumps(list(map(str, range(2000))))}}}]}}',
       *(f'{{"query": "x", {more}}}' for more in (
           '"limit": 0', '"limit": 1e999', '"limit": "many"', '"limit": "-5"', '"type": 3', '"type": "Q5"',
           '"type_strict": "maybe"', '"properties": {}'))]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_bad_query_costs_the_others_of_its_batch_nothing(tiny_server: httpx.Client, bad: str) -> None:
    """Each is a row of somebody's table: the one with the empty cell is unmatched, and says why."""
    answer = tiny_server.post("/reconcile/nb", data={
        "queries": f'{{"a": {{"query": "3.4", "limit": "5"}}, "b": {bad}, "c": {{"query": "3.4"}}}}'})
    assert answer.status_code == 200
    found = answer.json()
    assert list(found) == ["a", "b", "c"]
    assert found["a"] == found["c"]
    assert found["a"]["result"]
    assert found["b"]["result"] == []
    assert found["b"]["message"]


def test_limits_of_a_batch(tiny_server: httpx.Client) -> None:
    one = {"query": "x", "properties": [{"pid": "dct:identifier", "v": list(map(str, range(50)))}]}
    fits = {str(number): one for number in range(20)}
    assert tiny_server.post("/reconcile/nb", data={"queries": json.dumps(fits)}).status_code == 200
    answer = tiny_server.post("/reconcile/nb", data={"queries": json.dumps({**fits, "more": one})})
    assert (answer.status_code, answer.json()["type"].partition("#")[2]) == (413, "reconcile-too-many")
    assert tiny_server.get("/reconcile/nb").json()["batchSize"] == BATCH


def test_batches_are_smaller_where_there_is_much_to_look_through(tiny_release: Release,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    client = create_app(load({}, {}), Releases(Shelf(tiny_release.folder.parent.parent))).test_client()
    assert (client.get("/reconcile/nb").json or {})["batchSize"] == BATCH
    monkeypatch.setattr(reconcile, "_LARGE", 1)
    assert (client.get("/reconcile/nb?format=json").json or {})["batchSize"] == BATCH // 5


def test_a_mark_before_the_text_is_no_part_of_it(tiny_server: httpx.Client) -> None:
    answer = tiny_server.post("/reconcile/nb", data={"queries": '\ufeff{"a": {"query": "3.4"}}'})
    assert answer.json()["a"]["result"]


@pytest.mark.parametrize("address", ["/reconcile/nb", "/reconcile", "/reconcile/en/suggest/entity",
                                     "/reconcile/nb/properties", "/reconcile/nb/preview"])
def test_jsonp_is_not_offered(tiny_server: httpx.Client, address: str) -> None:
    answer = tiny_server.get(f"{address}?callback=jQuery1")
    assert (answer.status_code, answer.json()["type"].partition("#")[2]) == (400, "jsonp-unavailable")
    assert "CORS" in answer.json()["detail"]


def test_other_mistakes_of_a_client(tiny_server: httpx.Client) -> None:
    too_many = {str(number): {"query": "x"} for number in range(BATCH + 1)}
    answer = tiny_server.post("/reconcile", data={"queries": json.dumps(too_many)})
    assert (answer.status_code, answer.json()["type"].partition("#")[2]) == (413, "reconcile-too-many")
    assert tiny_server.post("/reconcile", json={"a": {"query": "x"}}).status_code == 415
    assert tiny_server.post("/reconcile", data={"other": "x"}).status_code == 400
    assert tiny_server.put("/reconcile").status_code == 405
    assert tiny_server.get("/reconcile/sv").status_code == 404
    assert tiny_server.get("/reconcile/nb/suggest/entity?cursor=-1").status_code == 400
    assert tiny_server.get("/reconcile/nb/preview?id=urn:x").status_code == 404


# sections 5 and 6: preview and suggestions

def test_a_preview_may_stand_in_a_frame_and_nothing_else_may(trondheim_server: httpx.Client) -> None:
    answer = trondheim_server.get("/reconcile/nb/preview", params={"id": f"{SDG}3.4"})
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1
    assert "frame-ancestors *" in policies[0]
    assert "default-src 'none'" in policies[0]
    assert "script-src" not in policies[0]
    assert "3.4" in answer.text
    assert "Cut early" in answer.text
    page = trondheim_server.get("/", headers={"Accept": "text/html"})
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(("prefix", "expected"), [
    ("Bedre he", "Bedre helse"), ("bedre", "Bedre helse"), ("3.4", EARLY_DEATH), ("gron", "Grønn mobilitet"),
    ("mobil", "Grønn mobilitet"), (f"{SDG}3.4", EARLY_DEATH),
])
def test_entities_are_completed(trondheim_server: httpx.Client, prefix: str, expected: str) -> None:
    found = trondheim_server.get("/reconcile/nb/suggest/entity", params={"prefix": prefix}).json()["result"]
    assert expected in [each["name"] for each in found]
    for each in found:
        assert set(each) == {"id", "name", "description", "notable"}
        check_types(each["notable"])


def test_suggestions_go_on_and_keep_to_a_type(trondheim_server: httpx.Client) -> None:
    def names(**given: Any) -> list[str]:
        found = trondheim_server.get("/reconcile/nb/suggest/entity", params=given).json()["result"]
        return [each["id"] for each in found]

    first, second = names(prefix=""), names(prefix="", cursor=20)
    assert len(first) == 20
    assert not set(first) & set(second)
    assert all("/theme/" in iri for iri in names(prefix="", type=THEME))


def test_types_and_properties_are_completed(trondheim_server: httpx.Client) -> None:
    def found(what: str, prefix: str) -> set[str]:
        answer = trondheim_server.get(f"/reconcile/nb/suggest/{what}", params={"prefix": prefix})
        return {each["id"] for each in answer.json()["result"]}

    assert found("type", "Tem") == found("type", THEME) == {THEME}
    assert len(found("type", "")) == len(TYPES) + 1
    assert found("type", "xyz") == set()
    assert "http://purl.org/dc/terms/identifier" in found("property", "kode") & found("property", "dct:ident")


# section 7: data extension

def test_values_are_fetched(trondheim_server: httpx.Client, trondheim_release: Release) -> None:
    theme = f"{trondheim_release.base}id/theme/bedre-helse"
    names = ("skos:prefLabel", "delmaal:addresses", "schema:position", "dct:identifier", f"{SDG}ontology#isTargetOf")
    asked = {"ids": [theme, f"{SDG}3.4", "urn:unknown"], "properties": [{"id": name} for name in names]}
    answer = trondheim_server.post("/reconcile/nb", data={"extend": json.dumps(asked)})
    assert answer.status_code == 200
    found = answer.json()
    assert [each["id"] for each in found["meta"]] == list(names)
    assert found["meta"][1]["type"]["id"] == TARGET
    rows = found["rows"]
    assert rows[theme]["skos:prefLabel"] == [{"str": "Bedre helse"}]
    assert rows[theme]["schema:position"] == [{"int": 1}]
    assert {"id": f"{SDG}3.4", "name": EARLY_DEATH} in rows[theme]["delmaal:addresses"]
    assert rows[f"{SDG}3.4"]["dct:identifier"] == [{"str": "3.4"}]
    assert rows[f"{SDG}3.4"][f"{SDG}ontology#isTargetOf"][0]["id"] == f"{SDG}3"
    assert all(values == [] for values in rows["urn:unknown"].values())
    english = trondheim_server.get("/reconcile/en", params={"extend": json.dumps(asked)}).json()
    assert english["rows"][theme]["skos:prefLabel"] == [{"str": "Better health"}]


def test_what_is_proposed_can_be_fetched(trondheim_server: httpx.Client) -> None:
    for each in TYPES:
        proposed = trondheim_server.get("/reconcile/nb/properties", params={"type": each.iri, "limit": 5}).json()
        assert proposed["type"] == each.iri
        assert 0 < len(proposed["properties"]) <= 5
        entity = trondheim_server.get("/reconcile/nb/suggest/entity", params={"type": each.iri}).json()["result"][0]
        asked = {"ids": [entity["id"]], "properties": [{"id": row["id"]} for row in proposed["properties"]]}
        rows = trondheim_server.post("/reconcile/nb", data={"extend": json.dumps(asked)}).json()["rows"]
        assert any(rows[entity["id"]].values())
    assert trondheim_server.get("/reconcile/nb/properties?type=x").json()["properties"] == []


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"ids": "x", "properties": []}', '{"ids": [], "properties": [{}]}'])
def test_what_is_no_extension_is_a_problem(tiny_server: httpx.Client, text: str) -> None:
    assert tiny_server.post("/reconcile", data={"extend": text}).status_code == 400


# a real client

CLIENT = """
import json, sys
import pandas
from reconciler import reconcile
column = pandas.Series(json.loads(sys.argv[2]))
found = reconcile(column, type_id=sys.argv[3] or None, reconciliation_endpoint=sys.argv[1])
print(json.dumps({row.input_value: [row.id, bool(row.match), row.type_id] for row in found.itertuples()}))
"""


def test_a_real_client_reconciles_a_column(trondheim_server: httpx.Client, trondheim_release: Release) -> None:
    column = ["Bedre helse", "Gronn mobilitet", "Lokaldemokratiet", "helse", *(f"{goal}.1" for goal in range(1, 18))]
    address = f"{trondheim_server.base_url}/reconcile/nb".replace("//reconcile", "/reconcile")
    command = [sys.executable, "-c", CLIENT, address, json.dumps(column), ""]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr[-2000:]
    found = json.loads(run.stdout)
    base = trondheim_release.base
    assert found["Bedre helse"] == [f"{base}id/theme/bedre-helse", True, THEME]
    assert found["Gronn mobilitet"] == [f"{base}id/theme/gronn-mobilitet", True, THEME]
    assert found["helse"][1] is False
    for goal in range(1, 18):
        assert found[f"{goal}.1"] == [f"{SDG}{goal}.1", True, TARGET]


# the grammar of codes

@pytest.mark.parametrize(("text", "code"), [
    ("3.4", "3.4"), ("SDG3", "3"), ("sdg-3", "3"), ("mål 17", "17"), ("18", ""), ("0", ""), ("3.", ""), ("", ""),
    ("v3.4", ""), ("Delmål: 11.a", "11.a"), ("1000000", ""), ("٣", ""),
])
def test_codes_in_texts(text: str, code: str) -> None:
    assert code_in(text) == code


def test_a_query_is_read_or_refused() -> None:
    assert read_query({"query": 3.4}).text == "3.4"
    with pytest.raises(Malformed):
        read_query({"query": True})
