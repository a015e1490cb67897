"""The Checks page says what it found, what each code means, and what it could not look for."""

from __future__ import annotations

import pytest

from clnm_core.report.checks_words import explanation
from tests.app.conftest import OpenApp, words
from tests.small_store import CLINIC, NECK


def test_the_page_answers_counts_and_lists_every_check(open_app: OpenApp) -> None:
    app = open_app("checks.py", cohort=NECK)
    assert not app.exception
    said = words(app)
    assert "What could be wrong with the data or the study?" in said
    assert "checks could not look; they say why below" in said
    assert {metric.label for metric in app.metric} >= {"Errors", "Warnings", "Could not look"}
    assert "Do the parts of the study differ?" in said
    assert "cases that are new to it" in said


def test_a_code_of_a_link_is_explained(open_app: OpenApp) -> None:
    app = open_app("checks.py", cohort=NECK)
    app.selectbox(key="code").set_value("A09").run()
    assert explanation("A09").split(".")[0] in "\n".join(m.value for m in app.markdown)


def test_a_centre_can_be_held_against_all_others(open_app: OpenApp) -> None:
    app = open_app("checks.py", cohort=NECK)
    options = app.selectbox(key="part").options
    assert options[0].startswith("split train")
    assert "centre centre 2" in options
    app.selectbox(key="part").select("centre=centre 2").run()
    assert not app.exception
    assert "and centre centre 2 (" in words(app)


def test_the_baseline_is_trained_without_each_centre_once_asked_for(open_app: OpenApp) -> None:
    app = open_app("checks.py", cohort=NECK)
    assert "Trained without the centre" not in words(app)
    next(b for b in app.button if "without each centre" in b.label).click().run()
    assert not app.exception
    assert "Trained without the centre on which it is judged" in words(app)
    assert not any("without each centre" in button.label for button in app.button)


@pytest.mark.parametrize(
    "params",
    [
        {"cohort": CLINIC},
        {"cohort": NECK, "split": "external"},
        {"cohort": NECK, "outcome": "central"},
        {"cohort": NECK, "filters": ["age_years"], "age_years": ["87", "88"]},
    ],
    ids=["no splits, no centres", "one centre", "no model", "next to nobody"],
)
def test_poor_cohorts_get_sentences(open_app: OpenApp, params: dict[str, str | list[str]]) -> None:
    app = open_app("checks.py", **params)
    assert not app.exception
    said = words(app)
    assert "nan" not in said.lower().split()
    assert "checks could not look" in said or "check could not look" in said
