"""Reads statistics, and what they refer to: indicators, areas, breakdowns, agents, units."""

from __future__ import annotations

from delmaal import amounts, codes
from delmaal.errors import Mark, SourceError
from delmaal.marks import Node
from delmaal.records import Area, Indicator, Named, Statistic, StatisticMention, Unit
from delmaal.sources.addresses import web_address
from delmaal.sources.evidence import check_evidence, read_citation, read_themes
from delmaal.sources.fields import Fields
from delmaal.sources.themes import CERTAINTIES

FREQUENCIES = ("ANNUAL", "BIENNIAL", "QUARTERLY", "MONTHLY", "IRREG", "UNKNOWN", "NEVER")
KINDS = ("observation", "projection", "target", "threshold", "ranking")
QUALIFIERS = ("about", "over", "under", "nearly", "at-least", "at-most")
SEXES = ("T", "M", "F")
AGENT_TYPES = ("organisation", "survey")
MISSING = ("missing", "not-applicable", "confidential")
"""Why a value is not there, where its table says so."""
REASONS = ("no-number", "range", "unassigned", *MISSING)
AREA_TYPES = ("municipality", "former-municipality", "county", "country", "continent", "world", "district", "other")
DECIMALS = ("0", "1", "2", "3", "4", "5", "6")
MULTIPLIERS = ("3", "6", "9")



def read_statistic(node: Node, slug: str, mark: Mark, errors: list[SourceError]) -> Statistic:
    """A statistic from a file of `statistics/`."""
    fields = Fields(node, f'statistic "{slug}"', errors, mark)
    fields.node("series")  # which `sources.series` has read
    statistic = Statistic(
        slug=slug,
        indicator=fields.text("indicator", required=False),
        kind=fields.choice("kind", KINDS, "kind-unknown"),
        value=fields.decimal("value", also=MISSING),
        lower=fields.decimal("lower"),
        upper=fields.decimal("upper"),
        multiplier=fields.choice("multiplier", MULTIPLIERS, "multiplier-unknown", required=False),
        rounded_to=fields.choice("rounded-to", DECIMALS, "rounding-unknown", required=False),
        unit=fields.text("unit", required=False),
        qualifier=fields.choice("qualifier", QUALIFIERS, "qualifier-unknown", required=False),
        area=fields.text("area"),
        period=fields.parsed("period", codes.period, "period-malformed"),
        sex=fields.choice("sex", SEXES, "sex-unknown", required=False, default="T"),
        age=fields.parsed("age", codes.age, "age-malformed", required=False) or codes.TOTAL,
        breakdown=fields.text("breakdown", required=False) or codes.TOTAL,
        base_year=fields.parsed("base-year", codes.period, "period-malformed", required=False),
        price_level=fields.parsed("price-level", codes.period, "period-malformed", required=False),
        comparison=fields.label("comparison", required=False),
        not_observed=fields.choice("not-observed", REASONS, "not-observed-unknown", required=False),
        mentions=fields.records("mentions", lambda item: _mention(item, slug, errors)),
        themes=read_themes(fields),
        cited=read_citation(fields),
        note=fields.label("note", required=False),
        marks=fields.marks(),
    )
    fields.done()
    check_evidence(fields)
    fields.doubt("mentions", any(mention.marks.lacks("as") for mention in statistic.mentions))
    _check_number(fields, statistic)
    _check_amounts(fields, statistic)
    if statistic.unit and fields.has("indicator"):
        sentence = f"{fields.what} takes its unit from its indicator; delete unit"
        fields.refuse("unit-contradicted", "unit", sentence)
    decimals = len(statistic.value.partition(".")[2])
    if statistic.rounded_to and decimals > int(statistic.rounded_to):
        sentence = f"{fields.what} says that it is rounded to {statistic.rounded_to} decimals and has {decimals}"
        fields.refuse("rounding-contradicted", "rounded-to", f"{sentence}; correct one of them")
    return statistic


def _check_number(fields: Fields, statistic: Statistic) -> None:
    """A statistic has one number and something that it measures, or says why not."""
    reason, what = statistic.not_observed, fields.what
    numbers = fields.has("value"), fields.has("lower") and fields.has("upper")
    if statistic.marks.lacks("not-observed"):
        return
    if not reason and not numbers[0]:
        sentence = f"{what} has no value; add it, or not-observed with one of {', '.join(REASONS)}"
        fields.refuse("value-missing", "not-observed", sentence)
    elif not reason and not fields.has("indicator"):
        fields.refuse("indicator-missing", "indicator", f"{what} has no indicator; add it, or not-observed: unassigned")
    elif reason == "range" and not numbers[1]:
        fields.refuse("range-incomplete", "not-observed", f"{what} is a range; add lower and upper")
    elif reason in ("no-number", *MISSING) and any(numbers):
        fields.refuse("value-contradicted", "not-observed", f"{what} has a number; delete not-observed")


