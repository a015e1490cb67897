"""The population risk map on the Location page: only when asked for, one outcome at a time."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.store import location_maps
from tests.app.conftest import OpenApp, words
from tests.small_store import CLINIC

ASKED = {"outcome": "lateral", "model": "none: observed only", "risk_map_view": "Transverse view"}


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def test_nothing_is_read_until_a_view_is_chosen(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("an outline was read")

    monkeypatch.setattr(location_maps, "mask_of", refuse)
    app = open_app("location.py", outcome="lateral", model="none: observed only")
    assert not app.exception
    assert "Where do lesions with metastasis lie?" in words(app)
    assert charts(app) == 1


def answers(app: AppTest) -> list[str]:
    """The sentence of each map that is drawn."""
    found = [str(text.value).replace("\\", "") for text in app.markdown]
    return [text for text in found if " patients with and " in text]


def test_a_link_with_a_view_draws_the_map_of_its_outcome(open_app: OpenApp) -> None:
    app = open_app("location.py", **ASKED)
    assert not app.exception
    (answer,) = answers(app)
    assert answer.startswith("**Lateral neck metastasis**, ")
    assert "Lateral neck metastasis, transverse view, every lesion counts the same" in words(app)
    assert charts(app) == 3


def test_central_and_lateral_are_never_pooled(open_app: OpenApp) -> None:
    app = open_app("location.py", **(ASKED | {"outcome": "central"}))
    assert not app.exception
    (answer,) = answers(app)
    assert answer.startswith("**Central neck metastasis**, ")
    assert answers(open_app("location.py", **ASKED)) != [answer]


def test_the_filter_holds_for_the_map(open_app: OpenApp) -> None:
    few = open_app("location.py", **ASKED, filters="max_diameter_mm", max_diameter_mm=["0", "6"])
    assert not few.exception
    (answer,) = answers(few)
    assert "No map: a map needs at least 10 patients" in answer
    assert answers(open_app("location.py", **ASKED)) != [answer]


def test_a_cohort_without_outlines_shows_nothing_of_it(open_app: OpenApp) -> None:
    app = open_app("location.py", cohort=CLINIC)
    assert not app.exception
    assert "lesions with metastasis lie" not in words(app)
