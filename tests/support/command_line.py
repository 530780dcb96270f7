"""The command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from conftest import ROOT

DELMAAL = (sys.executable, "-m", "delmaal")

PLAIN = {name: value for name, value in os.environ.items()
         if not name.startswith(("DELMAAL_", "LC_")) and name not in {"NO_COLOR", "FORCE_COLOR", "LANGUAGE"}}


def delmaal(*arguments: object, given: str | None = None, cwd: object = ROOT,
            **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with pipes."""
    run = subprocess.run([*DELMAAL, *map(str, arguments)], input=given, capture_output=True, text=True, check=False,
                         env={**PLAIN, **environment}, cwd=str(cwd), timeout=120, encoding="utf-8")
    assert "Traceback" not in run.stderr, run.stderr
    return run
