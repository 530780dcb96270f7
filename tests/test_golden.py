"""The data of the tiny publication, statement by statement.

`golden/tiny.nq` holds the parts that are the publication's own, as sorted N-Quads: those that are named graphs with
their graph, the cube without one. The ontology, the shapes and the SDG codes are left out, since they are the same for
every publication. After a change that is meant, refresh the golden and read the difference:

    DELMAAL_REFRESH_GOLDEN=1 .venv/bin/python -m pytest tests/test_golden.py; git diff tests/golden
"""

from __future__ import annotations

import os
import re

import pytest

from conftest import ROOT
from delmaal.release import Release

GOLDEN = ROOT / "tests" / "golden" / "tiny.nq"
SAME_EVERYWHERE = ("ontology", "shapes", "sdg")


def own_statements(release: Release) -> list[str]:
    """The statements of a release's own data parts, in the order of their bytes."""
    quads = (release.folder / "data" / "graphs.nq").read_text("utf-8").splitlines()
    in_graphs = {re.sub(r" <[^<>]*> \.\Z", " .", quad) for quad in quads}
    cube = [line for line in (release.folder / "data" / "all.nt").read_text("utf-8").splitlines()
            if line not in in_graphs]
    others = tuple(f"<{release.base}graph/{part}> ." for part in SAME_EVERYWHERE)
    return sorted([*cube, *(quad for quad in quads if not quad.endswith(others))])


def test_data_are_the_golden_ones(tiny_release: Release) -> None:
    found = own_statements(tiny_release)
    if os.environ.get("DELMAAL_REFRESH_GOLDEN") == "1":
        GOLDEN.write_text("".join(f"{line}\n" for line in found), "utf-8")
        pytest.skip(f"{GOLDEN.name} was written anew: {len(found)} statements; read git diff tests/golden")
    golden = GOLDEN.read_text("utf-8").splitlines()
    lost, new = sorted(set(golden) - set(found)), sorted(set(found) - set(golden))
    if lost or new:
        shown = [*(f"- {line}" for line in lost[:20]), *(f"+ {line}" for line in new[:20])]
        head = f"{len(lost)} statements are lost and {len(new)} are new; if this is meant:"
        how = "DELMAAL_REFRESH_GOLDEN=1 python -m pytest tests/test_golden.py"
        pytest.fail("\n".join([f"{head} {how}", *shown]), pytrace=False)
    assert golden == found, "the golden is out of order"


def test_golden_shows_what_the_model_promises() -> None:
    """The cases that the model was tried out on, so that a refresh cannot lose one unseen."""
    golden = GOLDEN.read_text("utf-8")
    assert "_:" not in golden
    base, ns, sdg = "https://example.org/lillevik/id/", "https://w3id.org/delmaal/ns#", "http://metadata.un.org/sdg/"
    promised = (
        # print and text disagree, and both are kept
        f"<{base}target-link/god-helse-3.5> <{ns}basis> <{ns}basis-text-only>",
        f'<{base}target-link/god-helse-3.5> <{ns}conflict> "true"',
        f'<{base}printed-code/god-helse-15-3.6> <{ns}readAs> "3.6"',
        f"<{base}printed-code/god-helse-15-3.6> <{ns}supports> <{base}target-link/god-helse-3.5>",
        # printed twice
        f"<{base}printed-code/ren-energi-40-7.2> <{ns}supports> <{base}target-link/ren-energi-7.2>",
        f"<{base}printed-code/ren-energi-41-7.2> <{ns}supports> <{base}target-link/ren-energi-7.2>",
        # positions between lines, as RFC 5147 counts them: lines 13 to 14, and line 18
        f"<{base}target-link/god-helse-3.5> <http://www.w3.org/ns/prov#wasDerivedFrom> <{base}source/plan#line=12,14>",
        f"<{base}target-link/god-helse-3.5> <http://www.w3.org/ns/prov#wasDerivedFrom> <{base}source/plan#line=17,18>",
        # a range keeps both ends and gets no midpoint; a value without a label is published and says so
        f"<{base}statistic/over-80-i-2030> <{ns}notObserved> <{ns}not-observed-range>",
        f"<{base}statistic/verdi-uten-etikett> <{ns}notObserved> <{ns}not-observed-unassigned>",
        # the printed number is kept beside its power of ten
        f'<{base}statistic/budsjett-2024> <http://purl.org/linked-data/sdmx/2009/measure#obsValue> "1.5"^^',
        f'<{base}statistic/budsjett-2024> <http://purl.org/linked-data/sdmx/2009/attribute#unitMult> "6"^^',
        # and beside it the amount in the unit; a range has two, and what is no observation has its own as well
        f'<{base}statistic/budsjett-2024> <{ns}amount> "1500000"^^',
        f'<{base}statistic/over-80-i-2030> <{ns}lowerAmount> "40"^^',
        f'<{base}statistic/over-80-i-2030> <{ns}upperAmount> "50"^^',
        f'<{base}statistic/verdi-uten-etikett> <{ns}amount> "12"^^',
        f"<{base}theme/god-helse> <{ns}addresses> <{sdg}3.5>",
    )
    assert [statement for statement in promised if statement not in golden] == []
    never = (
        f"<{base}theme/god-helse> <{ns}addresses> <{sdg}3.d>",  # printed, but no text is about it
        f"<{base}theme/god-helse> <http://purl.org/dc/terms/subject> <{sdg}3.d>",
        f"<{base}statistic/over-80-i-2030> <http://purl.org/linked-data/cube#dataSet>",
        f"<{base}statistic/over-80-i-2030> <http://purl.org/linked-data/sdmx/2009/measure#obsValue>",
        f"<{base}statistic/verdi-uten-etikett> <http://purl.org/linked-data/cube#dataSet>",
        f"<{base}statistic/verdi-uten-etikett> <http://purl.org/linked-data/sdmx/2009/measure#obsValue>",
        f"<{base}statistic/verdi-uten-etikett> <{ns}indicator>",
        "XMLSchema#gYear>", "XMLSchema#double>", "@NB ", "@EN ",
    )
    assert [statement for statement in never if statement in golden] == []
