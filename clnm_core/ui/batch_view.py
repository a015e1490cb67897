"""What is the risk of each of many cases? The other half of the Predict page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import InputError, TableError
from clnm_core.report.batch_words import NAMING, NOTHING_KEPT, ready_words
from clnm_core.store.ingest.case_batch import batch_of, columns_of
from clnm_core.store.ingest.case_files import ENDINGS, Matched, matched
from clnm_core.store.ingest.case_rows import CaseRows, read_cases
from clnm_core.store.ingest.reading import read_table
from clnm_core.store.records import ModelRecord
from clnm_core.systems.protocol import Inputs
from clnm_core.systems.scoring import Batch, Judge
from clnm_core.systems.scoring_pictures import File
from clnm_core.ui import batch_result, batch_work, cached, cached_models, predict_models
from clnm_core.ui.batch_work import Work
from clnm_core.ui.import_upload import LARGEST_MB, TYPES
from clnm_core.ui.job_cards import time_left
from clnm_core.ui.words import plain

ONE, MANY = "One case", "Many cases"

_TICK_S = 0.3
_WORK_S = 0.6


@dataclass(frozen=True, eq=False, slots=True)
class _Given:
    """What somebody brought, read and matched."""

    key: str
    batch: Batch
    rows: CaseRows | None
    files: Matched | None


def is_many() -> bool:
    """Whether many cases are asked about at once; draws the choice."""
    chosen = st.segmented_control(
        "What to predict",
        [ONE, MANY],
        default=ONE,
        key="predict_what",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return chosen == MANY


def draw(query: CohortQuery) -> None:
    """Ask for a table, pictures or both, judge every case, and show what came of it."""
    records = _models(predict_models.ready(query))
    left, right = st.columns(2, gap="large")
    with left:
        table = st.file_uploader(
            f"A table with one row per case: CSV, TSV, Excel or Parquet, up to {LARGEST_MB} MB",
            type=TYPES,
            key="batch_table",
            max_upload_size=LARGEST_MB,
        )
    with right:
        pictures = st.file_uploader(
            "Pictures and outlines, named by their case",
            type=[ending.removeprefix(".") for ending in ENDINGS],
            accept_multiple_files=True,
            key="batch_pictures",
            max_upload_size=LARGEST_MB,
            help=plain(NAMING),
        )
    st.caption(plain(NOTHING_KEPT))
    if not records or not (table or pictures):
        batch_work.forget()
        return
    given = _given(records, table, pictures)
    if given is None:
        return
    work = batch_work.current(given.key)
    if work is None:
        _offer(given, records)
    elif work.table is None:
        _follow(work)
    else:
        _again()
    _said(given)
    if work is not None and work.table is not None:
        batch_result.draw(work, _aside(given.rows), given.files.aside if given.files else ())


def _models(records: Sequence[ModelRecord]) -> tuple[ModelRecord, ...]:
    """The models to ask; all of them at first."""
    by_name = {record.name: record for record in records}
    if len(by_name) == 1:
        return tuple(records)
    chosen = st.multiselect(
        "Models",
        list(by_name),
        default=list(by_name),
        key=f"batch_models_{records[0].cohort}_{records[0].outcome}",
        placeholder="Choose at least one",
        help="Models that read pictures take longest.",
    )
    return tuple(by_name[name] for name in chosen)


def _given(
    records: Sequence[ModelRecord], table: UploadedFile | None, pictures: Sequence[UploadedFile]
) -> _Given | None:
    """What was brought, read for these models; a sentence where it cannot be."""
    inputs = [cached_models.inputs_of(record) for record in records]
    try:
        rows = _rows(table, inputs) if table else None
        files = _files(pictures, rows) if pictures else None
        batch = batch_of(inputs, rows, files)
    except (TableError, InputError) as error:
        batch_work.forget()
        st.error(plain(str(error)), icon=":material/error:")
        return None
    key = [record.manifest["digest"] for record in records]
    key += [one.file_id for one in ([table] if table else []) + list(pictures)]
    return _Given(hashlib.sha256("/".join(key).encode()).hexdigest(), batch, rows, files)


def _rows(table: UploadedFile, inputs: Sequence[Inputs]) -> CaseRows:
    columns = columns_of(inputs)
    reads_report = any(one.reads_report for one in inputs)
    found: CaseRows = cached.for_visitor(
        _read,
        table.file_id,
        tuple(column.name for column in columns),
        reads_report,
        data=(table, inputs),
    )
    return found


def _read(
    data: tuple[UploadedFile, Sequence[Inputs]], names: tuple[str, ...], reads_report: bool
) -> CaseRows:
    table, inputs = data
    read = read_table(table.getvalue(), table.name)
    return read_cases(read, columns_of(inputs), reads_report=reads_report)


def _files(pictures: Sequence[UploadedFile], rows: CaseRows | None) -> Matched:
    known = (*rows.frame["case_id"], *rows.aside.values()) if rows else ()
    return matched([File(one.name, one.getvalue) for one in pictures], known)


def _offer(given: _Given, records: Sequence[ModelRecord]) -> None:
    aside = len(given.rows.aside) if given.rows else 0
    seen = sum(case in given.batch.pictures for case in given.batch.frame["case_id"])
    st.markdown(plain(ready_words(len(given.batch), seen, aside)))

    def begin() -> None:
        judges = [
            Judge(one.name, cached_models.loaded(one), float(one.manifest["threshold"]))
            for one in records
        ]
        batch_work.begin(given.key, judges, given.batch)

    st.button(
        "Judge all", type="primary", icon=":material/calculate:", key="batch_begin", on_click=begin
    )


@st.fragment(run_every=_TICK_S)
def _follow(work: Work) -> None:
    """Work on, and say how far it is; the whole page follows when it is done."""
    bar = st.progress(work.pace.share, text=_progress_words(work))
    st.button("Cancel", icon=":material/close:", key="batch_cancel", on_click=work.stop)
    work.advance(_WORK_S)
    bar.progress(work.pace.share, text=_progress_words(work))
    if work.table is not None:
        st.rerun()


def _progress_words(work: Work) -> str:
    left = work.pace.seconds_left()
    more = "" if left is None else f", {time_left(left)} left"
    return plain(f"{work.pace.step or 'Begins'}{more}")


def _again() -> None:
    st.button(
        "Judge again", icon=":material/restart_alt:", key="batch_again", on_click=batch_work.forget
    )


def _said(given: _Given) -> None:
    """How the table and the files were understood."""
    rows, files = given.rows, given.files
    notes = [*(rows.notes if rows else ()), *(files.notes if files else ())]
    with st.expander("How it was read"):
        if rows:
            found = pd.DataFrame(rows.sources.items(), columns=["read as", "column of the table"])
            st.dataframe(found, hide_index=True, alt="Which column was read as what")
        for note in notes:
            st.caption(plain(note))
        if not notes and not rows:
            st.caption(plain(NAMING))


def _aside(rows: CaseRows | None) -> pd.DataFrame:
    return batch_result.aside_table(rows.issues, rows.aside) if rows else pd.DataFrame()
