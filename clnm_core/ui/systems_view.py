"""The Systems page: what each system needs, a way to train it, and all that came of it."""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report.systems_words import Fit, fit_of, systems_answer
from clnm_core.systems.catalogue import SYSTEMS, Listed, listed
from clnm_core.ui import (
    cached,
    cached_models,
    job_cards,
    panels,
    systems_ablation,
    systems_facts,
    systems_form,
    systems_result,
    visiting_file,
)
from clnm_core.ui.words import plain

JOB_KINDS = ("train", "ablate")
"""Jobs that this page starts and follows."""


def draw(query: CohortQuery) -> None:
    """The answer, a card for every system, and the one that is chosen."""
    everyone = query.everyone()
    if not everyone.outcome:
        panels.empty(
            "There is no outcome to learn",
            "A system learns who has an outcome and who has not. This cohort records none; import "
            "it with a column of outcomes.",
            "Import a table",
            "import_data.py",
        )
        return
    held = cached.computed(systems_facts.held, everyone)
    fits = {one.name: fit_of(one.name, held) for one in SYSTEMS}
    models = systems_facts.trained(query.cohort, query.outcome)
    panels.answer(
        systems_answer(
            {one.label: fits[one.name] for one in SYSTEMS},
            held.known,
            outcome_label=cached.registry(query.cohort)[query.outcome].label,
            trained=len(models),
        )
    )
    with st.grid(len(SYSTEMS), min_column_width=160):
        for one in SYSTEMS:
            count = sum(1 for record in models if record.system == one.name)
            _card(one, fits[one.name], count)
    is_asked = "system" in st.query_params
    system = _pick_system(next((name for name, fit in fits.items() if fit.is_fit), "clinical"))
    _draw_system(everyone, listed(system), fits[system], is_asked=is_asked)


def _card(one: Listed, fit: Fit, count: int) -> None:
    with st.container(border=True, height="stretch", key=f"system_{one.name}"):
        st.markdown(f"**{plain(one.label)}**")
        st.caption(f"Reads {plain(one.reads)}.")
        icon = ":material/check_circle:" if fit.is_fit else ":material/block:"
        st.markdown(f"{icon} {plain(fit.words)}")
        if count:
            st.caption(f"{count:,} trained here")
        if one.source:
            st.caption(plain(one.source))


def _pick_system(usual: str) -> str:
    labels = {one.label: one.name for one in SYSTEMS}
    asked = {one.name: one.label for one in SYSTEMS}.get(st.query_params.get("system", ""))
    if asked:  # a link made by hand names the system as the command line does
        st.query_params["system"] = asked
        st.rerun()
    chosen = st.segmented_control(
        "System",
        list(labels),
        default=listed(usual).label,
        key="system",
        bind="query-params",
        required=True,
    )
    return labels[str(chosen)]


def _draw_system(query: CohortQuery, one: Listed, fit: Fit, *, is_asked: bool) -> None:
    st.subheader(one.label, anchor=False)
    if visiting_file.is_visiting(query.cohort):
        st.info("An uploaded table is not learned from. Import it as a cohort to train on it.")
        return
    said = st.container()
    if fit.is_fit:
        systems_form.draw(query, one)
    else:
        st.info(plain(fit.words), icon=":material/block:")
    job_cards.draw(JOB_KINDS, query.cohort)
    systems_result.draw(query, one)
    if fit.is_fit and one.name == systems_ablation.SYSTEM:
        systems_ablation.draw(query)
    if fit.is_fit and is_asked:
        with said:
            _check(query, one.name)


def _check(query: CohortQuery, system: str) -> None:
    """What the system itself says of every case of the cohort; slow the first time, so last."""
    with st.spinner("Looking at every case"):
        looked = cached_models.required(query, system)
    for words in looked.words:
        if looked.is_fit:
            st.caption(plain(words))
        else:
            st.warning(f"With its usual settings: {plain(words)}", icon=":material/block:")
