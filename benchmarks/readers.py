"""How often does the comparison of readers err, and how often does its interval hold the truth?

Run ``python -m benchmarks.readers``: it draws multi-reader studies after Roe and Metz (Acad
Radiol 1997;4:298-303), in which reading with aid is no better than without, and
writes ``READERS.md`` beside this file: how often a difference is declared at 5 %, and how often
the interval of the average reader's area holds the area of all readers. ``--repetitions 2000``
takes about four minutes of one core.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

import numpy as np
from scipy.stats import norm

from clnm_core.stats.multireader import mean_reader, reader_difference
from clnm_core.stats.reader_merit import merits

STUDIES = ((3, 25, 25), (5, 25, 25), (4, 16, 50), (5, 50, 50), (10, 50, 50), (5, 100, 100))
"""Readers, cases with the outcome, cases without."""

TRUTHS = ((1.5, 0.0055), (1.5, 0.056), (2.5, 0.03))
"""Distance of the classes, and variance of readers (and of their response to aid)."""

CASE, CASE_BY_SIDE, CASE_BY_READER, REST = 0.3, 0.3, 0.2, 0.2
"""Variances of a rating around its class, which add up to 1."""


def ratings(
    rng: np.random.Generator, readers: int, truth: np.ndarray, distance: float, between: float
) -> np.ndarray:
    """Ratings without aid (first) and with it, (cases, 2 * readers)."""
    n = len(truth)
    shared = rng.normal(0, CASE**0.5, n) + rng.normal(0, CASE_BY_SIDE**0.5, (2, 1, n))
    own = rng.normal(0, CASE_BY_READER**0.5, (1, readers, n))
    rest = rng.normal(0, REST**0.5, (2, readers, n))
    leaning = rng.normal(0, between**0.5, (1, readers, 2, 1))
    response = rng.normal(0, between**0.5, (2, readers, 2, 1))
    by_class = leaning + response
    moved = np.where(truth, by_class[:, :, 0], by_class[:, :, 1])
    return (distance * truth + shared + own + rest + moved).reshape(2 * readers, n).T


def measure(study: tuple[int, int, int], truth: tuple[float, float], repetitions: int) -> str:
    """One row of the table."""
    readers, events, others = study
    distance, between = truth
    area = float(norm.cdf(distance / np.sqrt(2 * (1 + 2 * between))))
    outcome = np.arange(events + others) < events
    rng = np.random.default_rng([readers, events, others, int(1e4 * distance), int(1e4 * between)])
    declared = {"random": 0, "fixed": 0}
    held = 0
    alone, aided = range(readers), range(readers, 2 * readers)
    for _ in range(repetitions):
        found = merits(outcome, ratings(rng, readers, outcome, distance, between))
        for sample in ("random", "fixed"):
            declared[sample] += reader_difference(found, aided, alone, sample=sample).p < 0.05
        mean = mean_reader(found, alone).estimate
        held += mean.low <= area <= mean.high
    shares = [declared["random"], declared["fixed"], held]
    cells = [f"{100 * share / repetitions:.1f}" for share in shares]
    return (
        f"| {readers} | {events} + {others} | {area:.2f} | {between:g} | "
        + " | ".join(cells)
        + " |"
    )


def main() -> None:
    """Measure every study and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=2_000)
    repetitions = parser.parse_args().repetitions
    rows = [measure(study, truth, repetitions) for study, truth in product(STUDIES, TRUTHS)]
    head = (
        "# Readers: errors and coverage by simulation\n\n"
        f"{repetitions:,} studies per row, after Roe and Metz 1997; aid changes nothing on average. "
        "Per cent of studies that declare a difference at p < 0.05 (5 is right), for readers in "
        "general and for the readers at hand, and in which the 95 % interval of the average "
        "reader's AUC holds the AUC of all readers (95 is right). The analysis for the readers at "
        "hand must declare more where readers respond to aid differently: it speaks of them alone. "
        "Written by `python -m benchmarks.readers`.\n\n"
        "| readers | cases with + without | AUC | variance of readers | declared, general | "
        "declared, these readers | interval holds |\n|---|---|---|---|---|---|---|\n"
    )
    Path(__file__).with_name("READERS.md").write_text(head + "\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
