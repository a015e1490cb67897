"""Where in the gland do lesions of patients with metastasis lie more often than others?

The paper shows the sum of the location maps of patients with metastasis minus the sum of those
without. With more patients in one group that difference shows the size of the groups; here each
group is divided by its own size, and what chance alone would show is drawn beside it.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.stats.uncertainty import NOT_ESTIMABLE

FEWEST = 10
"""Patients that each group needs, and patients whose lesion must reach a pixel to be compared."""

_BLOCK = 100  # permutations that are computed at once


def risk_map(
    maps: NDArray[Any],
    y_true: ArrayLike,
    *,
    patient: ArrayLike | None = None,
    permutations: int = 999,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Mean map of patients with the outcome minus mean map of those without, pixel by pixel.

    A patient's map is the mean of those of his lesions, and he has the outcome if it is known of
    any of them. For the band, outcomes are shuffled among patients; each difference is divided by
    its standard deviation over all shuffles, and the band is what the largest of them, over all
    pixels and in either direction, keeps to in ``level`` of the shuffles. So the chance that
    *any* pixel is beyond it, where place and outcome have nothing to do with each other, is at
    most ``1 - level``.

    Parameters
    ----------
    maps : numpy.ndarray, shape (n_lesions, n_pixels)
        Finite, and 0 where the lesion does not lie.
    y_true : array-like of bool, shape (n_lesions,)
        NaN or None: not known, left out.
    patient : array-like, shape (n_lesions,), optional
        Who a lesion belongs to; by default each is a patient's only one.
    permutations : int
        Number of shuffles; 99 or more.
    level : float
        Confidence of the band, in (0, 1).
    seed : int
        Of the shuffles.

    Returns
    -------
    pandas.DataFrame
        One row per pixel: ``patients`` whose lesions reach it, ``present`` and ``absent`` (mean
        maps of the groups), ``difference``, ``band`` (half its width; the band is around 0),
        ``p_adjusted`` over all pixels, ``is_too_few`` and ``is_beyond``. Where fewer than ten
        patients have a lesion, ``band`` and ``p_adjusted`` are NaN. *Empty* where a group has
        fewer than ten patients. In ``attrs``: ``method``, which begins with "not estimable" where
        the frame is empty, ``present``, ``absent``, ``left_out`` (lesions), ``permutations``.

    Raises
    ------
    ValueError
        If shapes differ, a map is not finite, or ``permutations`` or ``level`` is out of bounds.

    References
    ----------
    .. [1] Westfall PH, Young SS. Resampling-based multiple testing. Wiley 1993.
    .. [2] Phipson B, Smyth GK. Permutation p-values should never be zero. Stat Appl Genet Mol
       Biol 2010;9:39. doi:10.2202/1544-6115.1585

    Examples
    --------
    >>> maps = np.repeat(np.eye(3), 20, axis=0)
    >>> found = risk_map(maps, [True] * 20 + [False, True] * 20)
    >>> found[["patients", "difference", "is_beyond"]].round(2)
       patients  difference  is_beyond
    0        20        0.50       True
    1        20       -0.25      False
    2        20       -0.25      False

    """
    values, outcome, left_out = _by_patient(maps, y_true, patient)
    if permutations < 99 or not 0 < level < 1:
        raise ValueError(
            f"permutations must be 99 or more and level in (0, 1); got {permutations} and {level}."
        )
    present = int(outcome.sum())
    absent = len(outcome) - present
    facts: dict[Hashable | None, Any] = {
        "present": present,
        "absent": absent,
        "left_out": left_out,
        "permutations": permutations,
    }
    if min(present, absent) < FEWEST:
        empty = pd.DataFrame(columns=list(_COLUMNS))
        empty.attrs = facts | {
            "method": f"{NOT_ESTIMABLE}: a map needs at least {FEWEST} patients with and as many "
            f"without the outcome; there are {present} and {absent}"
        }
        return empty
    seen = (values > 0).sum(axis=0)
    deviation = values.std(axis=0, ddof=1) * np.sqrt(1 / present + 1 / absent)
    is_used = (seen >= FEWEST) & (deviation > 0)
    difference = _difference(values, outcome[None])[0]
    band = np.full(len(seen), np.nan)
    p_value = np.full(len(seen), np.nan)
    if is_used.any():
        used, scale = values[:, is_used], deviation[is_used]
        largest = _largest(used, scale, outcome, permutations, seed)
        ratio = np.abs(difference[is_used]) / scale
        # Equal up to rounding counts as equal: the order of a sum must not make a p value.
        reached = permutations - np.searchsorted(largest, ratio * (1 - 1e-6))
        p_value[is_used] = (1 + reached) / (permutations + 1)
        allowed = int(np.floor((1 - level) * (permutations + 1) + 1e-9))
        band[is_used] = scale * largest[permutations - max(allowed, 1)]
    found = pd.DataFrame(
        {
            "patients": seen,
            "present": values[outcome].mean(axis=0),
            "absent": values[~outcome].mean(axis=0),
            "difference": difference,
            "band": band,
            "p_adjusted": p_value,
            "is_too_few": ~is_used,
            "is_beyond": np.nan_to_num(p_value, nan=1.0) <= 1 - level + 1e-12,
        }
    )[list(_COLUMNS)]
    found.attrs = facts | {
        "method": f"difference of group means; band from {permutations} shuffles of the outcome "
        "among patients, for all pixels together (largest studentised difference, two-sided)"
    }
    return found


