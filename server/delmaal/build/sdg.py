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


    _add_indicators(out)


def _add_indicators(out: Statements) -> None:
    """The UN's indicators that the publication's are matched with: the UN's number, and our label if any."""
    known = {item.code: item for item in out.publication.un_indicators}
    for indicator in out.publication.indicators:
        for code in (*indicator.close_match, *indicator.related_match):
            node, number, mark = sdg(code), number_of(code), indicator.marks.record
            out.types("sdg", node, mark, "sdgo:Indicator")
            out.add("sdg", node, "dct:identifier", text(number), mark)
            if number in known:
                out.text("sdg", node, "delmaal:shortLabel", known[number].label, known[number].marks.texts("label"))
                out.add("sdg", node, "skos:prefLabel", text(known[number].label.nb, "nb"), mark)


def number_of(code: str) -> str:
    """The number of a UN indicator by its code: 1.2.1 of C010201, 3.b.2 of C030b02 (UN Statistics Division)."""
    goal, target, place = code[1:3], code[3:5], code[5:7]
    return f"{int(goal)}.{target.lstrip('0').lower()}.{int(place)}"


def _coded(out: Statements, item: Coded, node: NamedNode, kind: str) -> None:
    marks = item.marks
    out.types("sdg", node, marks.record, kind, "skos:Concept")
    out.add("sdg", node, "skos:notation", typed(item.code, "sdgo:SDGCodeCompact"), marks.at("code"))
    out.add("sdg", node, "dct:identifier", text(item.code), marks.at("code"))
    out.add("sdg", node, "skos:inScheme", SDG_SCHEME, marks.record)
    out.text("sdg", node, "delmaal:shortLabel", item.label, marks.texts("label"))
    if item.label.nb:
        out.add("sdg", node, "skos:prefLabel", text(item.label.nb, "nb"), marks.at("label.nb"))
