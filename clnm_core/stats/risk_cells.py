"""What would an error of calibration have been, had the true curve been another one?

An error such as the ICI is a mean of absolute distances: chance alone makes it positive, the
more so the fewer the cases, so resamples of the cases show an error that is too large, and by
how much depends on the truth. Here the truth is moved instead, from "the risks are right" in
the direction of the curve that was seen and beyond, and for each truth the errors are drawn
that such data would show. An interval holds the truths that the measured error agrees with
(:mod:`clnm_core.stats.error_interval`).

The cases stand in bins of about equal size, each with a few of its cases as its points; the
work does not grow with the number of cases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, logit, ndtri
from scipy.stats import qmc

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.delong import fewer_patients
from clnm_core.stats.flexible_curve import FlexibleCurve, flexible_curve

BINS = 10
POINTS_PER_BIN = 5


@dataclass(frozen=True, eq=False, slots=True)
class RiskCells:
    """Bins of risk, points in them, and normal draws that stand for other patients.

    Parameters
    ----------
    curve : FlexibleCurve
        Fitted to all cases.
    n, fewer : int
        Cases, and patients with a case of the smaller class.
    independent : float
        Cases that would be as sure, had every patient one (Kish).
    size, excess : numpy.ndarray of float, shape (bins,)
        Cases of each bin, and their events less the sum of their risks.
    bin : numpy.ndarray of int, shape (points,)
        Bin of each point.
    risk, weight : numpy.ndarray of float, shape (points,)
        Of each point; the weights sum to 1.
    aim : numpy.ndarray of float, shape (points,)
        How far the curve lies from the risk, in log-odds.
    curve_draws : numpy.ndarray of float, shape (bootstrap, k)
        Standard normal errors of the curve, as they come together in patients.
    bin_draws : numpy.ndarray of float, shape (bootstrap, bins)
        The same of the bins.
    mix_draws : numpy.ndarray of float, shape (bootstrap,)
        Standard normal; other cases would have other risks.
    is_clustered : bool
        Whether any patient has several cases.

    """

    curve: FlexibleCurve
    n: int
    fewer: int
    independent: float
    size: NDArray[np.float64]
    excess: NDArray[np.float64]
    bin: NDArray[np.intp]
    risk: NDArray[np.float64]
    weight: NDArray[np.float64]
    aim: NDArray[np.float64]
    curve_draws: NDArray[np.float64]
    bin_draws: NDArray[np.float64]
    mix_draws: NDArray[np.float64]
    is_clustered: bool

    def truth(self, step: float) -> NDArray[np.float64]:
        """Share with the outcome at each point; the risk itself at step 0, as seen about 1."""
        return np.asarray(expit(self.curve.axis(self.risk) + step * self.aim))

    def drawn_distances(self, step: float) -> NDArray[np.float64]:
        """Distance of fitted curves from the risks, were this the truth.

        Linear in the probabilities, which follows refitted curves more closely than normal
        errors of log-odds do; as wide as Student's t with a degree of freedom per case of the
        smaller class.

        Returns
        -------
        numpy.ndarray of float, shape (bootstrap, points)

        """
        truth = self.truth(step)
        spread = truth * (1 - truth)
        basis = self.curve.basis(self.risk)
        root = _inverse_root(basis.T @ (basis * (self.n * self.weight * spread)[:, None]))
        wider = math.sqrt(self.fewer / (self.fewer - 2)) if self.fewer > 3 else math.sqrt(3)
        errors = self.curve_draws @ (wider * (spread[:, None] * basis) @ root).T
        return np.asarray(np.abs(truth - self.risk + errors))

    def mix_errors(self, step: float) -> NDArray[np.float64]:
        """Errors of a mean distance because other cases have other risks, shape (bootstrap,)."""
        distance = np.abs(self.truth(step) - self.risk)
        variance = distance**2 @ self.weight - (distance @ self.weight) ** 2
        return self.mix_draws * math.sqrt(max(float(variance), 0.0) / self.independent)

    def bin_distances(self, step: float) -> NDArray[np.float64]:
        """Mean distance of the truth from the risk in each bin, signed, shape (bins,)."""
        return self._bin_means(self.truth(step) - self.risk)

    def drawn_bin_distances(self, step: float) -> NDArray[np.float64]:
        """Distance of events from risks in each bin, shape (bootstrap, bins), were this true."""
        truth = self.truth(step)
        error = np.sqrt(self._bin_means(truth * (1 - truth)) / self.size)
        return np.abs(self._bin_means(truth - self.risk) + self.bin_draws * error)

    def _bin_means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values.reshape(len(self.size), POINTS_PER_BIN).mean(axis=1)


def risk_cells(
    predictions: Predictions, *, bootstrap: int, seed: int, bins: int = BINS
) -> RiskCells:
    """Sort the cases into bins, fit their curve, and draw errors.

    Parameters
    ----------
    predictions : Predictions
        Of at least one case.
    bootstrap : int
        Draws, 0 or more; scrambled Halton points, which need fewer than random ones.
    seed : int
        Start of the scrambling.
    bins : int
        At most; fewer where risks are tied.

    Raises
    ------
    ValueError
        If ``bins`` is below 1 or ``bootstrap`` below 0.

    """
    if bins < 1:
        raise ValueError(f"bins must be 1 or more; got {bins!r}.")
    if bootstrap < 0:
        raise ValueError(f"bootstrap must be 0 or more; got {bootstrap!r}.")
    risk, n = predictions.risk, len(predictions)
    _, in_bin = np.unique(quantile_bin(risk, bins), return_inverse=True)
    size = np.bincount(in_bin).astype(float)
    residual = predictions.y_true - risk
    excess = np.bincount(in_bin, weights=residual).astype(float)
    place = (np.arange(POINTS_PER_BIN) + 0.5) / POINTS_PER_BIN
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    chosen = (first[:, None] + np.floor(place * size[:, None])).astype(np.intp).ravel()
    points = np.sort(risk)[chosen]
    bin_of_point = np.repeat(np.arange(len(size)), POINTS_PER_BIN)
    curve = flexible_curve(predictions)
    k = 2 if curve.reason else len(curve.fit.coefficients)
    draws = np.empty((0, k + len(size) + 1))
    if bootstrap:
        draws = ndtri(qmc.Halton(k + len(size) + 1, seed=seed).random(bootstrap))
    curve_draws, bin_draws = draws[:, :k], draws[:, k:-1]
    weight = (size / n / POINTS_PER_BIN)[bin_of_point]
    if predictions.is_clustered:
        bin_draws = bin_draws @ _bin_root(residual - (excess / size)[in_bin], in_bin,
                                          predictions.patient).T  # fmt: skip
        if not curve.reason:
            curve_draws = curve_draws @ _curve_root(curve, points, weight).T
    return RiskCells(
        curve,
        n,
        fewer_patients(predictions),
        n**2 / float(np.square(np.bincount(predictions.patient)).sum()),
        size,
        excess,
        bin_of_point,
        points,
        weight,
        _aim(curve, points, bin_of_point, size, excess),
        curve_draws,
        bin_draws,
        draws[:, -1],
        predictions.is_clustered,
    )


def quantile_bin(risk: NDArray[np.float64], bins: int) -> NDArray[np.intp]:
    """Bin of each risk, from 0; a bin contains its upper end, and equal risks share one."""
    if not len(risk):
        return np.empty(0, dtype=np.intp)
    return np.searchsorted(np.quantile(risk, np.arange(1, bins) / bins), risk)


def _aim(
    curve: FlexibleCurve,
    points: NDArray[np.float64],
    bin_of_point: NDArray[np.intp],
    size: NDArray[np.float64],
    excess: NDArray[np.float64],
) -> NDArray[np.float64]:
    """From the risks towards the curve, whose bends count by how surely they are there.

    Bends that chance explains (their Wald statistic is what its degrees of freedom are) are
    taken out, larger ones nearly kept (James and Stein); without a curve the direction is
    that of the bins, half an event being added to each side.
    """
    x = curve.axis(points)
    if curve.reason:
        mean_risk = np.bincount(bin_of_point, weights=expit(x)) / POINTS_PER_BIN
        expected = size * mean_risk
        seen = np.clip(expected + excess, 0, size)
        shift = logit((seen + 0.5) / (size + 1)) - logit((expected + 0.5) / (size + 1))
        return np.asarray(shift[bin_of_point])
    coefficients, covariance = curve.fit.coefficients.copy(), curve.fit.covariance
    bends = coefficients[2:]
    if len(bends):
        # Few cases can leave a bend that the others already make: then there is no inverse.
        across = np.linalg.pinv(covariance[2:, 2:], hermitian=True) @ bends
        statistic = float(bends @ across)
        kept = 1 - len(bends) / statistic if statistic > len(bends) else 0.0
        coefficients += covariance[:, 2:] @ across * (kept - 1)
    return np.asarray(curve.basis(points) @ coefficients - x)


def _bin_root(
    residual: NDArray[np.float64], in_bin: NDArray[np.intp], patient: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Root of the correlation of the bins' errors, above what independent cases would have."""
    own = sparse.csr_matrix((residual, (patient, in_bin)))
    patients = int((np.bincount(patient) > 0).sum())
    together = (own.T @ own).toarray() * patients / max(patients - 1, 1)
    alone = np.sqrt(np.maximum(np.bincount(in_bin, weights=residual**2), 1e-12))
    return _root(together / np.outer(alone, alone))


def _curve_root(
    curve: FlexibleCurve, points: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Root of the sandwich's excess over the information, on the scale of the draws."""
    basis, observed = curve.basis(points), curve.observed(points)
    spread = curve.n * weight * observed * (1 - observed)
    unit = np.linalg.pinv(_inverse_root(basis.T @ (basis * spread[:, None])))
    return _root(unit @ curve.fit.covariance @ unit.T)


def _inverse_root(information: NDArray[np.float64]) -> NDArray[np.float64]:
    """``r`` with ``r @ r.T`` the inverse; columns of any scale, nearly singular or not."""
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    least = max(1e-6 * values[-1], 1e-12)
    return np.asarray(vectors / np.sqrt(np.maximum(values, least)) / scale[:, None])


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
