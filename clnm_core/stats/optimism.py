"""How much does the best of several models flatter, chosen on the cases it is judged on?

The model that looks best is in part the one that was lucky on these cases. Each resample
chooses its own winner; how far a winner's area in its resample lies above that model's own
is luck, and luck of the same size is in the winner that was really chosen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.comparison import Areas, areas
from clnm_core.stats.resampling import percentile_interval
from clnm_core.stats.uncertainty import Estimate, clipped, not_estimable

MOST_CASES = 20_000
"""Above this, areas are drawn from their normal distribution and cases are not resampled."""

BOOTSTRAP = "bootstrap of {unit}s"
NORMAL = "draws from the multivariate normal of {covariance}'s covariance"

_STEP = 64
"""Resamples that are weighed at once; keeps the memory small."""


@dataclass(frozen=True, slots=True)
class WinnersOptimism:
    """The model that looks best, and what of its area is luck.

    Parameters
    ----------
    winner : str
        The model with the largest area; empty where none is estimable.
    apparent : Estimate
        Its area on these cases, as if it had been chosen beforehand.
    optimism : float
        How much that flatters: apparent less corrected.
    corrected : Estimate
        The area to expect of the winner on new cases like these.
    wins : dict of str to float
        Share of the resamples in which each model is best; ties are shared out.

    """

    winner: str
    apparent: Estimate
    optimism: float
    corrected: Estimate
    wins: dict[str, float]


def winners_optimism(
    paired: PairedPredictions,
    found: Areas | None = None,
    *,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
) -> WinnersOptimism:
    """Estimate how much the best of k areas is inflated by having been chosen.

    In resample b the model w with the largest area A*(w) is chosen. What is left out of a
    resample errs the other way round than what is in it, so ``2 A(w) - A*(w)`` stands for
    the area of w on cases that had no part in choosing it. Its mean is the corrected area,
    its percentiles the interval. Without choice (one model always wins) nothing is
    corrected; with k equally good models the whole advantage of the luckiest is taken away,
    where the difference ``A*(w) - A(w)`` alone would leave some of it.

    Up to :data:`MOST_CASES` cases, cases are resampled (patients, where they have several
    cases) and areas are exact by weighted ranks; above, areas are drawn from the
    multivariate normal of their covariance, whose error is then far below the interval.
    The method of ``corrected`` says which.

    Parameters
    ----------
    paired : PairedPredictions
        Of two models or more.
    found : Areas, optional
        Of the same predictions, where they are known already.
    level : float
        Confidence, between 0 and 1.
    bootstrap : int
        Resamples, at least 1.
    seed : int
        Start of the random numbers.

    Raises
    ------
    ValueError
        If there are fewer than two models or no resamples.

    References
    ----------
    .. [1] Tsamardinos I, Greasidou E, Borboudakis G. Bootstrapping the out-of-sample
       predictions for efficient and accurate cross-validation. Mach Learn
       2018;107:1895-1922. doi:10.1007/s10994-018-5714-4
    .. [2] Jelizarow M, Guillemot V, Tenenhaus A, Strimmer K, Boulesteix AL. Over-optimism
       in bioinformatics: an illustration. Bioinformatics 2010;26:1990-1998.
       doi:10.1093/bioinformatics/btq323

    """
    if len(paired.names) < 2:
        raise ValueError(f"there must be two models or more; got {len(paired.names)}.")
    if bootstrap < 1:
        raise ValueError(f"bootstrap must be at least 1; got {bootstrap!r}.")
    found = found or areas(paired, level=level)
    known = [place for place, one in enumerate(found.auc) if one.is_estimable]
    if not known:
        nothing = found.auc[0]
        return WinnersOptimism("", nothing, math.nan, nothing, dict.fromkeys(found.names, math.nan))
    centre = np.array([found.auc[place].value for place in known])
    drawn, method = _drawn(paired, found, known, bootstrap, seed)
    is_best = drawn >= drawn.max(axis=1, keepdims=True) - 1e-12
    share = is_best / is_best.sum(axis=1, keepdims=True)
    honest = ((2 * centre - drawn) * share).sum(axis=1)
    names = [found.names[place] for place in known]
    wins = dict.fromkeys(found.names, 0.0) | dict(
        zip(names, share.mean(axis=0).tolist(), strict=True)
    )
    apparent = found.of(found.best)
    corrected = _corrected(apparent, honest, level, method)
    return WinnersOptimism(found.best, apparent, apparent.value - corrected.value, corrected, wins)


def weighted_aucs(
    y_true: NDArray[np.bool_], risk: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The area of one model under each of several weightings of its cases; ties count half.

    Parameters
    ----------
    y_true : numpy.ndarray of bool, shape (n,)
    risk : numpy.ndarray of float, shape (n,)
    weights : numpy.ndarray of float, shape (n, resamples)
        How often each case is in each resample, 0 or more.

    Returns
    -------
    numpy.ndarray of float, shape (resamples,)
        NaN where a class has no weight.

    Examples
    --------
    >>> y, once = np.array([True, True, False, False]), np.ones((4, 1))
    >>> weighted_aucs(y, np.array([0.9, 0.4, 0.6, 0.1]), once).tolist()
    [0.75]

    """
    events = np.flatnonzero(y_true)
    others = np.flatnonzero(~y_true)
    others = others[np.argsort(risk[others], kind="stable")]
    below = np.zeros((len(others) + 1, weights.shape[1]))
    np.cumsum(weights[others], axis=0, out=below[1:])
    left, right = (np.searchsorted(risk[others], risk[events], side) for side in ("left", "right"))
    weight = weights[events]
    above = np.einsum("ij,ij->j", weight, below[left] + below[right])
    pairs = 2 * weight.sum(axis=0) * below[-1]
    return np.divide(above, pairs, out=np.full(pairs.shape, math.nan), where=pairs > 0)


