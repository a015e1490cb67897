"""Where does the chance of one training step come from?

From the seed, the epoch and the batch, and from nothing before: whoever goes on in the middle
draws what an unbroken training would have drawn, and no state of a generator is ever kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

_ORDER, _AUGMENT, _STEP, _WEIGHTS = range(4)


def order(rows: int, *, batch: int, seed: int, epoch: int) -> list[NDArray[np.int64]]:
    """The rows of each step of an epoch, in a new order every epoch.

    Steps are as equal as can be, so that none has a single row where another has many.

    Examples
    --------
    >>> [len(step) for step in order(10, batch=4, seed=0, epoch=1)]
    [4, 3, 3]

    """
    shuffled = np.random.default_rng([seed, _ORDER, epoch]).permutation(rows).astype(np.int64)
    return np.array_split(shuffled, -(-rows // batch))


def augmenting(*, seed: int, epoch: int, batch: int) -> np.random.Generator:
    """What alters the pictures of one step."""
    return np.random.default_rng([seed, _AUGMENT, epoch, batch])


def set_for_weights(seed: int) -> None:
    """Set torch's chance before a network is made."""
    torch.manual_seed(_number(seed, _WEIGHTS))


def set_for_step(*, seed: int, epoch: int, batch: int, rank: int = 0) -> None:
    """Set torch's chance, on all devices, before one step; each process has its own."""
    torch.manual_seed(_number(seed, _STEP, epoch, batch, rank))


@contextlib.contextmanager
def own_chance(device: str) -> Iterator[None]:
    """What is drawn inside leaves torch's chance outside as it was; on a CPU, all is repeatable."""
    was = torch.are_deterministic_algorithms_enabled()
    was_filled = torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    devices = range(torch.cuda.device_count()) if device == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.use_deterministic_algorithms(device == "cpu")
        # Filling memory that is about to be written shows mistakes of others, and takes time.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(was)
            torch.utils.deterministic.fill_uninitialized_memory = was_filled  # type: ignore[attr-defined]


def _number(*parts: int) -> int:
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> np.uint64(1))
