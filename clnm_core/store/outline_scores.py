"""How well does an outliner cover the outlines that people drew, part by part of a cohort?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clnm_core.imaging.segmentation.outliner import STRUCTURES, Outliner
from clnm_core.imaging.segmentation.parts import PARTS
from clnm_core.imaging.segmentation.proposal import propose
from clnm_core.imaging.segmentation.scoring import overlap, patient_means
from clnm_core.stats.resampling import percentile_interval
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.store.mask_pairs import drawn, fitting, image_of, mask_of

_METHOD = "mean over patients, percentile interval of {bootstrap} resamples of patients"


def overlaps(
    root: Path,
    frame: pd.DataFrame,
    outliner: Outliner,
    *,
    scored: Callable[[float], None] = lambda share: None,
) -> pd.DataFrame:
    """Overlap of each drawn outline with the one that is proposed, on the picture's own pixels.

    Parameters
    ----------
    root : pathlib.Path
    frame : pandas.DataFrame
        As :func:`~clnm_core.store.mask_pairs.outlined` makes it.
    outliner : Outliner
    scored : callable
        Told now and then how far, in [0, 1].

    Returns
    -------
    pandas.DataFrame
        ``part, patient_id, view, structure, iou, dice``, one row per outline.

    """
    frame = drawn(frame)
    frame = frame[frame[list(STRUCTURES)].notna().any(axis=1)]
    rows: list[dict[str, Any]] = []
    for number, row in enumerate(frame.itertuples(index=False)):
        image = image_of(root, row)
        proposed = propose(image, outliner).masks
        for structure in STRUCTURES:
            digest = getattr(row, structure)
            if isinstance(digest, str):
                found = overlap(proposed[structure], fitting(mask_of(root, digest), image))
                rows.append(
                    {
                        "part": row.part,
                        "patient_id": row.patient_id,
                        "view": row.view,
                        "structure": structure,
                        "iou": found.iou,
                        "dice": found.dice,
                    }
                )
        if number % 20 == 0:
            scored(number / len(frame))
    columns = ["part", "patient_id", "view", "structure", "iou", "dice"]
    return pd.DataFrame(rows, columns=columns)


def scores(
    table: pd.DataFrame, *, bootstrap: int = 1000, level: float = 0.95, seed: int = 0
) -> dict[str, dict[str, dict[str, Any]]]:
    """Mean overlap per part and structure with its interval, as plain JSON values.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`overlaps` makes it.
    bootstrap : int
        Resamples; patients are drawn, with all their pictures.
    level : float
        Confidence of the interval.
    seed : int

    Returns
    -------
    dict
        Part -> structure -> ``miou`` and ``dice`` (estimates), ``patients``, ``images``. Parts
        and structures without an outline are not in it.

    """
    result: dict[str, dict[str, dict[str, Any]]] = {}
    for part in PARTS:
        for structure in STRUCTURES:
            rows = table[(table["part"] == part) & (table["structure"] == structure)]
            if rows.empty:
                continue
            result.setdefault(part, {})[structure] = {
                "miou": _mean(rows, "iou", bootstrap, level, seed).to_dict(),
                "dice": _mean(rows, "dice", bootstrap, level, seed).to_dict(),
                "patients": int(rows["patient_id"].nunique()),
                "images": len(rows),
            }
    return result


def _mean(rows: pd.DataFrame, measure: str, bootstrap: int, level: float, seed: int) -> Estimate:
    values = patient_means(rows["patient_id"], rows[measure])
    if len(values) < 2:
        return not_estimable("fewer than two patients", level=level)
    generator = np.random.default_rng(seed)
    means = np.array(
        [values[generator.integers(len(values), size=len(values))].mean() for _ in range(bootstrap)]
    )
    method = _METHOD.format(bootstrap=bootstrap)
    return percentile_interval(float(values.mean()), means, level=level, method=method)
