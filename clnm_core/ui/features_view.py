"""The Features page: what is measured on the images, started here and looked at here."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import features_words, wording
from clnm_core.store.feature_sets import FeatureSet, feature_table
from clnm_core.store.places import default_store
from clnm_core.ui import cached, explore_view, features_facts, job_cards, panels, pickers
from clnm_core.ui.extract_form import JOB_KINDS, draw_form
from clnm_core.ui.words import plain

LOOKS = {
    "extract": "Extract",
    "ranking": "One by one",
    "correlation": "Correlation",
    "repeatability": "Repeatability",
    "map": "Map of cases",
}
"""The parts of the page."""


def draw(query: CohortQuery) -> None:
    """The answer, then the part of the page that is chosen."""
    images, outlined = cached.computed(features_facts.images_and_outlines, query.everyone())
    sets = cached.computed(features_facts.sets_of, query.everyone())
    if not sets:
        panels.answer(features_words.nothing_measured(images, outlined))
        if images:
            _extract(query)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = _pick_set(sets)
        look = _pick_look()
    _draw_answer(query, chosen)
    if look == "extract":
        _draw_sets(sets)
        _extract(query)
    else:
        explore_view.DRAWN[look](query, chosen)
        panels.methods_line(
            features_words.features_methods(chosen.kind, chosen.settings, view=look)
        )


def _pick_set(sets: list[FeatureSet]) -> FeatureSet:
    names = {one.name: one.name for one in sets}
    name = pickers.pick("Features", "feature_set", names)
    return next(one for one in sets if one.name == name)


def _pick_look() -> str:
    labels = {label: name for name, label in LOOKS.items()}
    chosen = st.segmented_control(
        "Show",
        list(labels),
        default=LOOKS["ranking"],
        key="look",
        bind="query-params",
        required=True,
    )
    return labels[str(chosen)]


def _draw_answer(query: CohortQuery, chosen: FeatureSet) -> None:
    cases = len(cached.drawn(features_facts.selected, query, chosen.name))
    ranking = (
        cached.computed(features_facts.ranking_of, query, chosen.name)
        if query.outcome and cases
        else None
    )
    panels.answer(
        features_words.features_answer(
            chosen.kind,
            features=chosen.columns,
            images=chosen.rows,
            cases=cases,
            set_aside=len(chosen.detail.get("set_aside", ())),
            best=None if ranking is None or ranking.empty else ranking.iloc[0],
        )
    )
    warning = features_words.weights_warning(chosen.settings)
    if warning:
        st.warning(plain(warning), icon=":material/warning:")


def _extract(query: CohortQuery) -> None:
    draw_form(query)
    job_cards.draw(JOB_KINDS, query.cohort)


def _draw_sets(sets: list[FeatureSet]) -> None:
    for one in sets:
        with st.container(border=True, key=f"set_{one.name}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    f"**{plain(one.name)}** · {features_words.KIND_WORDS[one.kind]}, "
                    f"{wording.count_text(one.columns, 'feature')} of "
                    f"{wording.count_text(one.rows, 'image')}",
                    width="stretch",
                )
                _download(one)
            reasons = one.detail.get("reasons", {})
            if reasons:
                st.caption(plain(features_words.reasons_in_words(reasons)))
            st.caption(plain(features_words.settings_in_words(one.settings)))
            if one.detail.get("set_aside"):
                panels.table_download(
                    pd.DataFrame(one.detail["set_aside"]), f"set_aside_{one.name}"
                )


def _download(one: FeatureSet) -> None:
    root = default_store()
    st.download_button(
        "CSV",
        data=lambda: feature_table(root, one).to_csv(index=False).encode("utf-8-sig"),
        file_name=f"{one.cohort}-{one.name}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"features_csv_{one.name}",
        on_click="ignore",
    )
