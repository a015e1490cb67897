"""Does a new model move risks the right way: up with the outcome, down without it?

Net reclassification (NRI) and integrated discrimination (IDI) are asked for by reviewers
and given here with their two parts, which mean more than their sum. Both can favour a model
only because it is badly calibrated, so neither has a p value here: whether a model
separates better is tested by its area, whether it helps by its net benefit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.paired_calls import patients_among, signed_mean
from clnm_core.stats.uncertainty import (
    Estimate,
    clipped,
    clustered_standard_error,
    not_estimable,
)

MOVER = "Tango's of both parts, joined"


@dataclass(frozen=True, slots=True)
class Reclassification:
    """A gain of the new model over the old one, and its two parts.

    Parameters
    ----------
    events : Estimate
        Gain among cases with the outcome: moved up less moved down.
    non_events : Estimate
        Gain among cases without it: moved down less moved up.
    total : Estimate
        Their sum.

    """

    events: Estimate
    non_events: Estimate
    total: Estimate


def categorical_nri(
    paired: PairedPredictions, new: str, old: str, cuts: Sequence[float], *, level: float = 0.95
) -> Reclassification:
    """Net reclassification between groups of risk.

    A case moves up where the new model puts it into a higher group. A group starts at its
    cut: ``risk >= cut``. With one cut the parts are the gains in sensitivity and in
    specificity. A part lies in [-1, 1], the total in [-2, 2].

    Parameters
    ----------
    paired : PairedPredictions
    new, old : str
        Names of models.
    cuts : sequence of float
        Where groups of risk start, strictly increasing, inside (0, 1).
    level : float
        Confidence, between 0 and 1.

    Raises
    ------
    ValueError
        If there is no cut, or they do not increase inside (0, 1).

    References
    ----------
    .. [1] Pencina MJ, D'Agostino RB Sr, D'Agostino RB Jr, Vasan RS. Evaluating the added
       predictive ability of a new marker. Stat Med 2008;27:157-172. doi:10.1002/sim.2929
    .. [2] Kerr KF, Wang Z, Janes H, et al. Net reclassification indices for evaluating risk
       prediction instruments. Epidemiology 2014;25:114-121.
       doi:10.1097/EDE.0000000000000018

    Examples
    --------
    >>> both = PairedPredictions.of([1, 1, 0, 0], {"a": [.9, .6, .2, .1], "b": [.9, .4, .6, .1]})
    >>> found = categorical_nri(both, "a", "b", [0.5])
    >>> found.events.value, found.non_events.value, found.total.value
    (0.5, 0.5, 1.0)

    """
    edges = _checked(cuts)
    moved = _group(paired.risk(new), edges) - _group(paired.risk(old), edges)
    return _net(paired, np.sign(moved).astype(np.int8), level)


def continuous_nri(
    paired: PairedPredictions, new: str, old: str, *, level: float = 0.95
) -> Reclassification:
    """Net reclassification without groups: any higher risk is a move up.

    Equal risks are no move. It says how often the direction is right and nothing of how
    far, and is large for useless changes; read it beside the net benefit.

    References
    ----------
    .. [1] Pencina MJ, D'Agostino RB Sr, Steyerberg EW. Extensions of net reclassification
       improvement calculations. Stat Med 2011;30:11-21. doi:10.1002/sim.4085

    """
    moved = np.sign(paired.risk(new) - paired.risk(old)).astype(np.int8)
    return _net(paired, moved, level)


def idi(paired: PairedPredictions, new: str, old: str, *, level: float = 0.95) -> Reclassification:
    """Integrated discrimination improvement: how much further apart the mean risks are.

    The parts are the mean rise of the risk among cases with the outcome and its mean fall
    among those without; each lies in [-1, 1]. The intervals are Welch's for means of paired
    differences, by patients where these have several cases.

    Returns
    -------
    Reclassification
        Not estimable with fewer than two events or non-events.

    References
    ----------
    .. [1] Pencina MJ, D'Agostino RB Sr, D'Agostino RB Jr, Vasan RS. Evaluating the added
       predictive ability of a new marker. Stat Med 2008;27:157-172. doi:10.1002/sim.2929

    """
    y = paired.y_true
    rise = paired.risk(new) - paired.risk(old)
    patient = paired.patient if paired.is_clustered else None
    parts = [
        _mean_part(side * rise[mask], None if patient is None else patient[mask], words, level)
        for side, mask, words in ((1, y, "events"), (-1, ~y, "non-events"))
    ]
    missing = next((one for one, _, _ in parts if not one.is_estimable), None)
    if missing is not None:
        return Reclassification(parts[0][0], parts[1][0], missing)
    value = parts[0][0].value + parts[1][0].value
    if patient is None:
        (_, one, m), (_, other, k) = parts
        error = math.hypot(one, other)
        freedom = _welch(one, m, other, k)
        method = "Welch, paired"
    else:
        error = clustered_standard_error(_influence(rise, y), patient)
        freedom = patients_among(patient) - 1.0
        method = "Wald, clustered by patient"
    return Reclassification(
        parts[0][0], parts[1][0], _t_interval(value, error, freedom, level, method, 2.0)
    )


def reclassification_table(
    paired: PairedPredictions, new: str, old: str, cuts: Sequence[float]
) -> pd.DataFrame:
    """How many cases of each outcome the new model moves from which group of risk to which.

    Returns
    -------
    pandas.DataFrame
        One row per outcome, old group and new group, all combinations: ``outcome`` (bool),
        ``old``, ``new`` (group in words, "below 10 %"), ``old_group``, ``new_group`` (from
        0), ``n``, ``share`` of the cases of that outcome in the old group (NaN where it has
        none).

    Raises
    ------
    ValueError
        As :func:`categorical_nri`.

    Examples
    --------
    >>> both = PairedPredictions.of([1, 1, 0, 0], {"a": [.9, .6, .2, .1], "b": [.9, .4, .6, .1]})
    >>> reclassification_table(both, "a", "b", [0.5])["n"].tolist()
    [0, 1, 0, 1, 1, 0, 1, 0]

    """
    edges = _checked(cuts)
    words = group_words(cuts)
    groups = len(words)
    before, after = (_group(paired.risk(name), edges) for name in (old, new))
    code = (groups * (1 - paired.y_true.astype(np.intp)) + before) * groups + after
    counts = np.bincount(code, minlength=2 * groups * groups).reshape(2, groups, groups)
    outcome, from_group, to_group = (x.ravel() for x in np.indices(counts.shape))
    totals = np.repeat(counts.sum(axis=2).ravel(), groups)
    n = counts.ravel()
    share = np.divide(n, totals, out=np.full(n.shape, math.nan), where=totals > 0)
    return pd.DataFrame(
        {
            "outcome": outcome == 0,
            "old": [words[place] for place in from_group],
            "new": [words[place] for place in to_group],
            "old_group": from_group,
            "new_group": to_group,
            "n": n,
            "share": share,
        }
    )


def group_words(cuts: Sequence[float]) -> list[str]:
    """The groups of risk between cuts, in words.

    Examples
    --------
    >>> group_words([0.1, 0.3])
    ['below 10 %', '10–30 %', '30 % or more']

    """
    marks = [f"{100 * cut:g}" for cut in cuts]
    between = [f"{low}–{high} %" for low, high in pairwise(marks)]
    return [f"below {marks[0]} %", *between, f"{marks[-1]} % or more"]


def _checked(cuts: Sequence[float]) -> NDArray[np.float64]:
    edges = np.asarray(cuts, dtype=float)
    if not len(edges) or not ((edges > 0) & (edges < 1)).all() or not (np.diff(edges) > 0).all():
        raise ValueError(f"cuts must increase inside (0, 1); got {tuple(cuts)}.")
    return edges


def _group(risk: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.searchsorted(edges, risk, side="right")


def _net(paired: PairedPredictions, moved: NDArray[np.int8], level: float) -> Reclassification:
    y = paired.y_true
    patient = paired.patient if paired.is_clustered else None
    events, non_events = (
        signed_mean(side * moved[mask], None if patient is None else patient[mask], level=level)
        for side, mask in ((np.int8(1), y), (np.int8(-1), ~y))
    )
    for part, words in ((events, "no events"), (non_events, "no non-events")):
        if not part.is_estimable:
            why = words if y.all() or not y.any() else "one patient only"
            return Reclassification(events, non_events, not_estimable(why, level=level))
    value = events.value + non_events.value
    if patient is None:
        low = value - math.hypot(events.value - events.low, non_events.value - non_events.low)
        high = value + math.hypot(events.high - events.value, non_events.high - non_events.value)
        total = clipped(Estimate(value, low, high, level, MOVER), -2.0, 2.0)
    else:
        error = clustered_standard_error(_influence(moved.astype(float), y), patient)
        freedom = patients_among(patient) - 1.0
        total = _t_interval(value, error, freedom, level, "Wald, clustered by patient", 2.0)
    return Reclassification(events, non_events, total)


def _influence(rise: NDArray[np.float64], y: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of each case on the mean rise of events less that of non-events."""
    influence = np.empty(len(rise))
    influence[y] = (rise[y] - rise[y].mean()) / y.sum()
    influence[~y] = (rise[~y].mean() - rise[~y]) / (~y).sum()
    return influence


