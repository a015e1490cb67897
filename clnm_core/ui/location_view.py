"""How does the place of risk get onto a page? One outcome at a time, never pooled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import wording
from clnm_core.report.answers import location_answer
from clnm_core.report.location_words import adjusted_answer, adjusted_methods, learned_methods
from clnm_core.report.methods import location_methods
from clnm_core.stats.location import PUBLISHED_NEAR_CAPSULE
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.records import ModelRecord
from clnm_core.ui import (
    cached,
    learned_facts,
    learned_view,
    links,
    location_tables,
    panels,
    pickers,
    risk_map_view,
)
from clnm_core.ui.charts.gland import gland_svg
from clnm_core.ui.charts.location import location_figure
from clnm_core.ui.learned_facts import LearnedPlace
from clnm_core.ui.located import Located, located
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.words import plain

APART = ("central", "lateral")
"""Outcomes that are shown side by side where both are meant."""


def outcomes_of(query: CohortQuery, recorded: tuple[str, ...]) -> tuple[str, ...]:
    """The outcomes to show: the chosen one, or central and lateral where any is chosen.

    Central and lateral metastasis spread along different routes, so "any" is never drawn.

    Examples
    --------
    >>> outcomes_of(CohortQuery("demo", "any"), ("any", "central", "lateral"))
    ('central', 'lateral')
    >>> outcomes_of(CohortQuery("demo", "lateral"), ("any", "central", "lateral"))
    ('lateral',)

    """
    apart = tuple(name for name in APART if name in recorded)
    return apart if query.outcome == "any" and apart else (query.outcome,)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor wants beside the observed shares.

    ``model`` is None where only observed shares are shown; ``split`` is where it is judged,
    empty for all; ``adjusters`` are columns of the cohort.
    """

    model: ModelRecord | None
    split: str
    adjusters: tuple[str, ...]


def ask(query: CohortQuery, outcomes: tuple[str, ...]) -> Asked:
    """Ask for a model, the split it is judged on, and what to adjust for."""
    registry = cached.registry(query.cohort)
    model, split = None, query.split
    if learned_facts.DISTANCE not in registry and not {"lobe", "third"} <= set(registry.names):
        return Asked(model, split, ())
    models = {m.name: m for m in cached.models(query.cohort) if m.outcome in outcomes}
    left, middle, right = st.columns(3)
    if models:
        titles = {name: panels.model_title(m) for name, m in models.items()}
        with left:
            name = pickers.pick("Model", "model", titles | {"": "none: observed only"})
        model = models.get(name)
    if model is not None:
        with middle:
            split = panels.pick_split(query.judged_on(model.outcome), model)
    chosen: tuple[str, ...] = ()
    if learned_facts.DISTANCE in registry:
        with right:
            chosen = _pick_adjusters(links.labels_of(learned_facts.adjusters(registry)))
    return Asked(model, split, chosen)


def _pick_adjusters(shown: Mapping[str, str]) -> tuple[str, ...]:
    chosen = st.multiselect(
        "Adjusted for",
        list(shown),
        default=[name for name in learned_facts.USUAL if name in shown],
        format_func=lambda name: shown.get(name, str(name)),
        key="adjusted",
        bind="query-params",
        placeholder="Nothing",
        select_all=False,
        help="The distance curve is also shown with these held equal. Signs of the spread itself, "
        "such as nodes seen on ultrasound, would take away what is asked about.",
    )
    return tuple(name for name in shown if name in chosen)


def draw(query: CohortQuery, outcomes: tuple[str, ...], asked: Asked) -> None:
    """Draw every outcome by itself: strip, curve, gland, and what the model knows of it."""
    registry = cached.registry(query.cohort)
    found = [cached.computed(located, replace(query, outcome=outcome)) for outcome in outcomes]
    curves = {
        one.outcome: cached.computed(learned_facts.adjusted, query, one.outcome, asked.adjusters)
        for one in found
        if one.has_distance and asked.adjusters
    }
    labels = {one.outcome: registry[one.outcome].label for one in found}
    answers = [
        location_answer(one.bins, outcome=one.outcome, outcome_label=labels[one.outcome])
        for one in found
        if one.has_distance
    ]
    if answers:
        panels.answer(" ".join(answers))
    places: dict[str, LearnedPlace] = {}
    for one in found:
        label = labels[one.outcome]
        if len(found) > 1:
            st.subheader(label, anchor=False)
        curve = curves.get(one.outcome, pd.DataFrame())
        _draw_one(one, label, curve, learned_facts.adjusters(registry))
        if asked.model is not None and asked.model.outcome == one.outcome:
            judged = replace(query, outcome=one.outcome, split=asked.split)
            with st.spinner("Setting predicted beside observed"):
                place = cached.computed(learned_facts.learned, judged, asked.model.name)
            places[one.outcome] = place
            learned_view.draw(
                place,
                model=panels.model_title(asked.model),
                where=asked.split.replace("_", " "),
                outcome=one.outcome,
                label=label,
            )
    risk_map_view.draw(query, labels)
    _methods(found, curves, places, labels, learned_facts.adjusters(registry))


