"""Claims about where in the gland risk lives."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from clnm_core.stats.location import (
    PUBLISHED_NEAR_CAPSULE,
    distance_bins,
    distance_curve,
    gland_grid,
)


def falling_risk(n: int = 2000, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Distances in mm and outcomes whose log-odds fall by 0.25 a millimetre from 1."""
    rng = np.random.default_rng(seed)
    distance = rng.gamma(2.0, 3.0, n)
    return distance, rng.random(n) < 1 / (1 + np.exp(-(1 - 0.25 * distance)))


def test_the_band_covers_the_true_curve_of_a_known_simulation():
    curve = distance_curve(*falling_risk())
    truth = 1 / (1 + np.exp(-(1 - 0.25 * curve["distance_mm"])))
    assert ((curve["low"] <= truth) & (truth <= curve["high"])).mean() > 0.9
    assert (curve["low"] < curve["risk"]).all()
    assert (curve["risk"] < curve["high"]).all()


def test_a_curve_says_its_method_counts_and_knots():
    distance, y = falling_risk()
    facts = distance_curve(distance, y).attrs
    assert facts["n"] == 2000
    assert facts["events"] == y.sum()
    assert facts["left_out"] == 0
    assert facts["knots_mm"] == pytest.approx(np.quantile(distance, [0.05, 0.35, 0.65, 0.95]))
    assert (
        facts["method"]
        == "restricted cubic spline on the log-odds, 4 knots; pointwise 95 % band: Wald"
    )


def test_unknown_distances_and_outcomes_are_left_out_and_counted():
    distance, y = falling_risk()
    known = distance_curve(distance, y, at_mm=[1, 5, 9])
    more = distance_curve(
        np.append(distance, [np.nan, 3.0]),
        np.append(y.astype(object), [True, None]),
        at_mm=[1, 5, 9],
    )
    pd.testing.assert_frame_equal(known, more)
    assert more.attrs["left_out"] == 2


def test_repeating_every_patient_leaves_the_clustered_band_but_narrows_the_plain_one():
    distance, y = falling_risk(400)
    once = distance_curve(distance, y, at_mm=[4.0])
    twice = (np.tile(distance, 2), np.tile(y, 2))
    clustered = distance_curve(*twice, patient=np.tile(np.arange(400), 2), at_mm=[4.0])
    plain = distance_curve(*twice, at_mm=[4.0])
    width = [float((f["high"] - f["low"]).iloc[0]) for f in (once, clustered, plain)]
    assert width[1] == pytest.approx(width[0], rel=0.1)
    assert width[2] == pytest.approx(width[0] / math.sqrt(2), rel=0.05)
    assert "sandwich variance clustered by patient" in clustered.attrs["method"]


@pytest.mark.parametrize(
    ("distance", "y", "why"),
    [
        ([], [], "there are 0 and 0"),
        ([1.0, 2.0, 3.0], [True, False, True], "there are 2 and 1"),
        (np.arange(100.0), np.zeros(100, bool), "there are 0 and 100"),
        (np.full(100, 3.0), np.arange(100) % 2 == 0, "all cases have the same distance"),
        (np.arange(100.0), np.arange(100) < 50, "separates the cases"),
        (np.repeat([1.0, 2.0], 50), np.arange(100) < 50, "separates the cases"),
    ],
)
def test_a_curve_that_cannot_be_fitted_is_empty_with_a_reason_and_without_a_warning(
    distance, y, why
):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        curve = distance_curve(distance, y)
    assert list(curve.columns) == ["distance_mm", "risk", "low", "high"]
    assert curve.empty
    assert curve.attrs["method"].startswith("not estimable: ")
    assert why in curve.attrs["method"]


def test_one_patient_alone_gives_no_clustered_band():
    distance, y = falling_risk(200)
    curve = distance_curve(distance, y, patient=np.zeros(200))
    assert curve.empty
    assert curve.attrs["method"] == "not estimable: all cases belong to one patient"


def test_many_lesions_that_touch_the_capsule_still_get_a_curve():
    distance, y = falling_risk()
    curve = distance_curve(np.where(distance < 5, 0.0, distance), y)
    assert len(curve.attrs["knots_mm"]) == 4
    assert curve["risk"].between(0, 1).all()


def test_two_different_distances_give_a_straight_line():
    y = np.tile([True, False, True, True], 25)
    curve = distance_curve(np.repeat([1.0, 2.0], 50), y)
    assert curve.attrs["method"].startswith("straight line on the log-odds")


