"""What has been computed already? The caches of the app; those of pictures are beside them.

An uploaded table that is open as a cohort has caches of its own, which only its visitor
reaches (:mod:`clnm_core.ui.visiting_file`).

A key is made of small values only: the store's place and version, the
:class:`~clnm_core.domain.cohort.CohortQuery`, and plain words or numbers. A frame is never
a key (Streamlit hashes only a sample of a large one), and a query is hashed by its
``repr`` (by its fields, two kinds of criteria would be mistaken for each other).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from clnm_core.domain.cohort import Between, CohortQuery
from clnm_core.domain.columns import Registry
from clnm_core.errors import NoStoreError
from clnm_core.store import selection
from clnm_core.store.places import default_store
from clnm_core.store.selection import Counts
from clnm_core.store.snapshots import current_version
from clnm_core.store.warehouse import CohortRecord, ModelRecord, Warehouse
from clnm_core.ui import visiting_file

Small = str | int | float | bool | None | tuple[Any, ...]
"""What a key may be made of."""

_P = ParamSpec("_P")
_R = TypeVar("_R")

_HASH: dict[str | type[Any], Callable[[Any], Any]] = {CohortQuery: repr}
_PINNED = "_store_version"


def pin() -> int:
    """Fix the store version for this run and return it; 0 where there is no store yet."""
    version = current_version(default_store())
    st.session_state[_PINNED] = version
    return version


def pinned() -> int:
    """The store version of this run, or the current one outside a run; 0 where there is none."""
    if get_script_run_ctx(suppress_warning=True) and _PINNED in st.session_state:
        return int(st.session_state[_PINNED])
    return current_version(default_store())


def version() -> int:
    """The store version that this run reads.

    Raises
    ------
    NoStoreError
        If there is no store yet.

    """
    found = pinned()
    if not found:
        raise NoStoreError("There is no store yet. Reload the page to make the demo cohorts.")
    return found


def warehouse(cohort: str = "") -> Warehouse:
    """The snapshot that this run reads, shared by all visitors; or the uploaded table's own."""
    if visiting_file.is_visiting(cohort):
        return visiting_file.warehouse()
    return _warehouse(_root(), version())


def computed(
    function: Callable[Concatenate[Warehouse, CohortQuery, _P], _R],
    query: CohortQuery,
    *values: _P.args,
    **no_names: _P.kwargs,
) -> _R:
    """``function(warehouse, query, *values)``, computed once per store version.

    Parameters
    ----------
    function : callable
        A function at the top level of a module; pure, returning values or frames.
    query : CohortQuery
    *values : str, int, float, bool, None or tuple of these
        The rest of the key.
    **no_names
        Not taken: the key is made of positions.

    Returns
    -------
    object
        A copy for every caller.

    Raises
    ------
    TypeError
        If a value is not small, or given by name.

    """
    if no_names or not all(_is_small(value) for value in values):
        raise TypeError("values of a cached computation must be plain words or numbers in order.")
    name = f"{function.__module__}.{function.__qualname__}"
    if visiting_file.is_visiting(query.cohort):
        return _of_visiting_file(visiting_file.token(), name, query, tuple(values), function)
    return _computed(_root(), version(), name, query, tuple(values), function)


def drawn(
    function: Callable[Concatenate[Warehouse, CohortQuery, _P], _R],
    query: CohortQuery,
    *values: _P.args,
    **no_names: _P.kwargs,
) -> _R:
    """As :func:`computed`, for figures: all visitors get the same one, so nobody may change it.

    Putting a figure together takes Plotly longer than computing what it shows.
    """
    if no_names or not all(_is_small(value) for value in values):
        raise TypeError("values of a cached figure must be plain words or numbers in order.")
    name = f"{function.__module__}.{function.__qualname__}"
    if visiting_file.is_visiting(query.cohort):
        return _of_visiting_file(visiting_file.token(), name, query, tuple(values), function)
    return _drawn(_root(), version(), name, query, tuple(values), function)


