"""A publication's look and texts: publishers share one origin, so that nothing of theirs may run or load anything."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conftest import CITED
from delmaal.errors import SourceError
from delmaal.markdown import faults, is_link, rendered
from delmaal.release import Release
from delmaal.sources import read
from delmaal.sources.branding import PAPERS, READABLE, contrast
from delmaal.sources.logos import check_svg
from plain_wsgi import PlainWsgi
from spoiling import plant

LOGO = CITED / "branding" / "logo.svg"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(cited_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the whole application over the publication with a look of its own."""
    with PlainWsgi(cited_release.folder.parent.parent, tmp_path_factory.mktemp("run")) as found:
        yield found


@pytest.fixture
def cited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the publication as the working directory, to be spoilt."""
    folder = Path(shutil.copytree(CITED, tmp_path / "cited"))
    monkeypatch.chdir(folder)
    return folder


def found(folder: Path) -> list[str]:
    return [f"{error.mark} {error.code}" for error in read(folder).errors]


# Markdown


@pytest.mark.parametrize("address", [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "\x01javascript:x",
    "data:text/html,x", "data:image/svg+xml;base64,x", "vbscript:x", "file:///etc/passwd", "blob:x", "ftp://a.org/",
    "//evil.org/x", "/\\evil.org", "\\\\evil.org", "https:evil", "https://", "https:///x", "https://user@evil.org/", "",
    "tel:1", "x:y",
])
def test_what_is_no_link(address: str) -> None:
    assert not is_link(address)
    shown = re.findall('href="([^"]*)"', rendered(f"[x](<{address}>)"))
    assert all(href == "" or (href.startswith(("/%5C", "%5C")) and is_link(href)) for href in shown)  # a path


@pytest.mark.parametrize("address", [
    "https://example.org/a?b=c#d", "HTTP://example.org:8080/", "mailto:post@example.org", "doc/theme/x", "./",
    "../x.html", "/doc/theme/x?lang=nn", "#part", "?page=2",
])
def test_what_is_a_link(address: str) -> None:
    assert is_link(address)
    assert f'href="{address}"' in rendered(f"[x]({address})")


ATTACKS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a <b onclick=x>b</b>",
    "<iframe src=//a.org></iframe>", "[x](javascript:alert(1))", "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))", "<javascript:alert(1)>", "[x][y]\n\n[y]: javascript:alert(1)",
    "![x](data:image/svg+xml,x)", "![x](https://a.org/x.png)", "<!-- x -->", "<svg><foreignObject/></svg>",
    "[x](//a.org)", "<style>@import 'x'</style>", "<a href='https://a.org'>x</a>",
    '[x](https://a.org "a\\" onmouseover=x")', '<https://a.org/"onmouseover=x>', "&lt;script&gt;", "`<script>`",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_rendered_as_text(attack: str) -> None:
    html = rendered(attack)
    tags = re.findall(r"<\s*/?\s*([a-zA-Z]+)([^>]*)>", html)
    assert {name for name, _ in tags} <= {"p", "a", "code"}
    for name, attributes in tags:
        keys = re.findall(r'([\w-]+)="', attributes)
        assert set(keys) <= ({"href", "title"} if name == "a" else set()), html
        assert not re.search(r'href="(?!https://a\.org)', attributes)


@pytest.mark.parametrize("attack", [each for each in ATTACKS if each[0] not in "&`" and "onmouseover" not in each])
def test_an_attack_is_a_mistake_at_its_line(attack: str, cited: Path) -> None:
    (cited / "pages" / "about.nb.md").write_text(f"Først dette.\n\n{attack}\n", "utf-8")
    assert "pages/about.nb.md:3:1 markdown-refused" in found(cited)


def test_plain_markdown_is_taken() -> None:
    text = (CITED / "pages" / "about.nb.md").read_text("utf-8")
    assert list(faults(text)) == []
    html = rendered(text)
    assert "<h2>Om Fjordvik</h2>" in html
    assert "<table>" in html


# Logos


def svg(inner: str = "", attributes: str = "", before: str = "") -> bytes:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{before}<svg {names} viewBox='0 0 9 9'{attributes}>\n{inner}</svg>".encode()


def refused(data: bytes) -> list[SourceError]:
    return check_svg(data, "logo.svg")


@pytest.mark.parametrize("data", [
    svg("<script>alert(1)</script>"), svg("<foreignObject/>"), svg("<style>@import 'x'</style>"),
    svg(attributes=' onload="alert(1)"'), svg('<g onclick="x"/>'), svg('<a href="https://a.org"><path d="M0 0"/></a>'),
    svg('<use xlink:href="https://a.org/x.svg#y"/>'), svg('<use href="data:image/svg+xml,x"/>'),
    svg('<image href="https://a.org/x.png"/>'), svg('<path style="fill:url(https://a.org/x)"/>'),
    svg('<path fill="url(https://a.org/x#y)"/>'), svg('<path fill="url( https://a.org )"/>'),
    svg('<path fill="u\\72l(https://a.org)"/>'), svg('<set attributeName="href" to="javascript:x"/>'),
    svg('<animate attributeName="d"/>'), svg('<path filter="url(#x)"/>'), svg('<feImage href="https://a.org"/>'),
    svg('<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>'), svg('<g xml:base="https://a.org/"/>'),
    svg('<x:g xmlns:x="urn:x"/>'), svg('<linearGradient xlink:href="javascript:alert(1)"/>'),
    svg(before='<!DOCTYPE svg [<!ENTITY x "y">]>'), svg("&x;", before='<!DOCTYPE svg SYSTEM "file:///etc/passwd">'),
    svg(before='<?xml-stylesheet href="https://a.org/x.css"?>'), svg("<svg/>"), b"<html/>", b"GIF89a", b"", b"<svg>",
    svg("<g>" * 3000 + "</g>" * 3000),
])
def test_a_logo_that_runs_or_loads_is_refused_at_its_place(data: bytes) -> None:
    errors = refused(data)
    assert errors
    assert {error.code for error in errors} == {"logo-refused"}
    assert all(error.mark.line >= 1 and error.mark.column >= 1 for error in errors)
    assert all("export the logo as plain SVG" in error.sentence for error in errors)


def test_entities_are_never_expanded() -> None:
    """A billion laughs: the document type is refused before any entity is read."""
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    errors = refused(svg("<title>&a9;</title>", before=f'<!DOCTYPE svg [<!ENTITY a0 "ha">{entities}]>'))
    assert len(errors) == 1
    assert "document type" in errors[0].sentence


def test_a_mistake_of_a_logo_stands_at_its_line_and_column(cited: Path) -> None:
    logo = cited / "branding" / "logo.svg"
    logo.write_text(logo.read_text("utf-8").replace("  <circle", '  <circle onclick="x"'), "utf-8")
    assert "branding/logo.svg:4:3 logo-refused" in found(cited)


def test_a_plain_logo_is_taken() -> None:
    assert refused(LOGO.read_bytes()) == []


def test_a_picture_that_is_no_png_is_refused(cited: Path) -> None:
    (cited / "branding" / "logo.png").write_bytes(b"<svg onload='x'/>")
    plant(cited, "publication.yaml", "logo: logo.svg", "logo: §logo.png")
    assert "branding/logo.png:1:1 logo-refused" in found(cited)


def test_a_logo_outside_the_folder_is_not_read(cited: Path) -> None:
    logo = cited / "branding" / "logo.svg"
    logo.rename(cited.parent / "logo.svg")
    logo.symlink_to(cited.parent / "logo.svg")
    assert "branding/logo.svg:1:1 link-outside" in found(cited)


# Colours and keys


def test_a_colour_that_cannot_be_read_is_told_the_contrast_and_one_that_would_do(cited: Path) -> None:
    at = plant(cited, "publication.yaml", 'light: "#0b5560"', 'light: §"#86d3da"')
    errors = read(cited).errors
    assert [f"{error.mark} {error.code}" for error in errors] == [f"{at} contrast-low"]
    assert re.search(r"1\.\d:1", errors[0].sentence)
    right = re.search("(#[0-9a-f]{6}) would do", errors[0].sentence)
    assert right
    assert contrast(right[1], PAPERS["light"]) >= READABLE


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("file", "old", "new", "code"), [
    ("publication.yaml", 'dark: "#86d3da"', 'dark: §"#0b5560"', "contrast-low"),
    ("publication.yaml", 'dark: "#86d3da"', "dark: §teal", "dark-malformed"),
    ("publication.yaml", "logo: logo.svg", "logo: §../logo.svg", "logo-malformed"),
    ("publication.yaml", "logo: logo.svg", "logo: §merke.svg", "file-unreadable"),
    ("publication.yaml", "reports: feil@example.org", "reports: §javascript:x", "address-malformed"),
    ("publication.yaml", "headline: [utslippskutt-2030,", "headline: [§utslippskut-2030,", "statistic-unknown"),
    ("themes/klima.yaml", "headline: [utslipp-2023]", "headline: [§utslepp-2023]", "statistic-unknown"),
])
def test_a_mistake_is_found_where_it_stands(file: str, old: str, new: str, code: str, cited: Path) -> None:
    at = plant(cited, file, old, new)
    assert f"{at} {code}" in found(cited)


def test_a_page_that_is_not_known_is_refused(cited: Path) -> None:
    (cited / "pages" / "kontakt.nb.md").write_text("x", "utf-8")
    assert "pages/kontakt.nb.md:1:1 file-unknown" in found(cited)


# What is served


def test_the_logo_is_served_with_its_type_and_runs_nothing(client: httpx.Client) -> None:
    logo = client.get("/brand/logo.svg")
    assert logo.status_code == 200
    assert logo.content == LOGO.read_bytes()
    assert logo.headers["content-type"] == "image/svg+xml"
    assert logo.headers["x-content-type-options"] == "nosniff"
    assert logo.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert client.get("/brand/site.json").status_code == 404
    assert client.get("/brand/about.nb.md").status_code == 404


def test_the_colours_are_a_style_sheet(client: httpx.Client) -> None:
    sheet = client.get("/brand/colours.css")
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert "--link: #0b5560" in sheet.text
    assert "--link: #86d3da" in sheet.text


def test_every_page_has_the_look(client: httpx.Client) -> None:
    for path in ("/", "/doc/theme/klima", "/matrix", "/about"):
        page = client.get(path, headers=HTML)
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        for part in ("/brand/colours.css", "/brand/logo.svg", "mailto:feil@example.org", "/about", "/privacy"):
            assert part in page.text, (path, part)


def test_the_texts_are_shown_in_the_readers_language_or_said_to_be_in_another(client: httpx.Client) -> None:
    about = client.get("/about?lang=nb", headers=HTML).text
    assert "<h1>Om</h1>" in about
    assert "<h2>Om Fjordvik</h2>" in about
    assert "<table>" in about
    assert '<div lang="nb"' in client.get("/about?lang=en", headers=HTML).text
    assert "These pages meet WCAG" in client.get("/accessibility?lang=nb", headers=HTML).text
    assert "informasjonskapsler" in client.get("/privacy?lang=nb", headers=HTML).text


def test_a_publication_that_wrote_nothing_has_what_can_be_said_honestly(tiny_server: httpx.Client) -> None:
    about = tiny_server.get("/about?lang=en", headers=HTML).text
    assert "Published by" in about
    assert "Lillevik municipality" in about
    assert 'href="mailto:post@example.org"' in about
    assert tiny_server.get("/accessibility", headers=HTML).status_code == 404
    assert "/accessibility" not in about
    assert "/brand/" not in about


def test_the_home_page_shows_the_figures_that_were_chosen_in_their_order(client: httpx.Client) -> None:
    home = client.get("/?lang=nb", headers=HTML).text
    picked = home[home.index('id="picked"') : home.index('id="goals"')]
    assert re.findall("/doc/statistic/([a-z0-9-]+)", picked) == ["utslippskutt-2030", "folketall-2023"]
    theme = client.get("/doc/theme/klima?lang=nb", headers=HTML).text
    headline = theme[theme.index('id="headline"') : theme.index('id="figures"')]
    assert set(re.findall("/doc/statistic/([a-z0-9-]+)", headline)) == {"utslipp-2023"}


def test_another_text_is_another_release(cited: Path, cited_release: Release, tmp_path: Path) -> None:
    from delmaal.publish import publish

    assert publish(cited, tmp_path / "out").release.id == cited_release.id
    (cited / "pages" / "about.nb.md").write_text("Noe annet.\n", "utf-8")
    assert publish(cited, tmp_path / "out").release.id != cited_release.id
