"""The sentences on corrections of risks."""

from __future__ import annotations

import math

from clnm_core.report.calibration_words import corrected_answer, fitted_on
from clnm_core.stats.uncertainty import Estimate, not_estimable


def measures(slope: float, o_e: float, ici: float, brier: float) -> dict[str, Estimate]:
    named = {"calibration_slope": slope, "o_e_ratio": o_e, "ici": ici, "brier": brier}
    return {name: Estimate(value, value, value, 0.95, "") for name, value in named.items()}


BEFORE, AFTER = measures(0.71, 1.2, 0.068, 0.18), measures(0.98, 1.02, 0.02, 0.172)


def test_a_line_says_how_it_moves_and_stretches_and_what_comes_of_it() -> None:
    assert corrected_answer("slope", intercept=-0.21, slope=0.74, before=BEFORE, after=AFTER) == (
        "Log-odds are multiplied by 0.74 and moved by −0.21; the slope goes from 0.71 to 0.98, "
        "observed per expected goes from 1.20 to 1.02, the mean distance from the curve (ICI) goes "
        "from 0.068 to 0.020 and the Brier score goes from 0.180 to 0.172."
    )


def test_the_other_corrections_have_their_words() -> None:
    moved = corrected_answer("intercept", intercept=0.5, slope=1, before=BEFORE, after=AFTER)
    assert moved.startswith("All log-odds are moved by 0.50; ")
    steps = corrected_answer(
        "isotonic", intercept=math.nan, slope=math.nan, before=BEFORE, after=AFTER
    )
    assert steps.startswith("Every risk is replaced by the share that was observed around it; ")


def test_a_correction_that_makes_nothing_better_is_called_so() -> None:
    worse = corrected_answer("slope", intercept=0, slope=1.1, before=AFTER, after=BEFORE)
    assert worse.endswith("It does not carry over: the risks of these cases get no better by it.")
    assert "carry over" not in corrected_answer(
        "slope", intercept=0, slope=1.1, before=BEFORE, after=AFTER
    )


def test_a_falling_line_is_refused_in_words() -> None:
    sentence = corrected_answer("slope", intercept=0, slope=-0.2, before=BEFORE, after=AFTER)
    assert sentence.startswith("The line falls: ")


def test_measures_that_are_not_estimable_are_left_out() -> None:
    none = dict.fromkeys(BEFORE, not_estimable("no events", level=0.95))
    assert corrected_answer("isotonic", intercept=0, slope=0, before=none, after=none) == (
        "Every risk is replaced by the share that was observed around it."
    )


def test_on_whom_it_was_fitted_is_counted_in_patients() -> None:
    one = fitted_on(patients=1, cases=1, where="test", judged=12, judged_where="external", shared=1)
    assert one == (
        "Fitted on 1 test patient, judged on 12 external cases; 1 patient who is among the judged "
        "was left out of the fitting."
    )
