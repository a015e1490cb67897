"""Claims about small drawings on paper."""

import re

import numpy as np
import pytest

from clnm_core.report import svg

NAN = float("nan")


def points(drawn: str) -> np.ndarray:
    inside = re.search('points="([^"]*)"', drawn)
    assert inside is not None
    return np.array([[float(v) for v in pair.split(",")] for pair in inside[1].split()])


def test_corners_of_the_data_are_corners_of_the_axes():
    axes = svg.Axes()
    drawn = points(svg.curve(axes, [0, 1], [0, 1]))
    assert drawn.tolist() == [[58, 360 - 46], [440 - 16, 12]]


def test_nothing_is_drawn_outside_the_axes():
    drawn = points(svg.curve(svg.Axes(), [-5, 5], [7, -7]))
    assert drawn.tolist() == [[58, 12], [440 - 16, 360 - 46]]


def test_points_that_are_not_finite_are_left_out():
    assert len(points(svg.curve(svg.Axes(), [0, NAN, 1], [0, 0.5, NAN]))) == 1
    assert svg.curve(svg.Axes(), [NAN], [1]) == ""
    assert svg.steps(svg.Axes(), [], []) == ""
    assert svg.band(svg.Axes(), [0.5], [NAN], [1]) == ""
    assert svg.dots(svg.Axes(), NAN, 0.5) == ""


def test_steps_keep_each_value_up_to_its_own_place():
    drawn = points(svg.steps(svg.Axes(), [0.2, 0.6], [1.0, 0.5]))
    assert drawn[1, 0] == drawn[2, 0]
    assert drawn[2, 1] == drawn[3, 1]


def test_a_band_runs_there_and_back():
    drawn = points(svg.band(svg.Axes(), [0, 1], [0.1, 0.2], [0.3, 0.4]))
    assert len(drawn) == 4
    assert drawn[0, 0] == drawn[-1, 0]


def test_a_dot_without_an_interval_has_no_whisker():
    axes = svg.Axes()
    assert "<line" not in svg.dots(axes, 0.5, 0.5)
    assert "<line" not in svg.dots(axes, 0.5, 0.5, NAN, NAN)
    assert svg.dots(axes, [0.1, 0.5], [0.5, 0.5], [0.4, 0.4], [0.6, 0.6]).count("<line") == 2


def test_words_are_escaped():
    axes = svg.Axes()
    drawn = svg.drawing(
        axes,
        [svg.note(axes, 0, 0, "<b>"), svg.grid(axes, "<i>", "<u>", x_ticks=(0,), y_ticks=(0,))],
        description='"<script>',
    )
    assert not re.search("<(b|i|u|script)>", drawn)


@pytest.mark.parametrize(
    ("row", "marks"), [((0.5, 0.4, 0.6), 2), ((0.5, NAN, NAN), 1), ((NAN, NAN, NAN), 0)]
)
def test_a_row_of_a_forest_draws_what_is_known(row, marks):
    drawn = svg.whisker(*row, across=(0, 1), reference=NAN)
    assert drawn.count("<line") + drawn.count("<circle") == marks


def test_a_tick_has_a_true_minus():
    assert svg.tick_text(-0.2) == "−0.2"
