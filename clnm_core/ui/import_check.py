"""Does every cell keep the rules, and shall it be stored? The lower part of the Import page."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import streamlit as st

from clnm_core.errors import ClnmError
from clnm_core.report.wording import count_text, percent
from clnm_core.store.ingest.checking import Checked, check
from clnm_core.store.ingest.import_report import ImportRefusedError, ImportReport
from clnm_core.store.ingest.mapping import Mapping
from clnm_core.store.ingest.publishing import import_table
from clnm_core.store.ingest.row_rules import Issue
from clnm_core.store.places import default_store
from clnm_core.ui import cached, cohort_bar, frame, import_draft, import_upload, panels, visitor
from clnm_core.ui.import_draft import Draft
from clnm_core.ui.words import plain


def draw(draft: Draft, mapping: Mapping) -> None:
    """Show what the check found, and the button that publishes."""
    st.subheader("What the check found", anchor=False)
    text = mapping.to_toml()
    key = hashlib.sha256(draft.data + text.encode()).hexdigest()
    try:
        checked = cached.for_visitor(_checked, key, data=(draft, mapping))
    except ClnmError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    _found(checked, len(draft.table))
    st.download_button(
        "Save the mapping (TOML)",
        text,
        file_name=f"{mapping.cohort}.mapping.toml",
        icon=":material/download:",
        key="import_mapping_toml",
        on_click="ignore",
    )
    if checked.issues:
        _issues(checked.issues)
    else:
        _publish(draft, mapping)


def done(report: ImportReport) -> None:
    """Say what was imported, and lead on."""
    st.success(
        f"{plain(report.cohort)}: {count_text(report.rows, 'row')} of "
        f"{count_text(report.patients, 'patient')} and {count_text(report.images, 'image')} "
        f"are in the store, version {report.version}.",
        icon=":material/check_circle:",
    )
    if report.waiting:
        st.info(
            f"{count_text(report.waiting, 'picture')} {'waits' if report.waiting == 1 else 'wait'} "
            "below until somebody has looked: text in them may name a patient.",
            icon=":material/visibility:",
        )
    if report.refused:
        st.warning(
            f"{count_text(len(report.refused), 'image file')} could not be read and "
            f"{'was' if len(report.refused) == 1 else 'were'} left out.",
            icon=":material/broken_image:",
        )
        _table_of(report.refused, "Image files that could not be read", "import-refused")
    for note in report.notes:
        st.caption(plain(note))
    for file, label in (("overview.py", "See the cohort"), ("predict.py", "Train a model on it")):
        st.page_link(frame.path_of(file), label=label, icon=":material/arrow_forward:")
    st.button(
        "Import another file",
        icon=":material/upload_file:",
        on_click=import_draft.forget,
        key="import_next",
    )


def _checked(data: tuple[Draft, Mapping]) -> Checked:
    draft, mapping = data
    return check(draft.table, mapping)


def _found(checked: Checked, rows: int) -> None:
    panels.answer(
        f"{count_text(rows, 'row')} of {count_text(checked.patients, 'patient')}; "
        f"{count_text(len(checked.issues), 'cell')} "
        f"{'breaks' if len(checked.issues) == 1 else 'break'} a rule; "
        f"{count_text(len(checked.duplicates), 'row')} "
        f"{'says' if len(checked.duplicates) == 1 else 'say'} the same as another and "
        f"{'is' if len(checked.duplicates) == 1 else 'are'} kept."
    )
    outcomes = pd.DataFrame(
        [
            {
                "Outcome": checked.registry[one.name].label,
                "Yes": one.true,
                "No": one.false,
                "Unknown": one.unknown,
                "Share of those known": percent(one.true / one.known, one.known)
                if one.known
                else "–",
            }
            for one in checked.outcomes
        ]
    )
    if outcomes.empty:
        st.info(
            "No outcome is named yet. The cohort can be browsed, but nothing can be predicted or audited.",
            icon=":material/info:",
        )
    else:
        st.dataframe(outcomes, hide_index=True, alt="Outcomes as they would be imported")
    if checked.duplicates:
        with st.expander("Rows that say the same as another"):
            same = [{"Row": one.row, "Same as row": one.same_as} for one in checked.duplicates]
            st.dataframe(pd.DataFrame(same), hide_index=True, alt="Duplicated rows")
    for note in checked.notes:
        st.caption(plain(note))


def _issues(issues: tuple[Issue, ...]) -> None:
    st.error(
        f"{count_text(len(issues), 'cell')} must be corrected in the file, or in the mapping above. "
        "Nothing has been stored.",
        icon=":material/rule:",
    )
    _table_of(issues, "Cells that break a rule", "import-issues")


def _table_of(issues: tuple[Issue, ...], alt: str, name: str) -> None:
    table = pd.DataFrame([issue.to_dict() for issue in issues])
    table.columns = pd.Index(["Row", "Column", "Value", "Rule"])
    st.dataframe(table, hide_index=True, alt=alt)
    panels.table_download(table, name)


def _publish(draft: Draft, mapping: Mapping) -> None:
    st.subheader("Store it", anchor=False)
    left, right = st.columns(2)
    name = left.text_input(
        "Name of the cohort",
        mapping.cohort,
        max_chars=63,
        help="Lower-case letters, digits and hyphens; it appears in links.",
        key=f"import_name_{draft.serial}",
    ).strip()
    title = right.text_input(
        "Title", mapping.title or "", max_chars=120, key=f"import_title_{draft.serial}"
    ).strip()
    is_there = name in {record.name for record in cached.cohorts()}
    how = "new"
    if is_there:
        how = st.radio(
            f"A cohort {plain(name)} is there already",
            ["add these rows to it", "replace it, with its models and risks"],
            key="import_how",
        )
    said = _images_said(mapping) if import_upload.has_images() else _Said()
    if st.button(
        f"Import {count_text(len(draft.table), 'row')}", type="primary", key="import_publish"
    ):
        _run(draft, replace(mapping, cohort=name, title=title), how, said)


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody says of the images before they come in."""

    images_reviewed: bool = False
    skip_refused: bool = False


