"""What counts as an error of one case, when groups are searched for errors?

Each measure gives one number per case, and the number of a group is their mean, so that a
group is compared with the other cases like any two means.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions

_LEAST = 1e-6
"""Risks are kept so far from 0 and 1 that the log-loss of one case is at most 13.8."""


@dataclass(frozen=True, slots=True)
class ErrorMeasure:
    """One way to count errors.

    Parameters
    ----------
    name, label : str
        In links, and for a reader.
    meaning : str
        One sentence for a reader.
    margin : float
        A difference up to this does not matter.
    is_share : bool
        Whether a mean of it is a share of cases, said in per cent.
    among : str
        Which cases it is counted in, in a reader's words.

    """

    name: str
    label: str
    meaning: str
    margin: float
    is_share: bool = False
    among: str = "cases"


ERRORS = (
    ErrorMeasure(
        "excess",
        "Brier excess",
        "Squared distance between risk and outcome beyond what the risks themselves allow for; "
        "0 on average where risks are right, above 0 where the model is too sure.",
        0.02,
    ),
    ErrorMeasure(
        "brier",
        "Brier score",
        "Squared distance between risk and outcome; also large where an honest risk lies near "
        "50 per cent.",
        0.02,
    ),
    ErrorMeasure(
        "log_loss",
        "Log-loss",
        "How surprising the outcome was; one case that was sure and wrong weighs heavily.",
        0.05,
    ),
    ErrorMeasure(
        "too_low",
        "Risk too low",
        "Share with the outcome minus mean risk; above 0 the model says too little.",
        0.05,
    ),
    ErrorMeasure(
        "too_high",
        "Risk too high",
        "Mean risk minus share with the outcome; above 0 the model says too much.",
        0.05,
    ),
    ErrorMeasure(
        "missed",
        "Missed",
        "Share of the cases with the outcome whose risk is below the threshold.",
        0.05,
        True,
        "cases with the outcome",
    ),
    ErrorMeasure(
        "false_alarms",
        "False alarms",
        "Share of the cases without the outcome whose risk is at or above the threshold.",
        0.05,
        True,
        "cases without the outcome",
    ),
)
"""The measures; the first is the default, because honest risks of any size have none of it."""


def measure_of(name: str) -> ErrorMeasure:
    """The measure of that name.

    Raises
    ------
    ValueError
        If there is none.

    """
    for measure in ERRORS:
        if measure.name == name:
            return measure
    raise ValueError(
        f"measure must be one of {', '.join(measure.name for measure in ERRORS)}; got {name!r}."
    )


def errors_of(
    predictions: Predictions, measure: str, threshold: float
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which cases a measure is counted in, and the error of each of these.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    measure : str
        One of :data:`ERRORS`. ``excess`` is (y - p)^2 - p(1 - p), whose sum is the
        numerator of Spiegelhalter's test of calibration.
    threshold : float
        A case is called when ``risk >= threshold``; used by ``missed`` and ``false_alarms``.

    Returns
    -------
    counted : numpy.ndarray of bool, shape (n,)
    error : numpy.ndarray of float, shape (counted.sum(),)

    References
    ----------
    .. [1] Spiegelhalter DJ. Probabilistic prediction in patient management and clinical
       trials. Stat Med 1986;5:421-433. doi:10.1002/sim.4780050506

    Examples
    --------
    >>> both = Predictions.of([True, False], [0.9, 0.9])
    >>> errors_of(both, "excess", 0.5)[1].round(2).tolist()
    [-0.08, 0.72]
    >>> errors_of(both, "false_alarms", 0.9)
    (array([False,  True]), array([1.]))

    """
    measure_of(measure)
    happened, risk = predictions.y_true, predictions.risk
    everyone = np.ones(len(predictions), dtype=bool)
    if measure == "missed":
        return happened, (risk[happened] < threshold).astype(float)
    if measure == "false_alarms":
        return ~happened, (risk[~happened] >= threshold).astype(float)
    residual = happened - risk
    if measure == "excess":
        return everyone, residual * (1 - 2 * risk)
    if measure == "brier":
        return everyone, np.square(residual)
    if measure == "log_loss":
        given = np.clip(np.where(happened, risk, 1 - risk), _LEAST, 1 - _LEAST)
        return everyone, -np.log(given)
    return everyone, residual if measure == "too_low" else -residual
