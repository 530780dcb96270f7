"""`delmaal score`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from rich import box
from rich.table import Table

from delmaal.cli.options import EXIT_CODES, folder_of, setting_options
from delmaal.errors import count
from delmaal.records import Text
from delmaal.release import shelf_of
from delmaal.score import (
    DIMENSIONS,
    METRICS,
    Assessment,
    Document,
    Shapes,
    addresses_of,
    ask,
    assess,
    conformance,
    datasets_of,
    mapping,
    read_catalogue,
    read_shapes,
)
from delmaal.screen import bars_shown, err, language_of_reader, out
from delmaal.settings import Settings, load

_SHOWN = 3
"""Shortfalls of a metric that are listed below the table; --format json has them all."""

_WORDS = {
    "metric": Text("mål", "metric"), "property": Text("egenskap", "property"), "passed": Text("bestått", "passed"),
    "points": Text("poeng", "points"), "sum": Text("sum", "sum"),
}


def _mapped(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for value in values:
        start, sign, target = value.partition("=")
        if not (sign and start and urlsplit(target).scheme in ("http", "https")):
            raise click.BadParameter(f"{value!r} is no pair; write https://example.org/=http://127.0.0.1:8000/")
        pairs.append((start, target))
    return tuple(pairs)


@click.command(epilog=EXIT_CODES)
@click.argument("catalogue", required=False)
@click.option("--shapes", "shape_files", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="SHACL in Turtle for DCAT-AP compliance, once for each file. [default: what DCAT-AP 3.0.1 makes "
                   "mandatory]")
@click.option("--map", "mapped", multiple=True, metavar="FROM=TO", callback=_mapped,
              help="Ask for addresses that begin with FROM at TO instead: for a catalogue that is not on the web yet.")
@click.option("--offline", is_flag=True, help="Ask for no download; the 80 points that take it are left out.")
@click.option("--timeout", type=click.FloatRange(0.1, 600), default=20.0, show_default=True,
              help="Seconds that an address may take to answer.")
@click.option("--minimum", type=click.FloatRange(0), default=None, metavar="POINTS",
              help="End with 1 where the catalogue has fewer points.")
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table",
              help="How to print the score.")
@setting_options("out", "host", "port")
def score(catalogue: str | None, shape_files: Sequence[Path], mapped: Sequence[tuple[str, str]], offline: bool,
          timeout: float, minimum: float | None, style: str, **options: str | None) -> None:
    """Score a DCAT catalogue as data.europa.eu does: its metadata quality assessment, 405 points.

    CATALOGUE is an address or a file of RDF. Or it is a publication's folder: then the catalogue is taken from the
    server that runs at --host and --port, whose publication may have addresses that are not registered yet; without
    CATALOGUE, the current folder. Every download is asked for, by HEAD or GET.

    \b
    Examples:
      delmaal score
      delmaal score https://data.example.org/catalog.ttl --minimum 351
      delmaal score catalogue.ttl --offline --shapes dcat-ap_3.0.1_shapes.ttl --format json
    """
    where, pairs = _source(catalogue, load(options))
    target = mapping((*pairs, *mapped))
    shapes = read_shapes(shape_files)
    with bars_shown({"read": "reading pages", "ask": "asking for downloads"}) as show:
        document = read_catalogue(where, timeout, target, lambda page: show("read", page, page))
        assessment = _assess(document, shapes, None if offline else timeout, target, show)
    if style == "json":
        click.echo(json.dumps(_as_json(where, shapes, document, assessment), ensure_ascii=False, indent=1).encode())
    else:
        _print(where, shapes, assessment)
    if minimum is not None and round(assessment.points, 2) < minimum:
        err.print(f"{assessment.points:.2f} points are fewer than the {minimum:g} of --minimum")
        raise click.exceptions.Exit(1)


def _source(catalogue: str | None, settings: Settings) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The address or file to read, and what is asked for elsewhere: the addresses of a publication at its server."""
    if catalogue is not None and not Path(catalogue).is_dir():
        return catalogue, ()
    release = shelf_of(folder_of(Path(catalogue) if catalogue else None), settings.out).current()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    server = f"http://{host.replace('0.0.0.0', '127.0.0.1')}:{settings.port}/"  # noqa: S104  # compared, not bound
    return f"{server}catalog", ((release.base, server),)


