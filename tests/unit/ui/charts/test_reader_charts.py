"""Do the charts of readers say what their frames say?"""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.report.wording import Unit
from clnm_core.stats.readers import AIDED, UNAIDED, Panel
from clnm_core.ui.charts.reader_rows import (
    changed_calls_figure,
    reader_forest_figure,
    reader_gains_figure,
)
from clnm_core.ui.charts.readers_roc import readers_roc_figure
from clnm_core.ui.readers_facts import ReaderStudy, studied


def study(
    sides: tuple[str, ...] = (UNAIDED, AIDED), *, n: int = 40, events: int = 20
) -> ReaderStudy:
    rng = np.random.default_rng(0)
    truth = np.arange(n) < events
    stated = {side: (0.4 * truth[:, None] + 0.6 * rng.random((n, 3))).round(2) for side in sides}
    call = {side: p >= 0.5 for side, p in stated.items()}
    risk = 0.4 * truth + 0.6 * rng.random(n)
    return studied(Panel(truth, np.arange(n), risk, ("A", "B", "C"), stated, call), 0.5)


def roc(found: ReaderStudy, **theme: bool):
    means = {
        side: (found.means["sensitivity", side].estimate, found.means["specificity", side].estimate)
        for side in found.sides
    }
    return readers_roc_figure(
        found.roc,
        found.points,
        means,
        sensitivity=found.model["sensitivity"],
        specificity=found.model["specificity"],
        threshold=found.threshold,
        **theme,
    )


def forest(found: ReaderStudy, **theme: bool):
    return reader_forest_figure(
        found.points,
        {side: found.means["auc", side].estimate for side in found.sides},
        found.model["auc"],
        merit="auc",
        title="AUC",
        unit=Unit.SCORE,
        **theme,
    )


def traces(figure, name: str):
    return next(trace for trace in figure["data"] if trace["name"] == name)


@pytest.mark.parametrize("dark", [False, True])
def test_every_reader_is_a_point_and_every_change_an_arrow(dark: bool) -> None:
    found = study()
    figure = roc(found, dark=dark)
    before = traces(figure, "readers without aid")
    table = found.points[found.points["side"] == UNAIDED]
    assert list(before["text"]) == ["A", "B", "C"]
    assert list(before["y"]) == pytest.approx(table["sensitivity_value"].tolist())
    assert list(before["x"]) == pytest.approx((1 - table["specificity_value"]).tolist())
    arrows = [note for note in figure["layout"]["annotations"] if note["showarrow"]]
    assert len(arrows) == 3
    after = traces(figure, "readers with aid")
    assert (arrows[0]["ax"], arrows[0]["ay"]) == (before["x"][0], before["y"][0])
    assert (arrows[0]["x"], arrows[0]["y"]) == (after["x"][0], after["y"][0])
    mean = traces(figure, "average with aid")
    assert mean["y"][0] == pytest.approx(np.mean(after["y"]))
    key = [note["text"] for note in figure["layout"]["annotations"] if "model at" in note["text"]]
    assert key == ["● model at threshold 0.50"]


def test_one_side_has_no_arrows() -> None:
    figure = roc(study((UNAIDED,)))
    assert not any(note["showarrow"] for note in figure["layout"]["annotations"])
    assert not any("with aid" in trace["name"] for trace in figure["data"])


def test_one_class_draws_words_and_no_points() -> None:
    found = study(events=40)
    figure = roc(found)
    texts = [note["text"] for note in figure["layout"]["annotations"]]
    assert any(text.startswith("no curve") for text in texts)
    assert not any("readers" in trace["name"] for trace in figure["data"])


def test_the_forest_sorts_readers_and_puts_the_average_on_top() -> None:
    found = study()
    figure = forest(found)
    labels = list(figure["layout"]["yaxis"]["ticktext"])
    alone = found.points[found.points["side"] == UNAIDED].set_index("reader")["auc_value"]
    assert labels == ["<b>Average reader</b>", *alone.sort_values(ascending=False).index]
    dots = traces(figure, "without aid")
    assert dots["x"][0] == pytest.approx(found.means["auc", UNAIDED].estimate.value)
    low = dots["x"][0] - dots["error_x"]["arrayminus"][0]
    assert low == pytest.approx(found.means["auc", UNAIDED].estimate.low)
    band = next(shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect")
    assert (band["x0"], band["x1"]) == (found.model["auc"].low, found.model["auc"].high)


def test_a_forest_without_estimates_is_empty_and_does_not_fall() -> None:
    figure = forest(study(events=40))
    assert all(len(trace["x"]) == 0 for trace in figure["data"])


def test_gains_are_drawn_largest_first_under_their_average() -> None:
    found = study()
    average = next(c for c in found.contrasts if (c.merit, c.first) == ("auc", AIDED)).random
    figure = reader_gains_figure(found.gains, average.estimate, title="AUC")
    assert figure["data"][0]["x"][0] == average.estimate.value
    assert list(figure["data"][0]["x"][1:]) == sorted(found.gains["value"], reverse=True)


def test_calls_turned_right_are_right_of_zero_and_wrong_left() -> None:
    found = study()
    figure = changed_calls_figure(found.changes)
    assert list(traces(figure, "metastases found")["x"]) == list(found.changes["metastases_found"])
    assert list(traces(figure, "false alarms raised")["x"]) == [
        -count for count in found.changes["alarms_raised"]
    ]
    ticks = figure["layout"]["xaxis"]
    assert 0 in ticks["tickvals"]
    assert not any("-" in text for text in ticks["ticktext"])


@pytest.mark.parametrize("most", [0, 1, 7, 40, 999])
def test_counts_of_any_size_have_ticks(most: int) -> None:
    changes = study().changes.assign(metastases_found=most)
    ticks = changed_calls_figure(changes)["layout"]["xaxis"]["tickvals"]
    assert 3 <= len(ticks) <= 11
