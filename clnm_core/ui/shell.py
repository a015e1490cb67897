"""The frame around every page: navigation, cohort bar, badge, footer.

Streamlit runs this file from top to bottom for every visitor at every change.
"""

from __future__ import annotations

import streamlit as st

from clnm_core.ui import cached, cohort_bar, entries, first_start, frame

st.set_page_config(
    page_title="CLNM Explorer",
    page_icon=frame.ICON,
    layout="wide",
    initial_sidebar_state=300,
)
frame.style()
page = st.navigation(frame.pages(), expanded=True)
frame.brand()

entry = frame.entry_of(page)
has_store = cached.pin() > 0
if not has_store:
    if entry.follows == entries.NOTHING:
        first_start.draw_aside()
    else:
        first_start.draw()
        st.stop()

with st.sidebar:
    if has_store:
        cohort_bar.draw(is_used=entry.follows != entries.NOTHING)
cohort_bar.draw_problems()
if entry.follows != entries.NOTHING:
    frame.cohort_line()
st.title(entry.question, anchor=False)
body = st.container()
frame.footer()  # before the page in time, below it in place: a page may stop early
with body, frame.errors_said():
    if entry.follows != entries.CASES or frame.has_cases():
        page.run()
