"""Does any damaged picture hang or kill more than the process that decodes it?

Two ways to run it by hand. The first keeps every damaged file that ended in a new place, and goes
on from there; a decoder in C that dies takes one forked process with it. The second lets libFuzzer
choose, guided by the coverage of the Python parsers (needs atheris)::

    python -m tests.fuzz.decoders --seconds 1200 --shared /path/to/data
    python -m tests.fuzz.decoders --atheris FOLDER --seconds 600 --shared /path/to/data
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz import seeds
from tests.fuzz.mutations import damaged
from tests.fuzz.trials import Outcomes, trial

_BATCH = 100
_MOST_KEPT = 4000


def decoder_seeds(shared: Path | None) -> list[bytes]:
    """Small files of every coding, whole."""
    files = list(seeds.made().values())
    if shared is not None:
        files += [data for data in seeds.real(shared).values() if seeds.small(data)]
    return files


def first_of_pixels(data: bytes) -> int:
    """Where the pixels begin; 0 where that is not known."""
    return max(data.find(b"\xe0\x7f\x10\x00", 132), 0)


class Corpus:
    """The files from which new ones are made: at first the seeds, then also what was new."""

    def __init__(self, starts: list[bytes], seed: int) -> None:
        self.files = list(starts)
        self.starts = starts
        self.chance = random.Random(seed)  # noqa: S311

    def keep(self, data: bytes) -> None:
        """A file ended in a new place."""
        if len(self.files) < _MOST_KEPT:
            self.files.append(data)

    def damaged(self, count: int) -> Iterator[bytes]:
        """Half from the seeds, half from what was kept."""
        for _ in range(count):
            pool = self.files if self.chance.random() < 0.5 else self.starts
            start = self.chance.choice(pool)
            yield damaged(start, self.starts, self.chance, first_of_pixels(start))


def run(*, seed: int, shared: Path | None, count: int = 0, seconds: float = 0.0) -> Outcomes:
    """Decode so many damaged files, or for so long, and say what became of them."""
    corpus, outcomes = Corpus(decoder_seeds(shared), seed), Outcomes()
    end = time.monotonic() + seconds
    left = count
    while left > 0 or time.monotonic() < end:
        trial(corpus.damaged(min(_BATCH, left) if left else _BATCH), outcomes, corpus.keep, _BATCH)
        left = max(0, left - _BATCH)
    return outcomes


def guided(folder: Path, shared: Path | None, seconds: int) -> Counter[str]:
    """Run libFuzzer again and again until the time is over; how its processes ended."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(decoder_seeds(shared)):
        (corpus / f"seed_{number:03}").write_bytes(data)
    ends: Counter[str] = Counter()
    end = time.monotonic() + seconds
    with (folder / "log.txt").open("ab") as log:
        while (left := int(end - time.monotonic())) > 0:
            command = [
                *(sys.executable, "-m", "tests.fuzz.guided", corpus, f"-max_total_time={left}"),
                *(f"-artifact_prefix={folder}/", "-timeout=20", "-rss_limit_mb=3000"),
                *("-max_len=100000", "-print_final_stats=1"),
            ]
            done = subprocess.run(command, stdout=log, stderr=log, check=False)
            ends[f"status {done.returncode}"] += 1
    return ends


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=int, default=1200)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--shared", type=Path)
    words.add_argument("--atheris", type=Path, metavar="FOLDER")
    words.add_argument("--deaths", type=Path, help="folder for files that killed a process")
    asked = words.parse_args()
    if asked.atheris is not None:
        print(guided(asked.atheris, asked.shared, asked.seconds))  # noqa: T201
        return
    outcomes = run(seed=asked.seed, shared=asked.shared, seconds=asked.seconds)
    print(outcomes.words())  # noqa: T201
    print(f"{len(outcomes.signatures)} places where reading ended")  # noqa: T201
    if asked.deaths is not None:
        asked.deaths.mkdir(parents=True, exist_ok=True)
        for number, (how, data) in enumerate(outcomes.deaths):
            (asked.deaths / f"{number}_{how}.bin").write_bytes(data)


if __name__ == "__main__":
    main()
