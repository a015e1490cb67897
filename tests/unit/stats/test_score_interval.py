"""The interval of a calibrated risk is that of statsmodels, and holds the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from statsmodels.api import GLM, Logit, add_constant
from statsmodels.genmod.families import Binomial

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.score_interval import score_interval
from clnm_core.stats.uncertainty import student_value


def drawn(seed: int, n: int = 180, *, start: float = 0.5, slope: float = 0.7) -> Predictions:
    generator = np.random.default_rng(seed)
    x = generator.normal(-0.2, 1.3, n)
    return Predictions.of(generator.random(n) < expit(start + slope * x), expit(x))


@pytest.mark.parametrize("risk", [0.02, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_interval_is_that_of_statsmodels(risk: float, level: float) -> None:
    seen = drawn(1)
    line = Logit(seen.y_true.astype(float), add_constant(logit(seen.risk))).fit(disp=0, tol=1e-12)
    found = line.get_prediction([[1.0, logit(risk)]])
    centre = found.linpred[0] if hasattr(found, "linpred") else logit(found.predicted[0])
    se = math.sqrt(np.array([1, logit(risk)]) @ line.cov_params() @ np.array([1, logit(risk)]))
    frame = found.summary_frame(alpha=1 - level)
    ours = score_interval(seen, risk, level=level)
    ends = expit(centre + np.array([-1, 1]) * se * _normal(level))
    assert ours.low == pytest.approx(min(ends[0], risk), rel=1e-6)
    assert ours.high == pytest.approx(max(ends[1], risk), rel=1e-6)
    assert frame["predicted"].iloc[0] == pytest.approx(expit(centre))


def test_repeated_patients_have_the_clustered_interval_of_statsmodels() -> None:
    generator = np.random.default_rng(2)
    patient = np.repeat(np.arange(40), 5)
    x = generator.normal(0, 1, 40)[patient] + generator.normal(0, 0.3, 200)
    y = generator.random(200) < expit(x + generator.normal(0, 1, 40)[patient])
    seen = Predictions.of(y, expit(x), patient)
    line = GLM(y.astype(float), add_constant(x), family=Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": patient}, tol=1e-12
    )
    row = np.array([1, logit(0.7)])
    reach = student_value(0.95, 39) * math.sqrt(row @ line.cov_params() @ row)
    found = score_interval(seen, 0.7)
    assert found.low == pytest.approx(float(expit(row @ line.params - reach)), rel=1e-6)
    assert found.high == pytest.approx(float(expit(row @ line.params + reach)), rel=1e-6)
    assert "patient-clustered" in found.method
    plain = score_interval(Predictions.of(y, expit(x)), 0.7)
    assert found.high - found.low > plain.high - plain.low


@pytest.mark.parametrize("risk", [0.1, 0.4, 0.8])
@pytest.mark.parametrize("start", [1.5, -1.5])
def test_one_interval_in_forty_ends_before_what_is_observed(risk: float, start: float) -> None:
    """On the side away from the risk; on the other the interval reaches to the risk itself."""
    truth = float(expit(start + 0.7 * logit(risk)))
    found = [score_interval(drawn(seed, 160, start=start), risk) for seed in range(400)]
    short = np.mean([one.high < truth if start > 0 else one.low > truth for one in found])
    assert 0.005 <= short <= 0.05  # three standard errors around 2.5 %
    assert np.mean([one.low <= truth <= one.high for one in found]) >= 0.95 - 0.03


@given(st.integers(0, 1000), st.floats(0, 1), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_interval_holds_the_risk_and_grows_with_the_level(
    seed: int, risk: float, level: float
) -> None:
    seen = drawn(seed, 60)
    found, wider = score_interval(seen, risk, level=level), score_interval(seen, risk, level=0.99)
    assert found.value == risk
    assert 0 <= found.low <= risk <= found.high <= 1
    assert wider.low <= found.low
    assert wider.high >= found.high


def test_more_cases_make_the_interval_narrower() -> None:
    few, many = (score_interval(drawn(3, n, start=0, slope=1), 0.5) for n in (60, 3000))
    assert many.high - many.low < (few.high - few.low) / 4


def test_the_method_says_what_the_interval_speaks_of() -> None:
    found = score_interval(drawn(1), 0.4, cases="validation cases")
    assert found.method == "calibration on 180 validation cases (Wald, log-odds)"


@pytest.mark.parametrize(
    ("y", "risks", "why"),
    [
        ([], [], "no cases"),
        ([1, 1, 1], [0.2, 0.5, 0.9], "no non-events"),
        ([0, 0, 0], [0.2, 0.5, 0.9], "no events"),
        ([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5], "every case has the same risk"),
        ([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], "one threshold separates the classes"),
    ],
)
def test_where_no_line_can_be_fitted_there_is_no_interval_but_a_reason(
    y: list[int], risks: list[float], why: str
) -> None:
    found = score_interval(Predictions.of(np.array(y, dtype=bool), risks), 0.6)
    assert found.value == 0.6
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.method.startswith(f"no interval: {why}")


def test_risks_of_exactly_zero_and_one_are_taken() -> None:
    seen = drawn(4)
    ends = seen.risk.copy()
    ends[[0, 1]] = [0.0, 1.0]
    found = [score_interval(Predictions.of(seen.y_true, ends), risk) for risk in (0.0, 0.5, 1.0)]
    assert all(math.isfinite(one.low) and math.isfinite(one.high) for one in found)
    assert found[0].low == 0.0
    assert found[2].high == 1.0


@pytest.mark.parametrize("risk", [-0.1, 1.2, float("nan")])
def test_a_number_that_is_no_risk_is_refused(risk: float) -> None:
    with pytest.raises(ValueError, match="risk must lie"):
        score_interval(drawn(1), risk)


def _normal(level: float) -> float:
    return {0.9: 1.6448536269514722, 0.95: 1.959963984540054}[level]
