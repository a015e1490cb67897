"""Where do the maps of a model lie, case by case, as it was measured once?

One file per model, split and number of cases in the folder ``saliency``, named by a digest of all
that was asked for; a version of a model has files of its own. A file is written whole or not at
all, begins with the digest of the rest, and one that is not as it was written counts as not there.
What a job has finished before it was stopped lies beside it, as a draft of the same form.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.errors import StoreError
from clnm_core.store.checked_files import read_table, write_table
from clnm_core.store.places import StorePaths

FORMAT = 1
"""Changes when the zones, or the form of the file, change."""

SIZES = (50, 200, 500)
"""Cases that may be asked for."""

WORDS = ("case_id", "patient_id", "image_id", "view", "kind", "distance_from")
"""Columns that are words; ``y_true`` is true or false, all others are numbers, NaN where unknown."""

_KINDS = dict.fromkeys(WORDS, object) | {"y_true": bool}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which maps are asked for.

    Parameters
    ----------
    cohort : str
    digest : str
        Of the model's files.
    split : str
        Of its predictions; empty for all.
    most : int
        Cases, drawn at random where there are more.
    seed : int

    """

    cohort: str
    digest: str
    split: str
    most: int
    seed: int = 0

    @property
    def key(self) -> str:
        """64 hexadecimal digits."""
        said = [FORMAT, self.cohort, self.digest, self.split, self.most, self.seed]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, eq=False, slots=True)
class SaliencyTable:
    """Where maps lie.

    Parameters
    ----------
    facts : dict
        ``cases`` (digest of what was looked at), ``store_version``, ``zones`` (names), ``kind``
        (of the maps), ``done`` (numbers of the cases that were looked at), ``set_aside`` (sentence:
        how many pictures), ``created``.
    rows : pandas.DataFrame
        One row per picture: ``case_id, patient_id, image_id, view, kind, y_true, distance_mm,
        distance_from`` (``recorded`` or ``measured``), then the shares of
        :func:`~clnm_core.explain.map_zones.map_shares`.

    """

    facts: dict[str, Any]
    rows: pd.DataFrame


def read_saliency(root: Path, asked: Asked, *, is_draft: bool = False) -> SaliencyTable | None:
    """What was measured; ``None`` where it was not, or is not as it was written."""
    read = read_table(_path(root, asked, is_draft), _KINDS)
    return None if read is None else SaliencyTable(*read)


def largest_saliency(root: Path, cohort: str, digest: str, split: str) -> SaliencyTable | None:
    """Of what was measured for a model and split, that of most cases; ``None`` where nothing was."""
    for most in sorted(SIZES, reverse=True):
        found = read_saliency(root, Asked(cohort, digest, split, most))
        if found is not None:
            return found
    return None


def write_saliency(
    root: Path, asked: Asked, table: SaliencyTable, *, is_draft: bool = False
) -> None:
    """Keep what was measured; the draft goes when the whole is there.

    Raises
    ------
    StoreError
        If it cannot be written.

    """
    what = "What is known of the maps of a model"
    write_table(_path(root, asked, is_draft), table.facts, table.rows, what)
    if not is_draft:
        try:
            _path(root, asked, True).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"The store {root} cannot be written ({error.strerror or error}). Check the "
                "rights of the folder."
            ) from error


def _path(root: Path, asked: Asked, is_draft: bool) -> Path:
    return StorePaths(root).saliency / f"{asked.key}.{'draft' if is_draft else 'table'}"
