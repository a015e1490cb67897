"""``verify``: check the audit trail, hashes and snapshots."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clnm_core.errors import StoreError
from clnm_core.store.feature_sets import problems as problems_of_features
from clnm_core.store.places import default_store
from clnm_core.store.verification import verify
from clnm_core.store.verified_models import problems as problems_of_models
from clnm_core.store.warehouse import Warehouse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Read everything that the version shown refers to, and compare it with its digest.

    Raises
    ------
    StoreError
        With a sentence for each problem.

    """
    found = verify(options.store, read_images=True)
    try:
        found += [*problems_of_features(options.store), *problems_of_models(options.store)]
    except StoreError as error:
        found += [] if str(error) in found else [str(error)]
    if found:
        raise StoreError("\n".join(found))
    with Warehouse.open(options.store) as warehouse:
        cohorts = [cohort.name for cohort in warehouse.cohorts()]
        return {
            "store": str(options.store),
            "version": warehouse.version,
            "cohorts": cohorts,
            "problems": [],
        }


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    return (
        f"Store version {result['version']} in {result['store']} is whole: the audit trail, "
        f"pictures, DICOM objects, models and features of {len(result['cohorts'])} cohorts."
    )
