"""Does the chart of published rates say what its frame says?"""

from __future__ import annotations

import math

import pytest

from clnm_core.report.published_words import LABELS
from clnm_core.ui.charts.published_rates import published_rates_figure
from clnm_core.ui.published_facts import FIELDS, entered, solve


def solved(**typed: str):
    entry = entered(tuple((name, typed.get(name, "")) for name in FIELDS), False)
    assert entry.paper is not None, entry.problems
    return solve(entry.paper)


@pytest.mark.parametrize("dark", [False, True])
def test_a_table_has_bars_intervals_and_printed_ticks(dark: bool) -> None:
    found = solved(n="70", accuracy=".886", ppv=".762", sensitivity=".842", f1=".80")
    figure = published_rates_figure(found.rates, dark=dark)
    names = [trace.name for trace in figure.data]
    assert names.count("possible") == 7
    assert names.count("95 % interval (Wilson)") == 6
    assert names.count("printed") == 4
    sensitivity = found.rates.set_index("name").loc["sensitivity"]
    line = next(t for t in figure.data if t.y[0] == 1 and t.name.startswith("95"))
    assert list(line.x) == [sensitivity["low"], sensitivity["high"]]
    assert "printed .842" in figure.layout.yaxis.ticktext[1]
    assert "not printed" in figure.layout.yaxis.ticktext[0]


def test_a_printed_rate_that_the_others_exclude_has_another_colour() -> None:
    found = solved(n="3838", prevalence="6", sensitivity=".802", specificity=".830", ppv="83.0")
    figure = published_rates_figure(found.rates)
    ticks = {trace.y[0]: trace.marker.color for trace in figure.data if trace.name == "printed"}
    rows = found.rates["name"].tolist()
    assert ticks[rows.index("ppv")] != ticks[rows.index("sensitivity")]
    bar = next(t for t in figure.data if t.name == "possible" and t.y[0] == rows.index("ppv"))
    assert bar.x[0] == pytest.approx(0.2148, abs=1e-4)


def test_what_is_wrong_with_a_field_is_said_at_that_field() -> None:
    typed = {"n": "~70", "ppv": "abc", "auc": "101"}
    entry = entered(tuple((name, typed.get(name, "")) for name in FIELDS), False)
    assert entry.paper is None
    assert set(entry.problems) == {"n", "ppv", "auc"}
    assert set(entered((("n", "5"), ("events", "6")), False).problems) == {"events"}
    assert set(entered((("n", "70000"),), False).problems) == {"n"}
    assert set(entered((), False).problems) == {"n"}


def test_the_area_takes_its_cases_from_what_is_known() -> None:
    assert solved(n="62", prevalence="50 %", auc="0.80").area_counts == (31, 31)
    assert solved(n="62", events="20", auc="0.80").area_counts == (20, 42)
    ranged = {"sensitivity": "90.4", "specificity": "90.4", "accuracy": "90.4"}
    assert solved(n="100-110", auc=".953", **ranged).area_counts == (52, 52)
    nothing = solved(n="62", auc="0.80")
    assert nothing.area is not None
    assert math.isnan(nothing.area.low)
    large = solved(n="9836", prevalence="56 %", accuracy=".847", auc=".944")
    assert sum(large.area_counts) == 9836
    assert large.area is not None
    assert large.area.low == pytest.approx(0.939, abs=2e-3)


def test_every_rate_has_a_label() -> None:
    assert set(FIELDS) <= set(LABELS)
