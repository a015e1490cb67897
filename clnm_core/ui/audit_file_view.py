"""What does the audit of a file show? The same views as for a stored model, and downloads."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from clnm_core.domain.predictions import Predictions
from clnm_core.errors import TableError
from clnm_core.report.answers import performance_answer, subgroups_answer
from clnm_core.report.audit_html import audit_html
from clnm_core.report.group_calibration import calibration_of_groups
from clnm_core.report.wording import count_text
from clnm_core.stats.audit import DEFAULT_THRESHOLD, Audit, audit
from clnm_core.stats.findings import Finding, findings
from clnm_core.store.ingest.predictions_table import PredictionsTable
from clnm_core.ui import audit_file_pages, audited_file, panels, performance_view, subgroups_view
from clnm_core.ui.audited_file import AuditedFile, Choice
from clnm_core.ui.compared import Compared, at_threshold, compare
from clnm_core.ui.judged import BOOTSTRAP, SEED, Called, Judged, call, judge
from clnm_core.ui.words import plain

VIEWS = ("Performance", "Subgroups")
MOST_LISTED = 1_000
"""Rows that cannot be used are listed up to this many; all are in the download."""

FEW_ROWS = 6
"""Lists up to this long are shown whole; longer ones scroll."""

_MARKS = {"error": ":material/error:", "warning": ":material/warning:", "info": ":material/info:"}


def draw(file: AuditedFile, choice: Choice) -> None:
    """Audit the chosen columns; stop at rows that cannot be used until they are set aside."""
    try:
        with st.spinner("Checking every row"):
            found = audited_file.read(file, choice)
    except TableError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if found.excluded and not _may_set_aside(file, choice, found):
        return
    split, threshold, view = _pickers(file, found)
    predictions, groups = audited_file.part(found, split)
    key = (choice, split)
    with st.spinner("Judging the risks"):
        judged = file.computed(("judged", key), lambda: judge(predictions))
    called = call(predictions if judged.counts.is_clustered else judged.counts, threshold)
    compared = None
    if view == "Subgroups" and choice.by:
        with st.spinner("Comparing the groups"):
            known = audited_file.declared(groups)
            base = file.computed(
                ("compared", key), lambda: compare(predictions, groups, DEFAULT_THRESHOLD, known)
            )
            compared = file.computed(
                ("compared", key, threshold),
                lambda: at_threshold(base, predictions, groups, threshold, known),
            )
    _answer(judged, called, compared, view, found)
    st.caption(plain(found.outcome_note))
    _findings(predictions, judged, called, compared, split_words(found, split))
    if view == "Performance":
        performance_view.draw(judged, called)
    elif compared is None:
        st.info(
            "Choose columns under “Groups, split, id and patient” above to compare groups.",
            icon=":material/arrow_upward:",
        )
    else:
        metric = _metric(file)
        subgroups_view.draw(compared, metric)
    audit_file_pages.draw(file, choice, found)
    _downloads(file, choice, found, split, threshold)
    if view == "Performance" or compared is None:
        line = performance_view.methods(judged, threshold)
    else:
        line = subgroups_view.methods(compared)
    panels.methods_line(line)


def split_words(found: PredictionsTable, split: str) -> pd.Series | None:
    """The split of every case that is judged; None where no column says it."""
    if found.split is None:
        return None
    words = pd.Series(found.split, dtype="str")
    return words[words == split].reset_index(drop=True) if split else words


def whole(file: AuditedFile, choice: Choice, split: str, threshold: float) -> Audit:
    """The complete audit, as the command line gives it; made when it is downloaded."""
    found = audited_file.read(file, choice)
    predictions, groups = audited_file.part(found, split)
    return file.computed(
        ("audit", choice, split, threshold),
        lambda: audit(
            predictions,
            groups=groups if choice.by else None,
            threshold=threshold,
            bootstrap=BOOTSTRAP,
            seed=SEED,
            split=split_words(found, split),
            excluded=found.excluded,
            columns=audited_file.declared(groups),
        ),
    )


def _may_set_aside(file: AuditedFile, choice: Choice, found: PredictionsTable) -> bool:
    """List the rows that cannot be used, and ask whether to go on without them."""
    table = audited_file.set_aside(file, choice, found)
    n, all_rows = len(table), len(file.table)
    with st.container(border=True, key="audit_excluded"):
        st.markdown(
            f":material/warning: **{count_text(n, 'row')} of {all_rows:,} cannot be used.** "
            "Correct them in the file, or set them aside with the switch; they are counted in "
            "every result."
        )
        may = st.toggle(
            "Set these rows aside", key=f"audit_drop_{file.number}", persist_state="session"
        )
        with st.expander("The rows that are set aside") if may else st.container():
            st.dataframe(
                table.head(MOST_LISTED),
                hide_index=True,
                height="content" if n <= FEW_ROWS else 248,
                alt="Rows that cannot be used, with their values and the reason",
            )
            if n > MOST_LISTED:
                st.caption(f"The first {MOST_LISTED:,} are shown; the download has all.")
            panels.table_download(table, "rows_set_aside")
    return may


def _pickers(file: AuditedFile, found: PredictionsTable) -> tuple[str, float, str]:
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    threshold = left.slider(
        "Threshold",
        0.01,
        0.99,
        DEFAULT_THRESHOLD,
        0.01,
        key=f"audit_threshold_{file.number}",
        persist_state="session",
        help="A case counts as positive when its risk is at least this.",
    )
    view = middle.segmented_control(
        "Show",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key=f"audit_view_{file.number}",
        persist_state="session",
        wrap=True,
    )
    split = ""
    if found.split is not None:
        words = sorted(set(found.split))
        split = right.selectbox(
            "Judged on",
            ["", *words],
            format_func=lambda word: word or "all splits",
            key=f"audit_part_{file.number}",
            persist_state="session",
        )
        split = split if split in words else ""
    return split, float(threshold), str(view)


def _metric(file: AuditedFile) -> str:
    names = subgroups_view.metric_names()
    chosen = st.selectbox(
        "Measure",
        list(names),
        format_func=lambda name: names.get(name, str(name)),
        key=f"audit_metric_{file.number}",
        persist_state="session",
        width=360,
    )
    return chosen if chosen in names else next(iter(names))


def _answer(
    judged: Judged, called: Called, compared: Compared | None, view: str, found: PredictionsTable
) -> None:
    if view == "Subgroups" and compared is not None:
        sentence = subgroups_answer(compared.groups, compared.gaps, labels=compared.labels)
    else:
        sentence = performance_answer(
            judged.metrics | called.metrics, judged.curve, n=judged.n, events=judged.events
        )
    n = len(found.excluded)
    if n:
        sentence += f" {count_text(n, 'row')} {'was' if n == 1 else 'were'} set aside."
    panels.answer(sentence)


def _findings(
    predictions: Predictions,
    judged: Judged,
    called: Called,
    compared: Compared | None,
    split: pd.Series | None,
) -> None:
    words = None if split is None else split.to_numpy(dtype=str)
    groups, gaps = (compared.groups, compared.gaps) if compared else ((), ())
    for finding in findings(predictions, judged.metrics | called.metrics, groups, words, gaps):
        _finding(finding)


def _finding(finding: Finding) -> None:
    mark = _MARKS[finding.severity]
    st.markdown(f"{mark} {plain(finding.message)} :gray[{finding.code}]")


def _downloads(
    file: AuditedFile, choice: Choice, found: PredictionsTable, split: str, threshold: float
) -> None:
    stem = file.table.name.rsplit(".", 1)[0]

    def as_json() -> bytes:
        done = whole(file, choice, split, threshold)
        return json.dumps(done.to_dict(), allow_nan=False, indent=1).encode()

    def as_html() -> bytes:
        done = whole(file, choice, split, threshold)
        predictions, groups = audited_file.part(found, split)
        known = audited_file.declared(groups)
        return audit_html(
            done,
            title=file.table.name,
            labels={column.name: column.label for column in known},
            curves=calibration_of_groups(predictions, groups, columns=known) if choice.by else (),
        ).encode()

    st.subheader("Take the audit with you", anchor=False)
    with st.container(horizontal=True):
        st.download_button(
            "Report as HTML",
            as_html,
            file_name=f"{stem}-audit.html",
            mime="text/html",
            icon=":material/description:",
            on_click="ignore",
            type="primary",
            key="audit_html",
        )
        st.download_button(
            "Every number as JSON",
            as_json,
            file_name=f"{stem}-audit.json",
            mime="application/json",
            icon=":material/data_object:",
            on_click="ignore",
            key="audit_json",
        )
    st.caption(
        "Both hold all groups, gaps and findings at this threshold, and are made when the button is pressed."
    )
