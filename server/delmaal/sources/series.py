"""Reads a series: one record with a value for each of many periods, each of which is a statistic of its own."""

from __future__ import annotations

from dataclasses import replace

from delmaal import codes
from delmaal.errors import Mark, SourceError, short
from delmaal.marks import Mapping, Node, Refused, Scalar
from delmaal.records import Marks, Statistic
from delmaal.sources.fields import Fields
from delmaal.sources.statistics import MISSING, read_statistic

SINGLE = ("value", "lower", "upper", "period", "not-observed", "mentions")
"""What a record with a series has not: it is of one figure."""

_FIRST = "series"


def read_statistics(node: Node, slug: str, mark: Mark, errors: list[SourceError]) -> tuple[Statistic, ...]:
    """The statistics of a record: one, or one for each period of its series, whose slug ends in the period."""
    if not isinstance(node, Mapping) or _FIRST not in node.items:
        return (read_statistic(node, slug, mark, errors),)
    what, series = f'statistic "{slug}"', node.items[_FIRST]
    for name in SINGLE:
        if name in node.items:
            sentence = f"{short(what, 100)} has a series, and {name}, which is of one figure; delete one of them"
            errors.append(SourceError("series-contradicted", node.keys[name], sentence))
    if not isinstance(series, Mapping) or not series.items:
        if not isinstance(series, Refused):
            sentence = f"{short(what, 100)}: write a value for each period, as in series: {{1990: 8310, 1991: 8342}}"
            errors.append(SourceError("type-wrong", series.mark, sentence))
        return ()
    shared = {key: value for key, value in node.items.items() if key not in (*SINGLE, _FIRST)}
    first: Mapping = Mapping(node.mark, {**shared, "period": Scalar("unknown", mark), "value": Scalar("0", mark)},
                             {**node.keys, "period": mark, "value": mark})
    common = read_statistic(first, slug, mark, errors)
    return tuple(_of(common, period, series.keys[period], value, errors) for period, value in series.items.items())


def _of(common: Statistic, period: str, mark: Mark, value: Node, errors: list[SourceError]) -> Statistic:
    """The statistic of one period."""
    keys = {"period": mark, "value": mark}
    missing = isinstance(value, Scalar) and value.text in MISSING
    node = Mapping(mark, {"period": Scalar(period, mark), "not-observed" if missing else "value": value}, keys)
    fields = Fields(node, f'{short(period)} of statistic "{common.slug}"', errors, mark)
    code = fields.parsed("period", codes.period, "period-malformed")
    number = fields.decimal("value", also=MISSING)
    if not missing and not number and not fields.marks().lacks("value"):
        fields.refuse("value-empty", "value", f"{fields.what} is empty; write a number, or one of {', '.join(MISSING)}")
    own = fields.marks()
    marks = Marks(mark, {**common.marks.fields, **own.fields}, common.marks.refused | own.refused)
    reason = value.text if isinstance(value, Scalar) and missing else ""
    return replace(common, slug=f"{common.slug}-{slug_of_period(period)}", period=code, value=number,
                   not_observed=reason, marks=marks)


def slug_of_period(code: str) -> str:
    """A period as the end of a slug: `1990`, `2020-03`, `2025-to-2040`, `1984-or-1986`, `2020-to`."""
    return code.replace("--", "-to-").replace("~", "-or-").strip("-")
