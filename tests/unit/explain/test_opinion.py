"""An opinion carries what is known of the model, and no more."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from clnm_core.explain.conformal import LEVELS
from clnm_core.explain.opinion import at_level, disagreement, opinion
from clnm_core.explain.standing import Standing
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.case import CaseReport

OWN = Estimate(0.7, 0.55, 0.81, 0.95, "Wald on the log-odds, ridge logistic")
NONE = Estimate(0.7, math.nan, math.nan, 0.95, "no interval: one network")


def report(risk: Estimate = NONE, model: str = "ct-cad", threshold: float = 0.5) -> CaseReport:
    return CaseReport(
        model, "demo", "any", "Any metastasis", risk, threshold, (), (), pd.DataFrame(), ""
    )


def known(n: int = 100, split: str = "validation", events: int = 50) -> Standing:
    generator = np.random.default_rng(3)
    y = np.arange(n) < events
    risk = expit(generator.normal(np.where(y, 1.0, -1.0), 1.2))
    return Standing("ct-cad", split, y, risk, np.arange(n).astype(str).astype(object))


def test_a_model_with_an_interval_of_its_own_keeps_it() -> None:
    assert opinion(report(OWN), known()).interval == OWN


def test_a_model_without_gets_that_of_its_calibration_and_says_so() -> None:
    found = opinion(report(), known()).interval
    assert found.value == 0.7
    assert 0 < found.low < 0.7 < found.high < 1
    assert found.method == "calibration on 100 validation cases (Wald, log-odds)"


def test_the_threshold_is_judged_on_the_cases_that_did_not_teach() -> None:
    cases = known()
    at = opinion(report(threshold=0.4), cases).at_threshold
    flagged = cases.risk >= 0.4
    assert list(at) == ["sensitivity", "specificity", "ppv", "npv"]
    assert at["sensitivity"].value == pytest.approx(flagged[cases.y_true].mean())
    assert at["specificity"].value == pytest.approx((~flagged)[~cases.y_true].mean())
    assert at["ppv"].value == pytest.approx(cases.y_true[flagged].mean())
    assert at["npv"].value == pytest.approx((~cases.y_true)[~flagged].mean())
    assert {one.method for one in at.values()} == {"Wilson"}


@pytest.mark.parametrize(("risk", "word"), [(0.99, "high"), (0.01, "low"), (0.5, "unclear")])
def test_the_risk_class_follows_the_set_and_not_the_threshold(risk: float, word: str) -> None:
    for threshold in (0.0, 1.0):
        own = Estimate(risk, math.nan, math.nan, 0.95, "")
        assert opinion(report(own, threshold=threshold), known()).risk_class == word


def test_a_level_that_the_cases_cannot_reach_gives_no_set_and_says_how_many_there_are() -> None:
    found = opinion(report(), known(40, events=12), level=0.95)
    assert found.prediction_set is None
    assert found.risk_class == "not known"
    assert found.notes == (
        "A prediction set at 95 % needs 19 patients with and without the outcome who did not teach "
        "the model; there are 12 and 28.",
    )
    assert opinion(report(), known(40, events=12), level=0.9).prediction_set is not None


def test_a_model_without_witnesses_claims_nothing() -> None:
    found = opinion(report(), Standing.empty("ct-cad"))
    assert found.prediction_set is None
    assert found.at_threshold == {}
    assert found.risk_class == "not known"
    assert math.isnan(found.interval.low)
    assert "nothing can be said of how often it is right" in found.notes[0]


def test_cross_validated_witnesses_are_named_as_such() -> None:
    found = opinion(report(), known(split="cross-validated"))
    assert found.prediction_set is not None
    assert found.prediction_set.split == "cross-validated"
    assert "fits that are like it" in found.notes[0]
    assert "cross-validated cases" in found.interval.method


@pytest.mark.parametrize("events", [0, 100])
def test_witnesses_of_one_outcome_give_what_they_can(events: int) -> None:
    found = opinion(report(), known(events=events))
    assert found.prediction_set is None
    assert math.isnan(found.interval.low)
    measured = {name for name, one in found.at_threshold.items() if one.is_estimable}
    assert ("sensitivity" in measured) is (events == 100)


def test_disagreement_finds_the_ends_and_both_sides() -> None:
    risks = {"a": 0.8, "b": 0.3, "c": 0.6}
    opinions = [
        opinion(report(Estimate(risk, math.nan, math.nan, 0.95, ""), name), known())
        for name, risk in risks.items()
    ]
    found = disagreement(opinions)
    assert found.reached == ("a", "c")
    assert found.not_reached == ("b",)
    assert (found.lowest, found.highest) == (("b", 0.3), ("a", 0.8))
    assert found.range == pytest.approx(0.5)
    assert found.is_split
    assert sorted(sum(found.sets.values(), ())) == ["a", "b", "c"]
    without = disagreement([*opinions, opinion(report(model="d"), Standing.empty("d"))])
    assert without.sets["none"] == ("d",)


def test_no_opinion_is_no_disagreement() -> None:
    with pytest.raises(ValueError, match="at least one"):
        disagreement([])


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("risk", [0.03, 0.42, 0.9])
def test_another_level_gives_the_set_that_asking_at_it_gives(level: float, risk: float) -> None:
    given, cases = report(Estimate(risk, math.nan, math.nan, 0.95, "")), known()
    found = at_level(opinion(given, cases), cases, level=level)
    afresh = opinion(given, cases, level=level)
    assert found.prediction_set == afresh.prediction_set
    assert found.prediction_set is not None
    assert (found.level, found.prediction_set.level) == (level, level)
    assert (found.risk_class, found.notes) == (afresh.risk_class, afresh.notes)
    assert found.interval.level == 0.95
    assert found.interval == afresh.interval


def test_a_higher_level_never_rules_out_more() -> None:
    cases = known()
    for risk in np.linspace(0.02, 0.98, 25):
        one = opinion(report(Estimate(risk, math.nan, math.nan, 0.95, "")), cases)
        classes = [at_level(one, cases, level=level).risk_class for level in LEVELS]
        settled = [place for place, word in enumerate(classes) if word == "unclear"]
        assert settled in ([], [2], [1, 2], [0, 1, 2])


def test_a_level_beyond_the_known_cases_takes_the_set_away_and_a_lower_one_brings_it_back() -> None:
    cases = known(40, events=12)
    far = at_level(opinion(report(), cases), cases, level=0.95)
    assert far.prediction_set is None
    assert (far.risk_class, far.level) == ("not known", 0.95)
    assert "at 95 % needs 19 patients" in far.notes[0]
    assert at_level(far, cases, level=0.9).prediction_set is not None
