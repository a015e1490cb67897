"""Compare, opened as a visitor would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.store import schema
from clnm_core.store.records import ModelRecord
from clnm_core.store.snapshots import publish
from clnm_core.ui import cached
from tests.app.conftest import OpenApp, words
from tests.small_store import CLINIC

BOTH = ["Blunt model", "Sharp model"]


def printed(app: AppTest) -> list[str]:
    """The tables of the page, as they are written."""
    bodies = [str(one.body) for one in app.get("html")]
    return [body for body in bodies if body.startswith("<div class='clnm-table")]


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def test_it_answers_on_the_external_cases_first(open_app: OpenApp) -> None:
    app = open_app("compare.py", outcome="lateral")
    assert not app.exception
    text = words(app)
    assert app.multiselect(key="models").value == ["blunt", "sharp"]
    assert app.selectbox(key="against").value == "blunt"
    assert "“Sharp model”" in text
    assert "paired DeLong, p " in text
    assert "on the same " in text or "from the same " in text
    assert "Compared on the " in text
    assert "Left out: " in text
    assert charts(app) == 4
    labels = [figure.label for figure in app.metric]
    assert labels[:3] == ["Best AUC", "Best AUC, corrected", "AUC difference"]
    assert "Benjamini 1995" in app.code[0].value


def test_nri_and_idi_come_with_their_caution(open_app: OpenApp) -> None:
    app = open_app("compare.py", outcome="lateral")
    measures = printed(app)[0]
    assert "Continuous NRI, non-events" in measures
    assert "IDI, sum" in measures
    assert "can favour a model only because its risks are badly calibrated (Hilden 2014)" in words(
        app
    )


def test_setting_the_other_against_turns_the_answer_round(open_app: OpenApp) -> None:
    app = open_app("compare.py", outcome="lateral", evaluated="all splits")
    before = {figure.label: figure.value for figure in app.metric}
    app.selectbox(key="against").set_value("sharp").run()
    after = {figure.label: figure.value for figure in app.metric}
    assert not app.exception
    assert before["Best AUC"] == after["Best AUC"]
    assert before["AUC difference"].lstrip("−") == after["AUC difference"].lstrip("−")
    assert before["AUC difference"] != after["AUC difference"]
    assert "All splits are taken together" in "".join(str(one.value) for one in app.warning)


def test_a_threshold_moves_the_calls_and_leaves_the_areas(open_app: OpenApp) -> None:
    app = open_app("compare.py", outcome="lateral")
    before = {figure.label: figure.value for figure in app.metric}
    app.slider(key="threshold").set_value(0.3).run()
    after = {figure.label: figure.value for figure in app.metric}
    assert before["AUC difference"] == after["AUC difference"]
    assert "at threshold 0.30" in words(app)
    assert "0.30" in app.code[0].value


def test_groups_of_risk_can_be_chosen(open_app: OpenApp) -> None:
    app = open_app("compare.py", outcome="lateral")
    before = printed(app)[0]
    app.selectbox(key="cuts").set_value("quarters").run()
    assert not app.exception
    assert printed(app)[0] != before


def test_one_chosen_model_asks_for_another(open_app: OpenApp) -> None:
    app = open_app("compare.py", outcome="lateral")
    app.multiselect(key="models").set_value(["sharp"]).run()
    assert not app.exception
    assert "Choose two models or more" in words(app)
    app.multiselect(key="models").set_value(["sharp", "blunt"]).run()
    assert charts(app) == 4


def test_a_link_brings_models_and_the_one_they_are_set_against(open_app: OpenApp) -> None:
    app = open_app(
        "compare.py", outcome="lateral", models=BOTH, against="Sharp model", evaluated="train"
    )
    assert not app.exception
    assert app.selectbox(key="against").value == "sharp"
    assert "learned from these training cases" in "".join(str(one.value) for one in app.warning)


def test_an_outcome_that_no_model_predicts_leads_on(open_app: OpenApp) -> None:
    for params in ({"outcome": "central"}, {"cohort": CLINIC}):
        app = open_app("compare.py", **params)
        assert not app.exception
        assert "No model has judged these cases" in words(app)
        assert charts(app) == 0


def test_one_model_alone_leads_on(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    every = cached.models
    monkeypatch.setattr(cached, "models", lambda name: every(name)[:1])
    app = open_app("compare.py", outcome="lateral")
    assert not app.exception
    text = words(app)
    assert "There is nothing to compare yet" in text
    assert "Only “Blunt model” has judged these cases" in text
    assert charts(app) == 0


@pytest.mark.parametrize("most", ["1.2", "2.2", "4"])
def test_a_handful_of_cases_gives_sentences_and_no_numbers_out_of_nothing(
    open_app: OpenApp, most: str
) -> None:
    app = open_app(
        "compare.py", outcome="lateral", filters="max_diameter_mm", max_diameter_mm=["0", most]
    )
    assert not app.exception
    assert "nan" not in words(app).lower()
    assert not any("nan" in table.lower() for table in printed(app))


TWELVE = pd.DataFrame(
    {
        "case_id": [f"c{i:02d}" for i in range(12)],
        "patient_id": [f"p{i:02d}" for i in range(12)],
        "lateral": [True] * 5 + [False] * 7,
    }
)


@pytest.fixture
def twelve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_app: OpenApp, request: object
) -> OpenApp:
    """A store of twelve cases and four models: good, poor, one risk for all, and one case short."""

    def build(con: object) -> None:
        columns = BUILT_IN.only(["case_id", "patient_id", "lateral"])
        schema.create_cohort(con, "twelve", columns, title="Twelve")
        cases = TWELVE
        if getattr(request, "param", "") == "one class":
            cases = cases.assign(lateral=True)
        schema.insert(con, "twelve", "cases", cases)
        rng = np.random.default_rng(1)
        risks = {
            "flat": np.full(12, 0.4),
            "good": np.where(TWELVE["lateral"], 0.8, 0.2) + rng.normal(0, 0.2, 12).clip(-0.2, 0.2),
            "poor": rng.random(12),
            "short": rng.random(12),
        }
        for name, risk in risks.items():
            schema.put_model(con, ModelRecord(name, "twelve", "lateral", "imported"))
            rows = TWELVE[["case_id"]].assign(split="test", risk=risk)
            schema.replace_predictions(
                con, "twelve", name, rows.iloc[: 11 if name == "short" else 12]
            )

    root = tmp_path / "store"
    publish(root, build, action="import", detail={"cohort": "twelve"})
    monkeypatch.setenv("CLNM_STORE", str(root))
    return open_app


def test_twelve_rows_and_four_models_give_an_answer(twelve: OpenApp) -> None:
    app = twelve("compare.py", models=["good", "poor", "short"], against="poor")
    assert not app.exception
    text = words(app)
    assert "Compared on the 11 cases that every model judged" in text
    assert "1 that “good” judged and not all others did" in text
    assert "Picked as the best of 3" in text or "is the best of 3" in text
    assert "cases with the outcome: intervals of AUC differences may" in text
    assert charts(app) == 5
    everyone, pairs = printed(app)[1:]
    assert everyone.count("<tr>") == 3
    assert pairs.count("<tr>") == 4
    assert "not enough data: about " in pairs


def test_a_model_with_one_risk_for_all_is_said(twelve: OpenApp) -> None:
    app = twelve("compare.py")
    assert app.multiselect(key="models").value == ["flat", "good"]
    assert not app.exception
    assert "the AUC of “flat” is not estimable, every case has the same risk" in words(app)
    app.multiselect(key="models").set_value(["flat", "good", "poor", "short"]).run()
    assert not app.exception
    assert not any("nan" in table.lower() for table in printed(app))


@pytest.mark.parametrize("twelve", ["one class"], indirect=True)
def test_one_class_alone_is_said(twelve: OpenApp) -> None:
    app = twelve("compare.py", models=["good", "poor"], against="poor")
    assert not app.exception
    text = words(app)
    assert "cannot be compared on the same 12 cases" in text
    assert "fewer than two non-events" in text
    assert "Picked as" not in text
    assert "winner" not in app.code[0].value
    assert not any("nan" in table.lower() for table in printed(app))
