"""The Case page asks the models about a case of the cohort, beside what was published of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import ROOT, risks, words
from tests.app.fake_system import publish_seeing
from tests.small_store import NECK, build_small_store, train_clinical

CASE = "case-0003"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "store"
    build_small_store(root)
    monkeypatch.setenv("CLNM_STORE", str(root))
    return root


def open_case(case: str = CASE) -> AppTest:
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
    for key, value in {"cohort": NECK, "outcome": "lateral", "case": case}.items():
        app.query_params[key] = value
    app.run()
    app.switch_page(str(ROOT / "pages" / "case.py")).run()
    assert not app.exception
    return app


def asked(app: AppTest) -> AppTest:
    app.toggle(key="ask_models_now").set_value(True).run()
    assert not app.exception
    return app


def test_models_are_asked_on_demand_and_stay_asked_for_the_visit(store: Path) -> None:
    train_clinical(store)
    app = open_case()
    assert not risks(app)
    assert "Clinical can judge this case as it stands" in words(app)
    assert set(risks(asked(app))) == {"clinical"}
    app.text_input(key="case").set_value("case-0004").run()
    assert not app.exception
    assert set(risks(app)) == {"clinical"}


def test_what_was_published_stands_beside_and_what_taught_the_model_is_said(store: Path) -> None:
    train_clinical(store)
    said = words(asked(open_case()))
    assert "Published for this case:" in said
    assert "What the models said when they were published" in said
    assert "Why clinical says so" in said


def test_a_model_that_reads_what_the_case_lacks_says_so_and_nothing_is_broken(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clnm_core.ui import cached_models

    model = publish_seeing(store)
    monkeypatch.setattr(cached_models, "can_predict", lambda record: record.name == "seeing")
    monkeypatch.setattr(cached_models, "load_model", lambda *_, **__: (model, None))
    app = asked(open_case("case-0200"))  # without a picture
    assert not risks(app)
    assert any("no ultrasound picture" in one.value.replace("\\", "") for one in app.warning)


def test_a_cohort_without_a_model_asks_nobody(store: Path) -> None:
    app = open_case()
    assert "What the models say now" not in words(app)
