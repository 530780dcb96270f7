"""Spoils a copy of a publication, and says where.

The sign § in what is planted marks the character at which the mistake has to be reported; it is taken out again.
"""

from __future__ import annotations

from pathlib import Path

HERE = "§"


def plant(folder: Path, file: str, old: str, new: str) -> str:
    """Write `new` in place of `old`, which must stand in the file once; gives the `file:line:column` of the sign.

    An empty `old` replaces the whole file, and makes one that is not there. Without a sign, the mistake is reported at
    the beginning of the file.
    """
    path = folder / file
    text = path.read_bytes().decode() if old else ""
    assert text.count(old) == 1 or not old, f"{file} holds {old!r} {text.count(old)} times"
    text = text.replace(old, new) if old else new
    before, sign, after = text.partition(HERE)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((before + after).encode())
    return position(file, before) if sign else f"{file}:1:1"


def position(file: str, before: str) -> str:
    """`file:line:column` of what stands after a text, as an editor counts: a line ends with \\n."""
    return f"{file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def mark_of(folder: Path, file: str, text: str, occurrence: int = 0) -> str:
    """`file:line:column` of a text in a file."""
    whole, at = (folder / file).read_bytes().decode(), -1
    for _ in range(occurrence + 1):
        at = whole.index(text, at + 1)
    return position(file, whole[:at])
