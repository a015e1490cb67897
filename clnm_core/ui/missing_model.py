"""What is said where a link asks for a model that is not there?"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from clnm_core.store.records import ModelRecord
from clnm_core.ui import panels
from clnm_core.ui.words import plain


def say(records: Iterable[ModelRecord]) -> None:
    """Say that the model of the link is not among these; only as the page opens.

    Later the choice of another page, or of another system, stands in the address.
    """
    asked = st.query_params.get("model", "")
    known = {word for one in records for word in (one.name, panels.model_title(one))}
    if asked and asked not in known and "model" not in st.session_state:
        st.warning(
            f"The link asks for the model “{plain(asked[:60])}”, which cannot be chosen here: it is "
            "of another outcome or system, or was retired. Model cards has every version.",
            icon=":material/link_off:",
        )
