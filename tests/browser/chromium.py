"""A browser for the tests: contexts that are opened once, and pages that remember what went wrong on them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "server/frontend/node_modules/axe-core/axe.min.js"
MANIFEST = ROOT / "server/delmaal/site/static/dist/manifest.json"
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")

_WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(
  `${event.violatedDirective} refuses ${event.blockedURI} ${event.sample}`));
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
window.painted = new Promise((resolve) => new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (entry.name === "first-contentful-paint") resolve(entry.startTime);
}).observe({ type: "paint", buffered: true }));
"""

_OVERFLOW = """
() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const right = (one) => Math.round(one.getBoundingClientRect().right);
  const wide = [...document.body.querySelectorAll("*")].filter((one) => right(one) > clientWidth);
  return wide.slice(-6).map((one) => `${right(one)}: ${one.outerHTML.slice(0, 120)}`);
}
"""

_AUDIT = """
(tags) => axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload: false })
  .then((found) => found.violations.map(({ id, nodes }) => {
    const [check] = nodes[0].any.concat(nodes[0].all, nodes[0].none);
    const where = nodes.slice(0, 4).map((node) => node.html.slice(0, 160)).join(" | ");
    return `${id}: ${where} (${nodes.length} in all) ${check?.message ?? ""}`;
  }))
"""


def missing() -> str:
    """What a machine lacks for these tests; nothing where it has all."""
    if find_browser() is None:
        return "no Chromium here (Debian: apt-get install chromium)"
    if not AXE.is_file() or not MANIFEST.is_file():
        return "the front end is not bundled here (python hatch_build.py)"
    return ""


def find_browser() -> str | None:
    """The browser of the machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Look(NamedTuple):
    """How a page is looked at. `scripts` are on, off, or empty: run by a browser that has them on but got none."""

    lang: str = "nb"
    width: int = 1280
    scripts: str = "on"
    scheme: str = "light"


class Visit:
    """A page, and what was said in its console, refused by its policy, failed or fetched from elsewhere."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.said: list[str] = []
        self.scripts: dict[str, int] = {}
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.said.append(f"uncaught: {error}"))
        page.on("request", lambda request: self._check(request.url))
        page.on("requestfinished", self._weigh)

    def open(self, path: str) -> int:
        """Go there; the status of the answer."""
        self.said.clear()
        self.scripts.clear()
        answer = self.page.goto(self.base + path, wait_until="load")
        assert answer is not None
        return answer.status

    def refused(self) -> list[str]:
        """What the Content-Security-Policy refused."""
        found: list[str] = self.page.evaluate("window.refused ?? []")
        return found

    def violations(self) -> list[str]:
        """What axe-core finds on the page as it is; it comes by the devtools, which no policy binds."""
        self.page.evaluate(_source())
        found: list[str] = self.page.evaluate(_AUDIT, list(RULES))
        return found

    def overflow(self) -> list[str]:
        """What makes the page wider than its window, innermost last."""
        found: list[str] = self.page.evaluate(_OVERFLOW)
        return found

    def shift(self) -> float:
        """How far the layout has shifted (the sum of the entries of the Layout Instability API)."""
        self.page.wait_for_timeout(150)
        found: float = self.page.evaluate("window.shifted")
        return found

    def painted(self) -> float:
        """When the first text or picture was painted, in milliseconds from the start of the navigation."""
        found: float = self.page.evaluate("window.painted")
        return found

    def links(self) -> set[str]:
        """The addresses on this server that the page links to, without fragments."""
        found: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('a[href], link[href]')].map("  # in a drawing, link.href is no text
            "(link) => new URL(link.getAttribute('href'), document.baseURI).href.split('#')[0])")
        return {link.removeprefix(self.base) for link in found if link.startswith(f"{self.base}/")}

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error":
            self.said.append(text)

    def _check(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:")):
            self.said.append(f"fetched from elsewhere: {url}")

    def _weigh(self, request: Any) -> None:
        if request.resource_type == "script":
            self.scripts[request.url] = request.sizes()["responseBodySize"]


class Chromium:
    """One browser, with a context for each look that was asked for."""

    def __init__(self, playwright: Playwright, base: str) -> None:
        self.base = base
        self._browser: Browser = playwright.chromium.launch(executable_path=find_browser(), args=list(OPTIONS))
        self._visits: dict[Look, Visit] = {}

    def visit(self, look: Look) -> Visit:
        """The page of a look; the same one each time, for it costs less than another."""
        if look not in self._visits:
            self._visits[look] = Visit(self._context(look).new_page(), self.base)
        return self._visits[look]

    @contextmanager
    def fresh(self, look: Look) -> Iterator[Visit]:
        """A page whose browser has fetched nothing yet."""
        context = self._context(look)
        try:
            yield Visit(context.new_page(), self.base)
        finally:
            context.close()

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()

    def _context(self, look: Look) -> BrowserContext:
        context = self._browser.new_context(
            locale="nb-NO" if look.lang == "nb" else "en-GB", viewport={"width": look.width, "height": 900},
            java_script_enabled=look.scripts != "off", color_scheme="dark" if look.scheme == "dark" else "light",
            accept_downloads=True)
        context.set_default_timeout(15_000)
        context.add_init_script(_WATCH)
        if look.scripts == "empty":
            context.route("**/*.js", _empty)
        return context


def _empty(route: Route) -> None:
    route.fulfill(status=200, content_type="text/javascript", body="")


def _source() -> str:
    return AXE.read_text(encoding="utf-8")


def throttle(page: Page) -> None:
    """A slow connection, as Lighthouse's mobile preset has it: 1.6 Mbit/s, 150 ms there and back, and no cache."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": 150, "downloadThroughput": 200_000,
                                                      "uploadThroughput": 93_750})
