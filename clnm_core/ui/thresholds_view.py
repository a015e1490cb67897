"""How is a threshold chosen on one split and shown on all?"""

from __future__ import annotations

from typing import cast

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import wording
from clnm_core.report.performance_methods import thresholds_methods
from clnm_core.report.threshold_words import chosen_answer
from clnm_core.stats.chosen_thresholds import CARRIED, Rule, RuleName, chosen_threshold
from clnm_core.stats.metrics import METRICS
from clnm_core.ui import cached, panels, performance_facts, performance_view, pickers
from clnm_core.ui.calibration_view import in_order
from clnm_core.ui.charts.rates import rates_figure
from clnm_core.ui.judged import Called, Judged
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.words import plain, unbroken

_RULES = {
    "youden": "largest sensitivity + specificity (Youden)",
    "sensitivity": "a sensitivity of at least",
    "specificity": "a specificity of at least",
    "cost": "what a missed case costs",
}


def draw(query: CohortQuery, model: str, judged: Judged, called: Called) -> str:
    """Draw the calls at the threshold, and a rule that chooses another.

    Returns
    -------
    str
        How the numbers were made.

    """
    calls = st.container()
    st.subheader("Choose a threshold by a rule", anchor=False)
    counts = cached.computed(performance_facts.splits, query, model)
    rule, split = _pick(query, tuple(counts))
    chosen = chosen_threshold(counts[split], rule)
    table = (
        cached.computed(performance_facts.carried_to, query, model, chosen.threshold)
        if chosen.is_found
        else pd.DataFrame({"split": []})
    )
    labels = performance_facts.split_labels(query, tuple(counts))
    named = table.assign(split=table["split"].map(labels))
    answer = chosen_answer(
        rule,
        chosen,
        n=counts[split].n,
        where=labels[split],
        table=named,
        judged=performance_facts.split_label(query, query.split),
    )
    st.markdown(plain(unbroken(answer)))
    if chosen.is_found:
        _use(chosen.threshold, called.threshold)
        _table(named, "" if rule.name == "cost" else labels[split])
    with calls, st.grid(2, min_column_width=NARROW):
        performance_view.confusion_card(called)
        rates = judged.counts.rates()
        panels.figure_card(
            rates_figure(
                rates,
                threshold=called.threshold,
                chosen=chosen.threshold if chosen.is_found else None,
                dark=panels.is_dark(),
            ),
            rates,
            "Sensitivity and specificity along the threshold",
            "A higher threshold misses more and alarms less; where the two lines cross both errors "
            "are equally frequent. The solid line is the threshold of this page, the dashed one what "
            "the rule below chooses. Youden 1950, doi:10.1002/1097-0142(1950)3:1<32::AID-"
            "CNCR2820030106>3.0.CO;2-3.",
            "rates",
        )
    return thresholds_methods(is_clustered=any(c.is_clustered for c in counts.values()))


def printed(table: pd.DataFrame, chosen_on: str) -> pd.DataFrame:
    """The carried threshold as it is shown: a row per split, shares with their intervals."""
    labels = {metric.name: metric.label for metric in METRICS}
    rows = []
    for row in table.to_dict("records"):
        n = int(row["n"])
        where = str(row["split"])
        shown = {
            "Split": f"{where} (chosen here)" if where == chosen_on else where,
            "Cases": n,
            "With outcome": int(row["events"]),
        }
        for name in CARRIED:
            value, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
            shown[labels[name]] = (
                wording.DASH
                if value != value
                else wording.percent(value, n)
                if low != low
                else f"{wording.percent(value, n)} ({wording.percent_interval(low, high, n)})"
            )
        rows.append(shown)
    return pd.DataFrame(rows)


def _pick(query: CohortQuery, splits: tuple[str, ...]) -> tuple[Rule, str]:
    """Ask for the rule, its target, and the split on which it chooses."""
    left, middle, right = st.columns(3)
    with left:
        name = cast(RuleName, pickers.pick("Rule", "rule", _RULES))
    with middle:
        target = _target(name)
    with right:
        order = (*in_order(splits, query.split), *((query.split,) if query.split in splits else ()))
        offered = order or splits
        names = performance_facts.split_labels(query, offered)
        split = pickers.pick("Chosen on", "chosen_on", names) if name != "cost" else offered[0]
    return Rule(name, target), split


def _target(name: RuleName) -> float:
    if name == "youden":
        return 0.0
    if name == "cost":
        return float(
            st.number_input(
                "False alarms that weigh as much as one missed case",
                0.1,
                99.0,
                9.0,
                1.0,
                key="ratio",
                bind="query-params",
                help="9 means: rather nine operations for nothing than one metastasis left behind.",
            )
        )
    return float(st.slider("Rate to reach", 0.5, 1.0, 0.9, 0.01, key="target", bind="query-params"))


def _use(threshold: float, current: float) -> None:
    """A button that makes the chosen threshold the one of every panel."""
    at = wording.threshold_text(threshold)
    is_used = abs(threshold - current) < 1e-9
    st.button(
        f"Threshold {at} is in use" if is_used else f"Use threshold {at}",
        icon=":material/check:" if is_used else ":material/arrow_upward:",
        disabled=is_used,
        key="use_threshold",
        on_click=_set_threshold,
        args=(threshold,),
    )


def _set_threshold(threshold: float) -> None:
    """Move the slider of the page before it is drawn again."""
    st.session_state["threshold"] = round(threshold, 2)


def _table(table: pd.DataFrame, chosen_on: str) -> None:
    st.dataframe(
        printed(table, chosen_on),
        hide_index=True,
        height="content",
        alt="What the chosen threshold gives on every split",
    )
    panels.table_download(table, "carried_threshold")
