"""The steps from the average case to this one: they add up, and nothing that is nothing is drawn."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from clnm_core.ui.charts.contributions import contributions_figure


def contributions(*effects: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": [f"Finding {i}" for i in range(len(effects))],
            "value": "yes",
            "effect": effects,
        }
    )


def drawn(*effects: float, baseline: float = -0.5, scale: str = "log-odds", dark: bool = False):
    return contributions_figure(contributions(*effects), baseline=baseline, scale=scale, dark=dark)


def test_what_raises_and_what_lowers_differ_in_colour_and_sign() -> None:
    bars = drawn(1.5, -0.7).data[0]
    assert list(bars.text) == ["+1.50", "-0.70"]
    assert bars.marker.color[0] != bars.marker.color[1]


def test_every_step_begins_where_the_one_before_ended_and_the_last_is_the_case() -> None:
    bars, ends = drawn(1.5, -0.7, 0.2).data[:2]
    assert list(bars.base) == pytest.approx([-0.5, 1.0, 0.3])
    assert list(ends.x) == pytest.approx([-0.5, 0.5])
    assert "62%" in ends.text[1]


def test_what_rounds_to_nothing_is_not_drawn() -> None:
    assert list(drawn(0.8, 0.004, -0.004).data[0].x) == [0.8]
    assert len(drawn(0.0, 0.0).data[0].x) == 1


@pytest.mark.parametrize("dark", [False, True])
def test_twelve_stand_alone_and_the_others_together_so_that_the_steps_add_up(dark: bool) -> None:
    effects = [2 - 0.1 * i for i in range(15)]
    figure = drawn(*effects, dark=dark)
    assert len(figure.data[0].x) == 13
    assert sum(figure.data[0].x) == pytest.approx(sum(effects))
    names = figure.layout.yaxis.ticktext
    assert names[1] == "Finding 0: yes"
    assert names[-2] == "3 others together"


def test_the_upper_axis_has_the_risk_at_the_place_of_its_log_odds() -> None:
    axis = drawn(2.0, -1.0).layout.xaxis2
    for at, text in zip(axis.tickvals, axis.ticktext, strict=True):
        assert float(text.rstrip(" %")) == pytest.approx(100 / (1 + math.exp(-at)))


def test_shares_of_trees_are_points_and_have_no_second_axis() -> None:
    figure = drawn(0.12, -0.03, baseline=0.4, scale="probability")
    assert list(figure.data[0].text) == ["+12.0 points", "-3.0 points"]
    assert "xaxis2" not in figure.to_dict()["layout"]
    assert "49%" in figure.data[1].text[1]


def test_without_a_baseline_the_steps_start_at_nothing_and_no_risk_is_claimed() -> None:
    figure = drawn(0.5, baseline=math.nan)
    assert figure.data[1].x[0] == 0
    assert "risk" not in figure.data[1].text[1]
    assert figure.layout.yaxis.ticktext[0] == "Start"
