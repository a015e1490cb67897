"""What is the risk of this patient?"""

import streamlit as st

from clnm_core.ui import cohort_bar, outline_upload, predict_answer, predict_form, predict_image

query = cohort_bar.selected()
record = predict_form.pick_model(query)
form, picture = st.columns([3, 2], gap="large")
with form:
    values = predict_form.draw(record)
with picture:
    upload = predict_image.draw()
    outlined = outline_upload.draw(upload, record)
outline_upload.draw_editor(upload, record)
if values is not None:
    predict_answer.draw(record, values, outlined)
