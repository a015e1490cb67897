"""What the radiomics of a nodule promise."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clnm_core.errors import DeviceError, FeatureError
from clnm_core.features.items import Item
from clnm_core.features.radiomics import extractor as radiomics
from clnm_core.features.radiomics.extractor import RadiomicsExtractor
from clnm_core.features.radiomics.settings import Settings

PLAIN = Settings(image_types=("original",), bin_width=20.0)


def nodule(seed: int, *, rows: int = 30, columns: int = 26, side: int = 64) -> Item:
    """A speckled ellipse in a picture."""
    rng = np.random.default_rng(seed)
    grey = rng.normal(size=(side, side))
    grey = (grey + np.roll(grey, 1, 0) + np.roll(grey, 1, 1)) * 20 + 110
    y, x = np.mgrid[:side, :side] - side // 2
    mask = (y / rows * 2) ** 2 + (x / columns * 2) ** 2 <= 1
    return Item(np.clip(grey, 0, 255).round().astype(np.float32), mask, None, (0.2, 0.25))


def row_of(item: Item, wanted: Settings = PLAIN) -> dict[str, float]:
    found = RadiomicsExtractor(wanted).extract([item])
    return dict(zip(found.names, found.values[0], strict=True))


def assert_same(first: dict[str, float], second: dict[str, float], **tolerance: float) -> None:
    for name, value in first.items():
        assert second[name] == pytest.approx(value, nan_ok=True, **tolerance), name


def test_a_row_is_the_same_alone_and_in_any_batch() -> None:
    sizes = [(30, 26), (9, 40), (1, 12), (55, 50), (12, 12), (3, 3)]
    items = [nodule(seed, rows=r, columns=c) for seed, (r, c) in enumerate(sizes)]
    measure = RadiomicsExtractor(Settings(distances=(1, 2))).extract
    together = measure(items).values
    assert np.isfinite(together).mean() > 0.9
    backwards = measure(items[::-1]).values[::-1]
    alone = np.concatenate([measure([item]).values for item in items])
    np.testing.assert_array_equal(together, backwards)
    np.testing.assert_array_equal(together, alone)


def test_a_row_is_the_same_however_many_fit_on_a_canvas(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [nodule(seed) for seed in range(5)]
    whole = RadiomicsExtractor(PLAIN).extract(items).values
    monkeypatch.setattr("clnm_core.features.radiomics.measure.PIXELS", {"cpu": 1500})
    monkeypatch.setattr(radiomics, "HELD", {"cpu": 2000})
    np.testing.assert_array_equal(RadiomicsExtractor(PLAIN).extract(items).values, whole)
    monkeypatch.setattr("clnm_core.features.radiomics.measure.PIXELS", {"cpu": 150_000})
    monkeypatch.setattr("clnm_core.features.radiomics.measure.CELLS", {"cpu": 200})
    np.testing.assert_array_equal(RadiomicsExtractor(PLAIN).extract(items).values, whole)


def test_names_are_pyradiomics_and_settings_are_json() -> None:
    extractor = RadiomicsExtractor()
    assert extractor.kind == "radiomics"
    assert len(set(extractor.names)) == len(extractor.names) == 9 + 8 * (19 + 24 + 16 + 16 + 14 + 5)
    for name in (
        "original_shape2D_Sphericity",
        "original_firstorder_90Percentile",
        "wavelet-LH_glcm_Contrast",
        "log-sigma-2-0-mm-2D_gldm_DependenceEntropy",
    ):
        assert name in extractor.names
    assert json.loads(json.dumps(extractor.settings)) == extractor.settings


def test_different_settings_say_so() -> None:
    plain = [
        json.dumps(RadiomicsExtractor(wanted).settings, sort_keys=True)
        for wanted in (Settings(), Settings(bin_width=5), Settings(bin_width=None, bin_count=32))
    ]
    assert len(set(plain)) == 3
    assert json.dumps(Settings(bin_width=5).plain) == json.dumps(Settings(bin_width=5.0).plain)


@pytest.mark.parametrize(
    "wrong",
    [
        {"image_types": ()},
        {"image_types": ("square",)},
        {"classes": ("glcm", "glcm")},
        {"bin_width": 0.0},
        {"bin_width": float("nan")},
        {"bin_count": 16},
        {"bin_width": None},
        {"bin_width": None, "bin_count": 1},
        {"distances": ()},
        {"distances": (0,)},
        {"log_sigma_mm": (-1.0,)},
        {"gldm_alpha": -1},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="must be"):
        Settings(**wrong)


@pytest.mark.parametrize(
    ("outline", "said"),
    [
        (None, radiomics.NOT_OUTLINED),
        (np.zeros((8, 8), dtype=bool), radiomics.EMPTY),
        (np.eye(8, dtype=bool) & (np.arange(8) == 3), radiomics.ONE_PIXEL),
    ],
)
def test_what_cannot_be_measured_is_missing_and_says_why(outline: object, said: str) -> None:
    grey = np.arange(64, dtype=np.float32).reshape(8, 8)
    good = nodule(1)
    found = RadiomicsExtractor(PLAIN).extract([Item(grey, outline, None, (1, 1)), good])
    assert np.isnan(found.values[0]).all()
    assert found.reasons == (said, "")
    assert np.isfinite(found.values[1]).all()


def test_nothing_asked_gives_nothing() -> None:
    assert RadiomicsExtractor(PLAIN).extract([]).values.shape == (0, len(PLAIN.names))


def test_total_energy_is_energy_times_the_area_of_a_pixel() -> None:
    found = row_of(nodule(2))
    expected = found["original_firstorder_Energy"] * 0.2 * 0.25
    assert found["original_firstorder_TotalEnergy"] == pytest.approx(expected, rel=1e-14)


def test_without_a_spacing_nothing_is_measured_in_mm() -> None:
    item = nodule(3)
    found = RadiomicsExtractor().extract([Item(item.grey, item.lesion), item])
    gone = {
        name for name, value in zip(found.names, found.values[0], strict=True) if np.isnan(value)
    } - {name for name, value in zip(found.names, found.values[1], strict=True) if np.isnan(value)}
    assert gone == {
        name
        for name in found.names
        if "shape2D" in name or "TotalEnergy" in name or name.startswith("log-")
    }
    assert radiomics.NO_SPACING in found.reasons[0]


def test_a_scale_finer_than_the_pixels_is_missing() -> None:
    item = nodule(3)
    wanted = Settings(image_types=("log",), log_sigma_mm=(1.0, 4.0), classes=("firstorder",))
    found = RadiomicsExtractor(wanted).extract([Item(item.grey, item.lesion, None, (3.0, 3.0))])
    is_fine = np.array([name.startswith("log-sigma-1-0") for name in found.names])
    assert np.isnan(found.values[0, is_fine]).all()
    assert np.isfinite(found.values[0, ~is_fine]).all()
    assert found.reasons == (radiomics.TOO_COARSE,)


@pytest.mark.parametrize("level", [0.0, 255.0, 77.7])
def test_a_flat_nodule_has_no_texture_to_compare(level: float) -> None:
    item = nodule(4)
    flat = Item(np.full_like(item.grey, level), item.lesion, None, (1.0, 1.0))
    found = RadiomicsExtractor(PLAIN).extract([flat])
    missing = {
        name for name, value in zip(found.names, found.values[0], strict=True) if np.isnan(value)
    }
    assert missing == {
        "original_firstorder_Kurtosis",
        "original_firstorder_Skewness",
        "original_glcm_Correlation",
        "original_glcm_Imc1",
        "original_glcm_Imc2",
        "original_glcm_MCC",
        "original_ngtdm_Busyness",
        "original_ngtdm_Coarseness",
        "original_ngtdm_Contrast",
    }
    assert found.reasons == (radiomics.ONE_LEVEL,)
    assert row_of(flat)["original_firstorder_Variance"] == 0


def test_bins_too_narrow_leave_out_the_texture() -> None:
    item = nodule(5)
    wanted = Settings(image_types=("original",), bin_width=0.01)
    found = RadiomicsExtractor(wanted).extract([item])
    named = dict(zip(found.names, found.values[0], strict=True))
    assert found.reasons == (radiomics.TOO_FINE,)
    assert np.isfinite(named["original_firstorder_Skewness"])
    assert np.isfinite(named["original_shape2D_Perimeter"])
    assert np.isnan(named["original_firstorder_Entropy"])
    assert np.isnan(named["original_glcm_Contrast"])


def test_two_pixels_apart_are_measured_as_far_as_they_can() -> None:
    mask = np.zeros((9, 9), dtype=bool)
    mask[1, 1] = mask[7, 4] = True
    found = RadiomicsExtractor(PLAIN).extract([Item(nodule(1).grey[:9, :9], mask, None, (1, 1))])
    named = dict(zip(found.names, found.values[0], strict=True))
    assert found.reasons == (radiomics.TOO_FEW,)
    assert np.isnan(named["original_glcm_Contrast"])
    assert named["original_glszm_ZonePercentage"] == 1
    assert np.isfinite(named["original_shape2D_MaximumDiameter"])


def test_runs_across_a_line_of_pixels_do_not_count() -> None:
    grey = np.repeat(np.arange(4, dtype=np.float32) * 20, 2)[None].repeat(3, 0)
    line = np.zeros((3, 8), dtype=bool)
    line[1] = True
    found = row_of(Item(grey, line, None, (1.0, 1.0)))
    assert found["original_glrlm_RunPercentage"] == 0.5
    assert found["original_glrlm_LongRunEmphasis"] == 4


def test_the_noise_of_the_last_bits_makes_no_grey_levels() -> None:
    item = nodule(1)
    even = Item(np.full_like(item.grey, 77.7), item.lesion, None, (0.2, 0.2))
    found = row_of(even, Settings())
    for name, value in found.items():
        if name.endswith("firstorder_Range") or name.endswith("glcm_Contrast"):
            assert value == 0, name
        if name.endswith("firstorder_Uniformity"):
            assert value == 1, name


def test_huge_grey_values_stay_finite() -> None:
    item = nodule(6)
    huge = Item(item.grey * np.float32(1e30), item.lesion, None, (1.0, 1.0))
    wanted = Settings(bin_width=None, bin_count=16)
    values = RadiomicsExtractor(wanted).extract([huge]).values
    assert np.isfinite(values).mean() > 0.99
    found = RadiomicsExtractor(PLAIN).extract([huge])
    assert found.reasons == (radiomics.TOO_FINE,)
    assert np.isfinite(found.values[0, ["shape2D" in name for name in found.names]]).all()


def test_a_device_that_is_not_there_is_refused() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(DeviceError, match="Choose cpu"):
        RadiomicsExtractor(PLAIN).extract([nodule(1)], device="cuda")


def test_running_out_of_memory_halves_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [nodule(seed) for seed in range(5)]
    expected = RadiomicsExtractor(PLAIN).extract(items).values
    measure, sizes = radiomics.measured, []

    def cramped(rois: list, *rest: object) -> object:
        sizes.append(len(rois))
        if len(rois) > 2:
            raise torch.cuda.OutOfMemoryError
        return measure(rois, *rest)

    monkeypatch.setattr(radiomics, "measured", cramped)
    np.testing.assert_array_equal(RadiomicsExtractor(PLAIN).extract(items).values, expected)
    assert sizes == [5, 2, 3, 1, 2]


def test_one_nodule_that_does_not_fit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def cramped(*_: object) -> None:
        raise torch.cuda.OutOfMemoryError

    monkeypatch.setattr(radiomics, "measured", cramped)
    with pytest.raises(FeatureError, match="too little free memory"):
        RadiomicsExtractor(PLAIN).extract([nodule(1)])


@settings(max_examples=15)
@given(seed=st.integers(0, 999), down=st.integers(-16, 16), across=st.integers(-16, 16))
def test_where_a_nodule_lies_does_not_matter(seed: int, down: int, across: int) -> None:
    item = nodule(seed)
    moved = Item(
        np.roll(item.grey, (down, across), (0, 1)),
        np.roll(item.lesion, (down, across), (0, 1)),
        None,
        item.spacing_mm,
    )
    found, other = row_of(item), row_of(moved)
    for name, value in found.items():
        tolerance = 1e-12 if "shape2D" in name else 0
        assert other[name] == pytest.approx(value, rel=tolerance), name


@settings(max_examples=15)
@given(seed=st.integers(0, 999), turns=st.integers(0, 3), is_mirrored=st.booleans())
def test_turning_or_mirroring_does_not_matter(seed: int, turns: int, is_mirrored: bool) -> None:
    item = nodule(seed, rows=33, columns=17)

    def turned(array: np.ndarray) -> np.ndarray:
        array = np.rot90(array, turns)
        return np.ascontiguousarray(array[::-1] if is_mirrored else array)

    other = Item(turned(item.grey), turned(item.lesion), None, (0.2, 0.2))
    assert_same(row_of(Item(item.grey, item.lesion, None, (0.2, 0.2))), row_of(other), rel=1e-11)


@settings(max_examples=15)
@given(seed=st.integers(0, 999), steps=st.integers(-9, 9))
def test_brighter_by_whole_bins_has_the_same_texture(seed: int, steps: int) -> None:
    item = nodule(seed)
    brighter = Item(item.grey + np.float32(20 * steps), item.lesion, None, item.spacing_mm)
    found, other = row_of(item), row_of(brighter)
    for name, value in found.items():
        if "firstorder" not in name or "Entropy" in name or "Uniformity" in name:
            assert other[name] == value, name


def test_twice_the_contrast_in_a_number_of_bins_has_the_same_texture() -> None:
    item = nodule(8)
    wanted = Settings(image_types=("original",), bin_width=None, bin_count=16)
    stronger = Item(item.grey * 2 - 50, item.lesion, None, item.spacing_mm)
    found, other = row_of(item, wanted), row_of(stronger, wanted)
    for name, value in found.items():
        if "firstorder" not in name:
            assert other[name] == value, name


def test_coarser_speckle_has_less_contrast_and_longer_runs() -> None:
    rng = np.random.default_rng(0)
    fine = rng.normal(size=(64, 64))
    mask = np.ones((64, 64), dtype=bool)
    rows = []
    for width in (1, 2, 4, 8):
        grey = np.repeat(np.repeat(fine[: 64 // width, : 64 // width], width, 0), width, 1)
        rows.append(row_of(Item((grey * 30 + 120).astype(np.float32), mask, None, (1, 1))))
    for finer, coarser in pairwise(rows):
        assert coarser["original_glcm_Contrast"] < finer["original_glcm_Contrast"]
        assert coarser["original_glrlm_LongRunEmphasis"] > finer["original_glrlm_LongRunEmphasis"]
        assert coarser["original_ngtdm_Coarseness"] > finer["original_ngtdm_Coarseness"]
