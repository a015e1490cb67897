"""Groups, combinations, margins and tables of the Subgroups page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.columns import Column, Kind, Level
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.calibration import calibration_bins
from clnm_core.stats.gaps import MARGINS, margins_of
from clnm_core.stats.metrics import METRICS
from clnm_core.ui.charts.small_multiples import MOST
from clnm_core.ui.compared import (
    Compared,
    at_margins,
    at_threshold,
    compare,
    forest_rows,
    gap_rows,
)
from clnm_core.ui.group_curves import BINS
from clnm_core.ui.parted import MOST_GROUPS, parted
from clnm_core.ui.subgroups_tables import all_measures, printed_gaps, printed_measures


def drawn(n: int, seed: int = 1) -> Predictions:
    random = np.random.default_rng(seed)
    risk = random.random(n)
    return Predictions.of(random.random(n) < risk, risk)


@pytest.fixture(scope="module")
def sexes() -> Compared:
    return compare(drawn(240), pd.DataFrame({"sex": ["female", "male", "male"] * 80}), 0.5)


def test_combinations_carry_the_readers_words_for_both_columns() -> None:
    groups = pd.DataFrame({"sex": ["female", "male"] * 60, "margin": ["ill_defined"] * 120})
    parts = parted(groups, [BUILT_IN["sex"], BUILT_IN["margin"]], is_crossed=True)
    assert parts.groupings[0].levels == ("female, ill-defined", "male, ill-defined")
    assert parts.labels == {"sex × margin": "Sex × margin"}


def test_one_column_alone_has_no_combinations() -> None:
    groups = pd.DataFrame({"sex": ["female", "male"] * 5})
    assert parted(groups, is_crossed=True).groupings[0].levels == ("female", "male")


def test_two_stored_words_with_one_label_stay_two_groups() -> None:
    side = Column("side", "Side", Kind.CATEGORY, levels=(Level("l", "left"), Level("L", "left")))
    parts = parted(pd.DataFrame({"side": ["l", "L"] * 5}), [side])
    assert parts.groupings[0].levels == ("left (l)", "left (L)")


def test_of_many_groups_the_largest_stand_alone() -> None:
    words = pd.DataFrame({"centre": [f"c{k}" for k in range(400) for _ in range(2)] + ["c7"] * 40})
    found = compare(drawn(840), words, 0.5)
    assert len(found.groups) == MOST_GROUPS + 1
    assert sum(group.n for group in found.groups) == 840
    rest = found.groups[-1]
    assert (rest.level, rest.flags) == ("the other 376 groups", ("folded",))
    assert {gap.reference for gap in found.gaps} == {"c7"}


def test_combinations_move_with_the_threshold_as_if_made_anew() -> None:
    predictions = drawn(300)
    groups = pd.DataFrame({"sex": ["f", "m", None] * 100, "side": ["l"] * 150 + ["r"] * 150})
    first = compare(predictions, groups, 0.5, is_crossed=True, fewest=20)
    moved = at_threshold(first, predictions, groups, 0.3)
    anew = compare(predictions, groups, 0.3, is_crossed=True, fewest=20)
    assert [group.level for group in moved.groups] == ["f, l", "f, r", "m, l", "m, r", "unknown"]
    assert repr(moved.groups) == repr(anew.groups)
    assert repr(moved.gaps) == repr(anew.gaps)


def test_margins_change_verdicts_and_nothing_else(sexes: Compared) -> None:
    wide = at_margins(sexes, margins_of(0.4))
    assert [gap.value for gap in wide.gaps] == [gap.value for gap in sexes.gaps]
    assert [gap.p_adjusted for gap in wide.gaps] == [gap.p_adjusted for gap in sexes.gaps]
    assert {gap.verdict for gap in wide.gaps} == {"no gap beyond the margin"}
    assert wide.margins["o_e_ratio"] == pytest.approx(1.6)
    assert repr(at_margins(wide, MARGINS).gaps) == repr(sexes.gaps)


def test_a_gap_row_says_what_would_decide(sexes: Compared) -> None:
    (row,) = gap_rows(sexes, "sensitivity").to_dict("records")
    assert row["verdict"] == "not enough data"
    assert row["n_needed"] > 240
    assert row["detail"].startswith("not enough data: needs ")
    assert row["ratio_low"] < row["ratio"] < row["ratio_high"]
    printed = printed_gaps(gap_rows(sexes, "sensitivity"))
    assert "nan" not in printed.to_csv().lower()


def test_the_wide_table_has_every_measure_of_every_group(sexes: Compared) -> None:
    table = all_measures(sexes)
    assert list(table["group"]) == ["all cases", "female", "male"]
    assert list(table["cases"]) == [240, 80, 160]
    for metric in METRICS:
        for group, value in zip(sexes.groups, table[metric.name][1:], strict=True):
            assert value == group.metrics[metric.name].value
            assert (table[f"{metric.name}_low"] <= table[f"{metric.name}_high"]).all()
    printed = printed_measures(sexes)
    assert list(printed.columns[2:]) == [metric.label for metric in METRICS]
    assert list(printed["Group"]) == ["All cases", "female", "male"]


def test_an_unscored_group_is_a_dash_in_the_wide_table() -> None:
    groups = pd.DataFrame({"centre": ["a"] * 96 + ["b"] * 4})
    printed = printed_measures(compare(drawn(100), groups, 0.5)).set_index("Group")
    assert set(printed.loc["b"].drop("Cases")) == {"–"}


def test_curves_are_those_of_the_six_largest_known_groups() -> None:
    predictions = drawn(600)
    words = np.repeat([*"abcdefgh", None], [90, 20, 80, 70, 60, 50, 100, 9, 121])
    found = compare(predictions, pd.DataFrame({"centre": pd.Series(words, dtype=object)}), 0.5)
    (curves,) = found.curves
    assert list(curves.sizes["level"]) == list("acdefg")
    assert len(curves.sizes) == MOST
    assert curves.scored == 7
    alone = calibration_bins(predictions.where(words == "c"), bins=BINS)
    shown = curves.bins[curves.bins["level"] == "c"].drop(columns="level")
    pd.testing.assert_frame_equal(shown.reset_index(drop=True), alone)
    assert set(curves.benefit["level"]) == set("acdefg")


def test_a_group_without_events_has_no_curve_and_breaks_nothing() -> None:
    risk = np.linspace(0.05, 0.95, 60)
    y = (np.arange(60) % 3 == 0) & (np.arange(60) < 30)
    words = pd.DataFrame({"sex": ["f"] * 30 + ["m"] * 30})
    (curves,) = compare(Predictions.of(y, risk), words, 0.5).curves
    assert "m" not in set(curves.calibration["level"])
    assert set(curves.benefit["level"]) == {"f", "m"}


@pytest.mark.parametrize("n", [0, 1, 9, 12])
def test_a_handful_of_cases_is_compared_without_failing(n: int) -> None:
    groups = pd.DataFrame({"sex": pd.Series((["f", "m", None] * n)[:n], dtype=object)})
    found = compare(drawn(n), groups, 0.5, fewest=5)
    assert sum(group.n for group in found.groups) == n
    assert len(gap_rows(found, "auc")) == len([g for g in found.gaps if g.metric == "auc"])
    assert len(all_measures(found)) == len(found.groups) + 1


def test_groups_alike_in_every_case_are_no_gap_and_no_error() -> None:
    same = Predictions.of([True, False] * 60, np.full(120, 0.3))
    found = compare(same, pd.DataFrame({"sex": ["f", "m"] * 60, "all": ["one"] * 120}), 0.5)
    assert {gap.verdict for gap in found.gaps} <= {
        "gap", "not enough data", "no gap beyond the margin",
    }  # fmt: skip
    assert forest_rows(found, "auc")["note"].iloc[0].startswith("not estimable")
