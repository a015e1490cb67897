"""Prediction sets keep their promise on real patients, and at centres that did not teach."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.conformal import FIRST_SEED, Draw, msgc_draws, ptc_draws, repeated, uci_draws

WITHIN = 0.02
"""What is promised of the mean coverage: two points."""


def test_real_patients_are_covered_as_promised_in_either_class(shared_data: Path) -> None:
    """383 patients of the UCI cohort, divided 40 times; see benchmarks/CONFORMAL.md for 500."""
    file = shared_data / "uci_dtc_recurrence" / "Thyroid_Diff_semicolon.csv"
    rows = repeated("uci", uci_draws(file), range(40), levels=(0.9,))
    assert [one["class"] for one in rows] == ["with", "without"]
    for one in rows:
        assert abs(one["coverage"] - 0.9) <= WITHIN + 3 * one["error"]
        assert one["error"] < 0.015
        assert one["single"] > 0.5, "sets that say nothing would be covered too"


@pytest.mark.parametrize(("draw", "times"), [(ptc_draws, 8), (msgc_draws, 20)])
def test_drawn_patients_of_other_centres_are_covered_as_promised(draw: Draw, times: int) -> None:
    rows = repeated("drawn", draw, range(FIRST_SEED, FIRST_SEED + times), levels=(0.9,))
    other = [one for one in rows if one["judged_on"] == "other centres"]
    assert len(other) == 2
    for one in other:
        assert abs(one["coverage"] - 0.9) <= WITHIN + 3 * one["error"]
