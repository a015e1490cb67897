"""Run a worker whose features are those of the extractor of grey: ``worker_process.py STORE``."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Empty the queue of the store with small shards."""
    sys.path.insert(0, str(Path(__file__).parents[3]))
    from clnm_core.features import choice
    from clnm_core.jobs import extraction, worker

    choice.MAKERS["radiomics"] = "tests.unit.jobs.grey_extractor:make"
    extraction._PER_SHARD["cpu"] = 4  # noqa: SLF001
    worker.run_worker(Path(sys.argv[1]), until_idle=True)


if __name__ == "__main__":
    main()
