"""The catalogue, the descriptions and the dumps: files of the release, sent as they are."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, request

from delmaal import formats
from delmaal.formats import Format
from delmaal.web.answers import CACHE, answer, opened
from delmaal.web.failures import problem
from delmaal.web.negotiate import choose

routes = Blueprint("dumps", __name__)

ROWS: tuple[Format, ...] = tuple(row for row in formats.RDF_FORMATS if not row.quads)
_BY_SUFFIX = {row.suffix: row for row in formats.RDF_FORMATS}


@routes.get("/catalog")
@routes.get("/catalog.<suffix>")
def catalogue(suffix: str | None = None) -> Response:
    """The whole catalogue in one document, with status 200, uncompressed unless asked."""
    return _negotiated("catalogue", suffix)


@routes.get("/service-description")
@routes.get("/service-description.<suffix>")
def service_description(suffix: str | None = None) -> Response:
    """The description of the SPARQL service."""
    return _negotiated("service", suffix)


@routes.get("/.well-known/void")
@routes.get("/void.<suffix>")
def void(suffix: str | None = None) -> Response:
    """The VoID description."""
    return _negotiated("void", suffix)


@routes.get("/provenance.<suffix>")
def provenance(suffix: str) -> Response:
    """Where the release comes from."""
    return _negotiated("provenance", suffix)


@routes.get("/report.<suffix>")
def report(suffix: str) -> Response:
    """What the shapes found."""
    return _negotiated("report", suffix)


def _negotiated(part: str, suffix: str | None) -> Response:
    if suffix is not None:
        row = next((row for row in ROWS if row.suffix == suffix), None)
        if row is None:
            return problem(404, "format-unknown", f"had as {', '.join(row.suffix for row in ROWS)}")
        return metadata(part, row, vary="")
    chosen = choose(request.headers.get("Accept", ""), ROWS)
    if chosen is None:
        available = [row.media_type for row in ROWS]
        return problem(406, "format-unacceptable", f"had as {', '.join(available)}", available=available)
    return metadata(part, chosen)


def metadata(part: str, row: Format, vary: str = "Accept") -> Response:
    """A metadata part of the release, in a format."""
    file = opened().release.folder / "metadata" / f"{part}.{row.suffix if not row.quads else 'nt'}"
    return answer(file.read_bytes, row.content_type, vary=vary)


@routes.get("/data/<name>")
def dump(name: str) -> Response:
    """A dump, or its gzip twin; the checksum in the manifest is its ETag."""
    release = opened().release
    entry = release.manifest["files"].get(f"data/{name}")
    if entry is None:
        known = sorted(path.removeprefix("data/") for path in release.manifest["files"] if path.startswith("data/"))
        return problem(404, "dump-unknown", f"there is no dump {name[:100]}", available=known)
    stem = name.removesuffix(".gz")
    row = _BY_SUFFIX[stem.rpartition(".")[2]]
    kind = "application/gzip" if name.endswith(".gz") else row.content_type
    etag = entry["sha256"][:32]
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        path: Path = release.folder / "data" / name
        response = Response(path.read_bytes(), content_type=kind)
        response.headers["Accept-Ranges"] = "bytes"
        response.make_conditional(request, accept_ranges=True, complete_length=entry["size"])
    response.set_etag(etag)
    response.headers["Cache-Control"] = CACHE
    return response
