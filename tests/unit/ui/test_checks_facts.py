"""Rows for the table of checks and the chart of centres."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.stats.checks.result import clear, found, not_checked
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.left_out import CentresLeftOut, LeftOut
from clnm_core.ui import checks_facts
from clnm_core.ui.charts.centres import centres_figure
from clnm_core.ui.charts.love import love_figure
from tests.small_store import CLINIC, NECK, build_small_store

QUERY = CohortQuery(NECK, "lateral")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    root = tmp_path_factory.mktemp("checks") / "store"
    build_small_store(root)
    with Warehouse.open(root) as opened:
        yield opened


def test_what_was_found_comes_first_then_what_could_not_look():
    rows = pd.DataFrame({"a": [1]})
    checks = (
        clear("C02", "None."),
        found("C18", "warning", "Worse at D", "Look.", rows),
        not_checked("C16", "No claims."),
        found("C01", "error", "A leak", "Split.", rows),
    )
    table = checks_facts.check_rows(checks)
    assert table["code"].tolist() == ["C01", "C18", "C16", "C02"]
    assert table["result"].tolist() == ["error", "warning", "could not look", "nothing found"]


def test_parts_are_splits_with_training_first_then_centres(warehouse):
    assert list(checks_facts.parts(warehouse, QUERY)) == [
        "split=train",
        "split=external",
        "centre=centre 1",
        "centre=centre 2",
        "centre=centre 3",
    ]
    assert checks_facts.parts(warehouse, CohortQuery(NECK, "lateral", "external")) == {}
    assert checks_facts.parts(warehouse, CohortQuery(CLINIC, "any")) == {}


def test_a_part_is_compared_in_every_recorded_column(warehouse):
    found_shift = checks_facts.shift(warehouse, QUERY, "split=train")
    assert set(found_shift.table["column"]) == {
        *("age_years", "sex", "max_diameter_mm", "capsule_distance_mm", "lobe", "third"),
        *("margin", "multifocal"),
    }
    assert found_shift.classifier.auc.is_estimable
    by_centre = checks_facts.shift(warehouse, QUERY, "centre=centre 2")
    assert by_centre.classifier.n_second < by_centre.classifier.n_first


def test_a_model_is_judged_on_new_cases(warehouse):
    judged = checks_facts.by_centre(warehouse, QUERY, "sharp")
    assert judged.is_on_new_cases
    assert judged.centres == ()
    everyone = checks_facts.by_centre(warehouse, CohortQuery(NECK, "lateral", "train"), "sharp")
    assert not everyone.is_on_new_cases
    assert [one.centre for one in everyone.centres] == ["centre 1", "centre 2"]


def area(value):
    return Estimate(value, value - 0.05, value + 0.05, 0.95, "DeLong")


LEFT = CentresLeftOut(
    (
        LeftOut("A", 50, 20, 100, area(0.7), area(1.0), area(1.0)),
        LeftOut("B", 4, 2, 0, *[not_estimable("fewer than 10 cases", level=0.95)] * 3),
    ),
    False,
)


@pytest.mark.parametrize("dark", [False, True])
def test_centres_are_drawn_with_words_where_there_is_no_estimate(dark):
    rows = checks_facts.centre_rows(None, LEFT)
    assert rows["note"].tolist() == ["", "fewer than 10 cases"]
    both = pd.concat([rows, rows.assign(series="model")], ignore_index=True)
    figure = centres_figure(both, area(0.8), names={"model": "M", "baseline": "B"}, dark=dark)
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    assert [len(trace.x) for trace in dots] == [1, 1]
    assert any("fewer than 10 cases" in note.text for note in figure.layout.annotations)
    assert figure.layout.showlegend


def test_no_centres_make_no_rows():
    assert checks_facts.centre_rows(None, None).empty


def test_the_love_plot_holds_infinite_and_missing_differences():
    table = pd.DataFrame(
        {
            "label": ["Far", "Near", "Nowhere"],
            "smd": [np.inf, 0.05, np.nan],
            "p": [0.0, 0.4, np.nan],
            "p_adjusted": [0.0, 0.4, np.nan],
        }
    )
    figure = love_figure(table)
    dots = figure.data[1]
    assert list(dots.marker.symbol) == ["circle", "circle-open"]
    assert max(dots.x) <= figure.layout.xaxis.range[1]
    notes = [note.text for note in figure.layout.annotations]
    assert any("no overlap" in text for text in notes)
    assert any("no difference can be computed" in text for text in notes)
