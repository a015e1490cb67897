"""What is to be measured, and on which device? The form that starts a job."""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.jobs import queue
from clnm_core.jobs.supervisor import ensure_worker
from clnm_core.report.features_words import KIND_WORDS
from clnm_core.store.places import default_store
from clnm_core.ui import cached, pickers, visiting_file, visitor

JOB_KINDS = ("extract", "repeatability")
"""Jobs that this page starts and follows."""

BACKBONES = ("resnet18", "resnet50", "densenet121", "vgg16", "legacy_xception", "inception_v3")
"""Networks that are offered; any other name of timm can be typed."""

_KINDS = ("radiomics", "deep", "morphology")


def draw_form(query: CohortQuery) -> None:
    """Ask, and put the job into the queue."""
    if visiting_file.is_visiting(query.cohort):
        st.info("An uploaded table has no images. Import it as a cohort to measure on images.")
        return
    with st.container(border=True):
        st.markdown("**Measure**")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = str(
                st.selectbox(
                    "What",
                    _KINDS,
                    format_func=lambda name: KIND_WORDS[name],
                    key="extract_kind",
                    persist_state="session",
                    width=220,
                )
            )
            backbone = ""
            if kind == "deep":
                backbone = str(
                    st.selectbox(
                        "Network",
                        BACKBONES,
                        key="extract_backbone",
                        accept_new_options=True,
                        persist_state="session",
                        help="A network of the library timm. Without network access, and without "
                        "weights given on the command line, it works with random weights and "
                        "says so.",
                        width=220,
                    )
                )
            device = pickers.pick_device("extract_device", width=240, is_kept=True)
            st.button(
                "Start",
                type="primary",
                icon=":material/play_arrow:",
                key="extract_start",
                on_click=_start,
                args=(query.cohort, kind, backbone, device),
            )
        st.caption(
            "It runs on its own: leave the page, or close it. Finished parts are kept and are "
            "never measured twice."
        )


def start_repeatability(cohort: str, name: str) -> None:
    """Put the judging of a set's repeatability into the queue."""
    _submit("repeatability", {"cohort": cohort, "of": name}, f"Repeatability of {name}", cohort)


def _start(cohort: str, kind: str, backbone: str, device: str) -> None:
    parameters = {"cohort": cohort, "features": kind, "device": device}
    if backbone:
        parameters["backbone"] = backbone
    named = f", {backbone}" if backbone else ""
    _submit("extract", parameters, f"{KIND_WORDS[kind]}{named}", cohort)


def _submit(kind: str, parameters: dict[str, str], what: str, cohort: str) -> None:
    title = f"{what} of {cached.cohort(cohort).title}"
    queue.submit(default_store(), kind, parameters, title=title, actor=visitor.login())
    ensure_worker(default_store())
