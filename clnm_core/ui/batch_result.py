"""What did the models say of many cases: a table to sort, what was left out, and both to take away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from clnm_core.report.batch_words import done_words
from clnm_core.report.spreadsheet import csv_text
from clnm_core.report.wording import percent
from clnm_core.store.ingest.row_rules import Issue
from clnm_core.ui import panels
from clnm_core.ui.batch_work import Work

Left = Sequence[tuple[str, str]]
"""Files that were left out, and why."""


def draw(work: Work, aside: pd.DataFrame, left: Left) -> None:
    """Draw the sentence, the table and the lists."""
    if work.table is None:
        return
    rows = aside["row"].nunique() if len(aside) else 0
    panels.answer(done_words(work.table, work.thresholds, rows))
    shown, config = shown_table(work.table, work.thresholds)
    st.dataframe(
        shown,
        hide_index=True,
        column_config=config,
        alt="Risk of each case",
        placeholder="–",
        key="batch_table_shown",
    )
    _download(work.table, "Risks as CSV", "risks")
    if len(aside):
        st.markdown("**Rows that were set aside**")
        st.dataframe(
            aside.rename(columns=str.capitalize),
            hide_index=True,
            alt="Rows set aside, with reasons",
        )
        _download(aside, "Rows set aside as CSV", "set_aside")
    if left:
        st.markdown("**Files that were left out**")
        files = pd.DataFrame(left, columns=["file", "reason"])
        st.dataframe(
            files.rename(columns=str.capitalize),
            hide_index=True,
            alt="Files left out, with reasons",
        )


def shown_table(
    table: pd.DataFrame, thresholds: dict[str, float]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table for the page, and how its columns are drawn; columns that say nothing are left out."""
    columns: dict[str, Any] = {"Case": table["case_id"]}
    config: dict[str, Any] = {}
    if "row" in table:
        columns["Row"] = table["row"]
    for name, threshold in thresholds.items():
        columns[name] = 100 * table[f"{name}_risk"]
        config[name] = st.column_config.ProgressColumn(
            f"Risk, {name}", min_value=0, max_value=100, format="%.0f %%"
        )
        reached = f"{name} ≥ {percent(threshold)}"
        columns[reached] = table[f"{name}_threshold_reached"].map(
            {True: "reached", False: "not reached"}
        )
    for name in thresholds:
        why = table[f"{name}_why_not"]
        if (why != "").any():
            columns[f"No risk of {name} because"] = why
    for name in ("outlines", "measured", "notes"):
        if (table[name] != "").any():
            columns[name.capitalize()] = table[name]
    return pd.DataFrame(columns), config


def aside_table(issues: Sequence[Issue], aside: dict[int, str]) -> pd.DataFrame:
    """Every cell that set its row aside: ``case, row, column, value, rule``."""
    rows = [{"case": aside.get(one.row, "")} | one.to_dict() for one in issues]
    return pd.DataFrame(rows, columns=["case", "row", "column", "value", "rule"])


def _download(table: pd.DataFrame, label: str, name: str) -> None:
    st.download_button(
        label,
        data=lambda: csv_text(table).encode("utf-8-sig"),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"batch_csv_{name}",
        on_click="ignore",
    )
