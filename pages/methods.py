"""What do the numbers mean?"""

import streamlit as st

from clnm_core.ui import methods_view

view = st.segmented_control(
    "Show", methods_view.VIEWS, default=methods_view.VIEWS[0], required=True, key="methods_view"
)
methods_view.draw(view)
