"""What Trondheim's data say, against what an eye reads in the plan: each trap of the text is a row with its lines.

The rows repeat the transcription on purpose: they were read from the text, not from the data.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from conftest import TRONDHEIM, needs_source
from delmaal import codes
from delmaal.records import Publication, Statistic, StatisticMention, TargetLink, Text, Theme
from delmaal.sources.curated import read_publication
from plan_text import TEXT_FILE, Plan, each

TITLES = [
    ("Bedre helse", "Better health"),
    ("Barn og unges liv og læring", "Children's and young people's lives and learning"),
    ("Samskapt velferd og arbeidsgiverrollen", "Co-created welfare and the municipality as employer"),
    ("Digital transformasjon", "Digital transformation"),
    ("Inkluderende samfunn", "An inclusive society"),
    ("Nærmiljø og stedsutvikling", "Neighbourhoods and place development"),
    ("Grønn mobilitet", "Green mobility"),
    ("Identitet og kultur", "Identity and culture"),
    ("Bærekraftig forbruk og produksjon", "Sustainable consumption and production"),
    ("Grønn konkurransekraft", "Green competitiveness"),
    ("Byvekst og forvaltning av areal- og naturressurser",
     "Urban growth and the management of land and natural resources"),
    ("Lokaldemokratiet", "Local democracy"),
    ("Samarbeid og verdiskaping", "Cooperation and value creation"),
    ("Økonomisk handlingsrom", "Financial room for manoeuvre"),
]


@dataclass(frozen=True)
class Link:
    """A link that is easily read wrongly: its theme, its target, its basis, the first line of its text, its prints."""

    theme: int
    code: str
    basis: str
    line: int
    prints: tuple[tuple[str, int, str], ...]
    why: str


LINKS = (
    Link(1, "1.3", "both", 69, (("1.3", 69, "inline"),), "the only code printed in the theme"),
    Link(1, "3.7", "text-only", 85, (), "begins with the six words that begin 11.1"),
    Link(1, "16.1", "text-only", 105, (), "begins with the eight words that begin 16.5"),
    Link(2, "4.7", "both", 246, (("4.7", 294, "label"),), "cut in two by two codes"),
    Link(2, "12.8", "text-only", 274, (), "has lost its code"),
    Link(2, "13.3", "text-only", 278, (), "has lost its code"),
    Link(3, "8.5", "text-only", 446, (("8.4", 460, "label"),), "8.5 printed 8.4"),
    Link(3, "17.17", "text-only", 485, (("17.7", 510, "label"),), "17.17 printed 17.7"),
    Link(5, "11.1", "both", 807, (("11.1", 823, "label"),), "begins with the six words that begin 3.7"),
    Link(5, "16.1", "both", 811, (("16.1", 821, "label"),), "begins with the eight words that begin 16.5"),
    Link(5, "1.3", "both", 756, (("1.3", 785, "label"),), "shorter than the same target in theme 1"),
    Link(6, "11.3", "text-only", 935, (("11.4", 955, "label"),), "11.3 printed 11.4"),
    Link(6, "11.4", "both", 939, (("11.4", 957, "label"),), "the second of two 11.4"),
    Link(6, "11.a", "both", 949, (("11.a", 966, "label"),), "cut in two by codes and documents"),
    Link(7, "9.1", "both", 1114, (("9.1", 1114, "inline"), ("9.4", 1132, "label")), "9.1 printed 9.4 beside"),
    Link(7, "9.4", "both", 1119, (("9.4", 1119, "inline"), ("9.4", 1168, "label")), "9.4 printed twice beside"),
    Link(8, "1.b", "both", 1276, (("1.b", 1276, "inline"), ("1.b", 1321, "label")), "before and beside the text"),
    Link(8, "12.8", "text-only", 1293, (("12.3", 1309, "label"),), "12.8 printed 12.3"),
    Link(8, "17.17", "both", 1298, (("17.17", 1298, "inline"),), "before the text alone"),
    Link(9, "2.4", "both", 1459, (("2.4", 1459, "inline"),), "far from the other targets"),
    Link(10, "2.4", "both", 1595, (("2,4", 1625, "label"),), "2.4 printed 2,4"),
    Link(12, "5.5", "both", 1950, (("5,5", 1993, "label"),), "5.5 printed 5,5"),
    Link(12, "16.3", "text-only", 1975, (), "has lost its code"),
    Link(12, "16.5", "both", 1977, (("16.5", 2013, "label"),), "begins with the eight words that begin 16.1"),
    Link(12, "16.10", "text-only", 1984, (("16.1", 2009, "label"),), "16.10 printed 16.1"),
    Link(12, "16.b", "text-only", 1987, (), "has lost its code"),
    Link(12, "17.14", "text-only", 1990, (("17.4", 2011, "label"),), "17.14 printed 17.4"),
    Link(13, "8.3", "both", 2123, (("8,3", 2123, "inline"), ("8.3", 2153, "label")), "8.3 printed 8,3 before the text"),
    Link(14, "11.a", "both", 2348, (("11-a", 2361, "label"),), "11.a printed 11-a"),
    Link(14, "8.1", "both", 2338, (("8.1", 2372, "label"),), "its code stands after the documents"),
)
# By theme: links whose text and code agree, and links that have a text and no code of theirs.
BASES = {1: (1, 9), 2: (10, 2), 3: (11, 2), 4: (7, 0), 5: (12, 0), 6: (12, 1), 7: (12, 0), 8: (4, 1), 9: (6, 0),
         10: (13, 0), 11: (15, 0), 12: (9, 4), 13: (13, 0), 14: (6, 0)}
PRINTS = {1: 1, 2: 10, 3: 13, 4: 7, 5: 12, 6: 13, 7: 19, 8: 6, 9: 6, 10: 13, 11: 15, 12: 11, 13: 14, 14: 6}


@dataclass(frozen=True)
class Figure:
    """A figure that is easily read wrongly: a line and how its print begins find it; the rest is what it has to say.

    `expected` holds fields of the statistic, and `unit` and `certainty` beside them.
    """

    line: int
    printed: str
    value: str
    expected: dict[str, str]


def figure(line: int, printed: str, value: str, **expected: str) -> Figure:
    return Figure(line, printed, value, {name.replace("_", "-"): text for name, text in expected.items()})


FIGURES = (
    # a comma or a space that separates thousands, a comma that is a decimal sign
    figure(407, "205 000", "205000", unit="number", area="trondheim", period="2020-01"),
    figure(889, "24,858", "24858", unit="number", area="trondheim", breakdown="eneboliger"),
    figure(890, "44 686", "44686", unit="number", area="trondheim", breakdown="leiligheter"),
    figure(1398, "13,424", "13424", unit="kilowatt-hour-per-year", area="trondheim"),
    figure(1551, "469 071", "469071", unit="tonne", area="trondheim"),
    figure(1554, "2,46 tonn", "2.46", unit="tonne-per-resident", area="trondheim"),
    figure(2292, "77 034", "77034", unit="nok-per-resident", area="trondheim"),
    figure(2295, "60,2", "60.2", unit="per-mille", area="trondheim"),
    figure(2104, "92,55%", "92.55", unit="percent", area="trondheim"),
    figure(1353, "3,4 jordkloder", "3.4", unit="number", area="norge", period="2018"),
    figure(2089, "38030", "38030", unit="number", area="trondheim"),
    figure(2093, "5 200", "5200", unit="number", breakdown="internasjonale-studenter"),
    # numbers that look like years or codes
    figure(1251, "1860", "1860", unit="number", area="trondheim", period="unknown"),
    figure(2112, "1915 stk", "1915", unit="number", area="trondheim", period="--2020-03"),
    figure(2112, "1,79 %", "1.79", unit="percent", area="trondheim", period="--2020-03"),
    figure(1407, "2,82%", "2.82", unit="percent", breakdown="deponi"),
    # numbers in words and fractions keep their number, and are never made a percentage
    figure(574, "én av tre", "0.3333", unit="ratio", kind="projection", area="norge"),
    figure(1087, "1/3", "0.3333", unit="ratio", area="norge"),
    figure(1085, "drøyt 1/4", "0.25", unit="ratio", qualifier="over", area="norge"),
    figure(1725, "mer enn doblet", "2", unit="ratio", qualifier="over", base_year="1905"),
    figure(1272, "over tusen", "1000", unit="number-per-year", qualifier="over"),
    figure(1020, "null vekst", "0", unit="percent", kind="target", area="trondheim"),
    # about, nearly, over, under
    figure(1394, "cirka 37 kg", "37", unit="kilogram-per-resident-and-year", qualifier="about"),
    figure(1720, "nesten 150 000", "150000", unit="number", qualifier="nearly", base_year="1905"),
    figure(1069, "2 km", "2", unit="kilometre", kind="threshold", qualifier="under"),
    # billions keep the printed number
    figure(2260, "vel 1 milliard kroner", "1", unit="nok-per-year", multiplier="9", qualifier="over", kind="projection",
           area="trondheim", period="2029", base_year="2020"),
    figure(413, "1 mrd", "1", unit="nok-per-year", multiplier="9", qualifier="over", area="trondheim", period="2029"),
    figure(2253, "om lag 0,9 mrd. kroner", "0.9", unit="nok-per-year", multiplier="9", qualifier="about",
           kind="projection", area="norge", period="2020", price_level="2019"),
    figure(2305, "15 mrd", "15", unit="nok", multiplier="9", area="trondheim"),
    # a range has no midpoint
    figure(2253, "3-5 mrd. kroner", "", lower="3", upper="5", multiplier="9", kind="projection", area="norge",
           period="2025--2040", price_level="2019", not_observed="range"),
    # projections
    figure(398, "4500 personer", "4500", kind="observation", age="80-", period="unknown"),
    figure(401, "9000 personer", "9000", kind="projection", age="80-", period="2029"),
    # targets
    figure(1541, "10%", "10", kind="target", unit="percent", area="trondheim", period="2020"),
    figure(1543, "30%", "30", kind="target", unit="percent", area="trondheim", period="2023"),
    figure(1545, "80%", "80", kind="target", unit="percent", area="trondheim", period="2030"),
    # rankings
    figure(13, "på topp", "1", kind="ranking", unit="number", area="norge", period="2001"),
    figure(15, "verdens lykkeligste", "1", kind="ranking", unit="number", area="norge", period="2017"),
    figure(683, "minst ulikhet", "1", kind="ranking", unit="number", area="trondheim"),
    figure(1348, "rett etter Luxembourg", "2", kind="ranking", unit="number", area="norge", certainty="likely"),
    # the country beside the municipality
    figure(17, "16 prosent", "16", unit="percent", area="norge", period="2015"),
    figure(21, "18 prosent", "18", unit="percent", area="trondheim", sex="M", age="adult"),
    figure(22, "25 prosent", "25", unit="percent", area="trondheim", sex="F", age="adult"),
    figure(721, "6,4 prosent", "6.4", unit="percent", area="norge", period="1984~1986"),
    figure(722, "8 prosent", "8", unit="percent", area="norge", period="2017"),
    figure(724, "6,9%", "6.9", unit="percent", area="trondheim"),
    figure(1349, "26 prosent", "26", unit="percent", area="norge", period="2018"),
    figure(1360, "421 kg", "421", unit="kilogram-per-resident", area="norge", period="2019"),
    # the municipality before the merger beside the one it was merged with
    figure(1742, "17 %", "17", unit="percent", area="gamle-trondheim", breakdown="bebygd"),
    figure(1746, "20 prosent", "20", unit="percent", area="gamle-trondheim", breakdown="jordbruksareal"),
    figure(1752, "2%", "2", unit="percent", area="klaebu", breakdown="bebygd"),
    figure(1753, "6 prosent", "6", unit="percent", area="klaebu", breakdown="jordbruksareal"),
    # values parted from their labels
    figure(205, "7%", "7", unit="percent", certainty="uncertain"),
    figure(207, "14%", "14", unit="percent", certainty="uncertain"),
    figure(208, "21%", "21", unit="percent", age="0-17", certainty="uncertain"),
    figure(1264, "30", "30", unit="number", certainty="uncertain"),
    figure(1410, "230 liter /dag", "230", unit="litre-per-day", certainty="uncertain"),
    figure(1929, "66%", "66", unit="percent", period="2019", certainty="likely"),
    figure(1938, "40%", "40", unit="percent", breakdown="laveste-inntektskvartil", certainty="likely"),
    figure(1940, "60%", "60", unit="percent", breakdown="hoyeste-inntektskvartil"),
    figure(2107, "19169", "19169", unit="number", certainty="likely"),
    # values that have lost their label
    figure(1071, "50%", "50", indicator="", not_observed="unassigned", certainty="uncertain"),
    figure(1072, "12%", "12", indicator="", not_observed="unassigned", certainty="uncertain"),
    figure(1074, "10%", "10", indicator="", not_observed="unassigned", certainty="uncertain"),
    figure(1075, "27%", "27", indicator="", not_observed="unassigned", certainty="uncertain"),
)
# Numbers in words; the printed digits of all other figures are their value.
IN_WORDS = {
    "på topp": "1", "verdens lykkeligste": "1", "minst ulikhet": "1", "rett etter Luxembourg": "2",
    "én av tre": "0.3333", "1/3": "0.3333", "drøyt 1/4": "0.25", "mer enn doblet": "2", "over tusen": "1000",
    "null vekst": "0",
}
COMMA_SEPARATES_THOUSANDS = {"24,858", "13,424"}
QUALIFIERS = {"cirka": "about", "om lag": "about", "nesten": "nearly", "over": "over", "mer enn": "over",
              "drøyt": "over", "vel": "over"}

# The lists of governing documents, read from the text: every line of them is a document's.
DOCUMENT_LISTS = {1: (109, 115), 2: (218, 220), 3: (504, 508), 4: (601, 605), 5: (825, 827), 6: (959, 964),
                  7: (1172, 1179), 8: (1311, 1319), 9: (1452, 1455), 10: (1679, 1682), 11: (1866, 1871),
                  12: (2005, 2008), 13: (2204, 2215), 14: (2365, 2370)}
# A document that several themes list: a line of each mention.
SAME_DOCUMENT = (
    (109, 960, 2007), (112, 219), (113, 825), (114, 826), (115, 827), (218, 964), (504, 602, 2008), (505, 603, 2211),
    (506, 604), (507, 605), (601, 2205), (961, 1172), (963, 1175, 1869), (963, 1175, 1316, 1870), (1179, 1454),
    (1452, 1679), (1680, 2210), (1682, 2215), (173, 1907), (172, 1906),
)
# Lines that name two documents, and documents that are easily taken for one.
TWO_DOCUMENTS = ((963, 2), (1173, 2), (1175, 2), (1313, 2))
DIFFERENT_DOCUMENTS = ((111, 112), (1177, 1178), (1454, 1681), (1172, 1173), (2246, 2366), (220, 1453))
# Line, status, date and case number of a mention, as the text says.
MENTIONS = (
    (115, "under-work", "", ""), (827, "under-work", "", ""), (504, "", "", "Bystyresak 68/19"),
    (1179, "", "", "Bystyresak 19/18054"), (1311, "", "", "B 123/19"), (1312, "", "", "B 3/13"),
    (1313, "", "", "B 144/13"), (1314, "under-work", "", ""), (1176, "under-work", "", ""),
    (1178, "under-work", "", ""), (1316, "to-be-adopted", "2020-03", ""), (1868, "under-work", "", ""),
    (1869, "under-work", "", ""), (1870, "final-consideration", "", ""), (1682, "to-be-adopted", "2020-05", ""),
    (2215, "adopted", "2020-05-19", ""), (2206, "", "", "Bystyresak 202/18"), (2209, "", "", "Formannskapssak 211/17"),
)

RUN = 8
"""So many words in a row that the source has too are a sentence taken over, not a fact."""


@pytest.fixture(scope="module")
def publication() -> Publication:
    reading = read_publication(TRONDHEIM)
    assert not reading.errors, "\n".join(map(str, reading.errors))
    assert reading.publication
    return reading.publication


# Themes


def sentences(text: str) -> int:
    return len(re.findall(r"[.!?](?=\s|$)", text))


def test_themes_in_the_order_of_the_plan(publication: Publication) -> None:
    assert [theme.number for theme in publication.themes] == list(range(1, 15))
    assert [(theme.title.nb, theme.title.en) for theme in publication.themes] == TITLES
    starts = [theme.lines[0][0] for theme in publication.themes]
    assert starts == sorted(starts)


def test_summaries_have_two_to_four_sentences(publication: Publication) -> None:
    for theme in publication.themes:
        for language, text in theme.summary.items():
            assert 2 <= sentences(text) <= 4, f"{theme.slug} {language}"
            assert text.endswith("."), f"{theme.slug} {language}"


def test_summaries_say_the_same_in_both_languages(publication: Publication) -> None:
    """What can be compared are the numbers, but for those of one digit, which may be words, and the length."""
    for theme in publication.themes:
        nb, en = theme.summary.nb, theme.summary.en
        assert sentences(nb) == sentences(en), theme.slug
        assert numbers(nb) == numbers(en), theme.slug
        assert 0.7 < len(nb) / len(en) < 1.4, theme.slug


def numbers(text: str) -> list[str]:
    """The numbers of a text that have several digits, their decimal and thousands signs left out."""
    return sorted(re.sub(r"\D", "", number) for number in re.findall(r"\d[\d,.\u00a0 ]*\d", text))


def test_every_theme_leads_outward(publication: Publication) -> None:
    for theme in publication.themes:
        assert theme.subjects, theme.slug
        assert theme.eu_themes, theme.slug
        assert len(set(theme.subjects)) == len(theme.subjects), theme.slug


# Facts carry over, sentences do not


def texts(record: object, path: str = "") -> Iterator[tuple[str, Text]]:
    """Every text of a record and of all below it, with its path, but titles and names, which are not ours to word."""
    if isinstance(record, Text):
        yield path, record
    elif isinstance(record, tuple):
        for index, item in enumerate(record):
            yield from texts(item, f"{path}.{getattr(item, 'slug', None) or getattr(item, 'code', index)}")
    elif dataclasses.is_dataclass(record):
        for field in dataclasses.fields(record):
            if field.name not in {"marks", "title", "agents"}:
                yield from texts(getattr(record, field.name), f"{path}.{field.name}".strip("."))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    """Every run of RUN words."""
    found = words(text)
    return {tuple(found[start : start + RUN]) for start in range(len(found) - RUN + 1)}


def runs_of(plan: Plan) -> set[tuple[str, ...]]:
    """Every run of words in the plan's text, hyphens at line breaks kept or undone."""
    whole = ((1, len(plan.lines)),)
    return runs(plan.folded(whole)) | runs(plan.unbroken(whole))


