"""Claims about whether a model knows the capsule effect."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.learned_curve import learned_curve
from clnm_core.stats.learned_location import (
    FOLLOWS,
    NOT_ENOUGH,
    REFUTED,
    learned_cells,
    learned_distance,
)
from clnm_core.stats.location import distance_bins, distance_curve
from clnm_core.stats.uncertainty import wilson


def study(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distances, true risks and outcomes."""
    rng = np.random.default_rng(seed)
    distance = rng.gamma(2.0, 2.5, n)
    risk = expit(1 - 0.25 * distance)
    return distance, risk, rng.random(n) < risk


def test_a_model_with_the_true_risks_follows_and_says_how_far_off_it_is():
    distance, risk, y = study(3000)
    found = learned_distance(Predictions.of(y, risk), distance)
    assert found.verdict == FOLLOWS
    assert found.needed == 0
    assert found.bands["difference"].abs().max() < 0.06
    assert found.effect.low > 0.2


def test_a_model_that_says_the_same_for_everyone_is_refuted():
    distance, _, y = study(1500)
    found = learned_distance(Predictions.of(y, np.full(1500, y.mean())), distance)
    assert found.verdict == REFUTED
    assert found.flat.p < 0.001


def test_a_model_that_is_too_high_throughout_still_follows():
    distance, risk, y = study(3000)
    found = learned_distance(Predictions.of(y, expit(logit(risk) + 1)), distance)
    assert found.verdict == FOLLOWS
    assert found.level.value > 0.15
    assert found.level.excludes(0)


def test_a_small_study_is_not_enough_and_says_how_many_would_be():
    distance, risk, y = study(120)
    found = learned_distance(Predictions.of(y, risk), distance)
    assert found.verdict == NOT_ENOUGH
    assert found.needed > 120


def test_a_small_deviation_of_a_million_cases_is_not_a_refutation():
    distance, risk, y = study(200_000)
    found = learned_distance(Predictions.of(y, expit(1.05 * logit(risk))), distance)
    assert found.flat.p < 0.05
    assert found.verdict == FOLLOWS


def test_bands_carry_wilson_around_the_observed_share():
    distance, risk, y = study(400)
    band = learned_distance(Predictions.of(y, risk), distance).bands.iloc[0]
    near = distance <= 2.5
    share = wilson(int(y[near].sum()), int(near.sum()))
    assert (band["n"], band["events"]) == (near.sum(), y[near].sum())
    assert (band["observed_low"], band["observed_high"]) == pytest.approx((share.low, share.high))
    assert band["predicted"] == pytest.approx(risk[near].mean())
    assert band["difference_low"] == pytest.approx(risk[near].mean() - share.high)


def test_the_observed_line_is_the_distance_curve_and_the_difference_is_one_minus_the_other():
    distance, risk, y = study(500)
    curve = learned_curve(Predictions.of(y, risk), distance)
    alone = distance_curve(distance, y, at_mm=curve["distance_mm"], patient=np.arange(500))
    assert curve["observed"].tolist() == pytest.approx(alone["risk"].tolist())
    assert (curve["observed_high"] - curve["observed_low"]).tolist() == pytest.approx(
        (alone["high"] - alone["low"]).tolist(), rel=0.02
    )
    assert (curve["predicted"] - curve["observed"] - curve["difference"]).abs().max() < 1e-12


def test_what_moves_both_lines_alike_does_not_widen_their_difference():
    distance, _, y = study(600)
    curve = learned_curve(Predictions.of(y, 0.1 + 0.8 * y), distance).iloc[10:60]
    width = curve["difference_high"] - curve["difference_low"]
    alone = curve["observed_high"] - curve["observed_low"]
    assert (width / alone).max() < 0.6


def test_a_band_that_differs_by_chance_is_no_refutation():
    found = _undecided(0.2)
    assert found.verdict == NOT_ENOUGH
    assert found.flat.p > 0.05
    scored = found.bands[~found.bands["is_too_few"]]
    beyond = (scored["shifted"].abs() > found.margin) & (
        (scored["shifted_low"] > 0) | (scored["shifted_high"] < 0)
    )
    assert beyond.any()


def _undecided(margin: float):
    """The first of many right models in which one band differs and the whole does not."""
    for seed in range(300):
        distance, risk, y = study(150, seed)
        found = learned_distance(Predictions.of(y, risk), distance, margin=margin)
        scored = found.bands[~found.bands["is_too_few"]]
        apart = (scored["shifted_low"] > 0) | (scored["shifted_high"] < 0)
        if (apart & (scored["shifted"].abs() > margin)).any() and found.flat.p > 0.05:
            return found
    raise AssertionError("no such study was drawn")


def test_bands_are_those_of_the_observed_page_also_at_their_edges():
    distance, risk, y = study(500)
    rounded = (distance * 2).round() / 2
    cases = Predictions.of(y, risk)
    bands = learned_distance(cases, rounded).bands
    assert bands["n"].tolist() == distance_bins(rounded, y)["n"].tolist()
    inner = learned_distance(cases, rounded, edges=(1.0, 2.0, 3.0)).bands
    assert inner["n"].tolist() == distance_bins(rounded, y, edges=(1.0, 2.0, 3.0))["n"].tolist()


def test_the_band_of_the_difference_is_as_wide_as_resamples_say():
    distance, risk, y = study(400, seed=4)
    place = 30
    curve = learned_curve(Predictions.of(y, risk), distance)
    rng = np.random.default_rng(1)
    at = curve["distance_mm"].iloc[place]
    drawn = []
    for _ in range(150):
        rows = rng.integers(0, 400, 400)
        again = learned_curve(Predictions.of(y[rows], risk[rows]), distance[rows])
        drawn.append(np.interp(at, again["distance_mm"], again["difference"]))
    half = (curve["difference_high"] - curve["difference_low"]).iloc[place] / 2
    assert half == pytest.approx(1.96 * np.std(drawn), rel=0.25)


@given(st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_any_small_study_gives_a_verdict_and_counts_its_cases(n, seed):
    rng = np.random.default_rng(seed)
    distance = np.where(rng.random(n) < 0.2, np.nan, rng.gamma(2, 3, n).round())
    cases = Predictions.of(rng.random(n) < 0.5, rng.random(n).round(1), rng.integers(0, 9, n))
    found = learned_distance(cases, distance)
    assert found.verdict in (FOLLOWS, REFUTED, NOT_ENOUGH)
    assert found.bands["n"].sum() == found.n == n - found.left_out
    cells = learned_cells(cases, rng.choice(["left", "right"], n), rng.choice(["upper"], n))
    assert cells["n"].sum() == n
    scored = cells[~cells["is_too_few"]]
    assert (scored["difference_low"] <= scored["difference"]).all()
    assert (scored["difference"] <= scored["difference_high"]).all()


def test_parts_of_the_gland_are_compared_and_small_ones_only_listed():
    rng = np.random.default_rng(2)
    lobe = np.array(["left"] * 90 + ["isthmus"] * 5, dtype=object)
    third = np.array(["upper"] * 90 + [None] * 5, dtype=object)
    cells = learned_cells(Predictions.of(rng.random(95) < 0.4, np.full(95, 0.6)), lobe, third)
    left = cells[(cells["lobe"] == "left") & (cells["third"] == "upper")].iloc[0]
    isthmus = cells[cells["lobe"] == "isthmus"].iloc[0]
    assert left["predicted"] == pytest.approx(0.6)
    assert left["difference"] == pytest.approx(0.6 - left["observed"])
    assert (isthmus["n"], bool(isthmus["is_too_few"])) == (5, True)
    assert np.isnan(isthmus["observed"])
