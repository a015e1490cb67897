"""In which part of the gland does one outcome occur more often?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from clnm_core.stats.rates import known_outcome, rate

LOBES = ("right", "left")
THIRDS = ("upper", "middle", "lower")
ISTHMUS = "isthmus"


def gland_sides(
    place: ArrayLike,
    levels: tuple[str, ...],
    y: ArrayLike,
    *,
    patient: ArrayLike | None = None,
    level: float = 0.95,
    fewest: int = 10,
) -> pd.DataFrame:
    """Rate of one outcome on each side of the gland, or at each height, by itself.

    Parameters
    ----------
    place : array-like of str, shape (n,)
        Lobe or third of each case; missing: not known.
    levels : tuple of str
        Words of ``place``, in reading order.
    y, patient, level, fewest
        As in :func:`gland_grid`.

    Returns
    -------
    pandas.DataFrame
        ``place``, ``n``, ``events``, ``rate``, ``low``, ``high``, ``is_too_few``.

    Examples
    --------
    >>> gland_sides(["left", "left", None], LOBES, [True, False, True])["n"].tolist()
    [0, 2]

    """
    outcome, known = known_outcome(y)
    words = pd.Series(place, dtype=object).to_numpy()
    codes = None if patient is None else pd.factorize(np.asarray(patient))[0].astype(np.int64)
    rows = []
    for word in levels:
        here = known & (words == word)
        n = int(here.sum())
        scored = here if n >= fewest else np.zeros_like(here)
        share = rate(outcome[scored], None if codes is None else codes[scored], level=level)
        rows.append(
            {
                **{"place": word, "n": n, "events": int((here & outcome).sum())},
                **{"rate": share.value, "low": share.low, "high": share.high},
                "is_too_few": n < fewest,
            }
        )
    return pd.DataFrame(rows)


def gland_grid(
    lobe: ArrayLike,
    third: ArrayLike,
    y: ArrayLike,
    *,
    patient: ArrayLike | None = None,
    level: float = 0.95,
    fewest: int = 10,
) -> pd.DataFrame:
    """Rate of one outcome in the seven cells of the gland: two lobes in thirds, and the isthmus.

    All seven cells are always there. Cases without a lobe, or in a lobe without a third, or
    with an unknown outcome belong to no cell and are counted in ``attrs["left_out"]``.

    Parameters
    ----------
    lobe : array-like of str, shape (n,)
        "left", "right" (of the patient) or "isthmus"; missing: not known.
    third : array-like of str, shape (n,)
        "upper", "middle" or "lower"; not looked at in the isthmus.
    y : array-like of bool, shape (n,)
        Whether the outcome happened; NaN or None: not known.
    patient : array-like, shape (n,), optional
        Who a case belongs to; see :func:`~clnm_core.stats.rates.rate`.
    level : float
        Confidence of the Wilson intervals.
    fewest : int
        Cells with fewer cases are marked and carry no rate.

    Returns
    -------
    pandas.DataFrame
        ``lobe``, ``third`` ("" for the isthmus), ``n``, ``events``, ``rate``, ``low``,
        ``high`` (NaN where too few), ``is_too_few``; ``attrs`` has ``left_out`` (int) and
        ``method`` (str).

    Raises
    ------
    ValueError
        If the lengths differ.

    """
    outcome, known = known_outcome(y)
    lobes, thirds = (pd.Series(words, dtype=object).to_numpy() for words in (lobe, third))
    codes = None if patient is None else pd.factorize(np.asarray(patient))[0].astype(np.int64)
    if (
        len(
            {len(outcome), len(lobes), len(thirds)} | ({len(codes)} if codes is not None else set())
        )
        > 1
    ):
        raise ValueError("lobe, third, y and patient must have one length.")
    rows = []
    for side, height in [(s, h) for s in LOBES for h in THIRDS] + [(ISTHMUS, "")]:
        cell = known & (lobes == side)
        if height:
            cell &= thirds == height
        n = int(cell.sum())
        is_too_few = n < fewest
        scored = cell if not is_too_few else np.zeros_like(cell)
        share = rate(outcome[scored], None if codes is None else codes[scored], level=level)
        rows.append(
            {
                "lobe": side,
                "third": height,
                "n": n,
                "events": int((cell & outcome).sum()),
                "rate": share.value,
                "low": share.low,
                "high": share.high,
                "is_too_few": is_too_few,
            }
        )
    grid = pd.DataFrame(rows)
    is_clustered = codes is not None and len(np.unique(codes)) < len(codes)
    grid.attrs = {
        "left_out": int(len(outcome) - grid["n"].sum()),
        "method": "Wilson, clustered by patient" if is_clustered else "Wilson",
    }
    return grid
