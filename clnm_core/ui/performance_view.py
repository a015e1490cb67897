"""How do the numbers of one model get onto a page? The overview; each further question has a view."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clnm_core.report import wording
from clnm_core.report.answers import performance_answer, threshold_answer
from clnm_core.report.methods import performance_methods
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui import panels
from clnm_core.ui.charts.calibration import calibration_figure
from clnm_core.ui.charts.confusion import confusion_figure
from clnm_core.ui.charts.decision import decision_figure
from clnm_core.ui.charts.pr import pr_figure
from clnm_core.ui.charts.roc import roc_figure
from clnm_core.ui.judged import BOOTSTRAP, FURTHER, SEED, Called, Judged, on_the_page

NARROW = 430
"""Pixels below which two charts no longer stand side by side."""

VIEWS = ("Overview", "Separation", "Calibration", "Thresholds", "Usefulness")
"""What the page shows; a view that is not chosen is not computed."""

BELIEVED = (
    *("calibration_intercept", "calibration_slope", "o_e_ratio", "ici", "e50", "e90", "ece"),
    *("brier", "brier_scaled"),
)
"""The measures of whether risks can be believed."""

_IN_STRIP = {
    "auc": "AUC",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "ppv": "PPV",
    "calibration_slope": "Calibration slope",
}


def answer(judged: Judged, called: Called, *, where: str, outcome_label: str) -> None:
    """Two sentences: how well the model does, and what its threshold costs."""
    first = performance_answer(
        _shown(judged), judged.curve, n=judged.n, events=judged.events, where=where
    )
    second = threshold_answer(called.confusion, called.threshold, outcome_label=outcome_label)
    panels.answer(f"{first} {second}")


def methods(judged: Judged, threshold: float) -> str:
    """How the numbers were made, in one line."""
    return performance_methods(
        threshold=threshold,
        bootstrap=BOOTSTRAP,
        seed=SEED,
        is_clustered=judged.patients < judged.n,
    )


def pick_view() -> str:
    """Ask which part of the page is looked at; kept in the link as ``view``."""
    return str(
        st.segmented_control(
            "Show",
            VIEWS,
            default=VIEWS[0],
            required=True,
            key="view",
            bind="query-params",
            label_visibility="collapsed",
        )
    )


def draw(judged: Judged, called: Called) -> None:
    """Draw strip, charts and table of one set of predictions at one threshold."""
    strip(judged, called)
    overview(judged, called)


def overview(judged: Judged, called: Called) -> None:
    """One chart for every question, and the table of all measures."""
    with st.grid(2, min_column_width=NARROW):
        roc_card(judged, called)
        calibration_card(judged)
        pr_card(judged, called)
        confusion_card(called)
        decision_card(judged, called)
        believed_card(judged)
    table(judged, called)


def strip(judged: Judged, called: Called) -> None:
    """The five figures that answer the page's question."""
    found = _shown(judged) | called.metrics
    counted = called.confusion
    behind = {
        "sensitivity": counted.tp + counted.fn,
        "specificity": counted.fp + counted.tn,
        "ppv": counted.tp + counted.fp,
    }
    panels.strip(
        [
            panels.estimate(label, found[name], name=name, n=behind.get(name, judged.n))
            for name, label in _IN_STRIP.items()
        ]
    )


def _shown(judged: Judged) -> dict[str, Estimate]:
    """The measures with the interval of the AUC that covers what it says in so many cases."""
    return judged.metrics | {"auc": judged.further["auc_shown"]}


def table(judged: Judged, called: Called) -> None:
    """Every measure with its interval and method, and the same as CSV."""
    estimates = on_the_page(judged, called)
    st.subheader(f"All measures at threshold {called.threshold:g}", anchor=False)
    st.dataframe(
        measures(estimates, judged.n),
        hide_index=True,
        height="content",
        alt="Every measure with its interval and the method of the interval",
    )
    numbers = pd.DataFrame(
        [{"metric": name, **estimate.to_dict()} for name, estimate in estimates.items()]
    )
    panels.table_download(numbers, "measures")


def measures(estimates: dict[str, Estimate], n: int) -> pd.DataFrame:
    """Measures as they are printed: name, value, interval, method."""
    labels = {metric.name: metric.label for metric in METRICS} | FURTHER
    rows = []
    for name, estimate in estimates.items():
        unit = wording.unit_of(name)
        rows.append(
            {
                "Measure": labels[name],
                "Value": wording.value_text(estimate, unit, n=n, decimals=3)
                if estimate.is_estimable
                else "–",
                f"{100 * estimate.level:g} % interval": wording.interval_text(
                    estimate, unit, n=n, decimals=3
                )
                if estimate.is_estimable
                else "–",
                "Method": estimate.method,
            }
        )
    return pd.DataFrame(rows)


