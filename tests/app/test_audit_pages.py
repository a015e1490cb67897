"""Performance and Location, opened as a visitor would."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.app.conftest import OpenApp, words
from tests.small_store import CLINIC


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def figures(app: AppTest) -> dict[str, str]:
    return {figure.label: figure.value for figure in app.metric}


def test_performance_answers_on_the_external_cases_first(open_app: OpenApp) -> None:
    app = open_app("performance.py", outcome="lateral")
    assert not app.exception
    text = words(app)
    assert " external cases the AUC is 0." in text
    assert "(slope " in text
    assert "At threshold 0.50, " in text
    assert charts(app) == 5
    assert list(figures(app)) == ["AUC", "Sensitivity", "Specificity", "PPV", "Calibration slope"]
    assert len(app.dataframe[0].value) >= 18
    assert "resamples, seed 0" in app.code[0].value


def test_a_threshold_moves_calls_and_leaves_discrimination(open_app: OpenApp) -> None:
    app = open_app("performance.py", outcome="lateral")
    before = figures(app)
    app.slider(key="threshold").set_value(0.2).run()
    after = figures(app)
    assert after["AUC"] == before["AUC"]
    assert after["Calibration slope"] == before["Calibration slope"]
    assert int(after["Sensitivity"].split()[0]) > int(before["Sensitivity"].split()[0])
    assert "At threshold 0.20, " in words(app)


def test_a_link_brings_model_split_and_threshold(open_app: OpenApp) -> None:
    app = open_app(
        "performance.py",
        outcome="lateral",
        model="Blunt model",
        evaluated="train",
        threshold="0.35",
    )
    assert app.selectbox(key="model").value == "blunt"
    assert " train cases the AUC is 0." in words(app)
    assert "At threshold 0.35, " in words(app)


def test_an_outcome_that_no_model_predicts_leads_on(open_app: OpenApp) -> None:
    for page in ("performance.py", "subgroups.py"):
        app = open_app(page, outcome="central")
        assert not app.exception
        assert "No model has judged these cases" in words(app)
        assert charts(app) == 0


def test_location_shows_the_chosen_outcome_with_its_claim(open_app: OpenApp) -> None:
    app = open_app("location.py", outcome="lateral")
    assert not app.exception
    text = words(app)
    assert "Within 2.5 mm of the capsule" in text
    assert "the published claim is > 72 % within 2.5 mm" in text
    assert "never pooled" in app.code[-1].value
    assert charts(app) == 3
    assert app.dataframe[0].value["place"].iloc[0] == "within 2.5 mm"


def test_location_without_places_says_what_to_do(open_app: OpenApp) -> None:
    app = open_app("location.py", cohort=CLINIC)
    assert not app.exception
    text = words(app)
    assert "Nothing is recorded about the place" in text
    assert "Import a table that has them" in text
    assert charts(app) == 0
