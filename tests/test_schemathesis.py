"""Schemathesis asks what `/openapi.json` allows, and what it does not: no server error, and nothing undescribed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import httpx
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from leaks import LEAKS

if TYPE_CHECKING:
    from schemathesis import Case, GenerationMode

EXAMPLES = 10


def can_be_wrong(operation: dict[str, Any]) -> bool:
    """Whether there is anything that the description of an operation does not allow."""
    schemas = [found["schema"] for found in operation["parameters"] if found["in"] == "query"]
    return "requestBody" in operation or any("enum" in schema or schema.get("type") == "integer" for schema in schemas)


def test_every_operation_holds(tiny_server: httpx.Client) -> None:
    import schemathesis  # takes seconds, which no other process of the run has to spend
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

    schema = schemathesis.openapi.from_dict(tiny_server.get("/openapi.json").json())
    session = requests.Session()
    sent = 0

    def ask(case: Case[Any], mode: GenerationMode) -> None:
        nonlocal sent
        answer = case.call(base_url=str(tiny_server.base_url), session=session, timeout=60, allow_redirects=False)
        sent += 1
        checks: list[Any] = [not_a_server_error]
        if mode == GenerationMode.POSITIVE:
            checks += [status_code_conformance, content_type_conformance]
        case.validate_response(answer, checks=checks)
        assert not LEAKS.search(answer.content), answer.content[:300]

    def fuzz(operation: Any, mode: GenerationMode) -> None:
        @settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def some(case: Case[Any]) -> None:
            ask(case, mode)

        with contextlib.suppress(Unsatisfiable):  # what is made of a wrong value may be allowed after all
            some()

    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]  # the error has it too, and raises
        fuzz(operation, GenerationMode.POSITIVE)
        if can_be_wrong(operation.definition.raw):
            fuzz(operation, GenerationMode.NEGATIVE)
    assert sent > 20 * EXAMPLES
