"""Every measure of a report against an independent source, with its tolerance.

Sources: scikit-learn for values; statsmodels for logistic regression and Wilson's interval;
patsy for the natural cubic spline of the ICI (Austin and Steyerberg 2019,
doi:10.1002/sim.8281); and arithmetic on paper for twelve patients and for two risks.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from patsy import cr
from scipy.special import expit, logit
from sklearn import metrics as sklearn_metrics
from statsmodels.stats.proportion import proportion_confint

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.calibration import ece, intercept, slope
from clnm_core.stats.metrics import METRICS, all_metrics
from clnm_core.stats.smooth_calibration import e50, e90, ici

TWELVE = Predictions.of(
    [1] * 5 + [0] * 7,
    [0.9, 0.8, 0.7, 0.5, 0.2, 0.6, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1],
)
"""At 0.4: four of five events flagged, and two of seven others."""

ON_PAPER = {
    "auc": (7 + 7 + 7 + 6 + 3.5) / 35,
    "average_precision": (1 + 1 + 1 + 4 / 5 + 5 / 9) / 5,
    "brier": (1.03 + 0.68) / 12,
    "brier_scaled": 1 - (1.71 / 12) / (35 / 144),
    "o_e_ratio": 5 / 4.9,
    "sensitivity": 4 / 5,
    "specificity": 5 / 7,
    "ppv": 4 / 6,
    "npv": 5 / 6,
    "accuracy": 9 / 12,
    "f1": 8 / 11,
    "balanced_accuracy": (4 / 5 + 5 / 7) / 2,
    "mcc": (4 * 5 - 2 * 1) / math.sqrt(6 * 5 * 7 * 6),
    "flag_rate": 6 / 12,
}

TWO_RISKS = Predictions.of([1] * 4 + [0] * 6 + [1] * 12 + [0] * 8, [0.2] * 10 + [0.7] * 20)
"""Ten patients at 0.2 of whom four have the outcome, twenty at 0.7 of whom twelve."""


def many(n: int = 3000) -> Predictions:
    generator = np.random.default_rng(11)
    log_odds = generator.normal(-0.7, 1.4, n)
    return Predictions.of(generator.random(n) < expit(0.2 + 0.7 * log_odds), expit(log_odds))


@pytest.mark.parametrize("name", ON_PAPER)
def test_twelve_patients_agree_with_paper(name: str) -> None:
    assert all_metrics(TWELVE, 0.4, bootstrap=0)[name].value == pytest.approx(
        ON_PAPER[name], abs=1e-12
    )


def test_two_risks_agree_with_paper() -> None:
    far, near = 0.2, 0.1
    assert ece(TWO_RISKS, bootstrap=0).value == pytest.approx((10 * far + 20 * near) / 30)
    assert ici(TWO_RISKS, bootstrap=0).value == pytest.approx((10 * far + 20 * near) / 30)
    assert e50(TWO_RISKS, bootstrap=0).value == pytest.approx(near)
    assert e90(TWO_RISKS, bootstrap=0).value == pytest.approx(far)
    rise = (math.log(0.6 / 0.4) - math.log(0.4 / 0.6)) / (math.log(0.7 / 0.3) - math.log(0.2 / 0.8))
    assert slope(TWO_RISKS).value == pytest.approx(rise, abs=1e-9)


def test_one_risk_has_the_intercept_of_paper() -> None:
    found = intercept(Predictions.of([1] * 12 + [0] * 28, [0.2] * 40))
    assert found.value == pytest.approx(math.log(0.3 / 0.7) - math.log(0.2 / 0.8), abs=1e-9)
    # The sandwich of one risk is the textbook error of a log-odds, times n / (n - 1) (HC3).
    error = math.sqrt(1 / 12 + 1 / 28) * 40 / 39
    assert found.high - found.value == pytest.approx(1.959964 * error, abs=1e-6)


def test_every_value_agrees_with_scikit_learn_or_statsmodels() -> None:
    predictions = many()
    y, risk = predictions.y_true, predictions.risk
    call = risk >= 0.3
    score = sklearn_metrics.brier_score_loss(y, risk)
    x = logit(risk)
    line = sm.GLM(y.astype(float), sm.add_constant(x), family=sm.families.Binomial()).fit()
    large = sm.GLM(y.astype(float), np.ones(len(x)), family=sm.families.Binomial(), offset=x).fit()
    expected = {
        "auc": sklearn_metrics.roc_auc_score(y, risk),
        "average_precision": sklearn_metrics.average_precision_score(y, risk),
        "brier": score,
        "brier_scaled": 1 - score / sklearn_metrics.brier_score_loss(y, np.full(len(y), y.mean())),
        "calibration_intercept": large.params[0],
        "calibration_slope": line.params[1],
        "o_e_ratio": y.sum() / risk.sum(),
        "ici": spline_distances(predictions).mean(),
        "ece": by_tenths(predictions),
        "sensitivity": sklearn_metrics.recall_score(y, call),
        "specificity": sklearn_metrics.recall_score(~y, ~call),
        "ppv": sklearn_metrics.precision_score(y, call),
        "npv": sklearn_metrics.precision_score(~y, ~call),
        "accuracy": sklearn_metrics.accuracy_score(y, call),
        "f1": sklearn_metrics.f1_score(y, call),
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(y, call),
        "mcc": sklearn_metrics.matthews_corrcoef(y, call),
        "flag_rate": call.mean(),
    }
    assert set(expected) == {metric.name for metric in METRICS}
    found = all_metrics(predictions, 0.3, bootstrap=0)
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value, abs=1e-6), name


def spline_distances(predictions: Predictions) -> np.ndarray:
    """Distance of each risk from a natural cubic spline with Harrell's four knots."""
    x = logit(predictions.risk)
    first, *inner, last = np.quantile(x, [0.05, 0.35, 0.65, 0.95])
    basis = np.asarray(cr(x, knots=inner, lower_bound=first, upper_bound=last))
    fit = sm.GLM(predictions.y_true.astype(float), basis, family=sm.families.Binomial()).fit()
    return np.abs(fit.fittedvalues - predictions.risk)


