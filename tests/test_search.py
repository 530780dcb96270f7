"""Full-text search: what is found, in which order, however it is typed, and how that is said."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delmaal.errors import ReleaseError
from delmaal.protocols.search.view import LONGEST
from delmaal.release import Release, verify
from delmaal.search import KINDS, Search, build_search, contents
from delmaal.search.highlight import extract, highlight
from delmaal.search.words import asked_words, distance, fold, words

SDG = "http://metadata.un.org/sdg/"


@pytest.fixture(scope="module")
def search(trondheim_release: Release) -> Search:
    return Search(trondheim_release.folder)


def titles(search: Search, text: str, *kinds: str) -> list[str]:
    return [hit.titles.get("nb", hit.iri) for hit in search.find(text, kinds).hits]


# words

@pytest.mark.parametrize(("one", "other"), [
    ("bærekraft", "baerekraft"), ("bærekraft", "barekraft"), ("grønn", "gronn"), ("grønn", "groenn"), ("Ås", "aas"),
    ("år", "ar"), ("BÆREKRAFT", "bærekraft"), ("Málaga", "malaga"), ("cafe\u0301", "café"), ("Straße", "strasse"),
    ("Þór", "thor"), ("å", "a\u030a"),
])
def test_spellings_of_a_word_are_one(one: str, other: str) -> None:
    assert asked_words(one) == asked_words(other) != []


def test_words_of_other_alphabets_stay_themselves() -> None:
    assert words("مدينة مستدامة") == ["مدينة", "مستدامة"]
    assert words("Ελλάδα 北京") == ["ελλαδα", "北京"]


@pytest.mark.parametrize(("text", "found"), [
    ("3.4", ["3.4"]), ("3,4", ["3.4"]), ("11.a", ["11.a"]), ("73,5 prosent", ["73.5", "prosent"]),
    ("217 000 innbyggere", ["217", "000", "innbyggere", "217000"]), ("2019-12", ["2019", "12"]), ("3.", ["3"]),
    ("A-magasinet, «nytt»", ["a", "magasinet", "nytt"]), ("🎉 \x00 \u202e", []), ("", []),
])
def test_texts_are_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_thousands_are_asked_joined() -> None:
    assert asked_words("217\u00a0000 i 2020") == ["217000", "i", "2020"]


@given(st.text(max_size=40))
@settings(deadline=None)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text("abcå", max_size=7), st.text("abcå", max_size=7))
@settings(deadline=None)
def test_distance_is_what_it_says(one: str, other: str) -> None:
    away = distance(one, other, 9)
    assert away == distance(other, one, 9)
    assert (away == 0) == (one == other)
    assert abs(len(one) - len(other)) <= away <= max(len(one), len(other))
    assert distance(one, other, 1) == min(away, 2)
    assert distance("hlese", "helse", 2) == 1


# ranking

def test_a_code_comes_first(search: Search) -> None:
    for text in ("3.4", "3,4", " 3.4 "):
        assert search.find(text).hits[0].iri == f"{SDG}3.4"
    assert search.find("17.10").hits[0].iri == f"{SDG}17.10"
    assert search.find("11.a").hits[0].iri == f"{SDG}11.a"
    assert search.find(f"{SDG}11.a").hits[0].iri == f"{SDG}11.a"


def test_a_whole_title_comes_before_words_and_words_before_texts(search: Search) -> None:
    assert titles(search, "bedre helse")[0] == "Bedre helse"
    assert titles(search, "Better Health")[0] == "Bedre helse"
    scores = [hit.score for hit in search.find("helse", limit=100).hits if hit.score]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) > 2


def test_things_come_by_kind_and_before_details(search: Search) -> None:
    order = [kind.name for kind in KINDS]
    hits = search.find("helse", limit=100).hits
    assert {"theme", "goal", "target", "figure", "link"} <= {hit.kind for hit in hits}
    for score in {hit.score for hit in hits}:
        kinds = [order.index(hit.kind) for hit in hits if hit.score == score]
        assert kinds == sorted(kinds)
    assert [hit.kind for hit in hits].index("link") > max(
        number for number, hit in enumerate(hits) if hit.kind in ("theme", "target", "indicator", "document"))


@pytest.mark.parametrize("text", ["gronn mobilitet", "groenn mobilitet", "GRØNN MOBILITET", "grøn mobil",
                                  "mobilitet grønn", "«Grønn mobilitet»", "green mobility"])
def test_a_theme_is_found_however_it_is_written(search: Search, text: str) -> None:
    assert titles(search, text)[0] == "Grønn mobilitet"


@pytest.mark.parametrize(("typed", "meant"), [
    ("helsse", "helse"), ("hlese", "helse"), ("mobilitett", "mobilitet"), ("konkuransekraft", "konkurransekraft"),
    ("Trondhjem", "trondheim"), ("bærekrafitg", "bærekraftig"), ("barekrafitg", "bærekraftig"),
])
def test_mistyped_words_are_forgiven_and_said(search: Search, typed: str, meant: str) -> None:
    found = search.find(typed)
    assert found.total
    assert found.corrected == meant
    assert found.hits[0].iri == search.find(meant).hits[0].iri


def test_a_number_is_never_taken_for_another(search: Search) -> None:
    assert search.find("999999").total == 0
    assert search.find("999999").corrected == ""


def test_a_part_of_a_compound_is_found(search: Search) -> None:
    assert "Bedre helse" in titles(search, "undersøkelsen")


def test_values_are_found(search: Search, trondheim_release: Release) -> None:
    base = trondheim_release.base
    hits = search.find("ensomhet norge 2015").hits
    assert [hit.iri for hit in hits] == [f"{base}id/statistic/ensomhet-norge-2015"]
    assert f"{base}id/statistic/ensomhet-norge-2015" in {hit.iri for hit in search.find("16 prosent").hits}
    assert f"{base}id/statistic/ensomhet-norge-2015" in {hit.iri for hit in search.find("loneliness 2015").hits}


def test_some_words_are_better_than_none(search: Search) -> None:
    found = search.find("bedre xyzzyqq")
    assert found.partial
    assert found.total
    assert not search.find("bedre helse").partial


def test_pages_join_and_kinds_part(search: Search) -> None:
    whole = search.find("kommune", limit=100)
    assert whole.total > 60
    assert whole.total == sum(whole.counts.values())
    pages = [hit.iri for start in range(0, 100, 7) for hit in search.find("kommune", (), start, 7).hits][:100]
    assert pages == [hit.iri for hit in whole.hits]
    for kind, count in whole.counts.items():
        found = search.find("kommune", (kind,), limit=100)
        assert found.total == count
        assert {hit.kind for hit in found.hits} == {kind}


def test_every_labelled_thing_is_found_by_its_title(search: Search) -> None:
    for kind in ("theme", "goal", "target", "indicator", "document", "area"):
        every = search.named("", (kind,), limit=500)
        assert every
        for hit in every[:: max(1, len(every) // 25)]:
            for title in hit.titles.values():
                found = search.find(title[:LONGEST], (kind,), limit=10)
                assert hit.iri in {each.iri for each in found.hits}, title


HOSTILE = ["(", '"', "'", '"*', "* OR 1", "title:x", "a AND NOT b", "NEAR(a b)", "\x00", "a\x00b", "🎉", "\u202eabc",
           "^", "[a", ".*", "a{3", "\\", "x" * 200, "%", "--", "<script>alert(1)</script>", "﷽", "a" * 60 + "é", "-",
           "{", "kind:theme", "é" * 100, "\ud800"]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_is_a_search(search: Search, text: str) -> None:
    assert search.find(text).total >= 0
    assert isinstance(search.named(text), list)
    assert isinstance(search.candidates(text), list)


@given(text=st.text(max_size=60))
@settings(deadline=None, max_examples=150)
def test_any_text_is_a_search(search: Search, text: str) -> None:
    found = search.find(text)
    assert len(found.hits) <= 20
    assert found.total >= len(found.hits)


# the cache

def test_the_index_is_made_anew_from_the_dumps(tiny_release: Release, tmp_path: Path) -> None:
    for part in ("data", "metadata"):
        (tmp_path / part).symlink_to(tiny_release.folder / part)
    build_search(tmp_path)
    assert contents(tmp_path) == contents(tiny_release.folder)
    mine, theirs = Search(tmp_path), Search(tiny_release.folder)
    for text in ("god helse", "helse", "3", "kvinner", "lillevik", "a"):
        assert mine.find(text, limit=100) == theirs.find(text, limit=100)


def test_a_missing_index_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="search-unreadable"):
        Search(tmp_path)
    (tmp_path / "search" / "things").mkdir(parents=True)
    (tmp_path / "search" / "things" / "meta.json").write_text("{}")
    with pytest.raises(ReleaseError, match="search-unreadable"):
        Search(tmp_path)


def test_a_server_need_not_write_to_a_release(tiny_release: Release, tmp_path: Path) -> None:
    shutil.copytree(tiny_release.folder / "search", tmp_path / "search")
    files = [path for path in (tmp_path / "search").rglob("*") if path.is_file()]
    assert not [path for path in files if path.name.startswith(".")]
    mode = (tiny_release.folder / "data/all.nt").stat().st_mode
    assert {path.stat().st_mode for path in files} == {mode}
    before = {path: path.read_bytes() for path in files}
    for path in (tmp_path / "search", *(tmp_path / "search").iterdir()):
        path.chmod(0o555)
    assert Search(tmp_path).find("helse").total
    for path in (tmp_path / "search", *(tmp_path / "search").iterdir()):
        path.chmod(0o755)
    assert {path: path.read_bytes() for path in (tmp_path / "search").rglob("*") if path.is_file()} == before


def test_verify_compares_the_index_with_the_dumps(tiny_release: Release, trondheim_release: Release,
                                                  tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_release.folder, tmp_path / "releases" / tiny_release.id))
    (tmp_path / "current").symlink_to(copy)
    release = Release(copy, tiny_release.manifest)
    assert list(verify(release)) == []
    shutil.rmtree(copy / "search")
    assert [problem.partition(":")[0] for problem in verify(release)] == ["search"]
    shutil.copytree(trondheim_release.folder / "search", copy / "search")
    assert "search: it differs from what the dumps give" in " ".join(verify(release))
    (copy / "search/things/meta.json").write_text("{")
    assert "search: it cannot be read" in " ".join(verify(release))


def test_an_unchanged_build_and_a_worker_that_nobody_searches_with_load_no_index() -> None:
    code = "import sys, delmaal.publish, delmaal.serving.application; print('tantivy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "False\n"


# highlights

def joined(pieces: Sequence[tuple[str, bool]]) -> str:
    return "".join(f"[{text}]" if marked else text for text, marked in pieces)


def test_words_are_marked_as_they_are_written() -> None:
    assert joined(highlight("Grønn mobilitet i Ås", ["gronn", "as"])) == "[Grønn] mobilitet i [Ås]"
    assert joined(highlight("Folkehelsen", ["helse"])) == "[Folkehelsen]"
    assert joined(highlight("delmål 3.4 og 3.40", ["3.4"])) == "delmål [3.4] og 3.40"
    assert joined(highlight("helse", ["hlese"])) == "helse"
    assert joined(highlight("helse", ["hlese"], alike=True)) == "[helse]"


@given(st.text(max_size=80), st.lists(st.text(max_size=6), max_size=3))
@settings(deadline=None)
def test_pieces_are_the_text(text: str, asked: list[str]) -> None:
    whole = "".join(piece for piece, _ in highlight(text, asked))
    assert fold(whole) == fold(text.encode("utf-8", "replace").decode())


def test_an_extract_holds_what_was_asked() -> None:
    text = "ord " * 200 + "nåla står her " + "ord " * 200
    pieces, fits = extract(text, ["nala"])
    assert fits
    shown = joined(pieces)
    assert "[nåla]" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 300
    assert extract("kort", ["x"]) == ([("kort", False)], False)
    assert len(joined(extract("x" * 5000, ["x"])[0])) < 300


# the server

def ask(client: httpx.Client, text: str, **more: str) -> dict[str, object]:
    answer = client.get("/search.json", params={"q": text, **more})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, object] = answer.json()
    return found


def test_json_for_programs(trondheim_server: httpx.Client) -> None:
    answer = trondheim_server.get("/search.json", params={"q": "3.4"})
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    first = found["results"][0]
    assert first["id"] == f"{SDG}3.4"
    assert first["code"] == "3.4"
    assert set(first["label"]) == {"nb", "en"}
    assert found["kinds"][0] == {"kind": "theme", "label": {"nb": "Temaer", "en": "Themes"}, "count": 1}
    assert trondheim_server.get(first["href"], headers={"Accept": "text/turtle"}).status_code == 200
    same = trondheim_server.get("/search.json", params={"q": "3.4"}, headers={"If-None-Match": answer.headers["etag"]})
    assert same.status_code == 304
    assert not same.content
    other = trondheim_server.get("/search", params={"q": "3.4"}, headers={"Accept": "application/json"})
    assert other.json()["results"] == found["results"]


def test_pages_of_json_lead_on(trondheim_server: httpx.Client) -> None:
    seen: list[str] = []
    found = ask(trondheim_server, "kommune", size="30")
    while True:
        seen += [each["id"] for each in found["results"]]  # type: ignore[attr-defined]  # JSON
        if found["next"] is None:
            break
        found = trondheim_server.get(str(found["next"])).json()
    assert len(seen) == len(set(seen)) == found["total"]


def test_what_is_mistyped_is_said(trondheim_server: httpx.Client) -> None:
    found = ask(trondheim_server, "helsse")
    assert found["didYouMean"] == "helse"
    page = trondheim_server.get("/search", params={"q": "helsse"}, headers={"Accept": "text/html"}).text
    assert 'href="/search?q=helse' in page
    assert "ga ingen treff. Her er treff på" in page


@pytest.mark.parametrize(("query", "status", "code"), [
    ("", 400, "search-missing"), ("q=", 400, "search-missing"), ("q=" + "x" * 201, 400, "search-too-long"),
    ("q=" + "+".join("abcdefghijklmnopqrstuv"), 400, "search-too-long"), ("q=a&kind=x", 400, "search-kind-unknown"),
    ("q=a&page=0", 400, "page-malformed"), ("q=a&page=x", 400, "page-malformed"),
    ("q=a&page=9999", 404, "page-unknown"), ("q=a&size=0", 400, "size-malformed"),
    ("q=a&size=101", 400, "size-malformed"),
])
def test_what_is_no_search_is_a_problem(tiny_server: httpx.Client, query: str, status: int, code: str) -> None:
    answer = tiny_server.get(f"/search.json?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith(f"#{code}")


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_the_page(trondheim_server: httpx.Client, lang: str) -> None:
    page = trondheim_server.get("/search", params={"q": "helse", "lang": lang}, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert f'<html lang="{lang}">' in page.text
    assert "<mark>" in page.text
    assert 'value="helse"' in page.text
    assert 'rel="next"' in page.text
    assert ("Neste side" if lang == "nb" else "Next page") in page.text
    assert "kind=theme" in page.text
    only = trondheim_server.get("/search", params={"q": "helse", "lang": lang, "kind": "goal"},
                                headers={"Accept": "text/html"})
    assert only.text.count("<h3>") == 1
    assert 'aria-current="true"' in only.text
    assert trondheim_server.get("/search", headers={"Accept": "text/html"}).text.count("<h3>") == 0


def test_a_title_in_another_language_is_marked_as_such(trondheim_server: httpx.Client) -> None:
    page = trondheim_server.get("/search", params={"q": "better health", "lang": "nb"}, headers={"Accept": "text/html"})
    assert re.search(r'<bdi lang="en"><mark>Better</mark> <mark>health</mark></bdi>', page.text)


@pytest.mark.parametrize("text", [each for each in HOSTILE if "\ud800" not in each])
def test_hostile_text_over_http(tiny_server: httpx.Client, text: str) -> None:
    for path in ("/search", "/search.json"):
        answer = tiny_server.get(f"{path}?q={quote(text)}", headers={"Accept": "text/html,*/*"})
        assert answer.status_code in (200, 400)
        if answer.headers["content-type"].startswith("text/html"):
            assert "<script>alert" not in answer.text
            assert answer.headers["content-security-policy"].count("frame-ancestors 'none'") == 1
    assert tiny_server.get("/search.json?q=%ff%fe%c3").status_code in (200, 400)
    assert tiny_server.get("/search.json?q=%ed%a0%80a").status_code == 200


def test_browsers_learn_how_to_search(tiny_server: httpx.Client) -> None:
    answer = tiny_server.get("/opensearch.xml?lang=en")
    assert answer.headers["content-type"].startswith("application/opensearchdescription+xml")
    assert answer.headers["cache-control"] == "no-store"
    root = ElementTree.fromstring(answer.content)
    name = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert root.tag == f"{name}OpenSearchDescription"
    assert 0 < len(str(root.findtext(f"{name}ShortName"))) <= 16
    urls = {each.get("type"): str(each.get("template")) for each in root.iter(f"{name}Url")}
    for kind in ("text/html", "application/json"):
        address = urls[kind].replace("{searchTerms}", "helse").replace("{startPage?}", "1").replace("{count?}", "5")
        found = httpx.get(address, headers={"Accept": kind})
        assert found.status_code == 200
        assert found.headers["content-type"].startswith(kind)
    evil = tiny_server.get("/opensearch.xml", headers={"Host": 'x"><script>'})
    assert b"<script>" not in evil.content


def test_a_search_says_what_it_is_of(tiny_server: httpx.Client, tiny_release: Release) -> None:
    assert ask(tiny_server, "helse")["release"] == tiny_release.id
    json.dumps(ask(tiny_server, "🎉"))
