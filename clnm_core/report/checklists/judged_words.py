"""How is a model's performance said in an answer to a checklist?"""

from __future__ import annotations

from collections.abc import Mapping

from clnm_core.report.wording import Unit, estimate_text, short_method
from clnm_core.stats.thresholds import Confusion
from clnm_core.stats.uncertainty import Estimate, wilson

UNCERTAINTY = (
    "95 % intervals: AUC by DeLong 1988, or Obuchowski 1997 where a patient has several cases; "
    "shares by Wilson 1927; every other measure by the method that stands beside it in the report."
)
UTILITY = (
    "A decision curve with its band, against treating everyone and no one (Vickers 2006), is on the "
    "Performance page and in the report."
)
CALIBRATION = "The report has the flexible curve with its band."
RESAMPLED = "Risks of training cases are out of fold: five folds of patients."
NOT_RESAMPLED = "Nothing was resampled or cross-validated, which is worth the second point."


def discriminated(metrics: Mapping[str, Estimate]) -> str:
    """AUC with its interval, or why there is none."""
    area = metrics["auc"]
    return f"AUC {estimate_text(area, decimals=2, method=short_method(area.method))}"


def calibrated(metrics: Mapping[str, Estimate]) -> str:
    """Intercept, slope and observed over expected, as far as they can be had; else empty."""
    names = {
        "calibration_intercept": "intercept",
        "calibration_slope": "slope",
        "o_e_ratio": "observed over expected",
    }
    words = [
        f"{label} {estimate_text(metrics[name])}"
        for name, label in names.items()
        if name in metrics and metrics[name].is_estimable
    ]
    return ", ".join(words)


def diagnostic(calls: Confusion | None) -> str:
    """Sensitivity and specificity at the threshold with Wilson's intervals; empty without one."""
    if calls is None:
        return ""
    shares = {
        "sensitivity": (calls.tp, calls.tp + calls.fn),
        "specificity": (calls.tn, calls.tn + calls.fp),
        "PPV": (calls.tp, calls.tp + calls.fp),
        "NPV": (calls.tn, calls.tn + calls.fn),
    }
    words = [
        f"{name} {estimate_text(wilson(part, whole), Unit.SHARE, n=whole)}"
        for name, (part, whole) in shares.items()
        if whole
    ]
    return ", ".join(words)


def failed(calls: Confusion | None) -> str:
    """Missed cases and false alarms at the threshold; empty without one."""
    if calls is None:
        return ""
    return (
        f"{calls.fn:,} of {calls.tp + calls.fn:,} missed, "
        f"{calls.fp:,} of {calls.fp + calls.tn:,} flagged for nothing"
    )


def grouped(column: str, groups: Mapping[str, Estimate]) -> str:
    """The AUC in every group of a column, with intervals."""
    words = [f"{level} {estimate_text(area)}" for level, area in groups.items()]
    return f"AUC by {column}: {', '.join(words)}"
