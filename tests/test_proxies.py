"""The examples for proxies in docs/proxies, each run as it stands before two replicas.

Only ports, folders and the certificate's place are replaced, since these are of the machine.
"""

from __future__ import annotations

import gzip
import os
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
import zstandard

from conftest import ROOT, free_port, serving
from delmaal.release import Shelf
from processes import WAIT, until
from proxies import Running, apache, find, needs, open_folder
from succession import CHANGED, Succession

EXAMPLES = ROOT / "docs" / "proxies"
HOST = "data.example.org"
FORGED = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "X-Forwarded-Port": "666",
          "X-Forwarded-Prefix": "/evil", "Forwarded": "for=6.6.6.6;host=evil.example", "X-Forwarded-For": "6.6.6.6",
          "X-Forwarded-Server": "evil.example"}
PAGE = f"/doc/{CHANGED.removeprefix('id/')}"
BROWSERS = ("nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en-US;q=0.6,en;q=0.5", "nb,no;q=0.8,en-US;q=0.5,en;q=0.3", "nb-NO",
            "nn-NO,nn;q=0.9")


class Site(NamedTuple):
    """Two replicas, and the proxies before them that are installed here."""

    replicas: tuple[serving, serving]
    clients: dict[str, httpx.Client]
    shelf: Shelf
    releases: Succession
    authority: Path


def adapted(name: str, folder: Path, values: dict[str, str]) -> Path:
    """An example with what is the machine's replaced; each has to stand there."""
    text = (EXAMPLES / name).read_text("utf-8")
    for old, new in values.items():
        assert old in text, f"{name} does not say {old}"
        text = text.replace(old, new)
    target = folder / name
    target.write_text(text, "utf-8")
    return target


def run_nginx(folder: Path, common: dict[str, str], port: int, plain: int) -> Running:
    """nginx, which may write in no folder of the system."""
    text = adapted("nginx.conf", folder, {
        **common, "/run/nginx.pid": f"{folder}/nginx.pid", "/var/log/nginx/error.log": f"{folder}/error.log",
        "/var/cache/delmaal": f"{folder}/cache", "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80": f"listen 127.0.0.1:{plain}"})
    return Running(["nginx", "-c", str(text), "-g", "daemon off; master_process off;"], folder, port)


def run_caddy(folder: Path, common: dict[str, str], port: int, plain: int) -> Running:
    """Caddy; its automatic redirects would want port 80."""
    text = adapted("Caddyfile", folder, {
        **common, "admin off": f"admin off\n\thttps_port {port}\n\thttp_port {plain}\n\tdefault_bind 127.0.0.1"})
    return Running(["caddy", "run", "--adapter", "caddyfile", "--config", str(text)], folder, port)


def run_apache(folder: Path, common: dict[str, str], port: int, plain: int) -> Running:
    """Apache with the modules that the example names."""
    said = (EXAMPLES / "apache.conf").read_text("utf-8")
    named = said.partition("a2enmod")[2].partition("ServerName")[0].replace("#", " ").split()
    (folder / "cache").mkdir()
    (folder / "cache").chmod(0o777)
    text = adapted("apache.conf", folder, {
        **common, "/var/cache/delmaal": f"{folder}/cache", "/tmp/delmaal-cache-lock": f"{folder}/lock",
        "*:443": f"127.0.0.1:{port}", "*:80": f"127.0.0.1:{plain}"})
    modules = ("mpm_event", "authz_core", "alias", "socache_shmcb", *named)
    return apache(folder, port, text.read_text("utf-8"), modules)


@contextmanager
def run_varnish(folder: Path, common: dict[str, str], port: int, plain: int) -> Iterator[None]:
    """Varnish behind hitch."""
    values = {old: new for old, new in common.items() if old.isdigit() and len(old) == 4}
    text = adapted("varnish.vcl", folder, {f'"{old}"': f'"{new}"' for old, new in values.items()})
    whole = folder / "whole.pem"
    parts = (Path(common[f"/etc/ssl/delmaal/{name}.pem"]).read_text("utf-8") for name in ("privkey", "fullchain"))
    whole.write_text("".join(parts), "utf-8")
    tls = adapted("hitch.conf", folder, {"[*]:443": f"[127.0.0.1]:{port}", "[127.0.0.1]:6086": f"[127.0.0.1]:{plain}",
                                         "/etc/ssl/delmaal/whole.pem": str(whole)})
    command = ["varnishd", "-F", "-n", str(folder / "work"), "-a", f"127.0.0.1:{plain},PROXY", "-f", str(text),
               "-s", "malloc,64m", "-p", "http_gzip_support=off"]
    user = "nobody" if os.geteuid() == 0 else ""  # it refuses to work as root
    with Running(command, folder, plain), Running(["hitch", f"--config={tls}", f"--user={user}"], folder, port):
        yield


