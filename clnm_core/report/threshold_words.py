"""Which threshold was chosen, on whom, and what does it give elsewhere, in words?"""

from __future__ import annotations

import math

import pandas as pd

from clnm_core.report.wording import (
    count_text,
    interval,
    joined,
    lower_first,
    number,
    percent,
    percent_interval,
    threshold_text,
    upper_first,
)
from clnm_core.stats.chosen_thresholds import Chosen, Rule

FLATTERS = "which flatters it"
"""What is said of a threshold that is judged on the cases it was chosen on."""


def chosen_answer(
    rule: Rule, chosen: Chosen, *, n: int, where: str, table: pd.DataFrame, judged: str
) -> str:
    """Which threshold a rule chooses, and what it gives on the judged split.

    Parameters
    ----------
    rule : Rule
    chosen : Chosen
    n : int
        Cases it was chosen on.
    where : str
        Name of the split it was chosen on; empty for all cases.
    table : pandas.DataFrame
        From :func:`~clnm_core.stats.chosen_thresholds.carried`; empty without a threshold.
    judged : str
        Name of the judged split; empty for all.

    """
    cases = count_text(n, f"{where} case".strip())
    if not chosen.is_found:
        return f"On {cases} the rule finds no threshold: {chosen.reason}."
    first = f"{_found(rule, chosen.threshold, cases)}."
    others = table[table["split"] != where] if rule.name != "cost" else table
    if others.empty:
        return (
            f"{first} There is no second split, so it is judged on the cases it was chosen on, "
            f"{FLATTERS}. Bring predictions for a second split to carry it."
        )
    if judged in others["split"].tolist():
        row = others[others["split"] == judged].iloc[0]
        return f"{first} {_carried(row, rule)}"
    if rule.name != "cost" and judged in (where, ""):
        return (
            f"{first} The cases judged on this page {'include' if not judged else 'are'} those it "
            f"was chosen on, {FLATTERS}; the table shows it on the others."
        )
    return f"{first} {_carried(others.iloc[0], rule)}"


def value_answer(row: pd.Series, *, threshold: float, here: float, outcome_label: str) -> str:
    """What a flag, and no flag, would mean at another prevalence.

    Parameters
    ----------
    row : pandas.Series
        One row of :func:`~clnm_core.stats.predictive_values.predictive_values`.
    threshold : float
        Of the calls.
    here : float
        Prevalence of the judged cases.
    outcome_label : str
        The outcome in words.

    Examples
    --------
    >>> row = pd.Series({"prevalence": 0.1, "ppv": 0.471, "ppv_low": 0.334, "ppv_high": 0.618,
    ...                  "npv": 0.976, "npv_low": 0.966, "npv_high": 0.984})
    >>> value_answer(row, threshold=0.3, here=0.56, outcome_label="Lateral neck metastasis")
    'Where 10 % have lateral neck metastasis (here 56 %), a case flagged at threshold 0.30 has it in 47 % (33–62), and one that is not flagged is free of it in 98 % (97–98).'

    """
    outcome = lower_first(outcome_label)
    parts = []
    if not math.isnan(row["ppv"]):
        parts.append(
            f"a case flagged at threshold {threshold_text(threshold)} has it in "
            f"{_share(row, 'ppv')}"
        )
    if not math.isnan(row["npv"]):
        parts.append(f"one that is not flagged is free of it in {_share(row, 'npv')}")
    if not parts:
        return (
            "Predictive values need sensitivity and specificity, so cases with the outcome and "
            "without it: choose a split that has both."
        )
    start = f"Where {percent(row['prevalence'])} have {outcome} (here {percent(here)}), "
    return upper_first(f"{start}{', and '.join(parts)}.")


def avoided_answer(row: pd.Series, *, threshold: float) -> str:
    """What following the model saves against treating everyone, at one threshold.

    Examples
    --------
    >>> row = pd.Series({"avoided": 31.6, "low": 25.2, "high": 37.9})
    >>> avoided_answer(row, threshold=0.3)
    'Acting at a risk of 30 %, the model saves 32 (25–38) treatments per 100 patients against treating everyone, net of the metastases it misses.'

    """
    start = f"Acting at a risk of {percent(threshold)}, "
    if math.isnan(row["avoided"]):
        return f"{start}treatments avoided cannot be told from these cases."
    value = f"{number(row['avoided'], 0)} ({interval(row['low'], row['high'], decimals=0)})"
    if row["high"] < 0:
        return f"{start}treating everyone does more good than following the model: {value} treatments avoided per 100 patients."
    return (
        f"{start}the model saves {value} treatments per 100 patients against treating "
        "everyone, net of the metastases it misses."
    )


def _found(rule: Rule, threshold: float, cases: str) -> str:
    at = threshold_text(threshold)
    if rule.name == "youden":
        return f"On {cases} sensitivity and specificity add up to most at threshold {at}"
    if rule.name == "sensitivity":
        return f"On {cases} {at} is the highest threshold that keeps a sensitivity of {percent(rule.target)}"
    if rule.name == "specificity":
        return f"On {cases} {at} is the lowest threshold that reaches a specificity of {percent(rule.target)}"
    weighs = f"{rule.target:g} false alarm" + ("" if rule.target == 1 else "s")
    return (
        f"When one missed case weighs as much as {weighs}, flagging is worth while from a risk of "
        f"{at} on, if the risks can be believed"
    )


def _carried(row: pd.Series, rule: Rule) -> str:
    name = str(row["split"]).replace("_", " ")
    cases = count_text(int(row["n"]), f"{name} case")
    given = [
        f"a {rate} of {_share(row, rate)}"
        for rate in ("sensitivity", "specificity")
        if not math.isnan(row[rate])
    ]
    verb = "On" if rule.name == "cost" else "Carried to"
    if not given:
        return f"{verb} {cases} it cannot be judged."
    return f"{verb} {cases} it gives {joined(given)}."


def _share(row: pd.Series, name: str) -> str:
    value, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
    if math.isnan(low):
        return percent(value)
    return f"{percent(value)} ({percent_interval(low, high)})"
