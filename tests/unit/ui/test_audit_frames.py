"""Do the audit views get what they show, for one set of predictions, in groups and by place?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.audit import audit
from clnm_core.stats.discrimination import auc_logit
from clnm_core.ui.compared import at_threshold, compare, forest_rows, gap_rows
from clnm_core.ui.judged import call, in_report_order, judge
from clnm_core.ui.located import locate
from clnm_core.ui.location_view import outcomes_of
from clnm_core.ui.performance_view import measures
from clnm_core.ui.subgroups_tables import printed_gaps, printed_groups
from clnm_core.ui.subgroups_view import metric_names


def drawn(n: int, seed: int = 1) -> Predictions:
    random = np.random.default_rng(seed)
    risk = random.random(n)
    return Predictions.of(random.random(n) < risk, risk)


def test_page_and_command_line_give_the_same_numbers() -> None:
    predictions = drawn(300)
    shown = in_report_order(judge(predictions), call(predictions, 0.4))
    assert shown == audit(predictions, threshold=0.4).overall


def test_a_threshold_changes_the_calls_and_nothing_else() -> None:
    predictions = drawn(200)
    low, high = call(predictions, 0.2), call(predictions, 0.8)
    assert low.confusion.tp + low.confusion.fp > high.confusion.tp + high.confusion.fp
    assert set(low.metrics) & set(judge(predictions).metrics) == set()


def test_the_histogram_holds_every_case_also_at_zero_and_one() -> None:
    predictions = Predictions.of([True, False, True, False], [0.0, 0.0, 1.0, 0.5])
    histogram = judge(predictions).histogram
    assert histogram["present"].sum() == 2
    assert histogram["absent"].sum() == 2
    assert histogram["high"].iloc[-1] == 1


@pytest.mark.parametrize("n", [1, 2, 12])
def test_a_handful_of_cases_is_judged_without_failing(n: int) -> None:
    judged = judge(drawn(n))
    assert judged.n == n
    table = measures(in_report_order(judged, call(drawn(n), 0.5)), n)
    assert len(table) == 18
    assert "nan" not in table.to_csv().lower().replace("nan-", "")


def test_one_class_is_a_result_in_words() -> None:
    judged = judge(Predictions.of([True] * 20, np.linspace(0.1, 0.9, 20)))
    assert judged.roc.empty
    assert judged.metrics["auc"].method.startswith("not estimable")


def test_a_hundred_thousand_cases_send_a_thousand_points() -> None:
    judged = judge(drawn(100_000))
    assert len(judged.roc) <= 1_000
    assert len(judged.pr) <= 1_000
    assert judged.roc["sensitivity"].iloc[-1] == 1


def test_groups_carry_the_readers_words() -> None:
    predictions = drawn(120)
    groups = pd.DataFrame({"margin": (["ill_defined", "smooth", None] * 40)})
    compared = compare(predictions, groups, 0.5, [BUILT_IN["margin"]])
    rows = forest_rows(compared, "auc")
    assert set(rows["level"]) == {"ill-defined", "smooth", "unknown"}
    assert set(rows["column"]) == {"Margin"}


def test_a_small_group_is_listed_with_its_reason_and_not_scored() -> None:
    predictions = drawn(100)
    groups = pd.DataFrame({"centre": ["a"] * 95 + ["b"] * 4 + ["c"]})
    rows = forest_rows(compare(predictions, groups, 0.5), "sensitivity").set_index("level")
    assert rows.loc["b", "note"] == "too few: 4 cases"
    assert rows.loc["c", "note"] == "too few: 1 case"
    assert np.isnan(rows.loc["b", "value"])
    assert rows.loc["a", "note"] == ""


def test_another_threshold_gives_what_a_new_comparison_would() -> None:
    predictions = drawn(300)
    groups = pd.DataFrame(
        {
            "age_years": np.linspace(20, 80, 300),
            "centre": ["a"] * 200 + ["b"] * 95 + [None] * 5,
        }
    )
    columns = [BUILT_IN["age_years"], BUILT_IN["centre"]]
    moved = at_threshold(
        compare(predictions, groups, 0.5, columns), predictions, groups, 0.2, columns
    )
    anew = compare(predictions, groups, 0.2, columns)
    assert repr(moved.groups) == repr(anew.groups)
    assert repr(moved.gaps) == repr(anew.gaps)
    assert (moved.overall, moved.threshold) == (anew.overall, 0.2)


def test_gaps_of_two_columns_name_their_column() -> None:
    groups = pd.DataFrame({"sex": ["f", "m"] * 60, "side": ["l"] * 60 + ["r"] * 60})
    compared = compare(drawn(120), groups, 0.5)
    labels = list(gap_rows(compared, "auc")["label"])
    assert labels == ["sex: m against f", "side: r against l"]
    alone = compare(drawn(120), groups[["sex"]], 0.5)
    assert list(gap_rows(alone, "auc")["label"]) == ["m against f"]


def test_printed_groups_put_words_where_there_is_no_number() -> None:
    groups = pd.DataFrame({"centre": ["a"] * 96 + ["b"] * 4})
    compared = compare(drawn(100), groups, 0.5)
    table = printed_groups(forest_rows(compared, "auc"), "score", "AUC")
    assert table.loc[table["Group"] == "b", "AUC"].item() == "too few: 4 cases"
    assert list(table["Cases"]) == [96, 4]
    assert printed_gaps(gap_rows(compared, "auc")).empty


def test_measures_with_gaps_come_first() -> None:
    assert list(metric_names())[:3] == ["auc", "sensitivity", "specificity"]
    assert len(metric_names()) == 18


def cases(**columns: list[object]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    return pd.DataFrame({"patient_id": [f"p{i}" for i in range(n)], **columns})


def test_unknown_outcomes_count_nowhere() -> None:
    found = locate(
        cases(lateral=[True, False, None], capsule_distance_mm=[1.0, 4.0, 1.0]), "lateral"
    )
    assert (found.known, found.events) == (2, 1)
    assert found.bins["n"].sum() == 2


def test_a_cohort_without_distance_or_lobe_has_no_place() -> None:
    found = locate(cases(lateral=[True, False]), "lateral")
    assert not found.has_distance
    assert not found.has_place


def test_a_column_that_nobody_filled_has_no_place_either() -> None:
    nobody = [None] * 3
    found = locate(
        cases(
            lateral=[True, False, True], capsule_distance_mm=[np.nan] * 3, lobe=nobody, third=nobody
        ),
        "lateral",
    )
    assert not found.has_distance
    assert not found.has_place


@pytest.mark.parametrize(
    ("chosen", "recorded", "shown"),
    [
        ("any", ("any", "central", "lateral"), ("central", "lateral")),
        ("any", ("any", "lateral"), ("lateral",)),
        ("any", ("any",), ("any",)),
        ("central", ("any", "central", "lateral"), ("central",)),
    ],
)
def test_central_and_lateral_are_never_pooled(
    chosen: str, recorded: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    assert outcomes_of(CohortQuery("demo", chosen), recorded) == shown


def test_a_small_group_shows_the_interval_of_the_area_that_covers() -> None:
    predictions = drawn(240)
    groups = pd.DataFrame({"sex": np.where(np.arange(240) < 60, "m", "f")})
    rows = forest_rows(compare(predictions, groups, 0.5), "auc").set_index("level")
    small = predictions.where(groups["sex"].to_numpy() == "m")
    expected = auc_logit(small)
    assert (rows.loc["m", "low"], rows.loc["m", "high"]) == (expected.low, expected.high)
    assert "logit" in rows.loc["m", "method"]
