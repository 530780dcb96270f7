"""The transcription against the plan's text, both ways: what is cited stands there, and what stands there is cited.

Each check yields a sentence for each mistake, beginning with the line of the text, and is proved by mistakes that are
planted in memory. These run where the text is (DELMAAL_SOURCE).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import pairwise

import pytest

from conftest import TRONDHEIM, needs_source
from delmaal import codes
from delmaal.records import (
    DocumentMention,
    Lines,
    PrintedCode,
    Publication,
    Statistic,
    StatisticMention,
    TargetLink,
    Text,
    Theme,
)
from delmaal.sources.curated import read_publication
from plan_text import TEXT_FILE, Plan, each

BARE_CODE = re.compile(r"\d{1,2}[.,-](?:\d{1,2}|[a-d])")
LEADING_CODE = re.compile(r"(\d{1,2}[.,-](?:\d{1,2}|[a-d]))\s+\S")
BOILERPLATE = (
    "Relevant globale mål og delmål fra FN",
    "Utvalgte styringsdokumenter",
    "En del av arbeidet med ny samfunnsplan vil være å oversette relevante globale mål og",
    "delmål til lokal kontekst for Trondheim",
    "Se mer om analyse og data på samfunnsplanens nettside",
)

# Numbers on the lines of a figure that are neither the figure nor what its record says of it in numbers.
ASIDES = {(722, "80"): "the decade of the period 1984~1986"}

# Lines among the target texts that are none of them: the words of a drawing under Digital transformasjon.
AMONG_TARGETS: Lines = ((649, 654),)


def first(lines: Lines) -> int:
    """The line to name in a message."""
    return lines[0][0] if lines else 0


@dataclass(frozen=True)
class Citation:
    """What a record says of lines: who says it, in which theme, on which lines, and words that must stand there."""

    who: str
    theme: str
    lines: Lines
    words: tuple[str, ...] = ()


def citations(publication: Publication) -> Iterator[Citation]:
    """Every citation of lines but those of the themes' extents, of printed codes and of lines without a figure."""
    for theme in publication.themes:
        yield Citation(f"theme {theme.slug}", theme.slug, theme.title_lines)
        for link in theme.targets:
            yield Citation(f"target {theme.slug} {link.code}", theme.slug, link.text_lines)
    for document in publication.documents:
        for mention in document.mentions:
            words = (mention.printed, mention.status_printed, mention.case_number)
            yield Citation(f"document {document.slug}", mention.theme, mention.lines, words)
    for statistic in publication.statistics:
        for figure in statistic.mentions:
            yield Citation(f"statistic {statistic.slug}", figure.theme, figure.lines, (figure.printed,))


# What is cited stands there


def words_missing(publication: Publication, plan: Plan) -> Iterator[str]:
    """Printed forms, status words and case numbers that do not stand in the lines that they cite."""
    for citation in citations(publication):
        if citation.words and not citation.lines:
            yield f"line 0: {citation.who} cites no line"
        for words in filter(None, citation.words):
            if words not in plan.folded(citation.lines):
                yield f'line {first(citation.lines)}: {citation.who} prints "{words}", which does not stand there'


def codes_missing(publication: Publication, plan: Plan) -> Iterator[str]:
    """Printed codes that do not stand where they are said to: alone on their line, or before a text."""
    for theme in publication.themes:
        for link in theme.targets:
            for printed in link.printed:
                line = plan.line(printed.line).strip()
                inline = LEADING_CODE.match(line)
                found = line if printed.place == "label" else inline[1] if inline else ""
                if found != printed.printed:
                    who, what = f"target {theme.slug} {link.code}", f'"{printed.printed}" as {printed.place}'
                    yield f'line {printed.line}: {who} prints {what}; there is "{found}"'


def openings_missing(publication: Publication, plan: Plan) -> Iterator[str]:
    """Openings with which the cited text does not open, and texts that are split in the lines or in the form only."""
    for theme in publication.themes:
        for link in theme.targets:
            if not link.text_lines:
                continue
            text = plan.folded(link.text_lines)
            inline = LEADING_CODE.match(text)
            text = text[len(inline[1]):].strip() if inline else text
            who, line = f"target {theme.slug} {link.code}", first(link.text_lines)
            if not link.text_opening or not re.match(rf"{re.escape(link.text_opening)}(?!\w)", text):
                yield f'line {line}: {who} opens "{link.text_opening}"; the text there opens "{text[:40]}"'
            if (link.text_form == "split") != (len(link.text_lines) > 1):
                yield f"line {line}: {who} has the form {link.text_form} and {len(link.text_lines)} runs of lines"


def titles_missing(publication: Publication, plan: Plan) -> Iterator[str]:
    """Titles of themes that are not what their lines say."""
    for theme in publication.themes:
        printed = plan.unbroken(theme.title_lines)
        if printed != theme.title.nb:
            yield f'line {first(theme.title_lines)}: theme {theme.slug} is "{theme.title.nb}"; there is "{printed}"'