def taken_over(publication: Publication, source: set[tuple[str, ...]]) -> list[str]:
    """Places and runs of words that stand in the source as well."""
    return [
        f"{path}.{language}: {' '.join(run)}"
        for path, text in texts(publication) for language, value in text.items() for run in sorted(runs(value) & source)
    ]


@needs_source
def test_no_sentence_is_taken_over(publication: Publication) -> None:
    assert taken_over(publication, runs_of(Plan(TEXT_FILE.read_bytes()))) == []


@needs_source
def test_a_sentence_that_is_taken_over_is_found(publication: Publication) -> None:
    """In a summary and in a note; one word fewer is no run yet."""
    plan = Plan(TEXT_FILE.read_bytes())
    source, sentence = runs_of(plan), words(plan.folded(((24, 26),)))
    for length, found in ((RUN, True), (RUN - 1, False)):
        theft = Text(f"Vi leser: {' '.join(sentence[:length])}, og mer.", "We read on.")
        summarised = replace(publication.themes[0], summary=theft)
        noted = replace(summarised.targets[0], note=theft)
        for theme in (summarised, replace(publication.themes[0], targets=(noted,))):
            spoilt = replace(publication, themes=(theme, *publication.themes[1:]))
            assert bool(taken_over(spoilt, source)) is found


