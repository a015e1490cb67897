"""Which file is to be imported, and how is it read? The upper part of the Import page."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePath

import streamlit as st

from clnm_core.errors import TableError
from clnm_core.store.ingest.picture_files import folder_table
from clnm_core.ui import import_draft
from clnm_core.ui.import_draft import Draft
from clnm_core.ui.words import plain

TYPES = ["csv", "tsv", "txt", "xlsx", "parquet"]
LARGEST_MB = 50
PREVIEW_ROWS = 8


def ask() -> Draft | None:
    """The table to import; draws the upload, or the head of the file that is there."""
    draft = import_draft.kept()
    if draft is None:
        _upload()
        return None
    if draft.report is None:
        _head(draft)
    return draft


def has_images() -> bool:
    """Whether any image was uploaded."""
    return bool(st.session_state.get("import_images"))


def save_images(into: Path) -> Path | None:
    """Write the uploaded images into a folder of ours; ``None`` where there are none."""
    given = st.session_state.get("import_images") or []
    for file in given:
        (into / PurePath(file.name).name).write_bytes(file.getvalue())
    return into if given else None


def _upload() -> None:
    st.markdown(
        "Bring a table with one row per case. The import proposes what its columns mean, you correct "
        "it, and every cell that breaks a rule is listed before anything is stored."
    )
    given = st.file_uploader(
        f"A cohort table: CSV, TSV, Excel or Parquet, up to {LARGEST_MB} MB",
        type=TYPES,
        key="import_table",
        max_upload_size=LARGEST_MB,
    )
    if given is not None:
        _begin(given.getvalue(), given.name)
    st.caption(
        "Identifiers become pseudonyms on the way in. The file itself is not kept: only what you import "
        "from it, and only when you say so."
    )
    _images()
    if has_images() and st.button("Make a table of these images", key="import_images_only"):
        with tempfile.TemporaryDirectory(prefix="clnm-images-") as folder:
            save_images(Path(folder))
            import_draft.begin_with(folder_table(Path(folder)))
        st.rerun()


def _images() -> None:
    st.file_uploader(
        "Images and masks, if there are any; the outline of name.png is name_mask.png, of scan.dcm "
        "also scan_mask.nii.gz, scan_seg.dcm or scan_rtstruct.dcm",
        type=["png", "jpg", "jpeg", "tif", "tiff", "dcm", "dicom", "nii", "gz", "nrrd"],
        accept_multiple_files=True,
        key="import_images",
        max_upload_size=LARGEST_MB,
    )


def _begin(data: bytes, name: str, reading: Mapping[str, object] | None = None) -> None:
    try:
        with st.spinner("Reading the table"):
            import_draft.begin(data, name, dict(reading or {}))
    except TableError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.rerun()


def _head(draft: Draft) -> None:
    table = draft.table
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{plain(table.name)}** · {len(table):,} rows, {len(table.names):,} columns",
            width="stretch",
        )
        st.button(
            "Import another file",
            icon=":material/upload_file:",
            on_click=import_draft.forget,
            key="import_another",
        )
    for note in table.notes:
        st.caption(plain(note))
    with st.expander("How the file was read, and its first rows"):
        if draft.data and table.kind != "parquet":
            _reading(draft)
        st.dataframe(table.frame.head(PREVIEW_ROWS), alt="First rows of the file")
    with st.expander("Images of the cases"):
        st.caption("A column used as image file names them, or they are called like the case.")
        _images()


def _reading(draft: Draft) -> None:
    """Sheet, header and block, to be corrected where the reading is wrong."""
    table = draft.table
    with st.form("import_reading", border=False):
        sheet, header, rows, block = st.columns(4)
        chosen = {
            "sheet": sheet.selectbox("Sheet", table.sheets, index=table.sheets.index(table.sheet))
            if table.sheets
            else None,
            "header": header.number_input("Header is in row", 1, value=table.header_row),
            "header_rows": rows.number_input("Header rows", 1, 5, value=table.header_rows),
            "block": block.selectbox(
                "Table on the sheet",
                range(len(table.blocks) + 1),
                index=min(table.block, len(table.blocks)),
                format_func=lambda number: f"number {number}" if number else "all as one",
            )
            if len(table.blocks) > 1
            else None,
        }
        if table.delimiter:
            names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "space"}
            st.caption(
                f"Separated by {names.get(table.delimiter, table.delimiter)}, encoding "
                f"{table.encoding}, decimal mark “{table.decimal}”."
            )
        if st.form_submit_button("Read again"):
            _begin(draft.data, draft.name, chosen)
