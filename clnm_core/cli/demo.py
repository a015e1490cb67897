"""``demo``: make the synthetic demo cohorts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clnm_core.cli.output import show_progress
from clnm_core.store.places import default_store
from clnm_core.store.warehouse import Warehouse
from clnm_core.synth.demo import build_demo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")
    parser.add_argument(
        "--scale",
        choices=("small", "paper"),
        default="small",
        help="paper: 39,451 patients, tables and predictions without images",
    )
    parser.add_argument("--seed", type=int, default=0)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Build and publish; returns what is there now."""
    version = build_demo(
        options.store, scale=options.scale, seed=options.seed, progress=show_progress
    )
    with Warehouse.open(options.store) as warehouse:
        cohorts = [
            {
                "name": cohort.name,
                "patients": cohort.patients,
                "cases": cohort.cases,
                "images": cohort.images,
            }
            for cohort in warehouse.cohorts()
        ]
    return {"store": str(options.store), "version": version, "cohorts": cohorts}


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    lines = [
        f"  {cohort['name']}: {cohort['patients']:,} patients, {cohort['cases']:,} cases, {cohort['images']:,} images"
        for cohort in result["cohorts"]
    ]
    return "\n".join([f"Store version {result['version']} in {result['store']}", *lines])
