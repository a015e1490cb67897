"""Can every mark be told from its page, and from the other marks?"""

from __future__ import annotations

import itertools

import pytest

from clnm_core.ui.charts import theme
from clnm_core.ui.charts.theme import DARK, LIGHT, Palette, contrast, ink_on, risk_colour

BOTH = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])

# Viénot, Brettel and Mollon 1999: what a dichromat sees, on linear red, green and blue.
DEUTERANOPIA = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))
PROTANOPIA = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))


@BOTH
def test_text_reaches_a_contrast_of_four_and_a_half(colours: Palette) -> None:
    assert contrast(colours.ink, colours.page) >= 4.5
    assert contrast(colours.muted, colours.page) >= 4.5


@BOTH
def test_every_mark_reaches_a_contrast_of_three(colours: Palette) -> None:
    for mark in (colours.present, colours.absent, colours.unknown, *colours.models):
        assert contrast(mark, colours.page) >= 3, mark


@BOTH
@pytest.mark.parametrize("eye", [DEUTERANOPIA, PROTANOPIA], ids=["deuteranopia", "protanopia"])
def test_outcomes_stay_apart_without_red_or_green_cones(
    colours: Palette, eye: tuple[tuple[float, ...], ...]
) -> None:
    seen = [_seen(mark, eye) for mark in (colours.present, colours.absent, colours.unknown)]
    for first, second in itertools.combinations(seen, 2):
        assert sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5 > 0.06


@pytest.mark.parametrize("dark", [False, True])
def test_risk_colours_step_evenly_in_lightness(dark: bool) -> None:
    lightness = [float(theme._lab(risk_colour(step / 10, dark))[0]) for step in range(11)]  # noqa: SLF001
    steps = [second - first for first, second in itertools.pairwise(lightness)]
    assert all(abs(step - steps[0]) < 0.01 for step in steps)


@pytest.mark.parametrize("dark", [False, True])
def test_a_number_on_a_risk_colour_can_be_read(dark: bool) -> None:
    for step in range(101):
        fill = risk_colour(step / 100, dark)
        assert contrast(ink_on(fill), fill) >= 4.5


def test_a_risk_outside_its_range_takes_the_end_colour() -> None:
    assert risk_colour(1.7, False) == risk_colour(1.0, False)
    assert risk_colour(-1.0, True) == risk_colour(0.0, True)


def test_a_band_skips_points_without_an_interval() -> None:
    drawn = theme.band([0, 1, 2], [0.1, float("nan"), 0.3], [0.2, 0.3, 0.4], "#000000", "band")
    assert list(drawn["x"]) == [0, 2, 2, 0]


def _seen(colour: str, eye: tuple[tuple[float, ...], ...]) -> list[float]:
    linear = theme._linear(colour)  # noqa: SLF001
    return [sum(w * float(v) for w, v in zip(row, linear, strict=True)) for row in eye]
