"""Where in the gland does risk live?

One outcome at a time: central and lateral metastasis spread along different routes, and no
function here takes both. The pages call once for each.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from clnm_core.stats.gland import gland_grid
from clnm_core.stats.rates import known_outcome, rate
from clnm_core.stats.spline import harrell_knots, logistic_fit, restricted_cubic
from clnm_core.stats.uncertainty import NOT_ESTIMABLE, critical_value

FEWEST_PER_COEFFICIENT = 5
"""Cases with, and cases without, the outcome that a curve needs for each of its coefficients.

Vittinghoff and McCulloch 2007, doi:10.1093/aje/kwk052: below five events for each variable the
intervals of a logistic model are no longer trustworthy.
"""

__all__ = [
    "PUBLISHED_NEAR_CAPSULE",
    "PublishedClaim",
    "distance_bins",
    "distance_curve",
    "gland_grid",
]


Facts = dict[Hashable | None, Any]
"""What a frame carries in ``attrs``."""


@dataclass(frozen=True, slots=True)
class PublishedClaim:
    """A published statement about distance and risk, kept apart from what a cohort shows.

    ``within_mm`` is a distance to the capsule in mm, ``above`` a probability in [0, 1],
    ``outcome`` the registry name of the outcome that it was made for.
    """

    within_mm: float
    above: float
    outcome: str
    source: str
    doi: str
    caveat: str


PUBLISHED_NEAR_CAPSULE = PublishedClaim(
    within_mm=2.5,
    above=0.72,
    outcome="lateral",
    source="Shen 2025",
    doi="10.1038/s41467-025-62042-z",
    caveat="one continuous curve; no bin, n or interval was published",
)
"""Within 2.5 mm of the capsule the average probability of lateral metastasis is above 72 %."""


def distance_curve(
    distance_mm: ArrayLike,
    y: ArrayLike,
    *,
    level: float = 0.95,
    knots: int = 4,
    patient: ArrayLike | None = None,
    at_mm: ArrayLike | None = None,
) -> pd.DataFrame:
    """Risk of one outcome along the distance to the capsule, with a pointwise band.

    A restricted cubic spline on the log-odds (linear beyond the outer knots), fitted by
    maximum likelihood; Harrell's knots. The band is a Wald interval at each distance; with
    ``patient`` its variance is the sandwich clustered by patient. Too few cases, or a
    distance that separates the two groups completely, gives an *empty* frame with the
    reason in ``frame.attrs["method"]``; nothing is raised or warned.

    Parameters
    ----------
    distance_mm : array-like of float, shape (n,)
        Least distance to the capsule in mm, 0 or more. NaN: not known, left out.
    y : array-like of bool, shape (n,)
        Whether the outcome happened. NaN or None: not known, left out.
    level : float
        Confidence of the band.
    knots : int
        3, 4 or 5. Fewer are used where the distances take too few different values.
    patient : array-like, shape (n,), optional
        Who a case belongs to.
    at_mm : array-like of float, optional
        Where to evaluate; default 121 steps from the 1st to the 99th percentile.

    Returns
    -------
    pandas.DataFrame
        Columns ``distance_mm``, ``risk``, ``low``, ``high`` (probabilities); and in
        ``attrs``: ``method`` (str, begins with "not estimable" where the frame is empty),
        ``n``, ``events``, ``left_out`` (int), ``knots_mm`` (tuple of float).

    Raises
    ------
    ValueError
        If shapes differ, a distance is negative, or ``knots`` is not 3, 4 or 5.

    References
    ----------
    .. [1] Harrell FE. Regression modeling strategies. 2nd ed. Springer 2015, section 2.4.
       doi:10.1007/978-3-319-19425-7
    .. [2] Liang KY, Zeger SL. Longitudinal data analysis using generalized linear models.
       Biometrika 1986;73:13-22. doi:10.1093/biomet/73.1.13

    """
    distance, outcome, known = _known(distance_mm, y)
    cluster = None if patient is None else _codes(patient, known)
    facts: Facts = {
        "n": len(outcome),
        "events": int(outcome.sum()),
        "left_out": int((~known).sum()),
        "knots_mm": (),
    }
    placed = harrell_knots(distance, knots)
    coefficients = max(len(placed), 2)
    fewer = min(facts["events"], len(outcome) - facts["events"])
    if fewer < FEWEST_PER_COEFFICIENT * coefficients:
        return _no_curve(
            f"a curve with {coefficients} coefficients needs at least "
            f"{FEWEST_PER_COEFFICIENT * coefficients} cases with and as many without the outcome; "
            f"there are {facts['events']} and {len(outcome) - facts['events']}",
            facts,
        )
    if cluster is not None and cluster.max() < 1:
        return _no_curve("all cases belong to one patient", facts)
    if distance.min() == distance.max():
        return _no_curve("all cases have the same distance", facts)
    fit = logistic_fit(restricted_cubic(distance, placed), outcome, cluster)
    if not fit.has_converged:
        return _no_curve(
            "the distance separates the cases with and without the outcome completely", facts
        )
    if at_mm is None:
        first, last = np.quantile(distance, [0.01, 0.99])
        grid = np.linspace(first, last, 121)
    else:
        grid = np.asarray(at_mm, dtype=float)
    basis = restricted_cubic(grid, placed)
    log_odds = basis @ fit.coefficients
    half = critical_value(level) * np.sqrt(np.einsum("ij,jk,ik->i", basis, fit.covariance, basis))
    curve = pd.DataFrame(
        {
            "distance_mm": grid,
            "risk": expit(log_odds),
            "low": expit(log_odds - half),
            "high": expit(log_odds + half),
        }
    )
    shape = (
        f"restricted cubic spline on the log-odds, {len(placed)} knots"
        if placed
        else "straight line on the log-odds (too few different distances for knots)"
    )
    variance = "Wald" if cluster is None else "Wald, sandwich variance clustered by patient"
    curve.attrs = facts | {
        "method": f"{shape}; pointwise {100 * level:g} % band: {variance}",
        "knots_mm": placed,
    }
    return curve


def distance_bins(
    distance_mm: ArrayLike,
    y: ArrayLike,
    *,
    edges: Sequence[float] = (0, 2.5, 5, 7.5, 10, math.inf),
    patient: ArrayLike | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Rate of one outcome in bands of distance to the capsule, with Wilson intervals.

    A bin holds its upper edge and not its lower one ("within 2.5 mm" includes 2.5); the first
    bin holds both. Distances outside the edges, and unknown ones, are left out and counted in
    ``attrs["left_out"]``; ``attrs["method"]`` names the interval.

    Parameters
    ----------
    distance_mm : array-like of float, shape (n,)
        mm, 0 or more; NaN: not known.
    y : array-like of bool, shape (n,)
        Whether the outcome happened; NaN or None: not known.
    edges : sequence of float
        Strictly increasing, mm.
    patient : array-like, shape (n,), optional
        Who a case belongs to; see :func:`~clnm_core.stats.rates.rate`.
    level : float
        Confidence of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row per bin: ``low_mm``, ``high_mm``, ``label``, ``n``, ``events``, ``rate``,
        ``low``, ``high``; the last three are NaN in an empty bin.

    Raises
    ------
    ValueError
        If shapes differ, a distance is negative, or the edges do not increase.

    Examples
    --------
    >>> distance_bins([0, 2.5, 2.6, 12], [True, False, True, False])["label"].tolist()
    ['within 2.5 mm', '2.5–5 mm', '5–7.5 mm', '7.5–10 mm', 'beyond 10 mm']

    """
    bounds = np.asarray(edges, dtype=float)
    if len(bounds) < 2 or not (np.diff(bounds) > 0).all():
        raise ValueError(f"edges must increase; got {tuple(edges)}.")
    distance, outcome, known = _known(distance_mm, y)
    place = np.searchsorted(bounds, distance, side="left") - 1
    place[distance == bounds[0]] = 0
    codes = None if patient is None else _codes(patient, known)
    rows = []
    for position, (low, high) in enumerate(pairwise(bounds.tolist())):
        here = place == position
        share = rate(outcome[here], None if codes is None else codes[here], level=level)
        rows.append(
            {
                "low_mm": low,
                "high_mm": high,
                "label": _bin_label(low, high),
                "n": int(here.sum()),
                "events": int(outcome[here].sum()),
                "rate": share.value,
                "low": share.low,
                "high": share.high,
            }
        )
    table = pd.DataFrame(rows)
    is_clustered = codes is not None and len(np.unique(codes)) < len(codes)
    table.attrs = {
        "left_out": int(len(known) - table["n"].sum()),
        "method": "Wilson, clustered by patient" if is_clustered else "Wilson",
    }
    return table


