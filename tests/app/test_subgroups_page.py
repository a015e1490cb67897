"""Subgroups, opened as a visitor would."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import OpenApp, words


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def test_it_says_for_whom_the_model_fails(open_app: OpenApp) -> None:
    app = open_app("subgroups.py", outcome="lateral", evaluated="all splits")
    assert not app.exception
    text = words(app)
    assert "comparison" in text
    assert "Taken together, the groups of centre are not shown to differ in" in text
    assert charts(app) == 4
    groups, gaps, measures = (table.value for table in app.dataframe)
    assert set(groups["Column"]) == {"Centre"}
    assert groups["Cases"].sum() == 225
    assert list(gaps["Compared"]) == ["centre 1 against centre 2", "centre 3 against centre 2"]
    assert {"Ratio", "p", "Adjusted p", "Verdict", "Cases needed"} <= set(gaps)
    assert list(measures["Group"]) == ["All cases", "centre 1", "centre 2", "centre 3"]
    assert len(measures.columns) == 20
    for paper in ("Zou 2008", "Benjamini 1995", "Bland 2009", "Vergouwe 2017"):
        assert paper in app.code[0].value


@pytest.mark.parametrize("column", ["age_years", "multifocal", "margin", "split"])
def test_any_column_can_make_groups(open_app: OpenApp, column: str) -> None:
    app = open_app("subgroups.py", outcome="lateral")
    app.selectbox(key="by").set_value(column).run()
    assert not app.exception
    assert not app.error
    groups = list(app.dataframe[0].value["Group"])
    assert groups
    assert "ill_defined" not in groups


def test_two_columns_stand_below_each_other_or_make_combinations(open_app: OpenApp) -> None:
    app = open_app("subgroups.py", outcome="lateral", evaluated="all splits")
    app.selectbox(key="by").set_value("sex").run()
    app.selectbox(key="by_too").set_value("lobe").run()
    apart = app.dataframe[0].value
    assert list(dict.fromkeys(apart["Column"])) == ["Sex", "Lobe"]
    assert charts(app) == 6
    app.selectbox(key="groups").set_value("combined").run()
    assert not app.exception
    together = app.dataframe[0].value
    assert set(together["Column"]) == {"Sex × lobe"}
    assert {"female, left", "male, right"} <= set(together["Group"])
    assert together["Cases"].sum() == 225
    assert charts(app) == 4


def test_a_link_brings_combinations_margin_and_size(open_app: OpenApp) -> None:
    app = open_app(
        "subgroups.py",
        outcome="lateral",
        evaluated="all splits",
        by_too="Lobe",
        groups="their combinations",
        gap_margin="0.12",
        fewest="25",
    )
    assert not app.exception
    groups = app.dataframe[0].value
    assert set(groups["Column"]) == {"Centre × lobe"}
    assert any(str(words).startswith("too few") for words in groups["AUC"])
    assert "the margin of 0.12 for AUC" in app.code[0].value
    assert "0.48 for observed per expected" in app.code[0].value
    assert "groups under 25 cases" in app.code[0].value


def test_a_wide_margin_turns_open_questions_into_no_gap(open_app: OpenApp) -> None:
    app = open_app("subgroups.py", outcome="lateral", evaluated="all splits", metric="Flag rate")
    strict = list(app.dataframe[1].value["Verdict"])
    needed = list(app.dataframe[1].value["Cases needed"])
    app.slider(key="gap_margin").set_value(0.2).run()
    wide = list(app.dataframe[1].value["Verdict"])
    assert strict == ["not enough data"] * 2
    assert all(int(cases.replace(",", "")) > 225 for cases in needed)
    assert "no gap beyond the margin" in wide


def test_a_measure_without_gaps_says_which_have_them(open_app: OpenApp) -> None:
    app = open_app("subgroups.py", outcome="lateral", metric="Brier score")
    assert app.selectbox(key="metric").value == "brier"
    assert "Gaps are judged for AUC" in words(app)
    assert charts(app) == 3


def test_groups_too_small_are_said_in_words(open_app: OpenApp) -> None:
    app = open_app(
        "subgroups.py", outcome="lateral", filters="max_diameter_mm", max_diameter_mm=["0", "4"]
    )
    assert not app.exception
    text = words(app)
    assert "too few cases" in text
    assert "No known group has 10 or more cases" in text
    assert charts(app) == 1
    assert "nan" not in text.lower()