def roc_card(judged: Judged, called: Called, *, over: str = "", low: float = 0.0) -> None:
    """The ROC curve; with the part shaded that begins at ``low`` of the rate ``over``."""
    figure = roc_figure(
        judged.roc,
        sensitivity=called.metrics["sensitivity"],
        specificity=called.metrics["specificity"],
        threshold=called.threshold,
        over=over,
        low=low,
        dark=panels.is_dark(),
    )
    panels.figure_card(
        figure,
        judged.roc,
        "Sensitivity against false alarms, over all thresholds",
        "The nearer the curve runs to the upper left corner, the better the model separates; the "
        "area under it is the AUC. The dot is the chosen threshold with its Wilson intervals. "
        "DeLong 1988, doi:10.2307/2531595.",
        "roc",
    )


def pr_card(judged: Judged, called: Called) -> None:
    """Precision against recall, with its band and the prevalence."""
    figure = pr_figure(
        judged.pr,
        prevalence=judged.prevalence,
        sensitivity=called.metrics["sensitivity"],
        ppv=called.metrics["ppv"],
        band=judged.pr_band,
        threshold=called.threshold,
        dark=panels.is_dark(),
    )
    panels.figure_card(
        figure,
        judged.pr,
        "How many flagged cases are right, over all thresholds",
        "The dashed line is what flagging everyone would give: the share with the outcome; the "
        "band holds point by point. The curve depends on that share, so compare it only between "
        "cohorts that are alike. "
        "Saito 2015, doi:10.1371/journal.pone.0118432.",
        "precision_recall",
    )


def calibration_card(judged: Judged) -> None:
    """The flexible curve with its band, bins with intervals, and how the risks are spread."""
    panels.figure_card(
        calibration_figure(judged.curve, judged.bins, judged.histogram, dark=panels.is_dark()),
        judged.bins,
        "Observed share against predicted risk",
        "On the diagonal the risks come true; below it they are too high, above it too low. The "
        "band belongs to the curve, the dots are groups of equal size with Wilson intervals. "
        "Van Calster 2019, doi:10.1186/s12916-019-1466-7.",
        "calibration",
    )


def confusion_card(called: Called) -> None:
    """The four counts at the threshold."""
    counts = called.confusion
    rows = pd.DataFrame(
        {
            "call": ["flagged", "flagged", "not flagged", "not flagged"],
            "outcome": ["present", "absent", "present", "absent"],
            "cases": [counts.tp, counts.fp, counts.fn, counts.tn],
        }
    )
    panels.figure_card(
        confusion_figure(counts, dark=panels.is_dark()),
        rows,
        f"Right and wrong calls at threshold {called.threshold:g}",
        "A case is flagged when its risk is at least the threshold. Columns are what happened, so "
        "the shares of the left column are sensitivity and misses. "
        "Altman 1994, doi:10.1136/bmj.308.6943.1552.",
        "confusion",
    )


def decision_card(judged: Judged, called: Called) -> None:
    """Net benefit with its band, beside treating everyone and no one."""
    panels.figure_card(
        decision_figure(judged.benefit, threshold=called.threshold, dark=panels.is_dark()),
        judged.benefit,
        "Net benefit of following the model",
        "Where the model's line lies above both others, acting on it does more good than treating "
        "everyone or no one. A false alarm weighs threshold to one minus threshold against a "
        "metastasis found. Vickers 2006, doi:10.1177/0272989X06295361.",
        "net_benefit",
    )


def believed_card(judged: Judged) -> None:
    """The measures of calibration, beside the chart that they summarise."""
    with st.container(border=True, height="stretch"):
        st.markdown("**Can the risks be believed, in numbers**")
        known = judged.metrics | judged.further
        chosen = {name: known[name] for name in BELIEVED if name in known}
        st.table(
            measures(chosen, judged.n).drop(columns="Method").set_index("Measure"),
            border="horizontal",
        )
        st.caption(
            "Perfect risks have intercept 0, slope 1 and observed per expected 1. A slope under 1 "
            "means that high risks are too high and low risks too low. ICI, E50, E90 and ECE are "
            "about the smooth curve: with many thousands of cases, a corner that it cannot follow "
            "is not in their intervals. E50 and E90 get one from 500 patients of either class."
        )
