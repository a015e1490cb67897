"""Does a picture have the same features whatever stands beside it, and does it say why it has none?"""

from __future__ import annotations

import json
import pickle
import threading

import numpy as np
import pytest
import torch

from clnm_core.errors import FeatureError
from clnm_core.features.crops import black_and_white, seen, square_around, whole_square
from clnm_core.features.deep import CPU_BATCH, NO_OUTLINE, DeepExtractor
from clnm_core.features.forward import Forward
from clnm_core.features.items import Item
from clnm_core.features.loading import batches

TINY = "test_resnet"


def item(seed, *, shape=(60, 80), spacing=None):
    random = np.random.default_rng(seed)
    grey = random.uniform(0, 255, shape).astype(np.float32)
    lesion = np.zeros(shape, dtype=bool)
    lesion[20:40, 25 : 45 + seed] = True
    return Item(grey, lesion, None, spacing)


@pytest.fixture(scope="module")
def extractor():
    return DeepExtractor(TINY, pretrained=False)


def test_features_do_not_depend_on_what_else_is_in_the_batch(extractor):
    items = [item(seed) for seed in range(CPU_BATCH + 3)]
    together = extractor.extract(items).values
    backwards = extractor.extract(items[::-1]).values[::-1]
    alone = np.concatenate([extractor.extract([one]).values for one in items])
    assert np.array_equal(together, backwards)
    assert np.array_equal(together, alone)
    assert np.isfinite(together).all()
    assert len(np.unique(together, axis=0)) == len(items)


def test_on_a_cpu_every_batch_has_the_same_shape(extractor, monkeypatch):
    shapes = []
    inner = Forward.__call__
    monkeypatch.setattr(
        Forward, "__call__", lambda self, pixels: shapes.append(pixels.shape) or inner(self, pixels)
    )
    for count in (1, CPU_BATCH, CPU_BATCH + 1):
        extractor.extract([item(seed) for seed in range(count)])
    assert shapes == [(CPU_BATCH, 1, 160, 160)] * 4


def test_the_forward_pass_is_timms_own(extractor):
    import timm

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        network = timm.create_model(TINY, num_classes=0).eval()
    config = timm.data.resolve_model_data_config(network)
    one = item(1, shape=(160, 160))
    whole = DeepExtractor(TINY, pretrained=False, crop="picture").extract([one]).values[0]
    grey = torch.from_numpy(one.grey / 255).expand(3, -1, -1)
    mean, std = (torch.tensor(config[name])[:, None, None] for name in ("mean", "std"))
    with torch.inference_mode():
        expected = network(((grey - mean) / std)[None])[0].numpy()
    assert config["input_size"][1:] == (160, 160)
    assert whole == pytest.approx(expected, abs=1e-5)


def test_only_the_crop_counts(extractor):
    one = item(0)
    elsewhere = one.grey.copy()
    elsewhere[:5] = 0
    same = extractor.extract([one, Item(elsewhere, one.lesion)]).values
    assert np.array_equal(same[0], same[1])


def test_a_picture_without_an_outline_has_no_features_and_says_why(extractor):
    one = item(0)
    found = extractor.extract([Item(one.grey), one, Item(one.grey, np.zeros_like(one.lesion))])
    assert found.reasons == (NO_OUTLINE, "", NO_OUTLINE)
    assert np.isnan(found.values[[0, 2]]).all()
    assert np.isfinite(found.values[1]).all()
    nothing = extractor.extract([Item(one.grey)])
    assert np.isnan(nothing.values).all()


def test_the_whole_picture_needs_no_outline():
    whole = DeepExtractor(TINY, pretrained=False, crop="picture")
    assert np.isfinite(whole.extract([Item(item(0).grey)]).values).all()
    assert whole.settings["crop"] == "picture"


def test_nothing_in_is_nothing_out(extractor):
    assert extractor.extract([]).values.shape == (0, len(extractor.names))


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2000, 3)])
def test_pictures_of_any_shape_have_features(extractor, shape):
    black = Item(np.zeros(shape, np.float32), np.ones(shape, dtype=bool), None, (0.1, 0.3))
    assert np.isfinite(extractor.extract([black]).values).all()


def test_memory_that_is_too_short_halves_the_batch_and_goes_on(extractor):
    class Narrow(torch.nn.Module):
        def __init__(self, inner, most):
            super().__init__()
            self.inner, self.most, self.sizes = inner, most, []

        def forward(self, pixels):
            self.sizes.append(len(pixels))
            if len(pixels) > self.most:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return self.inner(pixels)

    forward = Forward(extractor._backbone, "cpu")  # noqa: SLF001
    pixels = torch.rand(8, 1, 160, 160)
    whole = forward(pixels)
    narrow = forward._network = Narrow(forward._network, 2)  # noqa: SLF001
    assert torch.allclose(forward(pixels), whole, atol=1e-5)
    assert narrow.sizes == [8, 4, 2, 2, 2, 2]
    forward(pixels)
    assert narrow.sizes[6:] == [2, 2, 2, 2]
    narrow.most = 0
    with pytest.raises(FeatureError, match="does not hold one picture"):
        forward(pixels)


def test_another_error_of_the_network_is_not_taken_for_short_memory(extractor):
    forward = Forward(extractor._backbone, "cpu")  # noqa: SLF001
    with pytest.raises(RuntimeError, match="size"):
        forward(torch.rand(2, 7, 160, 160))


