"""Does any damaged header hang or kill the reading of DICOM?

Run by hand::

    python -m tests.fuzz.headers --count 100000 --shared /path/to/data
"""

from __future__ import annotations

import argparse
import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz import seeds
from tests.fuzz.mutations import damaged
from tests.fuzz.trials import LONGEST_SECONDS, Outcomes, trial


def header_seeds(shared: Path | None) -> list[bytes]:
    """Headers of all DICOM files, the smallest files whole."""
    files = [data for name, data in seeds.made().items() if not name.startswith(("png", "tiff"))]
    if shared is not None:
        files += seeds.real(shared).values()
    return [data if len(data) < 5000 else seeds.header_of(data) for data in files]


def damaged_headers(count: int, seed: int, shared: Path | None) -> Iterator[bytes]:
    """So many damaged headers; the same for the same seed and files."""
    chance = random.Random(seed)  # noqa: S311
    starts = header_seeds(shared)
    for number in range(count):
        yield damaged(starts[number % len(starts)], starts, chance)


def run(count: int, *, seed: int, shared: Path | None) -> Outcomes:
    """Read damaged headers and say what became of them."""
    outcomes = Outcomes()
    trial(damaged_headers(count, seed, shared), outcomes)
    return outcomes


def is_clean(outcomes: Outcomes) -> bool:
    """Whether no file killed its process or took longer than is bearable."""
    return not outcomes.deaths and outcomes.slowest_seconds <= LONGEST_SECONDS


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--count", type=int, default=100_000)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--shared", type=Path)
    words.add_argument("--deaths", type=Path, help="folder for files that killed a process")
    asked = words.parse_args()
    begun = time.monotonic()
    outcomes = run(asked.count, seed=asked.seed, shared=asked.shared)
    print(outcomes.words())  # noqa: T201
    print(f"{time.monotonic() - begun:.0f} s in all")  # noqa: T201
    for number, (how, data) in zip(itertools.count(), outcomes.deaths, strict=False):
        if asked.deaths is not None:
            asked.deaths.mkdir(parents=True, exist_ok=True)
            (asked.deaths / f"{number}_{how}.bin").write_bytes(data)


if __name__ == "__main__":
    main()
