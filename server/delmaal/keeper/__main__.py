"""`python -m delmaal.keeper RUN_DIR` is the keeper's process; `Keeper.start` runs it, settings in the environment."""

from __future__ import annotations

import sys
from pathlib import Path

from delmaal.keeper.supervisor import Supervisor
from delmaal.settings import load

if __name__ == "__main__":
    Supervisor(Path(sys.argv[1]), load({})).run()
