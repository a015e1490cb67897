"""Run a worker whose features are those of the extractor of grey: ``worker_process.py STORE``."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[2])]

from clnm_core.features import choice  # noqa: E402
from clnm_core.jobs import extraction, worker  # noqa: E402

choice.MAKERS["radiomics"] = "grey_extractor:make"
extraction._PER_SHARD["cpu"] = 4  # noqa: SLF001

if __name__ == "__main__":
    worker.run_worker(Path(sys.argv[1]), until_idle=True)
