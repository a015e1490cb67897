"""Do glands of any size, shape and side fall together on the template?"""

import numpy as np
import pytest

from clnm_core.errors import ImageError
from clnm_core.imaging.phi import phi_map
from clnm_core.imaging.template import SIDE, inside, on_template, template_axis


def ellipse(shape, centre, half, *, wave=0.0):
    y, x = np.mgrid[: shape[0], : shape[1]]
    dy, dx = (y - centre[0]) / half[0], (x - centre[1]) / half[1]
    return np.hypot(dy, dx) < 1 + wave * np.cos(3 * np.arctan2(dy, dx))


def thyroid(scale=1.0, *, at=(-0.3, 0.4), size=0.25, wave=0.0, moved=(0, 0)):
    """A gland twice as wide as high, with a nodule at a place in units of its half axes."""
    shape = (int(160 * scale), int(280 * scale))
    centre = (shape[0] / 2 + moved[0], shape[1] / 2 + moved[1])
    half = (60 * scale, 120 * scale)
    gland = ellipse(shape, centre, half, wave=wave)
    middle = (centre[0] + at[0] * half[0], centre[1] + at[1] * half[1])
    return ellipse(shape, middle, (size * half[0], size * half[1])), gland


def middle_of(found):
    """Place (y, x) of the middle of the nodule on the template."""
    rows, columns = np.nonzero(found)
    axis = template_axis()
    return axis[rows].mean(), axis[columns].mean()


def test_a_nodule_lies_where_it_lies_in_the_gland():
    found = on_template(*thyroid(at=(-0.3, 0.4)), (0.2, 0.2))
    assert middle_of(found) == pytest.approx((-0.3, 0.4), abs=0.03)
    assert (found > 0).sum() / inside().sum() == pytest.approx(0.25**2, rel=0.1)


@pytest.mark.parametrize(
    ("other", "spacing"),
    [
        (thyroid(2.0), (0.1, 0.1)),
        (thyroid(0.5), (0.7, 0.7)),
        (thyroid(moved=(9, -14)), (0.2, 0.2)),
        (tuple(mask[::2] for mask in thyroid(2.0)), (0.2, 0.1)),
        (tuple(mask[:, ::3] for mask in thyroid(2.0)), (0.1, 0.3)),
    ],
    ids=["large", "small", "moved", "coarse rows", "coarse columns"],
)
def test_size_place_and_spacing_of_the_picture_change_nothing(other, spacing):
    expected = on_template(*thyroid(), (0.2, 0.2))
    found = on_template(*other, spacing)
    assert ((found > 0) != (expected > 0)).sum() < 0.2 * (expected > 0).sum()
    assert middle_of(found) == pytest.approx(middle_of(expected), abs=0.03)
    both = (found > 0) & (expected > 0)
    assert np.abs(found - expected)[both].mean() < 0.05


def test_the_capsule_of_a_lobed_gland_falls_on_the_templates():
    """A rim all around a wavy gland is a rim all around the template."""
    _, gland = thyroid(wave=0.12)
    inner = ellipse(gland.shape, (80, 140), (0.85 * 60, 0.85 * 120), wave=0.12)
    found = on_template(gland & ~inner, gland, (0.2, 0.2))
    axis = template_axis()
    away = np.hypot(*np.meshgrid(axis, axis, indexing="ij"))
    edge = inside() & (away > 0.93)
    assert (found[edge] > 0).mean() > 0.97
    assert found[edge].mean() > 0.9
    assert (found[inside() & (away < 0.75)] == 0).all()


def test_the_other_lobe_is_the_mirror():
    nodule, gland = thyroid()
    mirrored = on_template(nodule[:, ::-1], gland[:, ::-1], (0.2, 0.2), mirrored=True)
    plain = on_template(nodule, gland, (0.2, 0.2))
    assert middle_of(mirrored) == pytest.approx(middle_of(plain), abs=0.02)
    turned = on_template(nodule, gland, (0.2, 0.2), mirrored=True)
    assert middle_of(turned)[1] == pytest.approx(-middle_of(plain)[1], abs=0.03)


def test_phi_is_that_of_the_whole_picture():
    nodule, gland = thyroid(at=(0, 0.2), size=0.6)
    found = on_template(nodule, gland, (0.2, 0.2))
    phi = phi_map(nodule, gland, (0.2, 0.2))
    whole = phi[np.isfinite(phi)]
    placed = found[found > 0]
    for share in (0.1, 0.5, 0.9):
        assert np.quantile(placed, share) == pytest.approx(np.quantile(whole, share), abs=0.06)


def test_nothing_lies_outside_the_template():
    nodule, gland = thyroid(at=(0, 0.95), size=0.4)
    found = on_template(nodule, gland, (0.2, 0.2))
    assert (found[~inside()] == 0).all()
    assert found.shape == (SIDE, SIDE)
    assert found.max() <= 1


def test_a_hole_belongs_to_the_gland_and_another_part_does_not():
    nodule, gland = thyroid()
    whole = on_template(nodule, gland, (0.2, 0.2))
    assert np.array_equal(on_template(nodule, gland & ~nodule | ring(nodule), (0.2, 0.2)), whole)
    with_part = gland.copy()
    with_part[:6, :12] = True
    found = on_template(nodule, with_part, (0.2, 0.2))
    assert middle_of(found) == pytest.approx(middle_of(whole), abs=0.05)


def ring(mask):
    """The outermost pixels of a mask: the nodule was left out of the gland but for its edge."""
    inner = mask.copy()
    inner[1:-1, 1:-1] = (
        mask[1:-1, 1:-1] & mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
    )
    return mask & ~inner


def test_a_border_that_cuts_the_gland_off_is_no_capsule():
    nodule, gland = thyroid(at=(0, -0.9), size=0.2)
    whole = on_template(nodule, gland, (0.2, 0.2))
    cut = on_template(nodule[:, 30:], gland[:, 30:], (0.2, 0.2))
    assert cut[cut > 0].max() < whole[whole > 0].max()


@pytest.mark.parametrize(
    ("nodule", "gland", "message"),
    [
        (np.zeros((40, 40), bool), np.ones((40, 40), bool), "nodule is empty"),
        (np.ones((40, 40), bool), np.zeros((40, 40), bool), "gland is empty"),
        (np.ones((40, 40), bool), np.ones((40, 40), bool), "reaches every border"),
        (np.eye(40, dtype=bool) & (np.arange(40) > 35), np.tri(40, k=-25, dtype=bool), "outside"),
    ],
    ids=["no nodule", "no gland", "full", "apart"],
)
def test_outlines_without_a_place_are_refused_in_a_sentence(nodule, gland, message):
    with pytest.raises(ImageError, match=message):
        on_template(nodule, gland, (0.2, 0.2))


@pytest.mark.parametrize("spacing", [(0, 1), (np.nan, 1), (1, -1)], ids=["zero", "nan", "minus"])
def test_a_spacing_that_is_none_is_a_callers_mistake(spacing):
    with pytest.raises(ValueError, match="spacing_mm"):
        on_template(*thyroid(), spacing)
    with pytest.raises(ValueError, match="one shape"):
        on_template(thyroid()[0], thyroid(0.5)[1], (1, 1))


def test_a_gland_of_a_single_pixel_gives_a_map():
    one = np.zeros((9, 9), bool)
    one[4, 4] = True
    found = on_template(one, one, (1.0, 1.0))
    assert np.isfinite(found).all()
