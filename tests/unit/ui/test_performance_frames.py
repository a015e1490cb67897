"""Do the Performance views get what they show: by counts, by split, before and after?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.call_counts import call_counts
from clnm_core.stats.chosen_thresholds import carried
from clnm_core.stats.partial_area import partial_auc
from clnm_core.stats.recalibrated import fit_correction
from clnm_core.ui import performance_facts
from clnm_core.ui.calibration_view import before_and_after
from clnm_core.ui.judged import call, in_report_order, judge, on_the_page
from clnm_core.ui.performance_facts import Everyone
from clnm_core.ui.performance_view import measures
from clnm_core.ui.recalibrated import recalibration
from clnm_core.ui.separation_view import areas
from clnm_core.ui.thresholds_view import printed

QUERY = CohortQuery("demo", "lateral", split="external")


def drawn(n: int, seed: int = 1, patient: list[int] | None = None) -> Predictions:
    random = np.random.default_rng(seed)
    risk = random.random(n)
    return Predictions.of(random.random(n) < risk**2, risk, patient)


def everyone(patient: list[int] | None = None) -> Everyone:
    """A hundred validation cases, then two hundred external ones."""
    code = np.repeat([1, 0], [100, 200])
    return Everyone(drawn(300, patient=patient), code.astype(np.intp), ("external", "validation"))


@pytest.fixture
def all_cases(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The cases that the facts are computed from; to be changed by a test."""
    kept: dict[str, Any] = {"everyone": everyone()}

    def computed(function: Any, query: CohortQuery, *values: Any) -> Any:
        if function.__name__ == "_everyone":
            assert query.split == ""
            return kept["everyone"]
        return function(None, query, *values)

    monkeypatch.setattr(performance_facts.cached, "computed", computed)
    return kept


@pytest.mark.parametrize("threshold", [0.01, 0.07, 0.5, 0.99])
def test_a_call_from_counts_is_the_call_from_rows(threshold: float) -> None:
    predictions = drawn(400)
    from_counts, from_rows = (
        call(cases, threshold) for cases in (judge(predictions).counts, predictions)
    )
    assert from_counts.confusion == from_rows.confusion
    assert from_counts.metrics == from_rows.metrics


def test_further_measures_stand_behind_the_one_they_belong_to() -> None:
    predictions = drawn(100)
    judged, called = judge(predictions), call(predictions, 0.5)
    found = on_the_page(judged, called)
    assert list(found)[:2] == ["auc", "auc_logit"]
    assert set(in_report_order(judged, called)) < set(found)
    assert found["auc_logit"].value == found["auc"].value
    assert len(measures(found, 100)) == len(found)


def test_the_areas_name_their_range() -> None:
    predictions = drawn(200)
    found = areas(judge(predictions), partial_auc(predictions, low=0.8), "specificity", 0.8)
    assert "Partial area, specificity 80 % to 100 %" in found
    assert found["Mean sensitivity there"].value <= 1


def test_a_correction_is_fitted_on_one_split_and_judged_on_the_other(
    all_cases: dict[str, Any],
) -> None:
    found = performance_facts.corrected(None, QUERY, "m", "validation", "slope")  # type: ignore[arg-type]
    alone = fit_correction(all_cases["everyone"].predictions.where(np.arange(300) < 100), "slope")
    assert (found.correction.n, found.n, found.patients, found.shared) == (100, 200, 100, 0)
    assert found.correction.slope == alone.slope
    assert found.after["auc"].value == pytest.approx(found.before["auc"].value)
    assert found.after["brier"].value < found.before["brier"].value
    assert list(before_and_after(found)["Measure"])[:2] == [
        "Calibration intercept",
        "Calibration slope",
    ]


def test_patients_who_are_judged_are_left_out_of_the_fitting(all_cases: dict[str, Any]) -> None:
    patient = list(range(300))
    patient[0:5] = patient[150:155]
    all_cases["everyone"] = everyone(patient)
    found = performance_facts.corrected(None, QUERY, "m", "validation", "intercept")  # type: ignore[arg-type]
    assert (found.correction.n, found.n, found.shared) == (95, 200, 5)


def test_judged_on_all_splits_means_on_the_others(all_cases: dict[str, Any]) -> None:
    whole = CohortQuery("demo", "lateral")
    found = performance_facts.corrected(None, whole, "m", "validation", "isotonic")  # type: ignore[arg-type]
    assert (found.correction.n, found.n) == (100, 200)


def test_a_split_that_nobody_is_in_gives_no_correction(all_cases: dict[str, Any]) -> None:
    found = performance_facts.corrected(None, QUERY, "m", "train", "slope")  # type: ignore[arg-type]
    assert found.reason == "no case to fit on"
    own = performance_facts.corrected(None, QUERY, "m", "external", "slope")  # type: ignore[arg-type]
    assert own.reason == "no other case is left to judge it on"


def test_too_few_cases_to_fit_on_are_said() -> None:
    few = drawn(6)
    found = recalibration(
        drawn(50, 2), drawn(50, 2), fit_correction(few, "intercept"), patients=6, shared=0
    )
    assert found.reason == "only 6 cases to fit on, 10 are needed"
    assert found.curve_after.empty


def test_a_threshold_is_carried_by_counts_or_where_patients_repeat_by_rows(
    all_cases: dict[str, Any],
) -> None:
    table = performance_facts.carried_to(None, QUERY, "m", 0.4)  # type: ignore[arg-type]
    assert table["split"].tolist() == ["external", "validation"]
    assert table["n"].tolist() == [200, 100]
    patient = [number // 2 for number in range(300)]
    all_cases["everyone"] = everyone(patient)
    paired = performance_facts.carried_to(None, QUERY, "m", 0.4)  # type: ignore[arg-type]
    assert paired["sensitivity"].tolist() == table["sensitivity"].tolist()
    assert paired["sensitivity_low"].tolist() != table["sensitivity_low"].tolist()


def test_the_table_of_splits_marks_where_it_was_chosen_and_leaves_no_nan() -> None:
    splits = {"validation": call_counts(drawn(50)), "external": call_counts(drawn(0))}
    shown = printed(carried(splits, 0.5), "validation")
    assert shown["Split"].tolist() == ["validation (chosen here)", "external"]
    assert shown["Sensitivity"][1] == "–"
    assert "nan" not in shown.to_csv()
    assert isinstance(shown, pd.DataFrame)


def test_splits_are_told_apart() -> None:
    people = everyone()
    assert people.is_in("validation").sum() == 100
    assert people.is_in("").sum() == 300
    assert people.is_in("train").sum() == 0
