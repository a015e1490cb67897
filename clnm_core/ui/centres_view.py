"""How do differences between the parts of a study, and between its centres, get onto a page?"""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import checks_words, wording
from clnm_core.stats.uncertainty import not_estimable
from clnm_core.ui import cached, checks_facts, panels, pickers
from clnm_core.ui.charts.centres import centres_figure
from clnm_core.ui.charts.love import love_figure
from clnm_core.ui.checks_facts import ByCentre
from clnm_core.ui.words import plain

_REFITTED = "_centres_left_out"


def draw_shift(query: CohortQuery) -> None:
    """One part of the cases against all others: a sentence, a love plot and its table."""
    st.subheader("Do the parts of the study differ?", anchor=False)
    parts = cached.computed(checks_facts.parts, query)
    if not parts:
        st.write(
            "The cases that are left have one split and one centre, so there are no two parts to "
            "compare. Take a filter away, or import columns for split and centre."
        )
        return
    left, _, _ = st.columns(3)
    with left:
        part = pickers.pick("Compare with all other cases", "part", parts)
    found = cached.computed(checks_facts.shift, query, part)
    st.write(
        plain(checks_words.shift_words(found.classifier, first="other cases", second=parts[part]))
    )
    if found.table.empty:
        st.write("No column is recorded that could be compared.")
        return
    shown = found.table.head(checks_facts.MOST_ROWS)
    panels.figure_card(
        love_figure(shown, dark=panels.is_dark()),
        found.table,
        f"Every recorded column, {parts[part]} against all other cases",
        "Each dot is the difference between the two parts in standard deviations; full red dots "
        "differ by more than chance, adjusted for the number of columns. Left of the dashed line "
        "parts are usually called balanced. Austin 2009, doi:10.1002/sim.3697.",
        "love",
    )


def draw_centres(query: CohortQuery) -> None:
    """A stored model at each centre and, once asked for, the baseline trained without it."""
    st.subheader("Is one centre unlike the others?", anchor=False)
    if not query.outcome or not checks_facts.has_centres(cached.registry(query.cohort)):
        st.write(
            "The cohort records no centre or no outcome. Import a column for the hospital to see "
            "each one held against the others."
        )
        return
    found, title = _model(query)
    baseline = None
    if st.session_state.get(_REFITTED) == repr(query):
        baseline = cached.computed(checks_facts.left_out, query)
        st.write(plain(checks_words.left_out_words(baseline)))
    rows = checks_facts.centre_rows(found, baseline)
    if not rows.empty:
        panels.figure_card(
            centres_figure(
                rows,
                found.overall if found else not_estimable("no model", level=0.95),
                names={"model": title, "baseline": "clinical baseline, trained without it"},
                dark=panels.is_dark(),
            ),
            rows,
            "AUC at each centre",
            "A dot is the AUC of the model at one centre, the line its interval, the dashed line "
            "the AUC of all centres together. Diamonds are a logistic baseline that was trained "
            "on the other centres only: what to expect at a new one. Debray 2013, "
            "doi:10.1002/sim.5732.",
            "centres",
        )
    if baseline is None:
        st.button(
            "Train the clinical baseline without each centre",
            icon=":material/model_training:",
            on_click=_ask_for,
            args=(repr(query),),
            help="A logistic model on all recorded columns, fitted anew for every centre; seconds.",
        )


def _ask_for(query: str) -> None:
    st.session_state[_REFITTED] = query


def _model(query: CohortQuery) -> tuple[ByCentre | None, str]:
    """The chosen model at each centre, and its title; nothing where no model has judged."""
    if not any(model.outcome == query.outcome for model in cached.models(query.cohort)):
        st.write("No model has judged these cases; the baseline can be trained all the same.")
        return None, ""
    left, _, _ = st.columns(3)
    with left:
        model = panels.pick_model(query)
    if model is None:
        return None, ""
    found = cached.computed(checks_facts.by_centre, query, model.name)
    title = panels.model_title(model)
    new = "case that is new to it" if found.n == 1 else "cases that are new to it"
    on = f"{found.n:,} {new}" if found.is_on_new_cases else wording.count_text(found.n, "case")
    st.write(plain(f"On {on}: {checks_words.centres_words(found.centres, model=title)}"))
    return found, title
