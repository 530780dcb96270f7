"""Checks what one record says of another: that it exists, that lines lie within the source, that keys are unique, that
a target link rests on what it says it rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain

from delmaal import codes
from delmaal.errors import Mark, SourceError, short
from delmaal.records import LOCATORS, WHOLE, Citation, Indicator, Lines, Marks, Publication, Source, TargetLink, Theme
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
            "statistics": {record.slug for record in publication.statistics},
            "sources": {record.slug for record in publication.sources},
        }
        self.sources = {source.slug: source for source in publication.sources}
        self.texts = {source.slug: source for source in publication.sources if source.is_text}
        self.said: set[tuple[str, Mark, str]] = set()
        self.without_text: list[Mark] = []
        self.nearest = {name: Nearest(known) for name, known in self.known.items()}

    def run(self) -> None:
        self._themes()
        self._headline(self.publication.headline, self.publication.marks)
        for theme in self.publication.themes:
            self._headline(theme.headline, theme.marks)
        for document in self.publication.documents:
            self._exists("documents", document.part_of, document.marks, "part-of")
            for mention in document.mentions:
                self._exists("themes", mention.theme, mention.marks, "theme")
                self._printed(mention.lines, mention.marks, mention.text)
            self._cited(document.cited, document.marks)
            self._in_themes(document.themes, document.marks)
        self._statistics()
        lost = {unit.slug for unit in self.publication.units if unit.marks.lacks("iri")}
        for indicator in self.publication.indicators:
            self._exists("units", indicator.unit, indicator.marks, "unit")
            if indicator.unit in lost:
                indicator.marks.refuse("unit")
            self._cited(indicator.cited, indicator.marks)
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
            self._within(lines.lines, lines.marks.at("lines"), self.publication.source)
        if self.without_text:
            more = f" ({len(self.without_text)} records cite lines)" if len(self.without_text) > 1 else ""
            sentence = f"lines are cited, and the publication has no text{more}; add one to sources in publication.yaml"
            self._refuse("text-missing", self.without_text[0], f"{sentence}, or cite another source with source and at")

    def _themes(self) -> None:
        numbers: dict[int, Theme] = {}
        for theme in self.publication.themes:
            if theme.number in numbers:
                first = numbers[theme.number]
                sentence = f'number {theme.number} is that of theme "{first.slug}" too, at {first.marks.at("number")}'
                self._refuse("number-duplicate", theme.marks.at("number"), f"{sentence}; number them anew")
            elif not theme.marks.lacks("number"):
                numbers[theme.number] = theme
            text = self._text_of(theme)
            self._within(theme.lines, theme.marks.at("lines"), text)
            self._within(theme.title_lines, theme.marks.at("title-lines"), text)
            self._cited(theme.cited, theme.marks)
            if text and not theme.cited.source and "lines" not in theme.marks.fields and not theme.marks.lacks(WHOLE):
                theme.marks.refuse("lines")
                sentence = f'theme "{theme.slug}" lacks "lines"; add the lines of the text that it is taken from'
                self._refuse("key-missing", theme.marks.record, f"{sentence}, or source, where it is not of the text")
            for link in theme.targets:
                self._link(link, text)
            if any(link.marks.lacks("code", "basis") for link in theme.targets):
                theme.marks.refuse("targets")

    def _text_of(self, theme: Theme) -> Source | None:
        """The text that a theme's lines are of: the one that it cites, else the publication's."""
        return self.texts.get(theme.cited.source) or self.publication.source

    def _link(self, link: TargetLink, text: Source | None) -> None:
        self._exists("targets", link.code, link.marks, "code")
        self._within(link.text_lines, link.marks.at("text"), text)
        self._cited(link.cited, link.marks)
        for printed in link.printed:
            self._within(((printed.line, printed.line),) if printed.line else (), printed.marks.at("line"), text)
        if not link.marks.lacks("code", "basis", "printed"):
            self._basis(link)

    def _basis(self, link: TargetLink) -> None:
        """The basis must say what the evidence says; nobody has to trust it."""
        marks, has_text = link.marks, "text" in link.marks.fields
        of_code = any(item.reading == link.code for item in link.printed)
        evidence = ("both" if of_code else "text-only") if has_text else "printed-only"
        if link.basis == "chosen":
            self._chosen(link)
        elif link.by is not None:
            marks.refuse("basis")
            sentence = f'target {link.code} says by whom it was chosen, and basis "{link.basis}"; write basis: chosen'
            self._refuse("basis-contradicted", marks.at("basis"), f"{sentence}, or delete by")
        elif not has_text and not link.printed:
            marks.refuse("basis")
            sentence = f"target {link.code} has neither text nor printed code; add one of them, or write "
            sentence += "basis: chosen with by, where the choice is your own"
            self._refuse("target-without-evidence", marks.record, sentence)
        elif link.basis != evidence:
            marks.refuse("basis")
            sentence = f'target {link.code} says basis "{link.basis}", its text and printed codes say "{evidence}"'
            self._refuse("basis-contradicted", marks.at("basis"), f"{sentence}; correct one of them")
        elif "note" not in marks.fields and (link.basis != "both" or link.conflict):
            marks.refuse("note")
            sentence = f"target {link.code} is {link.basis}{' and in conflict' if link.conflict else ''}"
            self._refuse("note-missing", marks.record, f"{sentence}; add a note with the reason for the choice")

    def _chosen(self, link: TargetLink) -> None:
        """What the publisher chose has no evidence in a text, and says who chose it or by which decision."""
        marks = link.marks
        beside = next((name for name in ("text", "printed") if name in marks.fields), "")
        source = self.sources.get(link.cited.source)
        if beside:
            marks.refuse("basis")
            sentence = f"target {link.code} is chosen, and has {beside}, which a text gives; delete {beside}"
            self._refuse("basis-contradicted", marks.at(beside), f"{sentence}, or write the basis that it shows")
        elif link.by is None and not marks.lacks("by") and not (source and source.kind == "decision"):
            marks.refuse("by")
            sentence = f"target {link.code} is chosen, and does not say by whom; add by with body or decision"
            self._refuse("choice-unfounded", marks.at("basis"), sentence)

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
                self._printed(mention.lines, mention.marks, mention.text)
            self._cited(statistic.cited, marks)
            self._in_themes(statistic.themes, marks)
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

    def _headline(self, slugs: Collection[str], marks: Marks) -> None:
        for index, slug in enumerate(slugs):
            self._exists("statistics", slug, marks, f"headline.{index}")

    def _in_themes(self, themes: Collection[str], marks: Marks) -> None:
        for index, theme in enumerate(themes):
            self._exists("themes", theme, marks, f"themes.{index}")

    def _printed(self, lines: Lines, marks: Marks, text: str) -> None:
        """The lines of a mention, of the text that it names or of the publication's."""
        self._exists("sources", text, marks, "text")
        named = self.sources.get(text)
        if named is not None and not named.is_text and named.kind:
            marks.refuse("text")
            sentence = f'"{text}" is a {named.kind}; write the slug of a text, or leave text out'
            self._refuse("source-no-text", marks.at("text"), sentence)
        self._within(lines, marks.at("lines"), named or self.publication.source)

    def _cited(self, cited: Citation, marks: Marks) -> None:
        """A source that exists, and a place of its kind in it."""
        self._exists("sources", cited.source, marks, "source")
        source = self.sources.get(cited.source)
        if source is None or not source.kind:
            return
        known = LOCATORS[source.kind]
        for name in [name for name, _ in cited.at if name not in known] or (["lines"] if cited.lines else []):
            if name not in known:
                marks.refuse("at")
                sentence = f'source "{source.slug}" is a {source.kind}, and has no {name}; write {" or ".join(known)}'
                self._refuse("locator-wrong", marks.at("at"), sentence)
                return
        if cited.lines:
            self._within(cited.lines, marks.at("at"), source)

    def _within(self, lines: Lines, mark: Mark, source: Source | None) -> None:
        if source is None:
            if lines and not self.publication.marks.lacks("source", "sources", WHOLE):
                self.without_text.append(mark)
            return
        highest = max(chain((0,), (run[1] for run in lines)))
        if source.line_count and highest > source.line_count:
            self._refuse("lines-outside", mark, f"line {highest} is cited; the source has {source.line_count} lines")

    def _refuse(self, code: str, mark: Mark, sentence: str) -> None:
        if (code, mark, sentence) not in self.said:  # the records of a series share their fields
            self.said.add((code, mark, sentence))
            self.errors.append(SourceError(code, mark, sentence))
