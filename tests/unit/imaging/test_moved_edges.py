"""Does an outline move by what it is told to?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.imaging.moved_edges import grown, shifted

SHAPE = (60, 80)


@given(st.integers(1, 6))
def test_growing_and_shrinking_move_the_edge_by_that_many_pixels(n: int) -> None:
    mask = np.zeros(SHAPE, dtype=bool)
    mask[20:40, 25:55] = True
    assert grown(mask, n)[:, 40].sum() == 20 + 2 * n
    assert grown(mask, -n)[:, 40].sum() == 20 - 2 * n
    assert np.array_equal(grown(~mask, -n), ~grown(mask, n))


def test_shrinking_does_not_start_at_the_border_of_the_picture() -> None:
    mask = np.zeros((20, 20), dtype=bool)
    mask[:10] = True
    assert grown(mask, -2)[:8].all()
    assert not grown(mask, -2)[8:].any()
    assert grown(np.ones((4, 4), dtype=bool), -3).all()
    assert not grown(np.zeros((4, 4), dtype=bool), 3).any()


@pytest.mark.parametrize("step", [(7, 0), (-7, 0), (0, 9), (0, -9), (700, -900)])
def test_what_is_moved_out_of_the_picture_is_gone(step: tuple[int, int]) -> None:
    assert not shifted(np.ones((7, 9), dtype=bool), *step).any()
