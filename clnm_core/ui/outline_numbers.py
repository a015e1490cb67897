"""How is an outline set without a pen? An ellipse by its numbers, wider, narrower, or moved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from clnm_core.errors import ImageError
from clnm_core.imaging.drawn import ellipse_like, ellipse_mask
from clnm_core.imaging.moved_edges import grown, shifted
from clnm_core.ui.outline_draft import Draft, laid, refused

Act = Callable[[Callable[[Draft], Draft]], None]
"""Takes what is to be done to the draft, and does it."""


def draw(
    place: str,
    draft: Draft,
    structure: str,
    way: str,
    spacing_mm: tuple[float, float] | None,
    act: Act,
) -> None:
    """Draw the fields for one structure; places count from the picture's upper left corner.

    Lengths are in mm where the spacing is known, else in pixels.
    """
    with st.expander("By numbers, without a pen", key=f"{place}_numbers"):
        _ellipse(place, draft, structure, way, spacing_mm, act)
        if draft[structure] is not None:
            _edge(place, structure, act)


def ellipse_by_numbers(
    shape: tuple[int, int],
    numbers: tuple[float, float, float, float, float],
    spacing_mm: tuple[float, float] | None,
) -> np.ndarray:
    """The mask of an ellipse given as a reader counts.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    numbers : tuple of float
        Centre from the left edge and from the top, first and second half axis, angle in degrees.
    spacing_mm : tuple of float or None
        Distance between pixel centres (row, column): lengths are then in mm, else in pixels.

    Raises
    ------
    ImageError
        If the numbers are not those of an ellipse near the picture.

    """
    left, top, first, second, angle = numbers
    step = spacing_mm or (1.0, 1.0)
    centre = (top / step[0] - 0.5, left / step[1] - 0.5)
    return ellipse_mask(centre, (first, second), angle, shape, spacing=step)


def numbers_of(
    mask: np.ndarray | None, shape: tuple[int, int], spacing_mm: tuple[float, float] | None
) -> tuple[float, float, float, float, float]:
    """The numbers of the ellipse that is like a mask; of one in the middle where there is none."""
    step = spacing_mm or (1.0, 1.0)
    if mask is None:
        middle = ((shape[0] - 1) / 2, (shape[1] - 1) / 2)
        half = min(shape[0] * step[0], shape[1] * step[1]) / 8
        centre, axes, angle = middle, (half, half), 0.0
    else:
        centre, axes, angle = ellipse_like(mask, spacing=step)
    left, top = (centre[1] + 0.5) * step[1], (centre[0] + 0.5) * step[0]
    decimals = 2 if spacing_mm else 1
    return (
        round(left, decimals),
        round(top, decimals),
        round(axes[0], decimals),
        round(axes[1], decimals),
        float(round(angle)),
    )


def _ellipse(
    place: str,
    draft: Draft,
    structure: str,
    way: str,
    spacing_mm: tuple[float, float] | None,
    act: Act,
) -> None:
    unit = "mm" if spacing_mm else "px"
    stands = numbers_of(draft[structure], draft.shape, spacing_mm)
    mark = f"{place}_{structure}_{unit}"
    labels = (
        *(f"Centre from the left ({unit})", f"Centre from the top ({unit})"),
        *(f"Half the long axis ({unit})", f"Half the short axis ({unit})"),
        "Angle (degrees)",
    )
    keys = [f"ellipse_{number}_{mark}" for number in range(len(labels))]
    _show(f"_ellipse_{mark}", keys, stands)
    with st.form(f"ellipse_{mark}", border=False):
        columns = st.columns(2)
        for number, label in enumerate(labels):
            columns[number % 2].number_input(
                label,
                min_value=0.0 if 2 <= number <= 3 else None,
                value=None,
                step=1.0,
                format="%g",
                key=keys[number],
                help="0 is level; counter-clockwise." if number == 4 else None,
            )
        st.form_submit_button(
            "Set the ellipse",
            icon=":material/circle:",
            on_click=_set_ellipse,
            args=(draft.shape, structure, way, keys, spacing_mm, act),
        )


def _show(slot: str, keys: list[str], stands: tuple[float, ...]) -> None:
    """Put the numbers of another outline into the fields; until there is one, what is typed stays.

    The fields themselves stay too, and with them the focus of whoever works with keys.
    """
    if st.session_state.get(slot) != stands or keys[0] not in st.session_state:
        st.session_state[slot] = stands
        for key, value in zip(keys, stands, strict=True):
            st.session_state[key] = value


def _set_ellipse(
    shape: tuple[int, int],
    structure: str,
    way: str,
    keys: list[str],
    spacing_mm: tuple[float, float] | None,
    act: Act,
) -> None:
    left, top, first, second, angle = (float(st.session_state[key] or 0.0) for key in keys)
    try:
        mask = ellipse_by_numbers(shape, (left, top, first, second, angle), spacing_mm)
    except ImageError as error:
        act(partial(refused, problem=str(error)))
        return
    act(partial(laid, structure=structure, mask=mask, way=way))


def _edge(place: str, structure: str, act: Act) -> None:
    """Buttons that move the whole edge."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.number_input(
            "By (pixels)", 1, 200, 1, key=f"{place}_by", width=110, persist_state="session"
        )
        for label, how in _MOVES.items():
            st.button(
                label,
                key=f"{place}_{label.lower()}",
                on_click=partial(act, partial(_moved, structure=structure, how=how, by=int(by))),
            )


_MOVES = {
    "Grow": (1, 0, 0),
    "Shrink": (-1, 0, 0),
    "Left": (0, 0, -1),
    "Right": (0, 0, 1),
    "Up": (0, -1, 0),
    "Down": (0, 1, 0),
}
"""By how many times as many pixels each button moves the edge out, the whole down, and right."""


def _moved(draft: Draft, *, structure: str, how: tuple[int, int, int], by: int) -> Draft:
    mask = draft[structure]
    if mask is None:
        return draft
    wider, down, right = (by * step for step in how)
    return laid(
        draft, structure, grown(mask, wider) if wider else shifted(mask, down, right), "replace"
    )
