"""What does a page find, in one sentence?

Each function takes what the page has computed, and computes nothing but the words; a small,
one-sided or empty cohort is an answer too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.report.calibration_words import misfit
from clnm_core.report.case_words import case_answer, recorded_case_answer
from clnm_core.report.gap_words import subgroups_answer
from clnm_core.report.wording import (
    count_text,
    estimate_text,
    lower_first,
    percent,
    percent_interval,
    short_method,
    threshold_text,
    upper_first,
)
from clnm_core.stats.audit import Audit
from clnm_core.stats.location import PUBLISHED_NEAR_CAPSULE, PublishedClaim
from clnm_core.stats.thresholds import Confusion
from clnm_core.stats.uncertainty import Estimate, wilson

__all__ = [
    "audit_answer",
    "case_answer",
    "cases_answer",
    "location_answer",
    "overview_answer",
    "performance_answer",
    "recorded_case_answer",
    "subgroups_answer",
    "threshold_answer",
]

NOBODY = "No case is left after the filters. Remove one of them to see cases again."
"""The answer of every page about nobody."""

FEWEST_IN_BIN = 10
"""Below this a band of distance is counted and not said in per cent."""


def overview_answer(
    count: OutcomeCount,
    *,
    patients: int,
    outcome_label: str,
    centres: int = 0,
    share: Estimate | None = None,
) -> str:
    """Who is in the cohort.

    Parameters
    ----------
    count : OutcomeCount
        Cases by outcome.
    patients : int
        Different patients among them.
    outcome_label : str
        The outcome in words.
    centres : int
        Different centres; 0 where they are not recorded.
    share : Estimate, optional
        Share with the outcome among those known, where cases of a patient go together;
        Wilson's interval of the counts where it is not given.

    Examples
    --------
    >>> overview_answer(OutcomeCount("lateral", 671, 533, 38), patients=1242, centres=5,
    ...                 outcome_label="Lateral neck metastasis")
    '1,242 patients of 5 centres: 671 of 1,204 have lateral neck metastasis (55.7 %, 52.9–58.5, Wilson); 38 with unknown outcome are set aside.'

    """
    cases = count.known + count.unknown
    if cases == 0:
        return NOBODY
    who = count_text(patients, "patient")
    if centres:
        who += f" of {count_text(centres, 'centre')}"
    if cases != patients:
        who += f" with {count_text(cases, 'case')}"
    outcome = lower_first(outcome_label)
    if count.known == 0:
        return f"{who}: whether they have {outcome} is not known for any of them."
    rate = share or wilson(count.true, count.known)
    inside = percent(rate.value, count.known)
    if not math.isnan(rate.low):
        inside += f", {percent_interval(rate.low, rate.high, count.known)}"
        inside += f", {short_method(rate.method)}"
    sentence = f"{who}: {count.true:,} of {count.known:,} have {outcome} ({inside})"
    if count.unknown == 0:
        return f"{sentence}."
    verb = "is" if count.unknown == 1 else "are"
    return f"{sentence}; {count.unknown:,} with unknown outcome {verb} set aside."


def cases_answer(count: OutcomeCount, *, patients: int, outcome_label: str) -> str:
    """Which cases are listed: by outcome, in words.

    Examples
    --------
    >>> cases_answer(OutcomeCount("any", 2, 1, 1), patients=3, outcome_label="Any metastasis")
    '4 cases of 3 patients: 2 with any metastasis, 1 without, 1 not known.'

    """
    cases = count.known + count.unknown
    if cases == 0:
        return NOBODY
    parts = [f"{count.true:,} with {lower_first(outcome_label)}", f"{count.false:,} without"]
    if count.unknown:
        parts.append(f"{count.unknown:,} not known")
    return f"{count_text(cases, 'case')} of {count_text(patients, 'patient')}: {', '.join(parts)}."


def performance_answer(
    overall: Mapping[str, Estimate],
    curve: pd.DataFrame,
    *,
    n: int,
    events: int,
    where: str = "",
) -> str:
    """How well a model separates, and whether its risks can be believed.

    Parameters
    ----------
    overall : mapping of str to Estimate
        At least ``auc`` and ``calibration_slope``.
    curve : pandas.DataFrame
        The flexible calibration curve: ``risk``, ``observed``, ``low``, ``high``; may be empty.
    n, events : int
        Cases, and cases with the outcome.
    where : str
        What kind of cases, as an adjective: "external"; may be empty.

    """
    if n == 0:
        return NOBODY
    cases = count_text(n, f"{where} case".strip())
    if events in (0, n):
        which = f"None of {cases} has" if events == 0 else f"All of {cases} have"
        return (
            f"{which} the outcome: AUC and calibration need cases with and without it, "
            "so the model cannot be judged here."
        )
    area = estimate_text(overall["auc"], method=short_method(overall["auc"].method))
    believed = misfit(curve, overall["calibration_slope"], n=n, events=events)
    return f"On {cases} the AUC is {area}; {believed}."


def threshold_answer(confusion: Confusion, threshold: float, *, outcome_label: str) -> str:
    """What a threshold costs: who is missed, and who is flagged for nothing.

    Examples
    --------
    >>> threshold_answer(Confusion(tp=623, fp=120, fn=48, tn=413), 0.3, outcome_label="Metastasis")
    'At threshold 0.30, 48 of 671 cases with metastasis are missed and 120 of 533 without it are flagged.'

    """
    if confusion.n == 0:
        return NOBODY
    outcome = lower_first(outcome_label)
    with_it, without = confusion.tp + confusion.fn, confusion.fp + confusion.tn
    missed = (
        f"{_of(confusion.fn, with_it)} cases with {outcome} {_are(confusion.fn)} missed"
        if with_it
        else f"no case has {outcome}"
    )
    flagged = (
        f"{_of(confusion.fp, without)} without it {_are(confusion.fp)} flagged"
        if without
        else "there is no case without it"
    )
    return f"At threshold {threshold_text(threshold)}, {missed} and {flagged}."


def location_answer(
    bins: pd.DataFrame,
    *,
    outcome: str,
    outcome_label: str,
    claim: PublishedClaim | None = PUBLISHED_NEAR_CAPSULE,
) -> str:
    """Where risk lives: the nearest and the farthest band of distance, beside the claim.

    Parameters
    ----------
    bins : pandas.DataFrame
        From :func:`~clnm_core.stats.location.distance_bins`.
    outcome : str
        Registry name; the claim is compared only with the outcome that it was made for.
    outcome_label : str
        The outcome in words.
    claim : PublishedClaim or None

    """
    label = lower_first(outcome_label)
    if int(bins["n"].sum()) == 0:
        return (
            f"No case has both a capsule distance and a known answer on {label}; "
            "import the distance, or choose another outcome."
        )
    near, far = bins.iloc[0], bins.iloc[-1]
    sentence = (
        f"{upper_first(_band(near, f'{near.label} of the capsule', f' have {label}'))}, "
        f"{_band(far, str(far.label))}"
    )
    if claim is None:
        return f"{sentence}."
    said = f"> {percent(claim.above)}"
    if claim.outcome == outcome:
        return f"{sentence}; the published claim is {said} within {claim.within_mm:g} mm."
    return (
        f"{sentence}; the published claim ({said} within {claim.within_mm:g} mm) "
        f"is about {claim.outcome} metastasis."
    )


def audit_answer(audit: Audit) -> str:
    """Whether the predictions of a table can be believed, and how much of it was looked at."""
    sentence = performance_answer(
        audit.overall, audit.calibration_curve, n=audit.n, events=audit.events
    ).removesuffix(".")
    more = []
    if audit.excluded:
        verb = "was" if len(audit.excluded) == 1 else "were"
        more.append(f"{count_text(len(audit.excluded), 'row')} {verb} set aside")
    gaps = sum(gap.verdict == "gap" for gap in audit.gaps)
    if gaps:
        more.append(f"{gaps:,} of {count_text(len(audit.gaps), 'comparison')} of groups show a gap")
    return "; ".join([sentence, *more]) + "."


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}" if part else f"none of {whole:,}"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _band(row: pd.Series, place: str, words: str = "") -> str:
    """One band of distance: "beyond 10 mm 31 % (27–35)"."""
    n = int(row["n"])
    if n == 0:
        return f"{place} there is no case"
    if n < FEWEST_IN_BIN:
        return f"{place} there {_are(n)} only {count_text(n, 'case')}"
    low_high = percent_interval(row["low"], row["high"], n)
    return f"{place} {percent(row['rate'], n)} ({low_high}){words}"