def test_openings_have_at_most_eight_words(publication: Publication) -> None:
    openings = {link.text_opening for theme in publication.themes for link in theme.targets}
    assert [opening for opening in openings if len(words(opening)) > 8] == []


# Links to targets


def link_of(publication: Publication, number: int, code: str) -> TargetLink:
    theme = publication.themes[number - 1]
    return next(link for link in theme.targets if link.code == code)


@pytest.mark.parametrize("row", LINKS, ids=lambda row: f"theme {row.theme}, {row.code}: {row.why}")
def test_link(row: Link, publication: Publication) -> None:
    link = link_of(publication, row.theme, row.code)
    assert (link.basis, link.text_lines[0][0]) == (row.basis, row.line)
    assert tuple((item.printed, item.line, item.place) for item in link.printed) == row.prints


def test_bases_counted(publication: Publication) -> None:
    for theme in publication.themes:
        found = Counter(link.basis for link in theme.targets)
        both, text_only = BASES[theme.number]
        assert found == Counter({"both": both, "text-only": text_only}), theme.slug
        assert sum(len(link.printed) for link in theme.targets) == PRINTS[theme.number], theme.slug
    assert sum(map(sum, BASES.values())) == 150
    assert sum(PRINTS.values()) == 146


def test_a_code_that_is_read_as_another_is_never_certain_and_always_explained(publication: Publication) -> None:
    conflicts = 0
    for theme in publication.themes:
        for link in theme.targets:
            for item in link.printed:
                if item.reading != link.code:
                    conflicts += 1
                    assert item.certainty != "certain", f"{theme.slug} {link.code}"
                    assert link.note, f"{theme.slug} {link.code}"
            if link.basis != "both" or link.text_form != "whole":
                assert link.note, f"{theme.slug} {link.code}"
    assert conflicts == 7  # 8.4, 17.7, 11.4, 9.4, 12.3, 16.1, 17.4


