"""How does the place of risk get onto a page? One outcome at a time, never pooled."""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Registry
from clnm_core.report import wording
from clnm_core.report.answers import location_answer
from clnm_core.report.methods import location_methods
from clnm_core.stats.location import PUBLISHED_NEAR_CAPSULE
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui import panels
from clnm_core.ui.charts.gland import gland_svg
from clnm_core.ui.charts.location import location_figure
from clnm_core.ui.located import Located
from clnm_core.ui.performance_view import NARROW

APART = ("central", "lateral")
"""Outcomes that are shown side by side where both are meant."""


def outcomes_of(query: CohortQuery, recorded: tuple[str, ...]) -> tuple[str, ...]:
    """The outcomes to show: the chosen one, or central and lateral where any is chosen.

    Central and lateral metastasis spread along different routes, so "any" is never drawn.

    Examples
    --------
    >>> outcomes_of(CohortQuery("demo", "any"), ("any", "central", "lateral"))
    ('central', 'lateral')
    >>> outcomes_of(CohortQuery("demo", "lateral"), ("any", "central", "lateral"))
    ('lateral',)

    """
    apart = tuple(name for name in APART if name in recorded)
    return apart if query.outcome == "any" and apart else (query.outcome,)


def draw(found: tuple[Located, ...], registry: Registry) -> None:
    """Draw every outcome in a column of its own: strip, curve, gland."""
    labels = {one.outcome: registry[one.outcome].label for one in found}
    answers = [
        location_answer(one.bins, outcome=one.outcome, outcome_label=labels[one.outcome])
        for one in found
        if one.has_distance
    ]
    if answers:
        panels.answer(" ".join(answers))
    for one in found:
        if len(found) > 1:
            st.subheader(labels[one.outcome], anchor=False)
        _draw_one(one, labels[one.outcome])
    lines = {
        labels[one.outcome]: location_methods(
            one.curve.attrs["method"],
            one.bins.attrs["method"],
            left_out=one.curve.attrs["left_out"],
        )
        for one in found
        if one.has_distance
    }
    if len(lines) == 1:
        panels.methods_line(*lines.values())
    elif lines:
        panels.methods_line("\n".join(f"{label}. {line}" for label, line in lines.items()))


def _draw_one(one: Located, label: str) -> None:
    if not one.has_distance and not one.has_place:
        panels.empty(
            f"Nothing is recorded about the place of {wording.lower_first(label)}",
            "Here a curve would show the share with metastasis by distance to the capsule, and a "
            "drawing of the gland the share in each third. The cases that are left have neither a "
            "capsule distance nor a lobe and third together with a known outcome. Import a table "
            "that has them, or take a filter away.",
            "Import a table",
            "import_data.py",
        )
        return
    if one.has_distance:
        _strip(one)
    with st.grid(2, min_column_width=NARROW):
        if one.has_distance:
            _curve(one, label)
        else:
            _missing(
                "Distance to the capsule",
                "No case that is left has a capsule distance. Import it as a column, or as "
                "outlines of nodule and gland from which it is measured.",
            )
        if one.has_place:
            _gland(one, label)
        else:
            _missing(
                "Lobe and third",
                "No case that is left has both a lobe and a third. Import them as two columns.",
            )
    if one.has_distance:
        _table(one, label)


def _strip(one: Located) -> None:
    figures = []
    for row in one.bins.to_dict("records"):
        estimate = Estimate(row["rate"], row["low"], row["high"], 0.95, one.bins.attrs["method"])
        title = wording.upper_first(str(row["label"]))
        figures.append(
            panels.estimate(title, estimate, name="flag_rate", n=int(row["n"]))
            if row["n"]
            else panels.Figure(title, "–", "no case")
        )
    panels.strip(figures)


def _curve(one: Located, label: str) -> None:
    why = one.curve.attrs["method"] if one.curve.empty else ""
    panels.figure_card(
        location_figure(
            one.curve,
            one.bins,
            outcome=one.outcome,
            claim=PUBLISHED_NEAR_CAPSULE,
            dark=panels.is_dark(),
        ),
        one.bins if one.curve.empty else one.curve,
        f"{label} by distance to the capsule" + (f" (curve {why})" if why else ""),
        "The curve is what was observed here, with its band; dots are bands of distance with "
        "their Wilson intervals and n. The dashed line is a published claim "
        f"({PUBLISHED_NEAR_CAPSULE.source}, {PUBLISHED_NEAR_CAPSULE.caveat}), "
        f"doi:{PUBLISHED_NEAR_CAPSULE.doi}.",
        f"distance_{one.outcome}",
    )


def _gland(one: Located, label: str) -> None:
    panels.svg_card(
        gland_svg(
            one.cells,
            title=f"Share with {wording.lower_first(label)} in each third of the gland",
            name=f"gland-{one.outcome.replace('_', '-')}",
            dark=panels.is_dark(),
        ),
        one.cells,
        f"{label} by lobe and third, seen from the front",
        "Every cell says the share with metastasis and the number of cases; the darker, the "
        "higher. Hatched cells have fewer than ten cases and are not scored; the intervals are "
        "in the table of the menu. Wilson 1927, doi:10.1080/01621459.1927.10502953.",
        f"gland_{one.outcome}",
    )


def _missing(title: str, why: str) -> None:
    with st.container(border=True):
        st.markdown(f"**{title}**")
        st.write(why)


def _table(one: Located, label: str) -> None:
    bins = one.bins
    st.dataframe(
        bins.assign(
            share=[
                wording.percent(rate, n) if n else "–"
                for rate, n in zip(bins["rate"], bins["n"], strict=True)
            ],
            interval=[
                wording.percent_interval(low, high, n) if n else "–"
                for low, high, n in zip(bins["low"], bins["high"], bins["n"], strict=True)
            ],
        )[["label", "n", "events", "share", "interval"]],
        hide_index=True,
        height="content",
        column_config={
            "label": "Distance to the capsule",
            "n": "Cases",
            "events": f"With {wording.lower_first(label)}",
            "share": "Share",
            "interval": "95 % interval, per cent",
        },
        alt=f"{label} in bands of distance to the capsule",
    )
    panels.table_download(bins, f"distance_bins_{one.outcome}")
