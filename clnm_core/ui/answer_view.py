"""What do the models say of one case, and what stands behind it? The answer first, evidence below.

The Case page and the Predict page show the same.
"""

from __future__ import annotations

import streamlit as st

from clnm_core.ui.asked import Asked


def draw(asked: Asked) -> None:
    """Draw the whole answer, part by part; a part that has nothing says so in a sentence."""
    with st.container(key="case_answer"):
        pass
    with st.container(key="case_answer_done"):
        pass
