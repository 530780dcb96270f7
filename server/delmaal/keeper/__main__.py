"""`python -m delmaal.keeper RUN_DIR` is the keeper's process; `Keeper.start` runs it."""

from __future__ import annotations

import sys
from pathlib import Path

from delmaal.keeper.supervisor import supervise
from delmaal.settings import load

supervise(Path(sys.argv[1]), load({}))
