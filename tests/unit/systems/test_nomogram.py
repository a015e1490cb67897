"""The nomogram: scales of points that give the model's own risk when they are read by hand."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.systems.calibrating import Calibrator
from clnm_core.systems.clinical import fit_clinical
from clnm_core.systems.design import choose_predictors
from clnm_core.systems.nomogram import Nomogram, nomogram_of

NAMES = ("age_years", "sex", "capsule_distance_mm", "multifocal", "margin")
LINE = Calibrator(-0.3, 0.8)


def patients(n: int = 400) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    distance, age, male = rng.gamma(2, 3, n), rng.normal(45, 12, n), rng.random(n) < 0.3
    frame = pd.DataFrame({
        "age_years": np.where(rng.random(n) < 0.05, np.nan, age),
        "sex": np.where(male, "male", "female"),
        "capsule_distance_mm": distance,
        "multifocal": pd.array(rng.random(n) < 0.4, dtype="boolean"),
        "margin": rng.choice(["smooth", "irregular", "ill_defined"], n),
    })  # fmt: skip
    frame.loc[:20, "multifocal"] = pd.NA
    return frame, rng.random(n) < expit(0.8 - 0.3 * distance - 0.03 * (age - 45) + 0.5 * male)


@functools.cache
def drawn() -> Nomogram:
    frame, y_true = patients()
    model = fit_clinical(frame, y_true, choose_predictors(BUILT_IN, NAMES), outcome="lateral")
    return nomogram_of(model, LINE)


def by_hand(nomogram: Nomogram, values: dict) -> float:
    """The risk as a reader finds it: marks and straight lines between them, nothing else."""
    total = 0.0
    for axis in nomogram.axes:
        value = values.get(axis.column)
        if value is None:
            total += axis.unknown.points
        elif axis.is_number:
            marks = [(tick.value, tick.points) for tick in axis.ticks]
            (x0, p0), (x1, p1) = next(
                (pair for pair in itertools.pairwise(marks) if value <= pair[1][0]),
                (marks[-2], marks[-1]),
            )
            total += p0 + (p1 - p0) * (value - x0) / (x1 - x0)
        else:
            total += next(tick.points for tick in axis.ticks if tick.value == value)
    scale = nomogram.totals_table()
    return float(np.interp(total, scale["total"], scale["risk"]))


CASES = st.fixed_dictionaries({
    "age_years": st.none() | st.floats(15, 85),
    "sex": st.none() | st.sampled_from(["female", "male"]),
    "capsule_distance_mm": st.none() | st.floats(0, 25),
    "multifocal": st.sampled_from([None, True, False]),
    "margin": st.none() | st.sampled_from(["smooth", "irregular", "ill_defined"]),
})  # fmt: skip


@settings(max_examples=50)
@given(CASES)
def test_its_risk_is_exactly_that_of_the_calibrated_model(values) -> None:
    nomogram = drawn()
    expected = LINE.risk([nomogram.model.case_risk(values).value])[0]
    reading = nomogram.points(values)
    assert reading.risk == pytest.approx(expected, abs=1e-12)
    assert reading.total == pytest.approx(sum(reading.points.values()))


@settings(max_examples=50)
@given(CASES)
def test_reading_it_by_hand_gives_the_risk_to_half_a_percent(values) -> None:
    nomogram = drawn()
    for name, ends in nomogram.model.design.ranges.items():
        if values[name] is not None:  # the scale of totals ends where training ended
            values[name] = float(np.clip(values[name], *ends))
    expected = LINE.risk([nomogram.model.case_risk(values).value])[0]
    assert by_hand(nomogram, values) == pytest.approx(expected, abs=0.005)


def test_the_longest_scale_has_a_hundred_points_and_each_begins_at_nought() -> None:
    nomogram = drawn()
    reach = [axis.reach for axis in nomogram.axes]
    assert reach == sorted(reach, reverse=True)
    assert nomogram.axes[0].column == "capsule_distance_mm"
    assert 70 < reach[0] <= 100  # round marks do not reach both ends of the training range
    ends = nomogram.model.design.ranges["capsule_distance_mm"]
    points = [nomogram.points({"capsule_distance_mm": end}).points for end in ends]
    assert sorted(p["capsule_distance_mm"] for p in points) == pytest.approx([0, 100])
    lowest = nomogram.table().groupby("variable")["points"].min()
    assert (lowest > -1e-9).all()


def test_what_training_missed_has_points_of_its_own_and_the_rest_counts_as_average() -> None:
    by_name = {axis.column: axis for axis in drawn().axes}
    assert by_name["multifocal"].unknown.label == "unknown"
    assert by_name["margin"].unknown.label == "unknown (average)"
    inside = [tick.points for tick in by_name["margin"].ticks]
    assert min(inside) < by_name["margin"].unknown.points < max(inside)


def test_round_risks_lie_where_their_total_gives_them() -> None:
    nomogram = drawn()
    marks = nomogram.risk_ticks()
    assert len(marks) >= 8
    for risk, total in marks:
        assert float(nomogram.risk(total)) == pytest.approx(risk, abs=1e-9)


def test_a_model_whose_calibration_gives_one_risk_for_all_has_no_scale_of_risks() -> None:
    model = drawn().model
    flat = nomogram_of(model, Calibrator(-1.0, 0.0))
    assert flat.risk_ticks() == ()
    assert flat.points({}).risk == pytest.approx(expit(-1.0))
    assert len(flat.totals_table()) > 2


def test_every_mark_is_in_the_table() -> None:
    nomogram = drawn()
    table = nomogram.table()
    assert len(table) == sum(len(axis.ticks) + 1 for axis in nomogram.axes)
    assert "Margin" in set(table["variable"])
    assert set(table.loc[table["variable"] == "Multifocal", "value"]) == {"no", "yes", "unknown"}
