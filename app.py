"""The front door: ``streamlit run app.py`` serves the dashboard, from any directory."""

import streamlit as st

from clnm_core.ui import front

front.refuse_open_address()

app = st.App(
    front.SHELL,
    lifespan=front.lifespan,
    routes=front.routes(),
    middleware=front.middleware(),
    on_script_error=front.explain,
)
