"""Are the four counts drawn where they belong?"""

from __future__ import annotations

from clnm_core.stats.thresholds import Confusion
from clnm_core.ui.charts.confusion import confusion_figure


def test_each_count_stands_in_its_cell_with_its_share_of_the_column() -> None:
    figure = confusion_figure(Confusion(tp=30, fp=5, fn=10, tn=55))
    cells = {(note.x, note.y): note.text for note in figure.layout.annotations}
    assert "30" in cells[(0, 1)]
    assert "75 % of 40" in cells[(0, 1)]
    assert "missed" in cells[(0, 0)]
    assert "8 % of 60" in cells[(1, 1)]


def test_a_column_without_cases_says_that_there_is_none_to_judge() -> None:
    figure = confusion_figure(Confusion(tp=0, fp=5, fn=0, tn=55), dark=True)
    assert sum("none to judge" in note.text for note in figure.layout.annotations) == 2
