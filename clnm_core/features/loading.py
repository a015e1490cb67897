"""How does the next batch of pictures get ready while the device computes on this one?"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Thing = TypeVar("Thing")


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """Pictures that are ready.

    Parameters
    ----------
    first : int
        Number of the first of them.
    reasons : tuple of str
        One per picture: why there is none, as a sentence; empty where there is one.
    pixels : torch.Tensor of float32, shape (size, 1, rows, columns)
        Zeros where there is no picture, and after the last one.

    """

    first: int
    reasons: tuple[str, ...]
    pixels: torch.Tensor


def batches(
    things: Sequence[Thing],
    prepare: Callable[[Thing], NDArray[np.float32] | str],
    *,
    size: int,
    shape: tuple[int, int],
    threads: int,
    ahead: int = 2,
    is_pinned: bool = False,
) -> Iterator[Batch]:
    """Batches in order, made by threads that run ahead of whoever takes them.

    ``things`` may read a file when it is asked for one: it is asked in the threads, where
    decoding and resizing leave the interpreter free.

    Parameters
    ----------
    things : sequence
    prepare : callable
        Gives the picture, or the sentence why there is none.
    size : int
        Pictures per batch. The last batch is filled up with zeros, so that every batch has the
        same shape and a picture gives the same numbers whatever stands beside it.
    shape : tuple of int
        Rows and columns of a picture.
    threads : int
        How many prepare at a time.
    ahead : int
        How many batches are begun before they are asked for.
    is_pinned : bool
        Whether the pixels lie in memory that a CUDA device reads without a copy in between.

    Raises
    ------
    Exception
        Whatever ``things`` or ``prepare`` raise, when the batch is taken that it belongs to.
        Threads end when the iterator is closed or fails.

    """
    import torch

    def fill(place: int, pixels: NDArray[np.float32]) -> str:
        made = prepare(things[place])
        if isinstance(made, str):
            return made
        pixels[:] = made
        return ""

    pool = ThreadPoolExecutor(threads, thread_name_prefix="pictures")

    def begin(first: int) -> tuple[int, list[Future[str]], torch.Tensor]:
        pixels = torch.zeros((size, 1, *shape), pin_memory=is_pinned)
        slots = pixels.numpy()
        last = min(first + size, len(things))
        made = [pool.submit(fill, place, slots[place - first, 0]) for place in range(first, last)]
        return first, made, pixels

    starts = iter(range(0, len(things), size))
    begun = deque(begin(first) for _, first in zip(range(ahead + 1), starts, strict=False))
    try:
        while begun:
            first, made, pixels = begun.popleft()
            reasons = tuple(future.result() for future in made)
            yield Batch(first, reasons, pixels)
            following = next(starts, None)
            if following is not None:
                begun.append(begin(following))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