def lines_outside_theme(publication: Publication, _: Plan) -> Iterator[str]:
    """Cited lines that do not lie in the extent of the theme that they are cited for."""
    extents = {theme.slug: set(each(theme.lines)) for theme in publication.themes}
    for citation in citations(publication):
        for number in sorted(set(each(citation.lines)) - extents[citation.theme]):
            yield f"line {number}: {citation.who} cites it for {citation.theme}, whose extent it is outside"
    for theme in publication.themes:
        for link in theme.targets:
            for printed in link.printed:
                if printed.line not in extents[theme.slug]:
                    yield f"line {printed.line}: target {theme.slug} {link.code} prints a code outside the theme"


def extents_wrong(publication: Publication, plan: Plan) -> Iterator[str]:
    """Lines of two themes, lines of none that are not blank, and themes out of the text's order."""
    owners: dict[int, list[str]] = {}
    for theme in publication.themes:
        for number in each(theme.lines):
            owners.setdefault(number, []).append(theme.slug)
    for number, line in enumerate(plan.lines, 1):
        themes = owners.get(number, [])
        if len(themes) > 1:
            yield f"line {number}: in the extents of {' and '.join(themes)}"
        if line.strip() and not themes:
            yield f"line {number}: in no theme's extent: {line.strip()}"
    for one, next_one in pairwise(publication.themes):
        if one.lines >= next_one.lines:
            yield f"line {first(next_one.lines)}: {next_one.slug} stands before {one.slug}"


def identity_wrong(publication: Publication, plan: Plan) -> Iterator[str]:
    """A text that is not the one of which publication.yaml speaks."""
    source = publication.sources[0]
    if hashlib.sha256(plan.content).hexdigest() != source.sha256:
        yield f"line 0: the text's SHA-256 is not {source.sha256}"
    if len(plan.lines) != source.line_count:
        yield f"line 0: the text has {len(plan.lines)} lines, not {source.line_count}"


# What stands there is cited


def digits_uncited(publication: Publication, plan: Plan) -> Iterator[str]:
    """Numbers that no record accounts for. A record accounts for what it prints, for the numbers among its own
    dimensions (a period, an age, an income bracket), and a target's text for all in it."""
    accounted = _accounted(publication, plan)
    listed = set(each(tuple(run for item in publication.no_figures for run in item.lines)))
    said = _numbers_said(publication)
    for number, line in enumerate(plan.lines, 1):
        if number in listed:
            continue
        for digits in _rest(line, accounted.get(number, set())):
            if digits not in said.get(number, set()) and (number, digits) not in ASIDES:
                yield f'line {number}: no record accounts for "{digits}" in "{line.strip()}"'


def _accounted(publication: Publication, plan: Plan) -> dict[int, set[int]]:
    """The columns of each line that something printed covers."""
    columns: dict[int, set[int]] = {}
    for citation in citations(publication):
        if citation.who.startswith("target"):
            for number in each(citation.lines):
                columns.setdefault(number, set()).update(range(len(plan.line(number))))
        for words in filter(None, citation.words):
            for number, column in plan.places(words, citation.lines):
                columns.setdefault(number, set()).add(column)
    for theme in publication.themes:
        for link in theme.targets:
            for printed in link.printed:
                for number, column in plan.places(printed.printed, ((printed.line, printed.line),)):
                    columns.setdefault(number, set()).add(column)
    return columns


def _rest(line: str, covered: set[int]) -> list[str]:
    return re.findall(r"\d+", "".join(" " if column in covered else sign for column, sign in enumerate(line)))


def _numbers_said(publication: Publication) -> dict[int, set[str]]:
    """The numbers among a statistic's dimensions, by the lines that it cites."""
    said: dict[int, set[str]] = {}
    labels = {item.slug: item.label.nb for item in publication.breakdowns}
    indicators = {item.slug: item for item in publication.indicators}
    for statistic in publication.statistics:
        texts = [statistic.period, statistic.base_year, statistic.price_level, statistic.age]
        texts += [labels.get(statistic.breakdown, ""), statistic.comparison.nb if statistic.comparison else ""]
        indicator = indicators.get(statistic.indicator)
        if indicator:
            texts += [indicator.label.nb, indicator.definition.nb if indicator.definition else ""]
        numbers = set(re.findall(r"\d+", " ".join(texts)))
        for mention in statistic.mentions:
            for number in each(mention.lines):
                said.setdefault(number, set()).update(numbers)
    return said


def codes_uncited(publication: Publication, plan: Plan) -> Iterator[str]:
    """Lines that are a code alone or begin with the code of a target, and are not cited by exactly one print."""
    targets = {target.code for target in publication.targets}
    prints = Counter(
        (printed.line, printed.place)
        for theme in publication.themes for link in theme.targets for printed in link.printed
    )
    for number, line in enumerate(plan.lines, 1):
        leading = LEADING_CODE.match(line.strip())
        if BARE_CODE.fullmatch(line.strip()):
            place = "label"
        elif leading and codes.reading(leading[1]) in targets:
            place = "inline"
        else:
            continue
        if prints[number, place] != 1:
            yield f'line {number}: {prints[number, place]} printed codes cite "{line.strip()}" as {place}'


