"""What a release's manifest has to be, before anything is read by it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from delmaal.release.identity import FORMAT_VERSION
from delmaal.release.seals import is_entry


def _texts(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(text, str) for text in value.values())


def _numbers(value: object) -> bool:
    return isinstance(value, dict) and all(type(number) is int for number in value.values())


TYPES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "id": (lambda value: isinstance(value, str), "a text"),
    "format": (lambda value: isinstance(value, str) and value.isascii() and value.isdigit(), "digits as a text"),
    "base": (lambda value: isinstance(value, str) and ":" in value, "an IRI"),
    "publication": (lambda value: isinstance(value, str), "a text"),
    "software": (lambda value: isinstance(value, str), "a text"),
    "seal": (lambda value: isinstance(value, str), "a text"),
    "title": (_texts, "texts by language"),
    "licence": (lambda value: _texts(value) and {"name", "iri"} <= value.keys(), "a name and an IRI"),
    "parts": (_numbers, "numbers by part"),
    "findings": (_numbers, "numbers by severity"),
    "files": (lambda value: isinstance(value, dict) and all(is_entry(entry) for entry in value.values()),
              "files with size and sha256"),
}
"""What each entry of a manifest is, where it is there."""


class NewerFormat(ValueError):
    """A release of a layout that is newer than this software."""


READ_BY = ("id", "format", "base", "parts", "files")
"""The entries without which nothing is read of a release."""

SERVED_BY = (*READ_BY, "publication", "title", "seal")
"""The entries without which a release is not served."""


def read_manifest(content: bytes) -> dict[str, Any]:
    """A manifest as it was read.

    Raises ValueError where it lacks what a release is read by, or an entry is of another type than it has to be.
    """
    try:
        found = json.loads(content)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    check_manifest(found, READ_BY)
    return found


def check_manifest(manifest: Mapping[str, Any], needed: Collection[str] = ()) -> None:
    """Raises ValueError where an entry of a manifest is of another type than it has to be, or missing."""
    version = str(manifest.get("format", ""))
    if version.isascii() and version.isdigit() and int(version[:9]) > int(FORMAT_VERSION):  # its entries may be others
        sentence = f"its format is {version[:9]}, this software knows those up to {FORMAT_VERSION}"
        raise NewerFormat(f"{sentence}; run a newer version of the software")
    missing = [name for name in needed if name not in manifest]
    if missing:
        raise ValueError(f"manifest.json has no {missing[0]}")
    for name, (fits, what) in TYPES.items():
        if name in manifest and not fits(manifest[name]):
            raise ValueError(f"{name} in manifest.json is not {what}")