@pytest.mark.parametrize(
    ("distance", "y", "knots", "words"),
    [
        ([-1.0, 2.0], [True, False], 4, "distance_mm must be 0 or more; got -1"),
        ([1.0], [True, False], 4, "must have one length"),
        ([1.0, 2.0], [True, False], 7, "knots must be 3, 4 or 5; got 7"),
        ([1.0, 2.0], ["yes", "no"], 4, "y must be true, false or unknown"),
    ],
)
def test_a_mistake_of_the_caller_is_an_error(distance, y, knots, words):
    with pytest.raises(ValueError, match=words):
        distance_curve(distance, y, knots=knots)


def test_a_bin_holds_its_upper_edge():
    bins = distance_bins([0.0, 2.5, 2.500001, 10.0, 10.1], [True] * 5)
    assert bins["n"].tolist() == [2, 1, 0, 1, 1]


def test_bins_are_wilson_rates_and_an_empty_bin_has_none():
    bins = distance_bins([1.0] * 10 + [3.0], [True] * 8 + [False] * 3)
    first = bins.iloc[0]
    assert (first["n"], first["events"], first["rate"]) == (10, 8, 0.8)
    assert (first["low"], first["high"]) == pytest.approx((0.490162, 0.943318), abs=1e-6)
    assert bins.iloc[2][["rate", "low", "high"]].isna().all()
    assert bins.attrs == {"left_out": 0, "method": "Wilson"}


def test_distances_beyond_the_last_edge_are_counted_as_left_out():
    bins = distance_bins([1.0, 8.0, np.nan], [True, False, True], edges=(0, 5))
    assert bins["n"].sum() == 1
    assert bins.attrs["left_out"] == 2


def test_bins_widen_when_lesions_of_one_patient_agree():
    distance, y = np.ones(40), np.tile([True, False], 20)
    patient = np.repeat(np.arange(10), 4)
    alike = np.repeat(np.arange(10) % 2 == 0, 4)
    plain, clustered = (
        distance_bins(distance, alike),
        distance_bins(distance, alike, patient=patient),
    )
    assert clustered.loc[0, "low"] < plain.loc[0, "low"]
    assert clustered.attrs["method"] == "Wilson, clustered by patient"
    unlike = distance_bins(distance, y, patient=patient)
    assert unlike.loc[0, "low"] == pytest.approx(distance_bins(distance, y).loc[0, "low"])


def test_edges_that_do_not_increase_are_an_error():
    with pytest.raises(ValueError, match="edges must increase"):
        distance_bins([1.0], [True], edges=(0, 5, 5))


def test_the_gland_always_has_seven_cells_in_reading_order():
    grid = gland_grid([], [], [])
    assert grid[["lobe", "third"]].to_numpy().tolist() == [
        *(["right", third] for third in ("upper", "middle", "lower")),
        *(["left", third] for third in ("upper", "middle", "lower")),
        ["isthmus", ""],
    ]
    assert grid["is_too_few"].all()


def test_a_cell_with_too_few_cases_is_shown_and_not_scored():
    grid = gland_grid(["left"] * 9, ["upper"] * 9, [True] * 9).set_index(["lobe", "third"])
    cell = grid.loc[("left", "upper")]
    assert (cell["n"], cell["events"], cell["is_too_few"]) == (9, 9, True)
    assert math.isnan(cell["rate"])


def test_the_isthmus_is_one_cell_whatever_its_third():
    grid = gland_grid(["isthmus"] * 12, [None] * 6 + ["upper"] * 6, [True, False] * 6).set_index(
        "lobe"
    )
    assert grid.loc["isthmus", "n"] == 12
    assert grid.loc["isthmus", "rate"] == 0.5


def test_cases_without_a_place_belong_to_no_cell_and_are_counted():
    grid = gland_grid(
        ["left", None, "left", "right"], ["upper", "upper", None, "lower"], [1.0, 1.0, 0.0, np.nan]
    )
    assert grid["n"].sum() == 1
    assert grid.attrs["left_out"] == 3


def test_a_grid_of_unequal_columns_is_an_error():
    with pytest.raises(ValueError, match="must have one length"):
        gland_grid(["left"], ["upper", "lower"], [True])


def test_the_published_claim_keeps_its_caveat_and_its_outcome():
    claim = PUBLISHED_NEAR_CAPSULE
    assert (claim.within_mm, claim.above, claim.outcome) == (2.5, 0.72, "lateral")
    assert claim.doi == "10.1038/s41467-025-62042-z"
    assert claim.caveat == "one continuous curve; no bin, n or interval was published"
