"""Run a worker that knows the tiny system: ``training_process.py STORE``."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Empty the queue of the store."""
    sys.path.insert(0, str(Path(__file__).parents[3]))
    from clnm_core.jobs import worker
    from clnm_core.systems import catalogue
    from tests.tiny_system import LISTED

    catalogue.SYSTEMS = (*catalogue.SYSTEMS, *LISTED)
    worker.run_worker(Path(sys.argv[1]), until_idle=True)


if __name__ == "__main__":
    main()