def _check_amounts(fields: Fields, statistic: Statistic) -> None:
    """An amount is one that every engine computes with; beyond that, sums and filters would leave it out in silence."""
    for name, number in (("value", statistic.value), ("lower", statistic.lower), ("upper", statistic.upper)):
        if number and amounts.is_too_large(number, statistic.multiplier):
            times = f" times 10 to the power of {statistic.multiplier}" if statistic.multiplier else ""
            sentence = f"{number}{times} has more than {amounts.DIGITS} digits before the point; look at both"
            fields.refuse("number-wrong", name, f"{fields.what}: {sentence}")


def _mention(node: Node, slug: str, errors: list[SourceError]) -> StatisticMention:
    fields = Fields(node, f'a mention of statistic "{slug}"', errors)
    mention = StatisticMention(
        theme=fields.text("theme"),
        lines=fields.lines(),
        printed=fields.text("as"),
        certainty=fields.choice("certainty", CERTAINTIES, "certainty-unknown"),
        area_basis=fields.choice("area-basis", ("stated", "implied"), "area-basis-unknown"),
        source=fields.text("source", required=False),
        note=fields.label("note", required=False),
        text=fields.text("text", required=False),
        marks=fields.marks(),
    )
    fields.done()
    if mention.certainty in {"likely", "uncertain"} and not fields.has("note"):
        sentence = f"the pairing is {mention.certainty}; add a note that says why"
        fields.refuse("note-missing", "note", sentence, fields.at("certainty"))
    return mention


def read_indicator(node: Node, slug: str, mark: Mark, errors: list[SourceError]) -> Indicator:
    """An indicator from a file of `indicators/`."""
    fields = Fields(node, f'indicator "{slug}"', errors, mark)
    indicator = Indicator(
        slug=slug,
        label=fields.require_label("label"),
        definition=fields.label("definition", required=False),
        unit=fields.text("unit", required=False),
        close_match=fields.texts("close-match", _un_indicator, "un-indicator-malformed"),
        related_match=fields.texts("related-match", _un_indicator, "un-indicator-malformed"),
        may_be_negative=fields.choice("may-be-negative", ("true", "false"), "may-be-negative-unknown",
                                      required=False) == "true",
        cited=read_citation(fields),
        frequency=fields.choice("frequency", FREQUENCIES, "frequency-unknown", required=False),
        owner=fields.label("owner", required=False),
        marks=fields.marks(),
    )
    fields.done()
    return indicator


def _un_indicator(value: str) -> None:
    if codes.indicator_target(value) is None:
        raise ValueError("write the UN's permanent code, as in C030401: goal, target and number, two signs each")


def read_area(node: Node, slug: str, mark: Mark, errors: list[SourceError]) -> Area:
    """An area from `areas.yaml`."""
    fields = Fields(node, f'area "{slug}"', errors, mark)
    area = Area(
        slug=slug,
        label=fields.require_label("label"),
        type=fields.choice("type", AREA_TYPES, "area-type-unknown"),
        same_as=fields.texts("same-as", web_address, "address-malformed"),
        see_also=fields.texts("see-also", web_address, "address-malformed"),
        validity=fields.parsed("validity", codes.period, "period-malformed", required=False),
        replaced_by=fields.text("replaced-by", required=False),
        part_of=fields.text("part-of", required=False),
        called=fields.label("called", required=False),
        marks=fields.marks(),
    )
    fields.done()
    return area


def read_named(node: Node, slug: str, mark: Mark, errors: list[SourceError], kind: str, name: str) -> Named:
    """A breakdown or an agent: a label in both languages, and links."""
    fields = Fields(node, f'{kind} "{slug}"', errors, mark)
    label = fields.require_label(name)
    see_also = fields.texts("see-also", web_address, "address-malformed")
    sort = fields.choice("type", AGENT_TYPES, "agent-type-unknown", required=False) if kind == "agent" else ""
    return Named(marks=fields.done(), slug=slug, label=label, see_also=see_also, type=sort)


def read_unit(node: Node, slug: str, mark: Mark, errors: list[SourceError]) -> Unit:
    """A unit of measure from a `units.yaml`."""
    fields = Fields(node, f'unit "{slug}"', errors, mark)
    iri = fields.parsed("iri", web_address, "address-malformed", required=False)
    label = fields.require_label("label")
    symbol = fields.text("symbol", required=False)
    return Unit(marks=fields.done(), slug=slug, iri=iri, label=label, symbol=symbol)
