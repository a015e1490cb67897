"""How does a comparison of groups get onto a page? For a stored model and for an uploaded file."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clnm_core.report import wording
from clnm_core.report.answers import subgroups_answer
from clnm_core.report.methods import subgroups_methods
from clnm_core.report.wording import Unit
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.subgroups import FEWEST, GAP_METRICS, MARGINS
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui import panels
from clnm_core.ui.charts.forest import forest_figure
from clnm_core.ui.charts.gaps import gap_figure
from clnm_core.ui.compared import Compared, forest_rows, gap_rows
from clnm_core.ui.judged import BOOTSTRAP, SEED
from clnm_core.ui.performance_view import NARROW


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
        fewest=FEWEST,
        margins=_margins(),
        bootstrap=BOOTSTRAP,
        seed=SEED,
        is_clustered=compared.is_clustered,
    )


def draw(compared: Compared, metric: str) -> None:
    """Draw strip, forest plot, gaps and tables for one measure."""
    rows = forest_rows(compared, metric)
    gaps = gap_rows(compared, metric)
    _strip(compared, metric, rows, gaps)
    with st.grid(2, min_column_width=NARROW):
        _forest(compared, metric, rows)
        _gaps(metric, gaps)
    _tables(metric, rows, gaps)


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
    shown = int((gaps["verdict"] == "gap").sum())
    figures.append(
        panels.Figure(
            "Gaps shown", f"{shown}", f"of {len(gaps)} compared", "Intervals exclude zero."
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


def _margins() -> list[tuple[str, float]]:
    """Every margin once, with the measures that share it."""
    labels = metric_names()
    shared: dict[float, list[str]] = {}
    for name, margin in MARGINS.items():
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


def _gaps(metric: str, gaps: pd.DataFrame) -> None:
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
                "There are fewer than two groups of ten or more cases, so nothing can be compared. "
                "Choose another column, or take a filter away."
            )
        return
    label = metric_names()[metric]
    panels.figure_card(
        gap_figure(
            gaps,
            title=f"Difference in {wording.lower_first(label)}",
            margin=MARGINS[metric],
            dark=panels.is_dark(),
        ),
        gaps,
        f"Difference from the largest group, margin {MARGINS[metric]:g}",
        "Left of zero the group does worse than the largest group, right of it better or higher. "
        "The grey stripe is the margin: an interval inside it rules a larger gap out, one that "
        "holds neither says that there are not enough data. Zou 2008, doi:10.1002/sim.3095.",
        "gaps",
    )


def _tables(metric: str, rows: pd.DataFrame, gaps: pd.DataFrame) -> None:
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
            alt="Every gap with its interval and verdict",
        )
        panels.table_download(gaps, "gaps_table")


def estimates(rows: pd.DataFrame) -> list[Estimate]:
    """The value of every row as an estimate again."""
    parts = zip(rows["value"], rows["low"], rows["high"], rows["method"], strict=True)
    return [Estimate(value, low, high, 0.95, method) for value, low, high, method in parts]


def printed_groups(rows: pd.DataFrame, unit: Unit, label: str) -> pd.DataFrame:
    """The groups as they are printed; words in place of a value that is missing."""
    return pd.DataFrame(
        {
            "Column": rows["column"],
            "Group": rows["level"],
            "Cases": rows["n"],
            "With the outcome": rows["events"],
            label: [
                wording.value_text(estimate, unit, n=n, decimals=3)
                if estimate.is_estimable
                else note
                for estimate, n, note in zip(estimates(rows), rows["n"], rows["note"], strict=True)
            ],
            "95 % interval": [
                wording.interval_text(estimate, unit, n=n, decimals=3)
                if estimate.is_estimable
                else "–"
                for estimate, n in zip(estimates(rows), rows["n"], strict=True)
            ],
        }
    )


def printed_gaps(gaps: pd.DataFrame) -> pd.DataFrame:
    """The gaps as they are printed, each with its verdict in words."""
    return pd.DataFrame(
        {
            "Compared": gaps["label"],
            "Difference": [
                wording.number(value, 3) if value == value else "–" for value in gaps["value"]
            ],
            "95 % interval": [
                wording.interval(low, high, decimals=3)
                for low, high in zip(gaps["low"], gaps["high"], strict=True)
            ],
            "Verdict": gaps["verdict"],
        }
    )