def texts_uncited(publication: Publication, plan: Plan) -> Iterator[str]:
    """Lines among the target texts of a theme, and next to them without a blank line between, that are no text, no
    code, no document and no heading; and lines that two texts claim."""
    aside = set(each(AMONG_TARGETS))
    cited: dict[str, Counter[int]] = {}
    for citation in citations(publication):
        once = set(each(citation.lines))
        cited.setdefault(citation.theme, Counter()).update(once)
    for theme in publication.themes:
        texts = Counter(number for link in theme.targets for number in each(link.text_lines))
        codes_at = {printed.line for link in theme.targets for printed in link.printed}
        if not texts:
            yield f"line {first(theme.lines)}: {theme.slug} has no target's text"
            continue
        start, end = min([*texts, *codes_at]), max([*texts, *codes_at])
        while plan.line(start - 1).strip():
            start -= 1
        while plan.line(end + 1).strip():
            end += 1
        for number in range(start, end + 1):
            line = " ".join(plan.line(number).split())
            if texts[number] > 1:
                yield f"line {number}: {texts[number]} targets of {theme.slug} claim it"
            if line and number not in cited[theme.slug] and number not in codes_at | aside and line not in BOILERPLATE:
                yield f"line {number}: among the targets of {theme.slug}, and nothing cites it: {line}"


def no_figures_wrong(publication: Publication, plan: Plan) -> Iterator[str]:
    """Lines listed as bearing no figure twice, without a reason, a digit or a word of size, or although cited."""
    cited: dict[int, str] = {}
    for citation in citations(publication):
        for number in each(citation.lines):
            cited.setdefault(number, citation.who)
    for theme in publication.themes:
        for link in theme.targets:
            cited.update({printed.line: f"target {theme.slug} {link.code}" for printed in link.printed})
    seen: set[int] = set()
    for item in publication.no_figures:
        if not (item.reason.nb.strip() and item.reason.en.strip()):
            yield f"line {first(item.lines)}: listed as bearing no figure without a reason in nb and en"
        for run in item.lines:
            for number in sorted(set(run)):
                if not re.search(r"\d", plan.line(number)) and not SIZE.search(plan.line(number)):
                    yield f"line {number}: listed as bearing no figure, but bears no digit or word of size"
        for number in each(item.lines):
            if number in seen:
                yield f"line {number}: listed twice as bearing no figure"
            if number in cited:
                yield f"line {number}: listed as bearing no figure, but {cited[number]} cites it"
            seen.add(number)


SIZE = re.compile(
    r"\b(?:øker|økende|øket|økt|økte|økning\w*|vokser|vokst|vekst\w*|avta|synker|svekkes|krymper|reduseres|færre|lavere|"
    r"høyere|høyest\w*|størst\w*|betydelig\w*|overrepresentert|langt mer|mer enn|ulikt fordelt|stadig flere|de fleste|"
    r"mange|det meste|store deler|mye av)\b", re.IGNORECASE)
"""Words of size or direction that may stand for a number which the source does not give."""


def words_of_size_uncited(publication: Publication, plan: Plan) -> Iterator[str]:
    """Words of size or direction that are neither a figure's, a target's or a document's, nor listed with a reason."""
    cited = {number for citation in citations(publication) for number in each(citation.lines)}
    cited |= {number for item in publication.no_figures for number in each(item.lines)}
    for number, line in enumerate(plan.lines, 1):
        for found in SIZE.finditer(line):
            if number not in cited:
                yield f'line {number}: no record accounts for "{found[0]}" in "{line.strip()}"'


INFERRED = re.compile(
    r"trolig|tatt fra|tatt derfra|\blest\b|slutning|kan være|kan også|setningen før|avsnittet før|er våre")
OF_THE_AREA = re.compile(r"[^.;]*\b(?:området|stedet|sted|teksten nevner ikke|Trondheim følger)\b[^.;]*")


def inferences_certain(publication: Publication, _: Plan) -> Iterator[str]:
    """Pairings said to be certain although their note tells of an inference; that of the area has its own field."""
    for statistic in publication.statistics:
        for mention in statistic.mentions:
            note = re.sub("«[^»]*»", "", mention.note.nb) if mention.note else ""
            found = INFERRED.search(OF_THE_AREA.sub("", note))
            if found and mention.certainty == "certain":
                yield f'line {first(mention.lines)}: {statistic.slug} is certain, and its note says "{found[0]}"'


def bounds_unsaid(publication: Publication, _: Plan) -> Iterator[str]:
    """Periods "some time within" whose bounds the source does not print and no note owns up to."""
    for statistic in publication.statistics:
        for code in (statistic.period, statistic.base_year):
            for bound in code.split("~") if "~" in code else ():
                for mention in statistic.mentions:
                    if bound not in mention.printed and not (mention.note and bound in mention.note.nb):
                        yield f"line {first(mention.lines)}: {statistic.slug} is bounded by {bound}; no note says so"


TOWARDS = re.compile(r"\b(?:fram|frem) mot (\d{4})\b")
SINCE = re.compile(r"\bsiden (\d{4})\b(?!, da\b)", re.IGNORECASE)  # "since 1905, when most people …" is of 1905


