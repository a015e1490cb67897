"""``doctor``: say what is installed, stored and wrong."""

from __future__ import annotations

import argparse
import platform
import shutil
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from clnm_core import __version__
from clnm_core.errors import NoStoreError
from clnm_core.jobs.queue import jobs
from clnm_core.store.feature_sets import feature_sets
from clnm_core.store.places import default_store
from clnm_core.store.verification import verify
from clnm_core.store.warehouse import Warehouse

_JOBS = 1_000
_LIBRARIES = ("streamlit", "duckdb", "pandas", "plotly", "scikit-learn", "torch", "pydicom")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Look at the machine and the store; changes nothing."""
    result: dict[str, Any] = {
        "version": __version__,
        "python": platform.python_version(),
        "libraries": {name: _version_of(name) for name in _LIBRARIES},
        "device": compute_device(),
        "store": str(options.store),
        "store_version": 0,
        "cohorts": [],
        "models": [],
        "features": [],
        "jobs": {},
        "problems": [],
        "disk_free_gb": round(shutil.disk_usage(_existing(options.store)).free / 1e9, 1),
    }
    try:
        with Warehouse.open(options.store) as warehouse:
            result["store_version"] = warehouse.version
            result["cohorts"] = [cohort.name for cohort in warehouse.cohorts()]
            result["models"] = sorted({model.name for model in warehouse.models()})
            result["features"] = [
                f"{one.cohort}/{one.name}"
                for cohort in result["cohorts"]
                for one in feature_sets(warehouse, cohort)
            ]
    except NoStoreError as error:
        result["problems"] = [str(error)]
        return result
    result["problems"] = verify(options.store)
    states = Counter(job.state for job in jobs(options.store, limit=_JOBS))
    result["jobs"] = dict(sorted(states.items()))
    return result


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    libraries = ", ".join(f"{name} {number}" for name, number in result["libraries"].items())
    problems = [f"problem: {problem}" for problem in result["problems"]] or ["no problems found"]
    return "\n".join([
        f"CLNM Explorer {result['version']}, Python {result['python']}, device {result['device']}",
        libraries,
        f"store {result['store']}, version {result['store_version']}, {result['disk_free_gb']} GB free",
        f"cohorts: {', '.join(result['cohorts']) or 'none'}",
        f"models: {', '.join(result['models']) or 'none'}",
        f"features: {', '.join(result['features']) or 'none'}",
        f"jobs: {', '.join(f'{n} {state}' for state, n in result['jobs'].items()) or 'none'}",
        *problems,
    ])  # fmt: skip


def compute_device() -> str:
    """``cuda`` where torch finds a GPU, ``cpu`` where not, ``none`` where torch cannot load."""
    try:
        import torch
    except (ImportError, OSError):
        return "none"
    return "cuda" if torch.cuda.is_available() else "cpu"


def _version_of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _existing(path: Path) -> Path:
    return next(place for place in (path, *path.resolve().parents) if place.exists())
