"""How do readers and a model get onto a page? On the same cases only, or not at all."""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import readers_words, wording
from clnm_core.stats.readers import AIDED
from clnm_core.stats.subgroups import FEWEST
from clnm_core.store.reads import CaseSets
from clnm_core.ui import cached, panels, pickers, readers_facts, readers_tables
from clnm_core.ui.charts.reader_rows import (
    changed_calls_figure,
    reader_forest_figure,
    reader_gains_figure,
)
from clnm_core.ui.charts.readers_roc import readers_roc_figure
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.pickers import Picked
from clnm_core.ui.readers_facts import ReaderStudy
from clnm_core.ui.words import plain


def draw(query: CohortQuery) -> None:
    """Compare readers and model, or say why they may not be compared, or that nobody read."""
    if not cached.computed(readers_facts.has_reads, query.everyone()):
        _nobody_read()
        return
    picked = pickers.pick_judged(query)
    if picked is None:
        return
    sets = cached.computed(readers_facts.case_sets, picked.query, picked.model.name)
    if not _may_compare(sets, picked):
        return
    if sets.shared < FEWEST:
        panels.answer(
            f"Readers and model share {wording.count_text(sets.shared, 'case')}: fewer than "
            f"{FEWEST} are too few to compare anyone. Take a filter away."
        )
        return
    study = cached.computed(readers_facts.study, picked.query, picked.model.name, picked.threshold)
    _draw_study(study, sets, picked)


def _nobody_read() -> None:
    panels.empty(
        "Nobody has read these cases",
        "Here doctors would stand beside the model, on the same cases, without and with aid. "
        " The cohort has no reads. They would come as a table with one row per reader and "
        "case: reader_id, case_id, probability (0 to 1) or call (yes or no), and aided (yes or "
        "no). Importing such a table is not offered yet; the demo cohorts have simulated "
        "readers, which the sidebar opens.",
        "See how the model does alone",
        "performance.py",
    )


def _may_compare(sets: CaseSets, picked: Picked) -> bool:
    """Whether the comparison goes on; says why not, and offers the cases that all share."""
    reason = readers_words.refusal(sets, model=panels.model_title(picked.model), where=picked.where)
    if not reason:
        return True
    said = st.container()
    is_common = sets.shared > 0 and st.toggle(
        f"Compare on the {wording.count_text(sets.shared, 'case')} that all judged",
        key="common",
        bind="query-params",
    )
    if not is_common:
        with said:
            panels.answer(reason)
            if sets.read:
                st.write(plain(readers_words.way_on(sets)))
    if not is_common and sets.sets:
        st.subheader("Who judged what", anchor=False)
        table = readers_tables.who_judged_what(sets, panels.model_title(picked.model))
        st.dataframe(
            table,
            hide_index=True,
            height="content",
            alt="Cases with a known outcome of every reader, and of the model among them",
        )
        panels.table_download(table, "who_judged_what")
    return is_common


def _draw_study(study: ReaderStudy, sets: CaseSets, picked: Picked) -> None:
    record = cached.cohort(picked.query.cohort)
    label = cached.registry(picked.query.cohort)[picked.query.outcome].label
    panels.answer(
        readers_words.readers_answer(
            study.contrasts,
            study.means,
            study.model,
            n=study.n,
            events=study.events,
            readers=len(study.readers),
            outcome_label=label,
            threshold=study.threshold,
        )
    )
    note = readers_words.sets_note(sets, outcomes=len(record.outcomes), outcome_label=label)
    if note:
        st.caption(plain(note))
    _strip(study)
    with st.grid(2, min_column_width=NARROW):
        _roc(study)
        _forest(study)
        if len(study.sides) == 2:
            _gains(study)
            _changes(study)
    _comparisons(study)
    _readers(study)
    _agreement(study)
    panels.methods_line(
        readers_words.readers_methods(threshold=study.threshold, is_clustered=study.is_clustered)
    )


def _strip(study: ReaderStudy) -> None:
    merit = study.merit
    label = readers_words.LABELS[merit]
    figures = [panels.estimate(f"{label}, model", study.model[merit], name=merit, n=study.n)]
    for side in study.sides:
        mean = study.means[merit, side].estimate
        title = f"{label}, average reader {readers_words.SIDE[side]}"
        figures.append(panels.estimate(title, mean, name=merit, n=study.n))
    for contrast in study.contrasts:
        is_lead = (contrast.first, contrast.second) == ("model", study.sides[0])
        if contrast.merit == merit and (is_lead or contrast.first == AIDED):
            found = contrast.fixed if len(study.readers) == 1 else contrast.random
            title = "Model less average reader" if is_lead else "What aid adds"
            value = wording.value_text(found.estimate, wording.Unit.SCORE)
            under = wording.interval_text(found.estimate, wording.Unit.SCORE)
            figures.append(
                panels.Figure(
                    title,
                    value,
                    f"{under}, {wording.p_text(found.p)}" if found.p == found.p else under,
                    f"{found.estimate.method}.",
                )
            )
    panels.strip(figures)


