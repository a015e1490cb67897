"""How was this one figure made? A sentence to copy from beside it.

Every method is named by its author and year, as in :mod:`clnm_core.report.references`.
"""

from __future__ import annotations

from clnm_core.report.wording import percent, threshold_text
from clnm_core.stats.audit import Audit

_DATED = {
    "DeLong": "DeLong 1988",
    "Obuchowski": "Obuchowski 1997",
    "Wilson": "Wilson 1927",
    "Korn": "Korn 1998",
}


def dated(method: str) -> str:
    """A method with the year of its paper, where the paper is known here.

    Examples
    --------
    >>> dated("DeLong"), dated("Wilson, clustered by patient"), dated("resampled")
    ('DeLong 1988', 'Wilson 1927, clustered by patient', 'resampled')

    """
    for name, year in _DATED.items():
        if name in method and year not in method:
            return method.replace(name, year)
    return method


def roc_methods(audit: Audit) -> str:
    """How the ROC curve was made."""
    area = audit.overall["auc"]
    return (
        f"ROC curve over all thresholds; AUC: {dated(area.method)}, {_level(audit)} interval. "
        f"Dot: threshold {threshold_text(audit.threshold)}; sensitivity: "
        f"{dated(audit.overall['sensitivity'].method)}."
    )


def pr_methods(audit: Audit) -> str:
    """How the precision-recall curve was made."""
    return (
        "Precision-recall curve in steps; average precision: Boyd 2013, "
        f"{_level(audit)} interval ({audit.overall['average_precision'].method})."
    )


def calibration_methods(audit: Audit) -> str:
    """How the calibration curve was made."""
    slope = audit.overall["calibration_slope"].method
    return (
        "Flexible calibration curve: restricted cubic spline on the log-odds of the risk (Austin "
        f"2014; Harrell 2015), pointwise {_level(audit)} band. Bins of equal numbers of cases: "
        f"Wilson 1927. Intercept and slope: Cox 1958 ({slope})."
    )


def decision_methods(audit: Audit) -> str:
    """How the decision curve was made."""
    return f"Net benefit: Vickers 2006; pointwise {_level(audit)} band by resampling."


def group_calibration_methods(audit: Audit) -> str:
    """How the calibration curves of groups were made."""
    return (
        "In every group a flexible calibration curve (Austin 2014) with its pointwise "
        f"{_level(audit)} band; groups with too few cases with or without the outcome have none."
    )


def forest_methods(audit: Audit) -> str:
    """How the measures of groups were made."""
    methods = {
        dated(group.metrics["auc"].method)
        for group in audit.groups
        if group.metrics["auc"].is_estimable
    }
    return f"AUC: {', '.join(sorted(methods)) or 'not estimable'}; {_level(audit)} intervals."


def gap_methods(audit: Audit) -> str:
    """How groups were compared with the reference."""
    methods = {gap.method for gap in audit.gaps if gap.method}
    how = f" ({'; '.join(sorted(methods))})" if methods else " (Zou 2008)"
    return (
        f"Group minus the largest group of its column{how}; p adjusted over all comparisons "
        "(Benjamini 1995). A gap excludes 0; no gap lies within the margin; anything else is not "
        "enough data."
    )


def _level(audit: Audit) -> str:
    return percent(audit.overall["auc"].level)
