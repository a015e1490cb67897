"""The Overview page: who is in the cohort, who was left out, and how its parts differ."""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import UNKNOWN, CohortQuery
from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.report import wording
from clnm_core.report.answers import overview_answer
from clnm_core.report.methods import overview_methods
from clnm_core.ui import cached, links, overview_facts, panels
from clnm_core.ui.words import plain

FIRST_SHOWN = ("age_years", "max_diameter_mm", "capsule_distance_mm", "lobe")
"""Distributions that are drawn until somebody chooses others."""


def draw_answer(query: CohortQuery) -> None:
    """The sentence that says who is in the cohort."""
    if not query.outcome:
        cases, patients = cached.size(query)
        people = wording.count_text(patients, "patient")
        panels.answer(
            f"{people} with {wording.count_text(cases, 'case')}; no outcome is recorded for them."
        )
        return
    counts = cached.counts(query)
    absent = counts.cases - counts.events - counts.unknown
    panels.answer(
        overview_answer(
            OutcomeCount(query.outcome, counts.events, absent, counts.unknown),
            patients=counts.patients,
            outcome_label=cached.registry(query.cohort)[query.outcome].label,
            centres=_centres(query),
            share=cached.computed(overview_facts.share_of, query),
        )
    )


def draw_figures(query: CohortQuery) -> None:
    """The strip: patients, cases with the outcome, unknown outcome, centres, images."""
    cases, patients = cached.size(query)
    figures = [
        panels.Figure(
            "Patients",
            f"{patients:,}",
            wording.count_text(cases, "case"),
            "A case is one index lesion.",
        )
    ]
    if query.outcome:
        figures += _outcome_figures(query)
    if _centres(query):
        figures.append(panels.Figure("Centres", f"{_centres(query):,}", "in the selection"))
    if cached.cohort(query.cohort).images:
        images, pictured = cached.computed(overview_facts.image_counts, query)
        figures.append(
            panels.Figure("Images", f"{images:,}", f"of {wording.count_text(pictured, 'case')}")
        )
    panels.strip(figures)


def _outcome_figures(query: CohortQuery) -> list[panels.Figure]:
    """Share with the outcome, and for how many it is not known."""
    counts = cached.counts(query)
    known = counts.cases - counts.unknown
    share = cached.computed(overview_facts.share_of, query)
    return [
        panels.Figure(
            "With the outcome",
            wording.percent(share.value, known) if known else "–",
            f"{wording.percent_interval(share.low, share.high, known)} · {counts.events:,} of {known:,}"
            if known
            else "unknown in every case",
            f"Share of the cases whose outcome is known. {share.method}.",
        ),
        panels.Figure(
            "Outcome unknown",
            f"{counts.unknown:,}",
            f"{wording.percent(counts.unknown / counts.cases, counts.cases)} of cases",
            "Not examined or not recorded: never counted as negative.",
        ),
    ]


def draw_flow(query: CohortQuery) -> None:
    """Who was left out before the study, as a flow; always of the whole cohort."""
    record = cached.cohort(query.cohort)
    exclusions = cached.computed(overview_facts.exclusions_of, query.everyone())
    if exclusions.empty:
        with st.container(border=True, height="stretch"):
            st.markdown("**Who was left out on the way**")
            st.write(
                "No exclusions are recorded for this cohort: every row of the imported table "
                f"is here, {wording.count_text(record.cases, 'case')} of "
                f"{wording.count_text(record.patients, 'patient')}."
            )
        return
    panels.figure_card(
        cached.drawn(overview_facts.flow_drawing, query.everyone(), panels.is_dark()),
        exclusions,
        "Who was left out on the way",
        "Down the middle are those who stay, to the right those who leave, with the reason. "
        "Filters of the sidebar come after the last step and are not counted here.",
        "flow",
    )


def draw_outcomes(query: CohortQuery) -> None:
    """Every outcome of the cohort: present, absent, unknown; nothing where there is none."""
    if not query.outcome:
        return
    rows = cached.computed(overview_facts.outcome_table, query)
    panels.figure_card(
        cached.drawn(overview_facts.outcome_drawing, query, panels.is_dark()),
        rows,
        "What is known of each outcome",
        "Cases with and without each outcome, and those for which it is not known. "
        "An outcome that was not examined is unknown, never negative.",
        "outcomes",
    )


def draw_table_one(query: CohortQuery) -> None:
    """Table 1, divided by a column that the visitor picks."""
    registry = cached.registry(query.cohort)
    found = cached.computed(overview_facts.strata, query.everyone())
    names = {"": "nothing"} | {name: registry[name].label for name in found}
    first = next((name for name in ("split", query.outcome) if name in names), "")
    with st.container(width=320):
        by = panels.pick_column("Table 1 divided by", names, default=first)
    st.html(cached.computed(overview_facts.table_one_html, query, by))
    panels.table_download(cached.computed(overview_facts.table_of, query, by), "table_one")


def draw_distributions(query: CohortQuery) -> None:
    """One card per chosen column, two side by side."""
    registry = cached.registry(query.cohort)
    columns = {c.name: c for c in registry.filterable() if c.name != query.outcome}
    shown = links.labels_of({name: column.label for name, column in columns.items()})
    first = [name for name in FIRST_SHOWN if name in columns] or list(columns)[:4]
    chosen = st.multiselect(
        "Distributions",
        list(shown),
        default=first,
        format_func=lambda name: shown.get(name, str(name)),
        key="shown",
        bind="query-params",
        select_all=False,
        placeholder="Choose variables",
    )
    outcome = registry[query.outcome].label.lower() if query.outcome else ""
    divided = f"Each bar is divided by {outcome}." if outcome else ""
    with st.grid(2, min_column_width=360):
        for name in chosen:
            column = columns[name]
            counts = cached.computed(overview_facts.distribution_of, query, name)
            panels.figure_card(
                cached.drawn(overview_facts.distribution_drawing, query, name, panels.is_dark()),
                counts,
                f"{column.label} by outcome" if query.outcome else column.label,
                f"{column.help or column.label} {divided}".strip(),
                f"distribution_{name}",
            )


def draw_methods() -> None:
    """How the numbers of the page were made."""
    panels.methods_line(overview_methods(has_strata=bool(st.session_state.get("by"))))


def _centres(query: CohortQuery) -> int:
    """Centres of the selected cases; 0 where they are not recorded."""
    if "centre" not in cached.registry(query.cohort):
        return 0
    counted = cached.level_counts(query, "centre")
    return sum(1 for centre, cases in counted.items() if cases and centre != UNKNOWN)


def unit_note(query: CohortQuery) -> None:
    """What a case is, and what the cohort is, where that needs saying."""
    record = cached.cohort(query.cohort)
    note = " ".join(part for part in (record.description, record.unit_note) if part)
    if note:
        st.caption(plain(note))
