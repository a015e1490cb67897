"""What was made for this visitor a moment ago, and need not be made again?

It lies in the visit itself: no other visitor can reach it, and it is gone with the visit.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

_T = TypeVar("_T")


def once(slot: str, key: Hashable, make: Callable[[], _T], *, kept: int = 4) -> _T:
    """What ``make`` gives, made once for each of the last ``kept`` keys of a slot.

    Parameters
    ----------
    slot : str
        What is remembered: a word of whoever asks.
    key : hashable
        Changes whenever another value would come out.
    make : callable
        Without arguments. What it raises is not remembered.
    kept : int
        The longest unused is forgotten first.

    """
    name = f"_once_{slot}"
    found: dict[Hashable, _T] = st.session_state.setdefault(name, {})
    value = found.pop(key) if key in found else make()
    found[key] = value
    for old in list(found)[:-kept]:
        del found[old]
    return value


def forget(slot: str) -> None:
    """Let go of all that is remembered of a slot."""
    st.session_state.pop(f"_once_{slot}", None)
