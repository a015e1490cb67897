"""Does the memory of the app come back after two hundred bad uploads?

``python -m benchmarks.bad_uploads`` makes a small store with a trained model, opens the Predict page
in this process (as its tests do, without a browser), and gives it every bad picture of
``tests/bad_files.py``, one after the other, in one visit; three rounds of that. The first warms up
what is loaded once. It writes ``bad_uploads.json`` and ``BAD_UPLOADS.md`` beside this file.

Resident memory is that of this process, after a collection of cyclic garbage as the server does it
once a minute; nothing is given back to the system by hand. Readers are processes of their own and
are counted apart. ``--every N`` takes every Nth file, for a machine that is busy.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ALLOWED_MB = 8.0
"""Between the ends of two rounds after the first."""


def resident_mb() -> float:
    """Of this process."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("This system does not say how much memory a process has.")


def main() -> None:
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # what pydicom says of files that are wrong on purpose
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder) / "store", every=options.every, rounds=options.rounds)
    (HERE / "bad_uploads.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (HERE / "BAD_UPLOADS.md").write_text(in_words(found), encoding="utf-8")
    print(json.dumps(found, indent=1))


def measured(root: Path, *, every: int, rounds: int) -> dict[str, Any]:
    """Resident memory before and after each round, in MB, and what became of the files."""
    from streamlit.testing.v1 import AppTest

    from clnm_core.jobs.training import train
    from tests.bad_files import bad_files
    from tests.small_store import NECK, build_small_store

    build_small_store(root)
    train(root, "clinical", NECK, outcome="lateral", device="cpu")
    os.environ["CLNM_STORE"] = str(root)
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=600)
    app.query_params["cohort"], app.query_params["outcome"] = NECK, "lateral"
    app.run()
    app.switch_page(str(ROOT / "pages" / "predict.py")).run()
    # Made before the first figure, so that making them does not count.
    files = [(one.name, one.data) for one in bad_files() if one.kind == "picture"][::every]
    given = sum(len(data) for _, data in files)
    ends, seconds, refused, exceptions = [_settled()], [], 0, 0
    for _ in range(rounds):
        start = time.process_time()
        for name, data in files:
            app.file_uploader(key="case_image").upload(name, data).run()
            refused += len(app.error)
            exceptions += len(app.exception)
        ends.append(_settled())
        seconds.append(round(time.process_time() - start, 1))
    growth = ends[-1] - ends[-2]
    return {
        "uploads_per_round": len(files),
        "bytes_per_round": given,
        "rounds": rounds,
        "resident_mb": [round(one, 1) for one in ends],
        "growth_last_round_mb": round(growth, 1),
        "allowed_mb": ALLOWED_MB,
        "is_within": growth <= ALLOWED_MB,
        "refused_per_round": refused / rounds,
        "exceptions": exceptions,
        "cpu_seconds_per_round": seconds,
    }


def in_words(found: dict[str, Any]) -> str:
    """The figures as a page."""
    ends = found["resident_mb"]
    rows = [
        f"| {f'round {place}' if place else 'before'} | {end:,.1f} | "
        f"{f'{end - ends[place - 1]:+,.1f}' if place else ''} |"
        for place, end in enumerate(ends)
    ]
    verdict = "within" if found["is_within"] else "beyond"
    return "\n".join(
        [
            "# Memory after bad uploads",
            "",
            "Written by `python -m benchmarks.bad_uploads`. One visit to the Predict page in one "
            f"process; {found['uploads_per_round']} bad pictures of `tests/bad_files.py` a round, "
            f"{found['refused_per_round']:.0f} of them refused in a sentence, "
            f"{found['exceptions']} exceptions.",
            "",
            "| | resident MB | change |",
            "|---|---|---|",
            *rows,
            "",
            "The first round loads what is loaded once: libraries, the network that proposes "
            f"outlines, the model. The last is {verdict} the {found['allowed_mb']:g} MB allowed.",
            "",
        ]
    )


def _settled() -> float:
    gc.collect()
    return resident_mb()


if __name__ == "__main__":
    main()
