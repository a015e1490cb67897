"""What is each picture like: its size, scale, grey, outline, and who made the device?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from clnm_core.imaging.geometry import largest_diameter_mm
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.run import Run

PICTURE_COLUMNS = (
    *("case_id", "image_id", "view", "modality", "manufacturer", "rows", "columns"),
    *("spacing_mm", "lesion_mm", "mean_grey", "sd_grey"),
)
"""One row per picture; numbers that are not known are NaN, words that are not are empty."""

_NUMBERS = PICTURE_COLUMNS[5:]

_AT_ONCE = 64
"""Cases between two looks at whether to stop."""


def picture_facts(
    case_id: str, views: Sequence[View], manufacturers: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """What the pictures of a case are like: :data:`PICTURE_COLUMNS`, one row each.

    The spacing is the geometric mean of rows and columns; the lesion is measured by its longest
    diameter; grey levels are those of the whole picture.
    """
    return _table([_facts(case_id, one, manufacturers or {}) for one in views])


def facts_of_all(cases: Cases, manufacturers: Mapping[str, str], run: Run) -> pd.DataFrame:
    """The pictures of some cases, in their order."""
    rows = []
    for number, name in enumerate(cases.frame["case_id"]):
        if number % _AT_ONCE == 0:
            run.say(number / len(cases), f"Looking at pictures, {number:,} of {len(cases):,} cases")
        rows += [_facts(name, one, manufacturers) for one in cases.views_of(name)]
    return _table(rows)


def _table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    kinds = {name: float if name in _NUMBERS else object for name in PICTURE_COLUMNS}
    return pd.DataFrame(rows, columns=list(PICTURE_COLUMNS)).astype(kinds)


def _facts(case_id: str, view: View, manufacturers: Mapping[str, str]) -> dict[str, Any]:
    item = view.read()
    spacing, lesion = float("nan"), float("nan")
    if item.spacing_mm is not None:
        spacing = math.sqrt(item.spacing_mm[0] * item.spacing_mm[1])
        if item.lesion is not None and item.lesion.any():
            lesion = largest_diameter_mm(item.lesion, item.spacing_mm)
    rows, columns = item.grey.shape
    return {
        "case_id": case_id,
        "image_id": view.image_id,
        "view": view.view,
        "modality": view.modality,
        "manufacturer": manufacturers.get(view.image_id, view.manufacturer),
        "rows": rows,
        "columns": columns,
        "spacing_mm": spacing,
        "lesion_mm": lesion,
        "mean_grey": float(item.grey.mean()),
        "sd_grey": float(item.grey.std()),
    }
