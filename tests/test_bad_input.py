"""Every mistake that a source can hold, as a row of one table: it is found where it stands, and nothing else is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import TINY
from delmaal import sources
from delmaal.build import build
from delmaal.errors import Mark, SourceError, SourceErrors, short
from delmaal.marks import MAX_BYTES, MAX_DEPTH, MAX_MISTAKES, MAX_VALUES, Refused, read_yaml
from delmaal.publish import publish
from delmaal.records import Publication, Text
from delmaal.sources import Reading
from delmaal.sources.addresses import web_address
from delmaal.sources.curated import slug_of
from delmaal.sources.fields import Fields
from delmaal.sources.nearest import nearest
from delmaal.terms import SLUG
from spoiling import mark_of, plant, position

PUBLICATION = "publication.yaml"
HEALTH, ENERGY = "themes/god-helse.yaml", "themes/ren-energi.yaml"
PLAN = "documents/helseplan-2020-2024.yaml"
FIGURES = "statistics/god-helse.yaml"
INDICATORS = "indicators/god-helse.yaml"
REGISTER = "https://organization-catalog.fellesdatakatalog.digdir.no/organizations/"
SECRET = "secret: of another folder"

BOMB = """\
a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]
g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]
h: &h [*g, *g, *g, *g, *g, *g, *g, *g, *g]
i: &i [*h, *h, *h, *h, *h, *h, *h, *h, *h]
"""

Spoil = Callable[[Path], str]
"""Spoils a folder, and says where the mistake has to be reported."""


@dataclass(frozen=True)
class Case:
    """A name, how the tiny publication is spoilt, the code of the mistake, words that its message holds."""

    name: str
    spoil: Spoil
    code: str
    words: tuple[str, ...]


def case(name: str, file: str, old: str, new: str, code: str, *words: str) -> Case:
    """What is written in place of something else; § in it says where the mistake has to be reported."""
    return Case(name, lambda folder: plant(folder, file, old, new), code, words)


def other(name: str, spoil: Spoil, code: str, *words: str) -> Case:
    """What is no matter of text."""
    return Case(name, spoil, code, words)


def written(file: str, data: bytes, before: bytes) -> Spoil:
    """A file of bytes, with a mistake after some of them."""
    def spoil(folder: Path) -> str:
        (folder / file).write_bytes(data)
        return position(file, before.decode())

    return spoil


def renamed(old: str, new: str) -> Spoil:
    """A file under another name."""
    def spoil(folder: Path) -> str:
        (folder / new).parent.mkdir(exist_ok=True)
        (folder / old).rename(folder / new)
        return f"{new}:1:1"

    return spoil


def replaced(file: str, make: Callable[[Path], object]) -> Spoil:
    """Something else in the place of a file."""
    def spoil(folder: Path) -> str:
        (folder / file).unlink(missing_ok=True)
        make(folder / file)
        return f"{file}:1:1"

    return spoil


def leading_out(name: str, by: str = "") -> Spoil:
    """A link to a file or folder beside the publication, or a link to such a link."""
    def spoil(folder: Path) -> str:
        path, outside = folder / name, folder.parent / "outside"
        outside.mkdir()
        (outside / "x.yaml").write_text(f"{SECRET}\n- [")
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        if by:
            (folder / by).symlink_to(outside / "x.yaml")
        path.symlink_to(by or outside / ("x.yaml" if path.suffix else ""))
        return f"{name}:1:1"

    return spoil


def looped(name: str) -> Spoil:
    """A link to itself in the place of a folder."""
    def spoil(folder: Path) -> str:
        shutil.rmtree(folder / name)
        (folder / name).symlink_to(name)
        return f"{name}:1:1"

    return spoil


def sparse(path: Path) -> None:
    """A file of 50 MB that costs no space."""
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)


def in_a_folder(path: Path) -> None:
    path.parent.mkdir()
    path.touch()


def without_publication(folder: Path) -> str:
    (folder / PUBLICATION).unlink()
    return ".:1:1"


def with_publication_misnamed(folder: Path) -> str:
    (folder / PUBLICATION).rename(folder / "publication.yml")
    return ".:1:1"


CASES = (
    # what is no YAML, or more than is wanted of it
    case("a tab indents", HEALTH, "  nb: Lillevik vil", "§\tnb: Lillevik vil", "yaml-tab", "tab", "spaces"),
    case("a tab indents after spaces", HEALTH, "  en: Lillevik wants", " §\ten: Lillevik wants", "yaml-tab", "spaces"),
    case("a tab indents a text", HEALTH, "  nb: Lillevik vil", "  nb: >-\n§\t\tLillevik vil", "yaml-tab", "spaces"),
    case("a value with a colon", HEALTH, "nb: God helse", "nb: God§: helse", "yaml-syntax", "quote the value"),
    case("a list that stays open", HEALTH, "eu-themes: [HEAL]\ntargets:", "eu-themes: [HEAL\ntargets§:", "yaml-syntax",
         "line 9"),
    case("a quotation mark that stays open", HEALTH, '"3,4"', '§"3,4', "yaml-syntax", "quotation mark", "close it"),
    case("an unindented line", HEALTH, "    basis: text-only", "  §basis: text-only", "yaml-syntax", "indentation"),
    case("an empty file", PLAN, "", "", "file-empty", "empty", "delete"),
    case("a file of white space", PLAN, "", " \n\n", "file-empty", "empty"),
    case("a file of comments", PLAN, "", "# to be written\n", "file-empty", "empty"),
    case("an alias", PLAN, "type: plan\n", "type: §*kind\n", "yaml-alias", "*kind", "write the value out"),
    case("an alias for a record", PLAN, "title: {nb: Helseplan 2020–2024, en: Health plan 2020–2024}", "title: §*t",
         "yaml-alias", "*t"),
    case("an alias as a key", PLAN, "adopted: 2020-03-12", "§*key : 2020", "yaml-alias", "*key"),
    case("an alias in a list", PLAN, "see-also: [https://example.org/helseplan]", "see-also: [§*plan]", "yaml-alias"),
    case("an alias in a text", PLAN, "nb: Den siste omtalen sier at planen er vedtatt.", "nb: §*why", "yaml-alias"),
    case("an alias for a figure", FIGURES, "verdi-uten-etikett:\n", "alias: §*figure\nverdi-uten-etikett:\n",
         "yaml-alias"),
    case("a Python object", HEALTH, "number: 1", "number: §!!python/object:os.system 1", "yaml-tag", "os.system",
         "plain"),
    case("a call of Python", HEALTH, "number: 1", "number: §!!python/name:os.system 1", "yaml-tag", "os.system"),
    case("a long tag", HEALTH, "number: 1", "number: §!" + "tag-" * 900 + " 1", "yaml-tag", "tag-ta…"),
    case("a long alias", PLAN, "type: plan\n", "type: §*" + "kind" * 900 + "\n", "yaml-alias", "kin…"),
    case("a tag of one's own", HEALTH, "number: 1", "number: §!number 1", "yaml-tag", "!number"),
    case("two documents", HEALTH, "      en: The code stands alone.\n",
         "      en: The code stands alone.\n§---\nnumber: 3\n", "yaml-documents", "second document", "one per file"),
    case("a control character", HEALTH, "en: Good health", "en: Good§\x07 health", "yaml-character", "U+0007",
         "delete"),
    case("three control characters", HEALTH, "en: Good health", "en: Ø§\x00\x01 \x02", "yaml-character", "U+0000",
         "2 more"),
    case("a control character by escape", HEALTH, "en: Good health", 'en: §"Good \\e[31m health"', "yaml-character",
         "U+001B"),
    case("a line separator", HEALTH, "en: Good health", "en: Good§\u2028health", "yaml-character", "U+2028"),
    case("a next line", HEALTH, "en: Good health", "en: Good§\x85health", "yaml-character", "U+0085"),
    case("a mark of byte order within", HEALTH, "en: Good health", "en: §\ufeffGood health", "yaml-character",
         "U+FEFF"),
    case("nested 5,000 deep", HEALTH, "number: 1", "§number: " + "[" * 5000 + "]" * 5000, "yaml-depth", "flatten"),
    case("nested 5,000 deep on lines", HEALTH, "number: 1",
         "number: " + "[\n" * (MAX_DEPTH - 1) + "§" + "[\n" * 5000 + "]" * (5000 + MAX_DEPTH - 1), "yaml-depth",
         "flatten"),
    case("a list as a key", HEALTH, "number: 1", "number: 1\n? §[a, b]\n: 2", "yaml-key", "plain text"),
    # keys
    case("an unknown key", HEALTH, "\nlines: 1-30", "\nlines: 1-30\n§eu-theme: [HEAL]", "key-unknown",
         'theme "god-helse"', '"eu-theme"', 'did you mean "eu-themes"?'),
    case("an unknown key in a link", HEALTH, "    basis: both", "    basis: both\n    §notes: {nb: x, en: x}",
         "key-unknown", 'did you mean "note"?'),
    case("an unknown key of a text", HEALTH, "en: Good health}", "en: Good health, §nn: God helse}", "key-unknown",
         '"nn"'),
    case("an unknown key unlike any", HEALTH, "\nlines: 1-30", "\n§colour: green\nlines: 1-30", "key-unknown",
         '"colour"', "known are"),
    case("a long unknown key", PLAN, "type: plan", "type: plan\n? §" + "key " * 900 + "\n: x", "key-unknown",
         "key key…"),
    case("a duplicate key", HEALTH, "\nlines: 1-30", "\nlines: 1-30\n§number: 2", "key-duplicate", '"number"',
         "line 1"),
    case("a duplicate key in braces", HEALTH, "en: Good health}", "en: Good health, §nb: Helse}", "key-duplicate",
         "line 2"),
    case("a missing key", HEALTH, "number: 1\n", "§", "key-missing", '"number"', "add it"),
    case("a missing key of a record", FIGURES, "budsjett-2024:\n  indicator: budsjett\n  kind: observation\n",
         "§budsjett-2024:\n  indicator: budsjett\n", "key-missing", '"kind"', '"budsjett-2024"'),
    # texts
    case("a missing translation", HEALTH, "title: {nb: God helse, en: Good health}", "title: §{nb: God helse}",
         "translation-missing", "English", "title.en"),
    case("a missing original", PLAN, "status-reason:\n  nb: Den siste omtalen sier at planen er vedtatt.\n  en",
         "status-reason:\n  §en", "translation-missing", "Norwegian", "status-reason.nb"),
    case("a missing translation of a keyword", PUBLICATION, "{nb: prøve, en: sample}", "§{nb: prøve}",
         "translation-missing", "keywords.en"),
    case("a text where both languages belong", HEALTH, "title: {nb: God helse, en: Good health}", "title: §God helse",
         "type-wrong", "both languages", "title: {nb:"),
    case("a list where both languages belong", HEALTH, "title: {nb: God helse, en: Good health}", "title: §[God helse]",
         "type-wrong", "both languages"),
    case("an empty translation", HEALTH, "en: Good health}", 'en: §""}', "value-empty", "title.en", "empty"),
    # what is no text, no list, no record
    case("a list where text belongs", HEALTH, "number: 1", "number: §[1]", "type-wrong", "plain text", "found a list"),
    case("keys where text belongs", PLAN, "type: plan", "type: §{plan: yes}", "type-wrong", "plain text",
         "keys and values"),
    case("a text where a list belongs", PLAN, "see-also: [https://example.org/helseplan]",
         "see-also: §https://example.org/helseplan", "type-wrong", "must be a list", "hyphen"),
    case("a record where a list belongs", PLAN,
         "mentions:\n  - theme: god-helse\n    lines: 20\n    as: Helseplan 2020-2024"
         " (under arbeid)\n    status: under-work\n    status-as: under arbeid\n  - theme", "mentions:\n    §theme",
         "type-wrong", "must be a list"),
    case("a text where a record belongs", HEALTH, "{lines: 10-12, opening: Innen 2030 redusere, form: whole}", "§10-12",
         "type-wrong", "the text of target 3.4", "keys and values"),
    case("a text where a figure belongs", FIGURES, "verdi-uten-etikett:\n", "hundre: §100\nverdi-uten-etikett:\n",
         "type-wrong", 'statistic "hundre"', '"100"'),
    case("a list where a file holds keys", PLAN, "", "§- title\n", "type-wrong", "a list", "keys and values"),
    case("a text where a file holds slugs", "areas.yaml", "", "§Lillevik\n", "type-wrong", "by slug"),
    case("keys where a file is a list", "no-figures.yaml", "", "§lines: 3\n", "type-wrong", "must be a list"),
    case("a text where a file is a list", "no-figures.yaml", "", "§none\n", "type-wrong", "must be a list"),
    # nothing where something belongs
    case("null", PLAN, "type: plan", "type: §null", "value-empty", "is null", "delete the key"),
    case("a tilde", PLAN, "type: plan", "type: §~", "value-empty", "is ~"),
    case("no value", PLAN, "type: plan", "type:§", "value-empty", "is empty"),
    case("an empty text", PLAN, "type: plan", 'type: §""', "value-empty", "is empty"),
    case("white space", PLAN, "type: plan", 'type: §"  "', "value-empty", "is empty"),
    case("null for a list", PLAN, "see-also: [https://example.org/helseplan]", "see-also: §null", "type-wrong", "list"),
    case("null in a list", PLAN, "see-also: [https://example.org/helseplan]", "see-also: [§null]", "value-empty"),
    case("an empty list of lines", HEALTH, "\nlines: 1-30", "\nlines: §[]", "value-empty", "lines"),
    # numbers, codes, dates
    case("a comma number", FIGURES, "value: 71.5", "value: §71,5", "number-wrong", '"71,5"', "comma", '"71.5"'),
    case("a comma number with a zero", FIGURES, "value: 71.5", "value: §71,50", "number-wrong", '"71.5"'),
    case("a thousands space", FIGURES, "value: 71.5", "value: §1 234", "number-wrong", '"1234"'),
    case("a trailing zero", FIGURES, "value: 71.5", "value: §71.50", "number-wrong", '"71.5"'),
    case("a leading zero", FIGURES, "value: 71.5", "value: §071.5", "number-wrong", '"71.5"'),
    case("a plus sign", FIGURES, "value: 71.5", "value: §+71.5", "number-wrong", '"71.5"'),
    case("a minus sign of print", FIGURES, "value: 71.5", "value: §−71.5", "number-wrong", '"-71.5"'),
    case("minus nothing", FIGURES, "value: 71.5", "value: §-0", "number-wrong", '"0"'),
    case("an amount that no engine computes with", FIGURES, "value: 1.5", "value: §1000000000000.5", "number-wrong",
         "1000000000000.5 times 10 to the power of 6", "18 digits"),
    case("an exponent", FIGURES, "value: 71.5", "value: §7e1", "number-wrong", "plain number"),
    case("not a number", FIGURES, "value: 71.5", "value: §.nan", "number-wrong", "plain number"),
    case("digits of another script", FIGURES, "value: 71.5", "value: §٧١", "number-wrong", "plain number"),
    case("a number too long", FIGURES, "value: 71.5", "value: §" + "9" * 5000, "number-wrong", "…", "plain number"),
    case("a place that is no number", HEALTH, "number: 1", "number: §first", "number-wrong", "whole number from 1"),
    case("a place too far", HEALTH, "number: 1", "number: §1000", "number-wrong", "to 999"),
    case("a place of 5,000 digits", HEALTH, "number: 1", "number: §" + "1" * 5000, "number-wrong", "to 999"),
    case("a code that does not exist", HEALTH, "code: 3.4", "code: §3.14", "target-unknown", '"3.14"', "did you mean"),
    case("a code of no goal", HEALTH, "code: 3.4", "code: §18.1", "target-malformed", '"18.1"', "as in 3.4"),
    case("a code with a zero", HEALTH, "code: 3.4", "code: §3.04", "target-malformed", 'write "3.4"'),
    case("a code with a comma", HEALTH, "code: 3.4", "code: §3,4", "target-malformed", 'write "3.4"'),
    case("a goal for a target", HEALTH, "code: 3.4", "code: §3", "target-malformed", "code of a target"),
    case("a print that is no code", HEALTH, "as: 3-d", "as: §mål 3", "printed-code-malformed", '"mål 3"', "as in 5,5"),
    case("a date that is none", PLAN, "adopted: 2020-03-12", "adopted: §2024-02-30", "period-malformed", "2024-02-30",
         "February 2024", "29"),
    case("a day 0", PLAN, "adopted: 2020-03-12", "adopted: §2020-03-00", "period-malformed", "01 to 31"),
    case("a month 13", PLAN, "adopted: 2020-03-12", "adopted: §2020-13", "period-malformed", "no month 13"),
    case("a month 0", PLAN, "adopted: 2020-03-12", "adopted: §2020-00", "period-malformed", "no month 00"),
    case("a year 0", PLAN, "adopted: 2020-03-12", "adopted: §0000", "period-malformed", "year"),
    case("a Norwegian date", PLAN, "adopted: 2020-03-12", "adopted: §12.03.2020", "period-malformed", "2020-05-19"),
    case("a malformed period", FIGURES, "period: 2024", "period: §2024-2030", "period-malformed", "2025--2040"),
    case("a period of other digits", FIGURES, "period: 2024", "period: §２０２４", "period-malformed", "2019"),
    case("a period that runs backward", PUBLICATION, "temporal: 2024--2030", "temporal: §2030--2024",
         "period-malformed",
         "ends before it starts"),
    case("a range without ends", PUBLICATION, "temporal: 2024--2030", 'temporal: §"--"', "period-malformed", "2020--"),
    case("a date of issue that is a year", PUBLICATION, "issued: 2024-01-02", "issued: §2024", "date-malformed",
         "2020-05-19"),
    case("a date of issue that is none", PUBLICATION, "issued: 2024-01-02", "issued: §2024-02-30", "date-malformed",
         "February 2024"),
    case("changed before it was issued", PUBLICATION, "modified: 2024-02-03", "modified: §2024-01-01", "date-order",
         "before"),
    case("a malformed age", FIGURES, "age: 20-", "age: §20+", "age-malformed", '"20+"', "80-"),
    case("an age that runs backward", FIGURES, "age: 20-", "age: §20-10", "age-malformed", "ends before it starts"),
    case("an age with a zero", FIGURES, "age: 20-", "age: §020-", "age-malformed", "0-17"),
    case("malformed lines", HEALTH, "\nlines: 1-30", "\nlines: §1–30", "lines-malformed", "78-81"),
    case("lines that run backward", HEALTH, "\nlines: 1-30", "\nlines: §30-1", "lines-malformed", "78-81"),
    case("lines from 0", HEALTH, "[13-14, 18]", "[13-14, §0]", "lines-malformed", '"0"'),
    case("lines of 5,000 digits", HEALTH, "\nlines: 1-30", "\nlines: §" + "1" * 5000, "lines-malformed", "78-81"),
    case("several lines for one print", HEALTH, "line: 9,", "line: §9-10,", "lines-malformed", "one line"),
    case("lines beyond the end", FIGURES, "lines: 55", "lines: §55-61", "lines-outside", "line 61", "60 lines"),
    case("a print beyond the end", HEALTH, "line: 16,", "line: §61,", "lines-outside", "line 61"),
    case("a text beyond the end", HEALTH, "text: {lines: 10-12", "text: §{lines: 10-99", "lines-outside", "line 99"),
    case("a title beyond the end", HEALTH, "title-lines: 1", "title-lines: §70", "lines-outside", "line 70"),
    case("nothing beyond the end", "no-figures.yaml", "58-60", "§58-62", "lines-outside", "line 62"),
    # one of a closed set
    case("a basis that is none", HEALTH, "basis: both", "basis: §printed", "basis-unknown",
         'did you mean "printed-only"?'),
    case("a kind that is none", FIGURES, "kind: projection", "kind: §prognosis", "kind-unknown", "known are",
         "projection"),
    case("a status that is none", PLAN, "\nstatus: adopted", "\nstatus: §vedtatt", "status-unknown", "known are",
         "adopted"),
    case("a licence that is none", PUBLICATION, "licence: CC BY 4.0", "licence: §CC-BY", "licence-unknown",
         "CC BY 4.0"),
    case("an EU theme that is none", HEALTH, "[HEAL]", "[§HELSE]", "eu-theme-unknown", '"HELSE"', "HEAL"),
    case("a UN indicator that is none", INDICATORS, "[C030401]", "[§3.4.1]", "un-indicator-malformed", "C030401"),
    case("a UN indicator of goal 18", INDICATORS, "[C030401]", "[§C180401]", "un-indicator-malformed", "C030401"),
    case("a UN indicator of number 0", INDICATORS, "[C030401]", "[§C030400]", "un-indicator-malformed", "C030401"),
    case("a UN indicator of a target that is none", INDICATORS, "[C030401]", "[C030401, §C031401]",
         "un-indicator-unknown", "no target 3.14"),
    case("a LOS word without its kind", HEALTH, "https://psi.norge.no/los/tema/helse-og-omsorg",
         "§https://psi.norge.no/los/helse-og-omsorg", "address-malformed", "los/tema/folkehelse"),
    case("a LOS word with another scheme", HEALTH, "https://psi.norge.no/los/tema/helse-og-omsorg",
         "§http://psi.norge.no/los/tema/helse-og-omsorg", "address-malformed", "los/tema/folkehelse"),
    case("a number that is no organisation's", PUBLICATION, "iri: https://example.org/organisation/1",
         f"iri: §{REGISTER}942110465", "identifier-malformed", '"942110465"', "nine digits"),
    case("a number of eight digits", PUBLICATION, "iri: https://example.org/organisation/1",
         "iri: §https://data.brreg.no/enhetsregisteret/api/enheter/94211046", "identifier-malformed", "nine digits"),
    case("another organisation's number", PUBLICATION,
         "iri: https://example.org/organisation/1\n  name: {nb: Lillevik kommune, en: Lillevik municipality}\n"
         "  identifier: 999999999",
         f"iri: {REGISTER}942110464\n  name: {{nb: Lillevik kommune, en: Lillevik municipality}}\n"
         "  identifier: §999999999", "identifier-malformed", "999999999", "942110464", "in both"),
    case("a number with spaces", PUBLICATION,
         "iri: https://example.org/organisation/1\n  name: {nb: Lillevik kommune, en: Lillevik municipality}\n"
         "  identifier: 999999999",
         f"iri: {REGISTER}942110464\n  name: {{nb: Lillevik kommune, en: Lillevik municipality}}\n"
         "  identifier: §942 110 464", "identifier-malformed", '"942 110 464"'),
    case("a role that is none", PLAN, "\ntype: plan", "\ntype: plan\nrole: §styrende", "role-unknown",
         "governing, cited"),
    case("a printed date that is a range", PLAN, "    as: Helseplan 2020-2024 (under arbeid)\n",
         "    as: Helseplan 2020-2024 (under arbeid)\n    printed-date: §2020--2024\n", "period-malformed", "2019-11"),
    case("a unit beside an indicator", FIGURES, "  indicator: god-helse-andel\n",
         "  indicator: god-helse-andel\n  unit: §percent\n", "unit-contradicted", "from its indicator"),
    case("a number with more decimals than it says", FIGURES, "  value: 71.5\n", "  value: 71.5\n  rounded-to: §0\n",
         "rounding-contradicted", "0 decimals and has 1"),
    case("a rounding that is none", FIGURES, "  value: 71.5\n", "  value: 71.5\n  rounded-to: §ti\n",
         "rounding-unknown"),
    case("an indicator with numbers and no unit", INDICATORS,
         "hoy-alder:\n  label: {nb: Antall over 80 år, en: Number over 80 years}\n  unit: number\n",
         "§hoy-alder:\n  label: {nb: Antall over 80 år, en: Number over 80 years}\n", "unit-missing",
         "statistics/god-helse.yaml:"),
    case("a sort of agent that is none", "agents.yaml", "undersokelsen:\n", "undersokelsen:\n  type: §person\n",
         "agent-type-unknown", "organisation, survey"),
    case("a point outside its box", PUBLICATION, "centroid: 6.2 62.15", "centroid: §62.15 6.2", "centroid-malformed",
         "outside the bbox", "east before north"),
    case("a LOS theme that is none", PUBLICATION, "[helse-og-omsorg]", "[§helse]", "los-theme-unknown", '"helse"',
         "naring"),
    case("a frequency that is none", PUBLICATION, "frequency: IRREG", "frequency: §YEARLY", "frequency-unknown",
         "ANNUAL"),
    # addresses and the like
    case("a box of three sides", PUBLICATION, "bbox: 6.1 62.1 6.3 62.2", "bbox: §6.1 62.1 6.3", "bbox-malformed",
         "west, south, east and north"),
    case("a box upside down", PUBLICATION, "bbox: 6.1 62.1 6.3 62.2", "bbox: §6.3 62.1 6.1 62.2", "bbox-malformed",
         "in this order"),
    case("a box in other digits", PUBLICATION, "bbox: 6.1 62.1 6.3 62.2", "bbox: §６.1 62.1 6.3 62.2",
         "bbox-malformed"),
    case("a point of one side", PUBLICATION, "centroid: 6.2 62.15", "centroid: §6.2", "centroid-malformed",
         "east and north"),
    case("a point in the wrong order", PUBLICATION, "centroid: 6.2 62.15", "centroid: §6.2 162.15",
         "centroid-malformed",
         "in this order"),
    case("a base without a slash", PUBLICATION, "base: https://example.org/lillevik/",
         "base: §https://example.org/lillevik",
         "base-malformed", "end in a slash"),
    case("a base with a query", PUBLICATION, "base: https://example.org/lillevik/", "base: §https://example.org/?a=/",
         "base-malformed", "without ?"),
    case("a base without a host", PUBLICATION, "base: https://example.org/lillevik/", "base: §https://",
         "base-malformed", "host"),
    case("a base that is a path", PUBLICATION, "base: https://example.org/lillevik/", "base: §/lillevik/",
         "base-malformed",
         "https://"),
    case("an address with a space", PLAN, "[https://example.org/helseplan]", "[§https://example.org/helse plan]",
         "address-malformed", "%20"),
    case("an address with a bad host", PLAN, "[https://example.org/helseplan]", '[§"https://[example/"]',
         "address-malformed"),
    case("a file for an address", PLAN, "[https://example.org/helseplan]", "[§file:///etc/passwd]",
         "address-malformed"),
    case("a malformed e-mail", PUBLICATION, "email: post@example.org", "email: §post at example.org", "email-malformed",
         "e-mail address"),
    case("an e-mail in angle brackets", PUBLICATION, "email: post@example.org", 'email: §"<post@example.org>"',
         "email-malformed", "post@example.org"),
    case("a malformed checksum", PUBLICATION, "sha256: 2bb80d53", "sha256: §2BB80D53", "sha256-malformed", "64",
         "lower case"),
    case("a short checksum", PUBLICATION, "sha256: 2bb80d53", "sha256: §2bb8", "sha256-malformed", "64"),
    case("nobody to be reached", PUBLICATION,
         "contact:\n  name: {nb: Postmottaket, en: Mail desk}\n  email: post@example.org",
         "contact:\n  §name: {nb: Postmottaket, en: Mail desk}", "contact-unreachable", "url", "email"),
    # references
    case("an unknown document", PLAN, "type: plan", "type: plan\npart-of: §helseplan", "document-unknown",
         '"helseplan"',
         'did you mean "helseplan-2020-2024"?'),
    case("an unknown indicator", FIGURES, "indicator: hoy-alder", "indicator: §hoyalder", "indicator-unknown",
         'did you mean "hoy-alder"?'),
    case("an unknown area", FIGURES, "area: lillevik\n  period: 2019", "area: §Lillevik\n  period: 2019",
         "area-unknown",
         'did you mean "lillevik"?'),
    case("an unknown area that an area is part of", "areas.yaml", "part-of: norge", "part-of: §sverige", "area-unknown",
         '"sverige"', "known are"),
    case("an unknown area that replaces an area", "areas.yaml", "replaced-by: lillevik", "replaced-by: §../lillevik",
         "area-unknown", "did you mean"),
    case("a document that is part of itself", PLAN, "type: plan", "type: plan\npart-of: §helseplan-2020-2024",
         "reference-circular", '"helseplan-2020-2024" → "helseplan-2020-2024"', "leave part-of out"),
    case("areas that are part of each other", "areas.yaml", "type: country\n",
         "type: country\n  part-of: §lillevik\n", "reference-circular", '"lillevik" → "norge" → "lillevik"'),
    case("an area that is replaced by itself", "areas.yaml", "replaced-by: lillevik", "replaced-by: §gamle-lillevik",
         "reference-circular", "replaced-by leads back"),
    case("an unknown breakdown", FIGURES, "breakdown: skole", "breakdown: §skoler", "breakdown-unknown", '"skole"?'),
    case("an unknown theme of a document", PLAN, "  - theme: god-helse", "  - theme: §god helse", "theme-unknown",
         'did you mean "god-helse"?'),
    case("an unknown theme of a figure", FIGURES, "- theme: ren-energi\n      lines: 55",
         "- theme: §energi\n      lines: 55",
         "theme-unknown", '"energi"', '"ren-energi"'),
    case("an unknown unit", INDICATORS, "unit: percent", "unit: §prosent", "unit-unknown", 'did you mean "percent"?'),
    case("an unknown agent", FIGURES, "source: undersokelsen", "source: §kilden", "agent-unknown", '"kilden"'),
    case("a long reference", FIGURES, "source: undersokelsen", "source: §" + "kilde" * 900, "agent-unknown", "kild…"),
    # slugs
    case("a long slug", "agents.yaml", "undersokelsen:\n", "? §" + "Kilde " * 900 + "\n: {name: {nb: K, en: A}}\n"
         "undersokelsen:\n", "slug-malformed", "Kilde…", "kilde…"),
    case("a slug twice in a file", FIGURES, "budsjett-2024:\n", "§verdi-uten-etikett:\n", "key-duplicate",
         '"verdi-uten-etikett"', "line 38", "keep one"),
    case("a slug twice in two files", "indicators/ren-energi.yaml", "budsjett:\n",
         "§hoy-alder:\n  label: {nb: Budsjett, en: Budget}\n  unit: nok\nbudsjett:\n", "slug-duplicate",
         "indicators/god-helse.yaml:1:1", "choose another"),
    case("a slug of the product's own", "units.yaml", "", "§percent:\n  iri: http://qudt.org/vocab/unit/PERCENT\n"
         "  label: {nb: prosent, en: per cent}\n", "slug-duplicate", "units.yaml", "choose another"),
    case("a slug that climbs", "areas.yaml", "norge:\n", "§../norge: {label: {nb: N, en: N}, type: country}\nnorge:\n",
         "slug-malformed", '"../norge"', "IRI space", 'write "norge"'),
    case("a slug with a slash", "areas.yaml", "norge:\n", "§a/b: {label: {nb: N, en: N}, type: country}\nnorge:\n",
         "slug-malformed", '"a/b"', 'write "a-b"'),
    case("a slug with a letter æ", "agents.yaml", "undersokelsen:\n", "§æsj: {name: {nb: Æ, en: Ae}}\nundersokelsen:\n",
         "slug-malformed", 'write "aesj"'),
    case("a slug in capitals", INDICATORS, "hoy-alder:\n",
         "§Hoy-Alder: {label: {nb: N, en: N}, unit: number}\nhoy-alder:\n",
         "slug-malformed", 'write "hoy-alder"'),
    case("a slug of nothing", "agents.yaml", "undersokelsen:\n", '§"%": {name: {nb: P, en: P}}\nundersokelsen:\n',
         "slug-malformed", "a-z"),
    case("a slug with a line end", "agents.yaml", "undersokelsen:\n",
         '§"a\\n": {name: {nb: P, en: P}}\nundersokelsen:\n',
         "slug-malformed", 'write "a"'),
    case("a publication's slug", PUBLICATION, "slug: tiny", "slug: §Tiny", "slug-malformed", '"Tiny"'),
    case("a source's slug", PUBLICATION, "slug: plan", "slug: §plan.txt", "slug-malformed", '"plan.txt"'),
    # what contradicts itself
    case("a basis that the evidence contradicts", ENERGY, "basis: both", "basis: §text-only", "basis-contradicted",
         "7.2", '"text-only"', '"both"'),
    case("a target without evidence", ENERGY, "  - code: 7.2\n", "  - §code: 7.3\n    basis: both\n  - code: 7.2\n",
         "target-without-evidence", "7.3", "neither text nor printed code"),
    case("a note is missing", HEALTH, "  - code: 3.d\n    basis: printed-only\n    printed:\n"
         "      - {as: 3-d, line: 16, place: inline, certainty: uncertain}\n"
         "    note:\n      nb: Koden står alene.\n      en: The code stands alone.\n",
         "  - §code: 3.d\n    basis: printed-only\n    printed:\n"
         "      - {as: 3-d, line: 16, place: inline, certainty: uncertain}\n", "note-missing", "3.d", "reason"),
    case("a note is missing of an uncertain figure", FIGURES,
         "      certainty: uncertain\n      area-basis: implied\n"
         "      note: {nb: Etiketten er borte., en: The label is lost.}",
         "      certainty: §uncertain\n      area-basis: implied", "note-missing", "uncertain", "says why"),
    case("a target twice", ENERGY, "  - code: 7.2\n    basis: both\n",
         "  - code: 7.2\n    basis: printed-only\n    note: {nb: To ganger., en: Twice.}\n"
         "    printed: [{as: 7.2, line: 42, place: label}]\n  - code: §7.2\n    basis: both\n",
         "target-duplicate", "7.2", "at themes/ren-energi.yaml:10:11 too", "merge"),
    case("a print twice", ENERGY, "{as: 7.2, line: 41, place: label}", '{as: §"7,2", line: 40, place: inline}',
         "printed-code-duplicate", "line 40", "at themes/ren-energi.yaml:", "keep one"),
    case("a theme's number twice", ENERGY, "number: 2", "number: §1", "number-duplicate", '"god-helse"',
         "at themes/god-helse.yaml:1:9"),
    case("a statistic twice", FIGURES, "      as: 1,5 mill.\n      certainty: certain\n      area-basis: implied\n",
         "      as: 1,5 mill.\n      certainty: certain\n      area-basis: implied\n§igjen:\n  indicator: budsjett\n"
         "  kind: observation\n  value: 3\n  area: lillevik\n  period: 2024\n  breakdown: skole\n  mentions:\n"
         "    - {theme: god-helse, lines: 3, as: 3, certainty: certain, area-basis: stated}\n",
         "statistic-duplicate", "statistics/god-helse.yaml:51:1", "tell them apart"),
    case("a value is missing", FIGURES,
         "god-helse-kvinner:\n  indicator: god-helse-andel\n  kind: observation\n  value: 71.5\n",
         "§god-helse-kvinner:\n  indicator: god-helse-andel\n  kind: observation\n", "value-missing", "not-observed"),
    case("a value measures nothing", FIGURES, "budsjett-2024:\n  indicator: budsjett\n", "§budsjett-2024:\n",
         "indicator-missing", "unassigned"),
    case("a range lacks an end", FIGURES, "  upper: 50\n  not-observed: range", "  not-observed: §range",
         "range-incomplete",
         "lower and upper"),
    case("no number, and yet one", FIGURES, "not-observed: unassigned",
         "indicator: budsjett\n  not-observed: §no-number",
         "value-contradicted", "delete not-observed"),
    # files
    other("a file that is not UTF-8", written(PLAN, "title: {nb: Plan, en: P}\n# Trøndelag\n".encode("latin-1"),
                                              b"title: {nb: Plan, en: P}\n# Tr"), "file-not-utf8", "0xF8", "UTF-8"),
    other("a file that is not UTF-8 behind æ", written(PLAN, "# æøå \n".encode() + b"# \xe5\n", "# æøå \n# ".encode()),
          "file-not-utf8", "0xE5"),
    other("a file that is not UTF-8 behind a mark of byte order", written(PLAN, b"\xef\xbb\xbf# \xe5\n", b"# "),
          "file-not-utf8", "0xE5"),
    other("a file in UTF-16", written(PLAN, "title: x\n".encode("utf-16"), b""), "file-not-utf8", "0xFF"),
    other("a picture", written(PLAN, b"\x89PNG\r\n\x1a\n\0\0", b""), "file-not-utf8", "0x89"),
    other("a file of 50 MB", replaced(PLAN, sparse), "file-too-large", "52,428,800 bytes", "split it"),
    other("too many values", written("no-figures.yaml", b"- [" + b"a, " * MAX_VALUES + b"]\n", b"- [" + b"a, " * 99998),
          "file-too-large", "100,000 values", "split"),
    other("a folder in a file's place", replaced("areas.yaml", Path.mkdir), "file-unreadable", "directory"),
    other("a folder in a theme's place", replaced("themes/x.yaml", Path.mkdir), "file-unreadable", "directory"),
    other("a link that leads nowhere", replaced("areas.yaml", lambda path: path.symlink_to("gone")), "file-unreadable",
          "No such file"),
    other("a link to itself", replaced("areas.yaml", lambda path: path.symlink_to("areas.yaml")), "file-unreadable"),
    other("a link to a file outside", leading_out("areas.yaml"), "link-outside", "out of the publication's folder"),
    other("a link to a publication outside", leading_out(PUBLICATION), "link-outside"),
    other("a link to a theme outside", leading_out("themes/x.yaml"), "link-outside"),
    other("links that lead out by a second", leading_out("areas.yaml", "x.md"), "link-outside"),
    other("a link to a folder outside", leading_out("themes"), "link-outside"),
    other("a link to a device", replaced("areas.yaml", lambda path: path.symlink_to("/dev/zero")), "link-outside"),
    other("a link to a process's files", replaced("areas.yaml", lambda path: path.symlink_to("/proc/self/environ")),
          "link-outside"),
    other("a link to itself in a folder's place", looped("statistics"), "file-unknown", "nothing reads this file"),
    other("a pipe in a file's place", replaced("areas.yaml", os.mkfifo), "file-unreadable", "regular file"),
    other("no publication", without_publication, "publication-missing", "publication.yaml", "begins with it"),
    other("a publication under another name", with_publication_misnamed, "publication-missing",
          'mean "publication.yml"?'),
    other("a folder that is misspelt", replaced("theme/ny.yaml", in_a_folder),
          "file-unknown", '"themes/ny.yaml"?'),
    other("a file that is misspelt", replaced("area.yaml", Path.touch), "file-unknown", 'did you mean "areas.yaml"?'),
    other("a suffix that is misspelt", replaced("themes/ny.yml", Path.touch), "file-unknown", '"themes/ny.yaml"?'),
    other("a file too deep", replaced("themes/ny/ny.yaml", in_a_folder),
          "file-unknown", '"themes/ny.yaml"?'),
    other("a table", replaced("tall.csv", Path.touch), "file-unknown", "known are", "publication.yaml",
          "themes/<slug>.yaml"),
    other("a file name with a space", renamed(PLAN, "documents/helse plan.yaml"), "slug-malformed",
          'write "helse-plan"'),
    other("a file name with æ", renamed(PLAN, "documents/læreplan.yaml"), "slug-malformed", 'write "laereplan"'),
    other("a file name in capitals", renamed(PLAN, "documents/Helseplan.yaml"), "slug-malformed", 'write "helseplan"'),
    other("a file name that climbs", renamed(PLAN, "documents/..%2Fhelseplan.yaml"), "slug-malformed", "IRI space"),
    other("a file name with a point", renamed(PLAN, "documents/helseplan.v2.yaml"), "slug-malformed",
          'write "helseplan-v2"'),
)


@pytest.fixture
def folder(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tiny publication as the working directory, so that messages name files as seen from there."""
    monkeypatch.chdir(tiny)
    return tiny


