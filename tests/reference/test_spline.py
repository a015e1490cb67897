"""The spline fit agrees with statsmodels, its band with statsmodels' covariances."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import logit

from clnm_core.stats.location import distance_curve
from clnm_core.stats.spline import harrell_knots, logistic_fit, restricted_cubic


def cohort(n: int = 800) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    patient = np.repeat(np.arange(n // 2), 2)
    distance = rng.gamma(2.0, 3.0, n)
    bent = 1.2 - 0.5 * distance + 0.02 * distance**2 + rng.normal(0, 1, n // 2)[patient]
    return distance, rng.random(n) < 1 / (1 + np.exp(-bent)), patient


@pytest.mark.parametrize("knots", [3, 4, 5])
def test_coefficients_and_covariance_equal_statsmodels(knots):
    distance, y, _ = cohort()
    basis = restricted_cubic(distance, harrell_knots(distance, knots))
    ours = logistic_fit(basis, y)
    theirs = sm.Logit(y.astype(float), basis).fit(disp=False, tol=1e-12)
    assert ours.has_converged
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-6)
    np.testing.assert_allclose(ours.covariance, theirs.cov_params(), rtol=1e-6)


def test_the_sandwich_equals_statsmodels_clustered_covariance():
    distance, y, patient = cohort()
    basis = restricted_cubic(distance, harrell_knots(distance))
    ours = logistic_fit(basis, y, patient)
    theirs = sm.Logit(y.astype(float), basis).fit(
        disp=False, tol=1e-12, cov_type="cluster", cov_kwds={"groups": patient}
    )
    np.testing.assert_allclose(ours.covariance, theirs.cov_params(), rtol=1e-5)


def test_the_band_equals_statsmodels_prediction_interval():
    distance, y, _ = cohort()
    curve = distance_curve(distance, y, level=0.9, at_mm=[0.5, 2.5, 7.0, 20.0])
    basis = restricted_cubic(distance, harrell_knots(distance))
    model = sm.GLM(y.astype(float), basis, family=sm.families.Binomial()).fit(tol=1e-13)
    theirs = model.get_prediction(
        restricted_cubic(curve["distance_mm"], harrell_knots(distance))
    ).summary_frame(alpha=0.1)
    for mine, other in (("risk", "mean"), ("low", "mean_ci_lower"), ("high", "mean_ci_upper")):
        np.testing.assert_allclose(curve[mine], theirs[other], rtol=1e-6)


def test_the_spline_is_linear_beyond_its_outer_knots():
    knots = harrell_knots(cohort()[0])
    far = restricted_cubic(np.array([30.0, 31.0, 32.0]), knots)
    near = restricted_cubic(np.array([-3.0, -2.0, -1.0]), knots)
    for basis in (far, near):
        np.testing.assert_allclose(np.diff(basis, n=2, axis=0), 0, atol=1e-9)


def test_the_basis_is_the_same_space_as_the_one_of_patsy():
    patsy = pytest.importorskip("patsy")
    distance, y, _ = cohort()
    knots = harrell_knots(distance)
    natural = np.asarray(
        patsy.dmatrix(
            "cr(x, knots=inner, lower_bound=first, upper_bound=last)",
            {"x": distance, "inner": knots[1:-1], "first": knots[0], "last": knots[-1]},
        )
    )[:, 1:]
    ours = logistic_fit(restricted_cubic(distance, knots), y)
    theirs = logistic_fit(natural, y)
    np.testing.assert_allclose(
        restricted_cubic(distance, knots) @ ours.coefficients,
        natural @ theirs.coefficients,
        atol=1e-5,
    )
    assert np.isfinite(logit(0.5))
