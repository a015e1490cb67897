"""Which pieces do pages share? Each takes values and draws into the current container.

A caller who does not want a piece does not call it; there are no switches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import wording
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store import selection
from clnm_core.store.records import ModelRecord
from clnm_core.ui import cached, frame, links
from clnm_core.ui.cards import figure_card, methods_line, svg, svg_card, table_download
from clnm_core.ui.words import plain, unbroken

__all__ = [
    "Figure",
    "answer",
    "empty",
    "estimate",
    "figure_card",
    "is_dark",
    "methods_line",
    "model_title",
    "pick_column",
    "pick_model",
    "pick_split",
    "pick_threshold",
    "strip",
    "svg",
    "svg_card",
    "table_download",
]

MOST_FIGURES = 5

_HONEST_FIRST = ("external", "test", "validation", "cross-validated")
"""The splits in which a model is judged by default, the most telling first."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the strip: value large, interval under it, how in the help."""

    label: str
    value: str
    under: str = ""
    help: str = ""


def is_dark() -> bool:
    """Whether charts are drawn for the dark theme."""
    return frame.is_dark()


def answer(sentence: str, *, key: str = "answer") -> None:
    """The sentence that answers the page's question; the frame has drawn the question.

    ``key`` tells a second answer, further down the page, from the first: ``answer_now``.
    """
    with st.container(key=key):
        st.markdown(plain(unbroken(sentence)))


def estimate(label: str, value: Estimate, *, name: str = "", n: int | None = None) -> Figure:
    """A metric as a figure of the strip; ``name`` says whether it is a per cent."""
    unit = wording.unit_of(name)
    if value.value != value.value:
        return Figure(label, "–", wording.reason(value), value.method)
    under = wording.interval_text(value, unit, n=n)
    counted = f" · n {n:,}" if n is not None else ""
    return Figure(
        label, wording.value_text(value, unit, n=n), f"{under}{counted}", f"{value.method}."
    )


def strip(figures: Sequence[Figure]) -> None:
    """At most five figures side by side, equally high.

    Raises
    ------
    ValueError
        If there are more.

    """
    if len(figures) > MOST_FIGURES:
        raise ValueError(f"figures must be at most {MOST_FIGURES}; got {len(figures)}.")
    with st.grid(len(figures), min_column_width=150):
        for figure in figures:
            st.metric(
                figure.label,
                figure.value,
                figure.under or None,
                delta_color="off",
                delta_arrow="off",
                help=plain(figure.help) or None,
                border=True,
                height="stretch",
            )


def empty(what: str, why: str, label: str, file: str) -> None:
    """An empty state: what would be here, why it is not, the page that leads there."""
    st.subheader(what, anchor=False)
    st.write(why)
    st.page_link(frame.path_of(file), label=label, icon=":material/arrow_forward:")


def model_title(model: ModelRecord) -> str:
    """What a reader sees for a model: the title of its manifest, else its name."""
    return str(model.manifest.get("title") or model.name)


def pick_model(query: CohortQuery) -> ModelRecord | None:
    """The model to judge, of those that predict the outcome of the query.

    Says so, with a way on, and returns None where there is none.
    """
    models = {m.name: m for m in cached.models(query.cohort) if m.outcome == query.outcome}
    if not models:
        label = cached.registry(query.cohort)[query.outcome].label if query.outcome else "outcome"
        empty(
            "No model has judged these cases",
            f"This page needs risks of a model for the outcome “{label.lower()}”. The cohort has none: "
            "choose another outcome in the sidebar, or bring a table of predictions.",
            "Audit a file",
            "audit_file.py",
        )
        return None
    chosen = _pick("Model", "model", {name: model_title(model) for name, model in models.items()})
    return models[chosen]


def pick_split(query: CohortQuery, model: ModelRecord) -> str:
    """The split of the model's predictions that is judged; empty for all.

    The split of the sidebar holds where one is chosen there; otherwise the most telling
    split is offered first: external, then test, validation, cross-validated.
    """
    counted = cached.computed(_prediction_splits, query.everyone(), model.name)
    if query.split:
        return query.split
    order = {split: place for place, split in enumerate(_HONEST_FIRST)}
    splits = sorted(counted, key=lambda split: (order.get(split, len(order)), split))
    if len(splits) < 2:
        return splits[0] if splits else ""
    registry = cached.registry(query.cohort)
    label = registry["split"].label_of if "split" in registry else str
    names = {split: label(split) for split in splits} | {"": "all splits"}
    return _pick("Judged on", "evaluated", names)


def pick_threshold(default: float = 0.5) -> float:
    """The risk from which a case counts as positive, 0.01 to 0.99."""
    return float(
        st.slider(
            "Threshold",
            0.01,
            0.99,
            min(max(round(default, 2), 0.01), 0.99),
            0.01,
            key="threshold",
            bind="query-params",
            help="A case counts as positive when its risk is at least this.",
        )
    )


def pick_column(label: str, names: Mapping[str, str], *, default: str = "") -> str:
    """One column of the cohort, by its label; kept in the link as ``by``."""
    return _pick(label, "by", names, default=default)


def _pick(label: str, key: str, names: Mapping[str, str], *, default: str = "") -> str:
    shown = links.labels_of(names)
    options = list(shown)
    return str(
        st.selectbox(
            label,
            options,
            index=options.index(default) if default and default in shown else 0,
            format_func=lambda name: shown.get(name, str(name)),
            key=key,
            bind="query-params",
        )
    )


def _prediction_splits(warehouse: Any, query: CohortQuery, model: str) -> tuple[str, ...]:
    return tuple(selection.prediction_splits(warehouse, query.cohort, model)["split"])
