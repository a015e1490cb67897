"""What has to be measured before a model can be explained? The buttons that start it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from clnm_core.jobs import queue
from clnm_core.jobs.supervisor import ensure_worker
from clnm_core.store.places import default_store
from clnm_core.store.records import ModelRecord
from clnm_core.store.saliency_tables import SIZES
from clnm_core.ui import cached, job_cards, panels, visitor

JOB_KINDS = ("attributions", "saliency")
"""Jobs that this page starts and follows."""

USUAL = 200


def offer_measuring(cohort: str, record: ModelRecord) -> None:
    """A button that lets a model measure what it reads on pictures."""
    st.button(
        "Measure the pictures",
        type="primary",
        icon=":material/play_arrow:",
        key="measure_start",
        on_click=_start_measuring,
        args=(cohort, record.name, panels.model_title(record)),
        help="Features of all pictures of the cohort, as this model reads them. Finished parts are "
        "kept and are never measured twice.",
    )


def offer_maps(cohort: str, record: ModelRecord, split: str, *, is_again: bool) -> None:
    """Ask how many cases, and put the measuring of their maps into the queue."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        most = st.selectbox(
            "Cases",
            SIZES,
            index=SIZES.index(USUAL),
            key="maps_most",
            persist_state="session",
            width=140,
            help="Drawn at random, with and without the outcome in their own shares.",
        )
        st.button(
            "Measure more maps" if is_again else "Measure the maps",
            type="secondary" if is_again else "primary",
            icon=":material/play_arrow:",
            key="maps_start",
            on_click=_start_maps,
            args=(cohort, record.name, panels.model_title(record), split, most),
            help="It runs on its own: leave the page, or close it. It can be stopped and goes on "
            "where it was.",
        )


def draw_jobs(cohort: str) -> None:
    """How far the jobs of this page are."""
    job_cards.draw(JOB_KINDS, cohort)


def _start_measuring(cohort: str, name: str, title: str) -> None:
    _submit("attributions", {"cohort": cohort, "model": name}, f"Pictures read by {title}", cohort)


def _start_maps(cohort: str, name: str, title: str, split: str, most: int) -> None:
    parameters: dict[str, str | int] = {
        "cohort": cohort,
        "model": name,
        "split": split,
        "most": most,
    }
    where = f", {split.replace('_', ' ')} cases" if split else ""
    _submit("saliency", parameters, f"Maps of {title}{where}", cohort)


def _submit(kind: str, parameters: Mapping[str, str | int], what: str, cohort: str) -> None:
    title = f"{what}: {cached.cohort(cohort).title}"
    queue.submit(default_store(), kind, dict(parameters), title=title, actor=visitor.login())
    ensure_worker(default_store())