def test_threads_of_torch_stay_as_they_were(extractor):
    before = torch.get_num_threads()
    extractor.extract([item(0)])
    assert torch.get_num_threads() == before


def test_settings_are_plain_and_name_the_weights(extractor):
    settings = json.loads(json.dumps(dict(extractor.settings)))
    assert settings["weights"] == "random, seed 0: no pretrained weights"
    assert len(settings["weights_digest"]) == 64
    assert extractor.names[:2] == ("test_resnet_0000", "test_resnet_0001")
    tagged = DeepExtractor("test_resnet.r160_in1k", pretrained=False)
    assert tagged.names[0] == "test_resnet_r160_in1k_0000"


def test_an_extractor_sent_to_another_process_gives_the_same(extractor):
    there = pickle.loads(pickle.dumps(extractor))  # noqa: S301 (our own)
    assert np.array_equal(there.extract([item(0)]).values, extractor.extract([item(0)]).values)
    assert there.settings == extractor.settings


@pytest.mark.parametrize("wrong", [{"crop": "nodule"}, {"margin": -0.1}, {"margin": float("nan")}])
def test_settings_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match=r"crop|margin"):
        DeepExtractor(TINY, pretrained=False, **wrong)


def test_a_network_that_gives_no_numbers_is_said_per_picture(extractor):
    broken = pickle.loads(pickle.dumps(extractor))  # noqa: S301 (our own)
    next(iter(broken._backbone.network.parameters())).fill_(float("inf"))  # noqa: SLF001
    found = broken.extract([item(0)])
    assert np.isnan(found.values).all()
    assert "not finite" in found.reasons[0]


def test_hounsfield_units_are_seen_through_the_soft_tissue_window():
    grey = np.array([[-1000, -125, 50, 225, 3000]], dtype=np.float32)
    assert black_and_white(grey) == (-125, 225)
    shown = seen(Item(grey), (0, 0, 1, 5), (1, 5), interpolation="bilinear")
    assert shown.tolist() == [[0, 0, 0.5, 1, 1]]


def test_a_crop_is_square_in_mm():
    mask = np.zeros((100, 100), dtype=bool)
    mask[40:60, 45:55] = True  # 10 mm high, 1 mm wide
    top, left, bottom, right = square_around(mask, (0.5, 0.1), margin=0.0)
    assert (bottom - top) * 0.5 == pytest.approx((right - left) * 0.1)
    assert bottom - top == 20
    lying = mask.T.copy()  # 5 mm high, 2 mm wide
    top, left, bottom, right = square_around(lying, (0.5, 0.1), margin=0.0)
    assert (bottom - top, right - left) == (10, 50)


def test_spacing_that_no_scanner_has_does_not_fill_the_memory():
    mask = np.ones((300, 300), dtype=bool)
    for spacing in ((1e6, 1e-6), (1e-6, 1e6)):
        assert square_around(mask, spacing, margin=0.0) == (0, 0, 300, 300)
        assert whole_square(mask.shape, spacing) == (0, 0, 300, 300)


def test_a_crop_moves_inward_at_the_border_and_is_framed_in_black_where_it_cannot():
    mask = np.zeros((20, 50), dtype=bool)
    mask[0:10, 0:10] = True
    assert square_around(mask, None, margin=0.5) == (0, 0, 20, 20)
    assert square_around(mask, None, margin=1.0) == (-5, 0, 25, 30)
    white = Item(np.full((20, 50), 255, np.float32))
    framed = seen(white, (-5, 0, 25, 30), (30, 30), interpolation="bilinear")
    assert framed[:5].max() == 0
    assert framed[5:25].min() == 1
    assert whole_square((20, 50), None) == (-15, 0, 35, 50)


def test_batches_come_in_order_and_are_filled_up():
    made = list(
        batches(range(7), lambda k: np.full((2, 3), k, np.float32), size=3, shape=(2, 3), threads=4)
    )
    assert [batch.first for batch in made] == [0, 3, 6]
    assert [tuple(batch.pixels.shape) for batch in made] == [(3, 1, 2, 3)] * 3
    assert [float(batch.pixels[0].mean()) for batch in made] == [0, 3, 6]
    assert made[2].pixels[1:].abs().max() == 0
    assert made[2].reasons == ("",)


def test_what_goes_wrong_while_loading_is_told_and_no_thread_stays():
    def prepare(number):
        if number == 5:
            raise FeatureError("This one is broken.")
        return np.zeros((1, 1), np.float32)

    taken = batches(range(100), prepare, size=2, shape=(1, 1), threads=2)
    with pytest.raises(FeatureError, match="This one is broken"):
        list(taken)
    early = batches(
        range(100), lambda _: np.zeros((1, 1), np.float32), size=2, shape=(1, 1), threads=2
    )
    next(early)
    early.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pictures")]


def test_pictures_are_read_ahead_but_not_all_at_once():
    read = []
    taken = batches(
        range(100),
        lambda k: read.append(k) or np.zeros((1, 1), np.float32),
        size=5,
        shape=(1, 1),
        threads=2,
        ahead=2,
    )
    next(taken)
    taken.close()
    assert 5 <= len(read) <= 15
