"""Do the panels of calibration and net benefit by group say what their frames say?"""

from __future__ import annotations

import pandas as pd
import pytest

from clnm_core.ui.charts.gaps import gap_figure
from clnm_core.ui.charts.group_benefit import group_benefit_figure
from clnm_core.ui.charts.group_calibration import group_calibration_figure
from clnm_core.ui.charts.small_multiples import axis_names, columns_of, panel_title


def sizes(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        [(f"centre {place}", 100 * place, 10 * place) for place in range(1, count + 1)],
        columns=["level", "n", "events"],
    )


def curve(level: str) -> list[tuple]:
    return [(level, risk, risk, risk / 2, min(1.0, 1.5 * risk)) for risk in (0.1, 0.5)]


CURVES = pd.DataFrame(
    curve("centre 1") + curve("centre 3"), columns=["level", "risk", "observed", "low", "high"]
)
BINS = pd.DataFrame(
    [(f"centre {place}", 50, 5, 0.1, 0.1, 0.05, 0.2) for place in (1, 2, 3)],
    columns=["level", "n", "events", "mean_risk", "observed", "low", "high"],
)
BENEFIT = pd.DataFrame(
    [
        (f"centre {place}", t, 0.3 - t / 4, 0.2 - t / 4, 0.5 - t / 4, 0.3 - t, 0.0)
        for place in (1, 2, 3)
        for t in (0.01, 0.5)
    ],
    columns=["level", "threshold", "model", "low", "high", "treat_all", "treat_none"],
)


def names(figure: object, axis: str) -> list[str]:
    return [trace.name for trace in figure.data if trace.xaxis == axis]


def test_every_group_has_a_panel_with_its_name_and_counts() -> None:
    figure = group_calibration_figure(sizes(3), CURVES, BINS)
    titles = [note.text for note in figure.layout.annotations]
    assert [title.split("<br>")[0] for title in titles] == ["centre 1", "centre 2", "centre 3"]
    assert "n 200, 20 events" in titles[1]


def test_a_group_without_a_curve_has_its_dots_only() -> None:
    figure = group_calibration_figure(sizes(3), CURVES, BINS)
    assert names(figure, "x") == ["risk equals share", "band", "centre 1, curve", "centre 1, bins"]
    assert names(figure, "x2") == ["risk equals share", "centre 2, bins"]


def test_all_panels_share_one_scale() -> None:
    figure = group_benefit_figure(sizes(3), BENEFIT, threshold=0.3)
    ranges = {tuple(figure.layout[f"yaxis{k}"].range) for k in ("", "2", "3")}
    assert len(ranges) == 1
    assert ranges.pop()[1] > 0.4975
    assert [(line.x0, line.xref, line.yref) for line in figure.layout.shapes] == [
        (0.3, "x", "y domain"), (0.3, "x2", "y2 domain"), (0.3, "x3", "y3 domain"),
    ]  # fmt: skip


def test_without_a_threshold_there_is_no_line() -> None:
    assert len(group_benefit_figure(sizes(3), BENEFIT).layout.shapes) == 0


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_panels_never_overlap_and_axes_are_written_where_they_end(count: int) -> None:
    figure = group_calibration_figure(sizes(count), CURVES, BINS)
    places = []
    for place in range(count):
        number = axis_names(place)["xaxis"][1:]
        x, y = figure.layout[f"xaxis{number}"], figure.layout[f"yaxis{number}"]
        assert 0 <= x.domain[0] < x.domain[1] <= 1
        assert 0 <= y.domain[0] < y.domain[1] <= 1
        assert x.showticklabels == (place + columns_of(count) >= count)
        assert y.showticklabels == (place % columns_of(count) == 0)
        places.append((tuple(x.domain), tuple(y.domain)))
    for first in range(count):
        for second in range(first):
            (a, b), (c, d) = places[first], places[second]
            assert a[0] >= c[1] or c[0] >= a[1] or b[0] >= d[1] or d[0] >= b[1]
    written = [
        figure.layout[f"{axis}axis{k or ''}"].title.text
        for axis in "xy"
        for k in [None, *range(2, count + 1)]
    ]
    assert sorted(text for text in written if text) == ["Observed share", "Predicted risk"]


def test_a_long_name_is_shortened() -> None:
    assert panel_title("a" * 40, 9, 1).startswith("a" * 23 + "…<br>")


def test_a_gap_says_more_than_its_verdict_where_there_is_more() -> None:
    rows = pd.DataFrame(
        [("b against a", -0.1, -0.2, 0.0, "not enough data", "not enough data: about 87 cases")],
        columns=["label", "value", "low", "high", "verdict", "detail"],
    )
    assert "about 87 cases" in gap_figure(rows, title="").layout.yaxis.ticktext[0]
    plain = gap_figure(rows.drop(columns="detail"), title="")
    assert plain.layout.yaxis.ticktext[0].endswith(">not enough data</span>")
