"""What no answer may show."""

from __future__ import annotations

import re

from conftest import ROOT

LEAKS = re.compile(rb"Traceback|File \"|/releases/|" + re.escape(str(ROOT).encode()))
