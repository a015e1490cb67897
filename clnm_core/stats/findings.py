"""What should a reader of an audit be warned of?

Each finding carries a stable code, so that reports can be compared and searched:

====  ========  =====================================================================
A01   warning   groups too small to be scored
A02   error     no events, or no non-events; warning: fewer than ten of either
A03   error     every case has the same risk
A04   info      risks take few different values, or are rounded
A05   info      neither a split nor patients with several cases were given
A06   warning   miscalibrated: the interval of the slope, or of observed per expected,
                excludes 1
A07   warning   the interval of the AUC includes 0.5
A08   warning   cases on which the model was trained are among these
A09   warning   a gap between groups is shown, also after adjusting for their number
A10   warning   a group is miscalibrated: its slope or observed per expected differs from
                1, also after adjusting for their number
====  ========  =====================================================================
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.multiplicity import benjamini_hochberg, p_from_interval
from clnm_core.stats.subgroups import FEWEST, GAP, Gap, GroupResult
from clnm_core.stats.uncertainty import Estimate

Severity = Literal["error", "warning", "info"]

FEW_VALUES = 20
"""Up to this many different risks are few."""

ENOUGH_TO_JUDGE = 30
"""With fewer cases, few different risks are no surprise."""

FALSE_DISCOVERIES = 0.05
"""Share of false alarms that is accepted among the gaps, and the groups, that are named."""

_TRAINING_WORDS = ("train", "training", "development", "derivation")
_MOST_NAMED = 5
_METRIC_WORDS = {
    "auc": "AUC",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "ppv": "positive predictive value",
    "flag_rate": "flag rate",
    "o_e_ratio": "observed per expected",
    "calibration_slope": "slope",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about an audit: code, severity, and one sentence."""

    code: str
    severity: Severity
    message: str


def findings(
    predictions: Predictions,
    overall: dict[str, Estimate],
    groups: Sequence[GroupResult],
    split: NDArray[np.str_] | None,
    gaps: Sequence[Gap] = (),
) -> tuple[Finding, ...]:
    """Everything to be said about these predictions, in the order of the codes.

    Parameters
    ----------
    predictions : Predictions
        Of at least one case.
    overall : dict of str to Estimate
        Every measure of all cases.
    groups : sequence of GroupResult
        Every group, scored or not.
    split : numpy.ndarray of str, shape (n,), or None
        Part of the study that each case belongs to.
    gaps : sequence of Gap
        Every comparison between groups.

    """
    found = [
        *_small_groups(groups),
        *_few_events(predictions),
        *_alike_risks(predictions),
        *_independence(predictions, split),
        *_miscalibration(overall),
        *_chance(overall["auc"]),
        *_training_cases(split),
        *_gaps_shown(gaps),
        *_miscalibrated_groups(groups),
    ]
    return tuple(found)


def _small_groups(groups: Sequence[GroupResult]) -> list[Finding]:
    found = []
    for column in dict.fromkeys(group.column for group in groups):
        names = [g.level for g in groups if g.column == column and not g.is_scored]
        if names:
            sentence = f"Too few cases to score in {column}: {_listed(names)}."
            found.append(Finding("A01", "warning", sentence))
    return found


def _few_events(predictions: Predictions) -> list[Finding]:
    n, events = len(predictions), predictions.events
    if events == 0:
        return [Finding("A02", "error", f"None of the {n} cases has the outcome.")]
    if events == n:
        return [Finding("A02", "error", f"All of the {n} cases have the outcome.")]
    if min(events, n - events) >= FEWEST:
        return []
    if events < n - events:
        counted = f"{events} of {n} cases {'has' if events == 1 else 'have'} the outcome"
    else:
        counted = (
            f"{n - events} of {n} cases {'is' if events == n - 1 else 'are'} without the outcome"
        )
    sentence = f"Only {counted}: estimates are unsteady."
    return [Finding("A02", "warning", sentence)]


def _alike_risks(predictions: Predictions) -> list[Finding]:
    risk = predictions.risk
    if risk.min() == risk.max():
        sentence = f"Every case has the same risk, {risk[0]:.3g}: the model tells no cases apart."
        return [Finding("A03", "error", sentence)]
    if len(risk) < ENOUGH_TO_JUDGE:
        return []
    distinct = len(np.unique(risk))
    if distinct <= FEW_VALUES:
        sentence = f"The risks take only {distinct} different values in {len(risk)} cases."
        return [Finding("A04", "info", sentence)]
    if len(risk) > 100 and bool((np.round(risk, 2) == risk).all()):
        sentence = "All risks are rounded to two decimals: ties count half in the AUC."
        return [Finding("A04", "info", sentence)]
    return []


