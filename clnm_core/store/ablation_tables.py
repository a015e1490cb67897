"""What did the last ablation of a cohort find, for each outcome?

One file per cohort and outcome in the folder ``ablations``; the next ablation takes its place. What
each variant gave lies beside it, and is not trained again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.store.checked_files import read_table, write_table
from clnm_core.store.places import StorePaths

FORMAT = 1
"""Changes when the columns, or the form of the file, change."""

WORDS = ("split", "name", "label", "same_as", "method")
"""Columns that are words; all others are numbers, NaN where there is none."""

COUNTS = ("n", "events", "left_out")
"""Columns that are whole numbers."""

_KINDS = dict.fromkeys(WORDS, object) | dict.fromkeys(COUNTS, int)


@dataclass(frozen=True, eq=False, slots=True)
class AblationTable:
    """A table of variants, and what it is about.

    Parameters
    ----------
    facts : dict
        ``seeds`` (how many), ``device``, ``config`` (settings of the full model that differ from
        the usual), ``seconds`` (of the trainings of each variant), ``store_version``, ``program``
        (its version), ``created``.
    rows : pandas.DataFrame
        As ``ablation_table`` of LLNM-Net gives it; empty where no split could be judged.

    """

    facts: dict[str, Any]
    rows: pd.DataFrame


def read_ablation(root: Path, cohort: str, outcome: str) -> AblationTable | None:
    """The last one; ``None`` where there was none, or it is not as it was written."""
    read = read_table(_path(root, cohort, outcome), _KINDS)
    return None if read is None else AblationTable(*read)


def write_ablation(root: Path, cohort: str, outcome: str, table: AblationTable) -> None:
    """Keep it in the place of the one before.

    Raises
    ------
    StoreError
        If it cannot be written.

    """
    write_table(_path(root, cohort, outcome), table.facts, table.rows, "The table of variants")


def _path(root: Path, cohort: str, outcome: str) -> Path:
    said = json.dumps(["table", FORMAT, cohort, outcome])
    return StorePaths(root).ablations / f"{hashlib.sha256(said.encode()).hexdigest()}.table"
