"""Do the charts of the Compare page show what their frames say?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.paired_benefit import net_benefit_difference
from clnm_core.stats.reclassification import reclassification_table
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.benefit_difference import benefit_difference_figure
from clnm_core.ui.charts.model_forest import model_forest_figure
from clnm_core.ui.charts.paired_roc import line_of, paired_roc_figure, shortened
from clnm_core.ui.charts.reclassification import reclassification_figure

CURVE = pd.DataFrame(
    {
        "threshold": [np.inf, 0.6, 0.2],
        "sensitivity": [0.0, 0.7, 1.0],
        "false_positive_rate": [0.0, 0.2, 1.0],
    }
)
NONE = not_estimable("fewer than two events", level=0.95)


def area(value: float) -> Estimate:
    return Estimate(value, value - 0.05, value + 0.05, 0.95, "DeLong")


def notes(figure: object) -> list[str]:
    return [str(one.text) for one in figure.layout.annotations]  # type: ignore[attr-defined]


@pytest.mark.parametrize("dark", [False, True])
def test_every_curve_is_named_with_its_area_the_best_on_top(dark: bool) -> None:
    areas = {"low": area(0.7), "high": area(0.9)}
    figure = paired_roc_figure(dict.fromkeys(areas, CURVE), areas, dark=dark)
    labels = sorted(figure.layout.annotations, key=lambda one: -one.y)
    assert [text.text.split("> ")[1] for text in labels] == [
        "high 0.90 (0.85–0.95)",
        "low 0.70 (0.65–0.75)",
    ]
    lines = [trace for trace in figure.data if trace.name in areas]
    assert [list(line.y) for line in lines] == [list(CURVE["sensitivity"])] * 2
    for place, line in enumerate(lines):
        colour = theme.palette(dark).models[place]
        assert line.line.color == colour
        assert colour in next(text for text in notes(figure) if line.name in text)
    # Names are text, so they are written in ink and only their stroke has the colour.
    assert {one.font.color for one in labels} == {theme.palette(dark).ink}


def test_two_dozen_models_can_be_told_apart() -> None:
    looks = {tuple(line_of(place, False).values()) for place in range(24)}
    assert len(looks) == 24


def test_without_both_classes_the_chart_says_so() -> None:
    figure = paired_roc_figure({"a": CURVE.iloc[:0], "b": CURVE.iloc[:0]}, {"a": NONE, "b": NONE})
    assert notes(figure) == ["no curve: it needs cases with and without the outcome"]


def test_long_names_are_shortened() -> None:
    assert len(shortened("x" * 90)) == 34
    assert shortened("short") == "short"


def test_the_winner_is_followed_by_its_corrected_area() -> None:
    rows = pd.DataFrame(
        {
            "label": ["low", "high", "none"],
            "value": [0.7, 0.9, np.nan],
            "low": [0.6, 0.85, np.nan],
            "high": [0.8, 0.95, np.nan],
            "note": ["", "best in 80 % of resamples", ""],
        }
    )
    figure = model_forest_figure(rows, Estimate(0.88, 0.82, 0.93, 0.95, "bootstrap"))
    plain, ring = figure.data
    assert (list(plain.x), list(plain.y)) == ([0.9, 0.7], [0.0, 2.0])
    assert (list(ring.x), list(ring.y)) == ([0.88], [1.0])
    assert ring.marker.symbol == "circle-open"
    assert ring.error_x.array == pytest.approx([0.05])
    assert ring.error_x.arrayminus == pytest.approx([0.06])
    assert "no AUC" in notes(figure)
    assert "best in 80 %" in figure.layout.yaxis.ticktext[0]
    low, high = figure.layout.xaxis.range
    assert low < 0.6
    assert high <= 1.01
    assert len(model_forest_figure(rows, NONE).data[1].x) == 0


@pytest.fixture
def both() -> PairedPredictions:
    rng = np.random.default_rng(0)
    y = rng.random(200) < 0.4
    return PairedPredictions.of(y, {"a": (0.4 * y + 0.6 * rng.random(200)), "b": rng.random(200)})


def test_the_net_benefit_is_drawn_about_zero(both: PairedPredictions) -> None:
    table = net_benefit_difference(both, "a", "b")
    figure = benefit_difference_figure(table, "New", "Old", threshold=0.3)
    line = next(trace for trace in figure.data if trace.name == "difference")
    assert list(line.y) == table["difference"].tolist()
    assert figure.layout.shapes[0].x0 == 0.3
    low, high = figure.layout.yaxis.range
    assert low == -high
    assert high >= table.loc[table["threshold"] <= 0.9, "difference"].abs().max()
    assert [text.split(" ", 1)[1] for text in notes(figure)] == ["favours New", "favours Old"]
    nothing = net_benefit_difference(both, "a", "a")
    assert benefit_difference_figure(nothing, "A", "A", threshold=0.3).layout.yaxis.range[1] > 0


@pytest.mark.parametrize("cuts", [[0.5], [0.25, 0.5, 0.75]])
def test_every_cell_is_drawn_and_coloured_by_the_way_it_went(
    both: PairedPredictions, cuts: list[float]
) -> None:
    table = reclassification_table(both, "a", "b", cuts)
    figure = reclassification_figure(table, new="New", old="Old")
    assert len(figure.layout.shapes) == len(table)
    colours = theme.palette(False)
    for row, shape in zip(table.to_dict("records"), figure.layout.shapes, strict=True):
        rise = row["new_group"] - row["old_group"]
        if rise == 0:
            expected = colours.unknown
        else:
            is_right = (rise > 0) == row["outcome"]
            expected = colours.models[2] if is_right else colours.models[1]
        assert shape.line.color == expected
        assert shape.xref == ("x" if row["outcome"] else "x2")
    written = notes(figure)
    assert f"<b>outcome present: {both.events}</b>" in written
    assert sum(f"<b>{n:,}</b></span>" in text for n in table["n"] for text in written) >= len(table)
    assert len(figure.layout.xaxis.ticktext) == len(cuts) + 1
