"""Where does a model err most, in one sentence, and how was that found?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clnm_core.report.wording import (
    count_text,
    interval,
    joined,
    lower_first,
    number,
    p_text,
    percent,
    percent_interval,
    threshold_text,
)
from clnm_core.stats.slice_errors import ErrorMeasure, measure_of
from clnm_core.stats.slice_levels import Piece
from clnm_core.stats.slice_search import FALSE_DISCOVERIES
from clnm_core.stats.slices import Slice, SliceSearch
from clnm_core.stats.uncertainty import Estimate

_USUAL = 100
"""Size of the group for which it is said what would have been noticed."""


def slices_answer(search: SliceSearch, labels: Mapping[str, str]) -> str:
    """The confirmed group with the largest excess, or why there is none.

    Parameters
    ----------
    search : SliceSearch
    labels : mapping of str to str
        What a reader sees for a column's name.

    """
    measure = measure_of(search.measure)
    if search.reason:
        return f"No group can be searched: {search.reason}."
    confirmed = search.confirmed
    carried = len(search.slices)
    if confirmed:
        worst = confirmed[0]
        judged = worst.held_out
        return (
            f"The model errs most where {slice_name(worst, labels)}: "
            f"{_compared(measure, judged.error, judged.rest, judged.difference)} among "
            f"{count_text(judged.n, 'case')} of the held-out half of the patients "
            f"({p_text(worst.p)}, corrected for {count_text(carried, 'group')}). "
            f"{len(confirmed):,} of {count_text(carried, 'group')} that stood out among "
            f"{search.looked_at:,} {'is' if len(confirmed) == 1 else 'are'} confirmed."
        )
    if carried:
        return (
            f"No group in which the model errs more is confirmed: {carried:,} of "
            f"{count_text(search.looked_at, 'group')} stood out in one half of the patients by "
            f"{_name(measure)}, none of them in the other."
        )
    size = min(_USUAL, max(search.search_n // 4, search.smallest))
    return (
        f"None of {count_text(search.looked_at, 'group')} stands out by {_name(measure)} more than "
        "chance explains. This does not say that the model is equally good everywhere: a group "
        f"of {size:,} cases in the searched half would be noticed from "
        f"{difference_text(measure, search.noticeable(size))} more on."
    )


def slice_name(one: Slice, labels: Mapping[str, str]) -> str:
    """A group in words: "centre is centre 4 and capsule distance is under 2.5 mm"."""
    return joined(
        [f"{lower_first(_label(piece, labels))} is {piece.words}" for piece in one.pieces]
    )


def slice_label(one: Slice, labels: Mapping[str, str]) -> str:
    """A group on a chart or in a table: "Centre: centre 4, Capsule distance: under 2.5 mm"."""
    return ", ".join(f"{_label(piece, labels)}: {piece.words}" for piece in one.pieces)


def mean_text(measure: ErrorMeasure, value: float) -> str:
    """A mean error: "27 %" or "0.071"."""
    return percent(value) if measure.is_share else number(value, 3)


def difference_text(measure: ErrorMeasure, value: float) -> str:
    """A difference of mean errors: "14 percentage points" or "0.05"."""
    if measure.is_share:
        return f"{number(100 * value, 0)} percentage points"
    return number(value)


def interval_text(measure: ErrorMeasure, estimate: Estimate) -> str:
    """The interval of a difference, in the same unit."""
    if measure.is_share:
        return percent_interval(estimate.low, estimate.high)
    return interval(estimate.low, estimate.high, decimals=3)


def slices_methods(search: SliceSearch, *, threshold: float, seed: int, level: float = 0.95) -> str:
    """How the Slices page was made.

    Parameters
    ----------
    search : SliceSearch
    threshold : float
        A case is called when its risk is at or above it.
    seed : int
        Start of the random numbers that divide the patients.
    level : float
        Confidence of all held-out intervals together.

    """
    measure = measure_of(search.measure)
    parts = [
        f"Error: {_name(measure)}"
        + (" (numerator of Spiegelhalter 1986)" if measure.name == "excess" else ""),
        f"patients divided at random into two halves, seed {seed}; groups of one and of two columns "
        f"with at least {search.smallest:,} cases in the searched half, columns known only with or "
        "after the outcome left out (data slicing: Chung 2020)",
        "each group against all other cases: Student's t, standard error by patient and never "
        "below that of two samples of all cases",
        f"searched half: one-sided, Benjamini 1995, false discovery rate {percent(FALSE_DISCOVERIES)} "
        "among single columns and among pairs; "
        "a pair is kept where it is worse than the rest of either column's group, and a group that "
        "overlaps a more striking one is judged on its other cases",
        f"held-out half: two-sided p and {percent(level)} intervals, corrected for the groups "
        "carried over (Bonferroni)",
    ]
    if measure.is_share:
        parts.append(f"a case is called at or above {threshold_text(threshold)}")
    return "; ".join(parts) + "."


def other_kinds(searches: Sequence[SliceSearch], shown: str) -> str:
    """Which other kinds of error have confirmed groups, as a sentence; empty where none has."""
    found = [
        f"{_name(measure_of(search.measure))} ({len(search.confirmed):,})"
        for search in searches
        if search.measure != shown and search.confirmed
    ]
    return f"Other kinds of error with confirmed groups: {joined(found)}." if found else ""


def _compared(measure: ErrorMeasure, error: float, rest: float, difference: Estimate) -> str:
    if measure.is_share:
        return (
            f"{percent(error)} are {_name(measure)} against {percent(rest)} of the other "
            f"{measure.among} (difference {percent_interval(difference.low, difference.high)} "
            "percentage points)"
        )
    if measure.name in ("too_low", "too_high"):
        return (
            f"risks are {measure.name.replace('_', ' ')} by {number(error)}, elsewhere by "
            f"{number(rest)} (difference {interval(difference.low, difference.high)})"
        )
    return (
        f"{_name(measure)} is {number(error)} against {number(rest)} elsewhere "
        f"(difference {number(difference.value)}, {interval(difference.low, difference.high)})"
    )


def _name(measure: ErrorMeasure) -> str:
    """A measure inside a sentence; Brier keeps its capital."""
    return measure.label if measure.label.startswith("Brier") else lower_first(measure.label)


def _label(piece: Piece, labels: Mapping[str, str]) -> str:
    return labels.get(piece.column, piece.column.replace("_", " "))
