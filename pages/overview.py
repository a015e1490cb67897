"""Who is in the cohort?"""

import streamlit as st

from clnm_core.ui import cohort_bar, overview_view

query = cohort_bar.selected()
overview_view.draw_answer(query)
overview_view.unit_note(query)
overview_view.draw_figures(query)
flow, outcomes = st.columns([3, 2])
with flow:
    overview_view.draw_flow(query)
with outcomes:
    overview_view.draw_outcomes(query)
overview_view.draw_table_one(query)
overview_view.draw_distributions(query)
overview_view.draw_methods()
