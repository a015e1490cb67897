"""Do forest, gaps, counts, location, gland and flow say what their frames say?"""

from __future__ import annotations

import math
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from clnm_core.report.wording import Unit
from clnm_core.stats.location import PUBLISHED_NEAR_CAPSULE
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts.flow import flow_figure
from clnm_core.ui.charts.forest import forest_figure
from clnm_core.ui.charts.gaps import gap_figure
from clnm_core.ui.charts.gland import WIDTH, Nodule, gland_svg
from clnm_core.ui.charts.location import location_figure

NAN = float("nan")
OVERALL = Estimate(0.7, 0.65, 0.75, 0.95, "DeLong")
ROWS = pd.DataFrame(
    [
        ("Centre", "1", 100, 40, 0.6, 0.5, 0.7, ""),
        ("Centre", "2", 6, 2, NAN, NAN, NAN, "too few: 6 cases"),
        ("Centre", "3", 90, 30, 0.8, 0.7, 0.9, ""),
    ],
    columns=["column", "level", "n", "events", "value", "low", "high", "note"],
)
BINS = pd.DataFrame(
    {
        "low_mm": [0.0, 2.5],
        "high_mm": [2.5, math.inf],
        "label": ["within 2.5 mm", "beyond 2.5 mm"],
        "n": [40, 0],
        "events": [30, 0],
        "rate": [0.75, NAN],
        "low": [0.6, NAN],
        "high": [0.86, NAN],
    }
)
CURVE = pd.DataFrame(
    {"distance_mm": [0.0, 5.0], "risk": [0.8, 0.3], "low": [0.7, 0.2], "high": [0.9, 0.4]}
)
CELLS = pd.DataFrame(
    [
        *[
            ("right", third, 40, 20, 0.5, 0.35, 0.65, False)
            for third in ("upper", "middle", "lower")
        ],
        *[("left", third, 1200, 600, 0.5, 0.47, 0.53, False) for third in ("upper", "middle")],
        ("left", "lower", 4, 1, NAN, NAN, NAN, True),
        ("isthmus", "", 30, 10, 0.33, 0.19, 0.51, False),
    ],
    columns=["lobe", "third", "n", "events", "rate", "low", "high", "is_too_few"],
)


def test_forest_rows_run_from_high_to_low_below_the_overall_figure() -> None:
    figure = forest_figure(ROWS, OVERALL, title="AUC", unit=Unit.SCORE)
    labels = figure.layout.yaxis.ticktext
    assert labels[0] == "<b>All cases</b>"
    assert [label.split("<br>")[0] for label in labels[1:]] == ["3", "1", "2"]
    assert "n 90, 30 events" in labels[1]


def test_a_group_too_small_carries_words_in_place_of_a_dot() -> None:
    figure = forest_figure(ROWS, OVERALL, title="AUC", unit=Unit.SCORE)
    groups = next(trace for trace in figure.data if trace.name == "groups")
    assert list(groups.x) == [0.8, 0.6]
    assert [note.text.strip() for note in figure.layout.annotations] == ["too few: 6 cases"]


def test_the_overall_band_runs_through_all_rows() -> None:
    shade, line = forest_figure(ROWS, OVERALL, title="AUC", unit=Unit.SCORE).layout.shapes
    assert (shade.x0, shade.x1, shade.yref) == (0.65, 0.75, "paper")
    assert line.x0 == 0.7


def test_two_columns_name_themselves_in_every_row() -> None:
    rows = pd.concat([ROWS, ROWS.assign(column="Sex", level=["a", "b", "c"])])
    labels = forest_figure(rows, OVERALL, title="AUC", unit=Unit.SHARE).layout.yaxis.ticktext
    assert labels[1].startswith("Centre: 3")
    assert labels[4].startswith("Sex: c")


def test_a_forest_without_any_estimate_still_names_its_groups() -> None:
    nothing = ROWS.assign(value=NAN, low=NAN, high=NAN, note="too few")
    none = Estimate(NAN, NAN, NAN, 0.95, "not estimable: one class only")
    figure = forest_figure(nothing, none, title="AUC", unit=Unit.SCORE)
    assert len(figure.layout.annotations) == 3
    assert not figure.layout.shapes