def _roc(study: ReaderStudy) -> None:
    if ("sensitivity", study.sides[0]) not in study.means:
        return
    panels.figure_card(
        readers_roc_figure(
            study.roc,
            study.points,
            {
                side: (
                    study.means["sensitivity", side].estimate,
                    study.means["specificity", side].estimate,
                )
                for side in study.sides
            },
            sensitivity=study.model["sensitivity"],
            specificity=study.model["specificity"],
            threshold=study.threshold,
            dark=panels.is_dark(),
        ),
        study.points,
        f"Readers beside the model's curve, on the same {study.n:,} cases",
        "A reader below the curve would find more metastases at the same false alarms by "
        "following the model; one above it does better than the model. An arrow runs from a "
        "reader's calls without aid to those with it. Hillis 2014, "
        "doi:10.1002/sim.5926.",
        "readers_roc",
    )


def _forest(study: ReaderStudy) -> None:
    merit = study.merit
    label = readers_words.LABELS[merit]
    names = ["side", "reader", *(f"{merit}_{end}" for end in ("value", "low", "high", "method"))]
    panels.figure_card(
        reader_forest_figure(
            study.points,
            {side: study.means[merit, side].estimate for side in study.sides},
            study.model[merit],
            merit=merit,
            title=label,
            unit=wording.unit_of(merit),
            dark=panels.is_dark(),
        ),
        study.points[names],
        f"{label} of every reader, and of the model as a band",
        "Open circles are readers without aid, diamonds the same readers with it; the "
        "dashed line and band are the model on the same cases. The average reader's interval "
        "counts both readers and cases as samples. Hillis 2007, doi:10.1002/sim.2532.",
        "readers_forest",
    )


def _gains(study: ReaderStudy) -> None:
    label = readers_words.LABELS[study.merit]
    whole = next(c for c in study.contrasts if (c.merit, c.first) == (study.merit, AIDED))
    found = whole.fixed if len(study.readers) == 1 else whole.random
    panels.figure_card(
        reader_gains_figure(
            study.gains,
            found.estimate,
            title=f"{label} with aid less without it",
            dark=panels.is_dark(),
        ),
        study.gains,
        f"What aid adds to the {wording.lower_first(label)} of each reader",
        "Right of zero a reader is better with aid. Each reader's interval is for that "
        "reader on other cases; the average's is for other readers as well. "
        "Obuchowski 1995, doi:10.1080/03610919508813243.",
        "reader_gains",
    )


def _changes(study: ReaderStudy) -> None:
    panels.figure_card(
        changed_calls_figure(study.changes, dark=panels.is_dark()),
        study.changes,
        "Calls that aid changed",
        "To the right are calls that turned right: metastases found, false alarms dropped; to the "
        "left, paler, those that turned wrong. A model that is trusted too much shows on the left. "
        "Goddard 2012, doi:10.1136/amiajnl-2011-000089.",
        "changed_calls",
    )


def _comparisons(study: ReaderStudy) -> None:
    st.subheader("Every comparison, for readers in general and for these readers", anchor=False)
    st.dataframe(
        readers_tables.comparisons(study),
        hide_index=True,
        height="content",
        alt="Differences between model, readers without aid and readers with it",
    )
    panels.table_download(readers_tables.comparison_numbers(study), "comparisons")


def _readers(study: ReaderStudy) -> None:
    st.subheader("Readers in numbers", anchor=False)
    st.dataframe(
        readers_tables.readers_in_numbers(study),
        hide_index=True,
        height="content",
        alt="Sensitivity, specificity and AUC of every reader",
    )
    panels.table_download(study.points, "readers")


def _agreement(study: ReaderStudy) -> None:
    st.subheader("Do the readers agree with each other?", anchor=False)
    if len(study.readers) < 2:
        st.write("Agreement needs a second reader of the same cases.")
        return
    st.write(plain(readers_words.agreement_text(study.kappas, study.unanimous, study.n)))
    if study.pairs.empty:
        st.caption("There are too many readers to compare every two of them.")
        return
    st.dataframe(
        readers_tables.pairs_in_words(study.pairs),
        hide_index=True,
        height="content",
        alt="Cohen's kappa of the two readers who agree most and least",
    )
    panels.table_download(study.pairs, "reader_pairs")
