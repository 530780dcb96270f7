"""A mapped file that is cut while it is read does not end the process.

What a process reads behind the end of a mapped file makes the kernel send it SIGBUS, which ends it. Indexes and dumps
are mapped, since that is several times as fast as to read them piece by piece, and needs no memory of its own; so a
careless copy over a release's files would end every process that serves it, and with it all that was asked of it. Here
the signal is handled where it arises: the page that is missing is replaced by an empty one, the reader goes on, and the
cut is counted. Whoever answers from mapped files looks at the count, and gives no answer that was read meanwhile.

The handler runs in the thread that reads, in the midst of its reading and nowhere else, and so may do what Python does.
Where the system is not a Linux of 64 bits, nothing is handled, and such a process ends and is started again.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

_BUS_ADRERR = 2
_SIGINFO, _NODEFER = 4, 0x40000000
_FIXED = 0x10
_ADDRESS = 16
"""Where a siginfo of a Linux of 64 bits has the address that was read."""


class _Action(ctypes.Structure):
    """What glibc's sigaction(2) takes."""

    _fields_ = (("handler", ctypes.c_void_p), ("mask", ctypes.c_ulong * 16), ("flags", ctypes.c_int),
                ("restorer", ctypes.c_void_p))


class _Cuts:
    """How many cuts there were, and what must live as long as the process."""

    count = 0
    kept: tuple[Any, ...] = ()


def cuts() -> int:
    """How many times something was read of a mapped file that is shorter by now."""
    return _Cuts.count


def outlive_cuts() -> bool:
    """Have this process outlive that a mapped file is cut; False where the system is none that it is known for."""
    if _Cuts.kept:
        return True
    if not (sys.platform == "linux" and sys.maxsize > 2**32 and _is_glibc()):
        return False
    library = ctypes.CDLL(None, use_errno=False)
    library.mmap.restype = ctypes.c_void_p
    library.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
    handler = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_handler(library))
    action = _Action(handler=ctypes.cast(handler, ctypes.c_void_p), flags=_SIGINFO | _NODEFER)
    if library.sigaction(signal.SIGBUS, ctypes.byref(action), None) != 0:
        return False
    _Cuts.kept = (library, handler, action)
    return True


def _handler(library: Any) -> Callable[[int, int, int], None]:
    page = mmap.PAGESIZE
    protection, flags = mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _FIXED

    def handle(_number: int, info: int, _context: int) -> None:
        code = ctypes.c_int.from_address(info + 8).value
        address = ctypes.c_void_p.from_address(info + _ADDRESS).value or 0
        start = address // page * page
        if code != _BUS_ADRERR or library.mmap(start, page, protection, flags, -1, 0) != start:
            signal.signal(signal.SIGBUS, signal.SIG_DFL)  # not what this is for: it comes again, and ends the process
            return
        _Cuts.count += 1

    return handle


def _is_glibc() -> bool:
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (OSError, ValueError):
        return False