_COLUMNS = (
    "patients",
    "present",
    "absent",
    "difference",
    "band",
    "p_adjusted",
    "is_too_few",
    "is_beyond",
)


def _by_patient(
    maps: NDArray[Any], y_true: ArrayLike, patient: ArrayLike | None
) -> tuple[NDArray[np.float32], NDArray[np.bool_], int]:
    """Map and outcome of each patient, and how many lesions were left out."""
    outcome = pd.Series(np.asarray(y_true, dtype=object), dtype="boolean")
    who = np.arange(len(maps)) if patient is None else pd.factorize(np.asarray(patient))[0]
    if maps.ndim != 2 or len(outcome) != len(maps) or len(who) != len(maps):
        raise ValueError(
            f"maps must have one row per outcome and patient; got {maps.shape}, {len(outcome)} "
            f"and {len(who)}."
        )
    known = outcome.notna().to_numpy()
    numbers, rows = np.unique(who[known], return_inverse=True)
    values = np.asarray(maps[known], dtype=np.float32)
    if not np.isfinite(values).all():
        raise ValueError("maps must be finite.")
    happened = np.zeros(len(numbers), dtype=bool)
    np.logical_or.at(happened, rows, outcome[known].to_numpy(dtype=bool))
    if len(numbers) == len(values):
        order = np.argsort(rows)
        return values[order], happened, int((~known).sum())
    summed = np.zeros((len(numbers), maps.shape[1]), dtype=np.float32)
    np.add.at(summed, rows, values)
    lesions = np.bincount(rows).astype(np.float32)
    return summed / lesions[:, None], happened, int((~known).sum())


def _difference(values: NDArray[np.float32], outcomes: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Difference of the means for each row of outcomes, shape (rows, pixels)."""
    present = outcomes.sum(axis=1, keepdims=True)
    absent = outcomes.shape[1] - present
    summed = (outcomes.astype(np.float32) @ values).astype(np.float64)
    whole = values.sum(axis=0, dtype=np.float64)
    return np.asarray(summed / present - (whole - summed) / absent)


def _largest(
    values: NDArray[np.float32],
    scale: NDArray[np.float64],
    outcome: NDArray[np.bool_],
    permutations: int,
    seed: int,
) -> NDArray[np.float64]:
    """The largest studentised difference of each shuffle, in order of size."""
    rng = np.random.default_rng(seed)
    found = []
    for start in range(0, permutations, _BLOCK):
        rows = min(_BLOCK, permutations - start)
        shuffled = rng.permuted(np.tile(outcome, (rows, 1)), axis=1)
        found.append((np.abs(_difference(values, shuffled)) / scale).max(axis=1))
    return np.sort(np.concatenate(found))
