"""The Performance page says how often prediction sets hold the truth, and whether that is chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import create_cohort, insert, put_model, replace_predictions
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection
from tests.app.conftest import ROOT, OpenApp, words


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort whose external cases with the outcome get risks that are far too low."""
    root = tmp_path_factory.mktemp("coverage") / "store"
    generator = np.random.default_rng(5)
    split = np.repeat(["train", "validation", "external"], [100, 120, 160])
    y = np.arange(380) % 2 == 0
    low = y & (split == "external")
    log_odds = generator.normal(np.where(y, 1.2, -1.2) - 2.0 * low, 1.0)
    frame = pd.DataFrame(
        {
            "case_id": [f"c{place:03d}" for place in range(380)],
            "patient_id": [f"p{place:03d}" for place in range(380)],
            "split": split,
            "lateral": y.astype(object),
        }
    )

    def build(con: Connection) -> None:
        create_cohort(con, "demo", BUILT_IN.only(["case_id", "patient_id", "split", "lateral"]))
        insert(con, "demo", "cases", frame)
        put_model(con, ModelRecord("given", "demo", "lateral", "imported"))
        risks = frame[["case_id", "split"]].assign(risk=1 / (1 + np.exp(-log_odds)))
        replace_predictions(con, "demo", "given", risks)

    publish(root, build, action="import", detail={}, actor="test")
    return root


def opened(store: Path, monkeypatch: pytest.MonkeyPatch, **params: str) -> AppTest:
    monkeypatch.setenv("CLNM_STORE", str(store))
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
    for key, value in {"cohort": "demo", "view": "Calibration", **params}.items():
        app.query_params[key] = value
    app.run()
    app.switch_page(str(ROOT / "pages" / "performance.py")).run()
    assert not app.exception
    return app


def test_a_shift_of_one_class_is_said_by_how_much(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = words(opened(store, monkeypatch))
    assert "Of 160 external cases the sets hold the truth in" in text
    assert "With lateral neck metastasis they fall" in text
    assert "more than chance allows" in text
    assert "Sets are made from 60 patients with and 60 without the outcome" in text


def test_the_level_is_picked_and_kept_in_the_link(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(store, monkeypatch)
    assert "promised are 90 %" in words(app)
    app.button_group(key="set_level").set_value("80 %").run()
    assert not app.exception
    assert "promised are 80 %" in words(app)


def test_the_cases_that_sets_are_made_from_are_no_proof(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = words(opened(store, monkeypatch, split="validation"))
    assert "is so by construction" in text


def test_a_model_without_validation_cases_says_what_it_lacks(open_app: OpenApp) -> None:
    app = open_app("performance.py", cohort="neck-study", view="Calibration")
    assert not app.exception
    assert "There are no prediction sets for this model" in words(app)
