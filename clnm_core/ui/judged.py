"""What do the audit views need to know about one set of predictions?

Everything that a threshold does not change is computed once (:func:`judge`), the counts of
all thresholds with it; what it does change is then read off those counts (:func:`call`), so
that a slider moves every panel without touching a row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clnm_core.domain.predictions import Predictions
from clnm_core.stats import calibration
from clnm_core.stats.calibration import calibration_bins
from clnm_core.stats.call_counts import CallCounts, call_counts
from clnm_core.stats.delong import fewer_patients
from clnm_core.stats.discrimination import (
    ENOUGH_FOR_DELONG,
    auc,
    auc_logit,
    auc_shown,
    average_precision,
    pr_curve,
    roc_curve,
)
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.precision_band import precision_band
from clnm_core.stats.risk_cells import risk_cells
from clnm_core.stats.smooth_calibration import calibration_curve
from clnm_core.stats.thresholds import (
    Confusion,
    confusion,
    measures_of,
    operating_point,
)
from clnm_core.stats.uncertainty import Estimate
from clnm_core.stats.utility import net_benefit
from clnm_core.ui.charts.thinning import thinned

BOOTSTRAP, SEED = 1_000, 0
"""Resamples behind the intervals that need them, and where they start."""

FURTHER = {
    "auc_logit": "AUC, interval on the log-odds",
    "e50": "Median distance (E50)",
    "e90": "Distance of nine in ten (E90)",
}
"""Measures that the page shows beside those of a report, and what they are called."""

BESIDE = {"auc": ("auc_logit",), "ici": ("e50", "e90")}
"""Which further measures stand behind which one of a report."""

_BARS = 25
"""Columns of the histogram of risks, each 4 % wide."""


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """What holds at every threshold.

    ``metrics`` are the measures of a report that need no threshold, by name, and ``further``
    those that only the page shows (``auc_shown`` has the interval that covers in so many cases); ``counts`` holds the calls at every step of the slider.
    ``roc`` and ``pr`` have at most 1,000 rows; these and the other frames are as the charts
    take them.
    """

    n: int
    events: int
    patients: int
    metrics: dict[str, Estimate]
    further: dict[str, Estimate]
    counts: CallCounts
    roc: pd.DataFrame
    pr: pd.DataFrame
    pr_band: pd.DataFrame
    curve: pd.DataFrame
    bins: pd.DataFrame
    benefit: pd.DataFrame
    histogram: pd.DataFrame

    @property
    def prevalence(self) -> float:
        """Share of cases with the outcome."""
        return self.events / self.n


@dataclass(frozen=True, eq=False, slots=True)
class Called:
    """What holds at one threshold."""

    threshold: float
    confusion: Confusion
    metrics: dict[str, Estimate]


def judge(predictions: Predictions) -> Judged:
    """Compute everything that a threshold does not change."""
    cells = risk_cells(predictions, bootstrap=BOOTSTRAP, seed=SEED)
    area = auc(predictions)
    needs_logit = fewer_patients(predictions) < ENOUGH_FOR_DELONG
    return Judged(
        n=len(predictions),
        events=predictions.events,
        patients=len(np.unique(predictions.patient)),
        metrics={
            "auc": area,
            "average_precision": average_precision(predictions),
            "brier": calibration.brier(predictions),
            "brier_scaled": calibration.brier_scaled(predictions),
            "calibration_intercept": calibration.intercept(predictions),
            "calibration_slope": calibration.slope(predictions),
            "o_e_ratio": calibration.o_e_ratio(predictions),
            "ici": calibration.ici(predictions, cells=cells, bootstrap=BOOTSTRAP, seed=SEED),
            "ece": calibration.ece(predictions, cells=cells, bootstrap=BOOTSTRAP, seed=SEED),
        },
        further={
            "auc_shown": auc_shown(predictions) if needs_logit else area,
            "auc_logit": auc_logit(predictions),
            "e50": calibration.e50(predictions, cells=cells, bootstrap=BOOTSTRAP, seed=SEED),
            "e90": calibration.e90(predictions, cells=cells, bootstrap=BOOTSTRAP, seed=SEED),
        },
        counts=call_counts(predictions),
        roc=thinned(roc_curve(predictions), "false_positive_rate", "sensitivity"),
        pr=thinned(pr_curve(predictions), "recall", "precision"),
        pr_band=precision_band(predictions, bootstrap=BOOTSTRAP, seed=SEED),
        curve=calibration_curve(predictions),
        bins=calibration_bins(predictions),
        benefit=net_benefit(predictions, bootstrap=BOOTSTRAP, seed=SEED),
        histogram=_histogram(predictions),
    )


def call(cases: Predictions | CallCounts, threshold: float) -> Called:
    """Compute what a threshold changes; a case is positive when ``risk >= threshold``.

    Parameters
    ----------
    cases : Predictions or CallCounts
        Rows; or the counts of all thresholds, which do as well where every case is a patient
        of its own, and are independent of the number of rows.
    threshold : float
        In [0, 1], and on the grid of the counts.

    """
    if isinstance(cases, CallCounts):
        counted = cases.at(threshold)
        return Called(threshold, counted, measures_of(counted))
    return Called(
        threshold,
        confusion(cases, threshold),
        operating_point(cases, threshold),
    )


def in_report_order(judged: Judged, called: Called) -> dict[str, Estimate]:
    """All measures, in the order of a report."""
    found = judged.metrics | called.metrics
    return {metric.name: found[metric.name] for metric in METRICS}


def on_the_page(judged: Judged, called: Called) -> dict[str, Estimate]:
    """The measures of a report, and behind each the further ones that belong to it."""
    found: dict[str, Estimate] = {}
    for name, estimate in in_report_order(judged, called).items():
        found[name] = estimate
        found |= {key: judged.further[key] for key in BESIDE.get(name, ()) if key in judged.further}
    return found


def _histogram(predictions: Predictions) -> pd.DataFrame:
    """Counts of risks by outcome: ``low``, ``high``, ``present``, ``absent``."""
    edges = np.linspace(0, 1, _BARS + 1)
    counts = {
        name: np.histogram(predictions.risk[mask], edges)[0]
        for name, mask in (("present", predictions.y_true), ("absent", ~predictions.y_true))
    }
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], **counts})
