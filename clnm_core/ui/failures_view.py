"""How do a model's errors get onto a page, one by one, with the reasons that readers note?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column
from clnm_core.report import failures_words, wording
from clnm_core.stats.failure_split import Split
from clnm_core.store import failures
from clnm_core.store.failures import FALSE_ALARMS, MISSED, ErrorCounts
from clnm_core.store.notes import Note
from clnm_core.ui import cached, failures_facts, links, note_editor, panels, pickers, tables
from clnm_core.ui.charts.failures import failures_figure
from clnm_core.ui.failures_facts import PAGE_SIZE, Common
from clnm_core.ui.note_editor import Notebook
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.pickers import Picked
from clnm_core.ui.words import plain

KIND_WORDS = {MISSED: "Missed cases", FALSE_ALARMS: "False alarms"}

_SHOWN = "_failures_shown"

MOST_SPLITS = 6
"""Columns in the table of what errors have in common."""


def draw(picked: Picked) -> None:
    """Picker, answer, strip, chart, what errors have in common, and the errors one by one."""
    query, model = picked.query, picked.model.name
    left, _, _ = st.columns(3)
    with left:
        kind = pickers.pick("Show", "error", KIND_WORDS)
    counts = cached.computed(failures_facts.counted, query, model, picked.threshold)
    common = cached.computed(failures_facts.common, query, model, picked.threshold, kind)
    registry = cached.registry(query.cohort)
    labels = {column.name: column.label for column in registry}
    outcome = registry[query.outcome].label
    panels.answer(
        failures_words.failures_answer(
            kind,
            common.share,
            wrong=counts.wrong(kind),
            possible=counts.possible(kind),
            threshold=picked.threshold,
            outcome_label=outcome,
            split=common.splits[0] if common.splits else None,
            labels=labels,
        )
    )
    notebook = note_editor.open_notebook(query, model)
    _strip(counts, notebook)
    with st.grid(2, min_column_width=NARROW):
        _chart(picked, outcome)
        _in_common(kind, common, labels)
    _errors(picked, kind, counts.wrong(kind), notebook)
    panels.methods_line(
        failures_words.failures_methods(kind, common.share, threshold=picked.threshold)
    )


def _strip(counts: ErrorCounts, notebook: Notebook) -> None:
    noted = len(notebook.notes)
    panels.strip(
        [
            panels.Figure("Missed", f"{counts.missed:,}", f"of {counts.events:,} with the outcome"),
            panels.Figure("Caught", f"{counts.caught:,}", "with the outcome"),
            panels.Figure(
                "False alarms", f"{counts.false_alarms:,}", f"of {counts.without:,} without it"
            ),
            panels.Figure("Rightly not called", f"{counts.cleared:,}", "without the outcome"),
            panels.Figure(
                "Cases with a note",
                f"{noted:,}",
                "of this model and outcome",
                "Notes are kept in the store and seen by everyone who opens it.",
            ),
        ]
    )


def _chart(picked: Picked, outcome: str) -> None:
    counts = cached.computed(
        failures_facts.by_risk, picked.query, picked.model.name, picked.threshold
    )
    panels.figure_card(
        failures_figure(
            counts,
            threshold=picked.threshold,
            outcome=wording.lower_first(outcome),
            dark=panels.is_dark(),
        ),
        counts,
        "Right and wrong calls by risk",
        "Bars upwards are cases with the outcome, downwards without it; full colour is wrong, "
        "pale is right. Errors far from the threshold are those of which the model was sure: "
        "look at these first. Steyerberg 2010, doi:10.1097/EDE.0b013e3181c30fb2.",
        "calls_by_risk",
    )


def _in_common(kind: str, common: Common, labels: Mapping[str, str]) -> None:
    with st.container(border=True, height="stretch"):
        words = "missed" if kind == MISSED else "falsely called"
        others = "caught" if kind == MISSED else "rightly not called"
        st.markdown(
            f"**What the {words} cases have in common**",
            help="For every column the split that parts wrong from right calls best. The interval "
            "is corrected for all splits that were tried; one that holds 0 may be chance.",
        )
        if not common.splits:
            st.write(
                f"Fewer than ten cases are {words}, or {others}: too few to say what they have in "
                "common. Move the threshold, or take a filter away."
            )
            return
        st.html(splits_html(common.splits[:MOST_SPLITS], labels, words, others))


def splits_html(
    splits: tuple[Split, ...], labels: Mapping[str, str], words: str, others: str
) -> str:
    """The best split of every column as a table."""
    rows: list[list[str | tables.Cell | None]] = [
        [
            f"{labels.get(one.column, one.column)}: {failures_words.side_text(one)}",
            f"{wording.percent(one.wrong_in / one.wrong)} ({one.wrong_in:,})",
            f"{wording.percent(one.right_in / one.right)} ({one.right_in:,})",
            wording.percent_interval(one.difference.low, one.difference.high)
            if one.difference.is_estimable
            else "–",
            "beyond chance" if one.is_shown else "may be chance",
        ]
        for one in splits
    ]
    return tables.table(
        ["", f"Of the {words}", f"Of the {others}", "Difference, interval", ""],
        rows,
        alt=f"What the {words} cases have in common",
        numeric=[False, True, True, True],
    )


def _errors(picked: Picked, kind: str, wrong: int, notebook: Notebook) -> None:
    st.subheader(f"{KIND_WORDS[kind]}, the surest first", anchor=False)
    if notebook.obstacle:
        st.info(plain(notebook.obstacle), icon=":material/edit_off:")
    if not wrong:
        st.write("There is none at this threshold. Move the threshold, or take a filter away.")
        return
    pages = math.ceil(wrong / PAGE_SIZE)
    shown = (kind, picked.model.name)
    if st.session_state.setdefault(_SHOWN, shown) != shown:
        st.session_state[_SHOWN], st.session_state["page"] = shown, 1
    if st.session_state.get("page", 1) > pages:
        st.session_state["page"] = pages
    top, bottom = st.container(), st.container(horizontal=True, horizontal_alignment="center")
    with bottom:
        page = st.pagination(pages, key="page", bind="query-params")
    query = picked.query
    columns = failures_facts.main_columns(cached.registry(query.cohort))
    names = tuple(column.name for column in columns)
    rows = cached.computed(
        failures_facts.listed, query, picked.model.name, picked.threshold, kind, page, names
    )
    with top, st.grid(3, min_column_width=260):
        for row in rows.to_dict("records"):
            values = {str(name): value for name, value in row.items()}
            with st.container(border=True, height="stretch"):
                _card(picked, kind, values, columns, notebook)
    _download(query, picked, kind, names, notebook.notes)


def _card(
    picked: Picked,
    kind: str,
    row: Mapping[str, Any],
    columns: list[Column],
    notebook: Notebook,
) -> None:
    note_editor.picture(row["digest"], f"First image of case {row['case_id']}")
    side, has = ("below", "With") if kind == MISSED else ("above", "Without")
    outcome = cached.registry(picked.query.cohort)[picked.query.outcome].label
    st.markdown(
        f"**Risk {plain(wording.percent(row['risk']))}**, "
        f"{plain(failures_words.wrong_by_text(row['wrong_by']))} {side} the threshold"
    )
    facts = failures_facts.facts_text(row, columns)
    st.caption(plain(" · ".join(filter(None, [f"{has} {wording.lower_first(outcome)}", facts]))))
    st.html(case_link(row["case_id"]))
    note_editor.draw(notebook, row["case_id"])


def case_link(case_id: str) -> str:
    """A link to the record of a case that keeps the cohort of the sidebar."""
    kept = {
        key: st.query_params.get_all(key) for key in st.query_params if key not in links.PAGE_KEYS
    }
    target = urlencode({**kept, "case": case_id}, doseq=True)
    return f"<span class='clnm-table' style='border:none'><a href='case?{escape(target)}'>{escape(case_id)}</a></span>"


def _download(
    query: CohortQuery,
    picked: Picked,
    kind: str,
    columns: tuple[str, ...],
    notes: Mapping[str, Note],
) -> None:
    """A button that saves all errors of the kind with their notes, made when it is pressed."""
    warehouse = cached.warehouse(query.cohort)
    model, threshold = picked.model.name, picked.threshold

    def made() -> bytes:
        rows = failures.all_errors(warehouse, query, model, threshold, kind=kind, columns=columns)
        return failures_facts.exported(rows, notes).to_csv(index=False).encode("utf-8-sig")

    st.download_button(
        f"Download all {KIND_WORDS[kind].lower()} with their notes",
        data=made,
        file_name=f"{kind}.csv",
        mime="text/csv",
        icon=":material/download:",
        key="csv_failures",
        on_click="ignore",
    )