@needs_source
def test_a_text_that_several_themes_print_has_one_target(publication: Publication) -> None:
    """The first eight words of a text, where the plan prints them, lead to the same target everywhere but once."""
    plan = Plan(TEXT_FILE.read_bytes())
    targets: dict[str, set[str]] = {}
    for theme in publication.themes:
        for link in theme.targets:
            text = re.sub(r"\A\S*\d\S*\s+", "", plan.folded(link.text_lines))
            targets.setdefault(" ".join(words(text)[:8]), set()).add(link.code)
    shared = {opening: sorted(found) for opening, found in targets.items() if len(found) > 1}
    assert shared == {"oppnå en betydelig reduksjon i alle former for": ["16.1", "16.5"]}


# Statistics


def find(publication: Publication, line: int, printed: str) -> tuple[Statistic, StatisticMention]:
    """The one statistic that prints the form, with or without more words after it, and cites the line."""
    found = [
        (item, mention) for item in publication.statistics for mention in item.mentions
        if f"{mention.printed} ".startswith(f"{printed} ") and line in each(mention.lines)
    ]
    assert len(found) == 1, f"line {line}: {len(found)} statistics print {printed}"
    return found[0]


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: f"line {row.line}: {row.printed}")
def test_figure(row: Figure, publication: Publication) -> None:
    item, mention = find(publication, row.line, row.printed)
    units = {indicator.slug: indicator.unit for indicator in publication.indicators}
    said = {
        "unit": units.get(item.indicator, ""), "certainty": mention.certainty, "kind": item.kind, "area": item.area,
        "indicator": item.indicator, "period": item.period, "sex": item.sex, "age": item.age, "lower": item.lower,
        "upper": item.upper, "breakdown": item.breakdown, "multiplier": item.multiplier, "qualifier": item.qualifier,
        "base-year": item.base_year, "price-level": item.price_level, "not-observed": item.not_observed,
    }
    absent = {"multiplier": "", "qualifier": "", "not-observed": "", "lower": "", "upper": "", "sex": "T"}
    expected = absent | row.expected
    assert item.value == row.value
    assert {name: said[name] for name in expected} == expected


