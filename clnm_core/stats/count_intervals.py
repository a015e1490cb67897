"""How sure are measures of the four counts of a confusion matrix?

A measure depends on the counts alone; how surely it is known depends on which counts come
together in one patient, too. Both are in the counts and their :func:`scatter`: no resample
is drawn, and a slider needs no row.

Coverage under simulation is in ``benchmarks/COVERAGE.md``: a percentile bootstrap of F1 and
MCC covered less than 93 % with 20 events, and these cover 93-97 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from clnm_core.stats.uncertainty import (
    Estimate,
    critical_value,
    not_estimable,
    student_value,
    wilson_bounds,
)

CELLS = 4
TN, FN, FP, TP = range(CELLS)
"""Places of the counts: true and false negatives, false and true positives."""

SHARES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "sensitivity": ((TP,), (TP, FN)),
    "specificity": ((TN,), (TN, FP)),
    "ppv": ((TP,), (TP, FP)),
    "npv": ((TN,), (TN, FN)),
    "accuracy": ((TP, TN), (TP, TN, FP, FN)),
    "flag_rate": ((TP, FP), (TP, TN, FP, FN)),
}
"""Measures that are shares of cases: which cells count, among which."""

_JACCARD = ((TP,), (TP, FP, FN))
"""The share that F1 is an increasing function of: ``2 s / (1 + s)``."""

_UNDEFINED = {
    "sensitivity": "no events",
    "specificity": "no non-events",
    "ppv": "no case is flagged at this threshold",
    "npv": "every case is flagged at this threshold",
    "accuracy": "no cases",
    "f1": "no events and no case flagged",
    "balanced_accuracy": "one class only",
    "mcc": "one class only, or every case gets the same call",
    "flag_rate": "no cases",
}


@dataclass(frozen=True, eq=False, slots=True)
class Scatter:
    """Four counts and how they vary from patient to patient.

    Parameters
    ----------
    counts : numpy.ndarray of float, shape (4,)
        True negatives, false negatives, false positives, true positives.
    products : numpy.ndarray of float, shape (4, 4)
        Sum over the patients of the outer product of their own counts; the diagonal of the
        counts where every case is a patient.
    patients : int
        How many there are.
    is_clustered : bool
        Whether any patient has several cases.

    """

    counts: NDArray[np.float64]
    products: NDArray[np.float64]
    patients: int
    is_clustered: bool

    def covariance(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        """Covariance of two numbers from their derivatives by the counts, each shape (4,)."""
        factor = self.patients / (self.patients - 1) if self.is_clustered else 1.0
        return float(a @ self.products @ b) * factor


def scatter(cell: NDArray[np.intp], patient: NDArray[np.int64] | None = None) -> Scatter:
    """Count the cells, and what comes together in one patient.

    Parameters
    ----------
    cell : numpy.ndarray of int, shape (n,)
        ``TN``, ``FN``, ``FP`` or ``TP`` of each case.
    patient : numpy.ndarray of int, shape (n,), or None
        Code of the patient of each case; ``None`` where every case is a patient.

    """
    counts = np.bincount(cell, minlength=CELLS).astype(float)
    if patient is None:
        return scatter_of(counts)
    own = sparse.csr_matrix((np.ones(len(cell)), (patient, cell)), (patient.max() + 1, CELLS))
    patients = int((np.bincount(patient) > 0).sum())
    return Scatter(counts, (own.T @ own).toarray(), patients, is_clustered=True)


def scatter_of(counts: NDArray[np.float64]) -> Scatter:
    """As :func:`scatter` where every case is a patient, from the counts alone."""
    return Scatter(counts, np.diag(counts), int(counts.sum()), is_clustered=False)


def count_measures(seen: Scatter, *, level: float = 0.95) -> dict[str, Estimate]:
    """Every measure of the four counts with its interval, in the order of a report.

    Shares of cases have Wilson's interval. F1 is an increasing function of the share of true
    positives among all cases but the true negatives, whose Wilson interval is carried over.
    The interval of balanced accuracy joins those of sensitivity and specificity (MOVER). That
    of the Matthews correlation is symmetric on Fisher's z, by the delta method, with half a
    case added to each count. Where patients have several cases, Wilson's number of trials is
    the number of independent cases that would be as sure (Rao and Scott), and quantiles are
    Student's with one degree of freedom less than there are patients.

    References
    ----------
    .. [1] Wilson EB. J Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953
    .. [2] Rao JNK, Scott AJ. A simple method for the analysis of clustered binary data.
       Biometrics 1992;48:577-585. doi:10.2307/2532311
    .. [3] Zou GY, Donner A. Stat Med 2008;27:1693-1702. doi:10.1002/sim.3095
    .. [4] Matthews BW. Biochim Biophys Acta 1975;405:442-451.
       doi:10.1016/0005-2795(75)90109-9

    """
    critical_value(level)
    values = count_values(seen.counts)
    if seen.is_clustered and seen.patients < 2:
        return {name: not_estimable("one patient only", level=level) for name in values}
    words = ", patient-clustered" if seen.is_clustered else ""
    bounds = {name: _share(seen, cells, level) for name, cells in SHARES.items()}
    share_low, share_high = _share(seen, _JACCARD, level)
    bounds["f1"] = 2 * share_low / (1 + share_low), 2 * share_high / (1 + share_high)
    bounds["balanced_accuracy"] = _joined(seen, bounds["sensitivity"], bounds["specificity"])
    bounds["mcc"] = _fisher(seen, level)
    methods = {
        **dict.fromkeys(SHARES, "Wilson"),
        "f1": "Wilson for the share of true positives among all but true negatives",
        "balanced_accuracy": "Wilson for sensitivity and specificity, joined (MOVER)",
        "mcc": "delta method, Fisher's z, half a case added to each count",
    }
    found = {}
    for name, value in values.items():
        if math.isnan(value):
            found[name] = not_estimable(_UNDEFINED[name], level=level)
        else:
            low, high = min(bounds[name][0], value), max(bounds[name][1], value)
            found[name] = Estimate(value, low, high, level, methods[name] + words)
    return found


def count_values(counts: NDArray[np.float64]) -> dict[str, float]:
    """Each measure, in the order of a report; NaN where its denominator is zero.

    Examples
    --------
    >>> count_values(np.array([9.0, 2.0, 1.0, 8.0]))["accuracy"]
    0.85

    """
    shares = {name: _ratio(_sum(counts, some), _sum(counts, among))
              for name, (some, among) in SHARES.items()}  # fmt: skip
    tn, fn, fp, tp = counts.tolist()
    margins = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return {
        **{name: shares[name] for name in SHARES if name != "flag_rate"},
        "f1": _ratio(2 * tp, 2 * tp + fp + fn),
        "balanced_accuracy": (shares["sensitivity"] + shares["specificity"]) / 2,
        "mcc": _ratio(tp * tn - fp * fn, math.sqrt(margins)),
        "flag_rate": shares["flag_rate"],
    }


def _share(
    seen: Scatter, cells: tuple[tuple[int, ...], tuple[int, ...]], level: float
) -> tuple[float, float]:
    """Wilson's bounds of a share of cells, on as many trials as are independent."""
    some, among = (_places(places) for places in cells)
    n = float(among @ seen.counts)
    if n == 0:
        return math.nan, math.nan
    value = float(some @ seen.counts) / n
    trials = n
    if seen.is_clustered:
        slope = (some - value * among) / n
        variance = seen.covariance(slope, slope)
        # Where all cases are alike there is no variance to see, and patients of equal size count.
        alike = n**2 / float(among @ seen.products @ among)
        sure = value * (1 - value) / variance if variance > 0 else alike
        trials = (
            min(sure, n) * (critical_value(level) / student_value(level, seen.patients - 1)) ** 2
        )
    low, high = wilson_bounds(value * trials, trials, level=level)
    return float(low), float(high)


