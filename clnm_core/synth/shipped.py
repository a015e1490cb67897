"""Which trained models come with the demo, and how do they get into its store?

``data/models/<cohort>/<name>/`` holds a trained model as the store keeps it (``model/``), the
records of it and of all that was tried beside it (``records.json``), and the risk of every case
(``risks.parquet``). ``python -m benchmarks.shipped_models`` trains and writes them. They belong
to the demo of seed 0 with pictures, and to no other.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from clnm_core.errors import ModelError, StoreError
from clnm_core.store.places import StorePaths
from clnm_core.store.records import ModelRecord
from clnm_core.store.reference_files import read_reference, write_reference
from clnm_core.store.references import reference_of, save_reference
from clnm_core.systems.files import load_model_files

FOLDER = Path(__file__).resolve().parents[2] / "data" / "models"

SEED = 0
"""The demo to which these models belong."""

Parts = tuple[tuple[ModelRecord, pd.DataFrame], ...]
"""Records with ``case_id, split, risk``: first the model, then everything that was tried."""

_MODEL, _RECORDS, _RISKS, _REFERENCE = "model", "records.json", "risks.parquet", "reference"


def shipped_models(folder: Path = FOLDER) -> dict[str, tuple[Path, ...]]:
    """Folders of the shipped models by cohort, in the order of their names."""
    found: dict[str, tuple[Path, ...]] = {}
    for cohort in sorted(folder.iterdir()) if folder.is_dir() else ():
        places = tuple(sorted(file.parent for file in cohort.glob(f"*/{_RECORDS}")))
        if places:
            found[cohort.name] = places
    return found


def install(root: Path, place: Path) -> Parts:
    """Put the files of a shipped model into a store; what is to be published with them.

    Raises
    ------
    ModelError
        If the files are not as they were shipped.

    """
    parts = read_shipped(place)
    digest = parts[0][0].manifest["digest"]
    models = StorePaths(root).models
    if not (models / digest).is_dir():
        models.mkdir(parents=True, exist_ok=True)
        waiting = models / f".{digest}.shipped"
        shutil.rmtree(waiting, ignore_errors=True)
        shutil.copytree(place / _MODEL, waiting)
        waiting.rename(models / digest)
    load_model_files(models, digest)
    _install_reference(root, place, digest)
    return parts


def _install_reference(root: Path, place: Path, digest: str) -> None:
    """Put what similar cases are found with beside the model, where it was shipped."""
    shipped = place / _REFERENCE
    if not shipped.is_dir():
        return
    try:
        save_reference(root, digest, read_reference(shipped, digest))
    except StoreError as error:
        raise ModelError(f"The model {place.name} that comes with the demo: {error}") from None


def read_shipped(place: Path) -> Parts:
    """Records and risks of a shipped model.

    Raises
    ------
    ModelError
        If a file is missing or cannot be read.

    """
    try:
        records = [
            ModelRecord(**values)
            for values in json.loads((place / _RECORDS).read_text(encoding="utf-8"))
        ]
        risks = pd.read_parquet(place / _RISKS)
    except (OSError, ValueError, TypeError):
        raise ModelError(
            f"The model {place.name} that comes with the demo cannot be read. Get the project anew."
        ) from None
    return tuple(
        (
            record,
            risks.loc[risks["model"] == record.name].drop(columns="model").reset_index(drop=True),
        )
        for record in records
    )


def ship_reference(root: Path, record: ModelRecord, place: Path) -> None:
    """Write what similar cases are found with beside a shipped model, its numbers in 16 bits.

    Raises
    ------
    ModelError
        If the store has none, or another model was shipped.

    """
    digest = record.manifest["digest"]
    reference = reference_of(root, record)
    if reference is None or digest != read_shipped(place)[0][0].manifest["digest"]:
        raise ModelError(
            f"The store has nothing to ship beside {place.name}: make the demo with the shipped "
            "models first, then the references of its models."
        )
    write_reference(place / _REFERENCE, digest, reference, is_short=True)


def ship(parts: Sequence[tuple[ModelRecord, pd.DataFrame]], model: Path, place: Path) -> None:
    """Write a trained model in the form in which it is shipped; an earlier one goes.

    Parameters
    ----------
    parts : sequence of (ModelRecord, pandas.DataFrame)
        The model first.
    model : pathlib.Path
        Its folder in the store.
    place : pathlib.Path
        ``data/models/<cohort>/<name>``.

    """
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(model, place / _MODEL)
    text = json.dumps([asdict(record) for record, _ in parts], indent=1, sort_keys=True)
    (place / _RECORDS).write_text(text + "\n", encoding="utf-8")
    risks = pd.concat([frame.assign(model=record.name) for record, frame in parts])
    risks.reset_index(drop=True).to_parquet(place / _RISKS)
