"""Do a CPU and a CUDA device give the same deep features, within what bfloat16 keeps?"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from clnm_core.features.deep import DeepExtractor
from clnm_core.features.items import Item

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]

CORRELATION = 0.99
"""Least correlation over pictures of the rows; bfloat16 has eight bits of precision."""


@pytest.mark.parametrize("backbone", ["test_resnet", "resnet18", "test_vit"])
def test_cuda_agrees_with_cpu(backbone):
    extractor = DeepExtractor(backbone, pretrained=False)
    items = []
    for seed in range(20):
        random = np.random.default_rng(seed)
        lesion = np.zeros((90, 120), dtype=bool)
        lesion[20:60, 30 : 60 + seed] = True
        items.append(Item(random.uniform(0, 255, lesion.shape).astype(np.float32), lesion))
    on_cpu = extractor.extract(items, device="cpu").values
    on_cuda = extractor.extract(items, device="cuda").values
    assert np.isfinite(on_cuda).all()
    spread = np.abs(on_cpu).max()
    assert np.abs(on_cpu - on_cuda).max() <= 0.05 * spread
    for one, other in zip(on_cpu, on_cuda, strict=True):
        assert np.corrcoef(one, other)[0, 1] >= CORRELATION


def test_cuda_gives_the_same_twice():
    extractor = DeepExtractor("test_resnet", pretrained=False, crop="picture")
    grey = np.random.default_rng(0).uniform(0, 255, (64, 64)).astype(np.float32)
    one, two = (extractor.extract([Item(grey)] * 3, device="cuda").values for _ in range(2))
    assert np.array_equal(one, two)
