"""How does a reader find a risk with the nomogram, on the page or on paper?"""

from __future__ import annotations

import streamlit as st

from clnm_core.systems.nomogram import Nomogram
from clnm_core.ui import cards, panels
from clnm_core.ui.charts.nomogram import nomogram_figure
from clnm_core.ui.words import plain

HOW_TO_READ = (
    "Find the case on the line of each variable and go straight up to Points; add the points of "
    "all variables. Find the sum on Total points and go straight down to the risk. "
    "Iasonos 2008, doi:10.1200/JCO.2007.12.9791."
)

METHODS = (
    "Nomogram of the model's logistic regression: points are its log-odds, scaled so that the "
    "variable that can move the risk most has 100; the scale of risks includes the calibration."
)


def draw(nomogram: Nomogram, *, outcome: str, name: str = "nomogram") -> None:
    """The nomogram as a chart with its table of points, and the totals with their risks.

    Parameters
    ----------
    nomogram : Nomogram
    outcome : str
        The outcome in words.
    name : str
        Unique on the page; snake case; names the downloads.

    """
    cards.figure_card(
        nomogram_figure(nomogram, outcome=outcome, dark=panels.is_dark()),
        nomogram.table().round({"points": 1}),
        "Points add up to the risk of the model",
        HOW_TO_READ,
        name,
        methods=METHODS,
    )
    st.caption(plain(in_words(nomogram)))
    with st.expander("Risk by total points, for use on paper"):
        totals = nomogram.totals_table(step=10.0)
        totals["risk"] = (100 * totals["risk"]).round(1)
        st.dataframe(
            totals,
            hide_index=True,
            column_config={"total": "Total points", "risk": "Risk (%)"},
        )
        cards.table_download(nomogram.totals_table(), f"{name}_totals")


def in_words(nomogram: Nomogram) -> str:
    """How to read it, with an example from its longest scale."""
    first = nomogram.axes[0]
    tick = max(first.ticks, key=lambda one: one.points)
    said = [
        HOW_TO_READ,
        f"For instance, {first.title} {tick.label} gives {tick.points:.0f} points.",
    ]
    if any(not axis.learned_unknown for axis in nomogram.axes):
        said.append("What is not known counts with the points given for it in the table.")
    if any(axis.column == "dlr_score" for axis in nomogram.axes):
        said.append("The DLR score is computed from the picture; Predict shows it for a case.")
    return " ".join(said)