def _methods(
    found: list[Located],
    curves: Mapping[str, pd.DataFrame],
    places: Mapping[str, LearnedPlace],
    labels: Mapping[str, str],
    adjusters: Mapping[str, str],
) -> None:
    """One line per outcome: how all that is drawn of it was made."""
    lines = {}
    for one in found:
        if one.has_distance:
            line = _curve_methods(one, curves.get(one.outcome, pd.DataFrame()), adjusters)
            place = places.get(one.outcome)
            if place is not None and place.distance is not None:
                line += f" {learned_methods(place.distance)}"
            lines[labels[one.outcome]] = line
    if len(lines) == 1:
        panels.methods_line(*lines.values())
    elif lines:
        panels.methods_line("\n".join(f"{label}. {line}" for label, line in lines.items()))


def _curve_methods(one: Located, adjusted: pd.DataFrame, adjusters: Mapping[str, str]) -> str:
    line = location_methods(
        one.curve.attrs["method"], one.bins.attrs["method"], left_out=one.curve.attrs["left_out"]
    )
    return f"{line} {adjusted_methods(adjusted, adjusters)}" if adjusted.attrs else line


def _draw_one(
    one: Located, label: str, adjusted: pd.DataFrame, adjusters: Mapping[str, str]
) -> None:
    if not one.has_distance and not one.has_place:
        panels.empty(
            f"Nothing is recorded about the place of {wording.lower_first(label)}",
            "Here a curve would show the share with metastasis by distance to the capsule, and a "
            "drawing of the gland the share in each third. The cases that are left have neither a "
            "capsule distance nor a lobe and third together with a known outcome. Import a table "
            "that has them, or take a filter away.",
            "Import a table",
            "import_data.py",
        )
        return
    if one.has_distance:
        _strip(one)
        if adjusted.attrs:
            st.markdown(plain(adjusted_answer(adjusted, adjusters)))
    with st.grid(2, min_column_width=NARROW):
        if one.has_distance:
            _curve(one, label, adjusted, adjusters)
        else:
            _missing(
                "Distance to the capsule",
                "No case that is left has a capsule distance. Import it as a column, or as "
                "outlines of nodule and gland from which it is measured.",
            )
        if one.has_place:
            _gland(one, label)
        else:
            _missing(
                "Lobe and third",
                "No case that is left has both a lobe and a third. Import them as two columns.",
            )
    location_tables.draw(one, label)


def _strip(one: Located) -> None:
    figures = []
    for row in one.bins.to_dict("records"):
        estimate = Estimate(row["rate"], row["low"], row["high"], 0.95, one.bins.attrs["method"])
        title = wording.upper_first(str(row["label"]))
        figures.append(
            panels.estimate(title, estimate, name="flag_rate", n=int(row["n"]))
            if row["n"]
            else panels.Figure(title, "–", "no case")
        )
    panels.strip(figures)


def _curve(one: Located, label: str, adjusted: pd.DataFrame, adjusters: Mapping[str, str]) -> None:
    why = one.curve.attrs["method"] if one.curve.empty else ""
    panels.figure_card(
        location_figure(
            one.curve,
            one.bins,
            outcome=one.outcome,
            claim=PUBLISHED_NEAR_CAPSULE,
            adjusted=adjusted,
            dark=panels.is_dark(),
        ),
        _curve_table(one, adjusted),
        f"{label} by distance to the capsule" + (f" (curve {why})" if why else ""),
        "The solid curve is what was observed here, with its band; the dotted one is the same with "
        "the adjusters held equal; dots are bands of distance with their Wilson intervals and n. "
        "The dashed line is a published claim "
        f"({PUBLISHED_NEAR_CAPSULE.source}, {PUBLISHED_NEAR_CAPSULE.caveat}), "
        f"doi:{PUBLISHED_NEAR_CAPSULE.doi}.",
        f"distance_{one.outcome}",
        methods=_curve_methods(one, adjusted, adjusters),
    )


def _curve_table(one: Located, adjusted: pd.DataFrame) -> pd.DataFrame:
    """The numbers of the chart: both curves below each other, or the bands where there is none."""
    if one.curve.empty:
        return one.bins
    columns = ["curve", "distance_mm", "risk", "low", "high"]
    curves = [one.curve.assign(curve="observed")]
    if not adjusted.empty:
        curves.append(adjusted.assign(curve="adjusted"))
    return pd.concat([curve[columns] for curve in curves], ignore_index=True)


def _gland(one: Located, label: str) -> None:
    panels.svg_card(
        gland_svg(
            one.cells,
            title=f"Share with {wording.lower_first(label)} in each third of the gland",
            name=f"gland-{one.outcome.replace('_', '-')}",
            dark=panels.is_dark(),
        ),
        one.cells,
        f"{label} by lobe and third, seen from the front",
        "Every cell says the share with metastasis and the number of cases; the darker, the "
        "higher. Hatched cells have fewer than ten cases and are not scored; the intervals are "
        "in the table of the menu. Wilson 1927, doi:10.1080/01621459.1927.10502953.",
        f"gland_{one.outcome}",
    )


def _missing(title: str, why: str) -> None:
    with st.container(border=True):
        st.markdown(f"**{title}**")
        st.write(why)
