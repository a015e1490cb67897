"""What would dividing images have promised of the networks beside this model?"""

from __future__ import annotations

import streamlit as st

from clnm_core.report.leak_words import METHODS, NOT_THE_MODEL, TITLE, leak_rows, leak_table
from clnm_core.store.records import ModelRecord
from clnm_core.systems.ct_cad.leaked import leaks_of
from clnm_core.ui import panels
from clnm_core.ui.models_view import numbers_html
from clnm_core.ui.words import plain


def draw(record: ModelRecord) -> None:
    """The figures of every network that has any, marked as not the model's; else nothing."""
    leaks = leaks_of(record.manifest)
    if not leaks:
        return
    st.subheader(TITLE, anchor=False)
    st.badge("NOT THE MODEL", color="orange", icon=":material/warning:")
    st.caption(NOT_THE_MODEL)
    for leak in leaks:
        st.write(plain(leak.finding))
    st.html(numbers_html(leak_table(leaks), TITLE))
    panels.table_download(leak_rows(leaks), "leak")
    panels.methods_line(METHODS)
