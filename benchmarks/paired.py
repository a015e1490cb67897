"""How often do the intervals of a comparison of two models hold the truth, and is a winner corrected?

Run ``python -m benchmarks.paired``; it writes ``PAIRED.md`` beside this file. Two models rate
the same cases: binormal ratings that correlate by 0.6, the first model reporting its true
risks, the second stretched ones. ``--repetitions 300`` takes about ten minutes of one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
from scipy.special import expit, ndtr, ndtri

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.comparison import areas, auc_difference
from clnm_core.stats.optimism import winners_optimism
from clnm_core.stats.paired_benefit import benefit_at
from clnm_core.stats.paired_calls import call_differences
from clnm_core.stats.reclassification import categorical_nri, continuous_nri, idi
from clnm_core.stats.uncertainty import Estimate

DISTANCES = ((1.2, 1.0), (2.2, 1.6))
"""Distance of the classes in either model's ratings: AUCs of 0.80 and 0.76, 0.94 and 0.87."""

PREVALENCES = (0.1, 0.3, 0.5)
SIZES = (200, 1000)
CASES_OF_A_PATIENT = 3
POPULATION = 1_500_000
CORRELATION = 0.6

WINNERS = {
    "8 equally good": [1.0] * 8,
    "8 from AUC 0.66 to 0.80": np.linspace(0.6, 1.2, 8).tolist(),
    "1 clearly best of 8": [1.8] + [0.6] * 7,
    "9 equal, near AUC 1": [2.5] * 9,
}
"""Distance of the classes in the ratings of each model."""


def studied(
    rng: np.random.Generator,
    n: int,
    prevalence: float,
    distance: tuple[float, float],
    is_clustered: bool,
) -> PairedPredictions:
    """Two models' risks of n cases; with several cases of a patient these are alike."""
    patient = np.arange(n) // CASES_OF_A_PATIENT if is_clustered else np.arange(n)
    people = int(patient[-1]) + 1

    def alike(share: float) -> np.ndarray:
        """Standard normal, of which patients share a part."""
        part = share if is_clustered else 0.0
        own = np.sqrt(1 - part) * rng.normal(size=n)
        return np.sqrt(part) * rng.normal(size=people)[patient] + own

    y_true = alike(0.4) < ndtri(prevalence)
    common = np.sqrt(CORRELATION) * alike(0.36)
    log_odds = np.log(prevalence / (1 - prevalence))
    risks = {}
    for name, far, stretch in (("first", distance[0], 1.0), ("second", distance[1], 1.3)):
        rating = far * y_true + common + np.sqrt(1 - CORRELATION) * alike(0.36)
        risks[name] = expit(log_odds + stretch * (far * rating - far**2 / 2))
    return PairedPredictions.of(y_true, risks, patient if is_clustered else None)


def compared(paired: PairedPredictions, threshold: float) -> dict[str, Estimate]:
    """Every difference between the two models."""
    both = ("first", "second")
    cuts = (threshold / 2, threshold, (1 + threshold) / 2)
    found = {
        "AUC": auc_difference(areas(paired), *both).estimate,
        "NRI, one cut": categorical_nri(paired, *both, [threshold]).total,
        "NRI, three cuts": categorical_nri(paired, *both, cuts).total,
        "NRI, continuous": continuous_nri(paired, *both).total,
        "IDI": idi(paired, *both).total,
        "net benefit": benefit_at(paired, *both, threshold),
    }
    return found | {one.measure: one.estimate for one in call_differences(paired, *both, threshold)}


def coverage(repetitions: int, n: int, is_clustered: bool) -> dict[str, list[float]]:
    """Per cent of intervals that hold the truth, one number per cell, by measure."""
    found: dict[str, list[float]] = {}
    for distance, prevalence in product(DISTANCES, PREVALENCES):
        population = studied(
            np.random.default_rng(99), POPULATION, prevalence, distance, is_clustered
        )
        truth = {name: one.value for name, one in compared(population, prevalence).items()}
        hits: dict[str, list[bool]] = {name: [] for name in truth}
        for repetition in range(repetitions):
            rng = np.random.default_rng([repetition, n, round(10 * prevalence)])
            sample = studied(rng, n, prevalence, distance, is_clustered)
            for name, one in compared(sample, prevalence).items():
                if one.is_estimable:
                    hits[name].append(one.low <= truth[name] <= one.high)
        for name, held in hits.items():
            found.setdefault(name, []).append(100 * float(np.mean(held)))
    return found


def winner(repetitions: int, n: int, distances: Sequence[float]) -> tuple[float, ...]:
    """Mean error of the winner's area and coverage in per cent: apparent, then corrected."""
    far = np.asarray(distances)
    truth = ndtr(far / np.sqrt(2))
    rows = []
    for repetition in range(repetitions):
        rng = np.random.default_rng([repetition, n])
        y_true, common = rng.random(n) < 0.3, rng.normal(size=n)
        risks = {
            str(place): expit(one * y_true + np.sqrt(0.2) * common + np.sqrt(0.8) * noise)
            for place, (one, noise) in enumerate(
                zip(far, rng.normal(size=(len(far), n)), strict=True)
            )
        }
        done = winners_optimism(PairedPredictions.of(y_true, risks), bootstrap=300, seed=repetition)
        real = truth[int(done.winner)]
        rows.append(
            [
                *(one.value - real for one in (done.apparent, done.corrected)),
                *(100 * (one.low <= real <= one.high) for one in (done.apparent, done.corrected)),
            ]
        )
    return tuple(np.mean(rows, axis=0).tolist())


def main() -> None:
    """Simulate, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=300)
    repetitions = parser.parse_args().repetitions
    cells = [(kind, n) for kind in (False, True) for n in SIZES]
    found = [coverage(repetitions, n, kind) for kind, n in cells]
    head = [f"{'clustered' if kind else 'independent'}, n {n:,}" for kind, n in cells]
    error = 100 * np.sqrt(0.95 * 0.05 / repetitions)
    lines = [
        "# Comparisons of two models, and the winner of several",
        "",
        f"Written by `python -m benchmarks.paired --repetitions {repetitions}`. Coverage of 95 % "
        "intervals in per cent:",
        f"mean, and lowest to highest of six cells (prevalence .1, .3, .5; AUCs of .80 and .76, .94 "
        f"and .87). Monte-Carlo error of a cell: {error:.1f}.",
        "",
        f"| difference in | {' | '.join(head)} |",
        f"|---{'|---' * len(head)}|",
        *(
            f"| {name} | "
            + " | ".join(
                f"{np.mean(one[name]):.1f} ({min(one[name]):.1f}-{max(one[name]):.1f})"
                for one in found
            )
            + " |"
            for name in found[0]
        ),
        "",
        "The best of several models, chosen on the cases it is judged on (prevalence .3; ratings "
        "that correlate by 0.2):",
        "",
        "| models | n | error of its AUC | corrected | coverage | corrected |",
        "|---|---|---|---|---|---|",
    ]
    for (label, distances), n in product(WINNERS.items(), SIZES):
        apparent, corrected, held, held_corrected = winner(repetitions, n, distances)
        lines.append(
            f"| {label} | {n:,} | {apparent:+.3f} | {corrected:+.3f} | {held:.0f} % | "
            f"{held_corrected:.0f} % |"
        )
    text = "\n".join([*lines, ""])
    Path(__file__).with_name("PAIRED.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
