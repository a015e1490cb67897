"""What does the audit of a table say to a checklist? Less than a store, and only what it saw."""

from __future__ import annotations

from clnm_core.report.checklists.answer import Answer
from clnm_core.report.checklists.cohort_facts import named, software
from clnm_core.report.checklists.judged_words import (
    CALIBRATION,
    NOT_RESAMPLED,
    UNCERTAINTY,
    UTILITY,
    calibrated,
    discriminated,
)
from clnm_core.report.wording import (
    count_text,
    estimate_text,
    percent,
    threshold_text,
    unit_of,
)
from clnm_core.stats.audit import Audit

AT_THRESHOLD = {
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "ppv": "PPV",
    "npv": "NPV",
}


def audit_facts(audit: Audit) -> dict[str, Answer]:
    """Answers from one audit: of a file, where nothing else is known."""
    n, events = audit.n, audit.events
    found = {
        "sample_size": f"{count_text(n, 'case')}, {count_text(events, 'event')}.",
        "imbalance": f"{percent(events / n, n)} have the outcome.",
        "missing": _missing(audit),
        "flow": f"{count_text(n + len(audit.excluded), 'row')}, {len(audit.excluded):,} set aside.",
        "output": "A probability from 0 to 1 for every case; positive from "
        f"{threshold_text(audit.threshold)} on.",
        "measures": f"{named([str(name) for name in audit.overall])}, each with interval and "
        "method; net benefit.",
        "uncertainty": UNCERTAINTY,
        "utility": UTILITY,
        "performance": f"{discriminated(audit.overall)}.",
        "calibration": _calibration(audit),
        "diagnostic": _diagnostic(audit),
        "failures": _failures(audit),
        "subgroups": _groups(audit, tuple(dict.fromkeys(group.column for group in audit.groups))),
        "by_centre": _groups(audit, ("centre",)),
        "software": software().text,
    }
    answers = {name: Answer(text) for name, text in found.items() if text}
    for name, scored in (
        ("performance", "discrimination"),
        ("calibration", "calibration_resampled"),
    ):
        if name in answers:
            answers[scored] = Answer(f"{answers[name].text} {NOT_RESAMPLED}", 1.0)
    return answers


def _missing(audit: Audit) -> str:
    if not audit.excluded:
        return "No row lacks its outcome or its risk."
    reasons: dict[str, int] = {}
    for row in audit.excluded:
        why = str(row["reason"])
        reasons[why] = reasons.get(why, 0) + 1
    words = [f"{why} ({n:,})" for why, n in reasons.items()]
    return f"{count_text(len(audit.excluded), 'row')} set aside and listed: {named(words)}."


def _calibration(audit: Audit) -> str:
    text = calibrated(audit.overall)
    return f"{text}. {CALIBRATION}" if text else ""


def _diagnostic(audit: Audit) -> str:
    words = [
        f"{label} {estimate_text(audit.overall[name], unit_of(name), n=audit.n)}"
        for name, label in AT_THRESHOLD.items()
        if name in audit.overall and audit.overall[name].is_estimable
    ]
    if not words:
        return ""
    return f"At threshold {threshold_text(audit.threshold)}: {', '.join(words)}."


def _failures(audit: Audit) -> str:
    sensitivity, specificity = audit.overall["sensitivity"], audit.overall["specificity"]
    if not (sensitivity.is_estimable and specificity.is_estimable):
        return ""
    without = audit.n - audit.events
    missed = round((1 - sensitivity.value) * audit.events)
    flagged = round((1 - specificity.value) * without)
    return (
        f"{missed:,} of {audit.events:,} missed, {flagged:,} of {without:,} flagged for nothing, at "
        f"threshold {threshold_text(audit.threshold)}."
    )


def _groups(audit: Audit, columns: tuple[str, ...]) -> str:
    words = []
    for column in columns:
        scored = [g for g in audit.groups if g.column == column and g.is_scored]
        shown = [f"{group.level} {estimate_text(group.metrics['auc'])}" for group in scored]
        if len(shown) > 1:
            words.append(f"AUC by {column}: {named(shown)}")
    return f"{'; '.join(words)}." if words else ""