def read(folder: Path) -> Reading:
    return sources.read(folder)


def found(errors: tuple[SourceError, ...]) -> list[str]:
    return [f"{error.mark} {error.code}" for error in errors]


@pytest.mark.parametrize("row", CASES, ids=lambda row: row.name)
def test_each_mistake_is_found_where_it_stands_and_nothing_else_is(row: Case, folder: Path) -> None:
    at = row.spoil(folder)
    errors = read(folder).errors
    assert found(errors) == [f"{at} {row.code}"]
    sentence = errors[0].sentence
    assert all(words in sentence for words in row.words), sentence
    assert len(sentence) < 450
    assert sentence.isprintable()


def test_the_table_names_no_case_twice() -> None:
    names = [row.name for row in CASES]
    assert len(set(names)) == len(names)


# What is right, although it looks odd.


def test_the_tiny_publication_is_without_mistake(folder: Path) -> None:
    assert read(folder).errors == ()


@pytest.mark.parametrize("change", [
    pytest.param(lambda data: data.replace(b"\n", b"\r\n"), id="CRLF"),
    pytest.param(lambda data: data.replace(b"\n", b"\r"), id="CR"),
    pytest.param(lambda data: b"\xef\xbb\xbf" + data, id="mark of byte order"),
    pytest.param(lambda data: data.rstrip(b"\n"), id="no line end at the end"),
    pytest.param(lambda data: data + b"\n\n# note\n...\n", id="end of document"),
    pytest.param(lambda data: data.replace(b": ", b":   ").replace(b"\n", b" # note\n"), id="white space and comments"),
])
def test_how_a_file_is_stored_changes_nothing(change: Callable[[bytes], bytes], folder: Path) -> None:
    before = read(folder).publication
    for path in folder.rglob("*.yaml"):
        path.write_bytes(change(path.read_bytes()))
    after = read(folder)
    assert after.errors == ()
    assert said(after.publication) == said(before)