def open_ends_closed(publication: Publication, plan: Plan) -> Iterator[str]:
    """Figures that the source gives towards or since a year, and whose period is not open at that end."""
    for statistic in publication.statistics:
        for mention in statistic.mentions:
            around = [part for part in plan.folded(mention.lines).split(". ") if mention.printed in part]
            for pattern, code in ((TOWARDS, "--{}"), (SINCE, "{}--")):
                for found in pattern.finditer(". ".join(around)):
                    if statistic.period != (expected := code.format(found[1])):
                        yield f"line {first(mention.lines)}: {statistic.slug} is of {statistic.period}, not {expected}"
            if statistic.base_year and statistic.kind == "observation" and statistic.period == codes.UNKNOWN:
                expected = f"{statistic.base_year}--"
                yield f"line {first(mention.lines)}: {statistic.slug} is of an unknown period, not {expected}"


PER = {
    r"/\s?år|per år|pr år|hvert år|årlige": "year", r"/\s?dag": "day", r"per døgn": "day",
    r"per innbygger|^Hver innbygger|\. Hver innbygger": "resident",
}
"""What a source prints of a rate, and the word of the unit that has to say so."""


def units_cut(publication: Publication, plan: Plan) -> Iterator[str]:
    """Figures with a number whose unit is not whole: without a part that is printed, none at all, or one for words."""
    indicators = {indicator.slug: indicator for indicator in publication.indicators}
    for statistic in publication.statistics:
        measured = indicators.get(statistic.indicator)
        unit = measured.unit if measured else statistic.unit
        for mention in statistic.mentions:
            line, text = first(mention.lines), plan.folded(mention.lines)
            if statistic.numbered and "%" in mention.printed and unit != "percent":
                yield f"line {line}: {statistic.slug} is printed in per cent, and its unit is {unit or 'none'}"
            own = unit not in {"percent", "ratio", "per-mille"}
            for pattern, part in PER.items():
                if statistic.numbered and own and re.search(pattern, text) and part not in unit:
                    yield f"line {line}: {statistic.slug} is per {part} in the text, and its unit is {unit or 'none'}"
    numbered = {statistic.indicator for statistic in publication.statistics if statistic.numbered}
    for indicator in publication.indicators:
        if bool(indicator.unit) != (indicator.slug in numbered):
            kept = "has a unit and no figure with a number" if indicator.unit else "has numbers and no unit"
            yield f"line 0: indicator {indicator.slug} {kept}"


