"""IRIs of others as paths: readable, reversible, of unreserved characters and slashes alone.

    http://metadata.un.org/sdg/3.4           http/metadata.un.org/sdg/3.4
    https://w3id.org/delmaal/ns#Theme        https/w3id.org/delmaal/ns~23Theme
    urn:x:y                                  urn~3Ax~3Ay

A byte (of UTF-8) that is no letter or digit of ASCII, no `-`, `.`, `_` or single slash is written as `~` and two
hexadecimal digits: what `%` is for addresses, in a form that no proxy, server or file system decodes, merges or cuts.
`://` behind the scheme is one slash. A dot is written so where a path would lose it (`.` and `..` between slashes) or
where it begins what would be taken for a suffix, and a slash where a path would lose that one.
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"[^A-Za-z0-9._/-]")
_BYTE = re.compile(rb"~([0-9A-Fa-f]{2})")
_WEB = re.compile(r"([A-Za-z][A-Za-z0-9.-]*)://(?=[^/])")
_SUFFIX = re.compile(r"\.(?=[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*(?:\.[0-9]+)?$)")
"""A dot before what may be a format, or a language with the number of a page: two letters at least."""


def path_of(iri: str) -> str:
    """An IRI as a path without a slash at its beginning."""
    web = _WEB.match(iri)
    scheme, rest = (f"{web[1]}/", iri[web.end() :]) if web else ("", iri)
    path = _ESCAPED.sub(lambda found: "".join(f"~{byte:02X}" for byte in found[0].encode("utf-8", "replace")), rest)
    segments = path.split("/")
    if "" in segments or "." in segments or ".." in segments:
        path = _kept(segments)
    return scheme + _SUFFIX.sub("~2E", path)


def _kept(segments: list[str]) -> str:
    """Segments as a path, where some are empty or dots alone, which a path would lose."""
    path = segments[0].replace(".", "~2E") if segments[0] in (".", "..") else segments[0]
    for segment in segments[1:]:
        if segment in (".", ".."):
            path += "/" + segment.replace(".", "~2E")
        elif not segment or path.endswith("~2F") or not path:
            path += f"~2F{segment}"
        else:
            path += f"/{segment}"
    return path


def iri_of(path: str) -> str:
    """The IRI of a path; what is no UTF-8 is replaced."""
    scheme, slash, rest = path.partition("/")
    if slash and "~" not in scheme:
        return f"{scheme}://{_plain(rest)}"
    return _plain(path)


def _plain(path: str) -> str:
    if "~" not in path:
        return path
    return _BYTE.sub(lambda found: bytes((int(found[1], 16),)), path.encode("utf-8", "replace")).decode(
        "utf-8", "replace")