def said(value: object) -> object:
    """What a record says, without its Marks."""
    if isinstance(value, tuple):
        return tuple(said(item) for item in value)
    names = getattr(type(value), "__dataclass_fields__", None)
    return {name: said(getattr(value, name)) for name in names if name != "marks"} if names else value


def test_positions_are_the_same_with_crlf_and_a_mark_of_byte_order(folder: Path) -> None:
    before = read(folder).publication
    for path in folder.rglob("*.yaml"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read(folder).publication == before


def test_a_code_that_looks_like_a_number_stays_what_is_written(folder: Path) -> None:
    plant(folder, ENERGY, "  - code: 7.2\n    basis: both\n", "  - code: 8.10\n    basis: text-only\n"
          "    note: {nb: Valgt., en: Chosen.}\n    text: {lines: 40, opening: Styrke, form: whole}\n"
          "  - code: 7.2\n    basis: both\n")
    reading = read(folder)
    assert reading.errors == ()
    built = build(publication_of(reading))
    links = {str(triple) for triple in built.parts["links"]}
    link = "<https://example.org/lillevik/id/target-link/ren-energi-8.10>"
    assert f"{link} <https://w3id.org/delmaal/ns#linkTarget> <http://metadata.un.org/sdg/8.10>" in links
    assert not any("sdg/8.1>" in triple for triple in links)


def publication_of(reading: Reading) -> Publication:
    assert reading.publication is not None
    return reading.publication


@pytest.mark.parametrize("value", [
    "no", "yes", "1_000", "0x10", "1:30", "2019-12", "1e3", "8.10", "=", '"null"', "'~'", "nullt",
])
def test_a_scalar_stays_the_text_that_is_written(value: str, folder: Path) -> None:
    plant(folder, FIGURES, "as: 1,5 mill.", f"as: {value}")
    reading = read(folder)
    assert reading.errors == ()
    assert publication_of(reading).statistics[-1].mentions[0].printed == value.strip("\"'")


@pytest.mark.parametrize("name", [
    "README.md", "themes/notes.md", ".hidden", ".git/config", "themes/.god-helse.yaml.swp",
])
def test_notes_and_hidden_files_are_passed_over(name: str, folder: Path) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x")
    assert read(folder).errors == ()


# One mistake is one error: what follows from it is not held against anything else.


@pytest.mark.parametrize("file", sorted(path.relative_to(TINY).as_posix() for path in TINY.rglob("*.yaml")))
@pytest.mark.parametrize("content", ["\t: [", "- x\n"], ids=["no YAML", "a list"])
def test_a_file_that_cannot_be_read_is_one_mistake(file: str, content: str, folder: Path) -> None:
    (folder / file).write_text(content)
    errors = read(folder).errors
    assert [(error.mark.file, error.mark.line) for error in errors] == [(file, 1)]


def test_a_file_that_is_not_there_leaves_its_references_open(folder: Path) -> None:
    uses = [mark_of(folder, FIGURES, "lillevik", occurrence) for occurrence in range(4)]
    (folder / "areas.yaml").unlink()
    assert found(read(folder).errors) == [f"{use} area-unknown" for use in uses]


def test_the_records_stay_readable_where_the_publication_is_not(folder: Path) -> None:
    (folder / PUBLICATION).write_text("slug: [\n")
    at = plant(folder, HEALTH, "code: 3.4", "code: §3.14")
    assert {f"{at} target-unknown"} < set(found(read(folder).errors))


def test_a_folder_that_is_no_publication_is_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "much.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert found(read(tmp_path).errors) == [".:1:1 publication-missing"]


def test_everything_may_be_wrong_at_once(folder: Path) -> None:
    for path in folder.rglob("*.yaml"):
        path.write_text("§")
    errors = read(folder).errors
    assert len(errors) == len(list(folder.rglob("*.yaml")))


# What would cost too much.


def test_what_is_too_large_is_refused_without_being_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sparse(folder / PLAN)
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read_bytes(path) if path.stat().st_size < MAX_BYTES
                        else pytest.fail(f"{path} was read"))
    assert found(read(folder).errors) == [f"{PLAN}:1:1 file-too-large"]


