"""A graphics card measures the same radiomics as a processor."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from clnm_core.features.items import Item
from clnm_core.features.radiomics.extractor import RadiomicsExtractor
from clnm_core.features.radiomics.settings import Settings

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]

#: Whole numbers are counted, so only divisions, roots and logarithms may differ.
UNFILTERED = 1e-9
FILTERED = 1e-6


def nodules() -> list[Item]:
    rng = np.random.default_rng(0)
    found = []
    for height, width in ((30, 26), (9, 40), (2, 2), (55, 50), (12, 12), (60, 61), (1, 9)):
        grey = rng.normal(size=(64, 64))
        grey = (grey + np.roll(grey, 1, 0) + np.roll(grey, 1, 1)) * 20 + 110
        y, x = np.mgrid[:64, :64] - 32
        mask = (y / height * 2) ** 2 + (x / width * 2) ** 2 <= 1
        grey = np.clip(grey, 0, 255).round().astype(np.float32)
        found.append(Item(grey, mask, None, (0.2, 0.25)))
    return found


@pytest.mark.parametrize(
    ("wanted", "tolerance"),
    [
        (Settings(image_types=("original",)), UNFILTERED),
        (Settings(image_types=("original",), distances=(1, 2), gldm_alpha=1), UNFILTERED),
        (Settings(image_types=("original",), bin_width=None, bin_count=64), UNFILTERED),
        (Settings(image_types=("wavelet", "log")), FILTERED),
    ],
)
def test_both_devices_agree(wanted: Settings, tolerance: float) -> None:
    extractor, items = RadiomicsExtractor(wanted), nodules()
    here = extractor.extract(items, device="cpu")
    there = extractor.extract(items, device="cuda")
    assert here.reasons == there.reasons
    # Imc2 is the root of a difference that may be nearly 0.
    is_root = np.array(["Imc2" in name for name in here.names])
    for chosen, absolute in ((~is_root, 1e-9), (is_root, 1e-6)):
        np.testing.assert_allclose(
            there.values[:, chosen], here.values[:, chosen], rtol=tolerance, atol=absolute
        )


def test_a_card_gives_the_same_numbers_twice_and_in_any_batch() -> None:
    extractor, items = RadiomicsExtractor(Settings(image_types=("original",))), nodules()
    together = extractor.extract(items, device="cuda").values
    np.testing.assert_array_equal(together, extractor.extract(items, device="cuda").values)
    alone = np.concatenate([extractor.extract([item], device="cuda").values for item in items])
    np.testing.assert_allclose(together, alone, rtol=1e-12, atol=1e-12)