def as_number(printed: str) -> str:
    """The number that a printed form says, in canonical form; empty where it says none."""
    if printed in IN_WORDS:
        return IN_WORDS[printed]
    match = re.search(r"\d(?:[\d ,]*\d)?", printed)
    if not match:
        return ""
    return match[0].replace(" ", "").replace(",", "" if match[0] in COMMA_SEPARATES_THOUSANDS else ".")


def test_every_value_is_the_number_that_is_printed(publication: Publication) -> None:
    for item in publication.statistics:
        for mention in item.mentions:
            printed = as_number(mention.printed)
            if item.not_observed == "range":
                assert mention.printed.startswith(f"{item.lower}-{item.upper}"), item.slug
            elif printed or item.not_observed != "no-number":
                assert printed in ({"", item.value} if len(item.mentions) > 1 else {item.value}), item.slug


def test_numbers_that_are_listed_are_printed(publication: Publication) -> None:
    printed = [mention.printed for item in publication.statistics if item.value for mention in item.mentions]
    assert set(IN_WORDS) <= set(printed)
    assert all(any(form.startswith(number) for form in printed) for number in COMMA_SEPARATES_THOUSANDS)


def test_a_fraction_is_never_a_percentage(publication: Publication) -> None:
    units = {indicator.slug: indicator.unit for indicator in publication.indicators}
    fractions = [item for item in publication.statistics if item.value in {"0.3333", "0.25"}]
    assert len(fractions) == 3
    assert {units[item.indicator] for item in fractions} == {"ratio"}
    percentages = [
        item for item in publication.statistics if item.indicator and item.value
        if any(re.search("%|prosent", mention.printed) for mention in item.mentions)
    ]
    assert len(percentages) > 30
    assert {units[item.indicator] for item in percentages} == {"percent"}


