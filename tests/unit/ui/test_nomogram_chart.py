"""The drawn nomogram: every variable has its line, every mark its place, nothing overlaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.systems.calibrating import Calibrator
from clnm_core.systems.clinical import fit_clinical
from clnm_core.systems.design import choose_predictors
from clnm_core.systems.nomogram import Nomogram, nomogram_of
from clnm_core.ui.charts.nomogram import nomogram_figure
from clnm_core.ui.nomogram_view import in_words


@pytest.fixture(scope="module")
def nomogram() -> Nomogram:
    rng = np.random.default_rng(0)
    n = 300
    distance = rng.gamma(2, 3, n)
    frame = pd.DataFrame({
        "age_years": rng.normal(45, 12, n),
        "sex": rng.choice(["female", "male"], n),
        "capsule_distance_mm": distance,
        "margin": rng.choice(["smooth", "irregular", "ill_defined", "extrathyroidal"], n),
    })  # fmt: skip
    y_true = rng.random(n) < expit(1 - 0.4 * distance)
    columns = choose_predictors(BUILT_IN, list(frame.columns))
    return nomogram_of(
        fit_clinical(frame, y_true, columns, outcome="lateral"), Calibrator(0.1, 0.9)
    )


@pytest.mark.parametrize("dark", [False, True])
def test_every_variable_has_a_line_between_points_and_totals(nomogram, dark: bool) -> None:
    figure = nomogram_figure(nomogram, outcome="Lateral neck metastasis", dark=dark)
    names = [trace.name for trace in figure.data]
    titles = [axis.title for axis in nomogram.axes]
    assert names == ["Points", *titles, "Total points", "Risk"]
    words = [note.text for note in figure.layout.annotations]
    assert all(title in words for title in titles)
    assert "<b>Risk: Lateral neck metastasis</b>" in words


def test_marks_lie_at_their_points(nomogram) -> None:
    figure = nomogram_figure(nomogram, outcome="x")
    for axis, trace in zip(nomogram.axes, figure.data[1:-2], strict=True):
        assert sorted(tick.points for tick in axis.ticks) == pytest.approx(list(trace.x))


def test_risk_and_total_share_one_scale(nomogram) -> None:
    totals, risks = nomogram_figure(nomogram, outcome="x").data[-2:]
    at = np.interp(risks.x, totals.x, [float(word) for word in totals.text])
    for word, total in zip(risks.text, at, strict=True):
        if word:
            assert float(nomogram.risk(total)) == pytest.approx(float(word[:-1]) / 100, abs=1e-6)


def test_marks_too_near_to_be_written_are_said_beside_the_line(nomogram) -> None:
    figure = nomogram_figure(nomogram, outcome="x")
    narrow = next(t for t in figure.data if t.name == "Margin")
    assert set(narrow.text) == {""}
    beside = [note.text for note in figure.layout.annotations if "smooth" in note.text.lower()]
    assert len(beside) == 1


def test_it_says_how_it_is_read_with_an_example(nomogram) -> None:
    said = in_words(nomogram)
    assert "add the points" in said
    assert "Distance" in said or "distance" in said
