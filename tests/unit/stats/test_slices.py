"""A planted group is found and confirmed, noise is not, and nothing is said twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import ttest_ind

from clnm_core.domain.columns import Column, Kind
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.slice_errors import ERRORS
from clnm_core.stats.slice_excess import excess
from clnm_core.stats.slice_levels import cuts, sliceable
from clnm_core.stats.slice_search import suggested
from clnm_core.stats.slices import CONFIRMED, NOT_ENOUGH, find_slices
from clnm_core.synth.models import simulated_risks
from clnm_core.synth.planted import planted_models, planted_problems

COLUMNS = [
    *(Column(f"number_{i}", f"Number {i}", Kind.NUMBER) for i in range(4)),
    *(Column(f"word_{i}", f"Word {i}", Kind.CATEGORY) for i in range(4)),
    Column("flag", "Flag", Kind.FLAG),
]


def drawn(n: int, seed: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Columns that say nothing, log-odds, and outcomes that follow them."""
    rng = np.random.default_rng(seed)
    cases = pd.DataFrame(
        {f"number_{i}": rng.normal(size=n) for i in range(4)}
        | {f"word_{i}": rng.choice(list("abcde")[: 2 + i], n) for i in range(4)}
        | {"flag": (rng.random(n) < 0.3).astype(object)}
    )
    cases.loc[rng.random(n) < 0.05, "number_0"] = np.nan
    log_odds = rng.normal(-0.5, 1.2, n)
    return cases, log_odds, rng.random(n) < expit(log_odds)


def words(one) -> set[tuple[str, str]]:
    return {(piece.column, piece.words) for piece in one.pieces}


def test_noise_is_hardly_ever_confirmed() -> None:
    confirmed = 0
    for seed in range(40):
        cases, log_odds, happened = drawn(600, seed)
        search = find_slices(Predictions.of(happened, expit(log_odds)), cases, COLUMNS, seed=seed)
        assert search.looked_at > 100
        confirmed += bool(search.confirmed)
    assert confirmed <= 2


@pytest.mark.parametrize("measure", ["too_low", "missed"])
def test_a_planted_pair_is_found_and_said_once(measure: str) -> None:
    found = 0
    for seed in range(8):
        cases, log_odds, happened = drawn(3000, seed)
        is_bad = (cases["word_1"] == "a") & (cases["word_2"] == "b")
        risk = expit(np.where(is_bad, log_odds - 2, log_odds))
        search = find_slices(
            Predictions.of(happened, risk),
            cases,
            COLUMNS,
            measure=measure,
            threshold=0.4,
            seed=seed,
        )
        confirmed = [words(one) for one in search.confirmed]
        found += confirmed == [{("word_1", "a"), ("word_2", "b")}]
    assert found >= 7


def test_one_column_explains_its_pairs() -> None:
    cases, log_odds, happened = drawn(4000, 3)
    is_bad = cases["word_0"] == "a"
    risk = expit(np.where(is_bad, log_odds + 1, log_odds))
    search = find_slices(Predictions.of(happened, risk), cases, COLUMNS, measure="too_high")
    assert search.significant > 20
    assert [words(one) for one in search.confirmed] == [{("word_0", "a")}]
    one = search.confirmed[0]
    assert one.n == int(is_bad.sum())
    assert one.events == int(happened[is_bad].sum())
    assert one.found.n + one.held_out.n == one.n
    assert one.p < 0.001


def test_a_model_that_is_too_sure_somewhere_is_found_without_being_asked() -> None:
    cases, log_odds, happened = drawn(3000, 1)
    noise = np.random.default_rng(2).normal(0, 2, 3000)
    risk = expit(np.where(cases["flag"].astype(bool), log_odds + noise, log_odds))
    search = find_slices(Predictions.of(happened, risk), cases, COLUMNS)
    assert [words(one) for one in search.confirmed] == [{("flag", "yes")}]


def test_honest_risks_near_a_half_are_no_excess() -> None:
    """The Brier score is higher there, as it must be; the excess is not."""
    confirmed = dict.fromkeys(("excess", "brier"), 0)
    for seed in range(10):
        cases, _, _ = drawn(3000, seed)
        rng = np.random.default_rng(seed)
        log_odds = np.where(cases["word_0"] == "a", 0.0, -3.0) + rng.normal(0, 0.2, 3000)
        predictions = Predictions.of(rng.random(3000) < expit(log_odds), expit(log_odds))
        for measure in confirmed:
            search = find_slices(predictions, cases, COLUMNS, measure=measure, seed=seed)
            confirmed[measure] += bool(search.confirmed)
    assert confirmed == {"excess": 0, "brier": 10}


