"""Are perturbed outlines near the drawn one, and do they tell which features hang on it?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion, center_of_mass

from clnm_core.errors import FeatureError
from clnm_core.features.items import Features, Item
from clnm_core.features.morphology import MorphologyExtractor
from clnm_core.features.perturbation import perturbed
from clnm_core.features.repeatability import icc_over_perturbations

DISC = np.array(
    [
        [False, True, False],
        [True, True, True],
        [False, True, False],
    ]
)


def disc(shape, centre, radius):
    rows, columns = np.indices(shape)
    return (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 <= radius**2


def drawn(mask):
    return Item(np.zeros(mask.shape, np.float32), mask)


def test_the_first_is_as_drawn_the_second_smaller_the_third_larger():
    mask = disc((60, 60), (30, 30), 12)
    same, smaller, larger, *shifted = perturbed(drawn(mask), seed=0)
    assert same.lesion is mask
    assert (smaller.lesion <= mask).all()
    assert (mask <= larger.lesion).all()
    assert (binary_erosion(mask, DISC, iterations=1) >= smaller.lesion).all()
    assert (binary_dilation(mask, DISC, iterations=1) <= larger.lesion).all()
    areas = [np.sqrt(one.lesion.sum() / np.pi) for one in (smaller, same, larger)]
    assert np.diff(areas) == pytest.approx([1, 1], abs=0.25)
    assert len(shifted) == 2


def test_shifts_are_within_their_length_and_keep_the_size():
    mask = disc((80, 80), (40, 40), 15)
    moved = perturbed(drawn(mask), seed=1, pixels=3, shifts=12)[3:]
    steps = np.array([center_of_mass(one.lesion) for one in moved]) - 40
    assert np.hypot(*steps.T).max() <= 3.05
    assert np.hypot(*steps.T).mean() > 1
    assert len({one.lesion.tobytes() for one in moved}) == 12
    for one in moved:
        assert one.lesion.sum() == pytest.approx(mask.sum(), rel=0.03)


def test_a_shift_by_less_than_half_a_pixel_still_changes_a_round_outline():
    mask = disc((60, 60), (30, 30), 14)
    moved = perturbed(drawn(mask), seed=5, pixels=0.45, shifts=4)[3:]
    assert all((one.lesion != mask).any() for one in moved)


def test_equal_seeds_perturb_equally_and_others_otherwise():
    mask = disc((40, 40), (20, 20), 8)
    one, same, other = (
        [made.lesion.tobytes() for made in perturbed(drawn(mask), seed=seed)] for seed in (1, 1, 2)
    )
    assert one == same
    assert one[3:] != other[3:]


@pytest.mark.parametrize(
    "mask",
    [
        np.ones((1, 1), dtype=bool),
        np.ones((5, 7), dtype=bool),
        disc((9, 9), (4, 4), 0),
        np.eye(12, dtype=bool),
        disc((30, 30), (0, 0), 6),
        disc((30, 30), (29, 15), 40),
    ],
    ids=["one pixel picture", "whole picture", "one pixel", "a line", "a corner", "beyond"],
)
def test_something_is_always_left(mask):
    for one in perturbed(drawn(mask), seed=3, pixels=4, shifts=5):
        assert one.lesion.any()
        assert one.lesion.shape == mask.shape


def test_no_outline_and_no_distance_are_refused():
    with pytest.raises(FeatureError, match="no outline of the lesion"):
        perturbed(Item(np.zeros((4, 4), np.float32)), seed=0)
    with pytest.raises(FeatureError, match="no outline of the lesion"):
        perturbed(drawn(np.zeros((4, 4), dtype=bool)), seed=0)
    for wrong in ({"pixels": 0}, {"pixels": np.nan}, {"shifts": -1}):
        with pytest.raises(ValueError, match="must be"):
            perturbed(drawn(np.ones((4, 4), dtype=bool)), seed=0, **wrong)


class Levels:
    """One feature of the picture alone, one of the outline's jagged detail."""

    kind = "morphology"
    settings: dict = {}  # noqa: RUF012
    names = ("steady", "shaky", "never")

    def extract(self, items, *, device="cpu"):
        random = np.random.default_rng(0)
        values = np.array([[one.grey.max(), random.normal(), np.nan] for one in items])
        return Features(self.names, values, ("",) * len(items))


def test_features_of_the_picture_repeat_and_features_of_chance_do_not():
    items = []
    for seed in range(12):
        grey = np.full((30, 30), seed, np.float32)
        items.append(Item(grey, disc((30, 30), (15, 15), 8)))
    table = icc_over_perturbations(Levels(), [*items, Item(grey)]).set_index("name")
    assert table.at["steady", "icc"] == 1
    assert table.at["shaky", "icc"] < 0.3
    assert np.isnan(table.at["never", "icc"])
    assert table["n"].tolist() == [12, 12, 0]
    assert list(table.columns) == ["icc", "low", "high", "n"]


def test_area_repeats_better_over_smaller_perturbations():
    random = np.random.default_rng(0)
    items = [
        Item(np.zeros((80, 80), np.float32), disc((80, 80), (40, 40), radius), None, (0.1, 0.1))
        for radius in random.uniform(8, 12, 10)
    ]
    area = [
        icc_over_perturbations(MorphologyExtractor(), items, pixels=pixels)
        .set_index("name")
        .at["morphology_area_mm2", "icc"]
        for pixels in (0.5, 3.0)
    ]
    assert area[0] > 0.8 > area[1]


def test_no_items_have_no_repeatability():
    table = icc_over_perturbations(Levels(), [])
    assert table["icc"].isna().all()
