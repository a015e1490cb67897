"""Do measurements on the masks of simulated patients give back the numbers of their table?"""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.imaging.measuring import measured
from clnm_core.synth.demo import demo_cohorts
from clnm_core.synth.drawing import pictures_of


@pytest.fixture(scope="module")
def measurements():
    """(findings, picture, what was measured) of both views of 200 patients."""
    cohort = next(each for each in demo_cohorts("small", seed=0) if each.name == "demo-ptc-us")
    return [
        (
            cohort.hidden.iloc[row],
            view,
            measured(
                view.masks["nodule"], view.masks["gland"], (view.spacing_mm,) * 2, view=view.view
            ),
        )
        for row in range(0, 1200, 6)
        for view in pictures_of(cohort, row, seed=0)
    ]


@pytest.mark.parametrize("view", ["transverse", "longitudinal"])
@pytest.mark.parametrize("name", ["capsule_distance_mm", "max_diameter_mm"])
def test_nine_in_ten_agree_within_half_a_pixel_and_all_within_one(measurements, view, name):
    """Half a pixel is what a mask cannot tell of one edge; each of the two has two edges."""
    errors = np.array(
        [
            (getattr(found, name) - findings[name]) / picture.spacing_mm
            for findings, picture, found in measurements
            if picture.view == view
        ]
    )
    assert len(errors) == 200
    assert np.median(np.abs(errors)) < 0.22
    assert (np.abs(errors) <= 0.5).mean() >= 0.9
    assert np.abs(errors).max() <= 1.0
    assert abs(errors.mean()) < 0.16


def test_the_third_is_always_that_of_the_table_on_the_longitudinal_view(measurements):
    pairs = [
        (found.third, findings["third"])
        for findings, picture, found in measurements
        if picture.view == "longitudinal" and findings["lobe"] != "isthmus"
    ]
    assert {truth for _, truth in pairs} == {"upper", "middle", "lower"}
    assert all(third == truth for third, truth in pairs)


def test_taller_than_wide_is_always_that_of_the_table_on_the_transverse_view(measurements):
    pairs = [
        (found.taller_than_wide, bool(findings["taller_than_wide"]))
        for findings, picture, found in measurements
        if picture.view == "transverse"
    ]
    assert {truth for _, truth in pairs} == {True, False}
    assert all(tall == truth for tall, truth in pairs)
