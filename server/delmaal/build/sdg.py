"""The UN's goals and targets under the UN's own IRIs, with our short labels."""

from __future__ import annotations

from pyoxigraph import NamedNode

from delmaal.records import Coded
from delmaal.statements import Statements
from delmaal.terms import SDG_SCHEME, sdg, text, typed


def add_sdg(out: Statements) -> None:
    """Restates what queries and shapes need of the UN's vocabulary; the UN's own texts stay with the UN.

    Our label is the nb prefLabel too; a second en prefLabel beside the UN's would break SKOS (S14).
    """
    for goal in out.publication.goals:
        _coded(out, goal, sdg(goal.code), "sdgo:Goal")
        out.add("sdg", sdg(goal.code), "skos:topConceptOf", SDG_SCHEME, goal.marks.record)
    for target in out.publication.targets:
        node, goal_node, mark = sdg(target.code), sdg(target.code.partition(".")[0]), target.marks.at("code")
        _coded(out, target, node, "sdgo:Target")
        out.add("sdg", node, "sdgo:isTargetOf", goal_node, mark)
        out.add("sdg", goal_node, "sdgo:hasTarget", node, mark)


def _coded(out: Statements, item: Coded, node: NamedNode, kind: str) -> None:
    marks = item.marks
    out.types("sdg", node, marks.record, kind, "skos:Concept")
    out.add("sdg", node, "skos:notation", typed(item.code, "sdgo:SDGCodeCompact"), marks.at("code"))
    out.add("sdg", node, "dct:identifier", text(item.code), marks.at("code"))
    out.add("sdg", node, "skos:inScheme", SDG_SCHEME, marks.record)
    out.text("sdg", node, "delmaal:shortLabel", item.label, marks.texts("label"))
    if item.label.nb:
        out.add("sdg", node, "skos:prefLabel", text(item.label.nb, "nb"), marks.at("label.nb"))
