"""Which pictures are copies of each other, and which only look alike?

The hash finds candidates among tens of thousands of pictures in seconds. It is not proof:
ultrasound pictures of one organ look alike, and so do their hashes. Two candidates are
therefore laid over each other (shift and scale, found by least squares), and only what is *fine*
in both is compared. Anatomy is shared by all patients; speckle, texture and the edge of one
lesion are not.

Changes of brightness, contrast and gamma, re-encoding, another size and a crop of about 1 % at
each side leave a copy recognisable, one of 2 % nearly always. Mirrored or turned copies are not
looked for.

References
----------
.. [1] Lucas BD, Kanade T. An iterative image registration technique with an application to
   stereo vision. IJCAI 1981;674-679.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from clnm_core.imaging.fingerprint import SIDE, read_thumbnail

MOST_BITS = 10
"""Hashes that differ in more of their 64 bits are not candidates."""

ALIKE = 0.75
"""Correlation of the fine detail from which two pictures are copies of one."""

MOST_CANDIDATES = 2_000_000
MOST_ALIGNED = 8_000
"""Bounds on the work: candidates kept, and pairs laid over each other, the closest first."""

_COARSE = SIDE // 2
_ROUGHLY_ALIKE = 0.8
_STEPS, _PARCEL = 5, 250
_SOFT, _SOFTER = (
    gaussian_filter1d(np.eye(SIDE, dtype=np.float32), width, axis=0) for width in (0.8, 1.0)
)


@dataclass(frozen=True, eq=False, slots=True)
class Copies:
    """Pairs of pictures that show the same.

    Parameters
    ----------
    first, second : numpy.ndarray of int, shape (pairs,)
        Row numbers, ``first < second``.
    likeness : numpy.ndarray of float, shape (pairs,)
        Correlation of the fine detail, from ``ALIKE`` to 1.
    is_complete : bool
        False where there were more candidates than are compared.

    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    likeness: NDArray[np.float64]
    is_complete: bool


def copies(phash: Sequence[str], thumbnail: Sequence[str]) -> Copies:
    """Every pair of pictures that show the same.

    Parameters
    ----------
    phash, thumbnail : sequence of str, length n
        Fingerprints, in the order of the pictures.

    Notes
    -----
    Hashes are compared all with all, 64 bits at a time in blocks (40,000 pictures: about
    a second). Candidates pass a linear test at half the size (the second thumbnail as a
    sum of the first and its derivatives) before they are laid over each other.

    """
    first, second, is_complete = _candidates(_packed(phash))
    if len(first):
        rough = _rough_likeness(first, second, thumbnail)
        kept = np.flatnonzero(rough >= _ROUGHLY_ALIKE)
        kept = kept[np.argsort(-rough[kept], kind="stable")]
        is_complete = is_complete and len(kept) <= MOST_ALIGNED
        kept = np.sort(kept[:MOST_ALIGNED])
        first, second = first[kept], second[kept]
    found = likeness([thumbnail[row] for row in first], [thumbnail[row] for row in second])
    is_copy = found >= ALIKE
    return Copies(first[is_copy], second[is_copy], found[is_copy], is_complete)


