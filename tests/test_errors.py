"""What is promised of errors: every code is in the docs, every failure of a query has its status."""

from __future__ import annotations

import ast
import re

import pytest

from conftest import ROOT
from delmaal import errors
from delmaal.errors import KEPT, DelmaalError
from delmaal.http.failures import STATUS, TITLES

DOCS = (ROOT / "docs" / "errors.md").read_text("utf-8")
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
SAYING = re.compile(r"(?:_?refuse|_?problem|Fault|Refusal|\w*Error)")
"""Functions and classes that are given a code."""


def given(call: ast.Call) -> set[str]:
    """The codes that a call is given, at whatever place (the name of a key may follow), both of a choice."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if not SAYING.fullmatch(name):
        return set()
    places = []
    for argument in (*call.args, *(word.value for word in call.keywords if word.arg == "code")):
        chosen = (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,)
        places.append({each.value for each in chosen if isinstance(each, ast.Constant) and isinstance(each.value, str)
                       and CODE.fullmatch(each.value)})
    return next((found for found in places if found), set())


def codes() -> set[str]:
    """Every code that stands in the software."""
    found: set[str] = set()
    for path in (ROOT / "server" / "delmaal").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                found |= given(node)
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DelmaalError)]
    return found | set(KEPT) | {str(vars(kind)["name"]) for kind in kinds if "name" in vars(kind)}


def test_codes_are_found() -> None:
    assert {"key-unknown", "release-missing", "query-too-slow", "resource-unknown", "body-too-long",
            "query-count"} <= codes()


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_code_is_documented(code: str) -> None:
    assert f"`{code}`" in DOCS


def test_every_failure_of_a_query_has_a_status_with_titles() -> None:
    assert set(KEPT) <= set(STATUS)
    assert set(STATUS.values()) <= set(map(int, TITLES))
