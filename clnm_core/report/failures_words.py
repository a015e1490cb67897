"""What does a model get wrong, in one sentence?"""

from __future__ import annotations

from collections.abc import Mapping

from clnm_core.report.wording import (
    count_text,
    lower_first,
    number,
    percent,
    percent_interval,
    short_method,
    threshold_text,
)
from clnm_core.stats.failure_split import AT_LEAST, IS, Split
from clnm_core.stats.uncertainty import Estimate

_DISTANCE = "capsule_distance_mm"


def failures_answer(
    kind: str,
    share: Estimate,
    *,
    wrong: int,
    possible: int,
    threshold: float,
    outcome_label: str,
    split: Split | None,
    labels: Mapping[str, str],
) -> str:
    """How many cases are missed, or alarmed for nothing, and what they have in common.

    Parameters
    ----------
    kind : str
        ``missed`` or ``false_alarms``.
    share : Estimate
        Of the possible cases that are wrong.
    wrong, possible : int
        Errors, and cases in which one could happen.
    threshold : float
        A case is called when its risk is at or above it.
    outcome_label : str
        As in the registry.
    split : Split or None
        What describes the errors best; said only where chance is excluded.
    labels : mapping of str to str
        What a reader sees for a column's name.

    """
    side = "with" if kind == "missed" else "without"
    noun = f"{side} {lower_first(outcome_label)}"
    if possible == 0:
        return f"No case {noun} is left, so none can be {_called(kind, 1)}."
    at = f"at threshold {threshold_text(threshold)}"
    if wrong == 0:
        return (
            f"None of {count_text(possible, 'case')} {noun} is {_called(kind, 1)} {at} "
            f"(at most {percent(share.high)} of such cases, {short_method(share.method)})."
        )
    inside = (
        f"{percent(share.value, possible)}, {percent_interval(share.low, share.high, possible)}"
    )
    text = (
        f"{wrong:,} of {count_text(possible, 'case')} {noun} {'is' if wrong == 1 else 'are'} "
        f"{_called(kind, wrong)} {at} ({inside}, {short_method(share.method)})"
    )
    if split is not None and split.is_shown:
        return f"{text}; {split_text(split, labels)}."
    return f"{text}; no single column tells them from the others beyond chance."


def split_text(split: Split, labels: Mapping[str, str]) -> str:
    """One split in a sentence: "31 of them lie 7.5 mm or deeper (65 %, against 22 % of the others)"."""
    own = percent(split.wrong_in / split.wrong)
    others = percent(split.right_in / split.right)
    low, high = split.difference.low, split.difference.high
    numbers = (
        f"{own}, against {others} of the others; difference {percent_interval(low, high)} "
        "percentage points"
    )
    if split.column == _DISTANCE:
        return f"{split.wrong_in:,} of them lie {_place(split)} ({numbers})"
    label = lower_first(labels.get(split.column, split.column.replace("_", " ")))
    return f"in {split.wrong_in:,} of them {label} is {side_text(split)} ({numbers})"


def side_text(split: Split) -> str:
    """One side of a split: "10 mm or more", "under 45 years", "male"."""
    if split.how == IS:
        return split.words
    return f"{split.words} or more" if split.how == AT_LEAST else f"under {split.words}"


def wrong_by_text(wrong_by: float) -> str:
    """How far a risk lies on the wrong side: "26 points", "0.4 points"."""
    points = 100 * wrong_by
    return f"{number(points, 0 if points >= 1 else 1)} points"


def failures_methods(kind: str, share: Estimate, *, threshold: float, level: float = 0.95) -> str:
    """How the Failures page was made."""
    side = "with" if kind == "missed" else "without"
    clustered = ", effective number of cases by Korn 1998" if "clustered" in share.method else ""
    return (
        f"Share of the cases {side} the outcome: Wilson 1927{clustered}; a case is called when its "
        f"risk is at or above {threshold_text(threshold)}; errors are sorted by the distance of the "
        "risk to the threshold; what they have in common: every column split once or more, wrong "
        "against right cases, Student's t by patient, intervals corrected for all splits "
        f"(Bonferroni, {percent(level)} together); notes are those kept in this store."
    )


def _place(split: Split) -> str:
    if split.how == AT_LEAST:
        return f"{split.words} or deeper"
    return f"less than {split.words} from the capsule"


def _called(kind: str, n: int) -> str:
    if kind == "missed":
        return "missed"
    return "a false alarm" if n == 1 else "false alarms"