def test_qualifiers_are_what_the_words_say(publication: Publication) -> None:
    for item in publication.statistics:
        if item.value:
            found = {
                qualifier for words_, qualifier in QUALIFIERS.items() for mention in item.mentions
                if re.match(rf"{words_} ", mention.printed)
            }
            assert found <= {item.qualifier}, item.slug


def test_kinds_counted(publication: Publication) -> None:
    kinds = Counter(item.kind for item in publication.statistics)
    assert kinds["ranking"] == 4
    assert kinds["target"] == 5
    assert kinds["threshold"] == 1
    reasons = Counter(item.not_observed for item in publication.statistics)
    assert (reasons["range"], reasons["unassigned"]) == (1, 4)


def test_the_same_fact_in_two_themes_is_one_statistic(publication: Publication) -> None:
    cost = find(publication, 413, "1 mrd")[0]
    assert find(publication, 2260, "vel 1 milliard kroner")[0] is cost
    assert [mention.theme for mention in cost.mentions] == [
        "samskapt-velferd-og-arbeidsgiverrollen", "okonomisk-handlingsrom", "okonomisk-handlingsrom",
    ]
    growing = find(publication, 1021, "befolkningen vokser")[0]
    assert find(publication, 1239, "økende antall fastboende")[0] is growing
    assert find(publication, 1733, "sterk vekst")[0] is growing


