"""What would the counts have been, had other patients come?

A bootstrap of a number that only needs counts does not need rows. The cases are sorted
into cells once (a confusion matrix has four), and each resample is one multinomial draw
over the cells: the same distribution as drawing rows, a thousand times cheaper.

Where patients have several cases, patients are drawn instead, with all their cases. Above
``MOST_BLOCKS`` patients they are first dealt at random into that many blocks, and blocks
are drawn: the variance stays unbiased (random groups; Wolter, Introduction to Variance
Estimation, 2007, doi:10.1007/978-0-387-35099-8) and the work stays bounded.

Resampling is not stratified by outcome: the share of events was sampled, too, and
precision, F1 or net benefit depend on it. A resample in which a metric is not defined is
left out of its interval.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from clnm_core.stats.uncertainty import Estimate

MOST_BLOCKS = 1000
"""The largest number of units that a patient-clustered bootstrap draws."""

NO_RESAMPLES = "no interval: no resamples were drawn"
"""The method of a value whose interval needs resamples, when there are none."""


def resampled_counts(
    cell: NDArray[np.intp],
    cells: int,
    patient: NDArray[np.int64] | None,
    *,
    bootstrap: int,
    seed: int,
) -> NDArray[np.float64]:
    """Cases per cell in each resample.

    Parameters
    ----------
    cell : numpy.ndarray of int, shape (n,)
        Cell of each case, from 0 to ``cells - 1``.
    cells : int
        How many cells there are.
    patient : numpy.ndarray of int, shape (n,), or None
        Code of the patient of each case; ``None`` where every case is a patient.
    bootstrap : int
        How many resamples, 0 or more.
    seed : int
        Start of the random numbers.

    Returns
    -------
    numpy.ndarray of float, shape (bootstrap, cells)

    """
    if bootstrap < 0:
        raise ValueError(f"bootstrap must be 0 or more; got {bootstrap!r}.")
    n = len(cell)
    if n == 0:
        return np.zeros((bootstrap, cells))
    if patient is None:
        seen = np.bincount(cell, minlength=cells).astype(float)
        return redrawn_counts(seen, bootstrap=bootstrap, seed=seed)
    block, weight = drawn_blocks(patient, bootstrap=bootstrap, seed=seed)
    blocks = weight.shape[1]
    content = np.bincount(block * cells + cell, minlength=blocks * cells)
    return weight @ content.reshape(blocks, cells).astype(float)


def drawn_blocks(
    patient: NDArray[np.int64], *, bootstrap: int, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The block of each case, and how often each block comes in each resample.

    Parameters
    ----------
    patient : numpy.ndarray of int, shape (n,)
        Code of the patient of each case; a patient's cases are in one block.
    bootstrap : int
        How many resamples.
    seed : int

    Returns
    -------
    block : numpy.ndarray of int, shape (n,)
    weight : numpy.ndarray of float, shape (bootstrap, blocks)
        Whole numbers; each row adds up to the number of blocks.

    """
    generator = np.random.default_rng(seed)
    block, blocks = _blocks(patient, generator)
    drawn = generator.integers(blocks, size=(bootstrap, blocks))
    flat = drawn + np.arange(bootstrap)[:, None] * blocks
    weight = np.bincount(flat.ravel(), minlength=bootstrap * blocks)
    return block, weight.reshape(bootstrap, blocks).astype(float)


def resampled_means(
    values: NDArray[np.float64], patient: NDArray[np.int64], *, bootstrap: int, seed: int
) -> NDArray[np.float64]:
    """Mean over the cases of each resample of patients, column by column.

    Parameters
    ----------
    values : numpy.ndarray of float, shape (n, columns)
        Finite.
    patient : numpy.ndarray of int, shape (n,)
    bootstrap : int
    seed : int

    Returns
    -------
    numpy.ndarray of float, shape (bootstrap, columns)

    """
    block, weight = drawn_blocks(patient, bootstrap=bootstrap, seed=seed)
    blocks = weight.shape[1]
    sums = [np.bincount(block, weights=column, minlength=blocks) for column in values.T]
    cases = weight @ np.bincount(block, minlength=blocks)
    return np.asarray((weight @ np.column_stack(sums)) / cases[:, None])


def redrawn_counts(
    counts: NDArray[np.float64], *, bootstrap: int, seed: int
) -> NDArray[np.float64]:
    """As :func:`resampled_counts` where every case is a patient, from the counts alone.

    Parameters
    ----------
    counts : numpy.ndarray of float, shape (cells,)
        Cases per cell as they were seen.
    bootstrap : int
        How many resamples, 0 or more.
    seed : int
        Start of the random numbers.

    Returns
    -------
    numpy.ndarray of float, shape (bootstrap, cells)

    """
    if bootstrap < 0:
        raise ValueError(f"bootstrap must be 0 or more; got {bootstrap!r}.")
    n = int(counts.sum())
    if n == 0:
        return np.zeros((bootstrap, len(counts)))
    generator = np.random.default_rng(seed)
    return generator.multinomial(n, counts / n, size=bootstrap).astype(float)


def percentile_interval(
    value: float, resamples: NDArray[np.float64], *, level: float, method: str
) -> Estimate:
    """A value with the percentiles of its resamples as interval, which contains the value.

    Undefined resamples (NaN) are left out; without any left there is no interval.
    """
    low, high = _tails(resamples, level)
    if math.isnan(low):
        return Estimate(value, math.nan, math.nan, level, NO_RESAMPLES)
    return Estimate(value, min(low, value), max(high, value), level, method)


def _tails(resamples: NDArray[np.float64], level: float) -> tuple[float, float]:
    defined = resamples[np.isfinite(resamples)]
    if not len(defined):
        return math.nan, math.nan
    low, high = np.quantile(defined, [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)


def _blocks(
    patient: NDArray[np.int64], generator: np.random.Generator
) -> tuple[NDArray[np.intp], int]:
    """Each case's block, and how many there are: one per patient, or patients dealt out."""
    is_present = np.bincount(patient) > 0
    number = np.cumsum(is_present) - 1
    patients = int(is_present.sum())
    if patients > MOST_BLOCKS:
        number[is_present] = generator.permutation(patients) % MOST_BLOCKS
    return number[patient].astype(np.intp), min(patients, MOST_BLOCKS)
