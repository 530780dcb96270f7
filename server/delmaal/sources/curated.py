"""Reads a publication that is written by hand, as a folder of YAML.

    publication.yaml              what it is, who publishes it, what it draws on
    sources/<name>.txt            a text that is quoted
    branding/<name>.svg, .png     the logo
    pages/<page>.<language>.md    the text of a page: about, accessibility, privacy
    themes/<slug>.yaml            a theme with its target links
    documents/<slug>.yaml         a governing document with its mentions
    statistics/*.yaml             statistics by slug
    indicators/*.yaml             indicators by slug
    areas.yaml breakdowns.yaml agents.yaml units.yaml     what the statistics refer to, by slug
    topics.yaml                   what topics of others are called, where the product does not know it
    no-figures.yaml               source lines that bear a digit and no figure

A slug is minted once: a later title never changes it. Every mistake of every file is found in one run. A link that
leads out of the folder is refused by its name: what it leads to is not read, so that no message can show it.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from delmaal import codes
from delmaal.errors import Mark, SourceError, short
from delmaal.marks import Mapping, Node, Refused, Sequence, read_yaml
from delmaal.records import Branding, Coded, Marks, Named, NoFigure, Publication, Source, Topic
from delmaal.settings import share
from delmaal.sources.addresses import web_address
from delmaal.sources.branding import with_logo
from delmaal.sources.documents import read_document
from delmaal.sources.evidence import with_text
from delmaal.sources.fields import Fields, pairs
from delmaal.sources.nearest import nearest
from delmaal.sources.prose import read_prose
from delmaal.sources.publication import read_head
from delmaal.sources.references import EVERY, check_references
from delmaal.sources.series import read_statistics
from delmaal.sources.statistics import read_area, read_indicator, read_named, read_unit
from delmaal.sources.themes import read_theme
from delmaal.terms import SLUG

FILES = ("publication", "areas", "breakdowns", "agents", "units", "topics", "no-figures")
BESIDE = ("sources/*.txt", "branding/*.svg", "branding/*.png")
"""What is no YAML, and named in publication.yaml."""
FOLDERS = ("themes", "documents", "statistics", "indicators")

R = TypeVar("R")


class _Record(Protocol):
    @property
    def slug(self) -> str: ...
    @property
    def marks(self) -> Marks: ...


S = TypeVar("S", bound=_Record)
Reader = Callable[[Node, str, Mark, list[SourceError]], S | tuple[S, ...]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a folder says, every mistake in it, and the files that were read."""

    publication: Publication | None
    errors: tuple[SourceError, ...]
    files: tuple[Path, ...]


def recognises(folder: Path) -> bool:
    """Whether a folder is a publication that is written by hand: it begins with publication.yaml."""
    return _exists(folder / "publication.yaml")


def read_publication(folder: Path) -> Reading:
    """Read a publication's folder, and the SDG codes, units and topics that all publications share.

    Never raises for a mistake in the sources: the Reading carries them all, and what could be read besides.
    """
    return _Folder(folder).read()


