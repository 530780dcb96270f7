"""Reads the texts of pages: Markdown, a file for each page and language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from delmaal.errors import Mark, SourceError, short
from delmaal.markdown import faults
from delmaal.marks import read_bytes
from delmaal.records import PAGES, Prose

FOLDER = "pages"
MAX_PROSE = 100_000
_NAME = re.compile(rf"({'|'.join(PAGES)})\.([a-z]{{2,3}}(?:-[A-Za-z0-9]{{2,8}})*)\.md\Z")


def read_prose(paths: list[Path], name: Callable[[Path], str], errors: list[SourceError]) -> Iterator[Prose]:
    """The texts of pages that can be taken; `name` is what messages call a file."""
    for path in paths:
        found = _NAME.match(path.name)
        if found is None:
            known = ", ".join(f"{page}.<language>.md" for page in PAGES)
            errors.append(SourceError("file-unknown", Mark(name(path)), f"nothing reads this file; known are {known}"))
            continue
        text = _text(path, name(path), errors)
        if text is None:
            continue
        wrong = [SourceError("markdown-refused", Mark(name(path), line), sentence) for line, sentence in faults(text)]
        errors += wrong
        if not wrong:
            yield Prose(found[1], found[2], text)


def _text(path: Path, name: str, errors: list[SourceError]) -> str | None:
    try:
        data = read_bytes(path, name)
        if len(data) > MAX_PROSE:
            sentence = f"the text has {len(data):,} bytes; {MAX_PROSE:,} is the limit: shorten it"
            raise SourceError("file-too-large", Mark(name), sentence)
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        sentence = f"byte {short(hex(data[error.start]))} is not UTF-8; save the file as UTF-8"
        errors.append(SourceError("file-not-utf8", Mark(name), sentence))
    except OSError as error:
        errors.append(SourceError("file-unreadable", Mark(name), f"the file cannot be read ({error.strerror})"))
    except SourceError as error:
        errors.append(error)
    return None
