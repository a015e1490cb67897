"""In which order is summed?

Floating-point sums depend on the order of their terms, and libraries choose that order by the
shape of the batch. Here it is fixed, so that a nodule measured alone and among a thousand, on a
processor and on a graphics card, has the same sums to the last bit.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

LOG_2 = 0.6931471805599453


def total(terms: Tensor) -> Tensor:
    """Sum over the last axis: the second half is added to the first until one is left.

    Zeros at the end do not change the result, however many.

    Parameters
    ----------
    terms : torch.Tensor, shape (..., n)

    Returns
    -------
    torch.Tensor, shape (...)

    Examples
    --------
    >>> total(torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).tolist()
    [6.0, 15.0]

    """
    length = terms.shape[-1]
    if length == 0:
        return terms.new_zeros(terms.shape[:-1])
    size = 1 << (length - 1).bit_length()
    if size > length:
        half = size // 2
        kept = terms[..., :half].clone()
        kept[..., : length - half] += terms[..., half:]
        terms = kept
    while terms.shape[-1] > 1:
        half = terms.shape[-1] // 2
        terms = terms[..., :half] + terms[..., half:]
    return terms[..., 0]


def totals(terms: Tensor, lengths: Tensor) -> Tensor:
    """Sums of consecutive stretches of one long row, each by itself.

    Parameters
    ----------
    terms : torch.Tensor of float64, shape (n,)
    lengths : torch.Tensor of int64, shape (m,)
        Terms of each stretch; they add up to n. An empty stretch sums to 0.

    Returns
    -------
    torch.Tensor of float64, shape (m,)

    """
    if terms.device.type != "cpu":
        return torch.segment_reduce(terms, "sum", lengths=lengths, initial=0.0)
    found = np.zeros(len(lengths))
    there = lengths.numpy() > 0
    if there.any():
        found[there] = np.add.reduceat(terms.numpy(), _starts(lengths)[there])
    return torch.from_numpy(found)


def lowest(values: Tensor, lengths: Tensor) -> Tensor:
    """Least value of consecutive stretches, none of them empty; NumPy is fast on a processor."""
    if values.device.type != "cpu":
        return torch.segment_reduce(values, "min", lengths=lengths)
    return torch.from_numpy(np.minimum.reduceat(values.numpy(), _starts(lengths)))


def highest(values: Tensor, lengths: Tensor) -> Tensor:
    """Largest value of consecutive stretches, none of them empty."""
    return -lowest(-values, lengths)


def _starts(lengths: Tensor) -> NDArray[np.int64]:
    ends: NDArray[np.int64] = np.cumsum(lengths.numpy())
    return ends - lengths.numpy()
