"""Does the chart of another value show the case, the threshold and where nobody lies?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clnm_core.explain.what_if_values import Seen
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.what_if import what_if_figure
from tests.unit.report.test_what_if_words import CURVE, LEVELS

OTHER = replace(CURVE, risks=np.array([0.5, 0.45, 0.42, 0.1]), threshold=0.3)


def named(figure, name):
    return [one for one in figure.data if one.name == name]


@pytest.mark.parametrize("dark", [False, True])
def test_every_model_is_a_line_and_the_shown_one_is_bold(dark: bool) -> None:
    figure = what_if_figure({"Clinical": CURVE, "Image": OTHER}, "Clinical", 1, dark=dark)
    (bold,), (thin,) = named(figure, "Clinical"), named(figure, "Image")
    assert bold.line.width > thin.line.width
    assert list(bold.y) == list(CURVE.risks)
    assert list(thin.y) == list(OTHER.risks)
    ink = theme.palette(dark).ink
    names = [one for one in figure.layout.annotations if "━━" in one.text]
    assert {one.font.color for one in names} == {ink}
    heights = sorted(one.y for one in names)
    assert heights[1] - heights[0] > 0.05
    assert 0 <= heights[0] <= heights[1] <= 1


def test_the_threshold_is_that_of_the_shown_model() -> None:
    figure = what_if_figure({"Clinical": CURVE, "Image": OTHER}, "Image", 1)
    (line,) = [one for one in figure.layout.shapes if one.name == "threshold"]
    assert line.y0 == line.y1 == 0.3
    assert "threshold 30 %" in [one.text for one in figure.layout.annotations]


def test_the_case_and_the_value_looked_at_are_marked() -> None:
    figure = what_if_figure({"Clinical": CURVE}, "Clinical", 2)
    (case,), (looked,) = named(figure, "this case"), named(figure, "what if")
    assert (case.x[0], case.y[0]) == (1.25, 0.7)
    assert (looked.x[1], looked.y[1]) == (4.0, 0.4)
    assert not named(what_if_figure({"Clinical": CURVE}, "Clinical", 1), "what if")


def test_where_no_training_case_lies_is_hatched_on_both_sides() -> None:
    figure = what_if_figure({"Clinical": CURVE}, "Clinical", 1)
    areas = named(figure, "no training case")
    assert [(min(one.x), max(one.x)) for one in areas] == [(0.0, 0.3), (14.2, 20.0)]
    assert all(one.fillpattern.shape == "/" for one in areas)
    (shaded,) = [one for one in figure.layout.shapes if one.name == "training range"]
    assert (shaded.x0, shaded.x1) == (0.3, 14.2)


@pytest.mark.parametrize("seen", [None, Seen(had_unknown=True)])
def test_without_a_training_range_nothing_is_hatched(seen: Seen | None) -> None:
    figure = what_if_figure({"Clinical": replace(CURVE, seen=seen)}, "Clinical", 1)
    assert not named(figure, "no training case")
    assert not [one for one in figure.layout.shapes if one.name == "training range"]


def test_levels_stand_side_by_side_in_reading_order() -> None:
    figure = what_if_figure({"Clinical": LEVELS}, "Clinical", 0)
    assert list(figure.layout.xaxis.categoryarray) == ["female", "male", "unknown"]
    (marks,) = named(figure, "Clinical")
    assert marks.mode == "markers"


def test_an_unknown_value_stands_nowhere_on_the_line() -> None:
    figure = what_if_figure({"Clinical": replace(CURVE, own_value=None)}, "Clinical", 2)
    assert not named(figure, "this case")


def test_many_names_stay_within_the_chart() -> None:
    same = {f"Model {n}": CURVE for n in range(6)}
    figure = what_if_figure(same, "Model 0", 1)
    heights = [one.y for one in figure.layout.annotations if "━━" in one.text]
    assert 0 <= min(heights)
    assert max(heights) <= 1