def fractions_unrounded(publication: Publication, _: Plan) -> Iterator[str]:
    """Numbers that stand for a fraction which they do not give in full, and that do not say so."""
    words = {"en": 1, "én": 1, "to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6, "sju": 7, "ni": 9}
    for statistic in publication.statistics:
        for mention in statistic.mentions:
            found = re.search(r"\b(\w+)(?:/| av )(\w+)\b", mention.printed)
            parts = [words.get(part, int(part) if part.isdigit() else 0) for part in found.groups()] if found else []
            if statistic.value and all(parts) and parts:
                exact = Fraction(statistic.value) == Fraction(*parts)
                if exact == bool(statistic.rounded_to):
                    how = "says that it is rounded" if exact else "does not say that it is rounded"
                    yield f"line {first(mention.lines)}: {statistic.slug} is {statistic.value} and {how}"


def dates_unsaid(publication: Publication, _: Plan) -> Iterator[str]:
    """Years that are printed with a document and stand in no field of it."""
    for document in publication.documents:
        fields = " ".join((document.validity, document.horizon, document.adopted))
        for mention in document.mentions:
            rest = mention.printed
            for words in filter(None, (mention.case_number, mention.status_printed)):
                rest = rest.replace(words, "")
            rest = re.sub(r"NOU \d{4}", "", rest)  # the number of the report
            for year in re.findall(r"\b(?:19|20)\d\d\b", rest):
                if year not in fields and not mention.printed_date.startswith(year):
                    yield f"line {first(mention.lines)}: {document.slug} prints {year}, which no field has"


STATUSES = ("under-work", "final-consideration", "to-be-adopted", "adopted")


def statuses_otherwise(publication: Publication, _: Plan) -> Iterator[str]:
    """Documents whose status and its date are not those of the mention that has come furthest."""
    for document in publication.documents:
        said = [mention for mention in document.mentions if mention.status]
        furthest = max(said, key=lambda mention: STATUSES.index(mention.status), default=None)
        expected = (furthest.status, furthest.status_date) if furthest else ("", "")
        if (document.status, document.status_date) != expected:
            yield f"line {first(document.mentions[0].lines)}: {document.slug} is {document.status or 'of no status'}"


def roles_wrong(publication: Publication, plan: Plan) -> Iterator[str]:
    """What is no document that governs and is said to be one; what is cited in running text alone, but for laws."""
    lists = {number for number, line in enumerate(plan.lines, 1) if line.strip()}
    for document in publication.documents:
        no_document = document.type in {"map", "measure", "study", "body"}
        running = all(mention.note and "løpende tekst" in mention.note.nb for mention in document.mentions)
        cited = no_document or (running and document.type == "report")
        if cited != (document.role == "cited") and first(document.mentions[0].lines) in lists:
            yield f"line {first(document.mentions[0].lines)}: {document.slug} ({document.type}) is {document.role}"
    for agent in publication.agents:
        if ("undersøkelse" in agent.label.nb.lower()) != (agent.type == "survey"):
            yield f"line 0: agent {agent.slug} is {agent.type or 'an organisation'}"


REPLACED = {"12.5": "forbud"}
"""Targets of which the plan prints a text with another word than the UN's."""


def forms_wrong(publication: Publication, plan: Plan) -> Iterator[str]:
    """Texts said to be whole that differ from each other, or in which a word is replaced."""
    whole: dict[str, tuple[str, str]] = {}
    for theme in publication.themes:
        for link in theme.targets:
            text = plan.unbroken(link.text_lines)
            inline = LEADING_CODE.match(text)
            text = re.sub(r"\W+", " ", text[len(inline[1]):] if inline else text).strip().lower()
            who, line = f"target {theme.slug} {link.code}", first(link.text_lines)
            if link.text_form == "whole" and REPLACED.get(link.code, "§") in text.split():
                yield f"line {line}: {who} is whole, though a word is replaced"
            if link.text_form == "whole":
                other, known = whole.setdefault(link.code, (who, text))
                if known != text:
                    yield f"line {line}: {who} is whole, and so is {other}, which reads otherwise"


Check = Callable[[Publication, Plan], Iterable[str]]
CHECKS: tuple[Check, ...] = (
    words_missing, codes_missing, openings_missing, titles_missing, lines_outside_theme, extents_wrong, identity_wrong,
    digits_uncited, codes_uncited, texts_uncited, no_figures_wrong, words_of_size_uncited, inferences_certain,
    bounds_unsaid, open_ends_closed, units_cut, fractions_unrounded, dates_unsaid, statuses_otherwise, roles_wrong,
    forms_wrong,
)


@pytest.fixture(scope="module")
def publication() -> Publication:
    reading = read_publication(TRONDHEIM)
    assert not reading.errors, "\n".join(map(str, reading.errors))
    assert reading.publication
    return reading.publication


@pytest.fixture(scope="module")
def plan() -> Plan:
    return Plan(TEXT_FILE.read_bytes())


@needs_source
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_transcription(check: Check, publication: Publication, plan: Plan) -> None:
    assert list(check(publication, plan)) == []


@needs_source
def test_no_aside_is_left_over(publication: Publication, plan: Plan) -> None:
    """An aside whose line is in no record, or that a record accounts for by itself, is one too many."""
    accounted, said = _accounted(publication, plan), _numbers_said(publication)
    for number, digits in ASIDES:
        assert number in accounted, f"line {number}"
        assert digits in _rest(plan.line(number), accounted[number]), f"line {number}"
        assert digits not in said.get(number, set()), f"line {number}"


# The checks can fail: every mistake that is planted is named, at its line


def changed_theme(publication: Publication, number: int, change: Callable[[Theme], Theme]) -> Publication:
    themes = tuple(change(theme) if theme.number == number else theme for theme in publication.themes)
    return replace(publication, themes=themes)


def changed_link(publication: Publication, number: int, code: str,
                 change: Callable[[TargetLink], TargetLink | None]) -> Publication:
    def change_theme(theme: Theme) -> Theme:
        links = (change(link) if link.code == code else link for link in theme.targets)
        return replace(theme, targets=tuple(link for link in links if link))

    return changed_theme(publication, number, change_theme)


def changed_figure(publication: Publication, slug: str,
                   change: Callable[[StatisticMention], StatisticMention]) -> Publication:
    statistics = tuple(
        replace(item, mentions=tuple(map(change, item.mentions))) if item.slug == slug else item
        for item in publication.statistics
    )
    assert statistics != publication.statistics
    return replace(publication, statistics=statistics)


def changed_document(publication: Publication, slug: str,
                     change: Callable[[DocumentMention], DocumentMention]) -> Publication:
    documents = tuple(
        replace(item, mentions=tuple(map(change, item.mentions))) if item.slug == slug else item
        for item in publication.documents
    )
    assert documents != publication.documents
    return replace(publication, documents=documents)


def changed_statistic(publication: Publication, slug: str, **fields: str) -> Publication:
    statistics = tuple(
        replace(item, **fields) if item.slug == slug else item  # type: ignore[arg-type]  # fields that are texts
        for item in publication.statistics
    )
    assert statistics != publication.statistics
    return replace(publication, statistics=statistics)


def changed_unit(publication: Publication, slug: str, unit: str) -> Publication:
    indicators = tuple(replace(item, unit=unit) if item.slug == slug else item for item in publication.indicators)
    assert indicators != publication.indicators
    return replace(publication, indicators=indicators)


def without(publication: Publication, slug: str) -> Publication:
    found = [item for item in publication.statistics if item.slug == slug]
    return without_statistic(publication, found[0])


def without_statistic(publication: Publication, statistic: Statistic) -> Publication:
    return replace(publication, statistics=tuple(item for item in publication.statistics if item is not statistic))


def without_print(link: TargetLink, printed: PrintedCode) -> TargetLink:
    return replace(link, printed=tuple(item for item in link.printed if item is not printed))


def listed(publication: Publication, lines: Lines, reason: Text) -> Publication:
    """The publication with more lines listed as bearing no figure."""
    item = replace(publication.no_figures[0], lines=lines, reason=reason)
    return replace(publication, no_figures=(*publication.no_figures, item))


WHY = Text("fordi", "because")
Spoil = Callable[[Publication], Publication]
MISTAKES: dict[str, tuple[Check, Spoil, str]] = {
    "a figure with another value": (
        words_missing,
        lambda p: changed_figure(p, "ensomhet-norge-2015", lambda m: replace(m, printed="61 prosent")),
        'line 16: statistic ensomhet-norge-2015 prints "61 prosent", which does not stand there',
    ),
    "a figure with another value leaves the printed one": (
        digits_uncited,
        lambda p: changed_figure(p, "ensomhet-norge-2015", lambda m: replace(m, printed="61 prosent")),
        'line 17: no record accounts for "16"',
    ),
    "a figure without lines": (
        words_missing,
        lambda p: changed_figure(p, "ensomhet-norge-2015", lambda m: replace(m, lines=())),
        "line 0: statistic ensomhet-norge-2015 cites no line",
    ),
    "a document with another title": (
        words_missing,
        lambda p: changed_document(p, "temaplan-for-natur", lambda m: replace(m, printed="Temaplan for naturen")),
        'line 1867: document temaplan-for-natur prints "Temaplan for naturen"',
    ),
    "a document with other status words": (
        words_missing,
        lambda p: changed_document(p, "gronn-strek", lambda m: replace(m, status_printed="vedtatt")),
        'line 1868: document gronn-strek prints "vedtatt"',
    ),
    "a document with another case number": (
        words_missing,
        lambda p: changed_document(p, "smarte-byer", lambda m: replace(m, case_number="Formannskapssak 211/18")),
        'line 2209: document smarte-byer prints "Formannskapssak 211/18"',
    ),
    "a code on another line": (
        codes_missing,
        lambda p: changed_link(p, 5, "1.b", lambda k: replace(k, printed=(replace(k.printed[0], line=830),))),
        'line 830: target inkluderende-samfunn 1.b prints "1.b" as label; there is "5.c"',
    ),
    "a code before a text said to stand alone": (
        codes_missing,
        lambda p: changed_link(p, 1, "1.3", lambda k: replace(k, printed=(replace(k.printed[0], place="label"),))),
        'line 69: target bedre-helse 1.3 prints "1.3" as label',
    ),
    "a code printed in good spelling only here": (
        codes_missing,
        lambda p: changed_link(p, 10, "2.4", lambda k: replace(k, printed=(replace(k.printed[0], printed="2.4"),))),
        'line 1625: target gronn-konkurransekraft 2.4 prints "2.4" as label; there is "2,4"',
    ),
    "a text with another opening": (
        openings_missing,
        lambda p: changed_link(p, 1, "2.1", lambda k: replace(k, text_opening="Innen 2030 utrydde sul")),
        'line 73: target bedre-helse 2.1 opens "Innen 2030 utrydde sul"',
    ),
    "a split text said to be whole": (
        openings_missing,
        lambda p: changed_link(p, 2, "4.7", lambda k: replace(k, text_form="whole")),
        "line 246: target barn-og-unges-liv-og-laering 4.7 has the form whole and 2 runs of lines",
    ),
    "a title with another ending": (
        titles_missing,
        lambda p: changed_theme(p, 3, lambda t: replace(t, title=Text("Samskapt velferd og arbeidsgiver-rollen", ""))),
        "line 380: theme samskapt-velferd-og-arbeidsgiverrollen",
    ),
    "a figure in another theme": (
        lines_outside_theme,
        lambda p: changed_figure(p, "ensomhet-norge-2015", lambda m: replace(m, theme="lokaldemokratiet")),
        "line 16: statistic ensomhet-norge-2015 cites it for lokaldemokratiet",
    ),
    "a theme that is too long": (
        extents_wrong,
        lambda p: changed_theme(p, 1, lambda t: replace(t, lines=((1, 122),))),
        "line 122: in the extents of bedre-helse and barn-og-unges-liv-og-laering",
    ),
    "a theme that is too short": (
        extents_wrong,
        lambda p: changed_theme(p, 1, lambda t: replace(t, lines=((1, 117),))),
        "line 118: in no theme's extent: delmål til lokal kontekst for Trondheim",
    ),
    "themes in another order": (
        extents_wrong,
        lambda p: replace(p, themes=(p.themes[1], p.themes[0], *p.themes[2:])),
        "line 1: bedre-helse stands before barn-og-unges-liv-og-laering",
    ),
    "another text": (
        identity_wrong,
        lambda p: replace(p, sources=(replace(p.sources[0], sha256="0" * 64),)),
        "line 0: the text's SHA-256 is not 0000",
    ),
    "a text of another length": (
        identity_wrong,
        lambda p: replace(p, sources=(replace(p.sources[0], line_count=2380),)),
        "line 0: the text has 2379 lines, not 2380",
    ),
    "a code that is recorded twice": (
        codes_uncited,
        lambda p: changed_link(p, 6, "11.4", lambda k: replace(k, printed=(replace(k.printed[0], line=955),))),
        'line 955: 2 printed codes cite "11.4" as label',
    ),
    "a text that two targets claim": (
        texts_uncited,
        lambda p: changed_link(p, 2, "13.3", lambda k: replace(k, text_lines=((274, 281),))),
        "line 274: 2 targets of barn-og-unges-liv-og-laering claim it",
    ),
    "half a split text": (
        texts_uncited,
        lambda p: changed_link(p, 6, "11.a", lambda k: replace(k, text_lines=k.text_lines[:1])),
        "line 974: among the targets of naermiljo-og-stedsutvikling, and nothing cites it: miljømessige",
    ),
    "a listed line that a figure cites": (
        no_figures_wrong,
        lambda p: listed(p, ((17, 17),), WHY),
        "line 17: listed as bearing no figure, but statistic ensomhet-norge-2015 cites it",
    ),
    "a listed line with a printed code": (
        no_figures_wrong,
        lambda p: listed(p, ((251, 251),), WHY),
        "line 251: listed as bearing no figure, but target barn-og-unges-liv-og-laering 1.2 cites it",
    ),
    "a line listed twice": (
        no_figures_wrong,
        lambda p: listed(p, ((367, 367),), WHY),
        "line 367: listed twice as bearing no figure",
    ),
    "a listed line without a digit": (
        no_figures_wrong,
        lambda p: listed(p, ((2, 2),), WHY),
        "line 2: listed as bearing no figure, but bears no digit or word of size",
    ),
    "a phrase that is neither recorded nor listed": (
        words_of_size_uncited,
        lambda p: without(p, "politisk-engasjement-i-enkeltsaker-trondheim"),
        'line 1892: no record accounts for "økende"',
    ),
    "a certain reading with an inference in its note": (
        inferences_certain,
        lambda p: changed_figure(p, "hoy-tillit-hoyeste-inntekter-trondheim",
                                 lambda m: replace(m, certainty="certain")),
        'line 1940: hoy-tillit-hoyeste-inntekter-trondheim is certain, and its note says "tatt fra"',
    ),
    "bounds that are nobody's": (
        bounds_unsaid,
        lambda p: changed_figure(p, "lavinntekt-norge-1980-tallet", lambda m: replace(m, note=WHY)),
        "line 719: lavinntekt-norge-1980-tallet is bounded by 1984; no note says so",
    ),
    "towards a year as that year": (
        open_ends_closed,
        lambda p: changed_statistic(p, "nye-boliger-trondheim-2050", period="2050"),
        "line 1735: nye-boliger-trondheim-2050 is of 2050, not --2050",
    ),
    "since a year as unknown": (
        open_ends_closed,
        lambda p: changed_statistic(p, "befolkningsvekst-trondheim-siden-1905", period="unknown"),
        "line 1718: befolkningsvekst-trondheim-siden-1905 is of an unknown period, not 1905--",
    ),
    "litres a day as litres": (
        units_cut,
        lambda p: changed_unit(p, "forbruk-i-liter-per-dag", "litre"),
        "line 1410: forbruk-i-liter-per-dag-trondheim is per day in the text, and its unit is litre",
    ),
    "kilowatt hours a year as kilowatt hours": (
        units_cut,
        lambda p: changed_unit(p, "stromforbruk", "kilowatt-hour"),
        "line 1397: stromforbruk-trondheim is per year in the text",
    ),
    "events a year as events": (
        units_cut,
        lambda p: changed_unit(p, "arrangementer-i-byrommene", "number"),
        "line 1270: arrangementer-i-byrommene-trondheim is per year in the text",
    ),
    "tonnes a resident as tonnes": (
        units_cut,
        lambda p: changed_unit(p, "klimagassutslipp-per-innbygger", "tonne"),
        "line 1554: klimagassutslipp-per-innbygger-trondheim is per resident in the text",
    ),
    "a share without its per cent": (
        units_cut,
        lambda p: changed_statistic(p, "persontransport-27-prosent-uten-etikett", unit=""),
        "line 1063: persontransport-27-prosent-uten-etikett is printed in per cent, and its unit is none",
    ),
    "a unit of what is said in words": (
        units_cut,
        lambda p: changed_unit(p, "inntektsulikhet", "ratio"),
        "line 0: indicator inntektsulikhet has a unit and no figure with a number",
    ),
    "a third that is not rounded": (
        fractions_unrounded,
        lambda p: changed_statistic(p, "jobber-som-automatiseres-norge", rounded_to=""),
        "line 573: jobber-som-automatiseres-norge is 0.3333 and does not say that it is rounded",
    ),
    "a quarter that is rounded": (
        fractions_unrounded,
        lambda p: changed_statistic(p, "transportens-andel-av-energibruk-norge", rounded_to="2"),
        "line 1084: transportens-andel-av-energibruk-norge is 0.25 and says that it is rounded",
    ),
    "a printed year that no field has": (
        dates_unsaid,
        lambda p: changed_document(p, "byvekstavtalen", lambda m: replace(m, printed_date="")),
        "line 961: byvekstavtalen prints 2019, which no field has",
    ),
    "a status by majority": (
        statuses_otherwise,
        lambda p: replace(p, documents=tuple(replace(d, status="final-consideration", status_date="")
                                             if "framtidsbilder" in d.slug else d for d in p.documents)),
        "line 963: framtidsbilder-trondheim-sentrum-2050-med-sentrumsstrategi is final-consideration",
    ),
    "literature that governs": (
        roles_wrong,
        lambda p: replace(p, documents=tuple(replace(d, role="governing") if d.slug == "skauge-2018" else d
                                             for d in p.documents)),
        "line 1903: skauge-2018 (study) is governing",
    ),
    "a report in running text that governs": (
        roles_wrong,
        lambda p: replace(p, documents=tuple(replace(d, role="governing") if d.slug.startswith("nou-") else d
                                             for d in p.documents)),
        "line 302: nou-2019-3-nye-sjanser-bedre-laering (report) is governing",
    ),
    "a survey as an agent": (
        roles_wrong,
        lambda p: replace(p, agents=tuple(replace(agent, type="") for agent in p.agents)),
        "line 0: agent hunt is an organisation",
    ),
    "a text with another word said to be whole": (
        forms_wrong,
        lambda p: changed_link(p, 9, "12.5", lambda k: replace(k, text_form="whole")),
        "line 1430: target baerekraftig-forbruk-og-produksjon 12.5 is whole, though a word is replaced",
    ),
    "a shortened text said to be whole": (
        forms_wrong,
        lambda p: changed_link(p, 5, "1.3", lambda k: replace(k, text_form="whole")),
        "line 756: target inkluderende-samfunn 1.3 is whole, and so is target bedre-helse 1.3",
    ),
    "a listed line without a reason": (
        no_figures_wrong,
        lambda p: listed(p, ((2, 2),), Text("fordi", "")),
        "line 2: listed as bearing no figure without a reason in nb and en",
    ),
}


@needs_source
@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_named(name: str, publication: Publication, plan: Plan) -> None:
    check, spoil, sentence = MISTAKES[name]
    assert not list(check(publication, plan))
    found = list(check(spoil(publication), plan))
    assert any(problem.startswith(sentence) for problem in found), found


def test_every_check_has_a_planted_mistake() -> None:
    assert {check for check, _, _ in MISTAKES.values()} == set(CHECKS)


@needs_source
def test_no_figure_can_be_dropped(publication: Publication, plan: Plan) -> None:
    """Each statistic that prints a digit is missed at a line of its own."""
    dropped = 0
    for statistic in publication.statistics:
        digits = {
            number for mention in statistic.mentions
            for number, column in plan.places(mention.printed, mention.lines)
            if plan.line(number)[column : column + 1].isdigit()
        }
        if digits:
            found = list(digits_uncited(without_statistic(publication, statistic), plan))
            assert any(problem.startswith(f"line {number}: ") for number in digits for problem in found), statistic.slug
            dropped += 1
    assert dropped > 50


@needs_source
def test_no_printed_code_can_be_dropped(publication: Publication, plan: Plan) -> None:
    for theme in publication.themes:
        for link in theme.targets:
            for printed in link.printed:
                spoilt = changed_link(publication, theme.number, link.code, partial(without_print, printed=printed))
                found = list(codes_uncited(spoilt, plan))
                assert found == [
                    f'line {printed.line}: 0 printed codes cite "{plan.line(printed.line).strip()}" as {printed.place}'
                ]


@needs_source
def test_no_text_can_be_dropped(publication: Publication, plan: Plan) -> None:
    """A text without a code and without a digit is missed as well: at its first line, or at its code's."""
    for theme in publication.themes:
        for link in theme.targets:
            spoilt = changed_link(publication, theme.number, link.code, lambda _: None)
            found = [*texts_uncited(spoilt, plan), *codes_uncited(spoilt, plan), *digits_uncited(spoilt, plan)]
            lines = {*each(link.text_lines), *(printed.line for printed in link.printed)}
            assert any(problem.startswith(f"line {number}: ") for number in lines for problem in found), (
                f"{theme.slug} {link.code}"
            )


@needs_source
def test_no_listed_line_can_be_dropped(publication: Publication, plan: Plan) -> None:
    for item in publication.no_figures:
        spoilt = replace(publication, no_figures=tuple(other for other in publication.no_figures if other is not item))
        found = list(digits_uncited(spoilt, plan))
        bearing = [number for number in each(item.lines) if re.search(r"\d", plan.line(number))]
        assert list(dict.fromkeys(problem.partition(":")[0] for problem in found)) == [f"line {n}" for n in bearing]


@needs_source
def test_no_document_with_a_number_can_be_dropped(publication: Publication, plan: Plan) -> None:
    for document in publication.documents:
        spoilt = replace(publication, documents=tuple(item for item in publication.documents if item is not document))
        found = list(digits_uncited(spoilt, plan))
        others = {number for citation in citations(spoilt) for number in each(citation.lines)}
        for mention in document.mentions:
            for number in set(each(mention.lines)) - others:
                if re.search(r"\d", plan.line(number)):
                    assert any(problem.startswith(f"line {number}: ") for problem in found), f"line {number}"
