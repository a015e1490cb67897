"""``train``: train a system on a cohort."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clnm_core.cli.interrupts import interruptible, shown
from clnm_core.cli.output import read_toml
from clnm_core.errors import InputError
from clnm_core.features.devices import DEVICES
from clnm_core.jobs.pace import Pace
from clnm_core.jobs.training import train
from clnm_core.store.places import default_store
from clnm_core.systems.catalogue import SYSTEMS, listed

_OWN = {"outcome": str, "seed": int}
"""Settings of the file that are not the system's."""

_KINDS = {str: "a word", int: "a whole number"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "system",
        metavar="SYSTEM",
        help="; ".join(f"{one.name}: reads {one.reads}" for one in SYSTEMS),
    )
    parser.add_argument("--cohort", required=True)
    parser.add_argument("--name", help="name of the model (default: SYSTEM)")
    parser.add_argument("--outcome", help="outcome column (default: the first one recorded)")
    parser.add_argument(
        "--config",
        metavar="C.toml",
        help="settings of the system, by name; also outcome, predictors and seed",
    )
    parser.add_argument("--seed", type=int, help="0 or more (default: 0)")
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="auto is cuda where there is one"
    )
    parser.add_argument(
        "--leave-centres-out",
        action="store_true",
        help="train once more without each centre, and judge it there",
    )
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Train and publish; returns the contract of ``train --json``."""
    system = listed(options.system).name
    config = read_toml(options.config) if options.config else {}
    own = {name: _own(name, config.pop(name), options.config) for name in _OWN if name in config}
    with interruptible() as is_interrupted:
        return train(
            options.store,
            system,
            options.cohort,
            name=options.name,
            outcome=options.outcome or own.get("outcome"),
            config=config,
            seed=own.get("seed", 0) if options.seed is None else options.seed,
            device=options.device,
            leave_centres_out=options.leave_centres_out,
            progress=shown(Pace()),
            is_cancelled=is_interrupted,
        ).to_dict()


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    lines = [
        f"{result['model']} ({result['system']}), outcome {result['outcome']}, store version "
        f"{result['version']}, {result['seconds']:.0f} s on {result['device']}"
    ]
    lines += [
        f"  {split}: AUC {_words(metrics['auc'])}" for split, metrics in result["metrics"].items()
    ]
    for one in result["candidates"][1:]:
        parts = [f"{split} {_words(found['auc'])}" for split, found in one["metrics"].items()]
        lines.append(f"  tried: {one['label']}: AUC {'; '.join(parts)}")
    for one in (result["centres_left_out"] or {}).get("centres", []):
        lines.append(
            f"  trained without {one['centre']}, on {one['learned_from']:,} cases, and judged on "
            f"its {one['n']:,}: AUC {_words(one['auc'])}"
        )
    lines += [f"{one['cases']:,} cases set aside: {one['reason']}" for one in result["set_aside"]]
    if result["not_judged"]:
        lines.append(f"{result['not_judged']:,} cases lack what the model reads and have no risk.")
    return "\n".join([*lines, *result["notes"]])


def _words(estimate: dict[str, Any]) -> str:
    if estimate["value"] is None:
        return str(estimate["method"])
    if estimate["low"] is None:
        return f"{estimate['value']:.3f}"
    return f"{estimate['value']:.3f} ({estimate['low']:.3f}–{estimate['high']:.3f})"


def _own(name: str, value: Any, path: str) -> Any:
    if type(value) is not _OWN[name]:
        raise InputError(f"{path}: {name} must be {_KINDS[_OWN[name]]}. Correct it.")
    return value