def _drawn(
    paired: PairedPredictions, found: Areas, known: list[int], bootstrap: int, seed: int
) -> tuple[NDArray[np.float64], str]:
    """Areas of the known models in each resample, shape (resamples, known), and how."""
    generator = np.random.default_rng(seed)
    is_clustered = paired.is_clustered
    if len(paired) > MOST_CASES:
        centre = [found.auc[place].value for place in known]
        drawn = generator.multivariate_normal(
            centre, found.covariance[np.ix_(known, known)], size=bootstrap, check_valid="ignore"
        )
        method = NORMAL.format(covariance="Obuchowski" if is_clustered else "DeLong")
        return np.clip(drawn, 0.0, 1.0), f"{bootstrap:,} {method}"
    _, patient = np.unique(paired.patient, return_inverse=True)
    patients = int(patient.max()) + 1
    parts = []
    for start in range(0, bootstrap, _STEP):
        size = min(_STEP, bootstrap - start)
        picked = generator.integers(patients, size=(size, patients))
        flat = (picked * size + np.arange(size)[:, None]).ravel()
        times = np.bincount(flat, minlength=patients * size).reshape(patients, size)
        weights = times[patient].astype(float)
        parts.append(
            np.stack(
                [weighted_aucs(paired.y_true, paired.risks[place], weights) for place in known],
                axis=1,
            )
        )
    drawn = np.concatenate(parts)
    method = BOOTSTRAP.format(unit="patient" if is_clustered else "case")
    return drawn[np.isfinite(drawn).all(axis=1)], f"{bootstrap:,}-fold {method}"


def _corrected(
    apparent: Estimate, honest: NDArray[np.float64], level: float, method: str
) -> Estimate:
    """The honest area with its interval; that of the apparent one where resamples agree."""
    if not len(honest):
        return not_estimable("no resample has both classes", level=level)
    if np.ptp(honest) < 1e-12:
        return apparent
    value = float(np.clip(honest.mean(), 0.0, 1.0))
    return clipped(percentile_interval(value, honest, level=level, method=method), 0.0, 1.0)
