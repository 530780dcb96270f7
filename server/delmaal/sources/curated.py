"""Reads a publication that is written by hand, as a folder of YAML.

    publication.yaml              what it is, who publishes it, what it is transcribed from
    themes/<slug>.yaml            a theme with its target links
    documents/<slug>.yaml         a governing document with its mentions
    statistics/*.yaml             statistics by slug
    indicators/*.yaml             indicators by slug
    areas.yaml breakdowns.yaml agents.yaml units.yaml     what the statistics refer to, by slug
    no-figures.yaml               source lines that bear a digit and no figure

A slug is minted once: a later title never changes it. Every mistake of every file is found in one run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from delmaal import codes
from delmaal.errors import Mark, SourceError
from delmaal.marks import Mapping, Node, Sequence, read_yaml
from delmaal.records import Coded, Marks, Named, NoFigure, Publication
from delmaal.settings import share
from delmaal.sources.documents import read_document
from delmaal.sources.fields import Fields, pairs
from delmaal.sources.publication import read_head
from delmaal.sources.references import check_references
from delmaal.sources.statistics import read_area, read_indicator, read_named, read_statistic, read_unit
from delmaal.sources.themes import read_theme
from delmaal.terms import SLUG

FILES = ("publication", "areas", "breakdowns", "agents", "units", "no-figures")
FOLDERS = ("themes", "documents", "statistics", "indicators")

R = TypeVar("R")


class _Record(Protocol):
    @property
    def slug(self) -> str: ...
    @property
    def marks(self) -> Marks: ...


S = TypeVar("S", bound=_Record)
Reader = Callable[[Node, str, Mark, list[SourceError]], S]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a folder says, every mistake in it, and the files that were read."""

    publication: Publication | None
    errors: tuple[SourceError, ...]
    files: tuple[Path, ...]


def read_publication(folder: Path) -> Reading:
    """Read a publication's folder, and the SDG and unit codes that all publications share.

    Never raises for a mistake in the sources: the Reading carries them all, and what could be read besides.
    """
    return _Folder(folder).read()


