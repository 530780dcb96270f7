"""The programs that the query page offers, as a reader would run them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import httpx

JSON = "application/sparql-results+json"


def asked(client: httpx.Client, query: str) -> httpx.Response:
    """The answer to a query, in JSON, or in N-Triples where it is a graph."""
    return client.post("/sparql", data={"query": query}, headers={"Accept": f"{JSON}, application/n-triples;q=0.9"})


def command_of(title: str, text: str, folder: Path) -> list[str] | None:
    """What runs a program here; None where its interpreter is not."""
    if title == "curl":
        return ["bash", "-c", text] if shutil.which("curl") else None
    if title == "R":
        return ["Rscript", "-e", text] if shutil.which("Rscript") else None
    if "pandas" in title and not _has("pandas"):
        return None
    file = folder / "program.py"
    file.write_text(text, encoding="utf-8")
    return [sys.executable, str(file)]


def _has(module: str) -> bool:
    return subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0