def source_files(folder: Path) -> list[Path]:
    """Every file that `read_publication` would read, in a fixed order."""
    files = [folder / f"{name}.yaml" for name in FILES]
    for name in FOLDERS:
        files += sorted((folder / name).glob("*.yaml"))
    files += [path for pattern in (*BESIDE, "pages/*.md") for path in sorted(folder.glob(pattern))]
    shared = [share("data") / "sdg" / f"{name}.yaml" for name in ("goals", "targets", "indicators")]
    shared += [share("data") / "codes" / "units.yaml", share("data") / "codes" / "topics.yaml"]
    return [file for file in [*files, *shared] if file.is_file()]


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: list[SourceError] = []
        self.unreadable: set[tuple[str, str]] = set()

    def read(self) -> Reading:
        if not recognises(self.folder):
            return Reading(None, (self._no_publication(),), ())
        self._refuse_strangers()
        shared = share("data")
        head = self._head()
        head = replace(
            head,
            sources=tuple(self._quoted(source) for source in head.sources),
            branding=self._branded(head.branding),
            prose=tuple(read_prose(self._files("pages", "*.md"), self._name, self.errors)),
            units=self._by_slug([shared / "codes" / "units.yaml", self.folder / "units.yaml"], "units", read_unit),
            themes=tuple(sorted(self._one_each("themes", read_theme), key=lambda theme: theme.number)),
            documents=tuple(self._one_each("documents", read_document)),
            statistics=self._by_slug(self._yaml("statistics"), "statistics", read_statistics),
            indicators=self._by_slug(self._yaml("indicators"), "indicators", read_indicator),
            areas=self._by_slug([self.folder / "areas.yaml"], "areas", read_area),
            breakdowns=self._named("breakdowns", "breakdown", "label"),
            agents=self._named("agents", "agent", "name"),
            goals=self._coded(shared / "sdg" / "goals.yaml", "goals"),
            targets=self._coded(shared / "sdg" / "targets.yaml", "targets"),
            un_indicators=self._coded(shared / "sdg" / "indicators.yaml", "un-indicators"),
            topics=self._topics([shared / "codes" / "topics.yaml", self.folder / "topics.yaml"]),
            no_figures=tuple(self._no_figures()),
        )
        check_references(head, self.unreadable, self.errors)
        return Reading(head, tuple(self.errors), tuple(source_files(self.folder)))

    def _no_publication(self) -> SourceError:
        found = nearest("publication.yaml", sorted(path.name for path in self.folder.glob("pub*")))
        hint = found if found.endswith("?") else "a publication's folder begins with it"
        sentence = f"there is no publication.yaml here; {hint}"
        return SourceError("publication-missing", Mark(self._name(self.folder)), sentence)

    def _head(self) -> Publication:
        path = self.folder / "publication.yaml"
        return read_head(self._read(path) or Refused(Mark(self._name(path))), self.errors)

    def _quoted(self, source: Source) -> Source:
        """A source with the text that may be quoted from, where the publication has it."""
        path = self.folder / "sources" / source.file
        if not source.file or not self._within(path):
            return source
        return with_text(source, path, self._name(path), self.errors)

    def _branded(self, branding: Branding | None) -> Branding | None:
        if branding is None or not branding.logo:
            return branding
        path = self.folder / "branding" / branding.logo
        if not self._within(path):
            return replace(branding, logo="")
        return with_logo(branding, path, self._name(path), self.errors)

    def _refuse_strangers(self) -> None:
        """A misspelt file must not be silently passed over."""
        for path in sorted(self.folder.rglob("*")):
            relative = Path(unicodedata.normalize("NFC", path.relative_to(self.folder).as_posix()))
            if path.is_dir() or path.suffix == ".md" or any(part.startswith(".") for part in relative.parts):
                continue
            stem = relative.stem if len(relative.parts) > 1 else "<slug>"
            known = [*(f"{name}.yaml" for name in FILES), *(f"{name}/{stem}.yaml" for name in FOLDERS)]
            beside = len(relative.parts) == 2 and any(relative.match(pattern) for pattern in BESIDE)
            if relative.as_posix() not in known and not beside:
                hint = nearest(relative.as_posix(), known)
                self._refuse("file-unknown", Mark(self._name(path)), f"nothing reads this file; {hint}")

    def _yaml(self, name: str) -> list[Path]:
        return self._files(name, "*.yaml")

    def _files(self, name: str, pattern: str) -> list[Path]:
        folder = self.folder / name
        return [path for path in sorted(folder.glob(pattern)) if pattern == "*.yaml" or self._within(path)
                ] if self._within(folder) else []

    def _within(self, path: Path) -> bool:
        """Whether a path, its links followed, leads to the publication or the product; a mistake where it does not."""
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError):  # it leads nowhere, or round in a ring: whoever reads it says so
            return True
        if any(real.is_relative_to(root.resolve()) for root in (self.folder, share("data"))):
            return True
        sentence = "this link leads out of the publication's folder; put what it leads to in its place"
        self._refuse("link-outside", Mark(self._name(path)), sentence)
        self.unreadable.add((path.stem, EVERY))
        return False

    def _name(self, path: Path) -> str:
        with suppress(ValueError):
            path = path.relative_to(Path.cwd())
        return os.fsencode(path.as_posix()).decode("utf-8", "replace")

    def _read(self, path: Path) -> Node | None:
        return read_yaml(path, self._name(path), self.errors) if self._within(path) else None

    def _one_each(self, name: str, read: Callable[[Node, str, list[SourceError]], R]) -> Iterator[R]:
        for path in self._yaml(name):
            slug, mark = unicodedata.normalize("NFC", path.stem), Mark(self._name(path))
            node = self._read(path)
            record = None if node is None else read(node, slug, self.errors)
            if record is None or not self._check_slug(name, slug, mark):
                self.unreadable.add((name, slug))
            else:
                yield record

    def _by_slug(self, paths: Iterable[Path], name: str, read: Reader[S]) -> tuple[S, ...]:
        records: dict[str, S] = {}
        for path in filter(_exists, paths):
            node = self._read(path)
            if not isinstance(node, Mapping):
                self.unreadable.add((name, EVERY))
            for slug, mark, value in pairs(node, name, self.errors) if node else ():
                found = read(value, slug, mark, self.errors)
                if isinstance(value, Refused) or not self._check_slug(name, slug, mark):
                    self.unreadable.add((name, slug))
                    continue
                for record in found if isinstance(found, tuple) else (found,):
                    if record.slug not in records:
                        records[record.slug] = record
                        continue
                    first = records[record.slug].marks.record
                    sentence = f'slug "{short(record.slug)}" stands at {first} too; a slug names one thing'
                    self._refuse("slug-duplicate", record.marks.record, f"{sentence}: choose another")
        return tuple(records.values())

    def _named(self, name: str, kind: str, label: str) -> tuple[Named, ...]:
        return self._by_slug([self.folder / f"{name}.yaml"], name, partial(read_named, kind=kind, name=label))

    def _check_slug(self, name: str, slug: str, mark: Mark) -> bool:
        if SLUG.match(slug):
            return True
        right = slug_of(slug)
        write = f'write "{short(right)}"' if right else "write lower-case letters a-z, digits and single hyphens"
        sentence = f'"{short(os.fsencode(slug).decode("utf-8", "replace"))}" in {name} is no slug'
        self._refuse("slug-malformed", mark, f"{sentence}, since it would leave the IRI space; {write}")
        return False

    def _list(self, path: Path, what: str) -> list[Node]:
        node = self._read(path) if _exists(path) else None
        if isinstance(node, Sequence):
            return node.items
        if node is not None:
            self._refuse("type-wrong", node.mark, f"this file must be a list of {what}; begin each with a hyphen")
        return []

    def _coded(self, path: Path, name: str) -> tuple[Coded, ...]:
        coded = []
        for item in self._list(path, name):
            fields = Fields(item, "an SDG code", self.errors)
            code, label = fields.text("code"), fields.require_label("label")
            coded.append(Coded(fields.done(), code, label))
        if not coded:
            self.unreadable.add((name, EVERY))
        return tuple(sorted((item for item in coded if item.code), key=lambda item: codes.order(item.code)))

    def _topics(self, paths: Iterable[Path]) -> tuple[Topic, ...]:
        topics: dict[str, Topic] = {}
        for path in paths:
            for item in self._list(path, "topics"):
                fields = Fields(item, "a topic", self.errors)
                iri, label = fields.parsed("iri", web_address, "address-malformed"), fields.require_label("label")
                topic = Topic(fields.done(), iri, label)
                if iri in topics:
                    sentence = f"topic {short(iri)} is named at {topics[iri].marks.record} too; delete this one"
                    self._refuse("topic-duplicate", topic.marks.at("iri"), sentence)
                elif iri:
                    topics[iri] = topic
        return tuple(topics.values())

    def _no_figures(self) -> Iterator[NoFigure]:
        for item in self._list(self.folder / "no-figures.yaml", "lines with reasons"):
            fields = Fields(item, "lines without a figure", self.errors)
            lines, reason = fields.lines(), fields.require_label("reason")
            yield NoFigure(fields.done(), lines, reason)

    def _refuse(self, code: str, mark: Mark, sentence: str) -> None:
        self.errors.append(SourceError(code, mark, sentence))


def slug_of(name: str) -> str:
    """The slug that a name would have; empty where nothing is left of it."""
    letters = unicodedata.normalize("NFC", name).lower().replace("æ", "ae").replace("ø", "o").replace("å", "a")
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", plain))


def _exists(path: Path) -> bool:
    """Whether something stands at a path, and be it a link that leads nowhere."""
    return path.is_symlink() or path.exists()