Run = Callable[[Path, dict[str, str], int, int], AbstractContextManager[object]]
RUN: dict[str, Run] = {"nginx": run_nginx, "caddy": run_caddy, "apache": run_apache, "varnish": run_varnish}
PROGRAMS = {"nginx": ("nginx",), "caddy": ("caddy",), "apache": ("apache2",), "varnish": ("varnishd", "hitch")}
KEEPING = ("nginx", "apache", "varnish")
every_proxy = pytest.mark.parametrize("name", [pytest.param(name, marks=needs(*PROGRAMS[name])) for name in RUN])
every_cache = pytest.mark.parametrize("name", [pytest.param(name, marks=needs(*PROGRAMS[name])) for name in KEEPING])


@pytest.fixture(scope="module")
def site(releases: Succession) -> Iterator[Site]:
    """Two replicas of one shelf behind every proxy that is installed."""
    with open_folder() as folder:
        yield from behind_proxies(releases.copy(folder), folder)


def behind_proxies(copied: Succession, folder: Path) -> Iterator[Site]:
    """The same of a copy of the releases, in that folder."""
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}",
                    "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    settings = {"DELMAAL_PUBLIC_URL": f"https://{HOST}", "DELMAAL_TRUSTED_HOPS": "1", "DELMAAL_ACCESS_LOG": "1",
                "DELMAAL_WORKERS": "1"}
    with ExitStack() as stack:
        replicas = tuple(serving(copied.publication, copied.shelf.folder.parent, **settings) for _ in range(2))
        for replica in replicas:
            stack.enter_context(replica)
        clients = {}
        for name, run in RUN.items():
            if all(find(program) for program in PROGRAMS[name]):
                own = folder / name
                own.mkdir()
                port, plain = free_port(), free_port()
                common = {"/etc/ssl/delmaal/fullchain.pem": str(certificate), "/etc/ssl/delmaal/privkey.pem": str(key),
                          "8000": str(replicas[0].port), "8001": str(replicas[1].port)}
                stack.enter_context(run(own, common, port, plain))
                context = ssl.create_default_context(cafile=str(certificate))
                transport = httpx.HTTPTransport(verify=context)
                clients[name] = stack.enter_context(httpx.Client(
                    base_url=f"https://127.0.0.1:{port}", transport=transport, timeout=30))
        yield Site((replicas[0], replicas[1]), clients, copied.shelf, copied, certificate)


def ask(site: Site, name: str, path: str, **headers: str) -> httpx.Response:
    """An answer through a proxy, over TLS, with the name that the certificate is for."""
    given = {"Host": HOST, **{key.replace("_", "-"): value for key, value in headers.items()}}
    return site.clients[name].get(path, headers=given, extensions={"sni_hostname": HOST})


