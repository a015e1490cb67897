"""What is each part of LLNM-Net worth here? The last table, and a job that makes a new one."""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.jobs import queue
from clnm_core.jobs.supervisor import ensure_worker
from clnm_core.report import ablation_words as words
from clnm_core.store.ablation_tables import AblationTable, read_ablation
from clnm_core.store.places import default_store
from clnm_core.ui import cached, panels, pickers, systems_facts, visitor
from clnm_core.ui.models_view import numbers_html
from clnm_core.ui.words import plain, unbroken

SYSTEM = "llnm-net"
"""The system that has variants."""

SEEDS = (1, 3, 5)


def draw(query: CohortQuery) -> None:
    """The table of the cohort and outcome where there is one, and the way to a new one."""
    st.subheader("What each part is worth", anchor=False)
    # Not cached: a job writes it without a new version of the store.
    found = read_ablation(default_store(), query.cohort, query.outcome)
    if found is None:
        st.write(
            "No ablation of LLNM-Net was made for this outcome yet: the network trained again "
            "without its location map, without the report, with fewer blocks and so on, and each "
            "compared with the full model on the same cases."
        )
    elif found.rows.empty:
        st.write("No split but training has cases with and without the outcome.")
    else:
        _draw_table(query, found)
    _offer(query, found)


def _draw_table(query: CohortQuery, found: AblationTable) -> None:
    registry = cached.registry(query.cohort)
    label = registry["split"].label_of if "split" in registry else str
    splits = [str(one) for one in dict.fromkeys(found.rows["split"])]
    split = splits[-1]
    if len(splits) > 1:
        split = str(
            st.segmented_control(
                "Variants judged on",
                splits,
                default=split,
                format_func=lambda one: label(str(one)),
                key="ablation_split",
                persist_state="session",
                required=True,
            )
        )
    if split not in splits:
        split = splits[-1]
    rows = found.rows[found.rows["split"] == split]
    st.markdown(plain(unbroken(words.ablation_answer(rows))))
    st.html(
        numbers_html(
            words.printed(rows), "Variants of LLNM-Net with their differences from the full model"
        )
    )
    panels.table_download(found.rows, "ablation")
    panels.methods_line(words.ablation_methods(rows, found.facts))


def _offer(query: CohortQuery, found: AblationTable | None) -> None:
    """Ask how many seeds and where, say how long it takes, and put it into the queue."""
    seconds, where = timed(query, found)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seeds = st.selectbox(
            "Seeds",
            SEEDS,
            key="ablation_seeds",
            persist_state="session",
            width=110,
            help="Trainings of each variant. With several, the log-odds of a case are averaged, and "
            "how far single seeds lie apart is shown.",
        )
        device = pickers.pick_device("ablation_device", width=220, is_kept=True)
        st.button(
            "Train every variant" if found is None else "Train every variant again",
            type="secondary",
            icon=":material/play_arrow:",
            key="ablation_start",
            on_click=_start,
            args=(query, int(seeds), device),
            help="It runs on its own: leave the page, or close it. It can be cancelled, and goes on "
            "where it was. No model is published.",
        )
    st.caption(
        plain(
            f"{words.duration_words(seconds, where, int(seeds))} What was trained before with the "
            "same cases, settings and seeds is kept, and not trained again. On the command line: "
            f"python -m clnm_core ablate llnm-net --cohort {query.cohort} --outcome {query.outcome}"
        )
    )


def timed(query: CohortQuery, found: AblationTable | None) -> tuple[float | None, str]:
    """Seconds of one training of the full model, and which one was timed; ``None`` for none.

    That of the last ablation comes first, then that of a model of the same outcome.
    """
    if found is not None:
        seconds = found.facts["seconds"].get(words.FULL)
        if isinstance(seconds, int | float) and seconds > 0:
            each = seconds / max(int(found.facts["seeds"]), 1)
            return float(each), f"the full model in the last table, on {found.facts['device']}"
    for record in systems_facts.trained(query.cohort, query.outcome, SYSTEM):
        seconds = record.manifest.get("seconds")
        if isinstance(seconds, int | float) and not record.manifest.get("centres_left_out"):
            device = record.manifest.get("device") or "an unknown device"
            return float(seconds), f"the model {record.name}, on {device}"
    return None, ""


def _start(query: CohortQuery, seeds: int, device: str) -> None:
    title = cached.cohort(query.cohort).title
    queue.submit(
        default_store(),
        "ablate",
        {"cohort": query.cohort, "outcome": query.outcome, "seeds": seeds, "device": device},
        title=f"Variants of LLNM-Net on {title}",
        actor=visitor.login(),
    )
    ensure_worker(default_store())
