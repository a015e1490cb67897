"""How is it shown whether the model separates, over all thresholds and where it would be used?"""

from __future__ import annotations

from typing import cast

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import wording
from clnm_core.report.performance_methods import separation_methods
from clnm_core.stats.partial_area import PartialArea, Rate
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui import cached, panels, performance_facts, performance_view, pickers
from clnm_core.ui.judged import BOOTSTRAP, SEED, Called, Judged

_RATES = {"specificity": "Specificity", "sensitivity": "Sensitivity"}
_FROM = {f"{share:g}": wording.percent(share) for share in (0.9, 0.95, 0.8, 0.7, 0.5)}
_OTHER = {"specificity": "sensitivity", "sensitivity": "specificity"}


def draw(query: CohortQuery, model: str, judged: Judged, called: Called) -> str:
    """Draw both curves, a part of the area, and the areas with all their intervals.

    Returns
    -------
    str
        How the numbers were made.

    """
    left, middle, _ = st.columns(3)
    with left:
        over = cast(Rate, pickers.pick("Part of the curve: high", "part_of", _RATES))
    with middle:
        low = float(pickers.pick("From", "part_from", _FROM))
    part = cached.computed(performance_facts.part_of_curve, query, model, over, low)
    with st.grid(2, min_column_width=performance_view.NARROW):
        performance_view.roc_card(judged, called, over=over, low=low)
        performance_view.pr_card(judged, called)
    _table(areas(judged, part, over, low))
    return separation_methods(
        over=over,
        low=low,
        bootstrap=BOOTSTRAP,
        seed=SEED,
        is_clustered=judged.counts.is_clustered,
    )


def areas(judged: Judged, part: PartialArea, over: str, low: float) -> dict[str, Estimate]:
    """The areas by what they are called; the whole one with both its intervals."""
    span = f"{over} {wording.percent(low)} to 100 %"
    return {
        "AUC": judged.metrics["auc"],
        "AUC, interval on the log-odds": judged.further["auc_logit"],
        f"Partial area, {span}": part.area,
        f"Mean {_OTHER[over]} there": part.mean,
        "Partial area, standardised (0.5 is chance)": part.standardised,
        "Average precision": judged.metrics["average_precision"],
    }


def _table(found: dict[str, Estimate]) -> None:
    st.subheader("Areas and their intervals", anchor=False)
    rows = [
        {
            "Measure": name,
            "Value": wording.number(estimate.value, 3) if estimate.is_estimable else wording.DASH,
            f"{100 * estimate.level:g} % interval": wording.interval(
                estimate.low, estimate.high, decimals=3
            )
            if estimate.is_estimable
            else wording.DASH,
            "Method": estimate.method,
        }
        for name, estimate in found.items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        alt="Areas under the curves with their intervals and methods",
    )
    numbers = [{"measure": name, **estimate.to_dict()} for name, estimate in found.items()]
    panels.table_download(pd.DataFrame(numbers), "areas")
