"""The Models page, opened as a visitor would."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.store import ledger
from clnm_core.store.model_versions import model_versions
from clnm_core.store.records import ModelRecord
from clnm_core.store.retiring import retire
from clnm_core.store.schema import put_model, replace_predictions
from clnm_core.store.snapshots import publish
from clnm_core.store.warehouse import Warehouse
from tests.app.conftest import OpenApp, words
from tests.small_store import CLINIC, NECK, build_small_store


def add(root: Path, *models: tuple[str, str, dict]) -> None:
    """Publish models that give the true risk, bent by how often that was done before."""

    def build(con) -> None:
        for name, created, manifest in models:
            put_model(con, ModelRecord(name, NECK, "lateral", "ct-cad", "1", created, manifest))
            rows = con.table(f'"{NECK}".cases').df()[["case_id", "split", "true_risk"]]
            bent = rows["true_risk"] ** (1 + 0.1 * len(created))
            replace_predictions(con, NECK, name, rows.assign(risk=bent))

    publish(root, build, action="train", detail={})


@pytest.fixture
def own_store(tmp_path: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with a network in two versions, one of them with a candidate, to write to."""
    root = tmp_path / "store"
    build_small_store(root)
    add(root, ("net", "2026-01-01", {"seed": 1}))
    part = {"part_of": "net", "title": "net: VGG16", "label": "VGG16", "facts": {"depth": 16}}
    add(root, ("net", "2026-02-01T00", {"seed": 2}), ("net-vgg16", "2026-02-01T00", part))
    monkeypatch.setenv("CLNM_STORE", str(root))
    return root


def tables(app: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in app.get("html"))


def text(app: AppTest) -> str:
    return words(app) + tables(app)


def test_the_card_of_a_model_answers_the_question(open_app: OpenApp) -> None:
    app = open_app("models.py", model="Sharp model")
    assert not app.exception
    said = text(app)
    assert "the model sharp predicts" in said
    assert "not a medical device" in said
    assert "Limits, and what was not tested" in said
    assert "For whom: groups of the external cases" in said
    assert app.metric[0].label == "Cases, external"
    assert len(app.get("download_button")) == 2


def test_a_link_may_name_the_model_by_its_name(open_app: OpenApp) -> None:
    app = open_app("models.py", model="blunt")
    assert not app.warning
    assert "the model blunt predicts" in text(app)


@pytest.mark.parametrize("key", ["model", "version", "version_against"])
def test_what_a_link_asks_for_and_is_gone_is_said(open_app: OpenApp, key: str) -> None:
    app = open_app("models.py", **{key: "nobody <b>"})
    assert not app.exception
    assert any("which is not there" in warning.value for warning in app.warning)
    assert "What is known" in words(app)


def test_a_cohort_without_models_leads_to_training(open_app: OpenApp) -> None:
    app = open_app("models.py", cohort=CLINIC)
    assert not app.exception
    assert "There is no model yet" in words(app)


def test_versions_and_candidates_are_told_apart_and_compared(
    own_store: Path, open_app: OpenApp
) -> None:
    with Warehouse.open(own_store) as warehouse:
        new, old = model_versions(warehouse, NECK, "net")
    app = open_app("models.py", model="net")
    assert not app.exception
    assert app.selectbox(key="version").value == new.version
    assert "ct-cad, 1 tried" in tables(app)
    assert "All that was tried" in words(app)
    app.selectbox(key="version_against").set_value(old.version).run()
    assert "Compared on the same cases" in words(app)
    assert "net, version 2 and net, version 1" in words(app)
    app.selectbox(key="model").set_value("net-vgg16").run()
    assert not app.exception
    assert "retired with it" in words(app)
    app.selectbox(key="model").set_value("net").run()
    app.selectbox(key="version").set_value(old.version).run()
    assert "Earlier version" in tables(app)


def test_risks_of_another_outcome_are_not_offered_for_comparison(
    own_store: Path, open_app: OpenApp
) -> None:
    def build(con) -> None:
        put_model(con, ModelRecord("middle", NECK, "central", "imported"))

    publish(own_store, build, action="predictions", detail={})
    app = open_app("models.py", model="net")
    assert "middle" in app.selectbox(key="model").options
    assert "middle" not in app.selectbox(key="version_against").options


def test_a_version_is_retired_after_a_reason_and_a_confirmation_and_brought_back(
    own_store: Path, open_app: OpenApp
) -> None:
    with Warehouse.open(own_store) as warehouse:
        new, old = model_versions(warehouse, NECK, "net")
    app = open_app("models.py", model="net")
    key = f"net_{new.version}"
    assert app.button(key="retire_now").disabled
    app.checkbox(key=f"retire_sure_{key}").check().run()
    app.button(key="retire_now").click().run()
    assert any("takes a reason" in one.value for one in app.error)
    app.text_area(key=f"retire_why_{key}").set_value("It *leaked*.").run()
    app.button(key="retire_now").click().run()
    assert not app.exception
    assert any("Retired net" in one.value for one in app.success)
    entry = ledger.entries(own_store, 1)[0]
    assert (entry.action, entry.actor, entry.detail["why"]) == (
        "retire model",
        "test@example.com",
        "It *leaked*.",
    )
    assert app.selectbox(key="version").value == new.version
    assert "It is retired: It *leaked*." in words(app)
    with Warehouse.open(own_store) as warehouse:
        shown = [one for one in model_versions(warehouse, NECK, "net") if one.is_shown]
    assert [one.version for one in shown] == [old.version]
    app.checkbox(key=f"restore_sure_{new.version}").check().run()
    app.button(key="restore_now").click().run()
    assert any("Brought net back" in one.value for one in app.success)
    with Warehouse.open(own_store) as warehouse:
        assert model_versions(warehouse, NECK, "net")[0].is_shown


def test_a_retired_model_is_on_this_page_and_on_no_other(
    own_store: Path, open_app: OpenApp
) -> None:
    retire(own_store, NECK, "blunt", why="Old")
    card = open_app("models.py", model="Blunt model")
    assert "It is retired: Old." in words(card)
    assert "Retired" in tables(card)
    other = open_app("performance.py")
    assert "Blunt model" not in other.selectbox(key="model").options
    dead = open_app("performance.py", model="Blunt model")
    assert not dead.exception


def test_somebody_else_retired_it_in_the_meantime(own_store: Path, open_app: OpenApp) -> None:
    app = open_app("models.py", model="blunt")
    with Warehouse.open(own_store) as warehouse:
        version = model_versions(warehouse, NECK, "blunt")[0].version
    app.checkbox(key=f"retire_sure_blunt_{version}").check().run()
    app.text_area(key=f"retire_why_blunt_{version}").set_value("Old").run()
    retire(own_store, NECK, "blunt", why="Faster")
    app.button(key="retire_now").click().run()
    assert not app.exception
    assert any("retired already" in one.value for one in app.error)
