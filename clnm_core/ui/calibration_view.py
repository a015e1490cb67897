"""How is it shown whether risks can be believed, and whether they could be put right?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import wording
from clnm_core.report.calibration_words import corrected_answer, fitted_on
from clnm_core.report.performance_methods import recalibration_methods
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.recalibrated import Method
from clnm_core.ui import (
    cached,
    coverage_view,
    panels,
    performance_facts,
    performance_view,
    pickers,
)
from clnm_core.ui.charts.recalibration import recalibration_figure
from clnm_core.ui.judged import BOOTSTRAP, FURTHER, SEED, Judged
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.recalibrated import Recalibrated
from clnm_core.ui.words import plain, unbroken

_METHODS = {
    "slope": "move and stretch (intercept and slope)",
    "intercept": "move (intercept only)",
    "isotonic": "rising steps (isotonic)",
}
_FIRST = ("validation", "cross-validated", "test", "external", "train")
"""Where a correction is best fitted, the best first: cases of its own, then those of training."""


def draw(query: CohortQuery, model: str, judged: Judged) -> str:
    """Draw the calibration of the judged cases, and what a correction would make of it.

    Returns
    -------
    str
        How the numbers were made.

    """
    with st.grid(2, min_column_width=NARROW):
        performance_view.calibration_card(judged)
        performance_view.believed_card(judged)
    coverage_view.draw(query, model)
    st.subheader("Put the risks right on other patients", anchor=False)
    splits = tuple(cached.computed(performance_facts.splits, query, model))
    offered = in_order(splits, query.split)
    if not offered:
        st.write(
            "A correction has to be fitted on other patients than it is judged on, and the model "
            "has judged one split only. Bring its predictions for a validation split as well."
        )
        return recalibration_methods("", bootstrap=BOOTSTRAP, seed=SEED)
    names = performance_facts.split_labels(query, offered)
    left, middle, _ = st.columns(3)
    with left:
        method = cast(Method, pickers.pick("Correction", "recalibrate", _METHODS))
    with middle:
        split = pickers.pick("Fitted on", "fitted_on", names)
    with st.spinner("Fitting the correction"):
        found = cached.computed(performance_facts.corrected, query, model, split, method)
    _show(found, names[split], performance_facts.split_label(query, query.split))
    if split == "train":
        st.caption(
            "The model was trained on these cases, so its risks fit them too well: a correction "
            "fitted here will be too small."
        )
    return recalibration_methods(method, bootstrap=BOOTSTRAP, seed=SEED)


def in_order(splits: Sequence[str], judged: str) -> tuple[str, ...]:
    """The splits on which a correction may be fitted, the best first; never the judged one.

    Examples
    --------
    >>> in_order(("external", "test", "train", "validation"), "external")
    ('validation', 'test', 'train')
    >>> in_order(("train",), "")
    ()

    """
    order = {split: place for place, split in enumerate(_FIRST)}
    others = [split for split in splits if split != judged]
    if len(splits) < 2:
        return ()
    return tuple(sorted(others, key=lambda split: (order.get(split, len(order)), split)))


def before_and_after(found: Recalibrated) -> pd.DataFrame:
    """Each measure of the judged cases with its interval, before and after the correction."""
    labels = {metric.name: metric.label for metric in METRICS} | FURTHER
    return pd.DataFrame(
        [
            {
                "Measure": labels[name],
                "Before": wording.estimate_text(found.before[name], decimals=3),
                "After": wording.estimate_text(found.after[name], decimals=3),
            }
            for name in found.before
        ]
    )


def _show(found: Recalibrated, where: str, judged_where: str) -> None:
    if found.reason:
        st.write(f"No correction of the {plain(where)} cases can be shown: {found.reason}.")
        return
    correction = found.correction
    sentences = [
        fitted_on(
            patients=found.patients,
            cases=correction.n,
            where=where,
            judged=found.n,
            judged_where=judged_where,
            shared=found.shared,
        ),
        corrected_answer(
            correction.method,
            intercept=correction.intercept,
            slope=correction.slope,
            before=found.before,
            after=found.after,
        ),
    ]
    st.markdown(plain(unbroken(" ".join(sentences))))
    with st.grid(2, min_column_width=NARROW):
        panels.figure_card(
            recalibration_figure(found.curve_before, found.curve_after, dark=panels.is_dark()),
            pd.concat(
                [found.curve_before.assign(risks="before"), found.curve_after.assign(risks="after")]
            ),
            "The judged cases before and after the correction",
            "Both curves are of the judged cases, none of whom took part in the fitting; the nearer "
            "to the diagonal, the better. A correction moves risks, not ranks. "
            "Steyerberg 2004, doi:10.1002/sim.1844.",
            "recalibration",
        )
        with st.container(border=True, height="stretch"):
            st.markdown("**What the correction changes**")
            table = before_and_after(found)
            st.table(table.set_index("Measure"), border="horizontal")
            numbers = [
                {"risks": when, "measure": name, **estimate.to_dict()}
                for when, measures in (("before", found.before), ("after", found.after))
                for name, estimate in measures.items()
            ]
            panels.table_download(pd.DataFrame(numbers), "recalibration_measures")
