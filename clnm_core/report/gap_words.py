"""For whom does a model fail, in one sentence?"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from clnm_core.domain.cohort import UNKNOWN
from clnm_core.report.wording import (
    count_text,
    interval,
    lower_first,
    number,
    p_text,
    upper_first,
)
from clnm_core.stats.findings import FALSE_DISCOVERIES
from clnm_core.stats.gaps import GAP, NO_GAP, Gap
from clnm_core.stats.group_result import GroupResult
from clnm_core.stats.metrics import METRICS

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
    """One difference in words: "sensitivity is lower for centre 4 by 0.11 (0.03–0.19, adjusted p 0.02) than for centre 1"."""
    is_lower = gap.value < 0
    low, high = (-gap.high, -gap.low) if is_lower else (gap.low, gap.high)
    surely = "" if math.isnan(gap.p_adjusted) else f", adjusted {p_text(gap.p_adjusted)}"
    named, against = (
        group_words(gap.column, level, labels or {}) for level in (gap.level, gap.reference)
    )
    return (
        f"{lower_first(LABELS.get(gap.metric, gap.metric))} is {'lower' if is_lower else 'higher'} "
        f"for {named} by {number(abs(gap.value))} ({interval(low, high)}{surely}) "
        f"than for {against}"
    )


def column_words(column: str, labels: Mapping[str, str]) -> str:
    """What a reader sees for a column: its label, else its name without underscores."""
    return labels.get(column, column.replace("_", " "))


def group_words(column: str, level: str, labels: Mapping[str, str]) -> str:
    """A group inside a sentence, with its column unless it names that itself.

    Examples
    --------
    >>> [group_words("sex", level, {}) for level in ("female", "unknown", "the other 2 groups")]
    ['sex female', 'unknown sex', 'the other 2 groups of sex']
    >>> group_words("centre", "Centre 4", {}), group_words("sex × side", "female, left", {})
    ('Centre 4', '“female, left”')

    """
    words = lower_first(column_words(column, labels))
    if level == UNKNOWN:
        return f"unknown {words}"
    if level.startswith("the other "):
        return f"{level} of {words}"
    if " × " in column:
        return f"“{level}”"
    return level if level.lower().startswith(words.lower()) else f"{words} {level}"


def verdict_text(gap: Gap) -> str:
    """What was found, and how surely, or what it would take, in a few words.

    Examples
    --------
    >>> verdict_text(Gap("sex", "auc", "f", "m", 0.1, 0.02, 0.18, "gap", p_adjusted=0.031))
    'gap, adjusted p 0.03'
    >>> verdict_text(Gap("sex", "auc", "f", "m", 0.1, -0.1, 0.3, "not enough data", n_needed=4123))
    'not enough data: needs 4,200 cases'

    """
    if gap.verdict == GAP and not math.isnan(gap.p_adjusted):
        return f"{gap.verdict}, adjusted {p_text(gap.p_adjusted)}"
    if gap.n_needed is not None:
        return f"{gap.verdict}: needs {cases_text(gap.n_needed)}"
    return gap.verdict


def cases_text(n: int) -> str:
    """A number of cases to plan with, rounded up to two figures.

    Examples
    --------
    >>> cases_text(4123), cases_text(87), cases_text(100_001)
    ('4,200 cases', '87 cases', '110,000 cases')

    """
    step = 10 ** max(len(str(n)) - 2, 0)
    return count_text(-(-n // step) * step, "case")


def is_shown_after_adjusting(gap: Gap) -> bool:
    """Whether a gap is shown also when the number of comparisons is taken into account."""
    return gap.verdict == GAP and gap.p_adjusted < FALSE_DISCOVERIES


def _first(gaps: Sequence[Gap], labels: Mapping[str, str]) -> str:
    shown = [gap for gap in gaps if gap.verdict == GAP]
    total = count_text(len(gaps), "comparison")
    if shown:
        words = gap_text(min(shown, key=_weight), labels)
        counted = f"{len(shown):,} of {total} show{'s' if len(shown) == 1 else ''} a gap"
        return f"{words}; {counted}{_after_adjusting(shown)}"
    undecided = [gap for gap in gaps if gap.verdict != NO_GAP]
    if not undecided:
        return f"no gap is larger than the stated margin in {total}"
    planned = [gap.n_needed for gap in undecided if gap.n_needed is not None]
    sentence = f"no gap is shown, but in {len(undecided):,} of {total} the data cannot rule one out"
    if not planned:
        return sentence
    needed = cases_text(math.ceil(statistics.median(planned)))
    return f"{sentence} (about {needed} of the same mix would decide half of these)"


def _after_adjusting(shown: Sequence[Gap]) -> str:
    if all(math.isnan(gap.p_adjusted) for gap in shown):
        return ""
    kept = sum(is_shown_after_adjusting(gap) for gap in shown)
    counted = "none of them" if kept == 0 else f"{kept:,} also"
    return f", {counted} after adjusting for their number"


def _weight(gap: Gap) -> tuple[bool, bool, int, float]:
    """Smallest first: shown after adjusting, to the group's disadvantage, by measure, largest."""
    better = HIGHER_IS_BETTER.get(gap.metric)
    is_worse = better is not None and (gap.value < 0) == better
    place = SPOKEN_FIRST.index(gap.metric) if gap.metric in SPOKEN_FIRST else len(SPOKEN_FIRST)
    return not is_shown_after_adjusting(gap), not is_worse, place, -abs(gap.value)
