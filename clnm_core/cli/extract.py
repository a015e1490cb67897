"""``extract``: extract features from the images of a cohort."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clnm_core.cli.interrupts import interruptible, shown
from clnm_core.features.choice import KINDS, recipe_of
from clnm_core.features.devices import DEVICES
from clnm_core.jobs.backends import BACKENDS
from clnm_core.jobs.extraction import extract
from clnm_core.jobs.pace import Pace
from clnm_core.store.places import default_store

_MOST_NAMED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--cohort", required=True)
    parser.add_argument("--features", required=True, choices=KINDS)
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="auto is cuda where there is one"
    )
    parser.add_argument("--backbone", help="deep: name of a network in timm (default: resnet18)")
    parser.add_argument("--checkpoint", metavar="FILE", help="deep: file with its weights")
    parser.add_argument(
        "--backend",
        choices=BACKENDS,
        default="loky",
        help="loky: this machine's cores; dask, ray: a cluster, or this machine's cores",
    )
    parser.add_argument("--name", help="name of the table (default: the backbone or the kind)")
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure every image and publish the table; returns the contract of ``extract --json``."""
    recipe = recipe_of(options.features, backbone=options.backbone, checkpoint=options.checkpoint)
    with interruptible() as is_interrupted:
        done = extract(
            options.store,
            options.cohort,
            recipe,
            device=options.device,
            backend=options.backend,
            name=options.name,
            progress=shown(Pace()),
            is_cancelled=is_interrupted,
        )
    made = done.feature_set
    return {
        "cohort": made.cohort,
        "features": made.kind,
        "name": made.name,
        "rows": made.rows,
        "columns": made.columns,
        "digest": made.digest,
        "device": made.detail["device"],
        "seconds": round(done.seconds, 1),
        "set_aside": made.detail["set_aside"],
        "reasons": made.detail["reasons"],
        "settings": made.settings,
        "shards": {"computed": done.computed, "reused": done.reused},
    }


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    shards = result["shards"]
    lines = [
        f"{result['name']} of {result['cohort']}: {result['rows']:,} images, "
        f"{result['columns']:,} features, in {result['seconds']:.1f} s on {result['device']} "
        f"({shards['computed']} parts computed, {shards['reused']} there already)",
        f"digest {result['digest']}",
        *(f"weights: {one}" for name, one in result["settings"].items() if name == "weights"),
        *(f"{n:,} images: {reason}" for reason, n in result["reasons"].items()),
    ]
    aside = result["set_aside"]
    if aside:
        lines.append(f"{len(aside):,} images set aside:")
        lines += [f"  {one['image']}: {one['reason']}" for one in aside[:_MOST_NAMED]]
        lines += ["  ... (--json names them all)"] if len(aside) > _MOST_NAMED else []
    return "\n".join(lines)
