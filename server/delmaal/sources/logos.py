"""What a logo in SVG may hold: shapes, gradients and text, and nothing that runs, loads or hides anything.

Read by expat, which expands no entity that no document type declares: document types are refused, and so are
processing instructions, elements and attributes that are not listed, and references that lead out of the picture.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

from delmaal.errors import Mark, SourceError, short

MAX_LOGO = 200_000
MAX_ELEMENTS = 2_000
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"

ELEMENTS = frozenset((
    "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline",
    "polygon", "text", "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "mask",
))
ATTRIBUTES = frozenset((
    "id", "class", "version", "viewBox", "preserveAspectRatio", "width", "height", "x", "y", "x1", "y1", "x2", "y2",
    "cx", "cy", "r", "rx", "ry", "fx", "fy", "fr", "d", "points", "transform", "gradientTransform", "gradientUnits",
    "spreadMethod", "offset", "stop-color", "stop-opacity", "fill", "fill-opacity", "fill-rule", "stroke",
    "stroke-width", "stroke-opacity", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray",
    "stroke-dashoffset", "opacity", "color", "display", "visibility", "overflow", "clip-path", "clip-rule",
    "clipPathUnits", "mask", "maskUnits", "maskContentUnits", "font-family", "font-size", "font-weight", "font-style",
    "letter-spacing", "text-anchor", "dominant-baseline", "dx", "dy", "textLength", "lengthAdjust", "role",
    "aria-label", "aria-hidden", "focusable", "enable-background", "baseProfile", "vector-effect", "paint-order",
))
_VALUE = re.compile(r"(?:url\(#[\w.-]+\)|[^()\\<>&:;@]|(?:matrix|translate|scale|rotate|skewX|skewY|rgba?|hsla?)"
                    r"\([^()\\:;@]*\))*\Z")
"""A value names nothing but a part of the picture."""
_PART = re.compile(r"#[\w.-]+\Z")
_FREE = frozenset(("id", "aria-label", "class"))
_RIGHT = "export the logo as plain SVG with presentation attributes, or as PNG"


def check_svg(data: bytes, name: str) -> list[SourceError]:
    """What an SVG holds that is not taken, each at its place; messages call the file `name`."""
    return _Check(name).run(data)


class _Check:
    def __init__(self, name: str) -> None:
        self.name = name
        self.errors: list[SourceError] = []
        self.elements = 0
        parser = self.parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._element
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction

    def run(self, data: bytes) -> list[SourceError]:
        try:
            self.parser.Parse(data, True)
        except _Enough:
            pass
        except expat.ExpatError as error:
            if not self.errors:
                mark = Mark(self.name, error.lineno, error.offset + 1)
                sentence = f"this is no XML ({expat.ErrorString(error.code)}); {_RIGHT}"
                self.errors.append(SourceError("logo-refused", mark, sentence))
        return self.errors

    def _refuse(self, what: str) -> None:
        mark = Mark(self.name, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)
        self.errors.append(SourceError("logo-refused", mark, f"{what}; {_RIGHT}"))
        if len(self.errors) > 20:
            raise _Enough

    def _doctype(self, *_: Any) -> None:
        self._refuse("a document type, which may declare entities, is not taken")
        raise _Enough

    def _instruction(self, target: str, _: str) -> None:
        self._refuse(f"the processing instruction {short(target)} is not taken")

    def _element(self, name: str, attributes: Mapping[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            self._refuse(f"a logo has at most {MAX_ELEMENTS:,} elements")
            raise _Enough
        if space != _SVG or local not in ELEMENTS or (self.elements == 1) != (local == "svg"):
            self._refuse(f"the element {short(local)} is not taken here")
            return
        for key, value in attributes.items():
            self._attribute(local, key, value)

    def _attribute(self, element: str, key: str, value: str) -> None:
        space, _, local = key.rpartition(" ")
        if local == "href" and space in ("", _XLINK):
            if element not in ("use", "linearGradient", "radialGradient") or not _PART.match(value):
                self._refuse(f'href "{short(value)}" of {element} does not lead to a part of the picture')
        elif (space == _XML and local in ("space", "lang")) or (not space and local in _FREE):
            return
        elif space or local not in ATTRIBUTES:
            self._refuse(f"the attribute {short(local)} of {element} is not taken")
        elif not _VALUE.match(value):
            self._refuse(f'{local} "{short(value)}" of {element} is not taken')


class _Enough(Exception):  # no error: reading ends here
    """Nothing further need be looked at."""
