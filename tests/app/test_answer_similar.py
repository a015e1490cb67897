"""Two parts of an answer: what makes a case unlike the training cases, and which are like it."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.jobs import queue
from clnm_core.store.places import StorePaths
from clnm_core.store.records import ModelRecord
from clnm_core.store.references import reference_of, save_reference
from clnm_core.store.warehouse import Warehouse
from tests.app.conftest import words
from tests.small_store import NECK


@pytest.fixture
def root(asked_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "store"
    shutil.copytree(asked_store, copy)
    monkeypatch.setenv("CLNM_STORE", str(copy))
    return copy


def record_of(root: Path) -> ModelRecord:
    with Warehouse.open(root) as warehouse:
        return warehouse.model(NECK, "clinical")


def answer() -> None:
    """One case of the store, as the Case page asks about it."""
    from clnm_core.domain.cohort import CohortQuery
    from clnm_core.store.selection import case
    from clnm_core.ui import answer_doubts, answer_similar, asking, cached, cached_models
    from clnm_core.ui.asked import Asked

    cached.pin()
    query = CohortQuery("neck-study", "lateral")
    record = case(cached.warehouse(), query.cohort, "case-0004")
    models = cached_models.trained(query.cohort)
    columns = cached_models.inputs_of(models[0]).columns
    values = {column.name: record.values[column.name] for column in columns}
    values["age_years"] = 110.0
    asked = asking.ask(Asked(query, "case-0004", values, "", (), (), records=models), contents=[])
    answer_doubts.draw(asked)
    answer_similar.draw(asked)


def opened() -> AppTest:
    app = AppTest.from_function(answer, default_timeout=120).run()
    assert not app.exception
    return app


def cards(app: AppTest) -> list[str]:
    markup = "".join(one.proto.body for one in app.get("html"))
    return re.findall(r"<li>.*?</li>", markup)


def test_eight_cases_each_way_have_picture_outcome_risk_and_a_link(root: Path) -> None:
    app = opened()
    found = cards(app)
    assert len(found) == 16
    for card in found:
        assert re.search(r"&#9679; (present|absent)</b>, risk (&lt;|&gt;)?\s?\d+\s%", card)
        assert re.search(r"href='case\?case=case-\d+'", card)
    names = [re.findall(r"case=(case-\d+)", card)[0] for card in found]
    assert "case-0004" not in names
    text = words(app)
    said = re.search(
        r"eye of the model, (\d) of the 8 most similar cases had .*; by findings, (\d) of 8", text
    )
    assert said
    counted = [sum("present</b>" in card for card in part) for part in (found[:8], found[8:])]
    assert [int(number) for number in said.groups()] == counted
    assert any("data:image/png;base64," in card for card in found)


def test_what_is_unusual_comes_first_as_a_warning_and_the_rest_is_counted(root: Path) -> None:
    app = opened()
    warning = str(app.warning[0].value)
    assert "110 years" in warning
    assert re.search(r"make.? this case unlike the training cases", warning)
    assert "beside the training cases" in app.expander[0].label


def test_without_a_reference_the_button_makes_a_job_of_it(root: Path) -> None:
    shutil.rmtree(StorePaths(root).references)
    app = opened()
    assert len(cards(app)) == 8
    assert "has not been worked out" in words(app)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clnm_core.ui.answer_similar.ensure_worker", lambda root: None)
        app.button(key="make_reference").click().run()
    assert not app.exception
    (job,) = queue.jobs(root, kind="reference")
    assert job.parameters == {"cohort": NECK, "model": "clinical"}


def test_a_damaged_reference_is_said_and_can_be_made_again(root: Path) -> None:
    folder = StorePaths(root).references / record_of(root).manifest["digest"]
    (folder / "cases.parquet").write_bytes(b"PAR1")
    app = opened()
    assert "a file of it was changed" in words(app)
    assert len(cards(app)) == 8
    assert app.button(key="make_reference")


def test_a_reference_of_other_numbers_is_not_compared_with(root: Path) -> None:
    record = record_of(root)
    found = reference_of(root, record)
    assert found is not None
    wide = replace(found, embedding=found.embedding[:, :-1].copy())
    save_reference(root, record.manifest["digest"], wide)
    app = opened()
    assert "by another release of this program" in words(app)
    assert len(cards(app)) == 8


def test_cases_that_are_another_patients_now_are_left_out_and_counted(root: Path) -> None:
    record = record_of(root)
    found = reference_of(root, record)
    assert found is not None
    patients = tuple(f"{one}-of-another-import" for one in found.patient_ids[:30])
    renumbered = replace(found, patient_ids=(*patients, *found.patient_ids[30:]))
    save_reference(root, record.manifest["digest"], renumbered)
    app = opened()
    assert "30 cases that the model was compared with are no longer in the cohort" in words(app)
    gone = set(found.case_ids[:30])
    near = cards(app)[:8]
    assert not gone & {re.findall(r"case=(case-\d+)", card)[0] for card in near}
