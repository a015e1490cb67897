"""Which model, on which split, at which threshold? The row of pickers above an audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.explain.conformal import LEVEL, LEVELS
from clnm_core.report.wording import percent
from clnm_core.stats.audit import DEFAULT_THRESHOLD
from clnm_core.store.records import ModelRecord
from clnm_core.ui import cached, panels
from clnm_core.ui.links import labels_of
from clnm_core.ui.subgroups_view import metric_names

DEVICES = {
    "auto": "the GPU where there is one",
    "cpu": "the processor",
    "cuda": "the GPU",
}
"""Where a job may compute."""

_FIRST_GROUPS = ("centre", "sex", "lobe")


@dataclass(frozen=True, slots=True)
class Picked:
    """A model, the cases on which it is judged, and a threshold."""

    query: CohortQuery
    model: ModelRecord
    threshold: float

    @property
    def where(self) -> str:
        """What kind of cases these are, as an adjective; empty for all."""
        return self.query.split.replace("_", " ")


def pick_judged(query: CohortQuery) -> Picked | None:
    """Ask for model, split and threshold; say so where no model has judged the cases."""
    if not any(model.outcome == query.outcome for model in cached.models(query.cohort)):
        panels.pick_model(query)
        return None
    left, middle, right = st.columns(3)
    with left:
        model = panels.pick_model(query)
    if model is None:
        return None
    with middle:
        split = panels.pick_split(query, model)
    with right:
        threshold = panels.pick_threshold(usual_threshold(model))
    return Picked(replace(query, split=split), model, threshold)


def usual_threshold(model: ModelRecord) -> float:
    """The threshold in the model's manifest; 0.5 where it has none."""
    value = model.manifest.get("threshold")
    return float(value) if isinstance(value, int | float) else DEFAULT_THRESHOLD


def pick_several(label: str, labels: Mapping[str, str], *, key: str, first: int) -> tuple[str, ...]:
    """The chosen of several names, in their own order; the list offers all of them at once.

    ``first`` of them are chosen until the visitor or the link chooses, under ``key``.
    """
    every = list(labels)
    chosen = st.multiselect(
        label,
        every,
        default=every[:first],
        format_func=lambda name: labels.get(name, str(name)),
        key=key,
        bind="query-params",
        placeholder="Choose two or more",
        select_all=True,
    )
    return tuple(name for name in every if name in chosen)


def pick_groups(query: CohortQuery) -> tuple[tuple[str, ...], str]:
    """Ask for one or two columns to group by, and for the measure to compare.

    Returns
    -------
    columns : tuple of str
        The first is kept in the link as ``by``, the second as ``by_too``.
    metric : str
        Kept in the link as ``metric``.

    """
    names = {
        column.name: column.label
        for column in cached.registry(query.cohort).filterable()
        if column.name != query.outcome
    }
    everyone = replace(query, split="")
    usual = (name for name in _FIRST_GROUPS if name in names and _divides(everyone, name))
    first = next(usual, next(iter(names)))
    left, middle, right = st.columns(3)
    with left:
        chosen = panels.pick_column("Groups", names, default=first)
    others = {"": "none"} | {name: label for name, label in names.items() if name != chosen}
    with middle:
        second = pick("And", "by_too", others)
    with right:
        metric = pick("Measure", "metric", metric_names())
    return ((chosen, second) if second else (chosen,)), metric


def _divides(query: CohortQuery, column: str) -> bool:
    """Whether the cases of the query fall into two or more groups of the column."""
    return sum(1 for cases in cached.level_counts(query, column).values() if cases) > 1


def pick_set_level(label: str, key: str, help: str = "") -> float:
    """How often the sets of outcomes that fit shall hold the truth, in (0, 1); in the address."""
    words = {percent(level): level for level in LEVELS}
    chosen = st.segmented_control(
        label,
        list(words),
        default=percent(LEVEL),
        required=True,
        key=key,
        bind="query-params",
        help=help or None,
        label_visibility="visible" if help else "collapsed",
        width="content",
    )
    return words[chosen]


def pick_device(
    key: str, *, width: int | Literal["stretch"] = "stretch", is_kept: bool = False
) -> str:
    """On which device long work runs; with ``is_kept`` the choice is kept for the visit."""
    chosen = st.selectbox(
        "On",
        list(DEVICES),
        format_func=DEVICES.__getitem__,
        key=key,
        persist_state="session" if is_kept else None,
        width=width,
    )
    return str(chosen)


def pick(label: str, key: str, names: Mapping[str, str]) -> str:
    """One of several words by its label; kept in the link under ``key``."""
    shown = labels_of(names)
    return str(
        st.selectbox(
            label,
            list(shown),
            format_func=lambda name: shown.get(name, str(name)),
            key=key,
            bind="query-params",
        )
    )
