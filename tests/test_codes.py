"""Properties of the grammars of codes, and of YAML with Marks: what holds for whatever is written."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from conftest import ROOT, needs_reference, REFERENCE
from delmaal import codes
from delmaal.errors import SourceError
from delmaal.marks import MAX_DEPTH, Mapping, Node, Refused, Scalar, Sequence, read_yaml

CODES = re.findall(r"^- \{code: (\S+?),", (ROOT / "data/sdg/targets.yaml").read_text("utf-8"), re.MULTILINE)
