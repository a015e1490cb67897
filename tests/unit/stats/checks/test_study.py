"""How the study was made: inputs, numbers of events, claims, parts, centres and groups."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.centres import centre_results
from clnm_core.stats.checks.claims import Claim, narrow_intervals
from clnm_core.stats.checks.groups import Grouped, misfit_groups
from clnm_core.stats.checks.result import holm
from clnm_core.stats.checks.sample_size import Fitted, cox_snell, events_per_predictor, shrinkage
from clnm_core.stats.checks.study import Inputs, late_predictors, shifted_parts, worse_centres
from clnm_core.stats.discrimination import auc
from clnm_core.stats.hanley_mcneil import hanley_mcneil_error
from clnm_core.stats.shift import TwoSample
from clnm_core.stats.uncertainty import Estimate


def simulated(n, seed, strength=2.0):
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(0, strength, n)
    risk = 1 / (1 + np.exp(-log_odds))
    return Predictions.of(rng.random(n) < risk, risk)


def test_an_input_known_after_the_outcome_is_an_error():
    found = late_predictors([Inputs("m", 5, (("Positive nodes", "is known only after surgery"),))])
    assert (found.code, found.severity) == ("C14", "error")
    assert found.told == "“m” takes Positive nodes, which is known only after surgery"
    assert late_predictors([Inputs("m", 5, ())]).state == "clear"
    assert late_predictors([Inputs("m", 0, ())]).state == "not checked"


def test_the_shrinkage_is_that_of_riley():
    # Riley 2020, formula for criterion 1 solved for S: n = p / ((S - 1) ln(1 - R2 / S)).
    s = shrinkage(Fitted("m", 24, 1000, 300, 0.1))
    assert s == pytest.approx(1 + 24 / (1000 * math.log(0.9)))
    assert math.isnan(shrinkage(Fitted("m", 24, 1000, 300, math.nan)))


@pytest.mark.parametrize(
    ("model", "state"),
    [
        (Fitted("m", 10, 400, 99, math.nan), "found"),
        (Fitted("m", 10, 400, 100, math.nan), "clear"),
        (Fitted("m", 10, 400, 301, math.nan), "found"),
        (Fitted("m", 10, 4000, 2000, 0.01), "found"),
        (Fitted("m", 0, 400, 100, math.nan), "not checked"),
        (Fitted("m", 10, 0, 0, math.nan), "not checked"),
    ],
    ids=["few events", "just enough", "few non-events", "weak signal", "no inputs", "no cases"],
)
def test_events_per_predictor(model, state):
    assert events_per_predictor([model]).state == state


def test_cox_snell_is_that_of_statsmodels():
    rng = np.random.default_rng(3)
    x = rng.normal(0, 1, 300)
    y = rng.random(300) < 1 / (1 + np.exp(-x))
    fit = sm.Logit(y.astype(float), sm.add_constant(x)).fit(disp=0)
    expected = 1 - math.exp(2 / 300 * (fit.llnull - fit.llf))
    assert cox_snell(y, fit.predict()) == pytest.approx(expected, abs=1e-9)
    assert math.isnan(cox_snell(np.ones(5, dtype=bool), np.full(5, 0.5)))
    assert cox_snell(y, np.full(300, 0.01)) == 0.0


def test_the_standard_error_is_that_of_hanley_and_mcneil():
    # Hanley 1982, p. 34: area 0.893 from 58 normal and 51 abnormal cases has an error of 0.032.
    assert hanley_mcneil_error(0.893, 51, 58) == pytest.approx(0.032, abs=6e-4)


def test_delongs_intervals_are_not_accused():
    claims = []
    for seed in range(100):
        one = simulated(120, seed)
        area = auc(one)
        claims.append(Claim("ours", area.value, area.low, area.high, 120, one.events))
    assert narrow_intervals(claims).state == "clear"


def test_an_interval_from_counting_images_as_patients_is_found():
    # AUC 0.80 of 62 patients spans about 0.69-0.91; ten images each would make it 0.76-0.84.
    found = narrow_intervals([Claim("a paper", 0.80, 0.76, 0.84, 62, 31)])
    assert (found.code, found.severity) == ("C16", "warning")
    assert narrow_intervals([Claim("a paper", 0.80, 0.69, 0.91, 62, 31)]).state == "clear"
    assert narrow_intervals([]).state == "not checked"
    assert narrow_intervals([Claim("a paper", 0.8, 0.7, 0.9, 62, 0)]).state == "not checked"


def two_sample(value, low, p):
    area = Estimate(value, low, 2 * value - low, 0.95, "DeLong")
    return TwoSample(area, p, 100, 100, False, (("Age", 0.4), ("Size", 0.1)))


def test_parts_that_can_be_told_apart_are_a_note():
    found = shifted_parts(two_sample(0.8, 0.75, 1e-6), first="training", second="test")
    assert (found.code, found.severity) == ("C17", "info")
    assert "most by Age, Size" in found.told
    for barely in (two_sample(0.55, 0.51, 1e-4), two_sample(0.7, 0.49, 0.03)):
        assert shifted_parts(barely, first="training", second="test").state == "clear"
    assert shifted_parts(None, first="training", second="test").state == "not checked"


def test_a_centre_where_the_model_is_lost_is_found_and_the_others_are_not():
    one = simulated(900, 0)
    centre = np.resize(np.array(["A", "B", "C"], dtype=object), 900)
    risk = one.risk.copy()
    risk[centre == "B"] = np.random.default_rng(1).permutation(risk[centre == "B"])
    results = [("m", r) for r in centre_results(Predictions.of(one.y_true, risk), centre)]
    found = worse_centres(results)
    assert (found.code, found.severity) == ("C18", "warning")
    assert found.rows["centre"].tolist() == ["B"]
    assert worse_centres([]).state == "not checked"


def test_a_group_whose_risks_are_too_low_is_found_and_a_model_too_low_for_all_is_not():
    one = simulated(1500, 4)
    is_male = np.arange(1500) % 4 == 0
    groups = {"Sex": pd.Categorical(np.where(is_male, "male", "female"))}
    odds = one.risk / (1 - one.risk) * np.where(is_male, math.exp(-2), 1)
    found = misfit_groups([Grouped("m", Predictions.of(one.y_true, odds / (1 + odds)), groups)])
    assert (found.code, found.severity) == ("C19", "warning")
    assert "where Sex is male" in found.told
    odds = one.risk / (1 - one.risk) * math.exp(-2)
    everybody = Grouped("m", Predictions.of(one.y_true, odds / (1 + odds)), groups)
    assert misfit_groups([everybody]).state == "clear"
    assert misfit_groups([Grouped("m", one, {})]).state == "not checked"


def test_a_sound_model_is_seldom_accused_in_many_groups():
    alarms = 0
    for seed in range(100):
        one = simulated(400, seed)
        rng = np.random.default_rng(1000 + seed)
        groups = {str(i): pd.Categorical(rng.choice(list("abc"), 400)) for i in range(10)}
        alarms += misfit_groups([Grouped("m", one, groups)]).state == "found"
    assert alarms <= 4


def test_holm_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(0).random(20) ** 3
    assert holm(p.tolist()) == pytest.approx(multipletests(p, method="holm")[1].tolist())
    assert holm([]) == []
