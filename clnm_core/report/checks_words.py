"""What could be wrong with the data or the study, in one sentence and on one page per code?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from clnm_core.report.wording import (
    count_text,
    estimate_text,
    interval,
    joined,
    lower_first,
    number,
)
from clnm_core.stats.centres import CentreResult
from clnm_core.stats.checks import CODES
from clnm_core.stats.checks.result import Check
from clnm_core.stats.shift import TOLD_APART_FROM, TwoSample
from clnm_core.systems.left_out import CentresLeftOut

AUDIT_CODES: dict[str, str] = {
    "A01": "Groups too small to be scored",
    "A02": "No events, or too few",
    "A03": "Every case has the same risk",
    "A04": "Few different risks in the audit",
    "A05": "Neither split nor patients",
    "A06": "Miscalibrated",
    "A07": "No better than chance",
    "A08": "Training cases among those judged",
    "A09": "A gap between groups",
    "A10": "A miscalibrated group",
}
"""What the codes of an audit's findings mean, in a few words."""

ALL_CODES = CODES | AUDIT_CODES

SEVERITIES = ("error", "warning", "info")

_PAGES = Path(__file__).resolve().parents[2] / "docs" / "checks"
_MOST_NAMED = 2


def checks_answer(checks: Sequence[Check]) -> str:
    """How much was found, and the gravest of it.

    Parameters
    ----------
    checks : sequence of Check

    Returns
    -------
    str
        "2 errors, 1 warning: 30 of 1,110 patients are in both train and test (60 cases) (C01);
        ..."; at most two are named.

    """
    if not checks:
        return "Nothing was checked."
    shown = in_order([check for check in checks if check.state == "found"])
    silent = sum(check.state == "not checked" for check in checks)
    looked = len(checks) - silent
    why = "it says why below" if silent == 1 else "they say why below"
    rest = f" {count_text(silent, 'check')} could not look; {why}." if silent else ""
    if not shown:
        return f"Nothing was found by {looked} of {count_text(len(checks), 'check')}.{rest}"
    counted = [
        count_text(n, {"info": "note"}.get(severity, severity))
        for severity in SEVERITIES
        if (n := sum(check.severity == severity for check in shown))
    ]
    named = "; ".join(f"{check.told} ({check.code})" for check in shown[:_MOST_NAMED])
    more = len(shown) - _MOST_NAMED
    others = f"; and {count_text(more, 'other')}" if more > 0 else ""
    return f"{', '.join(counted)}: {named}{others}.{rest}"


def in_order(checks: Sequence[Check]) -> list[Check]:
    """Errors first, then warnings, then notes; by code within each."""
    return sorted(checks, key=lambda check: (SEVERITIES.index(check.severity), check.code))


def shift_words(result: TwoSample, *, first: str, second: str) -> str:
    """Whether two parts can be told apart: "0.52 (0.48–0.56): they cannot be told apart".

    Parameters
    ----------
    result : TwoSample
    first, second : str
        What the parts are called, within a sentence.

    """
    area = result.auc
    parts = f"{first} ({result.n_first:,}) and {second} ({result.n_second:,})"
    if not area.is_estimable:
        return f"{parts} cannot be compared by a classifier: {area.method.split(': ')[-1]}."
    words = f"{number(area.value)} ({interval(area.low, area.high)})"
    sample = " A random sample of the patients took part." if result.is_sample else ""
    if area.low <= 0.5:
        return (
            f"A classifier reaches an AUC of {words} between {parts}: they cannot be told apart."
            f"{sample}"
        )
    most = joined([lower_first(label) for label, _ in result.drivers[:3]])
    how = "clearly" if area.value >= TOLD_APART_FROM else "barely"
    return (
        f"A classifier reaches an AUC of {words} between {parts}: they can {how} be told apart, most "
        f"by {most}.{sample}"
    )


def centres_words(results: Sequence[CentreResult], *, model: str) -> str:
    """At which centre a model does worst, against all others."""
    judged = [one for one in results if one.difference.is_estimable]
    if not judged:
        return (
            "There are no two centres with enough cases of both outcomes, so that none can be held "
            "against the others."
        )
    worst = min(judged, key=lambda one: one.difference.value)
    if not worst.difference.excludes(0) or worst.difference.value > 0:
        return (
            f"“{model}” is worse at none of {count_text(len(judged), 'centre')} by more than chance; the "
            f"lowest AUC is at {worst.centre}, {estimate_text(worst.auc)}."
        )
    gap = worst.difference
    return (
        f"“{model}” has its lowest AUC at centre {worst.centre}, {estimate_text(worst.auc)}, that is "
        f"{number(-gap.value)} ({interval(-gap.high, -gap.low)}) below all others; intervals are not "
        f"corrected for {count_text(len(judged), 'centre')}."
    )


def left_out_words(result: CentresLeftOut) -> str:
    """What the baseline reaches at centres that it did not know."""
    judged = [one for one in result.centres if one.auc.is_estimable]
    if not judged:
        return "No centre could be left out: too few cases to learn from, or to judge."
    low = min(judged, key=lambda one: one.auc.value)
    high = max(judged, key=lambda one: one.auc.value)
    sample = " A random sample of the patients took part." if result.is_sample else ""
    return (
        f"Trained without the centre on which it is judged, the clinical baseline reaches an AUC from "
        f"{estimate_text(low.auc)} at {low.centre} to {estimate_text(high.auc)} at {high.centre}.{sample}"
    )


def checks_methods() -> str:
    """How the Checks page was made."""
    return (
        "Checks speak of the whole cohort, whatever is filtered. Those that rest on tests allow "
        "themselves one false alarm in a hundred cohorts each (Holm 1979). Near-duplicates: 64-bit "
        "perceptual hash, confirmed on aligned thumbnails. Shift: absolute standardised mean "
        "differences (Austin 2009), Welch 1951 or chi-squared tests, Benjamini-Hochberg; classifier: "
        "ridge logistic regression, five folds of patients (Lopez-Paz 2017). Centres: AUC by DeLong "
        "1988, clustered by patient (Obuchowski 1997); leave-one-centre-out: ridge logistic baseline "
        "refitted without the patients of the centre (Debray 2013)."
    )


@cache
def explanation(code: str) -> str:
    """The page of a code: what it means, why it matters, how it is found, what to do.

    Returns
    -------
    str
        Markdown without its title.

    Raises
    ------
    KeyError
        If there is no such code.

    """
    if code not in ALL_CODES:
        raise KeyError(f"no code {code!r}; there are {', '.join(ALL_CODES)}")
    page = (_PAGES / f"{code}.md").read_text(encoding="utf-8")
    return page.split("\n", 1)[1].strip()
