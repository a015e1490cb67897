"""Many cases on the Predict page: a table is read, judged a little at a time, listed and taken away."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.store.modelling import load_model
from clnm_core.systems.case import one_case
from clnm_core.ui import batch_work
from tests.app.conftest import ROOT, words
from tests.small_store import NECK

TABLE = b"case,age,Gender,capsule distance\na,45,F,0.5\nb,450,F,3\n=c,50,M,20\nd,,,\n"


@pytest.fixture
def page(asked_store: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CLNM_STORE", str(asked_store))
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=120)
    app.query_params["cohort"] = NECK
    app.query_params["outcome"] = "lateral"
    app.session_state["predict_what"] = "Many cases"
    app.run()
    app.switch_page(str(ROOT / "pages" / "predict.py")).run()
    assert not app.exception
    return app


def bring(app: AppTest, data: bytes, name: str = "cases.csv") -> AppTest:
    app.file_uploader(key="batch_table").upload(name, data).run()
    assert not app.exception
    return app


def test_every_case_is_judged_and_bad_rows_are_listed(page: AppTest, asked_store: Path) -> None:
    bring(page, TABLE)
    assert "3 cases; 1 row is set aside." in words(page)
    page.button(key="batch_begin").click().run()
    assert not page.exception
    risks, aside = (frame.value for frame in page.dataframe[-2:])
    model, _ = load_model(asked_store, "clinical")
    values = {"age_years": 45, "sex": "female", "capsule_distance_mm": 0.5}
    alone = 100 * model.risk(one_case(model.inputs, values))[0]
    assert risks["Case"].tolist() == ["a", "=c", "d"]
    assert risks["clinical"][0] == pytest.approx(alone)
    assert risks["clinical"].isna().tolist() == [False, False, True]
    assert risks["No risk of clinical because"][2].startswith("Nothing that the model reads")
    assert aside[["Case", "Row", "Column", "Value"]].values.tolist() == [["b", 3, "age", "450"]]
    assert "clinical judged 2 of 3 cases" in words(page)


def test_work_can_be_cancelled_and_begun_again(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_work.Work, "advance", lambda self, seconds: None)
    bring(page, TABLE)
    page.button(key="batch_begin").click().run()
    page.button(key="batch_cancel").click().run()
    assert not page.exception
    why = page.dataframe[-2].value["No risk of clinical because"]
    assert set(why) == {"Not judged: it was cancelled before."}
    page.button(key="batch_again").click().run()
    assert page.button(key="batch_begin").label == "Judge all"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"shoe\n44\n", "has no column that these models read"),
        (b"case,age\na,450\n", "No row of the table can be judged"),
        (b"\x89PNG\r\n\x1a\n0000", "cases.csv"),
    ],
)
def test_a_table_that_cannot_be_used_is_a_sentence(page: AppTest, data: bytes, said: str) -> None:
    bring(page, data)
    assert said in words(page)
    assert not [button for button in page.button if button.key == "batch_begin"]


def test_another_file_forgets_what_was_judged(page: AppTest) -> None:
    bring(page, TABLE)
    page.button(key="batch_begin").click().run()
    bring(page, b"case,age\nz,60\n", "others.csv")
    assert page.button(key="batch_begin").label == "Judge all"
    assert not [
        f for f in page.dataframe if isinstance(f.value, pd.DataFrame) and "Case" in f.value
    ]
