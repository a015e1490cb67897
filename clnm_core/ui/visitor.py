"""Who is looking at the page?"""

from __future__ import annotations

import streamlit as st


def login() -> str:
    """The login of the visitor; ``local`` where nobody has to sign in."""
    person = st.user.to_dict()
    return str(person.get("email") or person.get("name") or "local")
