"""Which cases look alike to many features at once, drawn on a plane?

A picture to find outliers, batches and mislabelled cases on. Distances on it are not measurements:
UMAP keeps who is near to whom, and neither how far groups lie apart nor how dense they are.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from clnm_core.errors import FeatureError

LEAST_ROWS = 4
"""Fewer points than that make no picture."""

NEIGHBOURS = 15
"""How many neighbours of each row UMAP keeps near; all others where there are fewer."""

_BEFORE_UMAP = 50
"""Principal components that UMAP is shown: neighbours hardly change, and 512 columns take minutes."""

_EPOCHS = 200
"""Rounds of UMAP, its own number for large tables; small ones look the same as after 500."""


def projected(
    features: pd.DataFrame, *, method: str = "pca", neighbours: int = NEIGHBOURS, seed: int = 0
) -> pd.DataFrame:
    """Each row as a point.

    Gaps are filled with the median of the column, columns with one value only are left out, and
    the rest is standardised. Equal rows, settings and seeds give equal points.

    Parameters
    ----------
    features : pandas.DataFrame, shape (n_rows, n_features)
        What is not finite is a gap.
    method : {"pca", "umap"}
        The first two principal components, or UMAP of the first 50, begun from the first two.
    neighbours : int
        Of UMAP, at least 2.
    seed : int
        Of UMAP.

    Returns
    -------
    pandas.DataFrame
        ``x, y``, with the index of ``features``. NaN for a row in which nothing is known. Of one
        feature alone, ``y`` is 0.

    Raises
    ------
    FeatureError
        If fewer than four rows are known, or no feature differs between them.
    ValueError
        If the method is not known, or there are fewer than two neighbours.

    References
    ----------
    .. [1] McInnes L, Healy J, Melville J. UMAP: uniform manifold approximation and projection.
       arXiv:1802.03426

    Examples
    --------
    >>> table = pd.DataFrame({"a": [0.0, 1, 2, 3], "b": [0.0, 2, 4, 6]})
    >>> projected(table).round(1).to_dict("list")
    {'x': [-1.9, -0.6, 0.6, 1.9], 'y': [0.0, 0.0, 0.0, 0.0]}

    """
    if method not in ("pca", "umap"):
        raise ValueError(f"method must be pca or umap; got {method!r}.")
    if neighbours < 2:
        raise ValueError(f"neighbours must be at least 2; got {neighbours}.")
    values = features.to_numpy(dtype=np.float64, na_value=np.nan)
    values = np.where(np.isfinite(values), values, np.nan)
    is_known = ~np.isnan(values).all(axis=1)
    if is_known.sum() < LEAST_ROWS:
        raise FeatureError(
            f"A projection needs at least {LEAST_ROWS} pictures with features; there are "
            f"{int(is_known.sum())}. Choose more cases."
        )
    components = _components(_standardised(values[is_known]))
    points = np.zeros((len(components), 2))
    points[:, : components.shape[1]] = components[:, :2]
    if method == "umap":
        points = _umap(components, points, neighbours, seed)
    places = np.full((len(values), 2), np.nan)
    # Rounding noise would draw a second axis where there is none.
    places[is_known] = np.where(np.abs(points) < 1e-9, 0.0, points)
    return pd.DataFrame(places, columns=["x", "y"], index=features.index)


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = values[:, ~np.isnan(values).all(axis=0)]
    whole = np.where(np.isnan(known), np.nanmedian(known, axis=0), known) if known.size else known
    whole = whole[:, np.ptp(whole, axis=0) > 0]
    whole = whole / np.abs(whole).max(axis=0)  # squares of very large values would overflow
    spread = whole.std(axis=0)
    whole = (whole - whole.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    if not whole.shape[1]:
        raise FeatureError(
            "No feature differs between these pictures, so there is nothing to draw. "
            "Choose other cases or other features."
        )
    return whole


def _components(standardised: NDArray[np.float64]) -> NDArray[np.float64]:
    """Principal components, largest first, shape (n_rows, at most 50)."""
    rows, columns = standardised.shape
    solver = "covariance_eigh" if rows > columns else "full"
    count = min(rows, columns, _BEFORE_UMAP)
    return np.asarray(PCA(count, svd_solver=solver).fit_transform(standardised))


def _umap(
    components: NDArray[np.float64], start: NDArray[np.float64], neighbours: int, seed: int
) -> NDArray[np.float64]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # of a part that needs Tensorflow
        from umap import UMAP

    # Points on a line, or on each other, cannot be spread; a thousandth aside, they can.
    noise = np.random.default_rng(seed).normal(0, 1e-3 * start.std(), start.shape)
    reducer = UMAP(
        n_neighbors=min(neighbours, len(components) - 1),
        init=(start + noise).astype(np.float32),
        n_epochs=_EPOCHS,
        random_state=seed,
        n_jobs=1,  # the seed holds on one thread only
    )
    return np.asarray(reducer.fit_transform(components.astype(np.float32)), dtype=np.float64)
