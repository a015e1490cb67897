"""How much of the way to the best possible AUC does each system cover, on patients it never saw?

``python -m benchmarks.systems FOLDER --seeds 0-9`` trains every system on the demo cohort of each
seed of the generator, judges it on 2,000 fresh cases (of the centres that did not train, where the
cohort has several), and writes ``systems.json`` and ``SYSTEMS.md`` beside this file. FOLDER keeps
pictures, features and what is finished, so that a run that was stopped goes on.

Every fresh case has an outcome, drawn from its true risk: here nothing is unknown. The best
possible AUC is that of the true risk, expected over outcomes.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from benchmarks.drawn_cases import FRESH, cohort_cases, fresh_cases, measure_all
from clnm_core.domain.paired import PairedPredictions
from clnm_core.features.choice import recipe_of
from clnm_core.stats.comparison import areas, auc_difference
from clnm_core.synth.effects import probability
from clnm_core.synth.fresh import best_auc, covered, fresh_seed
from clnm_core.systems.catalogue import system_of
from clnm_core.systems.run import Run

HERE = Path(__file__).resolve().parent

BARS = {
    ("llnm-net", "demo-ptc-us"): 0.90,
    ("cli-dlr", "demo-ptc-us"): 0.85,
    ("score-model", "demo-msgc"): 0.85,
    ("cli-dlr", "demo-cli-dlr"): None,
}
"""System and cohort: the share that it should cover, where one was set."""

WITHOUT = {
    "location": {"location": "none"},
    "morphology": {"morphology": False},
    "report": {"report": False},
    "demographics": {"demographics": False},
}
"""Inputs of LLNM-Net that are taken away one at a time."""

_OUTCOME = {"demo-ptc-us": "lateral", "demo-cli-dlr": "any", "demo-msgc": "any"}
_RECIPES = ("radiomics", "deep")


def judged(folder: Path, system: str, cohort: str, seed: int, without: str = "") -> dict[str, Any]:
    """One system trained on one seed, and judged; taken from the folder where it is there."""
    file = (
        folder / "results" / f"{system}-{cohort}-{seed}{'-no-' + without if without else ''}.json"
    )
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        found = _judge(folder, system, cohort, seed, without)
        file.write_text(json.dumps(found, indent=1), encoding="utf-8")
    result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return result


def _judge(folder: Path, name: str, cohort: str, seed: int, without: str) -> dict[str, Any]:
    outcome = _OUTCOME[cohort]
    _, cases = cohort_cases(folder, cohort, seed=seed)
    drawn, fresh = fresh_cases(folder, cohort, seed=seed)
    if name != "llnm-net":
        for part in (cases, fresh):
            for kind in _RECIPES:
                measure_all(folder, part, recipe_of(kind))
    true_risk = probability(drawn.hidden["log_odds"].to_numpy())
    y_true = np.random.default_rng([fresh_seed(seed), 9]).random(FRESH) < true_risk
    known = cases.only(cases.frame[outcome].notna().to_numpy())
    split = known.frame["split"].to_numpy()
    system = system_of(name)
    config = {**system.defaults, **(WITHOUT[without] if without else {})}
    began, cpu = time.perf_counter(), time.process_time()
    fitted = system.fit(
        known.only(split == "train"),
        known.only(split == "validation") if (split == "validation").any() else None,
        outcome=outcome,
        config=config,
        seed=seed,
        run=Run(),
    )
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    risks = {name: fitted.model.risk(fresh)}
    if not without:
        risks |= {one.name: one.risk(fresh) for one in fitted.candidates}
    return _compared(name, y_true, risks, true_risk) | {
        "system": name,
        "cohort": cohort,
        "seed": seed,
        "without": without,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
    }


def _compared(
    name: str,
    y_true: NDArray[np.bool_],
    risks: dict[str, NDArray[np.float64]],
    true_risk: NDArray[np.float64],
) -> dict[str, Any]:
    found = areas(PairedPredictions.of(y_true, risks))
    best = best_auc(true_risk)
    auc = {one: area.to_dict() for one, area in zip(found.names, found.auc, strict=True)}
    return {
        "best": best,
        "auc": auc,
        "covered": {
            one: None if area["value"] is None else covered(area["value"], best)
            for one, area in auc.items()
        },
        "ahead_of": {
            one: auc_difference(found, name, one).estimate.to_dict()
            for one in found.names
            if one != name
        },
    }


def mean_interval(values: list[float]) -> tuple[float, float, float]:
    """Mean over seeds with its 95 % interval (Student's t); NaN bounds for a single seed."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, float("nan"), float("nan")
    half = float(
        student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    )
    return mean, mean - half, mean + half


def _said(values: list[float | None], digits: int = 3) -> str:
    """Mean and interval; a part that gave everybody the same risk has no AUC in that seed."""
    known = [value for value in values if value is not None]
    if not known:
        return "not estimable"
    mean, low, high = mean_interval(known)
    return f"{mean:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def report(results: list[dict[str, Any]]) -> str:
    """The page, in Markdown."""
    lines = [
        "# How near to the best possible model",
        "",
        "Written by `python -m benchmarks.systems`. Each system is trained on the demo cohort of a",
        f"seed and judged on {FRESH:,} fresh cases: of the centres that did not train, where there",
        "are several. Covered: (AUC - 0.5) / (best possible AUC - 0.5). Means over the seeds with",
        "95 % intervals (Student's t over seeds, so that training varies too).",
        "",
        "| system | cohort | seeds | AUC | best possible | covered | bar | CPU s to train |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (system, cohort), bar in BARS.items():
        rows = _of(results, system, cohort)
        if rows:
            shares = [row["covered"][system] for row in rows]
            is_met = "" if bar is None else "met" if np.mean(shares) >= bar else "**missed**"
            lines.append(
                f"| {system} | {cohort} | {len(rows)} | "
                f"{_said([row['auc'][system]['value'] for row in rows])} | "
                f"{np.mean([row['best'] for row in rows]):.3f} | {_said(shares)} | "
                f"{'none' if bar is None else f'{bar:.2f} {is_met}'} | "
                f"{np.mean([row['cpu_seconds'] for row in rows]):.0f} |"
            )
    lines += ["", "## The whole against its parts, and against everything that was tried", ""]
    lines += ["| system | cohort | against | AUC of that | ahead by | paired interval above 0 in |"]
    lines += ["|---|---|---|---|---|---|"]
    for system, cohort in BARS:
        rows = _of(results, system, cohort)
        for other in rows[0]["ahead_of"] if rows else ():
            ahead = [row["ahead_of"][other] for row in rows]
            clear = sum((one["low"] or 0) > 0 for one in ahead)
            lines.append(
                f"| {system} | {cohort} | {other} | "
                f"{_said([row['auc'][other]['value'] for row in rows])} | "
                f"{_said([one['value'] for one in ahead])} | {clear} of {len(rows)} seeds |"
            )
    lines += ["", "## LLNM-Net without one of its inputs", ""]
    lines += ["| without | seeds | AUC | loss against the full model |", "|---|---|---|---|"]
    full = {row["seed"]: row for row in _of(results, "llnm-net", "demo-ptc-us")}
    for without in WITHOUT:
        rows = [
            row
            for row in results
            if row["without"] == without and row["seed"] in full and row["system"] == "llnm-net"
        ]
        if rows:
            aucs = [row["auc"]["llnm-net"]["value"] for row in rows]
            lost = [
                full[row["seed"]]["auc"]["llnm-net"]["value"] - auc
                for row, auc in zip(rows, aucs, strict=True)
            ]
            lines.append(f"| {without} | {len(rows)} | {_said(aucs)} | {_said(lost)} |")
    return "\n".join(lines) + "\n"


def _of(results: list[dict[str, Any]], system: str, cohort: str) -> list[dict[str, Any]]:
    return [
        row
        for row in results
        if row["system"] == system and row["cohort"] == cohort and not row["without"]
    ]


def _seeds(words: str) -> list[int]:
    first, _, last = words.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> None:
    """Judge what was asked for, then write everything that is finished."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=_seeds, default=_seeds("0-9"))
    parser.add_argument("--only", choices=sorted({system for system, _ in BARS}))
    parser.add_argument("--cohort", choices=sorted(_OUTCOME))
    parser.add_argument("--without", choices=WITHOUT, nargs="*", default=[])
    options = parser.parse_args()
    for seed in options.seeds:
        for system, cohort in BARS:
            if options.only in (None, system) and options.cohort in (None, cohort):
                parts = ["", *(options.without if system == "llnm-net" else [])]
                for without in parts:
                    found = judged(options.folder, system, cohort, seed, without)
                    share = found["covered"][system]
                    print(
                        f"{system} {cohort} seed {seed} {without and 'no ' + without}: {share:.3f}",
                        flush=True,
                    )
    files = sorted((options.folder / "results").glob("*.json"))
    results = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    results.sort(key=lambda row: (row["system"], row["cohort"], row["without"], row["seed"]))
    (HERE / "systems.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (HERE / "SYSTEMS.md").write_text(report(results), encoding="utf-8")


if __name__ == "__main__":
    main()
