"""How are readers without and with aid told apart in every chart?

Open circles without it, filled diamonds with it: by shape first, by colour second.
"""

from __future__ import annotations

from clnm_core.stats.readers import AIDED, UNAIDED
from clnm_core.ui.charts import theme

SIDE_WORDS = {UNAIDED: "without aid", AIDED: "with aid"}
"""What a reader of the chart sees for a side."""


def side_colour(side: str, colours: theme.Palette) -> str:
    """The colour of one side."""
    return colours.models[1] if side == UNAIDED else colours.models[2]


def side_symbol(side: str) -> str:
    """The shape of one side, in Plotly's words."""
    return "circle-open" if side == UNAIDED else "diamond"
