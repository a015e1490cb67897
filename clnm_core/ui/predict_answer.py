"""What the model says of one case: risk, threshold, doubts, and what moves the risk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from clnm_core.report.case_html import case_html
from clnm_core.report.case_words import case_answer
from clnm_core.report.wording import percent, percent_interval
from clnm_core.store.modelling import case_report
from clnm_core.store.records import ModelRecord
from clnm_core.systems.case import CaseReport
from clnm_core.ui import cached, cached_models, panels
from clnm_core.ui.charts.contributions import contributions_figure
from clnm_core.ui.outline_upload import Outlined
from clnm_core.ui.words import plain


def draw(record: ModelRecord, values: Mapping[str, Any], outlined: Outlined | None) -> None:
    """Judge the case and draw the answer under the form."""
    report = case_report(cached_models.loaded(record), record, values)
    st.divider()
    panels.answer(case_answer(report))
    panels.strip(
        [
            panels.Figure(
                report.outcome_label,
                percent(report.risk.value),
                percent_interval(report.risk.low, report.risk.high),
                report.risk.method,
            ),
            panels.Figure(
                "Threshold",
                percent(report.threshold),
                "reached" if report.is_positive else "not reached",
                f"Youden's, chosen on {record.manifest['threshold_from']} cases; positive when risk ≥ threshold.",
            ),
            panels.Figure(
                "Trained on", f"{record.manifest['training_cases']:,}", "cases", report.trained_on
            ),
        ]
    )
    for doubt in report.doubts:
        st.warning(plain(doubt), icon=":material/warning:")
    panels.figure_card(
        contributions_figure(report.contributions, dark=panels.is_dark()),
        report.contributions.drop(columns="column"),
        "What moves this risk away from the training average",
        "Each bar is what a variable adds to the log-odds, against the mean of the training cases. "
        "They add up exactly, because the model has no interactions; they describe the model, not a cause. "
        "Lundberg 2017, arXiv:1705.07874.",
        "contributions",
    )
    _downloads(report, outlined)
    panels.methods_line(
        f"Ridge-penalised logistic regression on {report.trained_on}; interval: {report.risk.method}. "
        f"Threshold: Youden's index on {record.manifest['threshold_from']} cases."
    )


def _downloads(report: CaseReport, outlined: Outlined | None) -> None:
    images = [("uploaded picture", outlined.image)] if outlined is not None else []
    masks, ruler = (outlined.masks, outlined.ruler) if outlined is not None else (None, None)
    with st.container(horizontal=True):
        st.download_button(
            "Report (HTML)",
            lambda: case_html(
                report,
                images=images,
                outlines=masks,
                ruler=ruler,
                store_version=cached.version(),
            ),
            file_name="case-report.html",
            mime="text/html",
            icon=":material/description:",
            key="case_report_html",
            on_click="ignore",
        )
        st.download_button(
            "Answer (JSON)",
            lambda: json.dumps(report.to_dict(), indent=1, ensure_ascii=False),
            file_name="case-report.json",
            mime="application/json",
            icon=":material/data_object:",
            key="case_report_json",
            on_click="ignore",
        )
