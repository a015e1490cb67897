"""``ablate``: train LLNM-Net without each of its parts, and compare."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from clnm_core.cli.interrupts import interruptible, shown
from clnm_core.cli.output import read_toml
from clnm_core.errors import InputError, ModelError
from clnm_core.features.devices import DEVICES
from clnm_core.jobs.ablation import NAME, run_ablation
from clnm_core.jobs.pace import Pace
from clnm_core.report.wording import p_text
from clnm_core.store.places import default_store
from clnm_core.systems.catalogue import listed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("system", metavar="SYSTEM", help=f"{NAME}; no other system has variants")
    parser.add_argument("--cohort", required=True)
    parser.add_argument("--outcome", help="outcome column (default: the first one recorded)")
    parser.add_argument(
        "--config", metavar="C.toml", help="settings of the full model, by name; also outcome"
    )
    parser.add_argument(
        "--only", metavar="NAME,NAME", help="variants to train beside the full model (default: all)"
    )
    parser.add_argument(
        "--seeds", type=int, default=1, metavar="N", help="trainings of each variant (default: 1)"
    )
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="auto is cuda where there is one"
    )
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Train what is not kept yet and compare; returns the contract of ``ablate --json``."""
    if listed(options.system).name != NAME:
        raise ModelError(f"{options.system} has no variants to compare. Ablate {NAME}.")
    config = read_toml(options.config) if options.config else {}
    outcome = config.pop("outcome", None)
    if outcome is not None and not isinstance(outcome, str):
        raise InputError(f"{options.config}: outcome must be a word. Correct it.")
    only = [name for name in (options.only or "").split(",") if name]
    with interruptible() as is_interrupted:
        return run_ablation(
            options.store,
            options.cohort,
            outcome=options.outcome or outcome,
            config=config,
            only=only,
            seeds=options.seeds,
            device=options.device,
            progress=shown(Pace()),
            is_cancelled=is_interrupted,
        ).to_dict()


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people: one table per split, the largest loss first."""
    seeds = len(result["seeds"])
    lines = [
        f"LLNM-Net on {result['cohort']}, outcome {result['outcome']}, "
        f"{seeds} {'seed' if seeds == 1 else 'seeds'} on {result['device']}"
    ]
    rows = result["rows"]
    width = max((len(row["label"]) for row in rows), default=0)
    for split in dict.fromkeys(row["split"] for row in rows):
        here = [row for row in rows if row["split"] == split]
        lines.append(f"{split}, {here[0]['n']:,} cases, {here[0]['events']:,} with the outcome")
        ordered = sorted(here, key=lambda row: (row["name"] != "full", row["difference"] or 0.0))
        lines += [f"  {row['label'].ljust(width)}  {_words(row)}" for row in ordered]
        if here[0]["left_out"]:
            lines.append(f"  {here[0]['left_out']:,} cases lack what some variant reads.")
    if not rows:
        lines.append("No split but training has cases with and without the outcome.")
    lines.append(
        "Differences from the full model on the same cases, with 95 % interval; p adjusted for "
        "the number of variants of a split (Benjamini and Hochberg)."
    )
    return "\n".join(lines)


def _words(row: dict[str, Any]) -> str:
    if row["auc"] is None:
        return str(row["method"])
    text = f"AUC {row['auc']:.3f} ({_ends(row['auc_low'], row['auc_high'])})"
    if row["name"] == "full":
        return text
    if row["same_as"]:
        return f"{text}, the settings of {row['same_as']}"
    p = math.nan if row["p_adjusted"] is None else row["p_adjusted"]
    return f"{text}, {row['difference']:+.3f} ({_ends(row['low'], row['high'])}), {p_text(p)}"


def _ends(low: float | None, high: float | None) -> str:
    return "no interval" if low is None or high is None else f"{low:.3f} to {high:.3f}"