def test_an_excess_above_zero_and_a_corrected_p_below_five_per_cent_are_one_statement() -> None:
    cases, log_odds, happened = drawn(5000, 4)
    risk = expit(log_odds - 0.9 * (cases["word_3"] == "a") - 0.5 * cases["flag"].astype(bool))
    search = find_slices(Predictions.of(happened, risk), cases, COLUMNS, measure="too_low")
    assert len(search.slices) > 1
    for one in search.slices:
        assert (one.verdict == CONFIRMED) == (one.p < 0.05 and one.held_out.difference.value > 0)
        assert one.held_out.difference.level == pytest.approx(1 - 0.05 / len(search.slices))
    values = [one.held_out.difference.value for one in search.slices]
    assert values == sorted(values, reverse=True)


def test_an_overlap_counts_for_the_more_striking_group_alone() -> None:
    cases, log_odds, happened = drawn(6000, 4)
    is_first, is_second = cases["word_0"] == "a", cases["flag"].astype(bool)
    risk = expit(log_odds - 1.5 * is_first - 0.8 * is_second)
    search = find_slices(Predictions.of(happened, risk), cases, COLUMNS, measure="too_low")
    by_words = {frozenset(words(one)): one for one in search.confirmed}
    second = by_words[frozenset({("flag", "yes")})]
    assert frozenset({("word_0", "a")}) in by_words
    assert second.n == int(is_second.sum())
    assert second.found.n + second.held_out.n == int((is_second & ~is_first).sum())


def test_what_a_pair_explains_is_not_said_of_its_columns() -> None:
    cases, _, _ = drawn(4000, 6)
    inside = ((cases["word_1"] == "a") & (cases["word_2"] == "b")).to_numpy()
    error = np.random.default_rng(0).normal(size=4000) + 1.5 * inside
    made = cuts(cases, COLUMNS, smallest=30)
    tip = suggested(error, made, np.arange(4000), smallest=30, most=10)
    assert tip.significant > 5
    said = [{made[column].pieces[piece].words for column, piece in one.parts} for one in tip.places]
    assert said[0] == {"a", "b"}
    assert {"a"} not in said
    assert {"b"} not in said


def test_a_pair_no_worse_than_its_column_is_not_suggested() -> None:
    cases, _, _ = drawn(4000, 6)
    inside = (cases["word_1"] == "a").to_numpy()
    error = np.random.default_rng(0).normal(size=4000) + 0.8 * inside
    made = cuts(cases, COLUMNS, smallest=30)
    tip = suggested(error, made, np.arange(4000), smallest=30, most=10)
    assert tip.significant > 20
    assert [len(one.parts) for one in tip.places] == [1]


def test_halves_hold_whole_patients_and_the_seed_decides() -> None:
    cases, log_odds, happened = drawn(1200, 5)
    patient = np.arange(1200) // 4
    predictions = Predictions.of(happened, expit(log_odds), patient)
    search = find_slices(predictions, cases, COLUMNS, seed=1)
    assert search.is_clustered
    assert (search.search_n, search.held_out_n) == (600, 600)
    mixed = np.random.default_rng(0).permutation(1200)
    shuffled = Predictions.of(happened[mixed], expit(log_odds)[mixed], patient[mixed])
    again = find_slices(shuffled, cases.iloc[mixed], COLUMNS, seed=1)
    assert again.significant == search.significant
    assert [words(one) for one in again.slices] == [words(one) for one in search.slices]


@pytest.mark.parametrize("measure", [one.name for one in ERRORS])
@settings(max_examples=25)
@given(n=st.integers(0, 130), seed=st.integers(0, 50), share=st.sampled_from([0.0, 0.1, 1.0]))
def test_any_small_table_is_searched_or_says_why_not(
    measure: str, n: int, seed: int, share: float
) -> None:
    cases, _, _ = drawn(n, seed)
    rng = np.random.default_rng(seed)
    risk = rng.choice([0.0, 0.3, 1.0], n)
    search = find_slices(
        Predictions.of(rng.random(n) < share, risk), cases, COLUMNS, measure=measure, smallest=10
    )
    assert bool(search.reason) == (search.looked_at == 0)
    assert search.search_n + search.held_out_n <= n
    for one in search.slices:
        assert 0 <= one.p <= 1
        assert one.verdict == NOT_ENOUGH or one.held_out.n >= 10


def test_equal_risks_leave_nothing_to_find() -> None:
    cases, _, _ = drawn(500, 0)
    search = find_slices(Predictions.of([True, False] * 250, [0.5] * 500), cases, COLUMNS)
    assert search.slices == ()
    assert search.looked_at > 0


