"""Which file, and which of its columns? The upper part of the Audit a file page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from clnm_core.errors import TableError
from clnm_core.store.ingest.predictions_guess import MOST_LEVELS, event_words
from clnm_core.ui import audited_file, example_table
from clnm_core.ui.audited_file import AuditedFile, Choice
from clnm_core.ui.words import plain

TYPES = ["csv", "tsv", "txt", "xlsx", "parquet"]
LARGEST_MB = 200


def ask() -> AuditedFile | None:
    """The file to audit; draws the upload, or the line of the file that is there."""
    file = audited_file.kept()
    if file is None:
        _upload()
        return None
    _head(file)
    return file


def choose(file: AuditedFile) -> Choice | None:
    """Ask which column plays which part; None while outcome or risk is not settled."""
    with st.container(border=True):
        left, middle, right = st.columns(3)
        outcome = _column(
            left,
            file,
            "Outcome",
            "outcome",
            [one.name for one in file.profiles if one.words],
            file.guess.outcome,
            "The column that says whether the outcome happened.",
        )
        event = _event(middle, file, outcome)
        risk = _column(
            right,
            file,
            "Risk",
            "risk",
            [one.name for one in file.profiles if one.is_number and one.name != outcome],
            file.guess.risk,
            "The column with the predicted probability, from 0 to 1.",
        )
        more = _optional(file, outcome, risk)
    problem = _problem(file, outcome, event, risk)
    if problem:
        st.info(plain(problem), icon=":material/arrow_upward:")
        return None
    return Choice(outcome, event, risk, *more)


def _upload() -> None:
    st.markdown(
        "Bring a table with one row per case: a column that says whether the outcome happened, and "
        "a column with the predicted risk. The audit shows at once how well the risks separate, "
        "whether they can be believed, and for whom they fail."
    )
    given = st.file_uploader(
        f"A table of predictions: CSV, TSV, Excel or Parquet, up to {LARGEST_MB} MB",
        type=TYPES,
        key="audit_upload",
        max_upload_size=LARGEST_MB,
    )
    st.caption(
        "The file is read in memory for this visit only. Nothing of it is kept on disk, put into a "
        "link or shown to anybody else. Leave names and other identifiers out all the same."
    )
    if given is not None:
        _keep(given.getvalue(), given.name)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Try it with an example", icon=":material/science:", key="audit_example"):
            _keep(example_table.example_csv(), example_table.NAME, is_example=True)
        st.download_button(
            "Download the example",
            example_table.example_csv,
            file_name=example_table.NAME,
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            type="tertiary",
            key="audit_example_csv",
        )


def _keep(data: bytes, name: str, *, sheet: str | None = None, is_example: bool = False) -> None:
    try:
        with st.spinner("Reading the table"):
            audited_file.keep(data, name, sheet=sheet, is_example=is_example)
    except TableError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.rerun()


def _head(file: AuditedFile) -> None:
    table = file.table
    with st.container(horizontal=True, vertical_alignment="center"):
        if file.is_example:
            st.badge("SYNTHETIC", color="orange", icon=":material/science:")
        st.markdown(
            f"**{plain(table.name)}** · {len(table):,} rows, {len(table.names):,} columns",
            width="stretch",
        )
        st.button(
            "Audit another file",
            icon=":material/upload_file:",
            on_click=audited_file.forget,
            key="audit_another",
        )
    for note in table.notes:
        st.caption(plain(note))
    if file.data:
        sheet = st.selectbox(
            "Sheet",
            table.sheets,
            index=table.sheets.index(table.sheet),
            key=f"audit_sheet_{file.number}",
        )
        if sheet != table.sheet:
            _keep(file.data, table.name, sheet=sheet)


def _column(
    place: st.delta_generator.DeltaGenerator,
    file: AuditedFile,
    label: str,
    part: str,
    names: Sequence[str],
    guess: str,
    help: str,
) -> str:
    chosen = place.selectbox(
        label,
        names,
        index=names.index(guess) if guess in names else None,
        key=f"audit_{part}_{file.number}",
        persist_state="session",
        placeholder="Choose a column",
        help=help,
    )
    return str(chosen) if chosen in names else ""


def _event(
    place: st.delta_generator.DeltaGenerator, file: AuditedFile, outcome: str
) -> tuple[str, ...]:
    words = [word for word, _ in next((p.words for p in file.profiles if p.name == outcome), ())]
    return tuple(
        place.multiselect(
            "It happened where the cell says",
            words,
            default=list(event_words(file.profiles, outcome)),
            key=f"audit_event_{file.number}_{outcome}",
            persist_state="session",
            placeholder="Choose one or more words",
            select_all=False,
            help="All other words count as not happened; empty cells and words such as NX as unknown.",
        )
    )


def _optional(file: AuditedFile, outcome: str, risk: str) -> tuple[str, str, str, tuple[str, ...]]:
    """Id, patient, split and groups; all may be left empty."""
    used = {outcome, risk}
    free = [one.name for one in file.profiles if one.name not in used]
    by_words = [one.name for one in file.profiles if one.words and one.name not in used]
    groupable = [one.name for one in file.profiles if one.may_group and one.name not in used]
    guess = file.guess
    with st.expander("Groups, split, id and patient"):
        by = st.multiselect(
            "Groups",
            groupable,
            default=[name for name in guess.by if name in groupable],
            key=f"audit_by_{file.number}",
            persist_state="session",
            placeholder="Choose columns to compare groups by",
            select_all=False,
            help=f"Columns of numbers, or of at most {MOST_LEVELS} different words.",
        )
        split, identifier, patient = (
            _column(place, file, label, part, ["", *names], guessed, help)
            for place, label, part, names, guessed, help in zip(
                st.columns(3),
                ("Split", "Id of the case", "Patient"),
                ("split", "id", "patient"),
                (by_words, free, free),
                (guess.split, guess.id, guess.patient),
                (
                    "Part of the study: training, test and so on.",
                    "Rows with an id that was used before are told apart as duplicates.",
                    "Where a patient has several rows, intervals then count patients.",
                ),
                strict=True,
            )
        )
    return identifier, patient, split, tuple(by)


def _problem(file: AuditedFile, outcome: str, event: tuple[str, ...], risk: str) -> str:
    """What is still to be chosen, as a sentence; empty where all is settled."""
    if not any(one.is_number for one in file.profiles):
        return f"{file.table.name} has no column of numbers, so there is no risk in it. Choose another file or sheet."
    if not outcome:
        return "Choose the column that says whether the outcome happened."
    if not event:
        return f"Choose which words of {outcome} say that the outcome happened."
    if not risk:
        return "Choose the column with the predicted risk, from 0 to 1."
    return ""