@pytest.mark.parametrize("written", [
    lambda number: ("statistics/x.yaml", "".join(f"x-{i}:\n  area: there-{i}\n" for i in range(number))),
    lambda number: ("areas.yaml", "".join(f"x-{i}:\n  part-of: there-{i}\n" for i in range(number))),
    lambda number: ("areas.yaml", "".join(f"x-{i}:\n  part-of: x-{(i + 1) % number}\n" for i in range(number))),
    lambda number: ("areas.yaml", "".join(f"x-{i}:\n  tipe: x\n" for i in range(number))),
    lambda number: ("areas.yaml", "".join(f"X {i}:\n  type: x\n" for i in range(number))),
    lambda number: (ENERGY, "number: 2\ntargets:\n" + "".join("  - code: 7.2\n" for _ in range(number))),
    lambda number: (ENERGY, "number: 2\ntargets:\n  - code: 7.2\n    printed:\n"
                    + "      - {as: 7.2, line: 1}\n" * number),
], ids=["areas of statistics", "areas of areas", "a ring", "keys", "slugs", "targets", "prints"])
def test_many_mistakes_cost_in_proportion(written: Callable[[int], tuple[str, str]], folder: Path) -> None:
    """Four times the mistakes take four times the work or so, in reading them and in building what they leave."""
    def cost(number: int) -> float:
        name, text = written(number)
        (folder / name).write_text(text)
        start = time.process_time()
        reading = read(folder)
        if reading.publication:
            build(reading.publication)
        done = time.process_time() - start
        assert reading.errors
        return done

    cost(10)
    few = min(cost(1_000) for _ in range(2))
    assert cost(4_000) < 8 * few + 0.5


