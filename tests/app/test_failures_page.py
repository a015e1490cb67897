"""Failures, opened as a visitor would: browse errors, note a reason, see it again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.store import ledger, notes
from clnm_core.store.failures import page_of_errors
from clnm_core.store.notes import Subject
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import create_cohort, insert, put_model, replace_predictions
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection
from clnm_core.store.warehouse import Warehouse
from tests.app.conftest import OpenApp, words
from tests.small_store import NECK

SUBJECT = Subject(NECK, "blunt", "lateral")
LINK = {"outcome": "lateral", "model": "Blunt model", "evaluated": "all splits", "threshold": "0.5"}


@pytest.fixture
def own_store(small_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small store to write notes into."""
    root = tmp_path / "store"
    shutil.copytree(small_store, root)
    return root


@pytest.fixture
def open_failures(own_store: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> OpenApp:
    monkeypatch.setenv("CLNM_STORE", str(own_store))
    return lambda **params: open_app("failures.py", **(LINK | params))


@pytest.fixture
def worst(own_store: Path) -> str:
    """The case that is missed with the lowest risk."""
    with Warehouse.open(own_store) as warehouse:
        query = CohortQuery(NECK, "lateral")
        rows = page_of_errors(warehouse, query, "blunt", 0.5, kind="missed", size=1)
    return str(rows["case_id"].iloc[0])


def fill(app: AppTest, case_id: str, *, reason: str, text: str) -> AppTest:
    """Fill the form under a case and press its button."""
    next(box for box in app.selectbox if f"/{case_id}/" in str(box.key)).set_value(reason)
    next(area for area in app.text_area if f"/{case_id}/" in str(area.key)).set_value(text)
    return next(one for one in app.button if f"/{case_id}/" in str(one.key)).click().run()


def test_errors_are_counted_drawn_and_listed(open_failures: OpenApp) -> None:
    app = open_failures(filters="sex", sex="female")
    assert not app.exception
    assert not app.error
    text = words(app)
    assert "cases with lateral neck metastasis are missed at threshold 0.50" in text
    assert len(app.get("plotly_chart")) == 1
    assert [figure.label for figure in app.metric] == [
        *("Missed", "Caught", "False alarms", "Rightly not called", "Cases with a note"),
    ]
    assert len([box for box in app.selectbox if str(box.key).startswith("reason/")]) == 12
    linked = [str(html.body) for html in app.get("html") if "href='case?" in str(html.body)]
    assert len(linked) == 12
    assert "sex=female" in linked[0]
    assert "threshold=" not in linked[0]


def test_a_note_is_kept_in_the_store_and_seen_by_another_visitor(
    open_failures: OpenApp, own_store: Path, worst: str
) -> None:
    app = fill(open_failures(), worst, reason="image", text="*Blurred* <b>view</b> 👩‍⚕️")
    assert not app.exception
    assert not app.error
    kept = notes.latest(own_store, SUBJECT)[worst]
    assert (kept.reason, kept.text) == ("image", "*Blurred* <b>view</b> 👩‍⚕️")
    assert kept.who == "test@example.com"
    assert "Image quality" in words(app)
    somebody_else = open_failures()
    assert "**Image quality**: *Blurred* <b>view</b> 👩‍⚕️" in words(somebody_else)
    assert {figure.label: figure.value for figure in somebody_else.metric}[
        "Cases with a note"
    ] == "1"
    assert worst not in str(ledger.entries(own_store))
    areas = [area for area in somebody_else.text_area if f"/{worst}/" in str(area.key)]
    assert areas[0].value == kept.text


def test_a_note_can_be_changed_and_taken_away(
    open_failures: OpenApp, own_store: Path, worst: str
) -> None:
    app = fill(open_failures(), worst, reason="image", text="first")
    app = fill(app, worst, reason="unusual", text="second")
    assert notes.latest(own_store, SUBJECT)[worst].text == "second"
    assert "Unusual case" in words(app)
    app = fill(app, worst, reason="", text="")
    assert notes.latest(own_store, SUBJECT) == {}
    assert len(notes.history(own_store, SUBJECT, worst)) == 3


def test_a_broken_note_is_refused_in_a_sentence_and_its_words_stay(
    open_failures: OpenApp, own_store: Path, worst: str
) -> None:
    app = fill(open_failures(), worst, reason="", text="no reason given")
    assert "The note has words but no reason" in words(app)
    assert notes.latest(own_store, SUBJECT) == {}
    area = next(area for area in app.text_area if f"/{worst}/" in str(area.key))
    assert area.value == "no reason given"
    app = fill(app, worst, reason="other", text="no reason given")
    assert not app.error
    assert notes.latest(own_store, SUBJECT)[worst].reason == "other"


def test_another_model_does_not_show_the_note(open_failures: OpenApp, worst: str) -> None:
    fill(open_failures(), worst, reason="image", text="")
    assert "Image quality" not in words(open_failures(model="Sharp model"))


def test_false_alarms_are_a_link_away(open_failures: OpenApp) -> None:
    app = open_failures(error="False alarms")
    assert app.selectbox(key="error").value == "false_alarms"
    text = words(app)
    assert "cases without lateral neck metastasis are false alarms" in text
    assert "above the threshold" in text
    assert "below the threshold" not in text


def test_pages_go_on_where_the_last_one_ended(open_failures: OpenApp, worst: str) -> None:
    first, second = open_failures(), open_failures(page="2")

    def cases(app: AppTest) -> list[str]:
        return [str(html.body) for html in app.get("html") if "href='case?" in str(html.body)]

    assert cases(second)
    assert not set(cases(first)) & set(cases(second))
    assert cases(open_failures(page="999"))
    assert worst in cases(first)[0]


def test_a_store_that_can_only_be_read_says_so_and_offers_no_form(
    open_failures: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    app = open_failures()
    assert not app.exception
    assert "can only be read" in "\n".join(str(info.value) for info in app.info)
    assert not app.text_area


def test_a_threshold_without_errors_has_no_gallery(open_failures: OpenApp) -> None:
    app = open_failures(threshold="0.01")
    assert not app.exception
    assert "None of " in words(app)
    assert "There is none at this threshold" in words(app)
    assert not app.text_area


def test_a_cohort_without_images_or_with_few_cases_is_listed(open_failures: OpenApp) -> None:
    app = open_failures(filters="max_diameter_mm", max_diameter_mm=["0", "5"])
    assert not app.exception
    assert "too few to say what they have in common" in words(app)


def test_without_a_model_the_page_leads_on(open_app: OpenApp) -> None:
    app = open_app("failures.py", outcome="central")
    assert not app.exception
    assert "No model has judged these cases" in words(app)


@pytest.fixture
def odd_store(tmp_path: Path) -> Path:
    """Twelve cases that all have the outcome, with equal risks; and one case alone."""
    root = tmp_path / "odd"
    cases = pd.DataFrame(
        {
            "case_id": [f"c{i:02d}" for i in range(12)],
            "patient_id": [f"p{i:02d}" for i in range(12)],
            "split": "test",
            "sex": ["female", None] * 6,
            "lateral": pd.Series([True] * 12, dtype=object),
        }
    )

    def build(con: Connection) -> None:
        for slug, size in (("one-class", 12), ("one-case", 1)):
            create_cohort(con, slug, BUILT_IN.only(cases.columns), title=slug)
            insert(con, slug, "cases", cases.head(size))
            put_model(con, ModelRecord("m", slug, "lateral", "imported"))
            judged = cases[["case_id", "split"]].assign(risk=0.3).head(size)
            replace_predictions(con, slug, "m", judged)

    publish(root, build, action="import", detail={}, actor="test")
    return root


@pytest.mark.parametrize("cohort", ["one-class", "one-case"])
@pytest.mark.parametrize("file", ["failures.py", "slices.py"])
@pytest.mark.parametrize("error", ["Missed cases", "False alarms"])
def test_one_class_and_one_case_are_said_in_words(
    cohort: str,
    file: str,
    error: str,
    odd_store: Path,
    open_app: OpenApp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLNM_STORE", str(odd_store))
    app = open_app(file, cohort=cohort, error=error)
    assert not app.exception
    assert not app.error
    text = words(app)
    assert "nan" not in text.lower()
    if file == "slices.py":
        assert "No group can be searched" in text
    elif error == "False alarms":
        assert "No case without lateral neck metastasis is left" in text
    else:
        assert "lateral neck metastasis" in text
        assert "threshold 0.50 (100 %" in text


def test_another_kind_of_error_begins_at_its_first_page(open_failures: OpenApp) -> None:
    app = open_failures(page="2")
    assert app.session_state["page"] == 2
    app.selectbox(key="error").set_value("false_alarms").run()
    assert not app.exception
    assert app.session_state["page"] == 1
