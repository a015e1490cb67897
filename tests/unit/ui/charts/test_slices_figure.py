"""What is drawn of the groups that stood out?"""

from __future__ import annotations

import math

import pandas as pd
import pytest

from clnm_core.ui.charts.slices import slices_figure
from clnm_core.ui.charts.theme import palette

ROWS = pd.DataFrame(
    {
        "label": ["Centre: centre 4, Capsule distance: 10 mm or more, of all", "Sex: male"],
        "verdict": ["confirmed", "not enough data"],
        "n": [120, 40],
        "found": [0.2, 0.15],
        "found_low": [0.1, 0.05],
        "found_high": [0.3, 0.25],
        "held_out": [0.18, math.nan],
        "held_out_low": [0.08, math.nan],
        "held_out_high": [0.28, math.nan],
    }
)


@pytest.mark.parametrize("dark", [False, True])
def test_hollow_dots_were_searched_full_ones_held_out_and_only_the_confirmed_are_red(
    dark: bool,
) -> None:
    figure = slices_figure(ROWS, title="Missed", is_share=True, margin=0.05, dark=dark)
    dots = {trace.name: trace for trace in figure.data if trace.mode == "markers"}
    assert dots["searched half"].marker.symbol == "circle-open"
    assert list(dots["held-out half"].marker.color) == [
        palette(dark).present,
        palette(dark).unknown,
    ]
    assert sum(trace.mode == "lines" for trace in figure.data) == 3
    low, high = figure.layout.xaxis.range
    assert low < -0.05
    assert high > 0.3
    assert "n 120, confirmed" in figure.layout.yaxis.ticktext[0]


def test_a_long_pair_stands_on_two_lines() -> None:
    figure = slices_figure(ROWS, title="Missed", is_share=False, margin=0.05)
    assert "centre 4,<br>Capsule" in figure.layout.yaxis.ticktext[0]
    assert figure.layout.yaxis.ticktext[1].startswith("Sex: male<br>")