def likeness(first: Sequence[str], second: Sequence[str]) -> NDArray[np.float64]:
    """Correlation of the fine detail of thumbnails, each of the first laid over its second.

    Shift and scale of rows and of columns are found by Gauss-Newton steps; the best of the
    steps counts.

    Returns
    -------
    numpy.ndarray of float, shape (pairs,)
        At most 1; unrelated pictures of one organ reach about 0.7.

    """
    parts = [
        _laid_over(
            np.stack([read_thumbnail(words) for words in first[start : start + _PARCEL]]),
            np.stack([read_thumbnail(words) for words in second[start : start + _PARCEL]]),
        )
        for start in range(0, len(first), _PARCEL)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _laid_over(moved: NDArray[np.float32], fixed: NDArray[np.float32]) -> NDArray[np.float64]:
    """As :func:`likeness`, for pictures of shape (pairs, SIDE, SIDE)."""
    pairs = len(moved)
    target = _inner(_SOFT @ fixed @ _SOFT.T)
    fine = _unit(_inner(fixed - _SOFTER @ fixed @ _SOFTER.T))
    warp = np.zeros((pairs, 4), dtype=np.float32)
    best = np.full(pairs, -1.0)
    for _ in range(_STEPS):
        down, across = _stretch(warp[:, 1], warp[:, 3]), _stretch(warp[:, 0], warp[:, 2])
        laid = down @ moved @ across.transpose(0, 2, 1)
        detail = _unit(_inner(laid - _SOFTER @ laid @ _SOFTER.T))
        best = np.maximum(best, (detail * fine).sum(axis=1))
        parts = _derivatives(_SOFT @ laid @ _SOFT.T)
        terms = np.stack([_inner(part) for part in parts], axis=1)
        square = terms @ terms.transpose(0, 2, 1) + 1e-4 * np.eye(6, dtype=np.float32)
        weights = np.linalg.solve(square, terms @ target[:, :, None])[:, :, 0]
        is_sound = weights[:, 1] > 0.1
        step = weights[:, 2:] / np.where(is_sound, weights[:, 1], 1)[:, None]
        warp += np.where(is_sound[:, None], np.clip(step, -2, 2), 0).astype(np.float32)
    return best


def _stretch(shift: NDArray[np.float32], scale: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights of linear interpolation along one side, shape (pairs, SIDE, SIDE)."""
    place = np.arange(SIDE, dtype=np.float32)
    middle = (SIDE - 1) / 2
    source = place + shift[:, None] + scale[:, None] * (place - middle) / middle
    source = np.clip(source, 0, SIDE - 1)
    return np.maximum(1 - np.abs(source[:, :, None] - place), 0)


def _inner(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """The pictures without their rim, each as a row of numbers."""
    return pictures[:, 2:-2, 2:-2].reshape(len(pictures), -1)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows with mean 0 and length 1."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    return centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)


def _packed(phash: Sequence[str]) -> NDArray[np.uint64]:
    return np.frombuffer(bytes.fromhex("".join(phash)), dtype=">u8").astype(np.uint64)


def _candidates(
    hashes: NDArray[np.uint64],
) -> tuple[NDArray[np.intp], NDArray[np.intp], bool]:
    """Pairs whose hashes differ in few bits, and whether none had to be left out."""
    reach, block = MOST_BITS, max(1, 500_000 // max(len(hashes), 1))
    found = np.empty((3, 0), dtype=np.intp)
    for start in range(0, len(hashes), block):
        rows = hashes[start : start + block]
        bits = np.bitwise_count(rows[:, None] ^ hashes[None, start:])
        a, b = np.divmod(np.flatnonzero(bits.ravel() <= reach), bits.shape[1])
        is_later = b > a
        a, b = a[is_later], b[is_later]
        if not len(a):
            continue
        found = np.concatenate(
            [found, np.stack([a + start, b + start, bits[a, b].astype(np.intp)])], axis=1
        )
        while found.shape[1] > MOST_CANDIDATES and reach > 0:
            reach -= 1
            found = found[:, found[2] <= reach]
        found = found[:, :MOST_CANDIDATES]
    is_complete = reach == MOST_BITS and found.shape[1] < MOST_CANDIDATES
    return found[0], found[1], is_complete


def _rough_likeness(
    first: NDArray[np.intp], second: NDArray[np.intp], thumbnail: Sequence[str]
) -> NDArray[np.float64]:
    """Multiple correlation of the second picture with the first and its derivatives."""
    used, place = np.unique(np.concatenate([first, second]), return_inverse=True)
    coarse = np.stack([_halved(read_thumbnail(thumbnail[number])) for number in used])
    flat = coarse.reshape(len(used), -1)
    from_first, to_second = place[: len(first)], place[len(first) :]
    order = np.argsort(from_first, kind="stable")
    starts = np.flatnonzero(np.diff(from_first[order], prepend=-1))
    rough = np.zeros(len(first))
    for members in np.split(order, starts[1:]):
        terms = _derivatives(coarse[from_first[members[0]]][None])
        basis = np.linalg.qr(np.stack([term.ravel() for term in terms], axis=1))[0]
        rough[members] = np.linalg.norm(flat[to_second[members]] @ basis, axis=1)
    return rough


def _derivatives(pictures: NDArray[np.float32]) -> tuple[NDArray[Any], ...]:
    """One, the pictures, and what a small shift or stretch either way would add to them."""
    down, across = (np.asarray(part) for part in np.gradient(pictures, axis=(1, 2)))
    along = np.linspace(-1, 1, pictures.shape[1], dtype=np.float32)
    return (
        np.ones_like(pictures),
        pictures,
        across,
        down,
        along[None, None, :] * across,
        along[None, :, None] * down,
    )


def _halved(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of two by two pixels, with mean 0 and length 1."""
    coarse = picture.reshape(_COARSE, 2, _COARSE, 2).mean(axis=(1, 3))
    coarse = coarse - coarse.mean()
    return coarse / max(float(np.linalg.norm(coarse)), 1e-6)
