"""Which patients does the visitor want? The widgets of the sidebar, and the query they make.

The address is the state: every widget is bound to a parameter of the URL whose name is its
key, so a link alone makes the same query on a fresh server. Pages ask :func:`selected`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from clnm_core.domain.cohort import Between, CohortQuery, Criterion, OneOf
from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.errors import EmptyCohortError
from clnm_core.ui import cached, links, visiting_file
from clnm_core.ui.offered import Offered, slider_scale
from clnm_core.ui.words import plain

_QUERY = "_query"
_READ = "_link_is_read"
_PROBLEMS = "_link_problems"
_OPEN = "_cohort_to_open"

ALL_SPLITS = "all splits"


def selected() -> CohortQuery:
    """The query of this run; everyone of the first cohort where the bar was not drawn.

    Raises
    ------
    EmptyCohortError
        If the store has no cohort.

    """
    query = st.session_state.get(_QUERY)
    return query if isinstance(query, CohortQuery) else _everyone()


def draw(*, is_used: bool = True) -> CohortQuery:
    """Draw the bar, read the query from it and keep it for the page.

    Parameters
    ----------
    is_used : bool
        Whether the page follows the cohort; otherwise the bar is folded away.

    """
    _read_link()
    _open_asked()
    _leave_closed_file()
    place = st.container() if is_used else st.expander("Cohort (not used on this page)")
    with place:
        query = _bar()
    st.session_state[_QUERY] = query
    return query


def reset() -> None:
    """Take all filters and the split away."""
    for name in st.session_state.get("filters", ()):
        st.session_state.pop(links.param_of(name), None)
    st.session_state["filters"] = []
    st.session_state["split"] = ""


def open_cohort(name: str) -> None:
    """Choose a cohort from outside the bar, with nobody filtered out; holds from the next run."""
    st.session_state[_OPEN] = name


def draw_problems() -> None:
    """Say what of the link that was opened could not be used, until it is closed."""
    problems = st.session_state.get(_PROBLEMS)
    if not problems:
        return
    with st.container(
        border=True,
        key="link_problems",
        horizontal=True,
        wrap=False,
        vertical_alignment="center",
    ):
        lines = (f":material/link_off: {plain(problem)}" for problem in problems)
        st.markdown("  \n".join(lines), width="stretch")
        st.button("Close", key="close_link_problems", on_click=_forget_problems)


def _everyone() -> CohortQuery:
    for record in cached.cohorts():
        return CohortQuery(record.name, next(iter(Offered().outcomes(record.name)), ""))
    raise EmptyCohortError("The store has no cohort yet. Import a table on the Import page.")


def _read_link() -> None:
    """Once per visit: put the link into the widgets' words, note what does not fit."""
    if st.session_state.get(_READ) or not cached.cohorts():
        return
    st.session_state[_READ] = True
    asked = {key: st.query_params.get_all(key) for key in st.query_params}
    reading = links.read(asked, Offered())
    st.session_state[_PROBLEMS] = reading.problems
    if not links.is_canonical(reading, asked):
        st.query_params.from_dict(reading.params)
        st.rerun()


def _open_asked() -> None:
    """Set the bar to the cohort that :func:`open_cohort` asked for, before its widgets are drawn."""
    name = st.session_state.pop(_OPEN, None)
    if name is not None:
        reset()
        st.session_state["cohort"] = name
        for outcome in Offered().outcomes(name)[:1]:
            st.session_state["outcome"] = outcome


def _leave_closed_file() -> None:
    """Go back to the first cohort where the uploaded table that was shown is no longer open."""
    if (
        visiting_file.is_visiting(st.session_state.get("cohort", ""))
        and visiting_file.opened() is None
    ):
        open_cohort(cached.cohorts()[0].name)
        _open_asked()


def _forget_problems() -> None:
    st.session_state[_PROBLEMS] = ()


def _bar() -> CohortQuery:
    everyone = _everyone()
    store = Offered()
    cohort = _one("Cohort", "cohort", store.cohorts(), on_change=_cohort_changed)
    registry = store.registry(cohort)
    outcomes = {name: registry[name].label for name in store.outcomes(cohort)}
    outcome = _one("Outcome", "outcome", outcomes) if outcomes else everyone.outcome
    split = _pick_split(registry, store.splits(cohort)) if "split" in registry else ""
    names = _pick_filters(registry, outcome)
    criteria: list[Criterion] = []
    counted: list[tuple[Any, Column]] = []
    for name in names:
        column = registry[name]
        criterion = (
            _range(column, cohort)
            if column.kind is Kind.NUMBER
            else _levels(column, store.values(cohort, name))
        )
        counted.append((st.empty(), column))
        if criterion is not None:
            criteria.append(criterion)
    query = CohortQuery(cohort, outcome, split, tuple(criteria))
    for place, column in counted:
        with place:
            _count(query, column)
    if names or split:
        st.button("Reset filters", on_click=reset, icon=":material/restart_alt:", type="tertiary")
    return query


