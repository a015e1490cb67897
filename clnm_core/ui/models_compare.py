"""Two versions, or two models, side by side on the cases that both judged."""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import ClnmError
from clnm_core.report.model_compare import METHODS, compare_answer, compare_table, left_out_words
from clnm_core.ui import models_facts, panels
from clnm_core.ui.models_pick import Picked
from clnm_core.ui.models_view import numbers_html
from clnm_core.ui.words import plain, unbroken


def draw(query: CohortQuery, picked: Picked) -> None:
    """By how much they differ; why they cannot be compared, where they cannot."""
    if picked.against is None:
        return
    with st.container(border=True, key="versions_compared"):
        st.markdown("**Compared on the same cases**")
        try:
            found = models_facts.compared(query, (picked.name, picked.version), picked.against)
        except ClnmError as error:
            st.info(plain(str(error)), icon=":material/info:")
            return
        st.markdown(plain(unbroken(compare_answer(found))))
        st.html(numbers_html(compare_table(found), "Two versions in every measure"))
        left_out = left_out_words(found)
        if left_out:
            st.caption(plain(left_out))
        panels.methods_line(METHODS)
