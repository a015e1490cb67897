"""A feature is the mean of its cells, where a network takes a mean, and else there are none."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from clnm_core.features.cells import averaged_from
from clnm_core.features.deep import CPU_BATCH, DeepExtractor
from tests.unit.features.test_deep import TINY, item


@pytest.fixture(scope="module")
def extractor():
    return DeepExtractor(TINY, pretrained=False)


def test_a_look_gives_the_features_of_an_extraction_and_their_cells(extractor):
    items = [item(seed) for seed in range(CPU_BATCH + 1)]
    looks = extractor.looks(items)
    features = extractor.extract(items).values
    np.testing.assert_array_equal([look.features for look in looks], features)
    for look in looks:
        assert look.cells.shape[0] == features.shape[1]
        np.testing.assert_allclose(look.cells.mean(axis=(1, 2)), look.features, atol=1e-5)


def test_without_an_outline_there_is_nothing_to_look_at(extractor):
    one = item(0)
    blind = type(one)(one.grey, None, None, one.spacing_mm)
    empty = type(one)(one.grey, np.zeros(one.grey.shape, dtype=bool), None, one.spacing_mm)
    for look in extractor.looks([blind, empty]):
        assert np.isnan(look.features).all()
        assert look.cells is None
        assert look.square is None


def test_a_network_that_takes_no_mean_has_no_cells():
    cells = torch.rand(3, 2, 2, generator=torch.Generator().manual_seed(0))
    assert averaged_from(cells, cells.mean((1, 2)).double().numpy()) is not None
    assert averaged_from(cells, cells.amax((1, 2)).double().numpy()) is None
    assert averaged_from(cells.flatten(1), np.zeros(3)) is None
    assert averaged_from(cells, np.array([0.1, np.nan, 0.2])) is None
