"""For whom does a model fail, in one sentence?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clnm_core.report.wording import count_text, interval, lower_first, number, upper_first
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.subgroups import GAP, NO_GAP, Gap, GroupResult

LABELS = {metric.name: metric.label for metric in METRICS}
HIGHER_IS_BETTER = {metric.name: metric.higher_is_better for metric in METRICS}
SPOKEN_FIRST = ("sensitivity", "auc", "specificity", "ppv", "o_e_ratio", "flag_rate")
"""A missed metastasis weighs most; then the order of what a clinician would ask."""


def subgroups_answer(
    groups: Sequence[GroupResult],
    gaps: Sequence[Gap],
    *,
    labels: Mapping[str, str] | None = None,
) -> str:
    """For whom a model fails: the gap that weighs most, and what could not be judged.

    Three answers: a gap is shown, none beyond the margin is there, or the data are not enough.

    Parameters
    ----------
    groups : sequence of GroupResult
        Every group, scored or not.
    gaps : sequence of Gap
        Every comparison with a reference.
    labels : mapping of str to str, optional
        What a reader sees for a column's name.

    """
    if not groups:
        return "No column was chosen to group by; choose one to compare groups."
    unscored = sum(not group.is_scored for group in groups)
    few = (
        f"for {unscored} of {count_text(len(groups), 'group')} there are too few cases to say"
        if unscored
        else ""
    )
    if not gaps:
        first = "there are no two groups with enough cases to compare"
    else:
        first = _first(gaps, labels or {})
    return upper_first("; ".join(part for part in (first, few) if part)) + "."


def gap_text(gap: Gap, labels: Mapping[str, str] | None = None) -> str:
    """One difference in words: "sensitivity is lower for centre 4 by 0.11 (0.03–0.19) than for centre 1"."""
    is_lower = gap.value < 0
    low, high = (-gap.high, -gap.low) if is_lower else (gap.low, gap.high)
    column = lower_first(column_words(gap.column, labels or {}))
    return (
        f"{lower_first(LABELS.get(gap.metric, gap.metric))} is {'lower' if is_lower else 'higher'} "
        f"for {column} {gap.level} by {number(abs(gap.value))} ({interval(low, high)}) "
        f"than for {column} {gap.reference}"
    )


def column_words(column: str, labels: Mapping[str, str]) -> str:
    """What a reader sees for a column: its label, else its name without underscores."""
    return labels.get(column, column.replace("_", " "))


def _first(gaps: Sequence[Gap], labels: Mapping[str, str]) -> str:
    shown = [gap for gap in gaps if gap.verdict == GAP]
    total = count_text(len(gaps), "comparison")
    if shown:
        words = gap_text(min(shown, key=_weight), labels)
        return f"{words}; {len(shown):,} of {total} show{'s' if len(shown) == 1 else ''} a gap"
    open_ones = sum(gap.verdict != NO_GAP for gap in gaps)
    if open_ones == 0:
        return f"no gap is larger than the stated margin in {total}"
    return f"no gap is shown, but in {open_ones:,} of {total} the data cannot rule one out"


def _weight(gap: Gap) -> tuple[bool, int, float]:
    """Smallest first: to the group's disadvantage, then by measure, then the largest."""
    better = HIGHER_IS_BETTER.get(gap.metric)
    is_worse = better is not None and (gap.value < 0) == better
    place = SPOKEN_FIRST.index(gap.metric) if gap.metric in SPOKEN_FIRST else len(SPOKEN_FIRST)
    return not is_worse, place, -abs(gap.value)
