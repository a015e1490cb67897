"""What do the curves of an audit look like on paper?"""

from __future__ import annotations

import math

import numpy as np

from clnm_core.report import figure_methods, svg
from clnm_core.report.sheet import figure, paragraph
from clnm_core.report.wording import estimate_text, reason, threshold_text
from clnm_core.stats.audit import Audit

TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def roc_figure(audit: Audit) -> str:
    """Sensitivity against false alarms at every threshold, with the chosen one as a dot."""
    area = audit.overall["auc"]
    if math.isnan(area.value):
        return _missing("ROC curve", reason(area))
    axes = svg.Axes()
    sensitivity, specificity = audit.overall["sensitivity"], audit.overall["specificity"]
    place = 1 - specificity.value
    parts = [
        svg.grid(axes, "1 − specificity", "Sensitivity", x_ticks=TICKS, y_ticks=TICKS),
        svg.curve(axes, [0, 1], [0, 1], colour=svg.MUTED, width=1, dashes="4 4"),
        svg.curve(axes, audit.roc["false_positive_rate"], audit.roc["sensitivity"]),
        svg.dots(axes, place, sensitivity.value, sensitivity.low, sensitivity.high),
        svg.note(axes, 0.98, 0.05, f"AUC {estimate_text(area, decimals=3)}", anchor="end"),
    ]
    return figure(
        "Sensitivity against false alarms",
        svg.drawing(axes, parts, description=f"ROC curve; AUC {estimate_text(area)}"),
        "Nearer to the upper left corner is better; the dashed diagonal is chance. The dot is "
        f"threshold {threshold_text(audit.threshold)} with the interval of its sensitivity.",
        figure_methods.roc_methods(audit),
    )


def pr_figure(audit: Audit) -> str:
    """Precision against sensitivity, beside the precision of flagging everyone."""
    precision = audit.overall["average_precision"]
    if math.isnan(precision.value):
        return _missing("Precision-recall curve", reason(precision))
    axes = svg.Axes()
    prevalence = audit.events / audit.n
    ordered = audit.pr.sort_values("recall", kind="stable")
    said = estimate_text(precision, decimals=3)
    parts = [
        svg.grid(axes, "Sensitivity (recall)", "Precision (PPV)", x_ticks=TICKS, y_ticks=TICKS),
        svg.curve(axes, [0, 1], [prevalence] * 2, colour=svg.MUTED, width=1, dashes="4 4"),
        svg.steps(axes, ordered["recall"], ordered["precision"]),
        svg.note(axes, 0.02, 0.05, f"average precision {said}"),
    ]
    return figure(
        "Precision against sensitivity",
        svg.drawing(axes, parts, description=f"Precision-recall curve; average precision {said}"),
        "How many of the flagged cases have the outcome, at every sensitivity; the dashed line is "
        "the share of cases that have it, which flagging everyone would give.",
        figure_methods.pr_methods(audit),
    )


def calibration_figure(audit: Audit) -> str:
    """Observed share against risk: the flexible curve with its band, and bins."""
    bins, smooth = audit.calibration, audit.calibration_curve
    axes = svg.Axes()
    slope = audit.overall["calibration_slope"]
    parts = [
        svg.grid(axes, "Predicted risk", "Observed share", x_ticks=TICKS, y_ticks=TICKS),
        svg.curve(axes, [0, 1], [0, 1], colour=svg.MUTED, width=1, dashes="4 4"),
        svg.band(axes, smooth["risk"], smooth["low"], smooth["high"]),
        svg.curve(axes, smooth["risk"], smooth["observed"]),
        svg.dots(axes, bins["mean_risk"], bins["observed"], bins["low"], bins["high"]),
    ]
    if not math.isnan(slope.value):
        parts.append(
            svg.note(axes, 0.98, 0.05, f"slope {estimate_text(slope, decimals=2)}", anchor="end")
        )
    return figure(
        "Observed against predicted risk",
        svg.drawing(axes, parts, description="Calibration curve with band, and bins"),
        "On the dashed diagonal the risks are right; above it they are too low, below it too high. "
        + (
            "Dots are equally large bins of cases with their intervals; the line is a flexible "
            "curve with its pointwise band."
            if len(smooth)
            else "Dots are equally large bins of cases with their intervals; a flexible curve "
            "cannot be estimated from these cases."
        ),
        figure_methods.calibration_methods(audit),
    )


def decision_figure(audit: Audit) -> str:
    """Net benefit of treating by the model, of treating everyone, and of treating no one."""
    table = audit.net_benefit
    prevalence = audit.events / audit.n
    top = max(prevalence, float(np.nanmax(table["high"].fillna(table["model"]))), 0.05) * 1.1
    axes = svg.Axes(y=(-0.25 * top, top))
    ticks = [tick for tick in _round_ticks(top) if tick >= -0.25 * top]
    shown = table["treat_all"] >= -0.25 * top
    parts = [
        svg.grid(axes, "Threshold of risk", "Net benefit", x_ticks=TICKS, y_ticks=ticks),
        svg.curve(axes, [0, 1], [0, 0], colour=svg.MUTED, width=1.5),
        svg.curve(
            axes,
            table["threshold"][shown],
            table["treat_all"][shown],
            colour=svg.MUTED,
            width=1.5,
            dashes="5 4",
        ),
        svg.band(axes, table["threshold"], table["low"], table["high"]),
        svg.curve(axes, table["threshold"], table["model"]),
    ]
    return figure(
        "Net benefit of acting on the model",
        svg.drawing(axes, parts, description="Decision curve of the model with its band"),
        "Solid with its band: acting on the model; dashed: treating everyone; level: treating no "
        "one. At the threshold at which you would act, the highest line does most good: true "
        "positives minus false positives weighted by the odds of the threshold, per case.",
        figure_methods.decision_methods(audit),
    )


def _round_ticks(top: float) -> list[float]:
    """Round steps from below 0 up to the top of the axis."""
    power = 10.0 ** math.floor(math.log10(top / 4))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= top / 5)
    return [round(k * step, 10) for k in range(-2, int(top / step) + 1)]


def _missing(title: str, why: str) -> str:
    return figure(title, paragraph(why, "muted"), "")