def _assess(document: Document, shapes: Shapes, timeout: float | None, target: Any, show: Any) -> Assessment:
    datasets = datasets_of(document.graph)
    answers = None
    if timeout is not None:
        urls = addresses_of(document.graph, datasets)
        answers = ask(urls, timeout, target, lambda done, total: show("ask", done, total))
    return assess(document.graph, datasets, answers, conformance(document.graph, shapes, datasets))


def _print(where: str, shapes: Shapes, assessment: Assessment) -> None:
    language = language_of_reader()
    table = Table(box=box.SIMPLE_HEAD, show_footer=False)
    for key in ("metric", "property"):
        table.add_column(_WORDS[key].within(language), overflow="fold")
    for key in ("passed", "points"):
        table.add_column(_WORDS[key].within(language), justify="right", no_wrap=True)
    found = assessment.metrics
    for dimension in DIMENSIONS:
        rows = [metric for metric in METRICS if metric.dimension == dimension.name and metric.name in found]
        got = sum(found[metric.name].points for metric in rows)
        most = sum(metric.points for metric in rows)
        if rows:
            table.add_row(dimension.label.within(language), "", "", f"{got:.2f} / {most}", style="bold")
        for metric in rows:
            measured = found[metric.name]
            table.add_row(f"  {metric.label.within(language)}", metric.path, f"{measured.passed} / {measured.looked}",
                          f"{measured.points:.2f} / {metric.points}")
        table.add_section()
    rating = f" ({assessment.rating.en})" if assessment.rating else ""
    table.add_row(_WORDS["sum"].within(language), "", "", f"{assessment.points:.2f} / {assessment.possible}",
                  style="bold")
    out.print(table)
    for line in _shortfalls(assessment):
        out.print(line)
    out.print(f"{where}: {assessment.points:.2f} of {assessment.possible} points{rating}, "
              f"{count(len(assessment.datasets), 'dataset')}; shapes: {shapes.name}")


def _shortfalls(assessment: Assessment) -> Iterator[str]:
    """What costs points, the dearest metric first; and violations that concern no dataset, which cost none."""
    found = assessment.metrics
    lost = {metric.name: metric.points - found[metric.name].points for metric in METRICS if metric.name in found}
    rows = [(name, found[name].failed) for name in sorted(lost, key=lambda name: -lost[name]) if lost[name]]
    if assessment.conformance.elsewhere:
        rows.append(("outside the datasets", assessment.conformance.elsewhere))
    for name, places in rows:
        yield from (f"{name}: {place}" for place in places[:_SHOWN])
        if len(places) > _SHOWN:
            yield f"{name}: and {len(places) - _SHOWN} more"


def _as_json(where: str, shapes: Shapes, document: Document, assessment: Assessment) -> dict[str, Any]:
    dimensions = {}
    found = assessment.metrics
    for dimension in DIMENSIONS:
        rows = [metric for metric in METRICS if metric.dimension == dimension.name and metric.name in found]
        dimensions[dimension.name] = {
            "points": round(sum(found[metric.name].points for metric in rows), 2),
            "maximum": sum(metric.points for metric in rows),
            "metrics": {
                metric.name: {
                    "property": metric.path, "computedOn": metric.on, "maximum": metric.points,
                    "points": round(found[metric.name].points, 2),
                    "passed": found[metric.name].passed, "of": found[metric.name].looked,
                    "failed": list(found[metric.name].failed),
                } for metric in rows
            },
        }
    return {
        "catalogue": where,
        "pages": document.pages,
        "shapes": [{"file": file, "version": version, "sha256": digest} for file, version, digest in shapes.files],
        "points": round(assessment.points, 2),
        "maximum": assessment.possible,
        "rating": assessment.rating.en if assessment.rating else None,
        "dimensions": dimensions,
        "datasets": [
            {"iri": dataset.iri, "title": dataset.title, "points": round(dataset.points, 2),
             "metrics": {name: round(measured.points, 2) for name, measured in dataset.measures.items()}}
            for dataset in assessment.datasets
        ],
        "violationsOutsideDatasets": list(assessment.conformance.elsewhere),
    }
