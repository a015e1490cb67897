"""Prediction sets hold the truth as often as they promise, and follow the order of risks alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit

from clnm_core.explain.conformal import (
    LEVELS,
    class_sizes,
    is_enough,
    prediction_set,
    prediction_sets,
    smallest_class,
)
from clnm_core.explain.coverage import coverage, own_sets
from clnm_core.explain.standing import Standing

SEEDS = st.integers(0, 10_000)


def known_cases(
    generator: np.random.Generator, n: tuple[int, int] = (30, 40), ties: int = 0
) -> Standing:
    """Cases with overlapping log-odds of the risk; rounded to ``ties`` decimals where not 0."""
    y = np.repeat([True, False], n)
    risk = expit(generator.normal(np.where(y, 0.7, -0.7), 1.0))
    risk = risk.round(ties) if ties else risk
    return Standing("model", "validation", y, risk, np.arange(len(y)).astype(str).astype(object))


def by_hand(known: Standing, risk: float, state: bool) -> float:
    """The p-value as the definition says it."""
    strange = [1 - r if state else r for r in known.risk[known.y_true == state].tolist()]
    own = 1 - risk if state else risk
    return (sum(one >= own - 1e-12 for one in strange) + 1) / (len(strange) + 1)


@given(SEEDS, st.floats(0, 1), st.sampled_from([0, 1, 2]))
def test_p_values_are_those_of_the_definition(seed: int, risk: float, ties: int) -> None:
    known = known_cases(np.random.default_rng(seed), ties=ties)
    risk = round(risk, ties) if ties else risk
    found = prediction_set(known, risk)
    assert found is not None
    assert found.p_positive == pytest.approx(by_hand(known, risk, True))
    assert found.p_negative == pytest.approx(by_hand(known, risk, False))
    assert (found.n_positive, found.n_negative) == (30, 40)


@pytest.mark.parametrize("level", LEVELS)
def test_sets_hold_the_truth_in_either_class_as_often_as_promised(level: float) -> None:
    """Over many draws of known and of new cases, within three standard errors."""
    generator = np.random.default_rng(3)
    shares = []
    for _ in range(300):
        known, new = known_cases(generator, (25, 60)), known_cases(generator, (40, 40))
        found = coverage(prediction_sets(known, new.risk, level=level), new.y_true)
        shares.append([one.share.value for one in found[:2]])
    mean, error = np.mean(shares, axis=0), np.std(shares, axis=0) / np.sqrt(len(shares))
    for place, n in enumerate((25, 60)):
        # An empty set that is filled, and the steps of 1 / (n + 1), can only add.
        assert level - 3 * error[place] <= mean[place]
        assert mean[place] <= level + 1 / (n + 1) + 3 * error[place]


def test_a_class_that_the_model_gets_wrong_is_covered_as_well_as_the_other() -> None:
    """A model that knows nothing of the cases with the outcome; a common quantile would fail."""
    generator = np.random.default_rng(5)
    shares = []
    for _ in range(200):
        y = np.repeat([True, False], (30, 170))
        known, new = (
            Standing("m", "validation", y, expit(generator.normal(-2, 1, 200)),
                     np.arange(200).astype(object))
            for _ in range(2)
        )  # fmt: skip
        found = coverage(prediction_sets(known, new.risk), new.y_true)
        shares.append([one.share.value for one in found[:2]])
    assert np.mean(shares, axis=0) == pytest.approx([0.9, 0.9], abs=0.03)


def test_patients_with_several_cases_count_once() -> None:
    """Twelve patients of ten like cases say as much as twelve cases, not as much as 120."""
    generator = np.random.default_rng(8)
    together, apart = [], []
    for _ in range(200):
        own = generator.normal(0, 1, (2, 15))[:, :, None] + generator.normal(0, 0.2, (2, 15, 6))
        risk = expit(own + np.array([0.7, -0.7])[:, None, None]).ravel()
        y = np.repeat([True, False], 90)
        patient = np.repeat(np.arange(30), 6).astype(str).astype(object)
        known = Standing("m", "validation", y, risk, patient)
        new = expit(generator.normal(0, np.hypot(1, 0.2), 60) + 0.7)
        truth = np.ones(60, dtype=bool)
        together.append(coverage(prediction_sets(known, new), truth)[0].share.value)
        each = Standing("m", "validation", y, risk, np.arange(180).astype(object))
        apart.append(coverage(prediction_sets(each, new), truth)[0].share.value)
    error = np.std(together) / np.sqrt(len(together))
    assert class_sizes(known) == (15, 15)
    assert 0.9 - 3 * error <= np.mean(together) <= 0.9 + 1 / 16 + 3 * error
    assert np.mean(apart) < np.mean(together) - 0.02


@given(SEEDS, st.integers(2, 4))
def test_a_patient_whose_case_is_there_several_times_says_no_more(seed: int, times: int) -> None:
    generator = np.random.default_rng(seed)
    known, new = known_cases(generator, ties=1), known_cases(generator, ties=1)
    repeats = np.where(np.arange(len(known)) % 3 == 0, times, 1)
    often = Standing("m", "validation", *(np.repeat(one, repeats) for one in
                     (known.y_true, known.risk, known.patient)))  # fmt: skip
    pd.testing.assert_frame_equal(
        prediction_sets(known, new.risk), prediction_sets(often, new.risk)
    )


@given(SEEDS, st.floats(0, 1))
def test_a_higher_level_never_takes_an_outcome_away(seed: int, risk: float) -> None:
    known = known_cases(np.random.default_rng(seed), ties=2)
    answers = [prediction_set(known, risk, level=level) for level in LEVELS]
    for lower, higher in pairwise(answers):
        assert lower is not None
        assert higher is not None
        if not lower.is_filled:
            assert higher.answer in (lower.answer, "either")


@given(SEEDS, st.sampled_from([2, 4]))
def test_only_the_order_of_risks_matters(seed: int, ties: int) -> None:
    """A rising calibration of all risks, fitted on whatever cases, changes no set."""
    generator = np.random.default_rng(seed)
    known, new = known_cases(generator, ties=ties), known_cases(generator, ties=ties)
    bent = Standing("model", known.split, known.y_true, known.risk**2 / 2, known.patient)
    pd.testing.assert_frame_equal(
        prediction_sets(known, new.risk), prediction_sets(bent, new.risk**2 / 2)
    )


@given(SEEDS, st.sampled_from(LEVELS))
def test_calling_the_other_outcome_positive_turns_every_answer(seed: int, level: float) -> None:
    generator = np.random.default_rng(seed)
    grid = 1 / 64  # exact in binary, so that turned ties stay ties
    known = known_cases(generator, (25, 25))
    known = Standing("m", "validation", known.y_true, (known.risk / grid).round() * grid,
                     known.patient)  # fmt: skip
    turned = Standing("m", "validation", ~known.y_true, 1 - known.risk, known.patient)
    risk = np.arange(65) * grid
    found = prediction_sets(known, risk, level=level)
    other = prediction_sets(turned, 1 - risk, level=level)
    word = {"positive": "negative", "negative": "positive", "either": "either"}
    assert found["answer"].map(word).tolist() == other["answer"].tolist()
    assert found["p_positive"].tolist() == pytest.approx(other["p_negative"].tolist())


@given(SEEDS)
def test_the_order_of_known_cases_changes_nothing(seed: int) -> None:
    generator = np.random.default_rng(seed)
    known, new = known_cases(generator, ties=1), known_cases(generator, ties=1)
    turn = generator.permutation(len(known))
    mixed = Standing("m", "validation", known.y_true[turn], known.risk[turn], known.patient[turn])
    pd.testing.assert_frame_equal(
        prediction_sets(known, new.risk), prediction_sets(mixed, new.risk)
    )


@pytest.mark.parametrize(("level", "n"), [(0.8, 4), (0.9, 9), (0.95, 19), (0.99, 99), (0.5, 1)])
def test_the_smallest_class_can_just_rule_an_outcome_out(level: float, n: int) -> None:
    assert smallest_class(level) == n
    for size, can in ((n, True), (n - 1, False)):
        y = np.repeat([True, False], (size, 200))
        risk = np.where(y, 0.9, np.linspace(0.0, 0.8, len(y)))
        known = Standing("m", "validation", y, risk, np.arange(len(y)).astype(object))
        assert is_enough(known, level=level) is can
        found = prediction_set(known, 0.01, level=level)
        assert (found is not None and found.answer == "negative") is can


def test_too_few_cases_are_refused_and_not_guessed() -> None:
    known = known_cases(np.random.default_rng(1), (8, 40))
    assert prediction_set(known, 0.5) is None
    with pytest.raises(ValueError, match="9 patients with and without"):
        prediction_sets(known, [0.5])


def test_a_risk_between_two_groups_gets_the_likelier_outcome_or_both_at_a_tie() -> None:
    y = np.repeat([True, False], (20, 20))
    risk = np.where(y, np.linspace(0.8, 0.99, 40), np.linspace(0.01, 0.4, 40))
    known = Standing("m", "validation", y, risk, np.arange(40).astype(object))
    between = prediction_sets(known, [0.5])
    assert between["is_filled"].all()
    assert between["answer"].tolist() == ["either"], "both are equally strange"
    more = Standing("m", "validation", np.r_[y, True], np.r_[risk, 0.5],
                    np.arange(41).astype(object))  # fmt: skip
    found = prediction_sets(more, [0.6])
    assert found["is_filled"].all()
    assert found["answer"].tolist() == ["positive"]


@pytest.mark.parametrize("risk", [-0.1, 1.1, float("nan")])
def test_a_number_that_is_no_risk_is_refused(risk: float) -> None:
    with pytest.raises(ValueError, match="in \\[0, 1\\]"):
        prediction_sets(known_cases(np.random.default_rng(1)), [risk])


def test_sets_of_known_cases_are_made_without_their_own_patient() -> None:
    known = known_cases(np.random.default_rng(4))
    sets = own_sets(known)
    for row in (0, 17, 65):
        alone = prediction_sets(known.without(known.patient[row]), [known.risk[row]])
        assert sets.loc[row, "answer"] == alone.loc[0, "answer"]
        assert sets.loc[row, "p_positive"] == alone.loc[0, "p_positive"]


def test_coverage_is_counted_by_hand() -> None:
    sets = pd.DataFrame(
        {
            "answer": ["positive", "negative", "either", "negative", "positive"],
            "is_filled": [False, True, False, False, False],
        }
    )
    with_it, without, every = coverage(sets, [True, True, True, False, False])
    assert (with_it.n, without.n, every.n) == (3, 2, 5)
    assert with_it.share.value == pytest.approx(2 / 3)
    assert without.share.value == pytest.approx(1 / 2)
    assert every.share.value == pytest.approx(3 / 5)
    assert with_it.filled == 1
    assert every.answers == pytest.approx({"positive": 0.4, "negative": 0.4, "either": 0.2})
    nobody = coverage(sets.iloc[:3], [True, True, True])[1]
    assert not nobody.share.is_estimable


@settings(max_examples=20)
@given(SEEDS)
def test_coverage_of_patients_with_several_cases_is_less_sure(seed: int) -> None:
    generator = np.random.default_rng(seed)
    answer = generator.choice(["positive", "negative"], 30, p=[0.8, 0.2])
    assume(len(set(answer)) == 2)
    sets = pd.DataFrame({"answer": np.repeat(answer, 4), "is_filled": False})
    truth = np.ones(120, dtype=bool)
    patient = np.repeat(np.arange(30), 4)
    once, clustered = coverage(sets, truth)[0].share, coverage(sets, truth, patient)[0].share
    assert clustered.value == once.value
    assert clustered.high - clustered.low > once.high - once.low
