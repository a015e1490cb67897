"""A copy is recognised, and a look-alike is not taken for one."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from PIL import Image as Pillow
from scipy.ndimage import gaussian_filter

from clnm_core.imaging import copies as module
from clnm_core.imaging.copies import ALIKE, copies, likeness
from clnm_core.imaging.fingerprint import SIDE, fingerprint, recognised


def scan(seed, rows=200, columns=240):
    """A look-alike: the same layers and gland in every picture, with speckle of its own."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:rows, :columns].astype(float)
    layers = 90 + 50 * np.sin(y / 14) * np.exp(-y / 90)
    gland = (((y - 110) / 50) ** 2 + ((x - 120) / 80) ** 2 < 1) * 45.0
    at, size = rng.uniform(80, 150, 2), rng.uniform(10, 22)
    nodule = (np.hypot(y - at[0], x - at[1]) < size) * -40.0
    speckle = gaussian_filter(rng.normal(0, 1, (rows, columns)), (0.9, 1.4)) * 45
    return np.clip(layers + gland + nodule + speckle, 0, 255).astype(np.uint8)


PICTURES = [scan(seed) for seed in range(60)]
PRINTS = [fingerprint(picture) for picture in PICTURES]


def jpeg(pixels):
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, "JPEG", quality=70)
    return np.asarray(Pillow.open(buffer))


def smaller(pixels):
    height, width = pixels.shape
    size = (int(0.7 * width), int(0.7 * height))
    return np.asarray(Pillow.fromarray(pixels).resize(size, Pillow.Resampling.BILINEAR))


CHANGES = {
    "brighter": lambda p: np.clip(p * 0.8 + 35, 0, 255).astype(np.uint8),
    "gamma": lambda p: (255 * (p / 255) ** 0.75).astype(np.uint8),
    "jpeg": jpeg,
    "smaller": smaller,
    "cropped": lambda p: p[2:-1, 2:-3],
    "coloured": lambda p: np.repeat(p[:, :, None], 3, axis=2),
    "all at once": lambda p: jpeg(
        smaller(np.clip(p[2:-1, 1:-2] * 0.9 + 10, 0, 255).astype(np.uint8))
    ),
}


def found_in(prints):
    same = copies([one.phash for one in prints], [one.thumbnail for one in prints])
    return set(zip(same.first.tolist(), same.second.tolist(), strict=True))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_copy_is_found_among_look_alikes(change):
    changed = [fingerprint(np.ascontiguousarray(change(picture))) for picture in PICTURES[:12]]
    assert found_in(PRINTS + changed) == {(row, 60 + row) for row in range(12)}


def test_most_copies_survive_a_crop_of_two_per_cent_at_each_side():
    changed = [fingerprint(picture[4:-4, 5:-5]) for picture in PICTURES]
    found = found_in(PRINTS + changed)
    assert found <= {(row, 60 + row) for row in range(60)}
    assert len(found) >= 48


def test_look_alikes_are_not_copies():
    assert found_in(PRINTS) == set()
    rows = np.triu_indices(30, 1)
    unlike = likeness(
        [PRINTS[row].thumbnail for row in rows[0]], [PRINTS[row].thumbnail for row in rows[1]]
    )
    assert unlike.max() < ALIKE - 0.1


def test_brightness_and_contrast_leave_the_fingerprint_as_it_is():
    picture = (PICTURES[0] // 2 + 40).astype(np.uint8)
    darker = (picture - 30).astype(np.uint8)
    assert fingerprint(picture) == fingerprint(darker)
    assert likeness([PRINTS[0].thumbnail], [PRINTS[0].thumbnail])[0] == pytest.approx(1, abs=1e-5)


def test_fingerprints_are_words_of_fixed_length():
    for one in PRINTS[:5]:
        assert len(one.phash) == 16
        assert len(one.thumbnail) == SIDE**2
        assert one.thumbnail.isascii()
    assert recognised(PICTURES[0]) == {
        "phash": PRINTS[0].phash,
        "thumbnail": PRINTS[0].thumbnail,
    }


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (64, 64), (64, 64, 3)])
def test_a_picture_that_shows_nothing_has_no_fingerprint(shape):
    assert fingerprint(np.full(shape, 77, dtype=np.uint8)) is None
    assert recognised(np.full(shape, 77, dtype=np.uint8)) == {"phash": None, "thumbnail": None}


def test_a_tiny_picture_has_one():
    assert fingerprint(np.arange(35, dtype=np.uint8).reshape(5, 7)) is not None


@pytest.mark.parametrize("n", [0, 1])
def test_without_two_pictures_there_are_no_copies(n):
    same = copies([one.phash for one in PRINTS[:n]], [one.thumbnail for one in PRINTS[:n]])
    assert len(same.first) == len(same.likeness) == 0
    assert same.is_complete


def test_candidates_are_those_of_a_loop():
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 2**63, 300, dtype=np.uint64)
    hashes[200:] = hashes[:100] ^ np.uint64(0b1011_0001)
    first, second, is_complete = module._candidates(hashes)  # noqa: SLF001
    slow = {
        (a, b)
        for a in range(300)
        for b in range(a + 1, 300)
        if (int(hashes[a]) ^ int(hashes[b])).bit_count() <= module.MOST_BITS
    }
    assert set(zip(first.tolist(), second.tolist(), strict=True)) == slow
    assert is_complete


def test_more_candidates_than_can_be_compared_are_cut_and_said(monkeypatch):
    monkeypatch.setattr(module, "MOST_CANDIDATES", 100)
    same = copies([PRINTS[0].phash] * 40, [PRINTS[0].thumbnail] * 40)
    assert not same.is_complete
    assert 0 < len(same.first) <= 100


def test_40000_hashes_are_compared_in_seconds():
    hashes = np.random.default_rng(0).integers(0, 2**63, 40_000, dtype=np.uint64)
    hashes[-5:] = hashes[:5]
    start = time.process_time()
    first, second, _ = module._candidates(hashes)  # noqa: SLF001
    assert time.process_time() - start < 10
    assert set(zip(first[:5].tolist(), second[:5].tolist(), strict=True)) >= {(0, 39_995)}
