"""What do the features of the selected cases look like? The parts of the Features page."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Kind, Role
from clnm_core.report import features_words
from clnm_core.store.feature_sets import FeatureSet
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import (
    cached,
    extract_form,
    features_facts,
    hover_pictures,
    job_cards,
    panels,
    pickers,
)
from clnm_core.ui.charts.correlation import correlation_figure
from clnm_core.ui.charts.distributions import distribution_figure
from clnm_core.ui.charts.feature_map import feature_map_figure
from clnm_core.ui.charts.feature_ranking import feature_ranking_figure
from clnm_core.ui.charts.repeatability import repeatability_figure
from clnm_core.ui.words import plain

FIRST_ROWS = 15
CORRELATED = (20, 40, 80, 150)
REPEATABLE = 0.8
"""ICC from which a feature counts as repeatable (Koo and Li 2016 call 0.75-0.9 good)."""


def draw_ranking(query: CohortQuery, chosen: FeatureSet) -> None:
    """Every feature alone, and how one of them is spread."""
    if not query.outcome:
        st.info("This cohort records no outcome, so features cannot be held against one.")
        return
    rows = cached.computed(features_facts.ranking_of, query, chosen.name)
    panels.figure_card(
        cached.drawn(ranking_drawing, query, chosen.name, panels.is_dark()),
        rows,
        f"The {min(FIRST_ROWS, len(rows)):,} features that separate best, each alone",
        "A dot is the AUC of one feature with its interval: right of the middle it is higher in "
        "cases with the outcome, left of it lower. The best of many is always flattered; q "
        "in the table corrects for their number. DeLong 1988; Benjamini 1995.",
        "feature_ranking",
    )
    st.caption(
        "A look at all selected cases. Features of a model are chosen again inside its "
        "training fold, or its test cases would have helped to choose them."
    )
    with st.container(width=560):
        feature = pickers.pick("Feature", "feature", {name: name for name in rows["feature"]})
    label = cached.registry(query.cohort)[query.outcome].label.lower()
    panels.figure_card(
        cached.drawn(distribution_drawing, query, chosen.name, feature, panels.is_dark()),
        cached.computed(features_facts.distribution_of, query, chosen.name, feature),
        f"{feature} by outcome",
        f"Cases in each range of the feature, divided by {label}. Cases in which it could not "
        "be measured are counted apart.",
        "feature_distribution",
    )


def draw_correlation(query: CohortQuery, chosen: FeatureSet) -> None:
    """Which features say the same."""
    sizes = {str(n): f"the {n} that separate best" for n in CORRELATED if n <= chosen.columns}
    sizes = sizes or {str(chosen.columns): f"all {chosen.columns}"}
    with st.container(width=320):
        most = int(pickers.pick("Of the features", "correlated", sizes))
    found = cached.computed(features_facts.correlation_of, query, chosen.name, most)
    if len(found.names) < 2:
        st.info("Fewer than two features vary among the selected cases, so none can be compared.")
        return
    panels.figure_card(
        cached.drawn(correlation_drawing, query, chosen.name, most, panels.is_dark()),
        found.pairs,
        "Rank correlation of every pair, like beside like",
        "Full colour at +1 or -1, grey at 0. A block of one colour is a group of features that say "
        "the same, of which a model needs one. Spearman 1904.",
        "feature_correlation",
    )
    if found.left_out:
        st.caption(plain(f"Without spread, and left out: {', '.join(found.left_out)}."))


def draw_repeatability(query: CohortQuery, chosen: FeatureSet) -> None:
    """Which features keep their value when the outline is redrawn."""
    rows = cached.computed(features_facts.repeatability_of, query.everyone(), chosen.name)
    if rows.empty:
        st.write(
            "Whether a feature keeps its value when the outline is drawn a little differently "
            "has not been judged for this set yet. Outlines are eroded, dilated and shifted, as a "
            "second reader might have drawn them."
        )
        st.button(
            "Judge the repeatability",
            key="start_repeatability",
            icon=":material/play_arrow:",
            on_click=extract_form.start_repeatability,
            args=(query.cohort, chosen.name),
        )
    else:
        st.write(plain(features_words.repeatability_words(rows, REPEATABLE)))
        panels.figure_card(
            repeatability_figure(rows, least=REPEATABLE, dark=panels.is_dark()),
            rows,
            "Features by their ICC over redrawn outlines",
            "At 1 a feature does not depend on how exactly the outline was drawn, at 0 on nothing "
            f"else. Grey: below {REPEATABLE}. Shrout and Fleiss 1979; Koo and Li 2016, "
            "doi:10.1016/j.jcm.2016.02.012.",
            "feature_repeatability",
        )
    job_cards.draw(extract_form.JOB_KINDS, query.cohort)


def draw_map(query: CohortQuery, chosen: FeatureSet) -> None:
    """Every case in two dimensions, coloured by any column."""
    registry = cached.registry(query.cohort)
    columns = {
        column.name: column.label
        for column in registry
        if column.kind is not Kind.TEXT and column.role is not Role.TRUTH and column.is_filterable
    }
    left, right, _ = st.columns(3)
    with left:
        first = {name: label for name, label in columns.items() if name == query.outcome}
        column = pickers.pick("Coloured by", "map_by", first | columns)
    with right:
        method = pickers.pick("Laid out by", "map_method", {"pca": "PCA", "umap": "UMAP"})
    with st.spinner("Laying out the cases"):
        points = cached.computed(features_facts.coloured_by, query, chosen.name, method, column)
    panels.figure_card(
        cached.drawn(map_drawing, query, chosen.name, method, column, panels.is_dark()),
        points,
        f"Cases with like features lie near each other, coloured by {columns[column].lower()}",
        "Each mark is a case; point at it to see its picture. Distances between far groups mean "
        "little, in UMAP nothing. If centres form islands, the features know the machine.",
        "feature_map",
    )
    sheet, across, known = cached.drawn(features_facts.tiles_of, query, chosen.name, method)
    hover_pictures.listen("chart_feature_map", sheet, across, known)


DRAWN: dict[str, Callable[[CohortQuery, FeatureSet], None]] = {
    "ranking": draw_ranking,
    "correlation": draw_correlation,
    "repeatability": draw_repeatability,
    "map": draw_map,
}
"""What draws each part of the page."""


def ranking_drawing(warehouse: Warehouse, query: CohortQuery, name: str, dark: bool) -> go.Figure:
    """The features that separate best."""
    rows: pd.DataFrame = cached.computed(features_facts.ranking_of, query, name)
    return feature_ranking_figure(rows.head(FIRST_ROWS), dark=dark)


def distribution_drawing(
    warehouse: Warehouse, query: CohortQuery, name: str, feature: str, dark: bool
) -> go.Figure:
    """How one feature is spread."""
    counts = cached.computed(features_facts.distribution_of, query, name, feature)
    return distribution_figure(counts, title=feature, height=300, dark=dark)


def correlation_drawing(
    warehouse: Warehouse, query: CohortQuery, name: str, most: int, dark: bool
) -> go.Figure:
    """Which features say the same."""
    found = cached.computed(features_facts.correlation_of, query, name, most)
    return correlation_figure(found, dark=dark)


def map_drawing(
    warehouse: Warehouse, query: CohortQuery, name: str, method: str, column: str, dark: bool
) -> go.Figure:
    """Every case in two dimensions."""
    points = cached.computed(features_facts.coloured_by, query, name, method, column)
    axes = cached.computed(features_facts.projection_of, query, name, method).axes
    title = warehouse.registry(query.cohort)[column].title
    return feature_map_figure(points, title=title, axes=axes, dark=dark)
