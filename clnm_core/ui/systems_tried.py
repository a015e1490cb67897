"""How do all learners, networks and parts that were tried get onto the page? Never only the winner."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import wording
from clnm_core.store.records import ModelRecord
from clnm_core.ui import (
    cached,
    compare_facts,
    compare_tables,
    links,
    panels,
    pickers,
    systems_facts,
)
from clnm_core.ui.charts.model_forest import model_forest_figure
from clnm_core.ui.charts.paired_roc import paired_roc_figure
from clnm_core.ui.charts.tried_curves import tried_calibration_figure, tried_pr_figure
from clnm_core.ui.performance_view import NARROW

_FIRST = 6
"""Models whose curves are drawn until somebody chooses others."""


def draw(query: CohortQuery, record: ModelRecord, others: tuple[ModelRecord, ...]) -> None:
    """Table and curves of a model and of all that was tried beside it, on the same cases."""
    labels = links.labels_of(
        {record.name: "the model itself"}
        | {one.name: systems_facts.label_of(one) for one in others}
    )
    names = tuple(labels)
    st.subheader("All that was tried", anchor=False)
    found = cached.computed(systems_facts.numbers, query, names)
    st.dataframe(
        printed(found, labels),
        hide_index=True,
        height="content",
        column_config=_columns(),
        alt="Every learner, network and part that was tried, with intervals",
    )
    panels.table_download(found.assign(model=found["model"].map(labels)), "all_tried")
    chosen = pickers.pick_several("Curves of", labels, key="tried", first=_FIRST)
    if len(chosen) < 2:
        st.caption("Choose two or more to draw their curves.")
        return
    _draw_curves(query, chosen, labels)


def printed(found: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """One row per model: numbers to sort by, each with its interval in words behind it."""
    table = pd.DataFrame({"Tried": found["model"].map(labels), "n": found["n"]})
    for name, label in systems_facts.MEASURES.items():
        table[label] = found[name]
        table[f"{label}, interval"] = [
            "–" if math.isnan(low) else wording.interval(low, high)
            for low, high in zip(found[f"{name}_low"], found[f"{name}_high"], strict=True)
        ]
    return table


def _columns() -> dict[str, Any]:
    return (
        {"Tried": st.column_config.TextColumn(pinned=True)}
        | {
            label: st.column_config.NumberColumn(format="%.3f")
            for label in systems_facts.MEASURES.values()
        }
        | {
            f"{label}, interval": st.column_config.TextColumn("95 %", width="small")
            for label in systems_facts.MEASURES.values()
        }
    )


def _draw_curves(query: CohortQuery, names: tuple[str, ...], labels: dict[str, str]) -> None:
    found = cached.computed(compare_facts.separation, query, names)
    curves = cached.computed(systems_facts.curves, query, names)
    areas = {
        labels[name]: area for name, area in zip(found.areas.names, found.areas.auc, strict=True)
    }
    with st.grid(2, min_column_width=NARROW):
        panels.figure_card(
            paired_roc_figure(
                {labels[name]: curve for name, curve in found.curves.items()},
                areas,
                dark=panels.is_dark(),
            ),
            compare_tables.curve_rows(found, labels),
            "Sensitivity against false alarms of all that was tried",
            "Every curve is of the same cases. What was chosen was chosen on validation cases, so "
            "another may look better here by luck. DeLong 1988, doi:10.2307/2531595.",
            "tried_roc",
        )
        forest = compare_tables.forest_rows(found, labels)
        panels.figure_card(
            model_forest_figure(forest, found.winner.corrected, dark=panels.is_dark()),
            forest,
            "AUC of all that was tried, and of the best here once its luck is taken off",
            "Dots are AUCs with their intervals. The ring is what to expect of the best one on new "
            "cases, as picking it on these flatters it. Tsamardinos 2018, "
            "doi:10.1007/s10994-018-5714-4.",
            "tried_forest",
        )
        panels.figure_card(
            tried_pr_figure(
                {labels[name]: one.pr for name, one in curves.items()},
                prevalence=found.events / found.n,
                dark=panels.is_dark(),
            ),
            _stacked({labels[name]: one.pr for name, one in curves.items()}),
            "How many of the flagged cases are right",
            "The further a curve stays above the dashed line, the fewer false alarms among the "
            "flagged. Davis 2006, doi:10.1145/1143844.1143874.",
            "tried_pr",
        )
        panels.figure_card(
            tried_calibration_figure(
                {labels[name]: one.calibration for name, one in curves.items()},
                dark=panels.is_dark(),
            ),
            _stacked({labels[name]: one.calibration for name, one in curves.items()}),
            "Do the risks of each come true?",
            "On the dashed line, of a hundred cases given 30 % thirty have the outcome; below it "
            "risks are too high. Bands are left out here: each model's own Performance page has "
            "them. Van Calster 2016, doi:10.1016/j.jclinepi.2015.12.005.",
            "tried_calibration",
        )


def _stacked(curves: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(
        [curve.assign(model=name) for name, curve in curves.items()], ignore_index=True
    )