def _bin_label(low: float, high: float) -> str:
    if math.isinf(high):
        return f"beyond {low:g} mm"
    return f"within {high:g} mm" if low <= 0 else f"{low:g}–{high:g} mm"


def _known(
    distance_mm: ArrayLike, y: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Distances and outcomes where both are known, and which those are."""
    distance = np.asarray(distance_mm, dtype=float)
    outcome, has_outcome = known_outcome(y)
    if distance.shape != outcome.shape or distance.ndim != 1:
        raise ValueError(
            f"distance_mm and y must have one length; got {distance.shape} and {outcome.shape}."
        )
    if (distance < 0).any():
        raise ValueError(f"distance_mm must be 0 or more; got {np.nanmin(distance):g}.")
    known = has_outcome & np.isfinite(distance)
    return distance[known], outcome[known], known


def _codes(patient: ArrayLike, known: NDArray[np.bool_]) -> NDArray[np.int64]:
    who = np.asarray(patient)
    if who.shape != known.shape:
        raise ValueError(f"patient must have one value per case; got {who.shape}.")
    return pd.factorize(who[known])[0].astype(np.int64)


def _no_curve(why: str, facts: Facts) -> pd.DataFrame:
    empty = pd.DataFrame({name: np.empty(0) for name in ("distance_mm", "risk", "low", "high")})
    empty.attrs = facts | {"method": f"{NOT_ESTIMABLE}: {why}"}
    return empty