def test_too_few_cases_are_said_with_what_is_needed() -> None:
    cases, log_odds, happened = drawn(100, 0)
    search = find_slices(Predictions.of(happened, expit(log_odds)), cases, COLUMNS, smallest=30)
    assert search.reason.startswith("there are 100 cases; either half needs 60")


def test_no_column_to_cut_is_said() -> None:
    cases, log_odds, happened = drawn(200, 0)
    search = find_slices(Predictions.of(happened, expit(log_odds)), cases, [], smallest=10)
    assert search.reason.startswith("no column divides the half that is searched into groups of 10")


def test_rows_of_another_length_are_refused() -> None:
    cases, log_odds, happened = drawn(50, 0)
    with pytest.raises(ValueError, match="cases must have one row per case; got 20 for 50"):
        find_slices(Predictions.of(happened, expit(log_odds)), cases.head(20), COLUMNS)


def test_the_difference_is_welchs_where_groups_are_like_the_whole() -> None:
    rng = np.random.default_rng(0)
    error = rng.normal(size=400)
    inside = np.arange(400) < 200
    error[inside] *= 3
    found, _ = excess(error, inside, np.arange(400), level=0.95)
    welch = ttest_ind(error[inside], error[~inside], equal_var=False)
    half = (found.difference.high - found.difference.low) / 2
    standard_error = (error[inside].mean() - error[~inside].mean()) / welch.statistic
    assert found.difference.value == pytest.approx(error[inside].mean() - error[~inside].mean())
    assert half == pytest.approx(1.972 * abs(standard_error), rel=0.01)


def test_a_group_that_is_wrong_in_every_case_keeps_its_doubt() -> None:
    error = np.zeros(200)
    error[:12] = 1
    error[50:100] = 1
    inside = np.arange(200) < 12
    found, p = excess(error, inside, np.arange(200), level=0.95)
    assert found.error == 1
    assert found.difference.high - found.difference.low > 0.4
    assert p > 1e-6


def test_a_difference_of_shares_stays_within_a_hundred_points() -> None:
    inside = np.arange(24) < 12
    found, _ = excess(inside.astype(float), inside, np.arange(24) // 4, level=0.999)
    assert (found.difference.value, found.difference.high) == (1, 1)
    assert -1 <= found.difference.low < 1


@pytest.mark.parametrize(("share", "n"), [(0.05, 12), (0.5, 12), (0.95, 30), (0.05, 100)])
def test_the_confirmation_keeps_its_level_in_small_and_lopsided_groups(
    share: float, n: int
) -> None:
    rng = np.random.default_rng(1)
    inside = np.arange(500) < n
    above = 0
    for _ in range(1000):
        found, _ = excess(
            (rng.random(500) < share).astype(float), inside, np.arange(500), level=0.9
        )
        above += found.difference.low > 0
    assert above <= 65


def test_ten_copies_of_a_patient_prove_no_more_than_one() -> None:
    rng = np.random.default_rng(3)
    error, inside = rng.normal(size=60), np.arange(60) < 20
    error[inside] += 0.8
    alone, _ = excess(error, inside, np.arange(60), level=0.95)
    often, _ = excess(np.repeat(error, 10), np.repeat(inside, 10), np.arange(600) // 10, level=0.95)
    assert often.difference.value == pytest.approx(alone.difference.value)
    assert often.difference.low == pytest.approx(alone.difference.low, abs=0.03)


@pytest.mark.parametrize(
    ("model", "measure", "wanted"),
    [("uneven-demo", "excess", ("centre", "D")), ("tilted-demo", "too_low", ("sex", "male"))],
)
def test_the_planted_faults_of_the_demo_are_found_and_its_clean_twin_is_silent(
    model: str, measure: str, wanted: tuple[str, str]
) -> None:
    for seed in range(3):
        for planted in (True, False):
            cohort = planted_problems(seed=seed, planted=planted)
            simulated = next(one for one in planted_models(planted=planted) if one.name == model)
            risks = simulated_risks(simulated, cohort, seed=seed)[["case_id", "risk"]]
            cases = cohort.cases.merge(risks, on="case_id").dropna(subset="lateral")
            judged = Predictions.of(
                cases["lateral"].astype(bool), cases["risk"], cases["patient_id"]
            )
            search = find_slices(
                judged, cases, sliceable(cohort.registry, "lateral"), measure=measure, seed=seed
            )
            assert [words(one) for one in search.confirmed] == ([{wanted}] if planted else [])
