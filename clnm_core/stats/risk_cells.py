"""How would calibration have come out with other patients, or with honest risks?

Cases are sorted once into quantile cells of their risk. Resampled cells stand for other
patients; cells whose events are drawn from the risks themselves stand for a model that is
perfectly calibrated, whose measured error is still above zero, by chance alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.resampling import NO_RESAMPLES, reflected_interval, resampled_counts
from clnm_core.stats.uncertainty import Estimate, clipped

QUANTILES = 100
"""Cells that stand for the rows."""


@dataclass(frozen=True, eq=False, slots=True)
class RiskCells:
    """Cases and events per cell of risk, as seen and as they might have been.

    Parameters
    ----------
    cell : numpy.ndarray of int, shape (n,)
        Cell of each case.
    quantile : numpy.ndarray of int, shape (cells,)
        Which quantile each cell is, from 0; empty ones are left out.
    mean_risk : numpy.ndarray of float, shape (cells,)
    trials, events : numpy.ndarray of float, shape (1 + bootstrap, cells)
        Cases and events; the first row as seen, the others resampled.
    honest : numpy.ndarray of float, shape (bootstrap, cells)
        Events drawn from the mean risk of each cell, the cases being as seen.
    method : str
        Name of the interval.

    """

    cell: NDArray[np.intp]
    quantile: NDArray[np.intp]
    mean_risk: NDArray[np.float64]
    trials: NDArray[np.float64]
    events: NDArray[np.float64]
    honest: NDArray[np.float64]
    method: str

    def interval(
        self,
        value: float,
        errors: NDArray[np.float64],
        honest_errors: NDArray[np.float64],
        level: float,
    ) -> Estimate:
        """A calibration error with its interval, in [0, 1].

        The basic bootstrap; it starts at 0 where a perfectly calibrated model would show
        an error this large by chance.

        Parameters
        ----------
        value : float
            The error from all cases.
        errors : numpy.ndarray of float, shape (1 + bootstrap,)
            The error of the cells, as seen and resampled.
        honest_errors : numpy.ndarray of float, shape (bootstrap,)
            The error of perfectly calibrated cells.
        level : float
            Confidence, between 0 and 1.

        """
        centre = float(errors[0])
        estimate = reflected_interval(value, errors[1:], centre, level=level, method=self.method)
        if estimate.method == NO_RESAMPLES:
            return estimate
        if centre <= np.quantile(honest_errors, 0.5 + level / 2):
            return clipped(Estimate(value, 0.0, estimate.high, level, self.method), 0.0, 1.0)
        return clipped(estimate, 0.0, 1.0)


def risk_cells(
    predictions: Predictions, *, bootstrap: int, seed: int, quantiles: int = QUANTILES
) -> RiskCells:
    """Sort the cases into cells and draw resamples; whole patients where they have several.

    Parameters
    ----------
    predictions : Predictions
        Of at least one case.
    bootstrap : int
        Resamples, 0 or more.
    seed : int
        Start of the random numbers.
    quantiles : int
        Cells at most; fewer where risks are tied.

    """
    quantile, cell = np.unique(quantile_bin(predictions.risk, quantiles), return_inverse=True)
    cells = len(quantile)
    by_outcome = 2 * cell + predictions.y_true
    seen = np.bincount(by_outcome, minlength=2 * cells).astype(float)
    patient = predictions.patient if predictions.is_clustered else None
    drawn = resampled_counts(by_outcome, 2 * cells, patient, bootstrap=bootstrap, seed=seed)
    counts = np.vstack([seen[None, :], drawn]).reshape(-1, cells, 2)
    size = counts[0].sum(axis=1)
    mean_risk = np.bincount(cell, weights=predictions.risk, minlength=cells) / size
    generator = np.random.default_rng([seed, 1])
    honest = generator.binomial(
        size.astype(int), np.clip(mean_risk, 0, 1), size=(bootstrap, cells)
    ).astype(float)
    method = "basic bootstrap, patient-clustered" if patient is not None else "basic bootstrap"
    return RiskCells(cell, quantile, mean_risk, counts.sum(axis=2), counts[:, :, 1], honest, method)


def quantile_bin(risk: NDArray[np.float64], bins: int) -> NDArray[np.intp]:
    """Bin of each risk, from 0; a bin contains its upper end, and equal risks share one."""
    if not len(risk):
        return np.empty(0, dtype=np.intp)
    return np.searchsorted(np.quantile(risk, np.arange(1, bins) / bins), risk)
