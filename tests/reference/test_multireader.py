"""Obuchowski-Rockette against the analysis of Van Dyke's study by OR-DBM MRMC.

Van Dyke's readers (1993): 5 readers, 2 modalities (spin-echo and cine MRI for aortic
dissection), 45 patients with the disease and 69 without. Published values: output of OR-DBM MRMC
2.51 (Schartz, Hillis, Pesce and Berbaum, University of Iowa), trapezoidal areas, jackknife
covariances, as distributed with RJafroc (inst/IowaResults/VanDyke_trap_area_jackknife_anova.txt).
Its areas and mean covariances go in; its mean squares, degrees of freedom, p and intervals must
come out, to the digits printed.
"""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.stats.multireader import average

FIRST = np.array([0.91964573, 0.85877617, 0.90386473, 0.97310789, 0.82979066])
SECOND = np.array([0.94782609, 0.90531401, 0.92173913, 0.99935588, 0.92995169])
VAR, COV1, COV2, COV3 = 0.00080229, 0.00034661, 0.00034407, 0.00023903
READER_1 = {"var": 0.00069890, "cov1": 0.00037347}


def evenly(variance: float, shared: float, readers: int = 5) -> np.ndarray:
    """A covariance with one variance and one covariance throughout."""
    return np.full((readers, readers), shared) + np.eye(readers) * (variance - shared)


def test_random_readers_and_random_cases() -> None:
    found = average(FIRST - SECOND, evenly(2 * (VAR - COV1), 2 * (COV2 - COV3)))
    assert found.estimate.value == pytest.approx(-0.04380, abs=5e-6)
    assert found.df == pytest.approx(15.26, abs=5e-3)
    assert found.p == pytest.approx(0.0517, abs=5e-5)
    assert found.estimate.low == pytest.approx(-0.08796, abs=5e-6)
    assert found.estimate.high == pytest.approx(0.00036, abs=5e-6)


def test_fixed_readers_and_random_cases() -> None:
    found = average(FIRST - SECOND, evenly(2 * (VAR - COV1), 2 * (COV2 - COV3)), sample="fixed")
    assert found.p == pytest.approx(0.0193, abs=5e-5)
    assert found.estimate.low == pytest.approx(-0.08049, abs=1e-5)
    assert found.estimate.high == pytest.approx(-0.00711, abs=1e-5)


@pytest.mark.parametrize(
    ("areas", "variance", "shared", "df", "low", "high"),
    [
        (FIRST, 0.00101410, 0.00048396, 12.74, 0.82522360, 0.96885048),
        (SECOND, 0.00059047, 0.00020419, 12.71, 0.89413783, 0.98753689),
    ],
)
def test_one_modality_at_a_time(
    areas: np.ndarray, variance: float, shared: float, df: float, low: float, high: float
) -> None:
    found = average(areas, evenly(variance, shared))
    assert found.df == pytest.approx(df, abs=5e-3)
    assert found.estimate.low == pytest.approx(low, abs=2e-6)
    assert found.estimate.high == pytest.approx(high, abs=2e-6)


def test_a_single_reader() -> None:
    gain = FIRST[:1] - SECOND[:1]
    variance = 2 * (READER_1["var"] - READER_1["cov1"])
    found = average(gain, np.array([[variance]]), sample="fixed")
    assert found.p == pytest.approx(0.2693, abs=2e-4)
    assert found.estimate.low == pytest.approx(-0.07818, abs=1e-5)