def _mean_part(
    rise: NDArray[np.float64], patient: NDArray[np.int64] | None, words: str, level: float
) -> tuple[Estimate, float, int]:
    """Mean of one part, its standard error, and from how many draws."""
    n = len(rise)
    if n < 2:
        return not_estimable(f"fewer than two {words}", level=level), math.nan, n
    value = float(rise.mean())
    if patient is None:
        error = float(rise.std(ddof=1)) / math.sqrt(n)
        return _t_interval(value, error, n - 1.0, level, "Student t, paired", 1.0), error, n
    draws = patients_among(patient)
    if draws < 2:
        return not_estimable(f"{words} of one patient only", level=level), math.nan, draws
    error = clustered_standard_error((rise - value) / n, patient)
    method = "Student t, clustered by patient"
    return _t_interval(value, error, draws - 1.0, level, method, 1.0), error, draws


def _welch(one: float, m: int, other: float, k: int) -> float:
    """Degrees of freedom of the sum of two means by Welch and Satterthwaite."""
    parts = one**4 / (m - 1) + other**4 / (k - 1)
    return (one**2 + other**2) ** 2 / parts if parts > 0 else math.inf


def _t_interval(
    value: float, error: float, freedom: float, level: float, method: str, most: float
) -> Estimate:
    reach = float(student.ppf(0.5 + level / 2, freedom)) * error if error > 0 else 0.0
    return clipped(Estimate(value, value - reach, value + reach, level, method), -most, most)
