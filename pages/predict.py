"""What is the risk of this patient?"""

import streamlit as st

from clnm_core.ui import cohort_bar, predict_answer, predict_form, predict_pictures

query = cohort_bar.selected()
record = predict_form.pick_model(query)
form, picture = st.columns([3, 2], gap="large")
with form:
    filled = predict_form.draw(record)
with picture:
    shown = predict_pictures.draw(record)
predict_pictures.draw_editors(shown, record)
if filled is not None:
    predict_answer.draw(record, filled, [outlined for _, _, outlined in shown if outlined])
