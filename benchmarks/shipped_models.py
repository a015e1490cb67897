"""How were the models that come with the demo made?

``python -m benchmarks.shipped_models STORE`` trains each on the demo cohorts of STORE (made by
``python -m clnm_core demo --store STORE``, seed 0) and writes ``data/models``. With ``--only`` some
of them. What takes longest, the network of CT, takes about five minutes on two cores.
With ``--references`` nothing is trained: only what similar cases are found with is made anew and
written beside the models that are shipped already.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from clnm_core.jobs.references import make_reference
from clnm_core.jobs.training import train
from clnm_core.store.places import StorePaths
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse
from clnm_core.synth.shipped import FOLDER, SEED, ship, ship_reference

MADE: dict[str, tuple[str, str, str]] = {
    "cli-dlr": ("cli-dlr", "demo-cli-dlr", "any"),
    "cli-dlr-lateral": ("cli-dlr", "demo-ptc-us", "lateral"),
    "llnm-net": ("llnm-net", "demo-ptc-us", "lateral"),
    "ct-cad": ("ct-cad", "demo-ct-nodes", "metastatic"),
    "score-model": ("score-model", "demo-msgc", "any"),
}
"""Name: system, cohort and outcome."""

SETTINGS: dict[str, dict[str, Any]] = {"ct-cad": {"networks": ["densenet121"]}}
"""What differs from the defaults: the second network would be too large to ship."""


def make(root: Path, name: str) -> None:
    """Train one model in the store, and write it where shipped models lie."""
    system, cohort, outcome = MADE[name]
    began = time.perf_counter()

    def show(share: float, step: str) -> None:
        sys.stderr.write(f"\r{name} {share:5.1%} {step[:90]:90}")

    report = train(
        root,
        system,
        cohort,
        name=name,
        outcome=outcome,
        config=SETTINGS.get(name),
        seed=SEED,
        progress=show,
    )
    sys.stderr.write("\n")
    with Warehouse.open(root) as warehouse:
        records = [
            record
            for record in warehouse.models(cohort)
            if record.name == name or record.manifest.get("part_of") == name
        ]
        records.sort(key=lambda record: (record.name != name, record.name))
        risks = (
            f"SELECT case_id, split, risk FROM {schema_of(cohort)}.predictions "  # noqa: S608
            "WHERE model = ? ORDER BY case_id"
        )
        parts = [(record, warehouse.rows(risks, [record.name])) for record in records]
    digest = report.record.manifest["digest"]
    ship(parts, StorePaths(root).models / digest, FOLDER / cohort / name)
    ship_reference(root, report.record, FOLDER / cohort / name)
    size = sum(file.stat().st_size for file in (FOLDER / cohort / name).rglob("*"))
    print(f"{name}: {time.perf_counter() - began:.0f} s, {size / 1e6:.1f} MB")


def refer(root: Path, name: str) -> None:
    """Make the reference of a model that is shipped already, and write it beside it."""
    _, cohort, _ = MADE[name]
    began = time.process_time()
    make_reference(root, cohort, name)
    with Warehouse.open(root) as warehouse:
        record = warehouse.model(cohort, name)
    place = FOLDER / cohort / name
    ship_reference(root, record, place)
    size = sum(file.stat().st_size for file in (place / "reference").iterdir())
    print(f"{name}: reference {time.process_time() - began:.0f} s of CPU, {size / 1e6:.2f} MB")


def main() -> None:
    """Make what was asked for, and say how large everything is together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--only", nargs="*", choices=MADE, default=list(MADE))
    parser.add_argument("--references", action="store_true", help="make references only")
    options = parser.parse_args()
    for name in options.only:
        (refer if options.references else make)(options.store, name)
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file())
    print(f"all: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
