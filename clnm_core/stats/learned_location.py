"""Does a model know that risk lives near the capsule?

Its mean risk is set beside the observed share of the same cases: along the distance to the
capsule, in bands of it, and in each part of the gland. One outcome at a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.flatness import FlatTest, flat_test, log_odds
from clnm_core.stats.gland import ISTHMUS, LOBES, THIRDS
from clnm_core.stats.learned_curve import learned_curve
from clnm_core.stats.location import distance_bins
from clnm_core.stats.rates import rate
from clnm_core.stats.uncertainty import (
    Estimate,
    clustered_standard_error,
    not_estimable,
    wald,
)

FOLLOWS = "follows"
REFUTED = "refuted"
NOT_ENOUGH = "not enough data"

MARGIN = 0.10
"""Differences between predicted and observed share up to this size do not matter."""

FEWEST = 10
"""Bands and parts of the gland with fewer cases are listed, and not scored."""


@dataclass(frozen=True, eq=False, slots=True)
class Learned:
    """Predicted beside observed along the distance, and what follows from it.

    Parameters
    ----------
    n, events, left_out : int
        Cases compared, those with the outcome, and those without a distance.
    curve : pandas.DataFrame
        ``distance_mm``; ``observed``, ``predicted`` (the same spline fitted to outcomes and to
        risks) and ``difference`` (predicted minus observed), each with ``_low`` and ``_high``.
        Empty, with the reason in ``attrs["method"]``, where the cases allow none.
    bands : pandas.DataFrame
        ``low_mm``, ``high_mm``, ``label``, and the columns of :func:`compared_in`.
    level : Estimate
        Mean risk minus observed share over all cases.
    effect : Estimate
        Observed share in the nearest minus that in the farthest scored band (Newcombe).
    flat : FlatTest
        Whether the error changes along the distance.
    margin : float
        Differences up to this size do not matter.
    verdict : str
        ``follows``, ``refuted`` or ``not enough data``.
    needed : int
        Cases that would about be needed for a verdict; 0 where there is one, or none can be said.

    """

    n: int
    events: int
    left_out: int
    curve: pd.DataFrame
    bands: pd.DataFrame
    level: Estimate
    effect: Estimate
    flat: FlatTest
    margin: float
    verdict: str
    needed: int


def learned_distance(
    predictions: Predictions,
    distance_mm: ArrayLike,
    *,
    edges: Sequence[float] = (0, 2.5, 5, 7.5, 10, math.inf),
    margin: float = MARGIN,
    level: float = 0.95,
) -> Learned:
    """Compare a model's mean risk with the observed share along the distance to the capsule.

    The verdict is about the shape, not the level: the risks are first shifted, by one number
    on the log-odds, to be right on average. *Follows*: in every scored band the interval of
    shifted minus observed lies within the margin (all must, so no correction is needed).
    *Refuted*: the error is not the same along the distance (score test, p below
    ``1 - level``) and some band differs by more than the margin, its interval excluding 0.
    *Not enough data*: neither.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    distance_mm : array-like of float, shape (n,)
        mm, 0 or more; NaN: not known, left out.
    edges : sequence of float
        Of the bands, strictly increasing, mm; a band holds its upper edge.
    margin : float
        A share, in (0, 1).
    level : float
        Confidence of the intervals.

    Raises
    ------
    ValueError
        If lengths differ, a distance is negative, or the edges do not increase.

    References
    ----------
    .. [1] Newcombe RG. Interval estimation for the difference between independent proportions.
       Stat Med 1998;17:873-890. doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I

    """
    distance = np.asarray(distance_mm, dtype=float)
    if distance.shape != predictions.risk.shape:
        raise ValueError("distance_mm must have one value per case.")
    known = np.isfinite(distance)
    cases, distance = predictions.where(known), distance[known]
    frame = distance_bins(distance, cases.y_true, edges=edges)
    places = np.searchsorted(np.asarray(edges, dtype=float), distance, side="left") - 1
    places[distance == edges[0]] = 0
    flat = flat_test(cases, distance)
    shifted = cases.risk if math.isnan(flat.shift) else expit(log_odds(cases.risk) + flat.shift)
    rows = [
        compared_in(cases, shifted, places == place, level=level) for place in range(len(frame))
    ]
    bands = pd.concat([frame[["low_mm", "high_mm", "label"]], pd.DataFrame(rows)], axis=1)
    scored = bands[~bands["is_too_few"]]
    verdict = _verdict(scored, flat, margin, level)
    return Learned(
        n=len(cases),
        events=cases.events,
        left_out=int((~known).sum()),
        curve=learned_curve(cases, distance, level=level),
        bands=bands,
        level=_mean_difference(cases, level),
        effect=_effect(scored, level),
        flat=flat,
        margin=margin,
        verdict=verdict,
        needed=_needed(scored, margin, len(cases)) if verdict == NOT_ENOUGH else 0,
    )


def learned_cells(
    predictions: Predictions, lobe: ArrayLike, third: ArrayLike, *, level: float = 0.95
) -> pd.DataFrame:
    """Predicted beside observed in the seven parts of the gland: lobes in thirds, and isthmus.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    lobe, third : array-like of str, shape (n,)
        As in :func:`~clnm_core.stats.gland.gland_grid`.
    level : float
        Confidence of the intervals.

    Returns
    -------
    pandas.DataFrame
        ``lobe``, ``third`` ("" for the isthmus) and the columns of :func:`compared_in`.

    """
    lobes, thirds = (pd.Series(words, dtype=object).to_numpy() for words in (lobe, third))
    rows = []
    for side, height in [(s, h) for s in LOBES for h in THIRDS] + [(ISTHMUS, "")]:
        here = lobes == side
        if height:
            here = here & (thirds == height)
        inside = compared_in(predictions, predictions.risk, here, level=level)
        rows.append({"lobe": side, "third": height} | inside)
    return pd.DataFrame(rows)


def compared_in(
    predictions: Predictions,
    shifted: NDArray[np.float64],
    here: NDArray[np.bool_],
    *,
    level: float = 0.95,
) -> dict[str, float | int | bool]:
    """Predicted and observed share of some of the cases.

    The difference (predicted minus observed) has the Wilson interval of the observed share
    around it, clustered by patient: given the cases, the predicted mean is a known number.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    shifted : numpy.ndarray of float, shape (n,)
        Risks that are right on average.
    here : numpy.ndarray of bool, shape (n,)
        Which cases.
    level : float
        Confidence of the intervals.

    Returns
    -------
    dict
        ``n``, ``events``, ``observed``, ``observed_low``, ``observed_high``, ``predicted``,
        ``difference``, ``difference_low``, ``difference_high``, ``shifted`` (difference of the
        shifted risks), ``shifted_low``, ``shifted_high``, ``is_too_few``; shares are NaN where
        there are fewer than ``FEWEST`` cases.

    """
    n, events = int(here.sum()), int(predictions.y_true[here].sum())
    if n < FEWEST:
        share, mean, right = not_estimable("too few", level=level), math.nan, math.nan
    else:
        share = rate(predictions.y_true[here], predictions.patient[here], level=level)
        mean, right = float(predictions.risk[here].mean()), float(shifted[here].mean())
    return {
        **{"n": n, "events": events},
        **{"observed": share.value, "observed_low": share.low, "observed_high": share.high},
        "predicted": mean,
        "difference": mean - share.value,
        "difference_low": mean - share.high,
        "difference_high": mean - share.low,
        "shifted": right - share.value,
        "shifted_low": right - share.high,
        "shifted_high": right - share.low,
        "is_too_few": n < FEWEST,
    }


def _verdict(scored: pd.DataFrame, flat: FlatTest, margin: float, level: float) -> str:
    if len(scored) < 2:
        return NOT_ENOUGH
    if (scored["shifted_low"] >= -margin).all() and (scored["shifted_high"] <= margin).all():
        return FOLLOWS
    excludes = (scored["shifted_low"] > 0) | (scored["shifted_high"] < 0)
    is_beyond = (excludes & (scored["shifted"].abs() > margin)).any()
    return REFUTED if is_beyond and flat.p < 1 - level else NOT_ENOUGH


def _needed(scored: pd.DataFrame, margin: float, n: int) -> int:
    """Cases at which every band would be decided if its difference stayed as it is."""
    if len(scored) < 2:
        return 0
    half = (scored["shifted_high"] - scored["shifted_low"]) / 2
    size = scored["shifted"].abs()
    enough = np.maximum(size, margin - size)
    factor = float(((half / enough) ** 2).max())
    return math.ceil(n * max(factor, 1.0))


def _effect(scored: pd.DataFrame, level: float) -> Estimate:
    if len(scored) < 2:
        return not_estimable("fewer than two bands with ten cases", level=level)
    near, far = scored.iloc[0], scored.iloc[-1]
    value = float(near["observed"] - far["observed"])
    down = math.hypot(
        near["observed"] - near["observed_low"], far["observed_high"] - far["observed"]
    )
    up = math.hypot(near["observed_high"] - near["observed"], far["observed"] - far["observed_low"])
    return Estimate(value, value - down, value + up, level, "Newcombe")


def _mean_difference(cases: Predictions, level: float) -> Estimate:
    if not len(cases):
        return not_estimable("no case has a distance", level=level)
    gap = cases.risk - cases.y_true
    value = float(gap.mean())
    error = clustered_standard_error((gap - value) / len(gap), cases.patient)
    return wald(value, error, level=level, method="Wald, by patient")
