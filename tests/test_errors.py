"""What is promised of errors: every code is in the docs, every failure of a query has its status."""

from __future__ import annotations

import re

import pytest

from conftest import ROOT
from delmaal import errors
from delmaal.errors import KEPT, DelmaalError
from delmaal.web.failures import STATUS, TITLES

DOCS = (ROOT / "docs" / "errors.md").read_text("utf-8")
CALL = re.compile(r'(?:refuse|_refuse|Error|problem)\(\s*(?:proto, )?(?:\d+, )?"([a-z0-9]+(?:-[a-z0-9]+)+)"')


def codes() -> set[str]:
    """Every code that stands in the software."""
    found: set[str] = set()
    for path in (ROOT / "server" / "delmaal").rglob("*.py"):
        found |= set(CALL.findall(path.read_text("utf-8")))
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DelmaalError)]
    return found | set(KEPT) | {str(vars(kind)["name"]) for kind in kinds if "name" in vars(kind)}


def test_codes_are_found() -> None:
    assert {"key-unknown", "release-missing", "query-too-slow", "resource-unknown", "body-too-long"} <= codes()


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_code_is_documented(code: str) -> None:
    assert f"`{code}`" in DOCS


def test_every_failure_of_a_query_has_a_status_with_titles() -> None:
    assert set(KEPT) <= set(STATUS)
    assert set(STATUS.values()) <= set(TITLES)
