"""How is a curve of a million points drawn with a thousand, without changing its shape?"""

from __future__ import annotations

import numpy as np
import pandas as pd

MOST = 1_000
"""Points of one curve that are sent to a browser."""


def thinned(curve: pd.DataFrame, x: str, y: str, *, most: int = MOST) -> pd.DataFrame:
    """The curve with at most ``most`` rows, chosen evenly along its length.

    Length is counted as the sum of the steps in ``x`` and ``y``, each as a share of the
    curve's range. Every stretch of that length between two kept points holds no other
    corner further from the drawn line than ``2 * length / most``; larger single steps keep
    both their ends. The first and last row always stay.

    Parameters
    ----------
    curve : pandas.DataFrame
        Points in drawing order.
    x, y : str
        Columns of the two coordinates.
    most : int
        At least 4.

    Returns
    -------
    pandas.DataFrame
        Rows of ``curve``, in order, unchanged.

    Examples
    --------
    >>> line = pd.DataFrame({"x": np.linspace(0, 1, 5000), "y": np.linspace(0, 1, 5000)})
    >>> len(thinned(line, "x", "y", most=100)) <= 100
    True

    """
    if len(curve) <= most:
        return curve
    steps = _steps(curve[x].to_numpy(dtype=float)) + _steps(curve[y].to_numpy(dtype=float))
    travelled = np.concatenate([[0.0], np.cumsum(steps)])
    if travelled[-1] == 0:
        return curve.iloc[[0, -1]]
    marks = np.linspace(0, travelled[-1], (most - 1) // 2)
    after = np.searchsorted(travelled, marks, side="left").clip(0, len(curve) - 1)
    kept = np.unique(np.concatenate([[0], after[1:] - 1, after, [len(curve) - 1]]))
    return curve.iloc[kept]


def _steps(values: np.ndarray) -> np.ndarray:
    """Absolute steps as a share of the range; zero where a value is missing."""
    steps = np.nan_to_num(np.abs(np.diff(values)))
    span = np.nanmax(values) - np.nanmin(values)
    return steps / span if span > 0 else steps
