"""Which images wait for a person's look? The foot of the Import page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from clnm_core.errors import ClnmError, StoreError
from clnm_core.report.wording import count_text
from clnm_core.store import quarantine
from clnm_core.store.places import default_store
from clnm_core.store.quarantine_book import DOUBTFUL, REFUSED, Held
from clnm_core.ui import quarantine_sheet, visitor
from clnm_core.ui.quarantine_sheet import COLUMNS, PER_PAGE
from clnm_core.ui.words import plain

_TICKED = "_quarantine_ticked"
_ASKED = "_quarantine_asked"
_DONE = "_quarantine_done"
_PAGE = "_quarantine_page"


def draw() -> None:
    """Show what waits, and take the decisions."""
    st.divider()
    if done := st.session_state.pop(_DONE, ""):
        st.success(plain(done), icon=":material/check_circle:")
    _section()


@st.fragment
def _section() -> None:
    try:
        found = quarantine.waiting(default_store())
    except StoreError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    pictures = [one for one in found if one.kind == DOUBTFUL]
    files = [one for one in found if one.kind == REFUSED]
    if not found:
        st.caption(
            "No picture waits for a look. One in which text may name a patient would wait here "
            "until somebody has looked at it."
        )
    if pictures:
        _pictures(pictures)
    if files:
        _files(files)


def _pictures(waiting: Sequence[Held]) -> None:
    st.subheader("Pictures that wait for a look", anchor=False)
    cohorts = sorted({one.cohort for one in waiting})
    st.markdown(
        f"{count_text(len(waiting), 'picture')} of {plain(_listed(cohorts))} may show text that "
        "names a patient. Their cases are in the cohort, the pictures are not yet. Look at each, "
        "also outside the boxes, which show where marks look like letters: names, numbers, dates and "
        "places count."
    )
    chosen = _of_cohort(waiting, cohorts)
    shown = _page(chosen)
    ticked = _ticked() & {one.id for one in chosen}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Tick the {count_text(len(shown), 'picture')} shown"
            if len(shown) > 1
            else "Tick the picture shown",
            on_click=_tick,
            args=([one.id for one in shown], True),
            key="quarantine_tick_shown",
            icon=":material/select_all:",
        )
        st.button(
            "Untick all",
            on_click=_tick,
            args=(sorted(ticked), False),
            key="quarantine_untick",
            disabled=not ticked,
        )
    with st.grid(COLUMNS, min_column_width=220):
        for one in shown:
            _one(one)
    _decide(sorted(ticked))


def _one(held: Held) -> None:
    key = f"quarantine_{held.id}"
    st.session_state[key] = held.id in _ticked()
    with st.container(border=True, height="stretch"):
        quarantine_sheet.draw(held)
        st.checkbox(
            f"Case {held.case_id}",
            key=key,
            on_change=_follow,
            args=(held.id, key),
        )
        st.caption(
            f"{plain(held.cohort)}, row {held.described.get('row', '–')}, came {held.at[:10]}. "
            f"{plain(held.reason)}"
        )


def _decide(ticked: Sequence[int]) -> None:
    """The two decisions, each asked for twice."""
    count = count_text(len(ticked), "picture")
    with st.container(horizontal=True):
        st.button(
            f"No patient is named: add {count} to the cohort"
            if ticked
            else "No patient is named: add to the cohort",
            type="primary",
            disabled=not ticked,
            on_click=_ask,
            args=("release", tuple(ticked)),
            key="quarantine_release",
            icon=":material/check:",
        )
        st.button(
            f"Remove {count}" if ticked else "Remove",
            disabled=not ticked,
            on_click=_ask,
            args=("dismiss", tuple(ticked)),
            key="quarantine_dismiss",
            icon=":material/delete:",
        )
    _confirm(
        "release",
        "You say that you have looked at {count} and that no text there names a patient. The "
        "audit trail says who decided.",
        "Add {count} to the cohort",
        _release,
    )
    _confirm(
        "dismiss",
        "To remove {count} is for good; the cases stay. To have them after all, import them again.",
        "Remove {count} for good",
        _dismiss,
    )


def _files(refused: Sequence[Held]) -> None:
    st.subheader("Files that could not be read", anchor=False)
    st.markdown(
        f"{count_text(len(refused), 'file')} of {plain(_listed(sorted({one.cohort for one in refused})))} "
        "could not be used. Each is kept sealed, as it came, until it is removed."
    )
    table = pd.DataFrame(
        [
            {
                "Reason": one.reason,
                "Cohort": one.cohort,
                "Case": one.case_id,
                "Row": one.described.get("row"),
                "Came": one.at[:10],
            }
            for one in refused
        ]
    )
    picked = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"quarantine_files_{refused[0].id}_{len(refused)}",
        column_config={"Reason": st.column_config.TextColumn(width="large")},
        row_height=64,
        alt="Files that could not be read, with the reason",
    )
    rows = picked["selection"]["rows"] or range(len(refused))
    ids = tuple(refused[row].id for row in rows if row < len(refused))
    count = count_text(len(ids), "file")
    is_all = len(ids) == len(refused) and len(refused) > 1
    st.button(
        f"Remove {'all ' if is_all else ''}{count}",
        on_click=_ask,
        args=("discard", ids),
        key="quarantine_discard",
        icon=":material/delete:",
    )
    _confirm(
        "discard",
        "To remove {count} is for good. The entry stays, and says who removed it.",
        "Remove {count} for good",
        _discard,
    )


def _confirm(what: str, warning: str, label: str, act: Callable[[Sequence[int]], str]) -> None:
    """Ask once more; the second click acts. ``{count}`` stands for how many it is about."""
    asked, ids = st.session_state.get(_ASKED, ("", ()))
    if asked != what:
        return
    count = count_text(len(ids), "file" if what == "discard" else "picture")
    st.warning(warning.format(count=count), icon=":material/help:")
    with st.container(horizontal=True):
        is_sure = st.button(
            label.format(count=count), type="primary", key=f"quarantine_{what}_sure"
        )
        st.button("Go back", on_click=_ask, args=("", ()), key=f"quarantine_{what}_back")
    if not is_sure:
        return
    try:
        done = act(ids)
    except ClnmError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    _tick(ids, is_on=False)
    st.session_state[_DONE] = done
    st.rerun()


def _release(ids: Sequence[int]) -> str:
    bar = st.progress(0.0, "Beginning")

    def show(share: float, step: str) -> None:
        bar.progress(share, step)

    count = quarantine.release(default_store(), ids, actor=visitor.login(), progress=show)
    return f"{count_text(count, 'picture')} {_was(count)} added to the cohort."


def _dismiss(ids: Sequence[int]) -> str:
    count = quarantine.dismiss(default_store(), ids, actor=visitor.login())
    return f"{count_text(count, 'picture')} {_was(count)} removed."


def _discard(ids: Sequence[int]) -> str:
    count = quarantine.dismiss(default_store(), ids, actor=visitor.login())
    return f"{count_text(count, 'file')} {_was(count)} removed."


def _of_cohort(waiting: Sequence[Held], cohorts: Sequence[str]) -> list[Held]:
    if len(cohorts) == 1:
        return list(waiting)
    everywhere = "all cohorts"
    name = st.selectbox("Of which cohort", [everywhere, *cohorts], key="quarantine_cohort")
    return [one for one in waiting if name in (everywhere, one.cohort)]


def _page(chosen: Sequence[Held]) -> Sequence[Held]:
    """So many as are looked at together; the page survives what is decided on it."""
    pages = -(-len(chosen) // PER_PAGE)
    number = min(st.session_state.get(_PAGE, 1), pages)
    if pages > 1:
        number = st.pagination(pages, default=number, key=f"quarantine_page_{pages}")
    st.session_state[_PAGE] = number
    first = (number - 1) * PER_PAGE
    shown = chosen[first : first + PER_PAGE]
    if pages > 1:
        st.caption(f"{first + 1:,} to {first + len(shown):,} of {len(chosen):,}")
    return shown


def _ticked() -> set[int]:
    ticked: set[int] = st.session_state.setdefault(_TICKED, set())
    return ticked


def _tick(ids: Sequence[int], is_on: bool) -> None:
    st.session_state[_TICKED] = _ticked() | set(ids) if is_on else _ticked() - set(ids)
    _ask("", ())


def _follow(number: int, key: str) -> None:
    _tick([number], bool(st.session_state[key]))


def _ask(what: str, ids: tuple[int, ...]) -> None:
    st.session_state[_ASKED] = (what, ids)


def _listed(cohorts: Sequence[str]) -> str:
    most = 3
    more = f" and {len(cohorts) - most} more" if len(cohorts) > most else ""
    return f"{'cohort' if len(cohorts) == 1 else 'cohorts'} {', '.join(cohorts[:most])}{more}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