@pytest.mark.parametrize("name", ["areas.yaml", "themes", "publication.yaml"])
def test_what_a_link_leads_to_outside_is_in_no_message(name: str, folder: Path) -> None:
    leading_out(name)(folder)
    done = validate(folder)
    assert done.returncode == 1
    assert f"{name}:1:1 link-outside" in done.stdout
    for word in ("secret", "x.yaml", "outside/"):
        assert word not in done.stdout + done.stderr


def test_a_key_in_two_forms_of_unicode_is_one(folder: Path) -> None:
    (folder / "x.yaml").write_text("l\u00e5s: 1\nla\u030as: 2\n", "utf-8")
    errors: list[SourceError] = []
    read_yaml(folder / "x.yaml", "x.yaml", errors)
    assert found(tuple(errors)) == ["x.yaml:2:1 key-duplicate"]


def test_a_link_within_the_publication_is_followed(folder: Path) -> None:
    (folder / "areas.yaml").rename(folder / "areas.md")
    (folder / "areas.yaml").symlink_to("areas.md")
    assert read(folder).errors == ()


def test_a_bomb_never_goes_off(folder: Path) -> None:
    """Nine levels of nine aliases would be 387 million values. In a process of its own, since memory is measured."""
    files = {
        "bomb": BOMB,
        "merged": "a: &a {x: y}\nb: &b {<<: *a}\nc: {<<: [*a, *b]}\n",
        "looped": "a: &a [*a, *a]\n",
        "many": "a: &a x\nb: [" + "*a, " * 400_000 + "]\n",
        "deep": "a: " + "[" * 5000 + "]" * 5000,
        "broad": "[" + "a," * (MAX_BYTES // 2 - 1) + "]",
        "keys": "".join(f"k{number}: 1\n" for number in range(MAX_VALUES // 2 - 2)),
        "long": "a: " + "x" * (MAX_BYTES - 10),
    }
    for name, text in files.items():
        (folder / f"documents/{name}.yaml").write_text(text)
    program = (
        "import json, re, sys, time\n"
        "from pathlib import Path\n"
        "from delmaal.marks import read_yaml\n"
        "rows = {}\n"
        "for path in map(Path, sys.argv[1:]):\n"
        "    errors, start = [], time.process_time()\n"
        "    read_yaml(path, path.name, errors)\n"
        "    rows[path.stem] = [len(errors), time.process_time() - start, errors[-1].code if errors else '']\n"
        "status = Path('/proc/self/status')\n"  # ru_maxrss would be that of pytest, from before the exec
        "peak = re.search(r'VmHWM:\\s+(\\d+) kB', status.read_text() if status.exists() else 'VmHWM: 0 kB')\n"
        "print(json.dumps([rows, int(peak[1])]))\n"
    )
    paths = [str(folder / f"documents/{name}.yaml") for name in files]
    done = subprocess.run([sys.executable, "-c", program, *paths], capture_output=True, text=True, check=True)
    rows, memory = json.loads(done.stdout)
    assert {name: row[2] for name, row in rows.items()} == {
        "bomb": "yaml-alias", "merged": "yaml-alias", "looped": "yaml-alias", "many": "file-hopeless",
        "deep": "yaml-depth", "broad": "file-too-large", "keys": "", "long": "",
    }
    assert rows["bomb"][0] == 72
    assert rows["many"][0] == MAX_MISTAKES + 1
    assert all(row[1] < 1.5 for row in rows.values()), rows
    assert rows["bomb"][1] < 0.1
    assert memory < 100 * 1024, f"{memory} kB"


def test_the_aliases_of_a_bomb_are_each_reported(folder: Path) -> None:
    (folder / PLAN).write_text(BOMB)
    errors = read(folder).errors
    aliases = [error for error in errors if error.code == "yaml-alias"]
    assert len(aliases) == 72
    assert str(aliases[0].mark) == f"{PLAN}:2:8"


# The command.


def validate(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "delmaal", "validate", ".", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


TOGETHER = (
    "a missing translation", "a duplicate key", "a Python object", "a date that is none", "a tilde", "a comma number",
    "an unknown indicator", "a malformed age", "lines beyond the end", "a malformed e-mail", "a malformed checksum",
    "changed before it was issued", "an unknown area that an area is part of", "a UN indicator that is none",
    "a slug with a letter æ", "nothing beyond the end", "a theme's number twice",
    "a basis that the evidence contradicts",
    "a file that is misspelt", "a folder that is misspelt",
)
"""Cases that do not touch each other's places."""


def test_the_command_shows_every_mistake_and_nothing_else(folder: Path) -> None:
    rows = {row.name: row for row in CASES}
    expected = {f"{row.spoil(folder)} {row.code}" for row in (rows[name] for name in TOGETHER)}
    for name, content, mistake in (
        ("bilde", b"\x89PNG", "1:1 file-not-utf8"), ("bombe", b"[\n" * 100, "25:1 yaml-depth"),
        ("dyp", b"[" * 5000, "1:1 yaml-depth"), ("tom", b"", "1:1 file-empty"),
        ("stor", b"#" * (MAX_BYTES + 1), "1:1 file-too-large"),
    ):
        (folder / f"documents/{name}.yaml").write_bytes(content)
        expected.add(f"documents/{name}.yaml:{mistake}")
    done = validate(folder)
    assert done.returncode == 1
    assert done.stderr == ""
    *lines, last = done.stdout.splitlines()
    places = [line.split(" ")[0] for line in lines]
    shown = {" ".join(line.split(" ")[:2]).removesuffix(":") for line in lines}
    assert shown == expected
    assert last == f"{folder.name}: {len(expected)} mistakes, 0 warnings"
    order = [(file, int(line), int(column)) for file, line, column in (place.split(":") for place in places)]
    assert order == sorted(order)


def test_the_command_ends_well_on_what_is_no_publication(tmp_path: Path) -> None:
    done = validate(tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(".:1:1 publication-missing: there is no publication.yaml here")


def test_the_command_gives_the_same_rows_as_json(folder: Path) -> None:
    (folder / HEALTH).write_bytes(b"\xff")
    at = plant(folder, FIGURES, "value: 71.5", "value: §71,5")
    done = validate(folder, "--format", "json")
    rows = [f"{row['file']}:{row['line']}:{row['column']} {row['code']}" for row in json.loads(done.stdout)]
    assert rows == [f"{at} number-wrong", f"{HEALTH}:1:1 file-not-utf8"]
    assert (done.returncode, done.stderr) == (1, "")


def test_a_file_name_that_is_no_text_is_a_mistake_like_any_other(folder: Path) -> None:
    Path(os.fsdecode(bytes(folder) + b"/documents/bl\xe5.yaml")).write_bytes((folder / PLAN).read_bytes())
    done = validate(folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert "documents/bl\ufffd.yaml:1:1 slug-malformed" in done.stdout
    with pytest.raises(SourceErrors) as caught:
        publish(folder, folder.parent / "out")
    assert found(caught.value.errors) == ["documents/bl\ufffd.yaml:1:1 slug-malformed"]


# The parts, where no file reaches them.


@pytest.mark.parametrize(("value", "among", "right"), [
    ("eu-theme", ["number", "eu-themes"], 'did you mean "eu-themes"?'),
    ("x", ["both", "text-only"], "known are both, text-only"),
    ("x", [], "none is known"),
    ("x", [str(number) for number in range(10, 27)], "17 are known; check the spelling"),
    ("3.14", ["3.1", "3.4", "17.14"], 'did you mean "3.4"?'),
    ("number" * 50_000, ["number"], "known are number"),
])
def test_the_nearest_known_value_is_named(value: str, among: list[str], right: str) -> None:
    assert nearest(value, among) == right


@pytest.mark.parametrize(("name", "slug"), [
    ("Grønn mobilitet", "gronn-mobilitet"), ("Barn og unges liv & læring", "barn-og-unges-liv-laering"),
    ("ÅRSMELDING 2019/2020", "arsmelding-2019-2020"), ("../../etc/passwd", "etc-passwd"), ("Søn Đà Nẵng", "son-a-nang"),
    ("été", "ete"), ("日本", ""), ("", ""), ("--", ""),
])
def test_a_slug_is_proposed_for_a_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug
    assert not slug or SLUG.match(slug)


@pytest.mark.parametrize(("value", "quoted"), [
    ("a\n  b\tc", "a b c"), ("x" * 60, "x" * 60), ("x" * 61, "x" * 59 + "…"), ("a" + " " * 1000 + "b", "a…"),
    ("myk\u00addeling \u202e", "myk\\u00addeling \\u202e"),
])
def test_a_value_is_quoted_on_one_line_and_shortened(value: str, quoted: str) -> None:
    assert short(value) == quoted


def fields_of(text: str, folder: Path) -> tuple[Fields, list[SourceError]]:
    errors: list[SourceError] = []
    (folder / "x.yaml").write_text(text)
    node = read_yaml(folder / "x.yaml", "x.yaml", errors)
    assert node is not None
    return Fields(node, "the record", errors), errors


def test_a_field_that_was_refused_is_lacking_and_the_others_are_not(tmp_path: Path) -> None:
    fields, errors = fields_of("a: x\nb: [y]\nc: ''\nd: *x\nh: {nb: x}\ni: [3, x]\n", tmp_path)
    values = [fields.text(name, required=name == "f") for name in "abcdef"]
    label, runs = fields.label("h"), fields.lines("i")
    marks = fields.done()
    assert values == ["x", "", "", "", "", ""]
    assert (label, runs) == (None, ((3, 3),))
    assert {name for name in "abcdefghi" if marks.lacks(name)} == set("bcdfhi")
    assert not marks.lacks()
    assert [error.code for error in errors] == [
        "yaml-alias", "type-wrong", "value-empty", "key-missing", "translation-missing", "lines-malformed",
    ]


@pytest.mark.parametrize("text", ["- x\n", "x\n", "''\n"])
def test_of_what_is_no_record_everything_is_lacking_and_nothing_more_is_said(text: str, tmp_path: Path) -> None:
    fields, errors = fields_of(text, tmp_path)
    assert (fields.text("a"), fields.integer("b", 1, 9), fields.require_label("c")) == ("", 0, Text("", ""))
    assert fields.texts("d", str, "x-malformed", required=True) == ()
    marks = fields.done()
    assert marks.lacks()
    assert marks.lacks("a")
    assert [error.code for error in errors] == ["type-wrong"]


def test_of_what_was_refused_before_nothing_more_is_said() -> None:
    errors: list[SourceError] = []
    fields = Fields(Refused(Mark("x.yaml", 3)), "the record", errors)
    assert fields.text("a") == ""
    assert fields.done().lacks("a")
    assert fields.mark == Mark("x.yaml", 3)
    assert errors == []


def test_the_items_of_a_list_keep_their_places_when_one_is_refused(tmp_path: Path) -> None:
    fields, errors = fields_of("a:\n  - https://a/\n  - ftp://b/\n  - https://c/\n", tmp_path)
    assert fields.texts("a", web_address, "address-malformed") == ("https://a/", "https://c/")
    assert [fields.marks().at(f"a.{index}").line for index in range(2)] == [2, 4]
    assert [str(error.mark) for error in errors] == ["x.yaml:3:5"]


@pytest.mark.parametrize("value", ["0", "-3", "205000", "6.4", "0.05", "-0.5", "999999999999999", "0.123456789"])
def test_a_number_in_canonical_form_is_taken(value: str, tmp_path: Path) -> None:
    fields, errors = fields_of(f"a: {value}\n", tmp_path)
    assert fields.decimal("a") == value
    assert errors == []


@pytest.mark.parametrize("address", [
    "https://example.org", "http://example.org/a?b=c#d", "https://æøå.no/ø", "https://[::1]:8000/", "https://a/%20",
])
def test_an_address_is_taken(address: str) -> None:
    web_address(address)


@pytest.mark.parametrize("address", [
    "", "example.org", "ftp://a/", "https://", "https:///a", "http://a b/", "https://a/\n", "https://a/\"",
    "https://a/<b>",
    "https://a/{b}", "https://a/%zz", "https://[a", "javascript:alert(1)", "https://user@/",
])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        web_address(address)


def test_the_mistakes_of_a_run_are_sorted_by_position() -> None:
    marks = [Mark("b", 1, 1), Mark("a", 10, 1), Mark("a", 9, 7), Mark("a", 9, 2)]
    errors = SourceErrors([SourceError(code, mark, "x") for mark in marks for code in ("z", "y")])
    assert found(errors.errors) == [f"{mark} {code}" for mark in sorted(marks) for code in ("y", "z")]
    assert str(errors) == "sources-invalid: 8 mistakes in the sources"