def _images_said(mapping: Mapping) -> _Said:
    st.caption(
        "Images are de-identified on the way in. One in which text may name a patient waits below "
        "until somebody has looked at it."
    )
    are_reviewed = st.toggle(
        "A person has looked at these pictures; no text in them names a patient",
        key="import_images_reviewed",
        help="None of them waits then. The audit trail says that you said so.",
    )
    skips = bool(mapping.image) and st.toggle(
        "Import without the image files that cannot be read",
        key="import_skip_refused",
        help="Otherwise a file that the table names and that cannot be read stops the import.",
    )
    return _Said(are_reviewed, skips)


def _run(draft: Draft, mapping: Mapping, how: str, said: _Said) -> None:
    bar = st.progress(0.0, "Beginning")

    def show(share: float, step: str) -> None:
        bar.progress(share, step)

    try:
        with tempfile.TemporaryDirectory(prefix="clnm-images-") as folder:
            report = import_table(
                default_store(),
                draft.table,
                mapping,
                images_dir=import_upload.save_images(Path(folder)),
                append=how.startswith("add"),
                replace=how.startswith("replace"),
                actor=visitor.login(),
                images_reviewed=said.images_reviewed,
                skip_refused=said.skip_refused,
                progress=show,
            )
    except ImportRefusedError as error:
        bar.empty()
        _issues(error.report.issues)
        for note in error.report.notes:
            st.caption(plain(note))
        return
    except ClnmError as error:
        bar.empty()
        st.error(plain(str(error)), icon=":material/error:")
        return
    import_draft.finish(draft, report)
    cohort_bar.open_cohort(report.cohort)
    st.rerun()
