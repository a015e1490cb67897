"""Which of thousands of groups look worse than the rest, and which of them say the same twice?

The first half of :mod:`clnm_core.stats.slices`: it only suggests. Sums over the pieces of a
column, or of a pair of columns, are counts over combined codes; no case is looked at twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from clnm_core.stats.multiplicity import benjamini_hochberg
from clnm_core.stats.slice_levels import Cut
from clnm_core.stats.uncertainty import clustered_standard_error

FALSE_DISCOVERIES = 0.1
"""Expected share of chance findings among the groups that the search half suggests."""

MOST_TRIED = 200
"""So many of the most striking groups are compared with each other."""

STILL_WORSE = 0.01
"""One-sided p below which a group still counts as worse beside its parent or its rivals."""


@dataclass(frozen=True, slots=True)
class Place:
    """A group as ``(cut, piece)`` once, or twice for a pair of columns."""

    parts: tuple[tuple[int, int], ...]

    def mask(self, cuts: Sequence[Cut]) -> NDArray[np.bool_]:
        """Which cases belong to the group."""
        column, piece = self.parts[0]
        inside = cuts[column].codes == piece
        for column, piece in self.parts[1:]:
            inside = inside & (cuts[column].codes == piece)
        return inside


@dataclass(frozen=True, eq=False, slots=True)
class Suggested:
    """What a search half suggests.

    ``places`` are the groups carried over, the most striking first; ``looked_at`` counts all
    groups that were large enough, ``significant`` those left after the correction.
    """

    places: tuple[Place, ...]
    looked_at: int
    significant: int


def suggested(
    error: NDArray[np.float64],
    cuts: Sequence[Cut],
    patient: NDArray[np.int64],
    *,
    smallest: int,
    most: int,
) -> Suggested:
    """Search the groups of one and two columns whose mean error is above that of the rest.

    Every group is compared with all other cases (Welch's t, one-sided), and the p values
    are corrected by Benjamini and Hochberg, for single columns and for pairs apart, so that
    a thousand pairs do not hide a plain group. That, rather than the largest of permuted
    statistics, because nothing is concluded here: the other half decides, and a list that
    may hold a tenth of chance findings loses fewer real ones. Groups that overlap are
    positively dependent, under which the procedure holds.

    Of what is left the most striking group is taken first. A pair is taken only if it is
    worse than the rest of either of its two columns' pieces, and any group only if it is
    still worse once the cases of the groups taken before are set aside; so nothing is said
    twice.

    Parameters
    ----------
    error : numpy.ndarray of float, shape (n,)
        Error of each case.
    cuts : sequence of Cut
        The columns in pieces, of the same n cases.
    patient : numpy.ndarray of int, shape (n,)
        Code of each case's patient. Cases of one patient count less, by the design effect
        of the mean of all cases.
    smallest : int
        A group has at least so many cases, and leaves as many outside.
    most : int
        How many groups are carried over at most.

    References
    ----------
    .. [1] Benjamini Y, Hochberg Y. Controlling the false discovery rate. J R Stat Soc B
       1995;57:289-300. doi:10.1111/j.2517-6161.1995.tb02031.x
    .. [2] Benjamini Y, Yekutieli D. The control of the false discovery rate in multiple
       testing under dependency. Ann Stat 2001;29:1165-1188. doi:10.1214/aos/1013699998
    .. [3] Chung Y, Kraska T, Polyzotis N, Tae KH, Whang SE. Automated data slicing for model
       validation. IEEE Trans Knowl Data Eng 2020;32:2284-2296.
       doi:10.1109/TKDE.2019.2916074

    """
    centred = error - error.mean() if len(error) else error
    design = design_effect(centred, patient)
    places: list[Place] = []
    parts = []
    for column, other, n, total, squares in _sums(centred, cuts, smallest):
        codes = np.flatnonzero((n >= smallest) & (len(error) - n >= smallest))
        width = 1 if other is None else len(cuts[other].pieces)
        for code in codes.tolist():
            here = ((column, code // width),)
            places.append(Place(here if other is None else (*here, (other, code % width))))
        parts.append(np.stack([n[codes], total[codes], squares[codes]]))
    if not places:
        return Suggested((), 0, 0)
    n, total, squares = np.concatenate(parts, axis=1)
    statistic, p = _against_rest(n, total, squares, centred, design)
    is_pair = np.array([len(place.parts) > 1 for place in places])
    is_left = np.zeros(len(p), dtype=bool)
    for family in (is_pair, ~is_pair):
        if family.any():
            is_left[family] = benjamini_hochberg(p[family]) <= FALSE_DISCOVERIES
    order = np.flatnonzero(is_left)[np.argsort(-statistic[is_left], kind="stable")]
    tried = [places[i] for i in order[:MOST_TRIED]]
    return Suggested(
        _told_once(tried, centred, cuts, design, smallest, most), len(places), int(is_left.sum())
    )


def design_effect(centred: NDArray[np.float64], patient: NDArray[np.int64]) -> float:
    """How many times the variance of a mean grows because patients have several cases.

    1 where every patient has one case, and never below 1. ``centred`` sums to zero.
    """
    squares = float(np.square(centred).sum())
    if len(centred) < 2 or squares == 0:
        return 1.0
    _, codes = np.unique(patient, return_inverse=True)
    if codes.max(initial=-1) + 1 in (1, len(codes)):
        return 1.0
    return max(1.0, clustered_standard_error(centred, codes.astype(np.int64)) ** 2 / squares)


def _sums(
    centred: NDArray[np.float64], cuts: Sequence[Cut], smallest: int
) -> Iterator[tuple[int, int | None, NDArray, NDArray, NDArray]]:
    """Cases, sum and sum of squares of every piece of one or two columns that may be usable."""
    squared = np.square(centred)
    for i, one in enumerate(cuts):
        pieces = len(one.pieces)
        codes = one.codes.astype(np.intp)
        yield i, None, *_counted(codes, pieces, centred, squared)
    for i, j in combinations(range(len(cuts)), 2):
        wide, width = cuts[i].codes.astype(np.intp), len(cuts[j].pieces)
        is_in = cuts[j].codes < width
        combined = np.where(is_in, wide * width + cuts[j].codes, len(cuts[i].pieces) * width)
        yield i, j, *_counted(combined, len(cuts[i].pieces) * width, centred, squared)


def _counted(
    codes: NDArray[np.intp], cells: int, centred: NDArray, squared: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    return (
        np.bincount(codes, minlength=cells)[:cells],
        np.bincount(codes, centred, cells)[:cells],
        np.bincount(codes, squared, cells)[:cells],
    )


def _against_rest(
    n: NDArray[np.float64],
    total: NDArray[np.float64],
    squares: NDArray[np.float64],
    centred: NDArray[np.float64],
    design: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Statistic and one-sided p of every group against all other cases.

    The variance is Welch's, or that of all cases where it is larger: a small group in which
    every case happens to be wrong has no variance of its own.
    """
    everyone = float(len(centred))
    whole = float(np.square(centred).sum())
    rest = everyone - n
    inside = np.maximum(squares - total**2 / n, 0) / np.maximum(n - 1, 1)
    outside = np.maximum(whole - squares - total**2 / rest, 0) / np.maximum(rest - 1, 1)
    pooled = whole / max(everyone - 1, 1) * (1 / n + 1 / rest)
    variance = design * np.maximum(inside / n + outside / rest, pooled)
    difference = total / n + total / rest
    statistic = np.divide(
        difference, np.sqrt(variance), out=np.zeros_like(difference), where=variance > 0
    )
    freedom = np.maximum(np.minimum(n, rest) / design - 1, 1)
    return statistic, stdtr(freedom, -statistic)


def _told_once(
    tried: Sequence[Place],
    centred: NDArray[np.float64],
    cuts: Sequence[Cut],
    design: float,
    smallest: int,
    most: int,
) -> tuple[Place, ...]:
    """The groups that say something of their own, in the order given."""
    taken: list[Place] = []
    is_free = np.ones(len(centred), dtype=bool)
    for place in tried:
        if len(taken) == most:
            break
        inside = place.mask(cuts)
        is_own = not taken or _is_worse(centred, inside & is_free, is_free, design, smallest)
        if is_own and all(
            _is_worse(centred, inside, Place((part,)).mask(cuts), design, 1)
            for part in place.parts
            if len(place.parts) > 1
        ):
            taken.append(place)
            is_free &= ~inside
    return tuple(taken)


def _is_worse(
    centred: NDArray[np.float64],
    inside: NDArray[np.bool_],
    among: NDArray[np.bool_],
    design: float,
    smallest: int,
) -> bool:
    """Whether a group is worse than the other cases ``among`` which it lies.

    A group that leaves nobody outside is not worse than them.
    """
    n, everyone = int(inside.sum()), int(among.sum())
    if n < smallest or everyone == n:
        return False
    whole = centred[among] - centred[among].mean()
    own = centred[inside] - centred[among].mean()
    sums = np.array([[n], [own.sum()], [np.square(own).sum()]], dtype=float)
    _, p = _against_rest(sums[0], sums[1], sums[2], whole, design)
    return bool(p[0] < STILL_WORSE)
