"""Does the line on the picture run where the capsule distance is measured?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.imaging.capsule_line import capsule_line
from clnm_core.imaging.drawn import ellipse_mask
from clnm_core.imaging.geometry import capsule_distance_mm

SHAPE = (90, 120)


def length_mm(line, spacing: tuple[float, float]) -> float:
    start, end = np.array(line) * spacing
    return float(np.hypot(*(end - start)))


@given(
    st.floats(30, 60), st.floats(40, 80), st.floats(3, 9), st.floats(0.05, 0.5), st.floats(0.5, 2)
)
def test_it_is_as_long_as_the_distance_that_is_measured(row, column, radius, step, ratio) -> None:
    spacing = (step * ratio, step)
    gland = ellipse_mask((45, 60), (52, 34), 0, SHAPE)
    nodule = ellipse_mask((row, column), (radius, radius), 0, SHAPE)
    measured = capsule_distance_mm(nodule, gland, spacing)
    line = capsule_line(nodule, gland, spacing)
    if line is not None:
        assert length_mm(line, spacing) == pytest.approx(measured, abs=0.9 * max(spacing))
    else:
        assert measured == 0


def test_a_border_of_the_picture_is_no_capsule() -> None:
    gland = np.ones(SHAPE, dtype=bool)
    gland[:, -10:] = False
    nodule = ellipse_mask((4, 60), (3, 3), 0, SHAPE)
    (_, column), (_, capsule) = capsule_line(nodule, gland)
    assert column > 62
    assert capsule == 109.5


def test_a_hole_in_the_gland_is_no_capsule() -> None:
    gland = ellipse_mask((45, 60), (50, 35), 0, SHAPE)
    nodule = ellipse_mask((45, 60), (6, 6), 0, SHAPE)
    hollow = gland & ~ellipse_mask((45, 60), (8, 8), 0, SHAPE)
    assert capsule_line(nodule, hollow) == capsule_line(nodule, gland)


@pytest.mark.parametrize(
    ("nodule", "gland"),
    [
        (np.zeros(SHAPE, dtype=bool), np.ones(SHAPE, dtype=bool)),
        (np.ones(SHAPE, dtype=bool), np.zeros(SHAPE, dtype=bool)),
        (np.ones(SHAPE, dtype=bool), np.ones(SHAPE, dtype=bool)),
        (np.ones((1, 1), dtype=bool), np.ones((1, 1), dtype=bool)),
        (ellipse_mask((45, 90), (20, 20), 0, SHAPE), ellipse_mask((45, 60), (30, 30), 0, SHAPE)),
    ],
)
def test_where_there_is_nothing_to_show_there_is_no_line(nodule, gland) -> None:
    assert capsule_line(nodule, gland) is None