def by_tenths(predictions: Predictions) -> float:
    """The cases in order of risk, cut into ten of equal size."""
    order = np.argsort(predictions.risk)
    excess = (predictions.y_true - predictions.risk)[order].reshape(10, -1).mean(axis=1)
    return float(np.abs(excess).mean())


def test_the_quantiles_of_the_distances_agree_with_the_spline() -> None:
    predictions = many()
    distances = spline_distances(predictions)
    assert e50(predictions, bootstrap=0).value == pytest.approx(
        np.quantile(distances, 0.5), abs=1e-6
    )
    assert e90(predictions, bootstrap=0).value == pytest.approx(
        np.quantile(distances, 0.9), abs=1e-6
    )


@pytest.mark.parametrize(
    ("name", "events", "n"),
    [("sensitivity", 4, 5), ("specificity", 5, 7), ("ppv", 4, 6), ("npv", 5, 6),
     ("accuracy", 9, 12), ("flag_rate", 6, 12)],
)  # fmt: skip
def test_shares_have_wilsons_interval_of_statsmodels(name: str, events: int, n: int) -> None:
    found = all_metrics(TWELVE, 0.4, bootstrap=0)[name]
    assert (found.low, found.high) == pytest.approx(
        proportion_confint(events, n, method="wilson"), abs=1e-12
    )


def test_f1_and_balanced_accuracy_carry_wilsons_interval_over() -> None:
    found = all_metrics(TWELVE, 0.4, bootstrap=0)
    low, high = proportion_confint(4, 7, method="wilson")
    assert (found["f1"].low, found["f1"].high) == pytest.approx(
        (2 * low / (1 + low), 2 * high / (1 + high)), abs=1e-12
    )
    a, b = proportion_confint(4, 5, method="wilson"), proportion_confint(5, 7, method="wilson")
    middle = (4 / 5 + 5 / 7) / 2
    assert found["balanced_accuracy"].low == pytest.approx(
        middle - math.hypot(4 / 5 - a[0], 5 / 7 - b[0]) / 2, abs=1e-12
    )
    assert found["balanced_accuracy"].high == pytest.approx(
        middle + math.hypot(a[1] - 4 / 5, b[1] - 5 / 7) / 2, abs=1e-12
    )


def test_the_interval_of_the_matthews_correlation_is_the_delta_method_by_differences() -> None:
    counts = np.array([5, 1, 2, 4]) + 0.5

    def fisher(tn: float, fn: float, fp: float, tp: float) -> float:
        margins = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return math.atanh((tp * tn - fp * fn) / math.sqrt(margins))

    step = 1e-6
    slopes = [
        (fisher(*(counts + step * unit)) - fisher(*(counts - step * unit))) / (2 * step)
        for unit in np.eye(4)
    ]
    reach = 1.959963985 * math.sqrt(np.square(slopes) @ counts)
    found = all_metrics(TWELVE, 0.4, bootstrap=0)["mcc"]
    assert (found.low, found.high) == pytest.approx(
        (math.tanh(fisher(*counts) - reach), math.tanh(fisher(*counts) + reach)), abs=1e-7
    )
