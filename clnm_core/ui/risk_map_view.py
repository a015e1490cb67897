"""How does the population risk map get onto the Location page? Only when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report.risk_map_words import risk_map_answer, risk_map_methods
from clnm_core.report.wording import lower_first
from clnm_core.ui import cached, panels, risk_map_facts
from clnm_core.ui.charts.risk_map import risk_map_figure
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.risk_map_facts import AREA, EVEN, Mapped
from clnm_core.ui.words import plain, unbroken

_LABELS = {"transverse": "Transverse view", "longitudinal": "Longitudinal view"}
_SCALE = "excess with metastasis"
_TITLES = {AREA: "every lesion by its area and depth", EVEN: "every lesion counts the same"}
_HOW = {
    AREA: "Red is where location maps, which weigh a place the more the nearer it lies to the "
    "capsule, are stronger on average in patients with metastasis, blue in those without. A large "
    "lesion covers more of the gland, so that size shows here as well as place.",
    EVEN: "Red is where lesions of patients with metastasis lie more often, blue where those of "
    "patients without do; each lesion has the same weight in all, however large it is, 1 being "
    "what a lesion that fills the gland has at each place.",
}
_LINES = (
    " A solid line is around what is more than chance, a dashed one around what is less; blank "
    "are places that the lesions of fewer than ten patients reach. Shen 2025, "
    "doi:10.1038/s41467-025-62042-z, without the division by the size of the groups and without "
    "a band."
)


def draw(query: CohortQuery, labels: Mapping[str, str]) -> None:
    """Offer the views that have outlines, and draw the map of every outcome in the chosen one.

    Parameters
    ----------
    query : CohortQuery
    labels : mapping of str to str
        The outcomes that are shown, by their registry names; never pooled.

    """
    views = cached.computed(risk_map_facts.views_of, CohortQuery(query.cohort, ""))
    if not views:
        return
    st.subheader("Where do lesions with metastasis lie?", anchor=False)
    view = st.segmented_control(
        "Lesions laid upon each other on one gland",
        views,
        format_func=lambda name: _LABELS.get(name, str(name)),
        key="risk_map_view",
        bind="query-params",
    )
    if view not in views:
        st.caption("Choose a view to lay the outlines of all its lesions upon each other.")
        return
    for outcome, label in labels.items():
        judged = replace(query, outcome=outcome)
        with st.spinner("Laying lesions upon each other"):
            found = {
                counting: cached.computed(risk_map_facts.mapped, judged, str(view), counting)
                for counting in (AREA, EVEN)
            }
        _draw_one(found, str(view), outcome, label)


def _draw_one(found: Mapping[str, Mapped], view: str, outcome: str, label: str) -> None:
    facts = found[EVEN].pixels.attrs
    answer = risk_map_answer(found[EVEN].pixels, view=view, label=lower_first(label))
    st.markdown(
        f"**{plain(label)}**, {facts['present']:,} patients with and {facts['absent']:,} without. "
        f"{plain(unbroken(answer))}"
    )
    if found[EVEN].pixels.empty:
        return
    with st.grid(2, min_column_width=NARROW):
        for counting in (EVEN, AREA):
            _card(found[counting], counting, view, outcome, label)


def _card(one: Mapped, counting: str, view: str, outcome: str, label: str) -> None:
    panels.figure_card(
        risk_map_figure(
            one.pixels,
            view=view,
            aspect=one.aspect,
            scale=_SCALE,
            dark=panels.is_dark(),
        ),
        one.pixels,
        f"{label}, {_LABELS[view].lower()}, {_TITLES[counting]}",
        _HOW[counting] + _LINES,
        f"risk_map_{counting}_{outcome}",
        methods=risk_map_methods(
            one.pixels,
            view=view,
            is_even=counting == EVEN,
            without=one.without,
            left_out=one.left_out,
        ),
    )