def source_files(folder: Path) -> list[Path]:
    """Every file that `read_publication` would read, in a fixed order."""
    files = [folder / f"{name}.yaml" for name in FILES]
    for name in FOLDERS:
        files += sorted((folder / name).glob("*.yaml"))
    shared = [share("data") / "sdg" / "goals.yaml", share("data") / "sdg" / "targets.yaml"]
    return [file for file in [*files, *shared, share("data") / "codes" / "units.yaml"] if file.is_file()]


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: list[SourceError] = []
        self.unreadable: set[tuple[str, str]] = set()

    def read(self) -> Reading:
        head = self._head()
        self._refuse_strangers()
        shared = share("data")
        units = self._by_slug([shared / "codes" / "units.yaml", self.folder / "units.yaml"], "units", read_unit)
        if head is not None:
            head = replace(
                head,
                themes=tuple(sorted(self._one_each("themes", read_theme), key=lambda theme: theme.number)),
                documents=tuple(self._one_each("documents", read_document)),
                statistics=self._by_slug(self._yaml("statistics"), "statistics", read_statistic),
                indicators=self._by_slug(self._yaml("indicators"), "indicators", read_indicator),
                areas=self._by_slug([self.folder / "areas.yaml"], "areas", read_area),
                breakdowns=self._named("breakdowns", "breakdown", "label"),
                agents=self._named("agents", "agent", "name"),
                units=units,
                goals=self._coded(shared / "sdg" / "goals.yaml"),
                targets=self._coded(shared / "sdg" / "targets.yaml"),
                no_figures=tuple(self._no_figures()),
            )
            check_references(head, self.unreadable, self.errors)
        return Reading(head, tuple(self.errors), tuple(source_files(self.folder)))

    def _head(self) -> Publication | None:
        path = self.folder / "publication.yaml"
        if not path.is_file():
            sentence = "there is no publication.yaml here; a publication's folder begins with it"
            self.errors.append(SourceError("publication-missing", Mark(self._name(self.folder)), sentence))
            return None
        node = self._read(path)
        return None if node is None else read_head(node, self.errors)

    def _refuse_strangers(self) -> None:
        """A misspelt file must not be silently passed over."""
        for path in sorted(self.folder.rglob("*")):
            relative = path.relative_to(self.folder)
            if path.is_dir() or any(part.startswith(".") for part in relative.parts):
                continue
            known = (
                path.suffix == ".yaml" and relative.stem in FILES if len(relative.parts) == 1
                else path.suffix == ".yaml" and len(relative.parts) == 2 and relative.parts[0] in FOLDERS
            )
            if not known and path.suffix != ".md":
                sentence = f"nothing reads this file; known are {', '.join(FILES)} and the folders {', '.join(FOLDERS)}"
                self.errors.append(SourceError("file-unknown", Mark(self._name(path)), f"{sentence} (.yaml)"))

    def _yaml(self, name: str) -> list[Path]:
        return sorted((self.folder / name).glob("*.yaml"))

    def _name(self, path: Path) -> str:
        try:
            return path.relative_to(Path.cwd()).as_posix()
        except ValueError:
            return path.as_posix()

    def _read(self, path: Path) -> Node | None:
        return read_yaml(path, self._name(path), self.errors)

    def _one_each(self, name: str, read: Callable[[Node, str, list[SourceError]], R]) -> Iterator[R]:
        for path in self._yaml(name):
            slug = path.stem
            self._check_slug(slug, Mark(self._name(path)))
            node = self._read(path)
            if node is None:
                self.unreadable.add((name, slug))
            else:
                yield read(node, slug, self.errors)

    def _by_slug(self, paths: Iterable[Path], name: str, read: Reader[S]) -> tuple[S, ...]:
        records: dict[str, S] = {}
        for path in paths:
            node = self._read(path) if path.is_file() else None
            if node is None:
                if path.is_file():
                    self.unreadable.add((name, "*"))
                continue
            for slug, mark, value in pairs(node, name, self.errors):
                self._check_slug(slug, mark)
                if slug in records:
                    first = records[slug].marks.record
                    sentence = f'slug "{slug}" stands at {first} too; a slug names one thing: choose another'
                    self.errors.append(SourceError("slug-duplicate", mark, sentence))
                    continue
                records[slug] = read(value, slug, mark, self.errors)
        return tuple(records.values())

    def _named(self, name: str, kind: str, label: str) -> tuple[Named, ...]:
        return self._by_slug([self.folder / f"{name}.yaml"], name, partial(read_named, kind=kind, name=label))

    def _check_slug(self, slug: str, mark: Mark) -> None:
        if not SLUG.match(slug):
            sentence = f'"{slug[:60]}" is no slug, since it would leave the IRI space'
            right = "write lower-case letters a-z, digits and single hyphens (æ as ae, ø as o, å as a)"
            self.errors.append(SourceError("slug-malformed", mark, f"{sentence}; {right}"))

    def _coded(self, path: Path) -> tuple[Coded, ...]:
        node = self._read(path)
        coded = []
        for item in node.items if isinstance(node, Sequence) else []:
            fields = Fields(item, "an SDG code", self.errors)
            code, label = fields.text("code"), fields.require_label("label")
            coded.append(Coded(fields.done(), code, label))
        return tuple(sorted(coded, key=lambda item: codes.order(item.code)))

    def _no_figures(self) -> Iterator[NoFigure]:
        path = self.folder / "no-figures.yaml"
        node = self._read(path) if path.is_file() else None
        if isinstance(node, Mapping):
            self.errors.append(SourceError("type-wrong", node.mark, "this file must be a list of lines with reasons"))
        for item in node.items if isinstance(node, Sequence) else []:
            fields = Fields(item, "lines without a figure", self.errors)
            lines, reason = fields.lines(), fields.require_label("reason")
            yield NoFigure(fields.done(), lines, reason)
