"""The catalogue, the descriptions and the dumps: files of the release, sent as they are."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from werkzeug.wrappers import Response
from werkzeug.wsgi import FileWrapper

from delmaal import formats
from delmaal.formats import Format
from delmaal.http.answers import CACHE, answer, elsewhere, memento_links
from delmaal.http.asked import Asked, is_strongly, names
from delmaal.http.failures import format_asked, problem
from delmaal.http.negotiate import HTML, choose, coding
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.http.urls import target_of

routes = Routes("dumps")

ROWS = formats.TRIPLE_FORMATS
_BY_SUFFIX = {row.suffix: row for row in (*formats.RDF_FORMATS, formats.CSV)}


@routes.get("/catalog")
@routes.get("/catalog.<suffix>")
def catalogue(request: Asked, suffix: str | None = None) -> Reply:
    """The whole catalogue in one document, with status 200, uncompressed unless asked."""
    return _negotiated(request, "catalogue", suffix)


@routes.get("/service-description")
@routes.get("/service-description.<suffix>")
def service_description(request: Asked, suffix: str | None = None) -> Reply:
    """The description of the SPARQL service."""
    return _negotiated(request, "service", suffix)


@routes.get("/.well-known/void")
@routes.get("/void.<suffix>")
def void(request: Asked, suffix: str | None = None) -> Reply:
    """The VoID description."""
    return _negotiated(request, "void", suffix)


@routes.get("/provenance.<suffix>")
def provenance(request: Asked, suffix: str) -> Reply:
    """Where the release comes from."""
    return _negotiated(request, "provenance", suffix)


@routes.get("/report.<suffix>")
def report(request: Asked, suffix: str) -> Reply:
    """What the shapes found."""
    return _negotiated(request, "report", suffix)


def _negotiated(request: Asked, part: str, suffix: str | None) -> Reply:
    if suffix is not None:
        row = next((row for row in ROWS if row.suffix == suffix), None)
        if row is None:
            return problem(request, 404, "format-unknown", f"had as {', '.join(row.suffix for row in ROWS)}")
        return metadata(request, part, row, vary="")
    named = format_asked(request, ROWS)
    if isinstance(named, Reply):
        return named
    chosen = named or choose(request.headers.get("Accept", ""), (*ROWS, HTML))
    if chosen is HTML:
        return elsewhere(request.urls.descriptions(urlencode({"iri": _subject(request, part)})), 303, "Accept")
    if chosen is None:
        available = [row.media_type for row in ROWS]
        return problem(request, 406, "format-unacceptable", f"had as {', '.join(available)}", available=available)
    return metadata(request, part, chosen)


def _subject(request: Asked, part: str) -> str:
    """What a part is about: its description is the page of the part."""
    iri = request.opened.iri
    return {"service": iri.thing("service", "endpoint"), "void": iri.thing("void", "data")}.get(
        part, iri.document("catalog")).value


def metadata(request: Asked, part: str, row: Format, vary: str = "Accept") -> Reply:
    """A metadata part of the release, in a format."""
    file = request.opened.release.folder / "metadata" / f"{part}.{row.suffix if not row.quads else 'nt'}"
    return answer(request, file.read_bytes, row.content_type, vary=vary)


TWINS: Mapping[str, tuple[str, str]] = {".gz": ("gzip", "application/gzip"), ".zst": ("zstd", "application/zstd")}
"""The compressed twins of a dump: what its name is given, its content coding, its media type as a file of its own."""


@routes.get("/data/<name>")
def dump(request: Asked, name: str) -> Reply:
    """A dump, or one of its twins; the checksum in the manifest is its ETag.

    Who accepts a content coding gets the twin as such; who asks for a range gets the dump itself, since a download that
    is taken up again must be of the same bytes as before.
    """
    release = request.opened.release
    files = release.manifest["files"]
    if f"data/{name}" not in files:
        known = sorted(path.removeprefix("data/") for path in files if path.startswith("data/"))
        return problem(request, 404, "dump-unknown", f"there is no dump {name[:100]}", available=known)
    own = next((suffix for suffix in TWINS if name.endswith(suffix)), "")
    sent, coded = name, ""
    if not own and "Range" not in request.headers:
        wanted = coding(request.headers.get("Accept-Encoding", ""))
        twin = next((suffix for suffix, (each, _) in TWINS.items() if each == wanted), "")
        if twin and f"data/{name}{twin}" in files:
            sent, coded = f"{name}{twin}", wanted
    kind = TWINS[own][1] if own else _BY_SUFFIX[name.rpartition(".")[2]].content_type
    response = _file(request, release.folder / "data" / sent, files[f"data/{sent}"], kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{release.manifest["publication"]}-{name}"'
    if not own:
        response.headers["Vary"] = "Accept-Encoding"
    if coded and response.status_code == 200:
        response.headers["Content-Encoding"] = coded
    if request.past is None:
        response.headers.add("Link", memento_links(target_of(request.path, ""), request.whole))
        response.vary_by("Accept-Datetime")
    return response


def _ranges(request: Asked, path: Path, size: int, kind: str, etag: str) -> Reply:
    """The file, or the ranges of it that were asked for; it is read while it is sent.

    Raises RequestedRangeNotSatisfiable (werkzeug).
    """
    content = path.open("rb")
    try:
        made = Response(FileWrapper(content), content_type=kind, direct_passthrough=True)
        made.content_length = size
        made.set_etag(etag)  # If-Range compares it
        made.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except BaseException:
        content.close()
        raise
    reply = Reply(b"", made.status_code, made.headers)
    reply.parts, reply.close = cast("Iterator[bytes]", iter(made.response)), content.close
    return reply


def _file(request: Asked, path: Path, entry: Mapping[str, Any], kind: str) -> Reply:
    """A file of the release, whole or the ranges that were asked for, or 304.

    Its digest is that of the whole, whichever part is sent (Repr-Digest, RFC 9530).
    """
    etag = entry["sha256"][:32]
    wanted = request.headers.get("If-Match")
    if wanted and not is_strongly(wanted, f'"{etag}"'):
        response = Reply(status=412)
    elif names(request.headers.get("If-None-Match", ""), f'"{etag}"'):
        response = Reply(status=304)
    else:
        response = _ranges(request, path, entry["size"], kind, etag)
    response.headers["ETag"] = f'"{etag}"'
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = CACHE
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(entry['sha256'])).decode()}:"
    if request.opened.modified:
        response.headers["Last-Modified"] = request.opened.modified
    return response
