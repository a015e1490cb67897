"""Checklists, opened and answered as a visitor would."""

from __future__ import annotations

import pytest

from tests.app.conftest import OpenApp, words
from tests.small_store import CLINIC


def html(app) -> str:
    return "\n".join(str(part.proto.body) for part in app.get("html"))


@pytest.mark.parametrize(
    ("title", "say"),
    [
        ("TRIPOD+AI 2024", "of 52 parts of 27 items"),
        ("CLAIM 2024", "of 44 items"),
        ("METRICS 2024", "Known so far: "),
        ("RQS", "points; possible: "),
    ],
)
def test_every_checklist_is_filled_from_the_store(open_app: OpenApp, title: str, say: str) -> None:
    app = open_app("checklists.py", checklist=title)
    assert not app.exception
    text = words(app)
    assert text.count(f"{title}: of ") == 1
    assert say in text
    assert "never stored" in text
    assert "filled from the store" in html(app)
    assert "nan" not in html(app).lower().split()


def test_the_model_that_is_chosen_is_the_one_that_is_reported(open_app: OpenApp) -> None:
    sharp = open_app("checklists.py", model="Sharp model · Lateral neck metastasis")
    blunt = open_app("checklists.py", model="Blunt model · Lateral neck metastasis")
    none = open_app("checklists.py", model="none: the data only")
    assert not none.exception
    assert "AUC 0." in html(sharp)
    assert html(sharp) != html(blunt)
    assert "AUC 0." not in html(none)


def test_a_cohort_without_models_splits_or_images_is_reported_too(open_app: OpenApp) -> None:
    app = open_app("checklists.py", cohort=CLINIC)
    assert not app.exception
    assert "are open." in words(app)


def test_only_open_items_can_be_shown(open_app: OpenApp) -> None:
    app = open_app("checklists.py", checklist="RQS")
    app.get("button_group")[0].set_value("Open").run()
    assert not app.exception
    assert ">filled from the store<" not in html(app)
    assert ">open<" in html(app)
