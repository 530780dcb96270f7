"""The catalogue, the descriptions and the dumps: files of the release, sent as they are."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wsgi import wrap_file

from delmaal import formats
from delmaal.formats import Format
from delmaal.web.answers import CACHE, answer, memento_links, opened, target_of
from delmaal.web.failures import problem
from delmaal.web.history.past import asked_for
from delmaal.web.negotiate import choose, coding

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


TWINS: Mapping[str, tuple[str, str]] = {".gz": ("gzip", "application/gzip"), ".zst": ("zstd", "application/zstd")}
"""The compressed twins of a dump: what its name is given, its content coding, its media type as a file of its own."""


@routes.get("/data/<name>")
def dump(name: str) -> Response:
    """A dump, or one of its twins; the checksum in the manifest is its ETag.

    Who accepts a content coding gets the twin as such; who asks for a range gets the dump itself, since a download that
    is taken up again must be of the same bytes as before.
    """
    release = opened().release
    files = release.manifest["files"]
    if f"data/{name}" not in files:
        known = sorted(path.removeprefix("data/") for path in files if path.startswith("data/"))
        return problem(404, "dump-unknown", f"there is no dump {name[:100]}", available=known)
    own = next((suffix for suffix in TWINS if name.endswith(suffix)), "")
    sent, coded = name, ""
    if not own and "Range" not in request.headers:
        wanted = coding(request.headers.get("Accept-Encoding", ""))
        twin = next((suffix for suffix, (each, _) in TWINS.items() if each == wanted), "")
        if twin and f"data/{name}{twin}" in files:
            sent, coded = f"{name}{twin}", wanted
    kind = TWINS[own][1] if own else _BY_SUFFIX[name.rpartition(".")[2]].content_type
    response = _file(release.folder / "data" / sent, files[f"data/{sent}"], kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{release.manifest["publication"]}-{name}"'
    if not own:
        response.headers["Vary"] = "Accept-Encoding"
    if coded and response.status_code == 200:
        response.headers["Content-Encoding"] = coded
    if asked_for() is None:
        response.headers.add("Link", memento_links(target_of(request.path, "")))
        response.vary.add("Accept-Datetime")
    return response


def _file(path: Path, entry: Mapping[str, Any], kind: str) -> Response:
    """A file of the release, whole or the ranges that were asked for, or 304.

    Its digest is that of the whole, whichever part is sent (Repr-Digest, RFC 9530).
    """
    etag = entry["sha256"][:32]
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        content = path.open("rb")
        try:
            response = Response(wrap_file(request.environ, content), content_type=kind, direct_passthrough=True)
            response.call_on_close(content.close)
            response.content_length = entry["size"]
            response.set_etag(etag)  # If-Range compares it
            response.make_conditional(request, accept_ranges=True, complete_length=entry["size"])
        except BaseException:
            content.close()
            raise
    response.set_etag(etag)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = CACHE
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(entry['sha256'])).decode()}:"
    if opened().modified:
        response.headers["Last-Modified"] = opened().modified
    return response
