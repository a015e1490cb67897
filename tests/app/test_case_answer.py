"""The Case page asks the models about a case of the cohort, beside what was published of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import ROOT, risks, words
from tests.app.fake_system import publish_seeing
from tests.small_store import NECK, train_clinical

CASE = "case-0003"


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


def test_the_level_of_the_sets_is_chosen_and_everything_that_speaks_of_them_follows(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clnm_core.ui import answer_output

    offered = []
    monkeypatch.setattr(answer_output, "_buttons", offered.append)
    train_clinical(store)
    app = asked(open_case())
    before = offered[-1]
    assert before.shown.level == 0.9
    assert before.shown.prediction_set is not None
    for level in (0.8, 0.95):
        app.button_group(key="case_level").set_value(f"{100 * level:.0f} %").run()
        assert not app.exception
        said, sheet = words(app), offered[-1]
        assert f"At {100 * level:.0f} % a set holds the truth" in said
        (one,) = sheet.to_dict()["opinions"]
        assert one["set_level"] == level
        (own,) = sheet.opinions
        assert own == sheet.shown
        if own.prediction_set is not None:
            assert own.prediction_set.level == level
            assert f"at {100 * level:.0f} %" in case_row(app)
        assert own.interval == before.shown.interval
        assert sheet.uid != before.uid  # another answer is another object of an archive
    app.button_group(key="case_level").set_value("90 %").run()
    assert offered[-1].shown.prediction_set == before.shown.prediction_set
    assert offered[-1].uid == before.uid


def test_a_link_brings_its_level(store: Path) -> None:
    train_clinical(store)
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
    given = {"cohort": NECK, "outcome": "lateral", "case": CASE, "case_level": "95 %"}
    for key, value in given.items():
        app.query_params[key] = value
    app.run()
    app.switch_page(str(ROOT / "pages" / "case.py")).run()
    assert "At 95 % a set holds the truth" in words(asked(app))


def test_a_level_that_few_known_cases_cannot_reach_leaves_the_class_unknown(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clnm_core.explain.standing import Standing
    from clnm_core.ui import cached_models

    train_clinical(store)
    y = np.arange(30) % 2 == 0
    few = Standing("clinical", "validation", y, 0.3 + 0.4 * y, np.arange(30).astype(object))
    monkeypatch.setattr(cached_models, "standing", lambda record: few)
    app = asked(open_case())
    assert "at 90 %" in case_row(app)
    app.button_group(key="case_level").set_value("95 %").run()
    assert not app.exception
    assert "Not known: too few cases with a known outcome for 95 %" in case_row(app)
    assert "at 95 % needs 19 patients" in words(app)


def case_row(app: AppTest) -> str:
    """The row of the one model."""
    return next(one.proto.body for one in app.get("html") if "Risk class" in one.proto.body)
