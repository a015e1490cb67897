"""What is to be trained, and how? The form that starts a training."""

from __future__ import annotations

from typing import Any

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.jobs import queue
from clnm_core.jobs.supervisor import ensure_worker
from clnm_core.report.wording import lower_first
from clnm_core.store.places import default_store
from clnm_core.systems.catalogue import Listed
from clnm_core.ui import cached, cached_models, pickers, systems_facts, systems_settings, visitor
from clnm_core.ui.words import plain

_ACTIVE = ("queued", "running")


def draw(query: CohortQuery, one: Listed) -> None:
    """Ask, and put the training into the queue."""
    label = lower_first(cached.registry(query.cohort)[query.outcome].label)
    has_models = bool(systems_facts.trained(query.cohort, query.outcome, one.name))
    defaults = systems_settings.settable(one.name, cached_models.defaults(one.name))
    with (
        st.expander(
            f"Train {one.label}", expanded=not has_models, icon=":material/model_training:"
        ),
        st.form(f"train_{one.name}", border=False),
    ):
        st.caption(
            f"It learns {plain(label)} from the whole cohort, filters or not: training patients "
            "teach, validation patients decide when to stop, calibrate and set the threshold, and "
            "no others are looked at. It runs on its own: leave the page, or close it."
        )
        name, device = _who_and_where(query, one)
        config = systems_settings.draw(one.name, defaults, is_first=True)
        is_left_out = st.toggle(
            "Leave one centre out, each in turn",
            key=f"train_{one.name}_centres",
            help="Trains once more for each centre, without its patients, and judges it there. It "
            "takes as many times as long as there are centres.",
        )
        with st.expander("More settings", key=f"train_{one.name}_more"):
            config |= systems_settings.draw(one.name, defaults, is_first=False)
            seed = int(
                st.number_input(
                    "Seed",
                    min_value=0,
                    max_value=2**31 - 1,
                    value=0,
                    step=1,
                    key=f"train_{one.name}_seed",
                    help="The same seed, cases and settings give the same model on a processor.",
                )
            )
        if st.form_submit_button("Train", type="primary", icon=":material/play_arrow:"):
            _submit(
                query,
                one,
                name.strip(),
                {
                    "device": device,
                    "config": config,
                    "seed": seed,
                    "leave_centres_out": is_left_out,
                },
            )


def _who_and_where(query: CohortQuery, one: Listed) -> tuple[str, str]:
    left, right = st.columns(2)
    with left:
        name = st.text_input(
            "Name of the model",
            f"{one.name}-{query.outcome.replace('_', '-')}",
            max_chars=60,
            key=f"train_{one.name}_{query.cohort}_{query.outcome}_name",
            help="Letters, digits, hyphens and underscores. A model of that name in this cohort is "
            "replaced by the new version.",
        )
    with right:
        device = pickers.pick_device(f"train_{one.name}_device")
    return str(name), device


def _submit(query: CohortQuery, one: Listed, name: str, settings: dict[str, Any]) -> None:
    """Put the training into the queue, unless one of that name is under way."""
    root = default_store()
    is_under_way = any(
        job.state in _ACTIVE and job.parameters.get("name") == name
        for job in queue.jobs(root, kind="train")
        if job.parameters.get("cohort") == query.cohort
    )
    if is_under_way:
        st.warning(
            f"A training of {plain(name)} is under way already, yours or a colleague's; it is "
            "listed below. Wait for its end, cancel it, or choose another name.",
            icon=":material/hourglass_empty:",
        )
        return
    queue.submit(
        root,
        "train",
        {
            "cohort": query.cohort,
            "system": one.name,
            "outcome": query.outcome,
            "name": name,
            **settings,
        },
        title=f"Train {name} ({one.label}) on {cached.cohort(query.cohort).title}",
        actor=visitor.login(),
    )
    ensure_worker(root)
