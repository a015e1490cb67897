"""How does what drives a model get onto a page? Importance, dependence, the strongest cases."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Kind
from clnm_core.report import explanations_words as words
from clnm_core.report import wording
from clnm_core.stats.dependence import UNKNOWN, Dependence
from clnm_core.store.modelling import can_predict
from clnm_core.store.records import ModelRecord
from clnm_core.ui import (
    cached,
    explanations_facts,
    explanations_jobs,
    explanations_maps,
    panels,
    pickers,
    tables,
)
from clnm_core.ui.charts.dependence import dependence_figure
from clnm_core.ui.charts.importance import importance_figure
from clnm_core.ui.explanations_facts import NOT_MEASURED, Driven
from clnm_core.ui.failures_view import case_link
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.words import plain

_STRIP = 4
"""Variables in the strip."""


def draw(query: CohortQuery) -> None:
    """Ask for a model and a split, then draw what drives it and where its maps lie."""
    models = {m.name: m for m in cached.models(query.cohort) if m.outcome == query.outcome}
    if not models:
        panels.pick_model(query)
        return
    left, middle, _ = st.columns(3)
    # Models that are here come first: of the others only risks are known.
    ordered = sorted(models.values(), key=lambda one: not can_predict(one))
    with left:
        name = pickers.pick("Model", "model", {m.name: panels.model_title(m) for m in ordered})
    record = models[name]
    if not can_predict(record):
        whole = str(record.manifest.get("part_of", ""))
        title = panels.model_title(models[whole]) if whole in models else whole
        panels.answer(words.no_model(panels.model_title(record), title))
        return
    with middle:
        split = panels.pick_split(query, record)
    judged = replace(query, split=split)
    with st.spinner("Asking the model"):
        found = _driven(judged, record)
    if found.why:
        is_lacking = found.why == NOT_MEASURED
        said = words.not_measured if is_lacking else words.no_attributions
        panels.answer(said(panels.model_title(record)))
        if is_lacking:
            explanations_jobs.offer_measuring(query.cohort, record)
    else:
        _draw_driven(judged, record, found)
    explanations_maps.draw(judged, record)


def _driven(query: CohortQuery, record: ModelRecord) -> Driven:
    digest = str(record.manifest["digest"])
    return cached.drawn(explanations_facts.driven, query, record.name, digest)


def _draw_driven(query: CohortQuery, record: ModelRecord, found: Driven) -> None:
    outcome = cached.registry(query.cohort)[query.outcome].label
    panels.answer(
        words.importance_answer(
            found.table,
            scale=found.scale,
            outcome_label=outcome,
            cases=found.cases,
            where=query.split.replace("_", " "),
        )
    )
    if not found.cases:
        return
    _strip(found)
    digest = str(record.manifest["digest"])
    with st.spinner("Dealing columns out anew"):
        loss = cached.computed(explanations_facts.shuffled, query, record.name, digest)
    with st.grid(2, min_column_width=NARROW):
        _importance(found)
        _shuffled(loss)
    _dependence(query, record, found, outcome)
    panels.methods_line(
        words.importance_methods(
            found.scale, is_shuffled=not loss.empty, left_out=loss.attrs["left_out"]
        )
    )


def _strip(found: Driven) -> None:
    counted = panels.Figure(
        "Cases explained",
        f"{found.cases:,}",
        f"of {wording.count_text(found.patients, 'patient')}",
        "Selected cases that the model has judged and can judge again from the store.",
    )
    figures = [counted]
    for row in found.table.head(_STRIP).to_dict("records"):
        said = words.effect_text(row["value"], found.scale, low=float("nan"), high=float("nan"))
        value, _, unit = said.partition(" ")
        low, high = (words.in_unit(row[end], found.scale) for end in ("low", "high"))
        ends = wording.interval(low, high, decimals=1 if found.scale == "probability" else 2)
        figures.append(
            panels.Figure(
                str(row["label"]),
                value,
                ends,
                f"Mean absolute effect in {unit}, with its 95 % interval.",
            )
        )
    panels.strip(figures)


def _importance(found: Driven) -> None:
    factor = words.in_unit(1.0, found.scale)
    shown = found.table.assign(
        **{name: factor * found.table[name] for name in ("value", "low", "high")}
    )
    unit = words.unit_words(found.scale)
    panels.figure_card(
        importance_figure(
            shown,
            title=f"Mean absolute effect ({unit})",
            unit=unit,
            decimals=1 if found.scale == "probability" else 2,
            dark=panels.is_dark(),
        ),
        shown,
        "How far each variable moves the answers of the model",
        "Each dot is the mean size of a variable's exact Shapley values, whatever their sign, over "
        "the selected cases; the line is its 95 % interval by patients. It says what the model "
        "does, right or wrong. Lundberg 2017, arXiv:1705.07874.",
        "importance",
        methods=words.importance_methods(found.scale, is_shuffled=False),
    )


def _shuffled(loss: pd.DataFrame) -> None:
    if loss.empty or loss["value"].isna().all():
        with st.container(border=True, height="stretch"):
            st.markdown("**AUC lost when a variable is dealt out anew**")
            st.write(
                "It cannot be told here: it needs selected cases with and without the outcome, and "
                "recorded variables that the model reads."
            )
        return
    panels.figure_card(
        importance_figure(
            loss, title="AUC lost", unit="of the AUC", decimals=3, dark=panels.is_dark()
        ),
        loss,
        "AUC lost when a variable is dealt out anew",
        "The values of one variable are dealt out at random among the selected cases, and the model "
        "judges them again. A variable that moves much and costs nothing here does not help to tell "
        "outcomes apart. Breiman 2001, doi:10.1023/A:1010933404324.",
        "auc_lost",
        methods=words.importance_methods(
            "log-odds", is_shuffled=True, left_out=loss.attrs["left_out"]
        ),
    )


def _dependence(query: CohortQuery, record: ModelRecord, found: Driven, outcome: str) -> None:
    labels = {row["column"]: row["label"] for row in found.table.to_dict("records")}
    left, _, _ = st.columns(3)
    with left:
        name = pickers.pick("Effect of", "effect_of", labels)
    digest = str(record.manifest["digest"])
    of, owners = cached.drawn(explanations_facts.dependence_of, query, record.name, digest, name)
    column = found.column(name)
    with st.grid(2, min_column_width=NARROW):
        panels.figure_card(
            dependence_figure(
                of,
                owners,
                scale=found.scale,
                outcome=wording.lower_first(outcome),
                dark=panels.is_dark(),
            ),
            of.curve if len(of.curve) else of.levels,
            f"Effect of {wording.lower_first(column.label)} by its value",
            "Each point is a case: what the variable added to the model's answer, compared with the "
            "average training case. Points of one value differ where other variables change what it "
            "does. Lundberg 2020, doi:10.1038/s42256-019-0138-9.",
            "effect_by_value",
            methods=f"{wording.upper_first(of.method)}.",
        )
        _strongest(of, owners, found)


def _strongest(of: Dependence, owners: pd.DataFrame, found: Driven) -> None:
    with st.container(border=True, height="stretch"):
        label = wording.lower_first(of.column.label)
        st.markdown(f"**Cases in which {plain(label)} did most**")
        said = words.dependence_answer(of.curve, of.levels, scale=found.scale, unit=of.column.unit)
        st.write(plain(said))
        rows: list[list[str | tables.Cell | None]] = []
        for row in explanations_facts.strongest(of, owners).to_dict("records"):
            effect = words.in_unit(row["effect"], found.scale)
            rows.append(
                [
                    tables.Cell(case_link(str(row["case_id"]))),
                    _value(of, row["value"]),
                    f"{'+' if effect > 0 else ''}{wording.number(effect)}",
                    "yes" if row["y_true"] else "no",
                ]
            )
        st.html(
            tables.table(
                ["Case", of.column.label, f"Added ({words.unit_words(found.scale)})", "Outcome"],
                rows,
                alt=f"Cases in which {label} did most",
                numeric=[False, False, True, False],
            )
        )


def _value(of: Dependence, value: object) -> str:
    if isinstance(value, float):
        return UNKNOWN if value != value else f"{value:g} {of.column.unit}".rstrip()
    is_word = of.column.kind is Kind.CATEGORY and value != UNKNOWN
    return of.column.label_of(value) if is_word else str(value)