# Governing documents


def documents_at(publication: Publication, line: int) -> set[str]:
    return {
        document.slug for document in publication.documents
        if any(line in each(mention.lines) for mention in document.mentions)
    }


@pytest.mark.parametrize("number", DOCUMENT_LISTS)
def test_every_listed_document_is_recorded(number: int, publication: Publication) -> None:
    first, last = DOCUMENT_LISTS[number]
    slug = publication.themes[number - 1].slug
    cited = {
        line for document in publication.documents for mention in document.mentions if mention.theme == slug
        for line in each(mention.lines)
    }
    assert set(range(first, last + 1)) - cited == set()


@pytest.mark.parametrize("lines", SAME_DOCUMENT, ids=lambda lines: "lines " + ", ".join(map(str, lines)))
def test_one_document_has_several_mentions(lines: tuple[int, ...], publication: Publication) -> None:
    common = set.intersection(*(documents_at(publication, line) for line in lines))
    assert len(common) == 1
    document = next(item for item in publication.documents if item.slug in common)
    assert len({mention.theme for mention in document.mentions}) >= len(lines)


def test_two_documents_on_one_line_are_two(publication: Publication) -> None:
    for line, count in TWO_DOCUMENTS:
        assert len(documents_at(publication, line)) == count, line


def test_documents_that_look_alike_are_two(publication: Publication) -> None:
    for one, other in DIFFERENT_DOCUMENTS:
        assert documents_at(publication, one)
        assert documents_at(publication, other)
        assert not documents_at(publication, one) & documents_at(publication, other), (one, other)