def _one(
    label: str, key: str, names: Mapping[str, str], on_change: Callable[[], None] | None = None
) -> str:
    shown = links.labels_of(names)
    return str(
        st.selectbox(
            label,
            list(shown),
            format_func=lambda name: shown.get(name, str(name)),
            key=key,
            bind="query-params",
            on_change=on_change or "rerun",
        )
    )


def _pick_split(registry: Registry, splits: Sequence[str]) -> str:
    if len(splits) < 2:
        return ""
    shown = {"": ALL_SPLITS} | links.level_labels(registry["split"], splits)
    return _one("Split", "split", shown)


def _pick_filters(registry: Registry, outcome: str) -> list[str]:
    shown = links.filter_labels(registry, outcome)
    return st.multiselect(
        "Filters",
        list(shown),
        format_func=lambda name: shown.get(name, str(name)),
        key="filters",
        bind="query-params",
        placeholder="Add a filter",
        select_all=False,
        on_change=_filters_changed,
    )


def _range(column: Column, cohort: str) -> Between | None:
    """The slider of a number; at full range it is no criterion, so missing values stay."""
    low, high, step = slider_scale(*cached.number_range(cohort, column.name))
    if not step:
        words = f"{low:g} in every case" if math.isfinite(low) else "not recorded in this cohort"
        st.caption(f"{plain(column.title)}: {words}")
        return None
    decimals = max(0, -math.floor(math.log10(step)))
    chosen = st.slider(
        plain(column.title),
        low,
        high,
        (low, high),
        step,
        format=f"%.{decimals}f",
        key=links.param_of(column.name),
        bind="query-params",
        help=plain(column.help) or None,
    )
    start, end = max(chosen[0], low), min(chosen[1], high)
    return None if (start, end) == (low, high) else Between(column.name, start, end)


def _levels(column: Column, values: Sequence[str]) -> OneOf | None:
    """The list of a category or flag; with nothing chosen it is no criterion."""
    shown = links.level_labels(column, values)
    chosen = st.multiselect(
        plain(column.label),
        list(shown),
        format_func=lambda value: shown.get(value, str(value)),
        key=links.param_of(column.name),
        bind="query-params",
        placeholder="Any",
        select_all=False,
        help=plain(column.help) or None,
    )
    known = tuple(value for value in values if value in chosen)
    return OneOf(column.name, known) if known else None


def _count(query: CohortQuery, column: Column) -> None:
    """How many cases each level has under all other criteria, or how many lack the number."""
    if column.kind is Kind.NUMBER:
        missing = cached.missing_numbers(query, column.name)
        held = any(criterion.column == column.name for criterion in query.criteria)
        if missing:
            st.caption(f"{missing:,} unknown, {'left out' if held else 'kept at full range'}")
        return
    counts = cached.level_counts(query, column.name)
    labels = links.level_labels(column, list(counts))
    words = [f"{plain(labels[value])} {cases:,}" for value, cases in counts.items() if cases]
    st.caption(" · ".join(words) or "no case left")


def _cohort_changed() -> None:
    """Keep what the new cohort can answer; take away the filters that it does not have."""
    store = Offered()
    cohort = st.session_state["cohort"]
    registry = store.registry(cohort)
    allowed = links.filter_labels(registry, "")
    kept = []
    for name in st.session_state.get("filters", ()):
        key = links.param_of(name)
        if name in allowed and _fits(registry[name], st.session_state.get(key), cohort):
            kept.append(name)
        else:
            st.session_state.pop(key, None)
    st.session_state["filters"] = kept
    if st.session_state.get("split") not in store.splits(cohort):
        st.session_state["split"] = ""


def _fits(column: Column, value: Any, cohort: str) -> bool:
    if not value:
        return True
    if column.kind is Kind.NUMBER:
        low, high = Offered().number_range(cohort, column.name)
        return isinstance(value, tuple) and bool(low <= value[0] <= value[1] <= high)
    return set(value) <= set(cached.values(cohort, column.name))


def _filters_changed() -> None:
    """Forget the value of a filter that was taken away, so that it comes back at full range."""
    names = set(st.session_state.get("filters", ()))
    for column in cached.registry(st.session_state["cohort"]):
        key = links.param_of(column.name)
        if column.name not in names and key in st.session_state and key not in links.BAR_KEYS:
            del st.session_state[key]
