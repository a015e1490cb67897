"""Where is kept what a model's own cohort looks like to it?

Beside the models, in ``references/<digest of the model>/``, as
:mod:`clnm_core.store.reference_files` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from clnm_core.explain.reference import Reference, reference_of_cases, taught
from clnm_core.store.places import StorePaths
from clnm_core.store.records import ModelRecord
from clnm_core.store.reference_files import SAID, read_reference, write_reference
from clnm_core.store.whole_files import is_digest
from clnm_core.systems.cases import Cases
from clnm_core.systems.protocol import Model
from clnm_core.systems.run import Run


def reference_of(root: Path, record: ModelRecord) -> Reference | None:
    """What a model's own cohort looks like to it; ``None`` where that was never worked out.

    Raises
    ------
    StoreError
        If a file is missing, was changed, or belongs to another model.

    """
    digest = str(record.manifest.get("digest", ""))
    place = StorePaths(root).references / digest
    if not is_digest(digest) or not place.is_dir():
        return None
    return read_reference(place, digest)


def made_at(root: Path, record: ModelRecord) -> int:
    """When the reference of a model was kept, in nanoseconds; 0 where there is none."""
    digest = str(record.manifest.get("digest", ""))
    try:
        return (StorePaths(root).references / digest / SAID).stat().st_mtime_ns
    except OSError:
        return 0


def refer(
    root: Path,
    model: Model,
    digest: str,
    cases: Cases,
    predictions: pd.DataFrame,
    *,
    manufacturers: Mapping[str, str] | None = None,
    run: Run | None = None,
) -> Reference:
    """Work out the reference of a model on its cohort, and keep it.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    model : Model
    digest : str
        Of the model.
    cases : Cases
        All cases of its cohort.
    predictions : pandas.DataFrame
        ``case_id, split`` of every case that it judged.
    manufacturers : mapping of str to str, optional
        By ``image_id``, where known.
    run : Run, optional

    Raises
    ------
    ModelError
        If the model gives numbers for none of its training cases.
    StoreError
        If a picture cannot be read, or nothing can be written.
    TrainingStopped
        If it was asked to stop.

    """
    split = dict(zip(predictions["case_id"], predictions["split"], strict=True))
    is_training = taught(cases, split, model.outcome)
    found = reference_of_cases(model, cases, is_training, manufacturers=manufacturers, run=run)
    save_reference(root, digest, found)
    return found


def save_reference(root: Path, digest: str, reference: Reference) -> Path:
    """Keep the reference of the model of a digest in the store; an earlier one goes.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    digest : str
        Of the model.
    reference : Reference

    Returns
    -------
    pathlib.Path
        Its folder.

    Raises
    ------
    ValueError
        If ``digest`` is none.
    StoreError
        If it cannot be written; what was there before stays then.

    """
    if not is_digest(digest):
        raise ValueError(f"digest must be 64 hexadecimal digits; got {digest[:20]!r}.")
    place = StorePaths(root).references / digest
    write_reference(place, digest, reference)
    return place
