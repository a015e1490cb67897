"""How do the groups in which a model errs most get onto a page?"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Registry
from clnm_core.report import slices_words, wording
from clnm_core.stats.slice_errors import ERRORS, measure_of
from clnm_core.stats.slices import CONFIRMED, SMALLEST, Slice, SliceSearch
from clnm_core.ui import cached, panels, pickers, slices_facts, tables
from clnm_core.ui.charts.slices import slices_figure
from clnm_core.ui.cohort_bar import ALL_SPLITS
from clnm_core.ui.offered import Offered
from clnm_core.ui.pickers import Picked

SIZES = (SMALLEST, 10, 20, 50, 100, 200, 500)
"""Cases that a group needs in the searched half; the first is the default."""


def pick_search() -> tuple[str, int]:
    """Ask for the kind of error and the least size of a group."""
    left, middle, _ = st.columns(3)
    with left:
        kind = pickers.pick("Kind of error", "kind", {one.name: one.label for one in ERRORS})
    with middle:
        size = pickers.pick(
            "Groups of at least", "smallest", {str(size): f"{size} cases" for size in SIZES}
        )
    return kind, int(size)


def draw(query: CohortQuery, picked: Picked) -> None:
    """Pickers, answer, strip, chart and tables.

    Parameters
    ----------
    query : CohortQuery
        Of the sidebar; links start from it.
    picked : Picked
        What is judged.

    """
    kind, smallest = pick_search()
    searches = slices_facts.every_search(
        picked.query,
        picked.model.name,
        kind=kind,
        threshold=picked.threshold,
        smallest=smallest,
    )
    found = next(one for one in searches if one.measure == kind)
    registry = cached.registry(query.cohort)
    answer = slices_words.slices_answer(found, slices_facts.labels_of(registry))
    panels.answer(f"{answer} {slices_words.other_kinds(searches, kind)}".strip())
    st.caption(measure_of(kind).meaning)
    if not found.reason:
        _strip(found)
        if found.slices:
            _chart(found, registry)
            _table(found, registry, query, picked)
    if len(searches) > 1:
        _kinds(searches, registry)
    panels.methods_line(
        slices_words.slices_methods(found, threshold=picked.threshold, seed=slices_facts.SEED)
    )


def _strip(found: SliceSearch) -> None:
    panels.strip(
        [
            panels.Figure(
                "Groups compared",
                f"{found.looked_at:,}",
                f"by {found.columns:,} columns and their pairs",
                f"Of at least {found.smallest:,} cases in the searched half.",
            ),
            panels.Figure(
                "Stood out",
                f"{found.significant:,}",
                "after correction",
                "Groups left by Benjamini and Hochberg at a false discovery rate of 10 per cent; "
                "most of them say the same twice.",
            ),
            panels.Figure("Carried over", f"{len(found.slices):,}", "say something of their own"),
            panels.Figure(
                "Confirmed",
                f"{len(found.confirmed):,}",
                "on the held-out half",
                "Corrected interval above 0.",
            ),
            panels.Figure(
                "Cases counted",
                f"{found.search_n + found.held_out_n:,}",
                f"{found.search_n:,} searched, {found.held_out_n:,} held out",
                f"Of {measure_of(found.measure).among}; halves hold whole patients.",
            ),
        ]
    )


def _chart(found: SliceSearch, registry: Registry) -> None:
    measure = measure_of(found.measure)
    rows = slices_facts.slice_rows(found, registry)
    panels.figure_card(
        slices_figure(
            rows,
            title=f"{measure.label}: group minus other cases",
            is_share=measure.is_share,
            margin=measure.margin,
            dark=panels.is_dark(),
        ),
        rows,
        f"{measure.label}: every group that stood out, in both halves",
        "Hollow dots come from the half that suggested the group and flatter it, as the worst "
        "of many always look worse than they are; full dots come from patients who had no say, "
        "red where the corrected interval lies above 0. The stripe is the margin up to which a "
        "difference does not matter. Chung 2020, doi:10.1109/TKDE.2019.2916074.",
        "slices",
    )


def _table(found: SliceSearch, registry: Registry, query: CohortQuery, picked: Picked) -> None:
    st.subheader("Groups that stood out", anchor=False)
    st.html(slices_html(found, registry, query, picked, Offered().splits(query.cohort)))
    panels.table_download(slices_facts.slice_rows(found, registry), "slices_table")


def slices_html(
    found: SliceSearch,
    registry: Registry,
    query: CohortQuery,
    picked: Picked,
    splits: Sequence[str],
) -> str:
    """The groups as a table; a confirmed one leads to its cases and to its performance."""
    measure = measure_of(found.measure)
    labels = slices_facts.labels_of(registry)
    rows: list[list[str | tables.Cell | None]] = [
        [
            slices_words.slice_label(one, labels),
            f"{one.n:,}",
            f"{one.events:,}",
            slices_words.mean_text(measure, one.held_out.error),
            slices_words.mean_text(measure, one.held_out.rest),
            slices_words.interval_text(measure, one.held_out.difference),
            wording.p_text(one.p).removeprefix("p "),
            one.verdict,
            _links(one, slices_facts.on_split(query, picked.query, splits), picked),
        ]
        for one in found.slices
    ]
    return tables.table(
        [
            *("Group", "Cases", "With the outcome", f"{measure.label}, held-out half"),
            *("Other cases", "Difference, interval", "p, corrected", "Verdict", "Open"),
        ],
        rows,
        alt="Groups that stood out, with what the held-out half says",
        numeric=[False, *[True] * 6],
    )


def _links(one: Slice, query: CohortQuery, picked: Picked) -> str | tables.Cell:
    if one.verdict != CONFIRMED:
        return ""
    narrowed = slices_facts.narrowed(query, one)
    if narrowed is None:
        return "no filter for unknown numbers"
    judged = [
        ("model", panels.model_title(picked.model)),
        ("evaluated", "" if query.split else picked.where or ALL_SPLITS),
        ("threshold", f"{picked.threshold:g}"),
    ]
    cases = escape(urlencode(slices_facts.address(narrowed)))
    performance = escape(urlencode(slices_facts.address(narrowed, judged)))
    return tables.Cell(
        f"<a href='cases?{cases}'>cases</a> · <a href='performance?{performance}'>performance</a>"
    )


def _kinds(searches: Sequence[SliceSearch], registry: Registry) -> None:
    st.subheader("Every kind of error", anchor=False)
    st.html(kinds_html(searches, registry))
    st.caption(
        "Each kind of error is a search of its own; p values are not corrected across kinds."
    )


def kinds_html(searches: Sequence[SliceSearch], registry: Registry) -> str:
    """What was confirmed by which kind of error, as a table."""
    labels = slices_facts.labels_of(registry)
    rows: list[list[str | tables.Cell | None]] = []
    for one in searches:
        largest = slices_words.slice_label(one.confirmed[0], labels) if one.confirmed else "none"
        rows.append(
            [
                measure_of(one.measure).label,
                f"{one.looked_at:,}",
                f"{len(one.slices):,}",
                f"{len(one.confirmed):,}",
                f"not searched: {one.reason}" if one.reason else largest,
            ]
        )
    return tables.table(
        ["Kind of error", "Groups compared", "Carried over", "Confirmed", "Largest confirmed"],
        rows,
        alt="Every kind of error with the groups that stood out and were confirmed",
        numeric=[False, True, True, True],
    )
