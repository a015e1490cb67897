"""Speckle follows the statistics of many random scatterers."""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.synth.speckle import b_mode, clouds, ridge, rise


def grey(level_db: float, seed: int = 0) -> np.ndarray:
    echo = np.full((200, 200), level_db, dtype=np.float32)
    return b_mode(echo, spacing_mm=0.15, rng=np.random.default_rng(seed), loss_db_per_mm=0)


def test_uniform_tissue_looks_grainy_as_rayleigh_says():
    # The log of a Rayleigh amplitude scatters by 5.57 dB; compounding can only lower that.
    db = grey(0.0).astype(float) / 255 * 56
    assert 2.5 < db.std() < 5.57


def test_grains_are_wider_than_deep():
    picture = grey(0.0).astype(float)
    picture -= picture.mean()
    across = (picture[:, 2:] * picture[:, :-2]).mean()
    along = (picture[2:] * picture[:-2]).mean()
    assert across > along > 0


def test_ten_decibels_are_the_same_step_of_grey_everywhere():
    steps = np.diff([grey(level).mean() for level in (-20.0, -10.0, 0.0, 10.0)])
    assert steps == pytest.approx(255 * 10 / 56, rel=0.1)


def test_sound_is_lost_with_depth():
    echo = np.zeros((200, 100), dtype=np.float32)
    picture = b_mode(echo, spacing_mm=0.2, rng=np.random.default_rng(0), loss_db_per_mm=0.3)
    assert picture[:40].mean() > picture[-40:].mean() + 20


def test_the_same_seed_gives_the_same_speckle():
    assert np.array_equal(grey(0.0, 3), grey(0.0, 3))
    assert not np.array_equal(grey(0.0, 3), grey(0.0, 4))


def test_clouds_scatter_by_about_one_around_zero():
    field = clouds((300, 300), grain_px=(6, 9), rng=np.random.default_rng(0))
    assert field.shape == (300, 300)
    assert abs(field.mean()) < 0.1
    assert field.std() == pytest.approx(1, abs=0.15)


def test_rise_and_ridge_keep_to_their_widths():
    values = np.array([-2.0, -0.5, 0.0, 0.5, 2.0])
    assert rise(values, over=1.0).tolist() == [0, 0, 0.5, 1, 1]
    assert ridge(values, width=0.5).tolist() == [0, 0, 1, 0, 0]