def _joined(
    seen: Scatter, sensitivity: tuple[float, float], specificity: tuple[float, float]
) -> tuple[float, float]:
    """Bounds of the mean of two shares from the bounds of each."""
    values, slopes = [], []
    for name in ("sensitivity", "specificity"):
        some, among = (_places(places) for places in SHARES[name])
        n = float(among @ seen.counts)
        if n == 0:
            return math.nan, math.nan
        values.append(float(some @ seen.counts) / n)
        slopes.append((some - values[-1] * among) / n)
    spread = math.sqrt(
        seen.covariance(slopes[0], slopes[0]) * seen.covariance(slopes[1], slopes[1])
    )
    together = seen.covariance(*slopes) / spread if spread > 0 else 0.0
    ends = []
    for side, sign in ((0, -1), (1, 1)):
        a, b = abs(values[0] - sensitivity[side]), abs(values[1] - specificity[side])
        reach = math.sqrt(max(a * a + b * b + 2 * together * a * b, 0.0))
        ends.append((values[0] + values[1] + sign * reach) / 2)
    return max(ends[0], 0.0), min(ends[1], 1.0)


def _fisher(seen: Scatter, level: float) -> tuple[float, float]:
    """Bounds of the Matthews correlation."""
    counts = seen.counts + 0.5
    tn, fn, fp, tp = counts.tolist()
    events, others, flagged, rest = tp + fn, tn + fp, tp + fp, tn + fn
    size = math.sqrt(events * others * flagged * rest)
    value = (tp * tn - fp * fn) / size
    slope = np.array([tp, -fp, -fn, tn]) / size - value / 2 * np.array(
        [
            1 / others + 1 / rest,
            1 / events + 1 / rest,
            1 / others + 1 / flagged,
            1 / events + 1 / flagged,
        ]
    )
    smoothed = Scatter(counts, seen.products + np.eye(CELLS) / 2, seen.patients, seen.is_clustered)
    quantile = critical_value(level)
    if seen.is_clustered:
        quantile = student_value(level, seen.patients - 1)
    reach = quantile * math.sqrt(smoothed.covariance(slope, slope)) / (1 - value**2)
    return math.tanh(math.atanh(value) - reach), math.tanh(math.atanh(value) + reach)


def _places(places: tuple[int, ...]) -> NDArray[np.float64]:
    return np.bincount(places, minlength=CELLS).astype(float)


def _sum(counts: NDArray[np.float64], places: tuple[int, ...]) -> float:
    return float(counts[list(places)].sum())


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else math.nan
