"""Where on the template gland does the lesion of each case lie?"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.errors import ImageError
from clnm_core.imaging.geometry import extent_mm
from clnm_core.imaging.template import inside, on_template
from clnm_core.store.mask_pairs import drawn, mask_of, outlined
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse

VIEWS = ("transverse", "longitudinal")
"""Views that have a template; each has its own."""

_LEVELS = 255  # of phi as it is kept: a third of the memory, and finer than it is measured
_THREADS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True, eq=False, slots=True)
class LocationMaps:
    """The location maps of a cohort in one view.

    Parameters
    ----------
    case_id : numpy.ndarray of str, shape (n,)
    levels : numpy.ndarray of uint8, shape (n, pixels of the template in the gland)
        phi in 255 steps; see :func:`~clnm_core.imaging.template.on_template`.
    aspect : float
        Height of a gland over its width, the median; NaN where there is none.
    left_out : dict of str to int
        Pictures that could not be used, by reason.

    """

    case_id: NDArray[np.str_]
    levels: NDArray[np.uint8]
    aspect: float
    left_out: dict[str, int]

    def of(self, cases: NDArray[np.str_]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The maps of some cases: which of the cases have one, and phi of those, in their order."""
        order = np.argsort(self.case_id)
        place = np.searchsorted(self.case_id, cases, sorter=order).clip(max=len(order) - 1)
        rows = order[place] if len(order) else np.zeros(len(cases), dtype=np.intp)
        has = self.case_id[rows] == cases if len(order) else np.zeros(len(cases), dtype=bool)
        return np.flatnonzero(has), self.levels[rows[has]] / np.float32(_LEVELS)


def views_with_outlines(warehouse: Warehouse, cohort: str) -> tuple[str, ...]:
    """The views of which a template map can be made of any picture; quick to find out.

    A transverse view needs the lobe: both are laid upon each other.
    """
    if not warehouse.cohort(cohort).images:
        return ()
    frame = drawn(outlined(warehouse, cohort))
    found = set(frame.loc[frame["nodule"].notna() & frame["gland"].notna(), "view"])
    has_lobe = "lobe" in warehouse.registry(cohort)
    return tuple(view for view in VIEWS if view in found and (has_lobe or view != "transverse"))


def location_maps(warehouse: Warehouse, cohort: str, view: str) -> LocationMaps:
    """Read the outlines of every case and bring them onto the template.

    Left lobes are mirrored on the transverse view, so that both fall together; the isthmus has no
    side and is left out there. Pictures are taken to show the patient's right on their left, and
    the head on their left, as is the custom: nothing in a picture says so. Outlines that a
    network proposed and nobody drew are left out. Where spacing is not known, pixels count as
    square. Several pictures of a case are averaged.

    Parameters
    ----------
    warehouse : Warehouse
    cohort : str
    view : str
        ``transverse`` or ``longitudinal``.

    Raises
    ------
    StoreError
        If an outline is missing or was altered.

    """
    frame = outlined(warehouse, cohort)
    frame = _with_lobe(warehouse, cohort, frame[frame["view"] == view])
    usable = frame[frame["why"] == ""]
    with ThreadPoolExecutor(_THREADS) as threads:
        placed = list(
            threads.map(lambda row: _placed(warehouse.root, row), usable.itertuples(index=False))
        )
    reasons = Counter(frame.loc[frame["why"] != "", "why"])
    reasons.update(why for _, _, why in placed if why)
    kept = [number for number, (_, _, why) in enumerate(placed) if not why]
    owners = usable["case_id"].to_numpy(dtype=str)[kept]
    names, rows = np.unique(owners, return_inverse=True)
    levels = np.zeros((len(names), int(inside().sum())), dtype=np.uint8)
    together = np.split(np.argsort(rows, kind="stable"), np.cumsum(np.bincount(rows))[:-1])
    for row, places in enumerate(together if len(names) else ()):
        own = [placed[kept[place]][0] for place in places]
        levels[row] = own[0] if len(own) == 1 else np.rint(np.mean(own, axis=0))
    aspects = [placed[number][1] for number in kept]
    return LocationMaps(
        names,
        levels,
        float(np.median(aspects)) if aspects else float("nan"),
        dict(sorted(reasons.items())),
    )


def _with_lobe(warehouse: Warehouse, cohort: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The pictures of a view with ``case_id``, ``lobe``, and ``why`` one cannot be used."""
    has_lobe = "lobe" in warehouse.registry(cohort)
    columns = "i.image_id, c.case_id, " + ("c.lobe" if has_lobe else "NULL AS lobe")
    owners = warehouse.rows(
        f"SELECT {columns} FROM {schema_of(cohort)}.images i "  # noqa: S608
        f"JOIN {schema_of(cohort)}.cases c USING (case_id)"
    )
    frame = frame.merge(owners, on="image_id", how="left")
    by_hand = drawn(frame)
    has_outlines = frame["nodule"].notna() & frame["gland"].notna()
    is_drawn = by_hand["nodule"].notna() & by_hand["gland"].notna()
    has_side = frame["lobe"].isin(["left", "right"]) | (frame["view"] != "transverse")
    why = np.select(
        [~has_outlines, ~is_drawn, ~has_side],
        [
            "no outline of nodule and gland",
            "an outline that nobody drew",
            "no side, or the isthmus",
        ],
        default="",
    )
    return frame.assign(why=why)


def _placed(root: Path, row: Any) -> tuple[NDArray[np.uint8], float, str]:
    """The map of one picture and the aspect of its gland, or why there is none."""
    nodule, gland = mask_of(root, row.nodule), mask_of(root, row.gland)
    nothing = np.zeros(0, dtype=np.uint8)
    if nodule.shape != gland.shape or nodule.ndim != 2:
        return nothing, float("nan"), "outlines of different size"
    steps = (float(row.row_spacing_mm), float(row.col_spacing_mm))
    spacing = steps if all(np.isfinite(step) and step > 0 for step in steps) else (1.0, 1.0)
    is_mirrored = row.view == "transverse" and row.lobe == "left"
    try:
        found = on_template(nodule, gland, spacing, mirrored=is_mirrored)
        extent = extent_mm(gland, spacing)
    except ImageError:
        return nothing, float("nan"), "an outline that has no place on the template"
    levels = np.rint(found[inside()] * _LEVELS).astype(np.uint8)
    return levels, extent.height_mm / extent.width_mm, ""
