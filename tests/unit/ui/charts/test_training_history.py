"""Claims about the drawing of a training, and of all that was tried."""

import numpy as np
import pandas as pd
import pytest

from clnm_core.ui.charts.training_history import chosen_epochs, training_history_figure
from clnm_core.ui.charts.tried_curves import tried_calibration_figure, tried_pr_figure


def history(areas: dict[str, list[float]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"network": name, "number": n, "loss": 1 / n, "validation_auc": area}
            for name, each in areas.items()
            for n, area in enumerate(each, start=1)
        ]
    )


def test_of_equally_good_epochs_the_first_was_kept() -> None:
    kept = chosen_epochs(history({"net": [0.6, 0.8, 0.8, 0.7]}))
    assert kept.iloc[0].to_dict() == {
        "network": "net", "number": 2, "epochs": 4, "loss": 0.5, "validation_auc": 0.8
    }  # fmt: skip


def test_a_network_that_was_never_judged_has_no_kept_epoch_but_is_drawn() -> None:
    epochs = history({"blind": [np.nan, np.nan], "net": [0.6, 0.7]})
    assert list(chosen_epochs(epochs)["network"]) == ["net"]
    drawn = training_history_figure(epochs)
    assert {trace.name for trace in drawn.data} == {
        "blind, loss", "blind, AUC", "net, loss", "net, AUC", "net, kept"
    }  # fmt: skip


@pytest.mark.parametrize("dark", [True, False])
def test_the_dot_stands_at_the_epoch_that_was_kept(dark: bool) -> None:
    drawn = training_history_figure(history({"a": [0.5, 0.9, 0.7]}), dark=dark)
    dots = [trace for trace in drawn.data if trace.name == "a, kept"]
    assert [(list(dot.x), round(float(dot.y[0]), 3)) for dot in dots] == [([2], 0.5), ([2], 0.9)]


def test_one_epoch_is_drawn_as_a_mark() -> None:
    drawn = training_history_figure(history({"a": [0.5]}))
    assert drawn.data[0].mode == "lines+markers"


def test_every_model_that_was_tried_has_its_curve_and_its_name() -> None:
    curve = pd.DataFrame({"threshold": [0.9, 0.1], "recall": [0.5, 1.0], "precision": [1.0, 0.5]})
    drawn = tried_pr_figure({"one": curve, "two": curve}, prevalence=0.4)
    assert [trace.name for trace in drawn.data][1:] == ["one", "two"]
    said = " ".join(str(note.text) for note in drawn.layout.annotations)
    assert "one" in said
    assert "two" in said


def test_too_few_cases_for_a_curve_are_said() -> None:
    nothing = pd.DataFrame({"risk": [], "observed": []})
    some = pd.DataFrame({"risk": [0.1, 0.9], "observed": [0.2, 0.8]})
    both = tried_calibration_figure({"one": some, "few": nothing})
    assert [trace.name for trace in both.data][1:] == ["one"]
    none = tried_calibration_figure({"few": nothing})
    assert "no curve" in str(none.layout.annotations[0].text)
