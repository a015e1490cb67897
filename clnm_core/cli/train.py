"""``train``: train a model on a cohort."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clnm_core.cli.output import read_toml, show_progress
from clnm_core.errors import InputError
from clnm_core.store.modelling import train_in_store
from clnm_core.store.places import default_store

_SETTINGS = {"outcome": str, "predictors": list, "seed": int}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("system", choices=("clinical",), help="clinical: the logistic baseline")
    parser.add_argument("--cohort", required=True)
    parser.add_argument("--name", help="name of the model (default: SYSTEM)")
    parser.add_argument("--outcome", help="outcome column (default: the first one recorded)")
    parser.add_argument("--config", metavar="C.toml", help="settings: outcome, predictors, seed")
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Train and publish; returns the contract of ``train --json``."""
    config = _settings(options.config)
    return train_in_store(
        options.store,
        options.cohort,
        name=options.name or options.system,
        outcome=options.outcome or config.get("outcome"),
        predictors=config.get("predictors"),
        seed=config.get("seed", 0),
        progress=show_progress,
    ).to_dict()


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    lines = [
        f"{result['model']} ({result['system']}), outcome {result['outcome']}, store version {result['version']}"
    ]
    for split, metrics in result["metrics"].items():
        auc = metrics["auc"]
        words = (
            auc["method"]
            if auc["value"] is None
            else f"{auc['value']:.3f} ({auc['low']:.3f}–{auc['high']:.3f})"
        )
        lines.append(f"  {split}: AUC {words}")
    return "\n".join([*lines, *result["notes"]])


def _settings(path: str | None) -> dict[str, Any]:
    config = read_toml(path) if path else {}
    for name, value in config.items():
        if name not in _SETTINGS:
            raise InputError(
                f"{path}: there is no setting {name!r}. The settings are {', '.join(_SETTINGS)}."
            )
        if not isinstance(value, _SETTINGS[name]):
            raise InputError(f"{path}: {name} must be a {_SETTINGS[name].__name__}; got {value!r}.")
    return config
