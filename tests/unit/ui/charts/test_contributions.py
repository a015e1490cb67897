"""The bars of one case: what moves the risk, and nothing that does not."""

from __future__ import annotations

import pandas as pd
import pytest

from clnm_core.ui.charts.contributions import contributions_figure


def contributions(*log_odds: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": [f"Finding {i}" for i in range(len(log_odds))],
            "value": "yes",
            "effect": log_odds,
        }
    )


def test_what_raises_and_what_lowers_differ_in_colour_and_sign() -> None:
    bars = contributions_figure(contributions(1.5, -0.7)).data[0]
    assert list(bars.text) == ["-0.70", "+1.50"]
    assert bars.marker.color[0] != bars.marker.color[1]


def test_what_rounds_to_nothing_is_not_drawn() -> None:
    assert list(contributions_figure(contributions(0.8, 0.004, -0.001)).data[0].x) == [0.8]
    assert len(contributions_figure(contributions(0.0, 0.0)).data[0].x) == 1


@pytest.mark.parametrize("dark", [False, True])
def test_at_most_twelve_are_drawn_the_largest_on_top(dark: bool) -> None:
    figure = contributions_figure(contributions(*[2 - 0.1 * i for i in range(15)]), dark=dark)
    assert len(figure.data[0].x) == 12
    assert figure.data[0].y[-1] == "Finding 0: yes"
