"""`delmaal links`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from delmaal.cli.options import EXIT_CODES, folder_of, publication_argument
from delmaal.errors import SourceErrors, count, short
from delmaal.links import (
    GROUNDS,
    Checked,
    Proposal,
    Snapshots,
    check,
    links_of,
    patch,
    propose,
    read_snapshot,
    records_of,
    snapshot_files,
    yaml_lines,
)
from delmaal.records import Publication
from delmaal.screen import bars_shown, err, out, print_line
from delmaal.sources import read

_LANGUAGES = (("nb", "no"), ("en",))
_PATHS = click.Path(path_type=Path, exists=True)


@click.command(epilog=EXIT_CODES)
@publication_argument
@click.option("--snapshot", "snapshots", multiple=True, required=True, type=_PATHS, metavar="PATH",
              help="A file of RDF, CSV or JSON that you have fetched, or a folder of such; once for each.")
@click.option("--before", multiple=True, type=_PATHS, metavar="PATH",
              help="An older snapshot: links to what has another label since are found.")
@click.option("--least", type=click.FloatRange(0, 1), default=0.6, show_default=True,
              help="The confidence from which a proposal is shown.")
@click.option("--only", type=click.Choice(["check", "propose"]), default=None,
              help="Only check the links that are there, or only propose others.")
@click.option("--patch", "as_patch", is_flag=True, help="Print the proposals as a patch, for git apply or patch -p1.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def links(publication: Path | None, snapshots: Sequence[Path], before: Sequence[Path], least: float, only: str | None,
          as_patch: bool, style: str) -> None:
    """Check the links to other vocabularies against snapshots of them, and propose others.

    LOS, the EU's tables, the UN's SDG vocabulary, Geonorge, Wikidata, datasets and organisations of data.norge.no: what
    there is a snapshot of is used, nothing is fetched. Nothing is written either: a proposal is a link once you have
    put it into the YAML. Ends with 1 where a link leads to what is not there, or to a thing of the wrong kind.

    \b
    Examples:
      delmaal links --snapshot snapshots/
      delmaal links data/trondheim --snapshot los.ttl --before los-2024.ttl --only check
      delmaal links --snapshot los.ttl --least 0.7 --patch | git apply
    """
    if as_patch and (only == "check" or style == "json"):
        raise click.UsageError("--patch prints proposals as a patch: leave out --only check and --format json")
    _run(folder_of(publication), snapshots, before, least, only, as_patch, style)


def _run(folder: Path, paths: Sequence[Path], before: Sequence[Path], least: float, only: str | None, as_patch: bool,
         style: str) -> None:
    publication = _read(folder)
    now, old = _snapshots(paths), _snapshots(before) if before else None
    found = list(links_of(publication))
    checked = check(found, now, old) if only != "propose" and not as_patch else None
    proposals = propose(records_of(publication), found, now, least) if only != "check" else []
    if as_patch:
        _print_patch(proposals)
    elif style == "json":
        click.echo(json.dumps(_as_json(checked, proposals), ensure_ascii=False, indent=1).encode())
    else:
        _print(checked, proposals)
    if checked and any(each.severity == "Violation" for each in checked.findings):
        raise click.exceptions.Exit(1)


def _read(folder: Path) -> Publication:
    reading = read(folder)
    if reading.errors or reading.publication is None:
        raise SourceErrors(reading.errors)
    return reading.publication


def _snapshots(paths: Sequence[Path]) -> Snapshots:
    found, files = Snapshots(), snapshot_files(paths)
    if not files:
        raise click.BadParameter("there is no file of RDF, CSV or JSON in it", param_hint="--snapshot")
    with bars_shown({"read": "reading snapshots"}) as progress:
        for number, file in enumerate(files, 1):
            read_snapshot(file, found)
            progress("read", number, len(files))
    if not found.entries:
        err.print("no snapshot has a thing of a vocabulary that is linked to; `delmaal links --help` names them")
    return found


def _print(checked: Checked | None, proposals: Sequence[Proposal]) -> None:
    if checked is not None:
        for found in checked.findings:
            print_line(str(found.mark), found.code, found.sentence, found.severity, out)
    heading = None
    for each in proposals:
        if heading != (each.record, each.field.name):
            heading = each.record, each.field.name
            out.print(f"{each.mark} {each.record} may link with {each.field.name}:")
            out.print(f"  {yaml_lines(each)[0]}")
        labels = " / ".join(dict.fromkeys(short(each.entry.label(*language), 80) for language in _LANGUAGES))
        out.print(f"  {yaml_lines(each)[1]}  # {labels} ({each.confidence:.2f}: {GROUNDS[each.ground][1]})")
    if checked is not None:
        err.print(f"{count(checked.looked_up, 'link')} looked up, {count(len(checked.findings), 'finding')}")
        if checked.unchecked:
            left = ", ".join(f"{number} to {name}" for name, number in checked.unchecked.items())
            err.print(f"not looked up, since there is no snapshot: {left}")
    err.print(f"{count(len(proposals), 'proposal')}; put what fits into the YAML, or see --patch")


def _print_patch(proposals: Sequence[Proposal]) -> None:
    text, left = patch(proposals, Path.cwd())
    click.echo(text.encode(), nl=False)
    for each in left:
        err.print(f"{each.mark} {each.record}: add {each.field.name} {each.value} by hand")
    err.print(f"{count(len(proposals) - len(left), 'proposal')} in the patch")


def _as_json(checked: Checked | None, proposals: Sequence[Proposal]) -> dict[str, Any]:
    findings = [{"file": each.mark.file, "line": each.mark.line, "column": each.mark.column, "severity": each.severity,
                 "code": each.code, "message": {"en": each.sentence}, "iri": each.iri}
                for each in (checked.findings if checked else ())]
    return {
        "findings": findings,
        "lookedUp": checked.looked_up if checked else 0,
        "unchecked": checked.unchecked if checked else {},
        "proposals": [{
            "file": each.mark.file, "line": each.mark.line, "column": each.mark.column, "record": each.record.kind,
            "slug": each.record.slug, "field": each.field.name, "value": each.value, "iri": each.entry.iri,
            "label": each.entry.labels, "confidence": each.confidence, "ground": GROUNDS[each.ground][1],
            "snapshot": each.entry.file, "yaml": yaml_lines(each),
        } for each in proposals],
    }
