"""Moving a filter, in the app."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.domain.cohort import Between, CohortQuery, OneOf
from clnm_core.store import selection
from clnm_core.store.warehouse import Warehouse
from tests.app.conftest import OpenApp, words
from tests.small_store import CASES, CLINIC, NECK


def query_of(app: AppTest) -> CohortQuery:
    return app.session_state["_query"]


def test_without_a_link_everyone_of_the_first_cohort_is_selected(open_app: OpenApp) -> None:
    app = open_app()
    assert query_of(app) == CohortQuery(NECK, "lateral")
    assert f"{CASES} of {CASES} cases" in words(app)


def test_a_synthetic_cohort_says_so_and_an_imported_one_does_not(open_app: OpenApp) -> None:
    assert "SYNTHETIC" in words(open_app())
    assert "SYNTHETIC" not in words(open_app(cohort=CLINIC))


def test_a_link_in_stored_words_makes_the_query_it_was_made_from(
    open_app: OpenApp, small_store: object
) -> None:
    asked = CohortQuery(
        NECK,
        "central",
        "external",
        (Between("age_years", 30, 60), OneOf("margin", ("ill_defined", "unknown"))),
    )
    app = open_app(**asked.to_params())
    assert not app.exception
    assert query_of(app) == asked


def test_the_cohort_line_counts_what_the_store_counts(
    open_app: OpenApp, small_store: object
) -> None:
    asked = CohortQuery(NECK, "lateral", criteria=(OneOf("sex", ("male",)),))
    app = open_app(**asked.to_params())
    with Warehouse.open(small_store) as warehouse:  # type: ignore[arg-type]
        counts = selection.case_count(warehouse, asked)
    assert f"{counts.patients} of 233 patients, {counts.cases} of {CASES} cases" in words(app)


def test_adding_a_filter_changes_nothing_until_it_is_moved(open_app: OpenApp) -> None:
    app = open_app()
    app.multiselect(key="filters").set_value(["age_years"]).run()
    assert query_of(app).criteria == ()
    assert "22 unknown, kept at full range" in words(app)
    app.slider(key="age_years").set_range(40.0, 50.0).run()
    assert query_of(app).criteria == (Between("age_years", 40, 50),)
    assert "unknown, left out" in words(app)


def test_counts_beside_a_filter_hold_under_all_other_filters(open_app: OpenApp) -> None:
    app = open_app(filters=["sex", "lobe"], sex="male", lobe="left")
    counts = [str(caption.value) for caption in app.sidebar.caption]
    male_left = next(text for text in counts if text.startswith("female")).split("male ")[-1]
    left_of_men = next(text for text in counts if text.startswith("left")).split(" ")[1]
    assert male_left == left_of_men


def test_taking_a_filter_away_forgets_its_value(open_app: OpenApp) -> None:
    app = open_app(filters=["sex"], sex="male")
    app.multiselect(key="filters").set_value([]).run()
    app.multiselect(key="filters").set_value(["sex"]).run()
    assert query_of(app).criteria == ()


def test_reset_selects_everyone_again(open_app: OpenApp) -> None:
    app = open_app(filters=["sex"], sex="male", split="external")
    reset = next(button for button in app.button if button.label == "Reset filters")
    reset.click().run()
    assert query_of(app) == CohortQuery(NECK, "lateral")


def test_another_cohort_keeps_the_filters_it_has_and_drops_the_others(open_app: OpenApp) -> None:
    app = open_app(filters=["sex", "lobe"], sex="female", lobe="left", split="external")
    app.selectbox(key="cohort").set_value(CLINIC).run()
    assert not app.exception
    assert query_of(app) == CohortQuery(CLINIC, "any", "", (OneOf("sex", ("female",)),))


def test_a_range_that_the_other_cohort_does_not_have_is_dropped(open_app: OpenApp) -> None:
    app = open_app(filters="age_years", age_years=["18", "25"])
    app.selectbox(key="cohort").set_value(CLINIC).run()
    assert query_of(app).criteria == ()


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"cohort": "nowhere"}, "asks for the cohort “nowhere”, which this store does not have"),
        ({"outcome": "stroke"}, "asks for the outcome “stroke”, which this cohort does not have"),
        ({"split": "moon"}, "asks for the split “moon”"),
        ({"filters": "shoe_size"}, "filters by “shoe_size”, which this cohort does not have"),
        ({"filters": "report_text"}, "filters by “report_text”"),
        ({"filters": "sex", "sex": "robot"}, "filter on sex names “robot”"),
        ({"filters": "age_years", "age_years": ["a", "b"]}, "must be two numbers"),
        ({"filters": "age_years", "age_years": ["60", "30"]}, "from a lower to a higher number"),
        ({"filters": "age_years", "age_years": ["100", "110"]}, "lies outside what this cohort"),
    ],
)
def test_what_a_link_asks_in_vain_is_said_and_left_out(
    open_app: OpenApp, params: dict[str, str], sentence: str
) -> None:
    app = open_app(**params)
    assert not app.exception
    assert sentence in words(app)
    assert query_of(app).criteria == ()


def test_the_sentence_about_a_link_goes_when_it_is_closed(open_app: OpenApp) -> None:
    app = open_app(cohort="nowhere")
    app.button(key="close_link_problems").click().run()
    assert "nowhere" not in words(app)


def test_an_empty_selection_is_an_answer_with_a_way_back(open_app: OpenApp) -> None:
    app = open_app(
        filters=["age_years", "sex", "lobe", "third"],
        age_years=["18", "18"],
        sex="male",
        lobe="isthmus",
        third="lower",
    )
    assert "No case is left after these filters" in words(app)
    app.button(key="reset_empty").click().run()
    assert f"{CASES} of {CASES} cases" in words(app)


def test_the_cohort_stays_when_the_page_changes(open_app: OpenApp) -> None:
    app = open_app("cases.py", filters="sex", sex="male")
    assert query_of(app).criteria == (OneOf("sex", ("male",)),)
