"""Readers and their average, counted by hand on six cases."""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.stats.readers import (
    AIDED,
    UNAIDED,
    Panel,
    average_readers,
    changed_calls,
    contrasts,
    reader_gains,
    reader_points,
)

TRUTH = np.array([1, 1, 1, 0, 0, 0], dtype=bool)
BEFORE = np.array([[0.9, 0.6], [0.4, 0.7], [0.2, 0.1], [0.3, 0.6], [0.6, 0.2], [0.1, 0.3]])
AFTER = np.array([[0.9, 0.8], [0.7, 0.9], [0.6, 0.2], [0.2, 0.3], [0.4, 0.1], [0.1, 0.4]])
RISK = np.array([0.9, 0.8, 0.45, 0.5, 0.2, 0.1])


def panel(**changes: object) -> Panel:
    values: dict[str, object] = {
        "y_true": TRUTH,
        "patient": np.arange(6),
        "risk": RISK,
        "readers": ("a", "b"),
        "probability": {UNAIDED: BEFORE, AIDED: AFTER},
        "call": {UNAIDED: BEFORE >= 0.5, AIDED: AFTER >= 0.5},
    }
    return Panel(**(values | changes))  # type: ignore[arg-type]


def one_side() -> Panel:
    return panel(probability={UNAIDED: BEFORE}, call={UNAIDED: BEFORE >= 0.5})


def test_every_reader_has_a_point_on_every_side() -> None:
    table = reader_points(panel()).set_index(["side", "reader"])
    assert len(table) == 4
    first = table.loc[(UNAIDED, "a")]
    assert first["sensitivity_value"] == pytest.approx(1 / 3)
    assert first["specificity_value"] == pytest.approx(2 / 3)
    assert first["sensitivity_low"] == pytest.approx(0.0615, abs=1e-4)
    assert first["auc_value"] == pytest.approx(6 / 9)
    assert table.loc[(AIDED, "a"), "auc_value"] == 1


def test_the_average_reader_is_the_mean_of_points_and_of_areas() -> None:
    found = average_readers(panel())
    points = reader_points(panel())
    for (merit, side), mean in found.items():
        expected = points.loc[points["side"] == side, f"{merit}_value"].mean()
        assert mean.estimate.value == pytest.approx(expected)
        assert mean.readers == 2


def test_contrasts_are_differences_of_those_averages_and_of_the_model() -> None:
    found = {(c.merit, c.first, c.second): c for c in contrasts(panel(), 0.5)}
    assert len(found) == 9
    mean = {key: value.estimate.value for key, value in average_readers(panel()).items()}
    gain = found["auc", AIDED, UNAIDED].random.estimate.value
    assert gain == pytest.approx(mean["auc", AIDED] - mean["auc", UNAIDED])
    lead = found["sensitivity", "model", UNAIDED].fixed.estimate.value
    assert lead == pytest.approx(2 / 3 - mean["sensitivity", UNAIDED])
    lead = found["auc", "model", AIDED].random.estimate.value
    assert lead == pytest.approx(8 / 9 - mean["auc", AIDED])


def test_the_threshold_moves_the_models_calls_and_nothing_else() -> None:
    low = {(c.merit, c.first, c.second): c for c in contrasts(panel(), 0.45)}
    high = {(c.merit, c.first, c.second): c for c in contrasts(panel(), 0.5)}
    moved = {key for key in low if low[key] != high[key]}
    assert moved == {("sensitivity", "model", side) for side in (UNAIDED, AIDED)}


def test_one_side_has_no_before_and_after() -> None:
    found = contrasts(one_side(), 0.5)
    assert {(c.first, c.second) for c in found} == {("model", UNAIDED)}
    assert reader_gains(one_side(), "auc").empty
    assert changed_calls(one_side()).empty


def test_readers_who_gave_calls_only_have_no_area() -> None:
    blank = np.full_like(BEFORE, np.nan)
    calls = panel(probability={UNAIDED: blank, AIDED: blank})
    assert not calls.has_probabilities
    assert {merit for merit, _ in average_readers(calls)} == {"sensitivity", "specificity"}
    table = reader_points(calls)
    assert table["auc_value"].isna().all()
    assert set(table["auc_method"]) == {"calls only"}


def test_changed_calls_are_counted_by_what_they_did_to_the_patient() -> None:
    table = changed_calls(panel()).set_index("reader")
    assert table.loc["a"].tolist() == [2, 0, 1, 0]
    assert table.loc["b"].tolist() == [0, 0, 1, 0]


def test_the_gain_of_each_reader_averages_to_the_gain_of_all() -> None:
    table = reader_gains(panel(), "auc")
    whole = next(c for c in contrasts(panel(), 0.5) if (c.merit, c.first) == ("auc", AIDED))
    assert table["value"].mean() == pytest.approx(whole.random.estimate.value)
    assert table["reader"].tolist() == ["a", "b"]


def test_a_panel_of_one_class_says_what_is_missing() -> None:
    only = panel(y_true=np.zeros(6, dtype=bool))
    found = contrasts(only, 0.5)
    areas = [c.random.estimate.method for c in found if c.merit == "auc"]
    assert all("fewer than two patients" in words for words in areas)
    assert reader_points(only)["sensitivity_value"].isna().all()
