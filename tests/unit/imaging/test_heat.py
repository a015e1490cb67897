"""Claims about maps that are laid over pictures."""

import numpy as np
import pytest

from clnm_core.domain.image import Image
from clnm_core.imaging.heat import HUE, heat_bar, heated

PICTURE = Image(np.arange(12, dtype=np.uint8).reshape(3, 4) * 20, spacing_mm=(0.2, 0.1))


def test_where_the_map_is_zero_the_pixel_stays_as_it_is() -> None:
    heat = np.zeros((3, 4), dtype=np.float32)
    heat[1, 2] = 1.0
    over = heated(PICTURE, heat, opacity=1.0)
    assert tuple(over.pixels[1, 2]) == HUE
    untouched = heat == 0
    assert (over.pixels[untouched] == PICTURE.pixels[untouched][:, None]).all()
    assert over.spacing_mm == PICTURE.spacing_mm


def test_without_strength_the_picture_is_itself() -> None:
    over = heated(PICTURE, np.ones((3, 4), dtype=np.float32), opacity=0.0)
    assert (over.pixels == PICTURE.pixels[..., None]).all()


@pytest.mark.parametrize("heat", [np.zeros((4, 3)), np.full((3, 4), 1.1), np.full((3, 4), np.nan)])
def test_a_map_that_does_not_fit_is_refused(heat: np.ndarray) -> None:
    with pytest.raises(ValueError, match="heat must"):
        heated(PICTURE, heat)


def test_the_key_is_escaped() -> None:
    assert "<script" not in heat_bar("<script>")
