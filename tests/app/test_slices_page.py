"""Slices, opened as a visitor would."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import create_cohort, insert, put_model, replace_predictions
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection
from tests.app.conftest import OpenApp, words

COLUMNS = ("case_id", "patient_id", "centre", "split", "capsule_distance_mm", "sex", "lateral")


@pytest.fixture(scope="module")
def planted_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which the model says too little near the capsule; and a cohort of 12 rows."""
    root = tmp_path_factory.mktemp("planted") / "store"
    rng = np.random.default_rng(5)
    n = 900
    risk = rng.uniform(0.05, 0.95, n)
    distance = rng.gamma(2.0, 2.5, n).round(2)
    cases = pd.DataFrame(
        {
            "case_id": [f"case-{i:04d}" for i in range(n)],
            "patient_id": [f"patient-{i:04d}" for i in range(n)],
            "centre": rng.choice(["centre 1", "centre 2"], n),
            "split": "test",
            "capsule_distance_mm": distance,
            "sex": rng.choice(["female", "male"], n),
            "lateral": (rng.random(n) < risk).astype(object),
        }
    )
    is_near = (distance >= 2.5) & (distance < 5)
    said = np.where(is_near, risk * 0.4, risk)

    def build(con: Connection) -> None:
        for slug, size in (("planted", n), ("dozen", 12)):
            create_cohort(con, slug, BUILT_IN.only(COLUMNS), title=slug.title())
            insert(con, slug, "cases", cases.head(size))
            put_model(con, ModelRecord("m", slug, "lateral", "imported"))
            judged = cases[["case_id", "split"]].assign(risk=said).head(size)
            replace_predictions(con, slug, "m", judged)

    publish(root, build, action="demo", detail={}, actor="test")
    return root


@pytest.fixture
def open_planted(
    planted_store: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> OpenApp:
    monkeypatch.setenv("CLNM_STORE", str(planted_store))
    return open_app


def test_a_planted_group_is_said_drawn_and_leads_to_its_cases(open_planted: OpenApp) -> None:
    app = open_planted("slices.py", cohort="planted", kind="Risk too low")
    assert not app.exception
    text = words(app)
    assert (
        "The model errs most where capsule distance is 2.5 to under 5 mm: risks are too low" in text
    )
    assert len(app.get("plotly_chart")) == 1
    markup = next(str(html.body) for html in app.get("html") if "href='cases?" in str(html.body))
    (target,) = re.findall(r"href='cases\?([^']*)'", markup)
    (cases,) = re.findall(r"2.5 to under 5 mm</td><td class='number'>(\d+)<", markup)
    link = {key: values for key, values in parse_qs(target.replace("&amp;", "&")).items()}
    there = open_planted("cases.py", **link)
    assert not there.exception
    assert f": {cases} of 900 patients" in words(there)
    assert "link_off" not in words(there)


def test_the_default_kind_of_error_names_the_others(open_planted: OpenApp) -> None:
    app = open_planted("slices.py", cohort="planted")
    assert not app.exception
    assert app.selectbox(key="kind").value == "excess"
    assert "Other kinds of error with confirmed groups: " in words(app)
    assert "risk too low (1)" in words(app)


def test_twelve_rows_get_a_sentence_and_no_chart(open_planted: OpenApp) -> None:
    app = open_planted("slices.py", cohort="dozen")
    assert not app.exception
    assert "No group can be searched: there are 12 cases; either half needs 60" in words(app)
    assert len(app.get("plotly_chart")) == 0


def test_without_a_model_the_page_leads_on(open_app: OpenApp) -> None:
    app = open_app("slices.py", outcome="central")
    assert not app.exception
    assert "No model has judged these cases" in words(app)


def test_of_a_very_large_cohort_only_the_chosen_kind_is_searched(
    open_planted: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clnm_core.ui.slices_facts.ALL_KINDS_UP_TO", 899)
    app = open_planted("slices.py", cohort="planted", kind="Risk too low")
    assert not app.exception
    assert "The model errs most where capsule distance is 2.5 to under 5 mm" in words(app)
    assert "Every kind of error" not in words(app)
