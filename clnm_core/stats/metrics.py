"""Which measures does every report give, in which order, and what are they called?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from clnm_core.domain.predictions import Predictions
from clnm_core.stats import calibration
from clnm_core.stats.discrimination import auc, average_precision
from clnm_core.stats.risk_cells import risk_cells
from clnm_core.stats.thresholds import operating_point
from clnm_core.stats.uncertainty import Estimate


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure of a model.

    Parameters
    ----------
    name : str
        Key in tables and JSON.
    label : str
        What a reader sees.
    range : tuple of float
        Smallest and largest possible value.
    higher_is_better : bool or None
        ``None`` where the best value lies inside the range, or there is none.

    """

    name: str
    label: str
    range: tuple[float, float]
    higher_is_better: bool | None


METRICS: tuple[Metric, ...] = (
    Metric("auc", "AUC", (0, 1), True),
    Metric("average_precision", "Average precision", (0, 1), True),
    Metric("brier", "Brier score", (0, 1), False),
    Metric("brier_scaled", "Scaled Brier score", (-math.inf, 1), True),
    Metric("calibration_intercept", "Calibration intercept", (-math.inf, math.inf), None),
    Metric("calibration_slope", "Calibration slope", (-math.inf, math.inf), None),
    Metric("o_e_ratio", "Observed per expected", (0, math.inf), None),
    Metric("ici", "Integrated calibration index", (0, 1), False),
    Metric("ece", "Expected calibration error", (0, 1), False),
    Metric("sensitivity", "Sensitivity", (0, 1), True),
    Metric("specificity", "Specificity", (0, 1), True),
    Metric("ppv", "Positive predictive value", (0, 1), True),
    Metric("npv", "Negative predictive value", (0, 1), True),
    Metric("accuracy", "Accuracy", (0, 1), True),
    Metric("f1", "F1 score", (0, 1), True),
    Metric("balanced_accuracy", "Balanced accuracy", (0, 1), True),
    Metric("mcc", "Matthews correlation", (-1, 1), True),
    Metric("flag_rate", "Flag rate", (0, 1), None),
)
"""Every measure, in the order of a report."""


def all_metrics(
    predictions: Predictions,
    threshold: float,
    *,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Every measure of :data:`METRICS`, in that order.

    Parameters
    ----------
    predictions : Predictions
    threshold : float
        In [0, 1]; a case is positive when ``risk >= threshold``.
    level : float
        Confidence, between 0 and 1.
    bootstrap : int
        Draws behind the intervals of ICI and ECE; 0 for none.
    seed : int
        Start of the random numbers.

    Returns
    -------
    dict of str to Estimate
        A measure that these cases cannot give is "not estimable", with the reason.

    """
    resampling = {"bootstrap": bootstrap, "seed": seed}
    cells = risk_cells(predictions, **resampling) if len(predictions) else None
    found = {
        "auc": auc(predictions, level=level),
        "average_precision": average_precision(predictions, level=level),
        "brier": calibration.brier(predictions, level=level),
        "brier_scaled": calibration.brier_scaled(predictions, level=level),
        "calibration_intercept": calibration.intercept(predictions, level=level),
        "calibration_slope": calibration.slope(predictions, level=level),
        "o_e_ratio": calibration.o_e_ratio(predictions, level=level),
        "ici": calibration.ici(predictions, level=level, cells=cells, **resampling),
        "ece": calibration.ece(predictions, level=level, cells=cells, **resampling),
        **operating_point(predictions, threshold, level=level),
    }
    return {metric.name: found[metric.name] for metric in METRICS}
