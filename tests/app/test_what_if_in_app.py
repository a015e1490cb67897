"""What if one value were different: the slider reads the curve and judges nothing again."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.store.modelling import load_model
from clnm_core.systems.case import one_case
from clnm_core.systems.clinical_system import Baseline
from clnm_core.ui import answer_what_if, cached
from tests.app.conftest import ROOT, words
from tests.small_store import NECK


@pytest.fixture
def page(asked_store: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CLNM_STORE", str(asked_store))
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=120)
    app.query_params["cohort"] = NECK
    app.query_params["outcome"] = "lateral"
    app.run()
    app.switch_page(str(ROOT / "pages" / "predict.py")).run()
    app.number_input(key=f"form_{NECK}_capsule_distance_mm").set_value(3.0).run()
    assert not app.exception
    return app


def slider(app: AppTest):
    return next(one for one in app.select_slider if one.label == "Capsule distance")


def test_the_slider_begins_at_the_case_and_reads_the_risk_of_other_values(
    page: AppTest, asked_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "for the case as it is: capsule distance 3.0 mm." in words(page)
    asked = []
    risk = Baseline.risk
    monkeypatch.setattr(Baseline, "risk", lambda self, cases: asked.append(1) or risk(self, cases))
    far = slider(page).options.index("10.0 mm")
    slider(page).set_value(far).run()
    assert not page.exception
    model, _ = load_model(asked_store, "clinical")
    value = risk(model, one_case(model.inputs, {"capsule_distance_mm": 10.0}))[0]
    assert f"With capsule distance 10.0 mm clinical would give {100 * value:.0f} %" in words(page)
    assert not asked
    page.button(key="what_if_reset").click().run()
    assert "for the case as it is: capsule distance 3.0 mm." in words(page)


def test_beyond_the_training_cases_is_a_warning(page: AppTest, asked_store: Path) -> None:
    slider(page).set_value(len(slider(page).options) - 1).run()
    said = next(one.value for one in page.warning if "no training case lies" in one.value)
    assert said.startswith("Capsule distance")


def test_a_category_offers_every_level_and_unknown(page: AppTest) -> None:
    page.selectbox(key="what_if_value").set_value("sex").run()
    assert not page.exception
    assert "for the case as it is: sex unknown." in words(page)


def test_what_training_had_comes_from_the_cases_that_taught(asked_store: Path, monkeypatch) -> None:
    monkeypatch.setenv("CLNM_STORE", str(asked_store))
    warehouse = cached.warehouse(NECK)
    query = answer_what_if.CohortQuery(NECK, "lateral")
    seen = answer_what_if.seen_in_training(warehouse, query, "clinical", "capsule_distance_mm")
    taught = warehouse.rows(
        f'SELECT min(capsule_distance_mm) AS low, max(capsule_distance_mm) AS high FROM "{NECK}".cases '  # noqa: S608
        "WHERE split = 'train' AND \"lateral\" IS NOT NULL"
    ).iloc[0]
    assert (seen.low, seen.high) == (taught["low"], taught["high"])
    assert answer_what_if.seen_in_training(warehouse, query, "clinical", "hashimoto") is None
