"""Which addresses can be links: those of the web, which are IRIs too."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

EMAIL = re.compile(r"[A-Za-z0-9.!$&'*+/=_~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+\Z")
"""An address of mail that needs no escape in mailto:."""


def web_address(value: str) -> None:
    """Accept an http(s) IRI with a host.

    Raises ValueError for anything else.
    """
    try:
        host = urlsplit(value).hostname if value.startswith(("https://", "http://")) else None
        if host:
            NamedNode(value)
    except ValueError as error:
        raise ValueError("this is no web address; write %20 for a space, and no quotes, braces or brackets") from error
    if not host:
        raise ValueError("write an address that begins with https:// or http:// and a host")
