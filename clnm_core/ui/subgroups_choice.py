"""Which groups are compared, in what, and from which difference on does it matter?"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.stats.gaps import MARGINS
from clnm_core.stats.group_result import FEWEST
from clnm_core.ui import pickers

_WAYS = {"each": "each column by itself", "combined": "their combinations"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader chose on the Subgroups page.

    Parameters
    ----------
    columns : tuple of str
        One or two columns that make the groups.
    is_crossed : bool
        Whether the combinations of two columns make them.
    metric : str
        The measure that is drawn.
    margin : float
        Differences in AUC or a rate up to this do not matter.
    fewest : int
        Groups with fewer cases are listed, and not scored.

    """

    columns: tuple[str, ...]
    is_crossed: bool
    metric: str
    margin: float
    fewest: int


def pick(query: CohortQuery) -> Choice:
    """Ask for columns and measure, and below them for margin, size and what two columns mean."""
    columns, metric = pickers.pick_groups(query)
    left, middle, right = st.columns(3)
    with left:
        margin = st.slider(
            "Margin",
            0.01,
            0.20,
            MARGINS["auc"],
            0.01,
            key="gap_margin",
            bind="query-params",
            help="Differences up to this do not matter: in AUC and rates; four times as much in "
            "observed per expected.",
        )
    with middle:
        fewest = st.slider(
            "Fewest cases of a group",
            5,
            200,
            FEWEST,
            5,
            key="fewest",
            bind="query-params",
            help="Groups with fewer cases are listed, and not scored.",
        )
    is_crossed = False
    if len(columns) > 1:
        with right:
            is_crossed = pickers.pick("Two columns make groups by", "groups", _WAYS) == "combined"
    return Choice(columns, is_crossed, metric, float(margin), int(fewest))