def _independence(predictions: Predictions, split: NDArray[np.str_] | None) -> list[Finding]:
    if split is not None or predictions.is_clustered:
        return []
    sentence = (
        "No split and no patient with several cases was given: cases are treated as "
        "independent and as new to the model."
    )
    return [Finding("A05", "info", sentence)]


def _miscalibration(overall: dict[str, Estimate]) -> list[Finding]:
    ratio, slope = overall["o_e_ratio"], overall["calibration_slope"]
    parts = []
    if ratio.excludes(1):
        direction = "low" if ratio.value > 1 else "high"
        parts.append(
            f"on the whole risks are too {direction} "
            f"(observed per expected {ratio.value:.2f}, {ratio.low:.2f}–{ratio.high:.2f})"
        )
    if slope.excludes(1):
        direction = "timid" if slope.value > 1 else "extreme"
        parts.append(
            f"they are too {direction} (slope {slope.value:.2f}, {slope.low:.2f}–{slope.high:.2f})"
            if parts
            else f"risks are too {direction} "
            f"(slope {slope.value:.2f}, {slope.low:.2f}–{slope.high:.2f})"
        )
    return [Finding("A06", "warning", f"Miscalibrated: {'; '.join(parts)}.")] if parts else []


def _chance(area: Estimate) -> list[Finding]:
    if not area.is_estimable or area.excludes(0.5):
        return []
    sentence = (
        f"The AUC of {area.value:.3f} ({area.low:.3f}–{area.high:.3f}) cannot be told from chance."
    )
    return [Finding("A07", "warning", sentence)]


def _training_cases(split: NDArray[np.str_] | None) -> list[Finding]:
    if split is None:
        return []
    training = int(np.isin(np.char.lower(split), _TRAINING_WORDS).sum())
    if training == 0:
        return []
    sentence = (
        f"{training} of {len(split)} cases are training cases, which flatter the model unless "
        "their risks come from cross-validation."
    )
    return [Finding("A08", "warning", sentence)]


def _gaps_shown(gaps: Sequence[Gap]) -> list[Finding]:
    shown = [g for g in gaps if g.verdict == GAP and g.p_adjusted < FALSE_DISCOVERIES]
    found = []
    for column in dict.fromkeys(gap.column for gap in shown):
        words = [
            f"{_METRIC_WORDS[gap.metric]} {'lower' if gap.value < 0 else 'higher'} in {gap.level} "
            f"by {abs(gap.value):.2f}"
            for gap in sorted(shown, key=lambda gap: gap.p_adjusted)
            if gap.column == column
        ]
        reference = next(gap.reference for gap in shown if gap.column == column)
        sentence = f"Groups of {column} differ from {reference}: {_listed(words)}."
        found.append(Finding("A09", "warning", sentence))
    return found


def _miscalibrated_groups(groups: Sequence[GroupResult]) -> list[Finding]:
    scored = [group for group in groups if group.is_scored]
    parted = Counter(group.column for group in scored)
    judged = [
        (group, name, group.metrics[name])
        for group in scored
        if parted[group.column] > 1
        for name in ("o_e_ratio", "calibration_slope")
        if group.metrics[name].is_estimable
    ]
    adjusted = benjamini_hochberg([_p_of_one(name, estimate) for _, name, estimate in judged])
    found = []
    for column in dict.fromkeys(group.column for group in groups):
        words = [
            f"{group.level} ({_METRIC_WORDS[name]} {estimate.value:.2f}, "
            f"{estimate.low:.2f}–{estimate.high:.2f})"
            for (group, name, estimate), p in zip(judged, adjusted, strict=True)
            if group.column == column and p < FALSE_DISCOVERIES
        ]
        if words:
            sentence = f"Miscalibrated in groups of {column}: {_listed(words)}."
            found.append(Finding("A10", "warning", sentence))
    return found


def _p_of_one(name: str, estimate: Estimate) -> float:
    """Of a value of 1; a ratio is tested on the log scale, where its interval was made."""
    ends = (estimate.value, estimate.low, estimate.high)
    if name == "o_e_ratio" and estimate.low > 0:
        value, low, high = (math.log(end) for end in ends)
        return p_from_interval(value, low, high, level=estimate.level)
    return p_from_interval(*ends, level=estimate.level, null=1.0)


def _listed(words: Sequence[str]) -> str:
    more = len(words) - _MOST_NAMED
    return ", ".join(words[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
