"""Do the groups of a column differ at all, in how the risks come true or how they rank?

Three tests per column, each of all groups at once: whether the risks are off by the same
amount, whether the outcome follows them equally steeply, and whether they rank equally well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, logit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc as area_of
from clnm_core.stats.discrimination import auc_variance
from clnm_core.stats.group_recalibration import Line, fit_line, patient_scores, sandwich
from clnm_core.stats.group_result import FEWEST
from clnm_core.stats.groups import Grouping
from clnm_core.stats.uncertainty import NOT_ESTIMABLE

LEVEL, SLOPE, AREA = "calibration level", "calibration slope", "auc"
"""What may differ: the intercept of each group in a recalibration with one slope; its slope
beside its own intercept; its AUC."""


@dataclass(frozen=True, slots=True)
class GroupTest:
    """Whether all groups of a column are alike in one respect.

    Parameters
    ----------
    column : str
    of : str
        ``calibration level``, ``calibration slope`` or ``auc``.
    statistic : float
        Chi-squared; NaN where there is no test.
    df : int
        Degrees of freedom: groups that are compared, less one.
    p : float
    groups : int
        Groups that are compared.
    left_out : tuple of str
        Scored groups that cannot enter this test (one class only, one risk for all, ...).
    method : str
        The test, or ``not estimable`` with the reason.

    """

    column: str
    of: str
    statistic: float
    df: int
    p: float
    groups: int
    left_out: tuple[str, ...]
    method: str


def group_tests(
    predictions: Predictions, grouping: Grouping, *, fewest: int = FEWEST
) -> tuple[GroupTest, GroupTest, GroupTest]:
    """Test whether the groups differ in calibration level, calibration slope and AUC.

    Calibration is a logistic regression of the outcome on the log-odds of the risk, with an
    intercept for each group; the level test compares it with one intercept for all, the
    slope test with a model that also has a slope for each group. Both are likelihood-ratio
    tests; where patients have several cases they are Wald tests with the sandwich by patient
    (Liang and Zeger). The log-odds of the AUCs are compared by the weighted squares of
    their distances from their weighted mean (Cochran's Q), with DeLong's or Obuchowski's
    variances, as if groups had no patient in common.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    grouping : Grouping
        Of the same cases.
    fewest : int
        Groups with fewer cases take no part.

    Returns
    -------
    tuple of GroupTest
        Of level, slope and AUC, in this order; without two groups to compare, or where a
        risk is exactly 0 or 1 (no log-odds), ``p`` is NaN and ``method`` says why.

    References
    ----------
    .. [1] Vergouwe Y, et al. A closed testing procedure to select an appropriate method for
       updating prediction models. Stat Med 2017;36:4529-4539. doi:10.1002/sim.7179
    .. [2] Liang KY, Zeger SL. Longitudinal data analysis using generalized linear models.
       Biometrika 1986;73:13-22. doi:10.1093/biomet/73.1.13
    .. [3] Cochran WG. The combination of estimates from different experiments. Biometrics
       1954;10:101-129. doi:10.2307/3001666

    """
    scored = np.flatnonzero(grouping.sizes >= fewest)
    ends = int(((predictions.risk == 0) | (predictions.risk == 1)).sum())
    if ends:
        have = "risk is" if ends == 1 else "risks are"
        reason = f"{ends:,} {have} exactly 0 or 1, which have no log-odds"
        level, slope = (_untested(grouping, of, reason) for of in (LEVEL, SLOPE))
    else:
        log_odds = logit(predictions.risk)
        both, sloped = [], []
        for g in scored:
            mask = grouping.codes == g
            x, y = log_odds[mask], predictions.y_true[mask]
            if y.any() and not y.all():
                both.append(g)
                if _has_slope(x, y):
                    sloped.append(g)
        if sloped:
            level = _level_test(predictions, grouping, log_odds, scored, both)
        else:
            level = _untested(grouping, LEVEL, "no group in which a slope exists")
        slope = _slope_test(predictions, grouping, log_odds, scored, sloped)
    return level, slope, _area_test(predictions, grouping, scored)


def _level_test(
    predictions: Predictions,
    grouping: Grouping,
    log_odds: NDArray[np.float64],
    scored: NDArray[np.intp],
    used: list[np.intp],
) -> GroupTest:
    left_out = _names(grouping, scored, used)
    if len(used) < 2:
        return _untested(grouping, LEVEL, "fewer than two groups with both classes", left_out)
    cases, code = _cases_of(grouping, used)
    x, y = log_odds[cases], predictions.y_true[cases]
    apart = fit_line(x, y, code, len(used))
    together = fit_line(x, y, np.zeros_like(code), 1)
    if apart is None or together is None:
        return _untested(grouping, LEVEL, "the logistic regression does not converge", left_out)
    if not predictions.is_clustered:
        statistic = 2 * (apart.log_likelihood - together.log_likelihood)
        return _tested(grouping, LEVEL, statistic, len(used), left_out, "likelihood-ratio test")
    residual = y - apart.risk
    slope_column = np.full(len(code), len(used))
    scores = patient_scores(
        predictions.patient[cases],
        [(code, residual), (slope_column, residual * x)],
        len(used) + 1,
    )
    covariance = sandwich(apart.information, scores, len(code))
    return _wald(grouping, LEVEL, apart.beta[:-1], covariance[:-1, :-1], left_out)


def _slope_test(
    predictions: Predictions,
    grouping: Grouping,
    log_odds: NDArray[np.float64],
    scored: NDArray[np.intp],
    sloped: list[np.intp],
) -> GroupTest:
    fits: dict[np.intp, Line] = {}
    for g in sloped:
        mask = grouping.codes == g
        one = np.zeros(int(mask.sum()), dtype=np.intp)
        fit = fit_line(log_odds[mask], predictions.y_true[mask], one, 1)
        if fit is not None:
            fits[g] = fit
    used = list(fits)
    left_out = _names(grouping, scored, used)
    if len(used) < 2:
        return _untested(grouping, SLOPE, "fewer than two groups in which a slope exists", left_out)
    cases, code = _cases_of(grouping, used)
    x, y = log_odds[cases], predictions.y_true[cases]
    if not predictions.is_clustered:
        common = fit_line(x, y, code, len(used))
        if common is None:
            return _untested(grouping, SLOPE, "the logistic regression does not converge", left_out)
        statistic = 2 * (sum(fit.log_likelihood for fit in fits.values()) - common.log_likelihood)
        return _tested(grouping, SLOPE, statistic, len(used), left_out, "likelihood-ratio test")
    risk = np.empty(len(x))
    information = np.zeros((2 * len(used), 2 * len(used)))
    for place, fit in enumerate(fits.values()):
        risk[code == place] = fit.risk
        block = slice(2 * place, 2 * place + 2)
        information[block, block] = fit.information
    residual = y - risk
    scores = patient_scores(
        predictions.patient[cases],
        [(2 * code, residual), (2 * code + 1, residual * x)],
        2 * len(used),
    )
    covariance = sandwich(information, scores, len(code))[1::2, 1::2]
    slopes = np.array([fit.beta[1] for fit in fits.values()])
    return _wald(grouping, SLOPE, slopes, covariance, left_out)


def _area_test(predictions: Predictions, grouping: Grouping, scored: NDArray[np.intp]) -> GroupTest:
    found = {}
    for g in scored:
        members = predictions.where(grouping.codes == g)
        variance = auc_variance(members)
        if variance > 0:
            found[g] = (area_of(members).value, variance)
    left_out = _names(grouping, scored, list(found))
    if len(found) < 2:
        return _untested(grouping, AREA, "fewer than two groups with a variance", left_out)
    area, variance_of = np.array(list(found.values())).T
    log_odds, weight = logit(area), np.square(area * (1 - area)) / variance_of
    statistic = float(weight @ np.square(log_odds - weight @ log_odds / weight.sum()))
    variances = "Obuchowski's" if predictions.is_clustered else "DeLong's"
    method = f"homogeneity of log-odds (chi-squared), {variances} variances"
    return _tested(grouping, AREA, statistic, len(found), left_out, method)


def _wald(
    grouping: Grouping,
    of: str,
    beta: NDArray[np.float64],
    covariance: NDArray[np.float64],
    left_out: tuple[str, ...],
) -> GroupTest:
    """All coefficients against the first."""
    contrast = np.column_stack([-np.ones(len(beta) - 1), np.eye(len(beta) - 1)])
    apart, spread = contrast @ beta, contrast @ covariance @ contrast.T
    if not np.isfinite(spread).all() or np.linalg.matrix_rank(spread, hermitian=True) < len(apart):
        return _untested(grouping, of, "too few patients for a sandwich", left_out)
    statistic = float(apart @ np.linalg.solve(spread, apart))
    method = "Wald test, patient-clustered sandwich"
    return _tested(grouping, of, statistic, len(beta), left_out, method)


def _tested(
    grouping: Grouping,
    of: str,
    statistic: float,
    groups: int,
    left_out: tuple[str, ...],
    method: str,
) -> GroupTest:
    statistic = max(statistic, 0.0)
    p = float(chdtrc(groups - 1, statistic))
    return GroupTest(grouping.column, of, statistic, groups - 1, p, groups, left_out, method)


def _untested(
    grouping: Grouping, of: str, reason: str, left_out: tuple[str, ...] = ()
) -> GroupTest:
    method = f"{NOT_ESTIMABLE}: {reason}"
    return GroupTest(grouping.column, of, math.nan, 0, math.nan, 0, left_out, method)


def _cases_of(
    grouping: Grouping, used: list[np.intp]
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which cases are in the groups, and their groups counted anew from 0."""
    place = np.full(len(grouping.levels), -1, dtype=np.intp)
    place[used] = np.arange(len(used))
    code = place[grouping.codes]
    return code >= 0, code[code >= 0]


def _names(grouping: Grouping, scored: NDArray[np.intp], used: list[np.intp]) -> tuple[str, ...]:
    return tuple(grouping.levels[g] for g in scored if g not in used)


def _has_slope(x: NDArray[np.float64], y: NDArray[np.bool_]) -> bool:
    """Whether the risks of both classes differ and no threshold separates them completely."""
    if x.min() == x.max():
        return False
    return bool(x[y].min() < x[~y].max() and x[y].max() > x[~y].min())
