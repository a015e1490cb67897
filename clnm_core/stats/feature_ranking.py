"""Which of many features tells cases with the outcome from those without?

Each feature is judged alone, by the area under its ROC curve. That is a look at the data, not a
selection: a model that is to be judged honestly must choose its features inside its training fold.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc
from clnm_core.stats.multiplicity import benjamini_hochberg, p_from_interval

COLUMNS = ("feature", "auc", "low", "high", "p", "q", "n", "events")


def ranked(
    features: pd.DataFrame, y_true: ArrayLike, *, patients: ArrayLike, level: float = 0.95
) -> pd.DataFrame:
    """Every feature with its area, the one that separates best first.

    Parameters
    ----------
    features : pandas.DataFrame, shape (n_cases, n_features)
        NaN where a feature could not be measured; such a case does not count for it.
    y_true : array-like of bool, shape (n_cases,)
    patients : array-like, shape (n_cases,)
        Who each case belongs to; several cases of one patient count as one cluster.
    level : float
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        ``feature``; ``auc`` in [0, 1], below 0.5 where the feature is lower in cases with the
        outcome; ``low``, ``high`` (DeLong, Obuchowski with clusters); ``p`` (two-sided, against
        0.5, from the same variance); ``q`` (Benjamini and Hochberg over all features that have a
        p); ``n``, ``events``. By distance from 0.5, then by name; features that cannot be judged
        come last, with NaN.

    Raises
    ------
    ValueError
        If the lengths differ.

    References
    ----------
    .. [1] DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845.
       doi:10.2307/2531595

    Examples
    --------
    >>> table = pd.DataFrame({"f": [1.0, 2, 3, 4], "g": [4.0, 1, 2, 3]})
    >>> ranked(table, [False, False, True, True], patients=[0, 1, 2, 3])[["feature", "auc"]]
      feature  auc
    0       f  1.0
    1       g  0.5

    """
    outcome = np.asarray(y_true, dtype=bool)
    owner = pd.factorize(np.asarray(patients))[0]
    if not len(features) == len(outcome) == len(owner):
        raise ValueError(
            f"features, y_true and patients must have one length; got {len(features)}, "
            f"{len(outcome)} and {len(owner)}."
        )
    rows = [
        (str(name), *_area(features[name].to_numpy(dtype=float), outcome, owner, level))
        for name in features.columns
    ]
    table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "q"])
    table.insert(5, "q", benjamini_hochberg(table["p"]))
    distance = (table["auc"] - 0.5).abs()
    order = table.assign(distance=distance).sort_values(
        ["distance", "feature"], ascending=[False, True], na_position="last", kind="stable"
    )
    return table.loc[order.index].reset_index(drop=True)


def _area(
    values: np.ndarray, outcome: np.ndarray, owner: np.ndarray, level: float
) -> tuple[float, float, float, float, int, int]:
    known = np.isfinite(values)
    n, events = int(known.sum()), int(outcome[known].sum())
    if not 0 < events < n:
        return np.nan, np.nan, np.nan, np.nan, n, events
    # Only the order counts, so ranks stand in for values of any size.
    share = rankdata(values[known]) / n
    judged = Predictions(outcome[known], share, patient=owner[known])
    area = auc(judged, level=level)
    p = p_from_interval(area.value, area.low, area.high, level=level, null=0.5)
    return area.value, area.low, area.high, p, n, events