def test_only_a_shown_gap_is_coloured() -> None:
    gaps = pd.DataFrame(
        {
            "label": ["a", "b", "c"],
            "value": [-0.2, 0.01, NAN],
            "low": [-0.3, -0.02, NAN],
            "high": [-0.1, 0.04, NAN],
            "verdict": ["gap", "no gap beyond the margin", "not enough data"],
        }
    )
    figure = gap_figure(gaps, title="difference", margin=0.05)
    dots = next(trace for trace in figure.data if trace.name == "gaps")
    assert list(dots.x) == [-0.2, 0.01]
    assert dots.marker.color[0] != dots.marker.color[1]
    for label, verdict in zip(figure.layout.yaxis.ticktext, gaps["verdict"], strict=True):
        assert verdict in label


def test_the_claim_is_marked_as_published_with_its_share_only_for_its_outcome() -> None:
    own = location_figure(CURVE, BINS, outcome="lateral", claim=PUBLISHED_NEAR_CAPSULE)
    other = location_figure(CURVE, BINS, outcome="central", claim=PUBLISHED_NEAR_CAPSULE)
    words = [note.text for note in own.layout.annotations if "published" in note.text]
    assert words == [" published: > 72 % within 2.5 mm (Shen 2025)"]
    assert not any("72" in note.text for note in other.layout.annotations)
    assert any("2.5 mm" in note.text for note in other.layout.annotations)


def test_an_empty_bin_has_a_count_and_no_dot() -> None:
    figure = location_figure(CURVE, BINS, outcome="lateral")
    dots = next(trace for trace in figure.data if trace.name == "bins")
    assert list(dots.y) == [0.75]
    assert [note.text for note in figure.layout.annotations] == ["n 40", "n 0"]


def test_without_a_curve_the_bins_stand_alone() -> None:
    figure = location_figure(CURVE.iloc[:0], BINS, outcome="lateral", dark=True)
    assert [trace.name for trace in figure.data] == ["bins"]


@pytest.mark.parametrize("dark", [False, True])
def test_the_gland_is_well_formed_named_and_says_every_cell(dark: bool) -> None:
    svg = gland_svg(CELLS, title="Lateral metastasis <by> place", name="lateral", dark=dark)
    root = ElementTree.fromstring(svg)  # noqa: S314 (made above)
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.findtext(f"{space}title") == "Lateral metastasis <by> place"
    words = [node.text for node in root.iter(f"{space}text")]
    assert words.count("50 %") == 3
    assert words.count("50.0 %") == 2
    assert "n 1,200" in words
    assert "too few" in words
    assert "url(#lateral-few)" in [node.get("fill") for node in root.iter(f"{space}path")]


def test_the_nodule_stands_at_its_distance_from_the_outer_edge() -> None:
    near, far = (_nodule_x(Nodule("left", "middle", distance, 10.0)) for distance in (0.0, 5.0))
    assert near - far == pytest.approx(5 * 5.6, abs=0.2)
    assert _nodule_x(Nodule("right", "middle", 0.0, 10.0)) == pytest.approx(WIDTH - near, abs=0.2)


def _nodule_x(nodule: Nodule) -> float:
    svg = gland_svg(CELLS.iloc[:0], title="nodule", name="case", nodule=nodule)
    root = ElementTree.fromstring(svg)  # noqa: S314 (made above)
    (circle,) = root.iter("{http://www.w3.org/2000/svg}circle")
    return float(str(circle.get("cx")))


def test_the_flow_adds_up_from_recorded_to_studied() -> None:
    left_out = pd.DataFrame(
        {
            "step": [2, 1],
            "reason": ["no image", "not operated"],
            "patients": [3, 5],
            "cases": [4, 5],
        }
    )
    figure = flow_figure(left_out, patients=92, cases=95)
    stays = next(trace for trace in figure.data if trace.name == "cases that stay")
    assert np.asarray(stays.customdata).tolist() == [[100, 104], [95, 99], [92, 95]]
    text = " ".join(note.text for note in figure.layout.annotations)
    assert "not operated<br>5 patients left out" in text
    assert "no image<br>3 patients, 4 cases left out" in text
