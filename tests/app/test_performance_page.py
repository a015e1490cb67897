"""The Performance page, view by view, as a visitor would see it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.ui import performance_facts
from tests.app.conftest import OpenApp, words
from tests.small_store import CLINIC

VIEWS = ("Overview", "Separation", "Calibration", "Thresholds", "Usefulness")
CHARTS = {"Overview": 5, "Separation": 2, "Calibration": 2, "Thresholds": 2, "Usefulness": 4}


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def figures(app: AppTest) -> dict[str, str]:
    return {figure.label: figure.value for figure in app.metric}


def opened(open_app: OpenApp, view: str, **params: str) -> AppTest:
    app = open_app("performance.py", outcome="lateral", view=view, **params)
    assert not app.exception
    assert not app.error
    return app


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_keeps_sentence_strip_and_methods(open_app: OpenApp, view: str) -> None:
    app = opened(open_app, view)
    text = words(app)
    assert " external cases the AUC is 0." in text
    assert "At threshold 0.50, " in text
    assert list(figures(app)) == ["AUC", "Sensitivity", "Specificity", "PPV", "Calibration slope"]
    assert charts(app) >= CHARTS[view]
    assert "95 % intervals" in app.code[0].value
    assert "nan" not in text.lower().replace("finan", "")


def test_the_overview_lists_both_intervals_of_the_auc(open_app: OpenApp) -> None:
    table = opened(open_app, "Overview").dataframe[0].value
    assert list(table["Measure"][:2]) == ["AUC", "AUC, interval on the log-odds"]
    assert table["Value"][0] == table["Value"][1]
    assert table["95 % interval"][0] != table["95 % interval"][1]


def test_a_view_that_is_not_chosen_is_not_computed(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("computed without being looked at")

    for name in ("part_of_curve", "corrected", "carried_to", "avoided", "impact", "splits"):
        monkeypatch.setattr(performance_facts, name, never)
    opened(open_app, "Overview")


def test_a_part_of_the_curve_is_judged_where_it_is_asked_for(open_app: OpenApp) -> None:
    app = opened(open_app, "Separation", part_of="Sensitivity", part_from="80 %")
    measures = list(app.dataframe[0].value["Measure"])
    assert "Partial area, sensitivity 80 % to 100 %" in measures
    assert "Mean specificity there" in measures
    assert "McClish 1989" in app.code[0].value


def test_a_correction_is_fitted_on_other_patients(open_app: OpenApp) -> None:
    app = opened(open_app, "Calibration")
    text = words(app)
    assert "train patients, judged on " in text
    assert " external cases" in text
    assert "The model was trained on these cases" in text
    assert charts(app) == 2
    assert "Steyerberg 2004" in app.code[0].value


@pytest.mark.parametrize("method", ["intercept", "isotonic"])
def test_every_correction_says_what_it_does(open_app: OpenApp, method: str) -> None:
    app = opened(open_app, "Calibration")
    app.selectbox(key="recalibrate").set_value(method).run()
    assert not app.exception
    expected = {"intercept": "All log-odds are moved by", "isotonic": "Every risk is replaced"}
    assert expected[method] in words(app)


def test_judged_on_all_splits_the_others_are_corrected(open_app: OpenApp) -> None:
    app = opened(open_app, "Calibration", evaluated="all splits")
    fitted = app.selectbox(key="fitted_on").value
    assert fitted in ("external", "train")
    assert f"{fitted} patients, judged on " in words(app)
    assert "other cases" in words(app)


def test_a_threshold_is_chosen_on_one_split_and_carried(open_app: OpenApp) -> None:
    app = opened(open_app, "Thresholds", rule="a sensitivity of at least", target="0.8")
    text = words(app)
    assert "train cases" in text
    assert "is the highest threshold that keeps a sensitivity of 80 %" in text
    assert "Carried to" in text
    table = app.dataframe[0].value
    assert set(table["Split"]) == {"external", "train (chosen here)"}
    assert all(" (" in cell for cell in table["Sensitivity"])


def test_the_chosen_threshold_can_be_put_to_use(open_app: OpenApp) -> None:
    app = opened(open_app, "Thresholds", rule="a specificity of at least", target="0.9")
    before = figures(app)["Specificity"]
    button = app.button(key="use_threshold")
    at = button.label.removeprefix("Use threshold ")
    button.click().run()
    assert not app.exception
    assert app.slider(key="threshold").value == pytest.approx(float(at))
    assert f"At threshold {at}, " in words(app)
    assert figures(app)["Specificity"] != before
    assert app.button(key="use_threshold").label == f"Threshold {at} is in use"


def test_costs_choose_a_threshold_without_a_split(open_app: OpenApp) -> None:
    app = opened(open_app, "Thresholds", rule="what a missed case costs", ratio="4")
    assert "weighs as much as 4 false alarms, flagging is worth while from a risk of 0.20 on" in (
        words(app)
    )
    assert "chosen_on" not in [box.key for box in app.selectbox]


def test_a_threshold_chosen_on_the_judged_cases_flatters(open_app: OpenApp) -> None:
    app = opened(open_app, "Thresholds", chosen_on="external")
    assert "which flatters it; the table shows it on the others" in words(app)


def test_predictive_values_follow_the_prevalence(open_app: OpenApp) -> None:
    app = opened(open_app, "Usefulness", prevalence="0.05")
    assert "Where 5 % have lateral neck metastasis (here " in words(app)
    assert "treatments per 100 patients" in words(app)
    app.slider(key="prevalence").set_value(0.6).run()
    assert "Where 60 % have lateral neck metastasis" in words(app)


def test_one_split_alone_says_what_is_missing(open_app: OpenApp) -> None:
    params = {"filters": "centre", "centre": "centre 3"}
    app = opened(open_app, "Calibration", **params)
    assert "the model has judged one split only" in words(app)
    app = opened(open_app, "Thresholds", **params)
    assert "There is no second split" in words(app)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("largest", ["3.4", "5"])
def test_a_handful_of_cases_breaks_no_view(open_app: OpenApp, view: str, largest: str) -> None:
    app = open_app(
        "performance.py",
        outcome="lateral",
        view=view,
        filters="max_diameter_mm",
        max_diameter_mm=["0", largest],
        evaluated="all splits",
    )
    assert not app.exception
    assert "nan" not in words(app).lower()


@pytest.mark.parametrize("view", VIEWS)
def test_a_cohort_without_a_model_leads_on(open_app: OpenApp, view: str) -> None:
    app = open_app("performance.py", cohort=CLINIC, view=view)
    assert not app.exception
    assert "No model has judged these cases" in words(app)
