"""In which groups that nobody asked about does a model err most, and is it true?

Whoever looks at thousands of groups finds some that look bad. So one half of the patients
suggests groups, and the other half, which had no say in the choice, confirms them or not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from clnm_core.domain.columns import Column
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.slice_errors import errors_of, measure_of
from clnm_core.stats.slice_excess import Excess, excess
from clnm_core.stats.slice_levels import Cut, Piece, cuts
from clnm_core.stats.slice_search import FALSE_DISCOVERIES, Suggested, design_effect, suggested
from clnm_core.stats.uncertainty import Estimate

SMALLEST = 30
"""Cases that a group needs in the half that suggests it, where nothing else is asked."""

CARRIED = 10
"""Groups that are carried over to the other half at most."""

CONFIRMED = "confirmed"
NOT_LARGER = "no excess beyond the margin"
NOT_ENOUGH = "not enough data"


@dataclass(frozen=True, slots=True)
class Slice:
    """One group that was suggested by one half and tried on the other.

    Parameters
    ----------
    pieces : tuple of Piece
        One, or two that hold together.
    n, events : int
        Its cases in both halves, and those with the outcome.
    found, held_out : Excess
        In the half that suggested it (flattered by the choice), and in the other.
    p : float
        From the held-out half, two-sided, times the number of groups carried over.
    verdict : str
        ``confirmed`` where the interval lies above 0, ``no excess beyond the margin`` where
        it lies below the margin, else ``not enough data``.

    """

    pieces: tuple[Piece, ...]
    n: int
    events: int
    found: Excess
    held_out: Excess
    p: float
    verdict: str


@dataclass(frozen=True, slots=True)
class SliceSearch:
    """What a search found.

    Parameters
    ----------
    measure : str
        One of :data:`~clnm_core.stats.slice_errors.ERRORS`.
    slices : tuple of Slice
        Carried over; the largest difference in the held-out half first.
    columns, looked_at, significant : int
        Columns that could be cut, groups compared, groups left after the correction.
    search_n, held_out_n : int
        Cases of each half that the measure counts.
    smallest : int
        Cases that a group needs in the search half.
    is_clustered : bool
        Whether patients have several cases; halves hold whole patients either way.
    spread : float
        Standard deviation of the error of one case in the search half, as far as it counts
        as one of its own (design effect included).
    reason : str
        Why nothing could be searched; empty where it could.

    """

    measure: str
    slices: tuple[Slice, ...]
    columns: int
    looked_at: int
    significant: int
    search_n: int
    held_out_n: int
    smallest: int
    is_clustered: bool
    spread: float = math.nan
    reason: str = ""

    @property
    def confirmed(self) -> tuple[Slice, ...]:
        """The slices that the held-out half confirms."""
        return tuple(one for one in self.slices if one.verdict == CONFIRMED)

    def noticeable(self, n: int) -> float:
        """The excess from which a group of ``n`` cases stands out in four of five searches.

        Normal approximation for the first group past Benjamini and Hochberg's line.
        """
        reach = float(ndtri(1 - FALSE_DISCOVERIES / max(self.looked_at, 1))) + float(ndtri(0.8))
        return reach * self.spread * math.sqrt(1 / n + 1 / max(self.search_n - n, 1))


def find_slices(
    predictions: Predictions,
    cases: pd.DataFrame,
    columns: Iterable[Column],
    *,
    measure: str = "excess",
    threshold: float = 0.5,
    smallest: int = SMALLEST,
    carried: int = CARRIED,
    level: float = 0.95,
    seed: int = 0,
) -> SliceSearch:
    """Search groups of up to two columns in one half of the patients, confirm on the other.

    The interval and p of the held-out half are corrected for the groups carried over
    (Bonferroni, so that an interval above 0 and a p below 1 - ``level`` are one statement):
    if the model errs nowhere more than elsewhere, anything at all is confirmed in at most
    5 of 100 searches. A group that overlaps a more striking one is judged on its other
    cases, so that no excess is counted twice.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    cases : pandas.DataFrame, shape (n, columns or more)
        In the same order.
    columns : iterable of Column
        By which groups are made; see :func:`~clnm_core.stats.slice_levels.sliceable`.
    measure : str
        One of :data:`~clnm_core.stats.slice_errors.ERRORS`.
    threshold : float
        A case is called when ``risk >= threshold``.
    smallest : int
        Cases that a group has, and leaves outside, in the search half.
    carried : int
        How many groups are tried on the held-out half at most.
    level : float
        Confidence of all intervals of the held-out half together, between 0 and 1.
    seed : int
        Start of the random numbers that divide the patients.

    Raises
    ------
    ValueError
        If ``cases`` has another length, ``measure`` is not known or ``smallest`` is below 2.

    """
    if len(cases) != len(predictions):
        raise ValueError(
            f"cases must have one row per case; got {len(cases)} for {len(predictions)}."
        )
    if smallest < 2:
        raise ValueError(f"smallest must be 2 or more; got {smallest}.")
    counted, error = errors_of(predictions, measure, threshold)
    members = predictions.where(counted)
    is_search = _first_half(predictions.patient, seed)[counted]
    search_n = int(is_search.sum())
    sizes = search_n, len(error) - search_n
    made = cuts(cases[counted], columns, smallest=smallest)
    search = [Cut(one.pieces, one.codes[is_search]) for one in made]
    reason = _why_not(measure, len(error), min(sizes), made, smallest)
    if reason:
        return SliceSearch(
            measure, (), len(made), 0, 0, *sizes, smallest, members.is_clustered, reason=reason
        )
    tip = suggested(
        error[is_search], search, members.patient[is_search], smallest=smallest, most=carried
    )
    slices = _tried(tip, made, members, error, is_search, measure_of(measure).margin, level)
    return SliceSearch(
        measure,
        slices,
        len(made),
        tip.looked_at,
        tip.significant,
        *sizes,
        smallest,
        members.is_clustered,
        _spread(error[is_search], members.patient[is_search]),
        "" if tip.looked_at else _no_group(smallest),
    )


def _first_half(patient: NDArray[np.int64], seed: int) -> NDArray[np.bool_]:
    """Which cases belong to the half of the patients that is searched."""
    known, codes = np.unique(patient, return_inverse=True)
    drawn = np.random.default_rng(seed).permutation(len(known))
    return (drawn < (len(known) + 1) // 2)[codes]


def _why_not(measure: str, n: int, fewer: int, made: list[Cut], smallest: int) -> str:
    if fewer < 2 * smallest:
        among = measure_of(measure).among
        return (
            f"there are {n:,} {among}; either half needs {2 * smallest:,}, a group of {smallest:,} "
            "and as many others"
        )
    if not made:
        return _no_group(smallest)
    return ""


def _spread(error: NDArray[np.float64], patient: NDArray[np.int64]) -> float:
    return float(error.std(ddof=1)) * math.sqrt(design_effect(error - error.mean(), patient))


def _no_group(smallest: int) -> str:
    return f"no column divides the half that is searched into groups of {smallest:,} or more cases"


def _tried(
    tip: Suggested,
    made: list[Cut],
    members: Predictions,
    error: NDArray[np.float64],
    is_search: NDArray[np.bool_],
    margin: float,
    level: float,
) -> tuple[Slice, ...]:
    """Every suggested group on the held-out half, less the cases of those before it."""
    wider = 1 - (1 - level) / max(len(tip.places), 1)
    slices = []
    is_free = np.ones(len(error), dtype=bool)
    for place in tip.places:
        inside = place.mask(made)
        halves = []
        for half in (is_search & is_free, ~is_search & is_free):
            halves.append(excess(error[half], inside[half], members.patient[half], level=wider))
        (found, _), (held_out, p) = halves
        is_free &= ~inside
        slices.append(
            Slice(
                tuple(made[column].pieces[piece] for column, piece in place.parts),
                int(inside.sum()),
                int(members.y_true[inside].sum()),
                found,
                held_out,
                min(1.0, p * len(tip.places)),
                _verdict(held_out.difference, margin),
            )
        )
    return tuple(sorted(slices, key=_largest_first))


def _largest_first(one: Slice) -> float:
    value = one.held_out.difference.value
    return math.inf if math.isnan(value) else -value


def _verdict(difference: Estimate, margin: float) -> str:
    if not difference.is_estimable:
        return NOT_ENOUGH
    if difference.low > 0:
        return CONFIRMED
    return NOT_LARGER if difference.high <= margin else NOT_ENOUGH
