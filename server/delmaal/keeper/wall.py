"""The wall against SERVICE: a process behind it cannot make a socket, whatever text it evaluates.

The tokenizer refuses SERVICE first; this holds where it should ever be wrong. The store opens its files when it needs
them, so that a limit on open files would end honest queries instead.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000 | errno.EACCES
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4

SOCKET_CALLS: dict[str, tuple[int, int]] = {
    "x86_64": (0xC000003E, 41),
    "aarch64": (0xC00000B7, 198),
}
"""The kernel's name of an architecture, and the number of socket(2) on it (linux/audit.h, asm/unistd.h)."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def build_wall() -> bool:
    """Make socket(2) fail with EACCES in this process and its threads, for good; False where that cannot be had.

    A seccomp filter in the kernel's BPF: the architecture is another, or the call is another: allow; else fail.
    """
    known = SOCKET_CALLS.get(platform.machine())
    if known is None or platform.system() != "Linux":
        return False
    architecture, number = known
    rows = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_EQUAL, 0, 3, architecture),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_EQUAL, 0, 1, number),
        (_RETURN, 0, 0, _FAIL),
        (_RETURN, 0, 0, _ALLOW),
    ]
    program = b"".join(struct.pack("=HBBI", *row) for row in rows)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    filled = _Program(len(rows), program)
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(filled), 0, 0) == 0)
