"""Gauges and flows of attention: every share is there, and as wide as it is large."""

from __future__ import annotations

import pytest

from clnm_core.systems.explanation import Flow
from clnm_core.ui.charts.attention_flows import attention_flows_figure
from clnm_core.ui.charts.attention_gauges import attention_gauges_figure


@pytest.mark.parametrize("dark", [False, True])
def test_each_group_has_a_gauge_of_its_share_and_none_covers_another(dark: bool) -> None:
    shares = {"report": 0.1, "images": 0.6, "location": 0.25, "clinical": 0.05}
    figure = attention_gauges_figure(shares, dark=dark)
    gauges = figure.data
    assert [one.value for one in gauges] == pytest.approx([10, 60, 25, 5])
    assert [one.text for one in figure.layout.annotations] == list(shares)
    for gauge, name in zip(gauges, figure.layout.annotations, strict=True):
        assert gauge.title.text is None
        assert gauge.domain.x[0] < name.x < gauge.domain.x[1]
        assert name.y > gauge.domain.y[1]
    first, second, third, _ = (one.domain for one in gauges)
    assert first.x[1] < second.x[0]
    assert third.y[1] < first.y[0]


def test_a_flow_goes_from_who_looks_to_what_is_seen_with_its_share() -> None:
    flows = [Flow("images", "images", 0.7), Flow("images", "report", 0.3), Flow("report", "images", 1.0)]  # fmt: skip
    (sankey,) = attention_flows_figure(flows).data
    assert list(sankey.node.label) == ["images looks", "report looks", "images", "report"]
    assert list(sankey.link.source) == [0, 0, 1]
    assert list(sankey.link.target) == [2, 3, 2]
    assert list(sankey.link.value) == pytest.approx([0.7, 0.3, 1.0])


def test_no_attention_draws_nothing_and_breaks_nothing() -> None:
    assert not attention_gauges_figure({}).data
    assert attention_flows_figure([]).data[0].link.value in (None, ())
