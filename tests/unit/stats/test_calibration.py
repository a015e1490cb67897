"""Calibration: scikit-learn and statsmodels as second opinion, laws, and degenerate data."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve as sklearn_calibration_curve
from sklearn.metrics import brier_score_loss

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.calibration import (
    brier,
    brier_scaled,
    calibration_bins,
    calibration_curve,
    e50,
    e90,
    ece,
    ici,
    intercept,
    o_e_ratio,
    slope,
)
from clnm_core.stats.risk_cells import risk_cells
from clnm_core.stats.smooth_calibration import ENOUGH_FOR_QUANTILES
from clnm_core.stats.uncertainty import wilson


def cohort(n: int = 800, *, seed: int = 0, bend: float = 1.0, shift: float = 0.0) -> Predictions:
    """Risks whose log-odds must be stretched by ``bend`` and moved by ``shift`` to be right."""
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(-0.5, 1.3, n)
    y = generator.random(n) < expit(shift + bend * log_odds)
    return Predictions.of(y, expit(log_odds))


def clustered(n: int = 800, patients: int = 300) -> Predictions:
    plain = cohort(n)
    patient = np.random.default_rng(5).integers(patients, size=n)
    return Predictions.of(plain.y_true, plain.risk, patient)


def test_bins_equal_scikit_learns_quantile_bins() -> None:
    predictions = cohort()
    observed, predicted = sklearn_calibration_curve(
        predictions.y_true, predictions.risk, n_bins=10, strategy="quantile"
    )
    bins = calibration_bins(predictions)
    np.testing.assert_allclose(bins["observed"], observed)
    np.testing.assert_allclose(bins["mean_risk"], predicted)


def test_bins_count_everyone_once_with_wilsons_interval() -> None:
    bins = calibration_bins(cohort())
    assert bins["n"].sum() == 800
    assert bins["bin"].tolist() == list(range(1, 11))
    for row in bins.itertuples():
        expected = wilson(row.events, row.n)
        assert (row.low, row.high) == pytest.approx((expected.low, expected.high))


def test_equal_risks_are_never_parted() -> None:
    bins = calibration_bins(Predictions.of([0, 1] * 20, [0.2] * 30 + [0.7] * 10))
    assert bins["mean_risk"].tolist() == pytest.approx([0.2, 0.7])
    assert bins["n"].tolist() == [30, 10]


def test_copies_of_a_case_in_one_patient_do_not_narrow_a_bin() -> None:
    once = cohort(200)
    twice = Predictions.of(np.tile(once.y_true, 2), np.tile(once.risk, 2), list(range(200)) * 2)
    narrow, wide = calibration_bins(once, bins=4), calibration_bins(twice, bins=4)
    assert (wide["n"] == 2 * narrow["n"]).all()
    np.testing.assert_allclose(
        wide["high"] - wide["low"], narrow["high"] - narrow["low"], rtol=0.02
    )


def test_bins_of_no_cases_have_no_rows_and_none_are_refused() -> None:
    assert calibration_bins(Predictions.of([], [])).empty
    with pytest.raises(ValueError, match="bins must be 1 or more; got 0"):
        calibration_bins(cohort(), bins=0)


def sandwich(design: np.ndarray, y: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """Standard errors as MacKinnon and White print them (HC3), row by row."""
    bread = np.linalg.inv(
        sum(p * (1 - p) * np.outer(x, x) for x, p in zip(design, fitted, strict=True))
    )
    filling = np.zeros_like(bread)
    for x, event, p in zip(design, y, fitted, strict=True):
        left = 1 - p * (1 - p) * x @ bread @ x
        filling += ((event - p) / left) ** 2 * np.outer(x, x)
    return np.sqrt(np.diag(bread @ filling @ bread))


def test_intercept_equals_statsmodels_with_the_sandwichs_interval() -> None:
    predictions = cohort(bend=0.8, shift=0.3)
    y = predictions.y_true.astype(float)
    ones = np.ones((800, 1))
    fit = sm.GLM(y, ones, family=sm.families.Binomial(), offset=logit(predictions.risk)).fit()
    found = intercept(predictions)
    assert found.value == pytest.approx(fit.params[0], abs=1e-8)
    half = 1.959963985 * sandwich(ones, y, fit.fittedvalues)[0]
    assert (found.value - found.low, found.high - found.value) == pytest.approx((half, half))
    assert half == pytest.approx(fit.conf_int()[0][1] - fit.params[0], rel=0.1)
    assert found.method == "Wald, logistic regression, sandwich"


def test_slope_equals_statsmodels_with_the_sandwichs_interval() -> None:
    predictions = cohort(bend=0.8, shift=0.3)
    y = predictions.y_true.astype(float)
    design = sm.add_constant(logit(predictions.risk))
    fit = sm.GLM(y, design, family=sm.families.Binomial()).fit()
    found = slope(predictions)
    assert found.value == pytest.approx(fit.params[1], abs=1e-8)
    half = 1.959963985 * sandwich(design, y, fit.fittedvalues)[1]
    assert (found.value - found.low, found.high - found.value) == pytest.approx((half, half))
    assert half == pytest.approx(fit.conf_int()[1][1] - fit.params[1], rel=0.1)
    assert found.method == "Wald, logistic regression, sandwich"


def test_the_patient_clustered_interval_of_the_slope_equals_statsmodels_sandwich() -> None:
    predictions = clustered(60, 25)
    design = sm.add_constant(logit(predictions.risk))
    fit = sm.GLM(predictions.y_true.astype(float), design, family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": predictions.patient}
    )
    found = slope(predictions)
    assert (found.low, found.high) == pytest.approx(fit.conf_int()[1], abs=1e-6)
    assert found.method.endswith("patient-clustered sandwich")


@settings(max_examples=40)
@given(bend=st.floats(0.3, 2.5), shift=st.floats(-1.5, 1.5), seed=st.integers(0, 50))
def test_a_recalibrated_model_has_slope_one_and_intercept_zero(
    bend: float, shift: float, seed: int
) -> None:
    predictions = cohort(200, seed=seed, bend=bend, shift=shift)
    design = sm.add_constant(logit(predictions.risk))
    fit = sm.GLM(predictions.y_true.astype(float), design, family=sm.families.Binomial()).fit()
    better = Predictions.of(predictions.y_true, fit.fittedvalues)
    assert slope(better).value == pytest.approx(1, abs=1e-6)
    assert intercept(better).value == pytest.approx(0, abs=1e-6)
    assert o_e_ratio(better).value == pytest.approx(1, abs=1e-6)


def test_extreme_risks_do_not_spoil_the_slope() -> None:
    tiny = cohort(400)
    risk = np.where(np.arange(400) < 3, 1e-300, tiny.risk)
    y = np.where(np.arange(400) < 3, False, tiny.y_true)
    assert 0 < slope(Predictions.of(y, risk)).value < 2


@pytest.mark.parametrize(
    ("y", "risk", "reason"),
    [
        ([0, 0], [0.1, 0.2], "no events"),
        ([1, 1], [0.1, 0.2], "no non-events"),
        ([], [], "no events"),
        ([0, 1], [0.0, 0.2], "1 risk is exactly 0 or 1, which have no log-odds"),
        ([0, 1, 1], [0.0, 0.2, 1.0], "2 risks are exactly 0 or 1, which have no log-odds"),
    ],
)
def test_a_line_that_cannot_be_fitted_says_why(y: list, risk: list, reason: str) -> None:
    for found in (intercept(Predictions.of(y, risk)), slope(Predictions.of(y, risk))):
        assert found.method == f"not estimable: {reason}"


def test_a_slope_needs_different_risks_and_overlapping_classes() -> None:
    same = Predictions.of([0, 1, 1], [0.3, 0.3, 0.3])
    assert slope(same).method == "not estimable: every case has the same risk"
    assert intercept(same).is_estimable
    apart = Predictions.of([0, 0, 1, 1], [0.1, 0.2, 0.2, 0.9])
    assert slope(apart).method == "not estimable: one threshold separates the classes completely"


def test_observed_per_expected_is_a_ratio_of_counts() -> None:
    predictions = cohort()
    found = o_e_ratio(predictions)
    assert found.value == predictions.events / predictions.risk.sum()
    assert found.low < found.value < found.high


def test_observed_per_expected_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(300):
        found = o_e_ratio(cohort(150, seed=seed))
        covered += found.low <= 1 <= found.high
    assert 0.91 <= covered / 300 <= 0.985


def test_no_events_still_bound_observed_per_expected() -> None:
    found = o_e_ratio(Predictions.of([0] * 20, [0.1] * 20))
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(wilson(0, 20).high / 0.1)
    nothing = o_e_ratio(Predictions.of([0, 1], [0.0, 0.0]))
    assert nothing.method == "not estimable: no event is expected: every risk is 0"


def test_brier_equals_scikit_learns_and_scaled_brier_follows() -> None:
    predictions = cohort()
    score = brier_score_loss(predictions.y_true, predictions.risk)
    prevalence = predictions.y_true.mean()
    assert brier(predictions).value == pytest.approx(score)
    expected = 1 - score / (prevalence * (1 - prevalence))
    assert brier_scaled(predictions).value == pytest.approx(expected)


def test_intervals_of_brier_agree_with_resampled_rows() -> None:
    predictions = cohort()
    generator = np.random.default_rng(0)
    rows = generator.integers(800, size=(2000, 800))
    y, risk = predictions.y_true[rows], predictions.risk[rows]
    score = ((y - risk) ** 2).mean(axis=1)
    prevalence = y.mean(axis=1)
    scaled = 1 - score / (prevalence * (1 - prevalence))
    for found, resampled in ((brier(predictions), score), (brier_scaled(predictions), scaled)):
        low, high = np.quantile(resampled, [0.025, 0.975])
        width = high - low
        assert found.low == pytest.approx(low, abs=0.1 * width)
        assert found.high == pytest.approx(high, abs=0.1 * width)


def test_a_ratio_that_the_risks_leave_no_room_for_is_not_certain() -> None:
    found = o_e_ratio(Predictions.of([0, 1, 0, 1], [0.0, 0.2, 0.0, 0.2]))
    assert found.value == pytest.approx(5)
    assert found.low < 4
    assert found.high > 6
    assert found.method == "Wilson for the observed share"


def test_giving_everybody_the_prevalence_saves_nothing() -> None:
    assert brier_scaled(Predictions.of([1, 0, 0, 0], [0.25] * 4)).value == pytest.approx(0)


def test_a_perfect_brier_score_is_not_certain() -> None:
    found = brier(Predictions.of([1, 0] * 5, [1.0, 0.0] * 5))
    assert found.value == 0
    assert found.high > 0.2


@pytest.mark.parametrize("y", [[0, 0], [1, 1]])
def test_scaled_brier_of_one_class_is_not_estimable(y: list) -> None:
    assert brier_scaled(Predictions.of(y, [0.2, 0.4])).method.startswith("not estimable: no ")


def test_the_expected_calibration_error_is_the_mean_over_the_bins() -> None:
    predictions = cohort(shift=0.5)
    bins = calibration_bins(predictions)
    expected = (bins["n"] * (bins["observed"] - bins["mean_risk"]).abs()).sum() / 800
    assert ece(predictions, bootstrap=0).value == pytest.approx(expected)


@pytest.mark.parametrize("error", [ece, ici, e50, e90])
def test_a_calibration_error_starts_at_zero_where_chance_explains_it(error: object) -> None:
    honest = error(cohort(2000, seed=2))
    wrong = error(cohort(2000, seed=2, bend=0.5, shift=0.8))
    assert honest.low == 0 < honest.value <= honest.high
    assert wrong.low > 0.05


@pytest.mark.parametrize("error", [ece, ici, e50, e90])
def test_the_same_seed_gives_the_same_interval(error: object) -> None:
    predictions = clustered(2400, 1800)
    assert error(predictions, seed=3) == error(predictions, seed=3)
    assert error(predictions, seed=3) != error(predictions, seed=4)
    assert error(predictions).method == (
        "test inversion along the calibration curve, patient-clustered"
    )


def test_without_resamples_there_is_a_value_and_no_interval() -> None:
    found = ece(cohort(), bootstrap=0)
    assert found.is_estimable
    assert math.isnan(found.low)
    assert found.method == "no interval: no resamples were drawn"


def test_the_flexible_curve_finds_the_true_bend() -> None:
    predictions = cohort(20_000, bend=0.6, shift=0.4)
    curve = calibration_curve(predictions)
    inside = curve[(curve["risk"] > 0.05) & (curve["risk"] < 0.95)]
    truth = expit(0.4 + 0.6 * logit(inside["risk"]))
    assert np.abs(inside["observed"] - truth).max() < 0.03
    assert ((inside["low"] <= truth) & (truth <= inside["high"])).mean() > 0.9
    expected = np.abs(expit(0.4 + 0.6 * logit(predictions.risk)) - predictions.risk).mean()
    assert ici(predictions, bootstrap=0).value == pytest.approx(expected, abs=0.01)


def test_the_flexible_curve_equals_statsmodels_on_the_same_basis() -> None:
    from clnm_core.stats.spline import harrell_knots, restricted_cubic

    predictions = cohort(bend=0.7)
    x = logit(np.clip(predictions.risk, 1 / 1600, 1 - 1 / 1600))
    basis = restricted_cubic(x, harrell_knots(x, 4))
    fit = sm.GLM(predictions.y_true.astype(float), basis, family=sm.families.Binomial()).fit()
    expected = np.abs(fit.fittedvalues - predictions.risk).mean()
    assert ici(predictions, bootstrap=0).value == pytest.approx(expected, abs=1e-6)


def test_risks_of_exactly_zero_and_one_still_have_a_curve() -> None:
    predictions = cohort(bend=0.7)
    forest = Predictions.of(predictions.y_true, predictions.risk.round(1))
    assert {0.0, 1.0} <= set(forest.risk)
    curve = calibration_curve(forest)
    assert len(curve) == 101
    assert np.isfinite(curve.to_numpy()).all()
    assert ici(forest).is_estimable


@pytest.mark.parametrize(
    ("y", "risk", "reason"),
    [
        ([0, 0, 0], [0.1, 0.2, 0.3], "no events"),
        ([1, 1, 1], [0.1, 0.2, 0.3], "no non-events"),
        ([0, 1, 1], [0.3, 0.3, 0.3], "every case has the same risk"),
        ([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], "the calibration curve has no best fit"),
    ],
)
def test_a_curve_that_cannot_be_fitted_has_no_rows_and_says_why(
    y: list, risk: list, reason: str
) -> None:
    predictions = Predictions.of(y, risk)
    assert calibration_curve(predictions).empty
    assert ici(predictions).method == f"not estimable: {reason}"


def test_one_patient_has_no_calibration_error_interval() -> None:
    found = ece(Predictions.of([0, 1, 0], [0.1, 0.2, 0.3], [4, 4, 4]))
    assert found.method == "not estimable: one patient only"
    for measure in (brier, brier_scaled, o_e_ratio):
        assert measure(Predictions.of([0, 1, 0], [0.1, 0.2, 0.3], [4, 4, 4])).method == (
            "not estimable: one patient only"
        )


@pytest.mark.parametrize("measure", [e50, e90])
def test_quantiles_of_few_events_have_a_value_and_say_why_there_is_no_interval(
    measure: object,
) -> None:
    found = measure(cohort(200))
    assert found.is_estimable
    assert math.isnan(found.low)
    assert found.method == f"no interval: it needs {ENOUGH_FOR_QUANTILES} events to cover"
    many = measure(cohort(3000))
    assert 0 <= many.low <= many.value <= many.high


def test_errors_shared_with_cells_are_those_made_alone() -> None:
    predictions = cohort(1500)
    cells = risk_cells(predictions, bootstrap=1000, seed=0)
    for measure in (ece, ici, e50, e90):
        assert measure(predictions, cells=cells) == measure(predictions)


def test_tied_risks_still_have_an_interval_for_every_error() -> None:
    predictions = cohort(1500, bend=0.6)
    rounded = Predictions.of(predictions.y_true, np.clip(predictions.risk.round(1), 0.1, 0.9))
    for measure in (ece, ici, e50, e90):
        found = measure(rounded)
        assert 0 <= found.low <= found.value <= found.high <= 0.3


def test_errors_of_copied_cases_are_as_wide_as_those_of_the_cases() -> None:
    once = cohort(1500, bend=0.5)
    patient = np.tile(np.arange(1500), 2)
    twice = Predictions.of(np.tile(once.y_true, 2), np.tile(once.risk, 2), patient)
    for measure in (ece, ici, e50, e90):
        narrow, wide = measure(once), measure(twice)
        assert wide.high - wide.low == pytest.approx(narrow.high - narrow.low, rel=0.15)
