"""Readers, opened as a visitor would: compared on the same cases, or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.store.schema import insert
from clnm_core.store.snapshots import publish
from clnm_core.store.warehouse import Warehouse
from tests.app.conftest import ROOT, OpenApp, words
from tests.small_store import CLINIC, NECK, build_small_store


@pytest.fixture(scope="module")
def uneven_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small store, and a fourth reader who read only the first 20 of the cases."""
    root = tmp_path_factory.mktemp("uneven") / "store"
    build_small_store(root)
    with Warehouse.open(root) as warehouse:
        read = warehouse.rows(f'SELECT DISTINCT case_id FROM "{NECK}".reads ORDER BY case_id')  # noqa: S608
    first = read["case_id"].head(20)

    def add(con) -> None:
        for aided in (False, True):
            frame = pd.DataFrame({"case_id": first, "reader_id": "R4", "probability": 0.4})
            insert(con, NECK, "reads", frame.assign(aided=aided))

    publish(root, add, action="import", detail={})
    return root


@pytest.fixture
def open_uneven(uneven_store: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    monkeypatch.setenv("CLNM_STORE", str(uneven_store))

    def open_it(**params: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
        for key, value in params.items():
            app.query_params[key] = value
        app.run()
        return app.switch_page(str(ROOT / "pages" / "readers.py")).run()

    return open_it


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def test_readers_and_model_are_compared_on_the_same_cases(open_app: OpenApp) -> None:
    app = open_app("readers.py", outcome="lateral")
    assert not app.exception
    text = words(app)
    assert "On the same 4" in text
    assert "3 readers average 0." in text
    assert "with aid they reach 0." in text
    assert "must not be set against readers of" in text
    assert "which outcome was asked for" in text
    assert charts(app) == 4
    assert len(app.metric) == 5
    assert len(app.dataframe[0].value) == 9
    assert len(app.dataframe[1].value) == 1 + 2 + 6
    assert "Hillis 2007" in app.code[0].value


def test_the_threshold_moves_the_model_and_no_reader(open_app: OpenApp) -> None:
    app = open_app("readers.py", outcome="lateral")
    before = app.dataframe[1].value
    app.slider(key="threshold").set_value(0.2).run()
    after = app.dataframe[1].value
    assert after.iloc[0]["Sensitivity"] != before.iloc[0]["Sensitivity"]
    assert after.iloc[1:].equals(before.iloc[1:])


def test_a_split_that_nobody_read_is_refused(open_app: OpenApp) -> None:
    app = open_app("readers.py", outcome="lateral", evaluated="train")
    assert not app.exception
    text = words(app)
    assert "Readers and model are not compared" in text
    assert "gave a risk to none of them in its train predictions" in text
    assert "No case was judged by all of them" in text
    assert charts(app) == 0
    assert not app.metric


def test_readers_of_different_cases_are_refused_and_offered_what_they_share(
    open_uneven: Callable[..., AppTest],
) -> None:
    app = open_uneven(outcome="lateral")
    assert not app.exception
    text = words(app)
    assert "have not read the same cases" in text
    assert charts(app) == 0
    table = app.dataframe[0].value
    assert sorted(set(table["Reader"])) == ["R1", "R2", "R3", "R4"]
    shared = int(table["Cases read"].min())
    app.toggle(key="common").set_value(True).run()
    assert not app.exception
    assert f"On the same {shared} cases" in words(app)
    assert "Who judged what" not in words(app)
    assert charts(app) == 4


def test_a_link_keeps_the_choice_of_common_cases(open_uneven: Callable[..., AppTest]) -> None:
    app = open_uneven(outcome="lateral", common="true")
    assert "4 readers average 0." in words(app)


def test_filters_that_leave_a_few_cases_say_so(open_app: OpenApp) -> None:
    app = open_app(
        "readers.py", outcome="lateral", filters="max_diameter_mm", max_diameter_mm=["0", "4"]
    )
    assert not app.exception
    text = words(app)
    assert "too few to compare anyone" in text or "leave none of them" in text
    assert charts(app) == 0


def test_a_cohort_without_reads_says_what_would_be_here(open_app: OpenApp) -> None:
    app = open_app("readers.py", cohort=CLINIC)
    assert not app.exception
    text = words(app)
    assert "Nobody has read these cases" in text
    assert "reader_id, case_id, probability" in text
    assert charts(app) == 0


def test_an_outcome_that_no_model_predicts_leads_on(open_app: OpenApp) -> None:
    app = open_app("readers.py", outcome="central")
    assert not app.exception
    assert "No model has judged these cases" in words(app)
