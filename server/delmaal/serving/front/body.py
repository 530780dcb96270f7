"""Reads the body of a request, counted as it comes."""

from __future__ import annotations

import asyncio
from typing import Any

from delmaal.serving.front.head import Fault
from delmaal.serving.front.memory import Memory
from delmaal.settings import Settings

_DRAINED = 16 << 20
"""Bytes up to which a body that is too long is read and thrown away: a client that is still sending hears no answer."""


class Bodies:
    """Reads bodies as the settings allow: more than the limit, or slower than allowed, is refused and never cut."""

    def __init__(self, settings: Settings, memory: Memory) -> None:
        self._memory = memory
        self._limit = settings.query_limit * 3 + 4096  # a form escapes one byte as three
        self._seconds = settings.body_seconds
        self._too_long = Fault(413, "body-too-long", f"a body may have {self._limit:,} bytes")
        self._too_slow = Fault(408, "body-too-slow", f"the body took over {self._seconds} seconds")

    async def read(self, scope: Any, proto: Any) -> bytes | Fault:
        """The body, or what is against it."""
        declared = scope.headers.get("content-length") or ""
        length = int(declared[:20]) if declared.isascii() and declared.isdigit() else None
        if length is not None and length > _DRAINED:
            return self._too_long
        chunks: list[bytes] = []
        total = 0
        try:
            async with asyncio.timeout(self._seconds):
                async for chunk in proto:
                    total += len(chunk)
                    if total > _DRAINED:
                        break
                    if total <= self._limit:
                        chunks.append(bytes(chunk))
        except TimeoutError:
            return self._too_slow
        self._memory.used(total)
        if total > self._limit:
            return self._too_long
        if length is not None and total != length:
            return Fault(400, "body-cut", f"the body has {total:,} of {length:,} bytes")
        return b"".join(chunks)
