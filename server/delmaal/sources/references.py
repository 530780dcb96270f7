"""Checks what one record says of another: that it exists, that lines lie within the source, that keys are unique, that
a target link rests on what it says it rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain

from delmaal import codes
from delmaal.errors import Mark, SourceError, short
from delmaal.records import Indicator, Lines, Marks, Publication, TargetLink, Theme
from delmaal.sources.nearest import Nearest

EVERY = "*"
"""Stands for all records of a file that could not be read, beside the slugs of single ones."""
MAX_STEPS = 12
"""How many records of a ring a message shows."""


def check_references(publication: Publication, unreadable: Collection[tuple[str, str]],
                     errors: list[SourceError]) -> None:
    """Append a SourceError for every reference that leads nowhere; what a file that could not be read may hold is
    not held against the records that refer to it."""
    _Check(publication, unreadable, errors).run()


class _Check:
    def __init__(self, publication: Publication, unreadable: Collection[tuple[str, str]],
                 errors: list[SourceError]) -> None:
        self.publication = publication
        self.unreadable = unreadable
        self.errors = errors
        self.known: dict[str, set[str]] = {
            "themes": {record.slug for record in publication.themes},
            "documents": {record.slug for record in publication.documents},
            "indicators": {record.slug for record in publication.indicators},
            "areas": {record.slug for record in publication.areas},
            "breakdowns": {record.slug for record in publication.breakdowns} | {"total"},
            "agents": {record.slug for record in publication.agents},
            "units": {record.slug for record in publication.units},
            "targets": {record.code for record in publication.targets},
        }
        self.nearest = {name: Nearest(known) for name, known in self.known.items()}

    def run(self) -> None:
        self._themes()
        for document in self.publication.documents:
            self._exists("documents", document.part_of, document.marks, "part-of")
            for mention in document.mentions:
                self._exists("themes", mention.theme, mention.marks, "theme")
                self._within(mention.lines, mention.marks.at("lines"))
        self._statistics()
        lost = {unit.slug for unit in self.publication.units if unit.marks.lacks("iri")}
        for indicator in self.publication.indicators:
            self._exists("units", indicator.unit, indicator.marks, "unit")
            if indicator.unit in lost:
                indicator.marks.refuse("unit")
            self._matches(indicator)
        for area in self.publication.areas:
            self._exists("areas", area.part_of, area.marks, "part-of")
            self._exists("areas", area.replaced_by, area.marks, "replaced-by")
        self._acyclic({document.slug: (document.part_of, document.marks) for document in self.publication.documents},
                      "part-of")
        areas = self.publication.areas
        self._acyclic({area.slug: (area.part_of, area.marks) for area in areas}, "part-of")
        self._acyclic({area.slug: (area.replaced_by, area.marks) for area in areas}, "replaced-by")
        for lines in self.publication.no_figures:
            self._within(lines.lines, lines.marks.at("lines"))

    def _themes(self) -> None:
        numbers: dict[int, Theme] = {}
        for theme in self.publication.themes:
            if theme.number in numbers:
                first = numbers[theme.number]
                sentence = f'number {theme.number} is that of theme "{first.slug}" too, at {first.marks.at("number")}'
                self._refuse("number-duplicate", theme.marks.at("number"), f"{sentence}; number them anew")
            elif not theme.marks.lacks("number"):
                numbers[theme.number] = theme
            self._within(theme.lines, theme.marks.at("lines"))
            self._within(theme.title_lines, theme.marks.at("title-lines"))
            for link in theme.targets:
                self._link(link)
            if any(link.marks.lacks("code", "basis") for link in theme.targets):
                theme.marks.refuse("targets")

    def _link(self, link: TargetLink) -> None:
        self._exists("targets", link.code, link.marks, "code")
        self._within(link.text_lines, link.marks.at("text"))
        for printed in link.printed:
            self._within(((printed.line, printed.line),), printed.marks.at("line"))
        if not link.marks.lacks("code", "basis", "printed"):
            self._basis(link)

    def _basis(self, link: TargetLink) -> None:
        """The basis must say what the evidence says; nobody has to trust it."""
        marks, has_text = link.marks, "text" in link.marks.fields
        of_code = any(item.reading == link.code for item in link.printed)
        evidence = ("both" if of_code else "text-only") if has_text else "printed-only"
        if not has_text and not link.printed:
            marks.refuse("basis")
            sentence = f"target {link.code} has neither text nor printed code; add one of them, or delete the target"
            self._refuse("target-without-evidence", marks.record, sentence)
        elif link.basis != evidence:
            marks.refuse("basis")
            sentence = f'target {link.code} says basis "{link.basis}", its text and printed codes say "{evidence}"'
            self._refuse("basis-contradicted", marks.at("basis"), f"{sentence}; correct one of them")
        elif "note" not in marks.fields and (link.basis != "both" or link.conflict):
            marks.refuse("note")
            sentence = f"target {link.code} is {link.basis}{' and in conflict' if link.conflict else ''}"
            self._refuse("note-missing", marks.record, f"{sentence}; add a note with the reason for the choice")

    def _matches(self, indicator: Indicator) -> None:
        """A UN indicator is numbered under a target that exists."""
        for field, matches in (("close-match", indicator.close_match), ("related-match", indicator.related_match)):
            for index, code in enumerate(matches):
                target = codes.indicator_target(code)
                if target and self.known["targets"] and target not in self.known["targets"]:
                    sentence = f'{field} holds "{code}", and there is no target {target}; look the code up at the UN'
                    self._refuse("un-indicator-unknown", indicator.marks.at(f"{field}.{index}"), sentence)

    def _statistics(self) -> None:
        keys: dict[tuple[str, ...], Mark] = {}
        indicators = {indicator.slug: indicator for indicator in self.publication.indicators}
        for statistic in self.publication.statistics:
            marks = statistic.marks
            self._exists("indicators", statistic.indicator, marks, "indicator")
            self._exists("areas", statistic.area, marks, "area")
            self._exists("breakdowns", statistic.breakdown, marks, "breakdown")
            self._exists("units", statistic.unit, marks, "unit")
            measured = indicators.get(statistic.indicator)
            if measured and statistic.numbered and not measured.unit and not measured.marks.lacks("unit"):
                measured.marks.refuse("unit")
                sentence = f"indicator {statistic.indicator} has no unit, and a number at {marks.record}; add unit"
                self._refuse("unit-missing", measured.marks.record, sentence)
            for mention in statistic.mentions:
                self._exists("themes", mention.theme, mention.marks, "theme")
                self._exists("agents", mention.source, mention.marks, "source")
                self._within(mention.lines, mention.marks.at("lines"))
            if statistic.observed:
                if statistic.key in keys:
                    sentence = f"all its dimensions are those of the statistic at {keys[statistic.key]}"
                    fix = "tell them apart, or make them two mentions of one statistic"
                    self._refuse("statistic-duplicate", marks.record, f"{sentence}; {fix}")
                keys.setdefault(statistic.key, marks.record)

    def _exists(self, name: str, slug: str, marks: Marks, field: str) -> None:
        if not slug or slug in self.known[name]:
            return
        marks.refuse(field)
        if (name, slug) in self.unreadable or (name, EVERY) in self.unreadable:
            return
        singular = name.removesuffix("s")
        self._refuse(f"{singular}-unknown", marks.at(field), f'there is no {singular} "{short(slug)}"; '
                                                                 f"{self.nearest[name].to(slug)}")

    def _acyclic(self, leads: Mapping[str, tuple[str, Marks]], field: str) -> None:
        """Refuse a record that comes back to itself; of a ring, the first that is met."""
        done: set[str] = set()
        for start in leads:
            way, slug = [], start
            while slug in leads and slug not in done:
                done.add(slug)
                way.append(slug)
                slug = leads[slug][0]
            if slug in way:
                ring = way[way.index(slug):]
                marks = leads[ring[-1]][1]
                marks.refuse(field)
                steps = [*ring[:MAX_STEPS], "…", *ring[-1:], slug] if len(ring) > MAX_STEPS else [*ring, slug]
                shown = " → ".join(f'"{short(name)}"' for name in steps)
                self._refuse("reference-circular", marks.at(field), f"{field} leads back to where it began: {shown}; "
                                                                    f"leave {field} out of one of them")

    def _within(self, lines: Lines, mark: Mark) -> None:
        last = self.publication.source.line_count
        highest = max(chain((0,), (run[1] for run in lines)))
        if last and highest > last:
            self._refuse("lines-outside", mark, f"line {highest} is cited; the source has {last} lines")

    def _refuse(self, code: str, mark: Mark, sentence: str) -> None:
        self.errors.append(SourceError(code, mark, sentence))
