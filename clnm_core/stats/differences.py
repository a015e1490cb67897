"""Do groups of cases differ in one variable, by how much, and is that more than chance?

Standardised mean differences and the tests of a Table 1, from sorted samples and counts, so
that a hundred thousand cases take milliseconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FEWEST_EXPECTED = 5.0
"""Expected count in a cell under which a two by two table takes Fisher's exact test."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """A p value and the name of its test; p is NaN and the name says why where there is none."""

    __test__ = False

    p: float
    name: str


NO_TEST = TestResult(float("nan"), "")
"""There is nothing to compare: no strata."""


def number_smd(samples: Sequence[NDArray[np.float64]]) -> float:
    """Largest absolute standardised mean difference of a number between any two samples.

    ``|m1 - m2| / sqrt((s1^2 + s2^2) / 2)``. Where neither sample varies it is 0 if the means
    agree and infinite if they do not. Samples of fewer than two
    values are left out; NaN where fewer than two are left.
    """
    moments = [
        (float(sample.mean()), float(sample.var(ddof=1))) for sample in samples if len(sample) > 1
    ]
    found = []
    for (mean_1, var_1), (mean_2, var_2) in combinations(moments, 2):
        gap, spread = abs(mean_1 - mean_2), np.sqrt((var_1 + var_2) / 2)
        found.append(gap / spread if spread > 0 else 0.0 if gap == 0 else np.inf)
    return float(max(found, default=np.nan))


def category_smd(counts: NDArray[np.int64]) -> float:
    """Largest absolute standardised difference of a category between any two strata.

    The Mahalanobis distance between the two rows of proportions, all levels but one (Yang and
    Dalton 2012); for two levels it is the usual difference of proportions over its spread.
    Infinite where the strata share no level; empty strata are left out.

    Parameters
    ----------
    counts : numpy.ndarray of int, shape (strata, levels)
        Known cases.

    Returns
    -------
    float
        0 or more; NaN where fewer than two strata have cases.

    """
    filled = [row / row.sum() for row in counts if row.sum() > 0]
    return float(max((_distance(a, b) for a, b in combinations(filled, 2)), default=np.nan))


def _distance(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    is_used = (first + second) > 0
    one, two = first[is_used][1:], second[is_used][1:]
    if not len(one):
        return 0.0
    spread_one, spread_two = (np.diag(p) - np.outer(p, p) for p in (one, two))
    covariance = (spread_one + spread_two) / 2
    gap = one - two
    weights = np.linalg.pinv(covariance, rcond=1e-12, hermitian=True) @ gap
    if not np.allclose(covariance @ weights, gap, atol=1e-9):
        return float("inf")
    return math.sqrt(max(float(gap @ weights), 0.0))


def mean_test(samples: Sequence[NDArray[np.float64]]) -> TestResult:
    """Welch's test that means are equal: t for two samples, analysis of variance for more.

    References
    ----------
    .. [1] Welch BL. On the comparison of several mean values. Biometrika 1951;38:330-336.
       doi:10.1093/biomet/38.3-4.330

    """
    if len(samples) < 2:
        return NO_TEST
    name = "Welch t" if len(samples) == 2 else "Welch ANOVA"
    if min(len(sample) for sample in samples) < 2:
        return TestResult(np.nan, f"{name}: not estimable, a stratum has under 2 values")
    n = np.array([len(sample) for sample in samples], dtype=float)
    means = np.array([sample.mean() for sample in samples])
    variances = np.array([sample.var(ddof=1) for sample in samples])
    if (variances == 0).any():
        return TestResult(np.nan, f"{name}: not estimable, a stratum does not vary")
    weights = n / variances
    centre = (weights * means).sum() / weights.sum()
    k = len(samples)
    unequal = ((1 - weights / weights.sum()) ** 2 / (n - 1)).sum()
    between = (weights * (means - centre) ** 2).sum() / (k - 1)
    f = between / (1 + 2 * (k - 2) / (k**2 - 1) * unequal)
    return TestResult(float(stats.f.sf(f, k - 1, (k**2 - 1) / (3 * unequal))), name)


def rank_test(ordered: NDArray[np.float64], codes: NDArray[np.int64], strata: int) -> TestResult:
    """Kruskal-Wallis test; for two strata the same as Mann-Whitney without continuity correction.

    Ties share their mean rank, and the statistic is corrected for them.

    Parameters
    ----------
    ordered : numpy.ndarray of float, shape (n,)
        Known values, sorted upwards.
    codes : numpy.ndarray of int, shape (n,)
        Stratum of each value; codes from ``strata`` on take no part.
    strata : int
        How many strata there are.

    """
    if strata < 2:
        return NO_TEST
    name = "Mann-Whitney" if strata == 2 else "Kruskal-Wallis"
    takes_part = codes < strata
    values, who = ordered[takes_part], codes[takes_part]
    sizes = np.bincount(who, minlength=strata)
    if (sizes == 0).any():
        return TestResult(np.nan, f"{name}: not estimable, a stratum has no values")
    n = len(values)
    starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    lengths = np.diff(np.append(starts, n))
    ranks = np.repeat(starts + (lengths + 1) / 2, lengths)
    ties = 1 - float((lengths.astype(float) ** 3 - lengths).sum()) / (float(n) ** 3 - n)
    if ties == 0:
        return TestResult(np.nan, f"{name}: not estimable, all values are equal")
    sums = np.bincount(who, weights=ranks - (n + 1) / 2, minlength=strata)
    h = 12 / (n * (n + 1)) * (sums**2 / sizes).sum() / ties
    return TestResult(float(stats.chi2.sf(h, strata - 1)), name)


def category_test(counts: NDArray[np.int64]) -> TestResult:
    """Pearson's chi-squared without continuity correction; Fisher's exact for small two by two.

    Levels that nobody has take no part. A larger table with an expected count under five in
    more than a fifth of its cells keeps chi-squared and says "sparse" (Cochran 1954,
    doi:10.2307/3001616).

    Parameters
    ----------
    counts : numpy.ndarray of int, shape (strata, levels)

    """
    if len(counts) < 2:
        return NO_TEST
    used = counts[:, counts.sum(axis=0) > 0].astype(float)
    if (counts.sum(axis=1) == 0).any():
        return TestResult(np.nan, "chi-squared: not estimable, a stratum has no values")
    if used.shape[1] < 2:
        return TestResult(np.nan, "chi-squared: not estimable, all values are equal")
    expected = used.sum(axis=1, keepdims=True) * used.sum(axis=0, keepdims=True) / used.sum()
    if used.shape == (2, 2) and expected.min() < FEWEST_EXPECTED:
        return TestResult(float(stats.fisher_exact(used.astype(int)).pvalue), "Fisher exact")
    statistic = ((used - expected) ** 2 / expected).sum()
    freedom = (used.shape[0] - 1) * (used.shape[1] - 1)
    is_sparse = (expected < FEWEST_EXPECTED).mean() > 0.2
    name = "chi-squared (sparse)" if is_sparse else "chi-squared"
    return TestResult(float(stats.chi2.sf(statistic, freedom)), name)
