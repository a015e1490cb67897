"""How is it shown whether acting on the model would help?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report.performance_methods import usefulness_methods
from clnm_core.report.threshold_words import avoided_answer, value_answer
from clnm_core.stats.predictive_values import PREVALENCES, predictive_values
from clnm_core.ui import cached, panels, performance_facts, performance_view
from clnm_core.ui.charts.impact import avoided_figure, impact_figure
from clnm_core.ui.charts.predictive import predictive_figure
from clnm_core.ui.judged import BOOTSTRAP, SEED, Called, Judged
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.words import plain, unbroken


def draw(
    query: CohortQuery, model: str, judged: Judged, called: Called, *, outcome_label: str
) -> str:
    """Draw what acting on the model gains, saves and asks for, here and elsewhere.

    Returns
    -------
    str
        How the numbers were made.

    """
    avoided = cached.computed(performance_facts.avoided, query, model)
    impact = cached.computed(performance_facts.impact, query, model)
    row = avoided.iloc[(avoided["threshold"] - called.threshold).abs().to_numpy().argmin()]
    st.markdown(plain(unbroken(avoided_answer(row, threshold=called.threshold))))
    with st.grid(2, min_column_width=NARROW):
        performance_view.decision_card(judged, called)
        _avoided(avoided, called.threshold)
    st.subheader("What a flag is worth, here and elsewhere", anchor=False)
    prevalence = _prevalence(judged, called, outcome_label)
    with st.grid(2, min_column_width=NARROW):
        _impact(impact, called.threshold)
        _predictive(judged, called, prevalence)
    return usefulness_methods(
        bootstrap=BOOTSTRAP, seed=SEED, is_clustered=judged.counts.is_clustered
    )


def _avoided(avoided: pd.DataFrame, threshold: float) -> None:
    panels.figure_card(
        avoided_figure(avoided, threshold=threshold, dark=panels.is_dark()),
        avoided,
        "Treatments avoided, net, against treating everyone",
        "Of 100 patients, how many fewer are treated when the model is followed, after the "
        "metastases it misses have been paid for at the price that the threshold sets. Below zero "
        "treating everyone does more good. Vickers 2008, doi:10.1186/1472-6947-8-53.",
        "interventions_avoided",
    )


def _impact(impact: pd.DataFrame, threshold: float) -> None:
    panels.figure_card(
        impact_figure(impact, threshold=threshold, dark=panels.is_dark()),
        impact,
        "How many are flagged, and how many of them rightly",
        "Of 1,000 patients like these, the upper curve counts those at or above the threshold and "
        "the lower one those of them who have the outcome; between them lie the false alarms. "
        "Kerr 2016, doi:10.1200/JCO.2015.65.5654.",
        "clinical_impact",
    )


def _prevalence(judged: Judged, called: Called, outcome_label: str) -> float:
    """Ask for a prevalence, and say what the calls would be worth there."""
    left, right = st.columns([1, 2], vertical_alignment="center")
    prevalence = float(
        left.slider(
            "Prevalence where the model would be used",
            0.01,
            0.99,
            min(max(round(judged.prevalence, 2), 0.01), 0.99),
            0.01,
            key="prevalence",
            bind="query-params",
        )
    )
    rates = called.metrics["sensitivity"], called.metrics["specificity"]
    sentence = value_answer(
        predictive_values(*rates, prevalence).iloc[0],
        threshold=called.threshold,
        here=judged.prevalence,
        outcome_label=outcome_label,
    )
    right.markdown(plain(unbroken(sentence)))
    return prevalence


def _predictive(judged: Judged, called: Called, prevalence: float) -> None:
    values = predictive_values(
        called.metrics["sensitivity"], called.metrics["specificity"], PREVALENCES
    )
    panels.figure_card(
        predictive_figure(
            values, here=judged.prevalence, elsewhere=prevalence, dark=panels.is_dark()
        ),
        values,
        f"Predictive values at threshold {called.threshold:g}, by prevalence",
        "Sensitivity and specificity are taken to stay what they are here; only the share with "
        "the outcome moves, so the bands do not hold where patients differ in other ways. "
        "Newcombe 2016, doi:10.1177/0962280213502144.",
        "predictive_values",
    )