def for_visitor(function: Callable[..., _R], key: str, *values: Small, data: Any) -> _R:
    """``function(data, *values)``, kept for this visitor only; ``key`` stands for the data.

    For what somebody uploaded: ``key`` is the digest of its bytes.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    return _for_visitor(name, key, values, function, data)


def cohorts() -> tuple[CohortRecord, ...]:
    """All cohorts: the synthetic ones, largest first, then the others by name; the visitor's last.

    The first is shown where a link names none, so importing a cohort must not change it.
    """
    stored = _cohorts(_root(), version())
    return (*stored, *visiting_file.warehouse().cohorts()) if visiting_file.opened() else stored


def cohort(name: str) -> CohortRecord:
    """One cohort, counted over all its cases."""
    return warehouse(name).cohort(name)


def registry(name: str) -> Registry:
    """The columns of one cohort."""
    if visiting_file.is_visiting(name):
        return visiting_file.warehouse().registry(name)
    return _registry(_root(), version(), name)


def models(name: str) -> tuple[ModelRecord, ...]:
    """The models that have predictions for one cohort."""
    if visiting_file.is_visiting(name):
        return tuple(visiting_file.warehouse().models(name))
    return _models(_root(), version(), name)


def counts(query: CohortQuery) -> Counts:
    """How many cases, patients, events and unknown outcomes the query selects."""
    return computed(selection.case_count, query)


def size(query: CohortQuery) -> tuple[int, int]:
    """Cases and patients of a query, also in a cohort that records no outcome."""
    if query.outcome:
        found = counts(query)
        return found.cases, found.patients
    return computed(_size, query)


def values(cohort: str, column: str) -> tuple[str, ...]:
    """The words of a category or flag that any case has; ``unknown`` where some lack it."""
    counted = level_counts(CohortQuery(cohort, ""), column)
    return tuple(word for word, cases in counted.items() if cases)


def level_counts(query: CohortQuery, column: str) -> dict[str, int]:
    """Cases per stored word of a category or flag, under all other criteria."""
    return computed(_level_counts, query, column)


def missing_numbers(query: CohortQuery, column: str) -> int:
    """Cases that lack a number, under all other criteria."""
    others = replace(query, criteria=tuple(c for c in query.criteria if c.column != column))
    low, high = number_range(query.cohort, column)
    if math.isnan(low):
        return size(others)[0]
    return size(others)[0] - size(others.keeping(Between(column, low, high)))[0]


def number_range(cohort: str, column: str) -> tuple[float, float]:
    """Smallest and largest value of a column in the whole cohort; NaN where there is none."""
    return computed(_number_range, CohortQuery(cohort, ""), column)


def _root() -> str:
    return str(default_store())


def _is_small(value: object) -> bool:
    if isinstance(value, tuple):
        return all(_is_small(part) for part in value)
    return value is None or isinstance(value, str | int | float | bool)


def _number_range(warehouse: Warehouse, query: CohortQuery, column: str) -> tuple[float, float]:
    return selection.number_range(warehouse, query.cohort, column)


def _level_counts(warehouse: Warehouse, query: CohortQuery, column: str) -> dict[str, int]:
    counted = selection.level_counts(warehouse, query, column)
    return dict(zip(counted["value"], counted["cases"].astype(int), strict=True))


def _size(warehouse: Warehouse, query: CohortQuery) -> tuple[int, int]:
    ids = selection.cases(warehouse, query, ())
    return len(ids), int(ids["patient_id"].nunique())


# A released snapshot is closed when the last run that reads it lets go of it, not before.
@st.cache_resource(max_entries=3, show_spinner=False)
def _warehouse(root: str, version: int) -> Warehouse:
    return Warehouse.open(Path(root))


@st.cache_resource(max_entries=3, show_spinner=False)
def _cohorts(root: str, version: int) -> tuple[CohortRecord, ...]:
    found = _warehouse(root, version).cohorts()
    return tuple(
        sorted(found, key=lambda c: (not c.is_synthetic, -c.cases * c.is_synthetic, c.name))
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _registry(root: str, version: int, cohort: str) -> Registry:
    return _warehouse(root, version).registry(cohort)


@st.cache_resource(max_entries=64, show_spinner=False)
def _models(root: str, version: int, cohort: str) -> tuple[ModelRecord, ...]:
    return tuple(_warehouse(root, version).models(cohort))


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=_HASH)
def _drawn(
    root: str,
    version: int,
    name: str,
    query: CohortQuery,
    values: tuple[Any, ...],
    _function: Callable[..., Any],
) -> Any:
    return _function(_warehouse(root, version), query, *values)


@st.cache_data(max_entries=4096, max_size="512MiB", show_spinner=False, hash_funcs=_HASH)
def _computed(
    root: str,
    version: int,
    name: str,
    query: CohortQuery,
    values: tuple[Any, ...],
    _function: Callable[..., Any],
) -> Any:
    return _function(_warehouse(root, version), query, *values)


@st.cache_data(max_entries=16, show_spinner=False, scope="session")
def _for_visitor(
    name: str, key: str, values: tuple[Any, ...], _function: Callable[..., Any], _data: Any
) -> Any:
    return _function(_data, *values)


@st.cache_data(
    max_entries=256, max_size="512MiB", show_spinner=False, scope="session", hash_funcs=_HASH
)
def _of_visiting_file(
    token: str,
    name: str,
    query: CohortQuery,
    values: tuple[Any, ...],
    _function: Callable[..., Any],
) -> Any:
    return _function(visiting_file.warehouse(), query, *values)