def raw(site: Site, name: str, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """An answer with its body as it was sent, before any decoding."""
    given = {"Host": HOST, **{key.replace("_", "-"): value for key, value in headers.items()}}
    request = site.clients[name].build_request("GET", path, headers=given, extensions={"sni_hostname": HOST})
    if "Accept_Encoding" not in headers:
        request.headers.pop("accept-encoding", None)
    answer = site.clients[name].send(request, stream=True)
    content = b"".join(answer.iter_raw())
    answer.close()
    return answer, content


@every_proxy
def test_forged_headers_reach_nobody(site: Site, name: str) -> None:
    """What a client writes about itself is in no answer, and the log names the client that the proxy saw."""
    for path in ("/robots.txt", "/sitemap.xml", "/reconcile/nb", "/opensearch.xml", "/"):
        forged = ask(site, name, path, **FORGED)
        plain = ask(site, name, path)
        assert forged.status_code == 200
        assert "evil" not in forged.text
        assert "6.6.6.6" not in forged.text
        assert forged.text == plain.text
        if path != "/":
            assert f"https://{HOST}/" in forged.text


@every_proxy
def test_each_coding_has_its_etag_and_its_304(site: Site, name: str) -> None:
    whole, plain = raw(site, name, PAGE, Accept="text/html", Accept_Language="nb")
    assert "content-encoding" not in whole.headers
    etags = {"": whole.headers["etag"]}
    for coding, unpack in (("gzip", gzip.decompress), ("zstd", lambda data: zstandard.ZstdDecompressor().decompressobj()
                                                       .decompress(data))):
        answer, content = raw(site, name, PAGE, Accept="text/html", Accept_Language="nb", Accept_Encoding=coding)
        assert answer.headers["content-encoding"] == coding
        assert unpack(content) == plain
        assert "accept-encoding" in answer.headers["vary"].lower()
        etags[coding] = answer.headers["etag"]
    assert len(set(etags.values())) == 3
    assert not any(etag.startswith("W/") for etag in etags.values())
    for coding in etags:
        for known, etag in etags.items():
            headers = {"Accept_Encoding": coding} if coding else {}
            answer, _ = raw(site, name, PAGE, Accept="text/html", Accept_Language="nb", If_None_Match=etag, **headers)
            assert answer.status_code == (304 if known == coding else 200), (coding, known)


@every_proxy
def test_dumps_are_had_in_parts(site: Site, name: str) -> None:
    whole, content = raw(site, name, "/data/all.nt.gz")
    assert whole.status_code == 200
    part, first = raw(site, name, "/data/all.nt.gz", Range="bytes=0-99", If_Range=whole.headers["etag"])
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 0-99/{len(content)}"
    rest, last = raw(site, name, "/data/all.nt.gz", Range="bytes=100-")
    assert rest.status_code == 206
    assert first + last == content


@every_proxy
def test_queries_and_failures_pass_unchanged(site: Site, name: str) -> None:
    accepting = {"Host": HOST, "Accept": "application/sparql-results+json"}
    answer = site.clients[name].post("/sparql", data={"query": "ASK { ?t a delmaal:Theme }"}, headers=accepting,
                                     extensions={"sni_hostname": HOST})
    assert answer.json()["boolean"] is True
    long = "ASK { VALUES ?x { " + " ".join(f'"{number:07}"' for number in range(900)) + " } }"
    assert ask(site, name, "/sparql", Accept="application/sparql-results+json").status_code in (200, 406)
    found = site.clients[name].get("/sparql", params={"query": long, "format": "json"}, headers={"Host": HOST},
                                   extensions={"sni_hostname": HOST})
    assert found.status_code == 200
    missing = ask(site, name, "/doc/theme/bl%C3%A5b%C3%A6r", Accept="application/json")
    assert missing.status_code == 404
    assert missing.headers["content-type"].startswith("application/problem+json")
    moved = ask(site, name, f"/{CHANGED}")
    assert moved.status_code == 303
    assert not moved.headers["location"].startswith("http")
    described = ask(site, name, "/doc?iri=http%3A%2F%2Fmetadata.un.org%2Fsdg%2F7.2", Accept="text/turtle")
    assert described.status_code == 200
    assert ask(site, name, "/ready").headers["cache-control"] == "no-store"


@every_proxy
def test_memento_links_name_the_public_address(site: Site, name: str) -> None:
    link = ask(site, name, PAGE, Accept="text/turtle").headers["link"]
    assert f"<https://{HOST}{PAGE}>; rel=\"original timegate\"" in link


@every_cache
def test_a_cache_keeps_one_page_for_all_who_read_a_language(site: Site, name: str) -> None:
    path = f"{PAGE}.html"
    texts = set()
    hits = 0
    for accept_language in BROWSERS * 2:
        answer = ask(site, name, path, Accept="text/html", Accept_Language=accept_language)
        hits += "HIT" in answer.headers.get("x-cache", "").upper()
        texts.add(answer.text)
    assert len(texts) == 1
    if name != "apache":  # which cannot shorten what a request says before its cache looks at it
        assert hits >= len(BROWSERS) * 2 - 2
    english = ask(site, name, path, Accept="text/html", Accept_Language="en-GB,en;q=0.9")
    assert english.text not in texts


@pytest.mark.long
def test_a_new_release_comes_through_every_cache(site: Site) -> None:
    """Kept for a minute, and then what is new: with the whole page where the ETag is the old one's."""
    def seen(name: str, **headers: str) -> httpx.Response:
        return ask(site, name, PAGE, Accept="text/turtle", **headers)

    before = {name: [seen(name), seen(name)][1] for name in site.clients}
    other = site.releases.first
    assert site.shelf.switch(other)
    try:
        for name, answer in before.items():
            now = seen(name)
            assert now.status_code == 200
            if name in KEEPING:
                assert now.text in (answer.text, seen(name).text)
        time.sleep(62)
        for name, answer in before.items():
            until(lambda name=name, old=answer.text: seen(name).text != old, WAIT)  # type: ignore[misc]  # it may ask
            again = seen(name, If_None_Match=answer.headers["etag"])
            assert again.status_code == 200, name
            assert again.text != answer.text
            assert again.headers["etag"] != answer.headers["etag"]
    finally:
        site.shelf.switch(site.releases.last)


def test_answers_vary_by_what_the_examples_know(site: Site) -> None:
    """nginx's key names these four; another would have to stand there too."""
    known = {"accept", "accept-language", "accept-encoding", "accept-datetime"}
    client = httpx.Client(base_url=site.replicas[0].address)
    for path in ("/", PAGE, f"/{CHANGED}", "/sparql?query=ASK%7B%7D", "/search?q=a", "/feed", "/release",
                 "/data/all.nt.gz", "/catalog", "/reconcile/nb", "/ns", "/robots.txt", "/static/site.css", "/nowhere",
                 "/timemap/link/"):
        vary = client.get(path, headers={"Origin": "https://example.org"}).headers.get("vary", "")
        assert {each.strip().lower() for each in vary.split(",") if each.strip()} <= known, path
    client.close()


def test_one_replica_is_enough(site: Site) -> None:
    """The last test of this module: one of the two replicas ends, and no reader notices."""
    site.replicas[0].__exit__()
    assert '"client": "127.0.0.1"' in site.replicas[0].printed
    assert "6.6.6.6" not in site.replicas[0].printed, "the client that the proxy saw, and not what it said of itself"
    time.sleep(1)
    for name in site.clients:
        for number in range(6):
            answer = ask(site, name, f"{PAGE}?page=1&lang=en" if number % 2 else f"{PAGE}.nt")
            assert answer.status_code == 200, (name, number)
            query = ask(site, name, f"/sparql?query=ASK%7B%7D%23{number}&format=json")
            assert query.status_code == 200, (name, number)
