"""How does a comparison of groups get onto a page? For a stored model and for an uploaded file."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clnm_core.report import wording
from clnm_core.report.answers import subgroups_answer
from clnm_core.report.gap_words import group_words
from clnm_core.report.group_test_words import group_tests_text
from clnm_core.report.methods import subgroups_methods
from clnm_core.stats.findings import FALSE_DISCOVERIES
from clnm_core.stats.gaps import GAP, GAP_METRICS
from clnm_core.stats.group_result import FOLDED
from clnm_core.stats.metrics import METRICS
from clnm_core.ui import panels, subgroups_curves
from clnm_core.ui.charts.forest import forest_figure
from clnm_core.ui.charts.gaps import gap_figure
from clnm_core.ui.compared import Compared, forest_rows, gap_rows
from clnm_core.ui.judged import BOOTSTRAP, SEED
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.subgroups_tables import (
    all_measures,
    estimates,
    printed_gaps,
    printed_groups,
    printed_measures,
)
from clnm_core.ui.words import plain


def metric_names() -> dict[str, str]:
    """The measures that a reader can choose; those with gaps first."""
    labels = {metric.name: metric.label for metric in METRICS}
    return {name: labels[name] for name in GAP_METRICS} | labels


def answer(compared: Compared) -> None:
    """The gap that weighs most over all measures, or what cannot be said."""
    panels.answer(subgroups_answer(compared.groups, compared.gaps, labels=compared.labels))


def methods(compared: Compared) -> str:
    """How the groups and gaps were made, in one line."""
    return subgroups_methods(
        threshold=compared.threshold,
        fewest=compared.fewest,
        margins=_margins(compared),
        bootstrap=BOOTSTRAP,
        seed=SEED,
        is_clustered=compared.is_clustered,
    )


def draw(compared: Compared, metric: str) -> None:
    """Draw strip, forest plot, gaps and tables for one measure, and the curves of the groups."""
    rows = forest_rows(compared, metric)
    gaps = gap_rows(compared, metric)
    _strip(compared, metric, rows, gaps)
    _folded(compared)
    with st.grid(2, min_column_width=NARROW):
        _forest(compared, metric, rows)
        _gaps(compared, metric, gaps)
    if compared.tests:
        st.markdown(plain(group_tests_text(compared.tests, compared.labels)))
    subgroups_curves.draw(compared)
    _tables(compared, metric, rows, gaps)


def _strip(compared: Compared, metric: str, rows: pd.DataFrame, gaps: pd.DataFrame) -> None:
    label = metric_names()[metric]
    scored = rows[rows["value"].notna()]
    figures = [
        panels.estimate(f"{label}, all cases", compared.overall[metric], name=metric, n=compared.n)
    ]
    if not scored.empty:
        for words, place in (
            ("Lowest", scored["value"].to_numpy().argmin()),
            ("Highest", scored["value"].to_numpy().argmax()),
        ):
            row = scored.iloc[place]
            figures.append(
                panels.estimate(
                    f"{words}: {_short(row)}", estimates(scored)[place], name=metric, n=row["n"]
                )
            )
    shown = gaps[gaps["verdict"] == GAP]
    kept = int((shown["p_adjusted"] < FALSE_DISCOVERIES).sum())
    figures.append(
        panels.Figure(
            "Gaps shown",
            f"{len(shown)}",
            f"of {len(gaps)}, {kept} after adjusting" if len(shown) else f"of {len(gaps)} compared",
            "Intervals exclude zero; adjusted for all comparisons of the page after Benjamini "
            "and Hochberg.",
        )
        if metric in GAP_METRICS
        else panels.Figure("Groups", f"{len(rows)}", "gaps are not judged for this measure")
    )
    few = int(rows["value"].isna().sum())
    figures.append(panels.Figure("Too few to say", f"{few}", f"of {len(rows)} groups"))
    panels.strip(figures)


def _short(row: pd.Series) -> str:
    """A group with its column, where both fit above a figure; else the group alone."""
    words = f"{wording.lower_first(row['column'])} {row['level']}"
    return words if len(words) <= 24 else str(row["level"])


def _folded(compared: Compared) -> None:
    """Say which groups are taken together because there are so many."""
    for group in compared.groups:
        if FOLDED in group.flags:
            column = wording.lower_first(compared.labels[group.column])
            others = sum(g.column == group.column for g in compared.groups) - 1
            st.caption(
                plain(
                    f"There are more groups of {column} than can be shown: {others} stand alone, "
                    f"the largest first to be kept, and {group.level} "
                    f"({wording.count_text(group.n, 'case')}) are taken together."
                )
            )


def _margins(compared: Compared) -> list[tuple[str, float]]:
    """Every margin once, with the measures that share it."""
    labels = metric_names()
    shared: dict[float, list[str]] = {}
    for name, margin in compared.margins.items():
        shared.setdefault(margin, []).append(wording.lower_first(labels[name]))
    return [(", ".join(names), margin) for margin, names in shared.items()]


def _forest(compared: Compared, metric: str, rows: pd.DataFrame) -> None:
    label = metric_names()[metric]
    panels.figure_card(
        forest_figure(
            rows,
            compared.overall[metric],
            title=label,
            unit=wording.unit_of(metric),
            dark=panels.is_dark(),
        ),
        rows,
        f"{label} in every group",
        "A dot is the estimate, the line its interval; the diamond and the band are all cases. "
        "A group whose line lies outside the band differs from the whole; words stand where "
        "there are too few cases. Lewis 2001, doi:10.1136/bmj.322.7300.1479.",
        "forest",
    )


def _gaps(compared: Compared, metric: str, gaps: pd.DataFrame) -> None:
    if metric not in GAP_METRICS:
        with st.container(border=True):
            st.markdown("**Gaps between groups**")
            judged = wording.joined([metric_names()[name] for name in GAP_METRICS])
            st.write(f"Gaps are judged for {judged}. Choose one of these to compare groups.")
        return
    if gaps.empty:
        with st.container(border=True):
            st.markdown("**Gaps between groups**")
            st.write(
                f"There are fewer than two groups of {compared.fewest} or more cases, so nothing "
                "can be compared. Choose another column, take a filter away, or let smaller groups "
                "be scored."
            )
        return
    label = metric_names()[metric]
    margin = compared.margins[metric]
    panels.figure_card(
        gap_figure(
            gaps.assign(label=gaps["group"]),
            title=f"Difference in {wording.lower_first(label)}",
            margin=margin,
            dark=panels.is_dark(),
        ),
        gaps,
        f"Difference from {_references(compared, gaps)}, margin {margin:g}",
        "Left of zero the group does worse than the largest group, right of it better or higher. "
        "The grey stripe is the margin: an interval inside it rules a larger gap out, one that "
        "holds neither says that there are not enough data, and how many cases of the same mix "
        "would decide. Zou 2008, doi:10.1002/sim.3095; Bland 2009, doi:10.1136/bmj.b3985.",
        "gaps",
    )


def _references(compared: Compared, gaps: pd.DataFrame) -> str:
    """With which group the others are compared, where there is one such group."""
    if len(compared.labels) > 1:
        return "the largest group of each column"
    (column,) = compared.labels
    named = group_words(column, str(gaps["reference"].iloc[0]), compared.labels)
    return f"{named} (the largest)"


def _tables(compared: Compared, metric: str, rows: pd.DataFrame, gaps: pd.DataFrame) -> None:
    st.subheader("Groups and gaps in numbers", anchor=False)
    st.dataframe(
        printed_groups(rows, wording.unit_of(metric), metric_names()[metric]),
        hide_index=True,
        height="content",
        alt="Every group with its cases, events, value and interval",
    )
    panels.table_download(rows, "groups")
    if not gaps.empty:
        st.dataframe(
            printed_gaps(gaps),
            hide_index=True,
            height="content",
            alt="Every gap with its difference, ratio, p values, verdict and the cases needed",
        )
        panels.table_download(gaps, "gaps_table")
    st.subheader("Every measure in every group", anchor=False)
    st.dataframe(
        printed_measures(compared),
        hide_index=True,
        height="content",
        column_config={"Group": st.column_config.TextColumn(pinned=True, width=150)},
        alt="All measures with their intervals, one row per group",
    )
    panels.table_download(all_measures(compared), "every_measure_by_group")