def test_no_two_documents_share_a_title(publication: Publication) -> None:
    for language in ("nb", "en"):
        titles = Counter(document.title.within(language).casefold() for document in publication.documents)
        assert [title for title, count in titles.items() if count > 1] == []


@pytest.mark.parametrize("row", MENTIONS, ids=lambda row: f"line {row[0]}")
def test_mention(row: tuple[int, str, str, str], publication: Publication) -> None:
    line, *said = row
    mentions = [
        mention for document in publication.documents for mention in document.mentions if line in each(mention.lines)
    ]
    assert mentions
    for mention in mentions:
        assert [mention.status, mention.status_date, mention.case_number] == said


def test_a_status_that_mentions_contradict_is_resolved_with_a_reason(publication: Publication) -> None:
    contradicted = 0
    for document in publication.documents:
        statuses = {mention.status for mention in document.mentions if mention.status}
        assert document.status in statuses | {""}, document.slug
        assert bool(document.status) == bool(statuses), document.slug
        if len(statuses) > 1:
            contradicted += 1
            assert document.status_reason, document.slug
    assert contradicted == 2  # the city centre strategy, the strategy for Elgeseter


def test_a_period_in_a_title_is_the_validity(publication: Publication) -> None:
    """Years joined by a dash in what is printed; a single year may be an adoption or a horizon."""
    for document in publication.documents:
        for mention in document.mentions:
            years = re.findall(r"(\d{4})\s*[-–]\s*(\d{4})", mention.printed)
            if years and "Aktsomhetskartet" not in document.title.nb:
                assert document.validity in {f"{start}--{end}" for start, end in years}, document.slug
                assert codes.period(document.validity).end


def test_what_is_said_is_said_of_every_theme(publication: Publication) -> None:
    """No theme is without targets, documents and figures."""
    documents = {mention.theme for document in publication.documents for mention in document.mentions}
    figures = {mention.theme for item in publication.statistics for mention in item.mentions}
    themes: tuple[Theme, ...] = publication.themes
    assert {theme.slug for theme in themes} == documents == figures
    assert all(theme.targets for theme in themes)
