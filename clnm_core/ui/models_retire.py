"""How does a visitor retire a version or a model, or bring one back?"""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import ClnmError
from clnm_core.store.places import default_store
from clnm_core.store.retiring import LONGEST_REASON, restore, retire
from clnm_core.systems.card import Card
from clnm_core.ui import visiting_file, visitor
from clnm_core.ui.models_pick import Picked
from clnm_core.ui.words import plain

_SAID = "_models_said"
_WHOLE, _ONE = "the model as a whole", "this version"


def draw(query: CohortQuery, picked: Picked, card: Card) -> None:
    """The form that fits the state of the version; nothing for parts and uploaded files."""
    if visiting_file.is_visiting(query.cohort):
        return
    if card.part_of:
        st.caption(
            plain(f"It was tried in the training of {card.part_of}, and is retired with it.")
        )
        return
    if card.publication.retired_at:
        _draw_restore(query, picked, card)
    else:
        _draw_retire(query, picked, card)


def _draw_retire(query: CohortQuery, picked: Picked, card: Card) -> None:
    key = f"{picked.name}_{card.publication.version}"
    with st.expander("Retire", icon=":material/inventory_2:"):
        st.write(
            "A retired model is offered on no page but this one. Its risks, files and card stay, "
            "and it can be brought back. When one version is retired, the newest that is not takes "
            "its place."
        )
        what = st.radio(
            "What is retired", [_ONE, _WHOLE], horizontal=True, key=f"retire_what_{key}"
        )
        why = st.text_area(
            "Why",
            max_chars=LONGEST_REASON,
            key=f"retire_why_{key}",
            help="Kept in the audit trail and on the card. Name no patient.",
        )
        is_sure = st.checkbox(
            f"Retire {plain(picked.name)}, and take it off the other pages",
            key=f"retire_sure_{key}",
        )
        st.button(
            "Retire",
            key="retire_now",
            type="primary",
            disabled=not is_sure,
            on_click=_retire,
            args=(query.cohort, picked.name, card.publication.version if what == _ONE else "", why),
        )


def _draw_restore(query: CohortQuery, picked: Picked, card: Card) -> None:
    version = card.publication.version
    with st.container(horizontal=True, vertical_alignment="center"):
        is_sure = st.checkbox(
            f"Bring {plain(picked.name)} back to the other pages", key=f"restore_sure_{version}"
        )
        st.button(
            "Bring back",
            key="restore_now",
            icon=":material/unarchive:",
            disabled=not is_sure,
            on_click=_restore,
            args=(query.cohort, picked.name, "" if card.publication.retired_whole else version),
        )


def _retire(cohort: str, name: str, version: str, why: str) -> None:
    try:
        number = retire(
            default_store(), cohort, name, why=why, version=version, actor=visitor.login()
        )
        said = f"Retired {name}. Published as store version {number}."
    except ClnmError as error:
        st.session_state[_SAID] = (False, str(error))
        return
    st.session_state[_SAID] = (True, said)


def _restore(cohort: str, name: str, version: str) -> None:
    try:
        number = restore(default_store(), cohort, name, version=version, actor=visitor.login())
        said = f"Brought {name} back. Published as store version {number}."
    except ClnmError as error:
        st.session_state[_SAID] = (False, str(error))
        return
    st.session_state[_SAID] = (True, said)


def say() -> None:
    """What came of the last button, once."""
    is_done, said = st.session_state.pop(_SAID, (True, ""))
    if said and is_done:
        st.success(plain(said), icon=":material/check_circle:")
    elif said:
        st.error(plain(said), icon=":material/error:")
