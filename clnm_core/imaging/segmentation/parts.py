"""Which patients teach, which say when to stop, and which are kept to be outlined unseen?

A cohort's own split decides. Where it has none, patients are dealt out by a hash of their
pseudonym: 70 % train, 15 % validation, 15 % test, the same ones each time. A patient never lies
on both sides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TRAIN, VALIDATION, TEST, EXTERNAL = PARTS = ("train", "validation", "test", "external")
"""What a split may be called."""

_VALIDATION_SHARE, _TEST_SHARE = 0.15, 0.15


def parts(patients: Sequence[str], splits: Sequence[str | None]) -> NDArray[np.str_]:
    """The part of each picture.

    Parameters
    ----------
    patients : sequence of str, length n
    splits : sequence of str or None, length n
        The cohort's own split; anything but the words of :data:`PARTS` counts as none.

    Returns
    -------
    numpy.ndarray of str, shape (n,)
        One of :data:`PARTS`, or empty: left out, because the cohort has a split but not for this
        picture, or because its patient has pictures in several parts and this one is of training
        or validation.

    Examples
    --------
    >>> parts(["a", "b", "b"], ["train", "train", "external"]).tolist()
    ['train', '', 'external']

    """
    given = np.array([split if split in PARTS else "" for split in splits], dtype="<U10")
    names = np.array(patients, dtype=str)
    if not (given == TRAIN).any():
        return np.array([_dealt(patient) for patient in names], dtype="<U10")
    if not (given == VALIDATION).any():
        drawn = np.array([_place(patient) < _VALIDATION_SHARE for patient in names])
        given[drawn & (given == TRAIN)] = VALIDATION
    for part, later in ((TRAIN, PARTS[1:]), (VALIDATION, PARTS[2:])):
        shared = np.isin(names, names[np.isin(given, later)])
        given[shared & (given == part)] = ""
    return given


def _dealt(patient: str) -> str:
    place = _place(patient)
    if place < _VALIDATION_SHARE:
        return VALIDATION
    return TEST if place < _VALIDATION_SHARE + _TEST_SHARE else TRAIN


def _place(patient: str) -> float:
    """A number in [0, 1) that belongs to the patient."""
    digest = hashlib.sha256(f"part of {patient}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
