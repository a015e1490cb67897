"""``segment``: train the outlining of gland and nodule, or outline what has no outline yet."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from clnm_core.cli.output import show_progress
from clnm_core.errors import InputError
from clnm_core.store.places import default_store
from clnm_core.store.segmenting import outline_cohort, train_outliner


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--cohort", required=True)
    parser.add_argument(
        "--train", metavar="NAME", help="learn an outliner of that name from the cohort's masks"
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="the outliner to use (default: shipped, which comes along), or to go on training from",
    )
    parser.add_argument("--epochs", type=int, help="most passes over the training pictures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu", help="auto, cpu or cuda, for training")
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Train, or outline; returns the contract of ``segment --json``."""
    if not options.train:
        return outline_cohort(
            options.store, options.cohort, model=options.model, progress=show_progress
        )
    if options.epochs is not None and options.epochs < 1:
        raise InputError(f"--epochs must be 1 or more; got {options.epochs}.")
    from clnm_core.features.devices import device_of
    from clnm_core.imaging.segmentation.training import Settings

    settings = Settings(seed=options.seed, device=device_of(options.device))
    if options.epochs is not None:
        settings = replace(settings, epochs=options.epochs)
    return train_outliner(
        options.store,
        options.cohort,
        name=options.train,
        settings=settings,
        start=options.model,
        progress=show_progress,
    )


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    if "scores" in result:
        lines = [f"{result['outliner']}, learned from {result['cohort']}"]
        for part, structures in result["scores"].items():
            words = [f"{name} {_words(found['miou'])}" for name, found in structures.items()]
            lines.append(f"  {part}: mean IoU {', '.join(words)}")
        return "\n".join([*lines, *result["notes"]])
    masks = ", ".join(f"{count:,} of {name}" for name, count in result["masks"].items())
    lines = [f"{result['cohort']}: {result['pictures']:,} pictures without an outline looked at"]
    if result["version"] is not None:
        lines.append(f"Published as store version {result['version']}: {masks} (proposals)")
    return "\n".join([*lines, *(f"  {n:,} x {note}" for note, n in result["notes"].items())])


def _words(estimate: dict[str, Any]) -> str:
    if estimate["value"] is None:
        return str(estimate["method"])
    if estimate["low"] is None:
        return f"{estimate['value']:.3f}"
    return f"{estimate['value']:.3f} ({estimate['low']:.3f}–{estimate['high']:.3f})"
