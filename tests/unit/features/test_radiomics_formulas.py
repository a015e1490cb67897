"""Filters and formulas of radiomics, against other libraries and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import pywt
import SimpleITK
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter, gaussian_laplace
from scipy.spatial.distance import pdist
from scipy.stats import kurtosis, skew

from clnm_core.features.radiomics import cooccurrence_features as pairs
from clnm_core.features.radiomics.cooccurrence_features import cooccurrence_features
from clnm_core.features.radiomics.intensity import intensity_features
from clnm_core.features.radiomics.laplacian import laplacian
from clnm_core.features.radiomics.levels import by_count, by_width
from clnm_core.features.radiomics.names import FIRST_ORDER, GLCM, SHAPE_2D
from clnm_core.features.radiomics.outline_shape import outline_shape
from clnm_core.features.radiomics.sums import total, totals
from clnm_core.features.radiomics.wavelets import wavelet_bands


def picture(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    smooth = gaussian_filter(rng.normal(size=(rows, columns)), 2.0)
    return np.clip(90 + 30 * smooth / smooth.std(), 0, 255).round()


@pytest.mark.parametrize("shape", [(32, 40), (31, 40), (40, 33), (31, 33), (6, 7)])
def test_wavelets_are_pywavelets_undecimated_ones(shape: tuple[int, int]) -> None:
    grey = picture(*shape)
    padded = np.pad(grey, [(0, side % 2) for side in shape], "wrap")
    theirs = pywt.swtn(padded, "coif1", level=1, axes=(1, 0))[0]
    whole = (slice(0, shape[0]), slice(0, shape[1]))
    ours = wavelet_bands(torch.from_numpy(grey), whole)
    for band, values in theirs.items():
        name = band.replace("a", "L").replace("d", "H")
        np.testing.assert_allclose(ours[name], values[whole], atol=1e-11)


def test_a_filtered_part_is_the_part_of_the_filtered_whole() -> None:
    grey = torch.from_numpy(picture(33, 41))
    whole, part = (slice(0, 33), slice(0, 41)), (slice(0, 7), slice(30, 41))
    for band, values in wavelet_bands(grey, part).items():
        assert torch.equal(values, wavelet_bands(grey, whole)[band][part])
    spacing = (0.5, 0.7)
    torch.testing.assert_close(
        laplacian(grey, part, spacing, sigma_mm=1.5),
        laplacian(grey, whole, spacing, sigma_mm=1.5)[part],
        rtol=0,
        atol=1e-10,
    )


@pytest.mark.parametrize("spacing", [(0.5, 0.5), (0.4, 0.8)])
def test_the_laplacian_is_scipys_times_sigma_squared(spacing: tuple[float, float]) -> None:
    grey, sigma = picture(90, 80), 2.0
    ours = laplacian(torch.from_numpy(grey), (slice(0, 90), slice(0, 80)), spacing, sigma_mm=sigma)
    wide = [sigma / side for side in spacing]
    theirs = sum(
        gaussian_filter(grey, wide, order, mode="nearest", truncate=6) * wide[axis] ** 2
        for axis, order in enumerate([(2, 0), (0, 2)])
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-3)
    if spacing[0] == spacing[1]:
        plain = gaussian_laplace(grey, wide[0], mode="nearest", truncate=6) * wide[0] ** 2
        np.testing.assert_allclose(ours, plain, atol=1e-3)


def test_the_laplacian_of_pyradiomics_differs_by_a_hundredth_of_its_spread() -> None:
    grey = picture(120, 120)
    ours = laplacian(
        torch.from_numpy(grey), (slice(0, 120), slice(0, 120)), (0.25, 0.25), sigma_mm=1.0
    ).numpy()
    image = SimpleITK.GetImageFromArray(grey)
    image.SetSpacing((0.25, 0.25))
    recursive = SimpleITK.LaplacianRecursiveGaussianImageFilter()
    recursive.SetNormalizeAcrossScale(True)
    recursive.SetSigma(1.0)
    apart = SimpleITK.GetArrayFromImage(recursive.Execute(image)) - ours
    assert 0.002 < np.sqrt((apart**2).mean()) / ours.std() < 0.012


@pytest.mark.parametrize("sigma", [0.5, 1.0, 3.0, 7.3])
def test_a_plane_does_not_bend_and_a_parabola_bends_evenly(sigma: float) -> None:
    y, x = np.mgrid[:140, :140].astype(float)
    middle = (slice(69, 71), slice(69, 71))
    plane = laplacian(torch.from_numpy(3 * y - 2 * x + 9), middle, (1.0, 1.0), sigma_mm=sigma)
    np.testing.assert_allclose(plane, 0, atol=1e-9)
    bowl = laplacian(torch.from_numpy(x**2), middle, (1.0, 1.0), sigma_mm=sigma)
    np.testing.assert_allclose(bowl, 2 * sigma**2, rtol=1e-10)


@settings(max_examples=50)
@given(
    grey=st.lists(st.floats(-500, 500, width=32), min_size=1, max_size=40),
    width=st.sampled_from([0.5, 5.0, 8.0, 25.0]),
)
def test_bins_of_a_width_are_numpys_at_multiples_of_it(grey: list[float], width: float) -> None:
    values = np.array(grey, dtype=float)
    low = values.min() - values.min() % width
    edges = np.arange(low, values.max() + 2 * width, width)
    one = torch.zeros(len(values), dtype=torch.int64)
    found = by_width(torch.from_numpy(values), one, torch.tensor([len(values)]), width=width)[0]
    is_far = np.abs(values / width - np.round(values / width)) > 1e-9
    is_edge = values / width == np.round(values / width)
    expected = np.digitize(values, edges)
    sure = is_far | is_edge
    np.testing.assert_array_equal(found.numpy()[sure], expected[sure])


@settings(max_examples=50)
@given(
    grey=st.lists(st.integers(-300, 300), min_size=2, max_size=40).filter(
        lambda g: len(set(g)) > 1
    ),
    count=st.sampled_from([2, 10, 16, 64]),
)
def test_a_number_of_bins_are_numpys(grey: list[int], count: int) -> None:
    values = np.array(grey, dtype=float)
    edges = np.histogram(values, count)[1]
    edges[-1] += 1
    one = torch.zeros(len(values), dtype=torch.int64)
    found = by_count(torch.from_numpy(values), one, torch.tensor([len(values)]), count=count)[0]
    np.testing.assert_array_equal(found, np.digitize(values, edges))


@settings(max_examples=50)
@given(grey=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=60))
def test_statistics_are_numpys_and_scipys(grey: list[float]) -> None:
    values = np.array([*grey, *grey[:1]])
    lengths = torch.tensor([len(values) - 1, 1])
    found = intensity_features(
        torch.from_numpy(values),
        torch.repeat_interleave(lengths),
        lengths,
        torch.tensor([[len(values) - 1], [1]]),
        pixel_mm=torch.tensor([0.5, float("nan")], dtype=torch.float64),
    )
    named = dict(zip(FIRST_ORDER, found[0].tolist(), strict=True))
    inside = values[:-1]
    for name, q in (("10Percentile", 10), ("Median", 50), ("90Percentile", 90)):
        assert named[name] == pytest.approx(np.percentile(inside, q), rel=1e-12, abs=1e-12)
    assert named["Variance"] == pytest.approx(inside.var(), rel=1e-9, abs=1e-9)
    assert named["TotalEnergy"] == pytest.approx((inside**2).sum() / 2)
    assert named["Range"] == np.ptp(inside)
    if inside.std() > 1e-3:
        assert named["Skewness"] == pytest.approx(skew(inside), rel=1e-6, abs=1e-6)
        assert named["Kurtosis"] == pytest.approx(kurtosis(inside, fisher=False), rel=1e-6)
    assert found[1, FIRST_ORDER.index("TotalEnergy")].isnan()
    assert found[1, FIRST_ORDER.index("Variance")] == 0


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 12))
def test_pair_features_are_those_of_the_whole_matrix(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    half = rng.poisson(2.0, (n, n))
    half[0, -1] += 1
    counts = half + half.T
    p = counts / counts.sum()
    found = dict(
        zip(
            GLCM,
            cooccurrence_features(torch.from_numpy(counts)[None], torch.tensor([n]))[0].tolist(),
            strict=True,
        )
    )
    i, j = np.mgrid[1 : n + 1, 1 : n + 1]
    mean = (p * i).sum()
    px = p.sum(1)
    spread = (p * (i - mean) ** 2).sum()
    expected = {
        "Autocorrelation": (p * i * j).sum(),
        "ClusterShade": (p * (i + j - 2 * mean) ** 3).sum(),
        "ClusterProminence": (p * (i + j - 2 * mean) ** 4).sum(),
        "Contrast": (p * (i - j) ** 2).sum(),
        "Correlation": (p * (i - mean) * (j - mean)).sum() / spread,
        "Idn": (p / (1 + abs(i - j) / n)).sum(),
        "JointEntropy": -(p[p > 0] * np.log2(p[p > 0])).sum(),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-7), name
    both = np.outer(px, px)[np.outer(px, px) > 0]
    gain = -(both * np.log2(both)).sum() - expected["JointEntropy"]
    assert found["Imc2"] == pytest.approx(np.sqrt(max(0, 1 - np.exp(-2 * gain))), abs=1e-6)
    q = np.divide(p, px[:, None] * px[None], where=np.outer(px, px) > 0, out=np.zeros_like(p)) @ p.T
    second = np.sort(np.linalg.eigvals(q).real)[-2]
    assert found["MCC"] == pytest.approx(np.sqrt(max(second, 0)), abs=1e-6)


def test_both_ways_to_the_second_eigenvalue_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    half = torch.from_numpy(rng.poisson(0.7, (50, 24, 24)))
    counts, levels = half + half.transpose(1, 2), torch.full((50,), 24)
    counts[1] = torch.eye(24, dtype=torch.int64) * 5
    counts[2] = 0
    counts[2, :2, :2] = torch.tensor([[1, 1], [1, 1]])
    exact = pairs.maximal_correlation(counts, levels)
    monkeypatch.setattr(pairs, "_eigenvalue", pairs.by_powers)
    torch.testing.assert_close(
        pairs.maximal_correlation(counts, levels), exact, rtol=1e-10, atol=1e-10
    )
    assert exact[1] == pytest.approx(1)
    assert exact[2] == pytest.approx(0, abs=1e-12)


def test_a_disc_has_the_shape_of_a_disc() -> None:
    y, x = np.mgrid[-60:61, -60:61] * 0.5
    found = dict(zip(SHAPE_2D, outline_shape(y**2 + x**2 <= 25**2, (0.5, 0.5)), strict=True))
    assert found["MeshSurface"] == pytest.approx(np.pi * 25**2, rel=0.003)
    assert found["MaximumDiameter"] == pytest.approx(50, rel=0.02)
    assert found["MajorAxisLength"] == pytest.approx(50, rel=0.003)
    assert found["Elongation"] == pytest.approx(1, rel=1e-6)
    # Steps between pixels are cut at 45 degrees: marching squares sees a disc 5 % too long.
    assert found["Perimeter"] == pytest.approx(2 * np.pi * 25 * 1.055, rel=0.005)


def test_a_box_has_the_shape_of_a_box_with_cut_corners() -> None:
    found = dict(zip(SHAPE_2D, outline_shape(np.ones((4, 10), bool), (2.0, 1.0)), strict=True))
    assert found["PixelSurface"] == 80
    assert found["MeshSurface"] == 80 - 4 * 2 / 8
    assert found["Perimeter"] == pytest.approx(2 * 9 + 2 * 6 + 4 * np.hypot(1, 0.5))
    assert found["MaximumDiameter"] == pytest.approx(np.hypot(9, 8))  # upper edge to lower edge


@settings(max_examples=40)
@given(
    mask=arrays(np.bool_, st.tuples(st.integers(1, 30), st.integers(1, 30))).filter(np.any),
    down=st.floats(0.1, 3),
    across=st.floats(0.1, 3),
)
def test_the_diameter_is_the_largest_of_all_distances(
    mask: np.ndarray, down: float, across: float
) -> None:
    padded = np.pad(mask, 1)
    upright = np.argwhere(padded[1:] != padded[:-1]) + np.array([0.5, 0])
    level = np.argwhere(padded[:, 1:] != padded[:, :-1]) + np.array([0, 0.5])
    points = np.concatenate([upright, level]) * (down, across)
    found = outline_shape(mask, (down, across))[SHAPE_2D.index("MaximumDiameter")]
    assert found == pytest.approx(pdist(points).max(), rel=1e-12)


def test_a_line_of_pixels_has_no_width() -> None:
    found = dict(zip(SHAPE_2D, outline_shape(np.ones((1, 6), bool), (1.0, 1.0)), strict=True))
    assert found["MinorAxisLength"] == 0
    assert found["Elongation"] == 0
    assert found["MaximumDiameter"] == 6


@settings(max_examples=50)
@given(terms=st.lists(st.floats(-1e6, 1e6), max_size=40), more=st.integers(0, 40))
def test_zeros_at_the_end_do_not_change_a_sum(terms: list[float], more: int) -> None:
    row = torch.tensor(terms, dtype=torch.float64)
    longer = torch.cat([row, torch.zeros(more, dtype=torch.float64)])
    assert total(row).item() == total(longer).item() == pytest.approx(sum(terms), abs=1e-6)


def test_an_empty_stretch_sums_to_nothing() -> None:
    sums = totals(torch.arange(5, dtype=torch.float64), torch.tensor([2, 0, 3]))
    assert sums.tolist() == [1, 0, 9]
