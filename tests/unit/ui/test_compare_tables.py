"""The tables of the Compare page, from numbers to print."""

from __future__ import annotations

from clnm_core.stats.comparison import areas, auc_difference, auc_differences
from clnm_core.stats.optimism import winners_optimism
from clnm_core.stats.paired_benefit import benefit_at
from clnm_core.stats.paired_calls import call_differences
from clnm_core.stats.reclassification import (
    categorical_nri,
    continuous_nri,
    idi,
    reclassification_table,
)
from clnm_core.ui import compare_tables
from clnm_core.ui.compare_facts import Contrast, Separation
from tests.unit.stats.paired_cases import drawn

PAIRED = drawn(90, shifts=(1.0, 1.8, 0.9))
LABELS = {"m0": "First", "m1": "Second", "m2": "Third"}


def separation() -> Separation:
    found = areas(PAIRED)
    return Separation(
        n=len(PAIRED),
        events=PAIRED.events,
        is_clustered=False,
        coverage=None,  # type: ignore[arg-type]
        unknown=0,
        areas=found,
        pairs=auc_differences(found),
        winner=winners_optimism(PAIRED, found, bootstrap=100),
        curves={},
    )


def contrast() -> Contrast:
    return Contrast(
        area=auc_difference(areas(PAIRED), "m1", "m0"),
        calls=tuple(call_differences(PAIRED, "m1", "m0", 0.5)),
        benefit=benefit_at(PAIRED, "m1", "m0", 0.5),
        nri=categorical_nri(PAIRED, "m1", "m0", [0.5]),
        nri_free=continuous_nri(PAIRED, "m1", "m0"),
        idi=idi(PAIRED, "m1", "m0"),
        moved=reclassification_table(PAIRED, "m1", "m0", [0.5]),
    )


def test_the_best_of_the_others_is_the_rival() -> None:
    found = separation()
    assert found.rival_of("m0") == "m1"
    others = {name: found.areas.of(name).value for name in ("m0", "m2")}
    assert found.rival_of("m1") == max(others, key=others.__getitem__)


def test_every_measure_has_a_row_and_only_tests_have_a_p() -> None:
    rows = compare_tables.contrast_rows(contrast(), areas(PAIRED))
    assert rows["measure"].tolist()[:5] == [
        *("AUC", "Sensitivity", "Specificity", "Accuracy", "Net benefit")
    ]
    assert len(rows) == 5 + 9
    assert rows["p"].notna().tolist() == [True] * 4 + [False] * 10
    assert rows["p_exact"].notna().sum() == 3
    calls = rows.iloc[1:4]
    assert (calls["p_exact"] >= calls["p"]).all()
    gain = calls["first"] - calls["second"]
    assert gain.to_numpy().round(12).tolist() == calls["difference"].round(12).tolist()
    assert rows["difference"].iloc[7] == rows["difference"].iloc[5] + rows["difference"].iloc[6]


def test_differences_are_printed_with_their_sign() -> None:
    rows = compare_tables.contrast_rows(contrast(), areas(PAIRED))
    shown = compare_tables.printed_contrast(rows, "Second", "First")
    assert list(shown.columns)[:3] == ["Measure", "Second", "First"]
    assert shown["Difference"].iloc[0].startswith("+0.")
    assert shown["Second"].iloc[4] == "–"
    assert (shown["p"].iloc[4:] == "–").all()
    assert "McNemar, mid-p" in shown["Method"].iloc[1]


def test_pairs_show_raw_and_adjusted_p_and_the_cases_needed() -> None:
    found = separation()
    rows = compare_tables.pair_rows(found, LABELS)
    shown = compare_tables.printed_pairs(rows, LABELS)
    assert len(shown) == 3
    assert set(shown["Higher"]) <= set(LABELS.values())
    assert rows["label"].iloc[0].startswith("Second against ")
    unsettled = rows["verdict"] == "not enough data"
    assert unsettled.any()
    assert (rows["needed"] > len(PAIRED)).tolist() == unsettled.tolist()
    assert shown["Verdict"].str.contains("needed").tolist() == unsettled.tolist()


def test_wins_stand_under_the_names() -> None:
    rows = compare_tables.forest_rows(separation(), LABELS)
    assert rows["wins"].sum() > 0.999
    assert rows["note"].str.startswith("best in ").all()
