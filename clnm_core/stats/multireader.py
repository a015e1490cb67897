"""Would other readers, of other cases, show the same difference?

The analysis of Obuchowski and Rockette, with the degrees of freedom of Hillis. Every question
about readers is asked of one number per reader: the reader's figure of merit, the reader's
gain from the model, or the model's lead over the reader. These numbers differ because readers
differ and because they were taken on the same limited cases; both count where readers are a
sample, the cases alone where the answer is meant for these readers only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from clnm_core.stats.reader_merit import Merits
from clnm_core.stats.uncertainty import (
    Estimate,
    clipped,
    critical_value,
    logit_interval,
    not_estimable,
)

Sample = Literal["random", "fixed"]
"""Whether readers are a sample of readers in general, or the only ones that are meant."""

_RANDOM = "Obuchowski-Rockette, random readers"
_FIXED = "Obuchowski-Rockette, these readers only"

_TINY = 1e-14
"""Variances below this are rounding."""


@dataclass(frozen=True, slots=True)
class ReaderAverage:
    """A number averaged over readers.

    Parameters
    ----------
    estimate : Estimate
        The average; without an interval where nothing varies, and the method then says so.
    p : float
        Two-sided, of an average of zero; NaN where there is no interval.
    df : float
        Degrees of freedom of the interval; infinite where it is normal.
    readers : int
        How many readers were averaged.

    """

    estimate: Estimate
    p: float
    df: float
    readers: int


def mean_reader(
    merits: Merits, readers: Sequence[int], *, sample: Sample = "random", level: float = 0.95
) -> ReaderAverage:
    """The figure of merit of the average reader; its interval is symmetric in the log-odds.

    Near 1, where good readers are, an interval that is symmetric in the figure itself covers
    too seldom.

    Parameters
    ----------
    merits : Merits
        Of k readings.
    readers : sequence of int
        Which of the readings are averaged; one per reader.
    sample : {"random", "fixed"}
    level : float
        Confidence, between 0 and 1.

    """
    chosen = np.asarray(readers, dtype=int)
    found = average(
        merits.values[chosen],
        merits.covariance[np.ix_(chosen, chosen)],
        sample=sample,
        level=level,
    )
    estimate = found.estimate
    if math.isnan(estimate.low) or not 0 < estimate.value < 1:
        return found
    error = (estimate.high - estimate.value) / critical_value(level)
    method = f"{estimate.method}, logit"
    return replace(
        found, estimate=logit_interval(estimate.value, error, level=level, method=method)
    )


def reader_difference(
    merits: Merits,
    first: Sequence[int],
    second: Sequence[int],
    *,
    sample: Sample = "random",
    level: float = 0.95,
) -> ReaderAverage:
    """How much better the first readings are than the second, averaged over readers.

    Two readings of each reader give the effect of aid; with one model as the first (or second)
    of every pair it is the standalone comparison of a model with the average reader.

    Parameters
    ----------
    merits : Merits
        Of k readings.
    first, second : sequence of int, shape (readers,)
        The two readings that are set against each other, reader by reader.
    sample : {"random", "fixed"}
    level : float
        Confidence, between 0 and 1.

    Raises
    ------
    ValueError
        If the sequences differ in length.

    """
    if len(first) != len(second):
        raise ValueError(f"first and second must pair up; got {len(first)} and {len(second)}.")
    contrast = np.zeros((len(first), len(merits.values)))
    rows = np.arange(len(first))
    contrast[rows, np.asarray(first, dtype=int)] += 1
    contrast[rows, np.asarray(second, dtype=int)] -= 1
    covariance = contrast @ merits.covariance @ contrast.T
    found = average(contrast @ merits.values, covariance, sample=sample, level=level)
    return replace(found, estimate=clipped(found.estimate, -1.0, 1.0))


def average(
    values: NDArray[np.float64],
    covariance: NDArray[np.float64],
    *,
    sample: Sample = "random",
    level: float = 0.95,
) -> ReaderAverage:
    """The average of one number per reader, all taken on the same cases.

    With random readers the variance of the average of J readers is
    ``(MS + max(J * cov, 0)) / J``, where MS is the variance between readers and cov the mean
    covariance of two readers over cases; Hillis' degrees of freedom are
    ``(MS + max(J * cov, 0))**2 / (MS**2 / (J - 1))``. For the differences of two modalities
    this is the test of Obuchowski and Rockette with ``MS = 2 MS(TR)`` and
    ``cov = 2 (Cov2 - Cov3)``. With fixed readers the variance is the mean of all elements of
    the covariance, and the interval is normal. Readers in general cannot be known better than
    these readers: where chance makes the first interval narrower (readers who happen to be
    alike), the second is given for both.

    Parameters
    ----------
    values : numpy.ndarray of float, shape (readers,)
    covariance : numpy.ndarray of float, shape (readers, readers)
        Over cases, for these readers.
    sample : {"random", "fixed"}
    level : float
        Confidence, between 0 and 1.

    References
    ----------
    .. [1] Obuchowski NA, Rockette HE. Commun Stat Simul Comput 1995;24:285-308.
       doi:10.1080/03610919508813243
    .. [2] Hillis SL. A comparison of denominator degrees of freedom methods for multiple
       observer ROC analysis. Stat Med 2007;26:596-619. doi:10.1002/sim.2532
    .. [3] Hillis SL. A marginal-mean ANOVA approach for analyzing multireader multicase
       radiological imaging data. Stat Med 2014;33:330-360. doi:10.1002/sim.5926

    """
    readers = len(values)
    if readers == 0:
        return _none("no readers", readers, level)
    if np.isnan(values).any() or np.isnan(covariance).any():
        return _none("fewer than two patients with the outcome or without", readers, level)
    for_these = _interval(
        float(values.mean()), float(covariance.mean()), math.inf, readers, level, _FIXED
    )
    if sample == "fixed":
        return for_these
    if readers == 1:
        return _none("one reader cannot speak for readers in general", readers, level)
    between = float(values.var(ddof=1))
    shared = float((covariance.sum() - np.trace(covariance)) / (readers - 1))
    together = between + max(shared, 0.0)
    df = together**2 / (between**2 / (readers - 1)) if between > _TINY else math.inf
    found = _interval(float(values.mean()), together / readers, df, readers, level, _RANDOM)
    is_wider = _width(for_these) > _width(found) or math.isnan(found.p)
    return for_these if is_wider and not math.isnan(for_these.p) else found


def _interval(
    mean: float, variance: float, df: float, readers: int, level: float, method: str
) -> ReaderAverage:
    if variance <= _TINY:
        words = "no interval: the figures vary neither between readers nor over cases"
        estimate = Estimate(mean, math.nan, math.nan, level, words)
        return ReaderAverage(estimate, math.nan, df, readers)
    error = math.sqrt(variance)
    reach = float(student.ppf(0.5 + level / 2, df)) * error
    p = 2 * float(student.sf(abs(mean) / error, df))
    return ReaderAverage(Estimate(mean, mean - reach, mean + reach, level, method), p, df, readers)


def _width(found: ReaderAverage) -> float:
    return found.estimate.high - found.estimate.low


def _none(reason: str, readers: int, level: float) -> ReaderAverage:
    return ReaderAverage(not_estimable(reason, level=level), math.nan, math.nan, readers)
