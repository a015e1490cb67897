"""Which features say the same?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform


@dataclass(frozen=True, eq=False, slots=True)
class Correlated:
    """Rank correlations, like beside like.

    Parameters
    ----------
    names : tuple of str
        The features, ordered so that correlated ones stand side by side.
    rho : numpy.ndarray of float64, shape (n_names, n_names)
        Spearman's, in [-1, 1].
    pairs : pandas.DataFrame
        ``one, other, rho`` of every pair, strongest first.
    left_out : tuple of str
        Features with one value only, or known in fewer than three cases.

    """

    names: tuple[str, ...]
    rho: NDArray[np.float64]
    pairs: pd.DataFrame
    left_out: tuple[str, ...]


def correlated(features: pd.DataFrame) -> Correlated:
    """Spearman's rank correlation of every pair, over the cases that have both.

    Parameters
    ----------
    features : pandas.DataFrame, shape (n_cases, n_features)
        NaN where a feature could not be measured.

    References
    ----------
    .. [1] Spearman C. The proof and measurement of association between two things.
       Am J Psychol 1904;15:72-101. doi:10.2307/1412159

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 4, 6, 9], "c": [4, 3, 1, 2]})
    >>> correlated(table).pairs.round(2).iloc[0].to_dict()
    {'one': 'a', 'other': 'b', 'rho': 1.0}

    """
    known = features.astype(float)
    usable = [str(n) for n in known if known[n].notna().sum() >= 3 and known[n].nunique() > 1]
    left_out = tuple(str(name) for name in known if str(name) not in usable)
    if len(usable) < 2:
        return Correlated(tuple(usable), np.eye(len(usable)), _pairs([], np.eye(0)), left_out)
    rho = known[usable].corr(method="spearman", min_periods=3).to_numpy(copy=True)
    rho = np.nan_to_num(rho, nan=0.0)
    np.fill_diagonal(rho, 1.0)
    apart = squareform(np.clip(1 - np.abs(rho), 0, 1), checks=False)
    order = leaves_list(linkage(apart, method="average", optimal_ordering=len(usable) <= 100))
    names = [usable[place] for place in order]
    rho = rho[np.ix_(order, order)]
    return Correlated(tuple(names), rho, _pairs(names, rho), left_out)


def _pairs(names: list[str], rho: NDArray[np.float64]) -> pd.DataFrame:
    one, other = np.triu_indices(len(names), k=1)
    pairs = [tuple(sorted((names[a], names[b]))) for a, b in zip(one, other, strict=True)]
    table = pd.DataFrame(pairs, columns=["one", "other"]).assign(rho=rho[one, other])
    strength = table["rho"].abs()
    return table.loc[
        table.assign(strength=-strength).sort_values(["strength", "one", "other"]).index
    ].reset_index(drop=True)
