"""How often do the 95 % intervals hold the truth?

Run ``python -m benchmarks.coverage``: it draws studies from a known population
(:mod:`benchmarks.population`), measures each as an audit would, counts how often each
interval holds what is true of the population, and writes ``coverage.csv`` and
``COVERAGE.md`` beside this file, cell after cell; what is not drawn again is kept.
``--repetitions 1000`` takes about half an hour of one core.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.population import CLUSTERED, SCENARIOS, Scenario, draw, truths
from clnm_core.stats.discrimination import auc_logit, auc_shown
from clnm_core.stats.metrics import METRICS, all_metrics
from clnm_core.stats.risk_cells import risk_cells
from clnm_core.stats.smooth_calibration import e50, e90
from clnm_core.stats.uncertainty import Estimate

HERE = Path(__file__).parent
SIZES = (200, 1_000, 10_000)
PREVALENCES = (0.1, 0.3, 0.5)
LARGE_SHARE = 0.3
"""Studies of 10,000 cases are drawn this much as often."""

FURTHER = {"auc_logit": "auc", "auc_shown": "auc", "e50": "e50", "e90": "e90"}
"""What is measured besides the metrics of a report, and which truth it is held to."""

KEYS = ("n", "prevalence", "threshold", "scenario")
"""What tells the cells apart."""

LOWEST, HIGHEST = 0.93, 0.97


def cells() -> Iterator[tuple[int, float, float, Scenario]]:
    """Size, prevalence, threshold and scenario of every cell of the simulation."""
    for n in SIZES:
        for prevalence in PREVALENCES:
            for scenario in SCENARIOS:
                yield n, prevalence, prevalence, scenario
            if prevalence != 0.5:
                yield n, prevalence, 0.5, SCENARIOS[0]
    for n in SIZES[:2]:
        for scenario in CLUSTERED:
            yield n, 0.3, 0.3, scenario


def measured(
    n: int, prevalence: float, threshold: float, scenario: Scenario, seed: int
) -> dict[str, Estimate]:
    """Every interval of one study."""
    place = int(1000 * prevalence)
    generator = np.random.default_rng([seed, n, place, sum(map(ord, scenario.name))])
    study = draw(scenario, prevalence, n, generator)
    shared = risk_cells(study, bootstrap=1000, seed=seed)
    return {
        **all_metrics(study, threshold, seed=seed),
        "auc_logit": auc_logit(study),
        "auc_shown": auc_shown(study),
        "e50": e50(study, cells=shared),
        "e90": e90(study, cells=shared),
    }


def row(
    name: str, truth: float, found: list[Estimate], where: dict[str, float | str]
) -> dict[str, float | str]:
    """One line of the table: one interval in one cell."""
    low = np.array([estimate.low for estimate in found])
    high = np.array([estimate.high for estimate in found])
    has = np.isfinite(low)
    low, high, times = low[has], high[has], int(has.sum())
    if not times:
        return {**where, "metric": name, "truth": truth, "studies": len(found), "none": 1.0}
    # An interval that begins at exactly 0 holds a truth that is 0 up to rounding.
    above, below = float((low > truth + 1e-9).mean()), float((high < truth - 1e-9).mean())
    covered = 1 - above - below
    return {
        **where,
        "metric": name,
        "truth": truth,
        "studies": len(found),
        "coverage": covered,
        "error": math.sqrt(max(covered * (1 - covered), 0.0475 / 4) / times),
        "truth_below": above,
        "truth_above": below,
        "width": float((high - low).mean()),
        "none": 1 - times / len(found),
    }


def simulated(
    repetitions: int, sizes: Sequence[int], jobs: int
) -> Iterator[list[dict[str, float | str]]]:
    """Cell after cell, one row per metric."""
    with Parallel(n_jobs=jobs) as parallel:
        for n, prevalence, threshold, scenario in cells():
            if n not in sizes:
                continue
            times = max(1, round(repetitions * (LARGE_SHARE if n == SIZES[-1] else 1)))
            studies = parallel(
                delayed(measured)(n, prevalence, threshold, scenario, seed) for seed in range(times)
            )
            truth = truths(scenario, prevalence, threshold)
            where = {
                "n": n, "prevalence": prevalence, "threshold": threshold,
                "scenario": scenario.name,
            }  # fmt: skip
            yield [
                row(name, truth[FURTHER.get(name, name)], [s[name] for s in studies], where)
                for name in (*[metric.name for metric in METRICS], *FURTHER)
            ]


def page(table: pd.DataFrame) -> str:
    """The table in words: coverage by metric and size, and every cell outside 93-97 %."""
    names = [*[metric.name for metric in METRICS], *FURTHER]
    lines = [
        "# How often the 95 % intervals hold the truth",
        "",
        "Written by `python -m benchmarks.coverage`; every cell is in `coverage.csv`.",
        "",
        "Studies are drawn from a population whose true risks have an AUC of 0.85, of 200, 1,000",
        "and 10,000 cases, with a prevalence of .1, .3 and .5. The model reports the true risk",
        "(calibrated), or is slightly off, overconfident, shifted, bent, or kinked on the log-odds;",
        "the threshold is the prevalence, and 0.5 for one more calibrated model. In two scenarios",
        "patients have one to four cases that share half of the variance. The kink is there to",
        "break things: no spline of four knots follows it, so ICI, E50 and E90, which are about that",
        "curve, miss the true one with 10,000 cases.",
        "Studies in a cell, and the Monte-Carlo error of a coverage of 95 %: "
        + "; ".join(_studies(table, n) for n in sorted(table["n"].unique()))
        + ".",
        "",
        "Coverage in per cent: the mean over the cells, and the lowest and highest of them.",
        "",
        "| metric | n = 200 | n = 1,000 | n = 10,000 | no interval |",
        "|---|---|---|---|---|",
    ]
    for name in names:
        own = table[table["metric"] == name]
        parts = []
        for n in SIZES:
            covered = 100 * own.loc[own["n"] == n, "coverage"].dropna()
            parts.append(
                f"{covered.mean():.1f} ({covered.min():.1f}-{covered.max():.1f})"
                if len(covered)
                else "none"
            )
        lines.append(f"| {name} | {' | '.join(parts)} | {100 * own['none'].mean():.1f} % |")
    outside = table[
        (table["coverage"] + 2 * table["error"] < LOWEST)
        | (table["coverage"] - 2 * table["error"] > HIGHEST)
    ]
    doubtful = table[~table["coverage"].between(LOWEST, HIGHEST) & table["coverage"].notna()]
    lines += [
        "",
        f"Of {int(table['coverage'].notna().sum()):,} cells {len(doubtful)} were measured outside"
        f" 93-97 %. {len(doubtful) - len(outside)} of them are within two Monte-Carlo errors of it"
        " (see `coverage.csv`); these are not:",
        "",
        "| metric | n | prevalence | threshold | scenario | coverage | truth below | above | width |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {cell.metric} | {cell.n:,} | {cell.prevalence:g} | {cell.threshold:g} |"
        f" {cell.scenario} | {100 * cell.coverage:.1f} ± {100 * cell.error:.1f} |"
        f" {100 * cell.truth_below:.1f} | {100 * cell.truth_above:.1f} | {cell.width:.3g} |"
        for cell in outside.itertuples()
    ]
    lines += [
        "",
        "“Truth below” counts intervals that lie wholly above the truth, “above” those wholly below",
        "it, in per cent. `auc` is DeLong's interval, which tables and JSON keep so that it can be",
        "checked; pages show `auc_shown`. E50 and E90 have an interval from 500 events and",
        "non-events on.",
        "",
    ]
    return "\n".join(lines)


def _studies(table: pd.DataFrame, n: int) -> str:
    fewest = int(table.loc[table["n"] == n, "studies"].min())
    return f"{fewest:,} of n = {n:,} (± {100 * math.sqrt(0.0475 / fewest):.1f} points)"


def main() -> None:
    """Simulate, and write the table and the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=1000, help="studies in a cell")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="only these")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the two files")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    asked = parser.parse_args()
    stored = asked.out / "coverage.csv"
    table = pd.read_csv(stored) if stored.exists() else pd.DataFrame(columns=KEYS)
    for cell in simulated(asked.repetitions, asked.sizes, asked.jobs):
        drawn = pd.DataFrame(cell).round(5)
        table = pd.concat([table, drawn]) if len(table) else drawn
        table = table.drop_duplicates([*KEYS, "metric"], keep="last")
        table = table.sort_values("n", kind="stable").reset_index(drop=True)
        table.to_csv(stored, index=False)
        (asked.out / "COVERAGE.md").write_text(page(table), encoding="utf-8")
        print(*(cell[0][name] for name in KEYS), flush=True)


if __name__ == "__main__":
    main()
