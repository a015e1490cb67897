"""How do calibration and net benefit of the groups get onto a page?"""

from __future__ import annotations

import streamlit as st

from clnm_core.report.wording import count_text, lower_first
from clnm_core.ui import panels
from clnm_core.ui.charts.group_benefit import group_benefit_figure
from clnm_core.ui.charts.group_calibration import group_calibration_figure
from clnm_core.ui.compared import Compared
from clnm_core.ui.group_curves import GroupCurves
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.words import plain


def draw(compared: Compared) -> None:
    """Draw calibration and net benefit of the largest groups, column by column."""
    for place, curves in enumerate(compared.curves):
        label = lower_first(compared.labels[curves.column])
        if curves.sizes.empty:
            with st.container(border=True):
                st.markdown(plain(f"Calibration and net benefit by {label}"))
                st.write(
                    f"No known group has {compared.fewest} or more cases, so there is no curve to "
                    "draw. Choose another column, or take a filter away."
                )
            continue
        with st.grid(2, min_column_width=NARROW):
            _calibration(curves, label, f"calibration_by_group_{place}")
            _benefit(curves, label, compared.threshold, f"benefit_by_group_{place}")


def _calibration(curves: GroupCurves, label: str, name: str) -> None:
    panels.figure_card(
        group_calibration_figure(
            curves.sizes, curves.calibration, curves.bins, dark=panels.is_dark()
        ),
        curves.bins if curves.calibration.empty else curves.calibration,
        f"Calibration by {label}{_which(curves)}",
        "On the dashed line risks come true; above it they are too low for that group, below it "
        "too high. The curve has its band, dots are bins of equal size with Wilson intervals; a "
        "group with too few events has dots only. Austin 2014, doi:10.1002/sim.5941.",
        name,
    )


def _benefit(curves: GroupCurves, label: str, threshold: float, name: str) -> None:
    panels.figure_card(
        group_benefit_figure(
            curves.sizes, curves.benefit, threshold=threshold, dark=panels.is_dark()
        ),
        curves.benefit,
        f"Net benefit by {label}{_which(curves)}",
        "Solid, with its band: acting on the model; dotted: treating everyone; dashed: treating no "
        "one. Where the solid line is not the highest, that group is better served without the "
        "model. Vickers 2006, doi:10.1177/0272989X06295361.",
        name,
    )


def _which(curves: GroupCurves) -> str:
    drawn = len(curves.sizes)
    if drawn == curves.scored:
        return ""
    return f": the {drawn} largest of {count_text(curves.scored, 'scored group')}"
