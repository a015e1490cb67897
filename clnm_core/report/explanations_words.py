"""What drives a model over a cohort, in sentences?"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clnm_core.report.wording import (
    count_text,
    interval,
    joined,
    lower_first,
    number,
)
from clnm_core.stats.importance import BOOTSTRAP

_NAMED = 3
"""Columns that the answer names."""


def unit_words(scale: str) -> str:
    """The unit of effects, for an axis: ``log-odds`` or ``percentage points``."""
    return "percentage points" if scale == "probability" else "log-odds"


def in_unit(value: float, scale: str) -> float:
    """An effect in the unit that is shown."""
    return 100 * value if scale == "probability" else value


def effect_text(value: float, scale: str, *, low: float, high: float) -> str:
    """A mean effect with its interval: ``0.62 log-odds, 0.57–0.68``.

    Examples
    --------
    >>> effect_text(0.62, "log-odds", low=0.57, high=0.68)
    '0.62 log-odds, 0.57–0.68'
    >>> effect_text(0.062, "probability", low=float("nan"), high=float("nan"))
    '6.2 percentage points'

    """
    decimals = 1 if scale == "probability" else 2
    said = f"{number(in_unit(value, scale), decimals)} {unit_words(scale)}"
    if low != low or high != high:
        return said
    return f"{said}, {interval(in_unit(low, scale), in_unit(high, scale), decimals=decimals)}"


def importance_answer(
    table: pd.DataFrame, *, scale: str, outcome_label: str, cases: int, where: str = ""
) -> str:
    """Which variable moves the risk most, and whether its lead is certain.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`~clnm_core.stats.importance.importance` makes it, with ``label``.
    scale : str
        Of the effects.
    outcome_label : str
        As in the registry.
    cases : int
        Cases that the model can judge.
    where : str
        What kind of cases, as an adjective.

    """
    kind = f"{where} case" if where else "case"
    if not cases or table.empty:
        return "None of the selected cases can be judged by this model. Remove a filter."
    on = f"On {count_text(cases, kind)}"
    moving = table[table["value"] > 0]
    outcome = lower_first(outcome_label)
    if moving.empty:
        return f"{on} no variable moves the risk of {outcome}: none adds anything in any case."
    first = moving.iloc[0]
    own = effect_text(first["value"], scale, low=first["low"], high=first["high"])
    text = f"{on} the risk of {outcome} is moved most by {lower_first(first['label'])} (mean {own})"
    others = [lower_first(label) for label in moving["label"].iloc[1:_NAMED]]
    if others:
        text += f", then by {joined(others)}"
    rivals = moving.iloc[1:]
    rivals = rivals[rivals["rank_low"] == 1]
    if len(rivals) and first["rank_high"] > 1:
        text += f"; its lead over {lower_first(rivals['label'].iloc[0])} is not certain"
    return f"{text}."


def no_attributions(title: str) -> str:
    """Of a model whose answer cannot be divided exactly."""
    return (
        f"{title} joins all that it reads in one network, and its answer cannot be divided among "
        "variables exactly, so it has no Shapley values. Where its maps lie is shown below."
    )


def no_model(title: str, part_of: str) -> str:
    """Of a model that is not in the store, only its risks."""
    if part_of:
        return (
            f"{title} was tried in the training of {part_of} and only its risks are kept, so what "
            f"drives it is not known. Choose {part_of}."
        )
    return (
        f"{title} came to the store as a table of risks: the model itself is not here, so what drives "
        "it is not known. Choose a model that was trained here."
    )


def not_measured(title: str) -> str:
    """Of a model that reads what is not in the store yet."""
    return (
        f"{title} reads features of pictures that are not measured yet on this cohort, so what "
        "drives it is not known yet. Measure them once below; it runs on its own."
    )


def dependence_answer(curve: pd.DataFrame, levels: pd.DataFrame, *, scale: str, unit: str) -> str:
    """How the effect of one variable follows its value.

    Parameters
    ----------
    curve, levels : pandas.DataFrame
        As :class:`~clnm_core.stats.dependence.Dependence` has them.
    scale : str
        Of the effects.
    unit : str
        Of the variable.

    """
    spaced = f" {unit}" if unit else ""
    if len(curve):
        first, last = curve.iloc[0], curve.iloc[-1]
        ends = [
            f"{_signed(row['effect'], scale)} at {row['value']:.3g}{spaced}"
            for row in (first, last)
        ]
        return f"The effect runs from {ends[0]} to {ends[1]} ({unit_words(scale)})."
    known = levels[levels["level"] != "unknown"] if len(levels) else levels
    if len(known) > 1:
        ordered = known.sort_values("effect", kind="stable")
        low, high = ordered.iloc[0], ordered.iloc[-1]
        return (
            f"“{high['label']}” adds most ({_signed(high['effect'], scale)}), “{low['label']}” least "
            f"({_signed(low['effect'], scale)} {unit_words(scale)})."
        )
    return "There are too few different values to say how the effect follows them."


def importance_methods(scale: str, *, is_shuffled: bool, left_out: Sequence[str] = ()) -> str:
    """How importance and dependence were made."""
    exact = "forests and trees: TreeExplainer, Lundberg 2020" if scale == "probability" else ""
    parts = [
        "Exact Shapley values of each case on the scale of the model before calibration "
        f"({unit_words(scale)}; Lundberg 2017{'; ' + exact if exact else ''})",
        f"importance: mean absolute value; {BOOTSTRAP:,} resamples of patients, seed 0, percentiles",
        "line: restricted cubic spline, least squares (Harrell 2015), sandwich by patient "
        "(Liang 1986); means of levels: Student's t by patient",
    ]
    if is_shuffled:
        lacking = f"; not of {joined(list(left_out))}" if left_out else ""
        parts.append(
            "loss of AUC: the column dealt out anew among the cases five times (Breiman 2001), "
            f"paired DeLong 1988 or Obuchowski 1997{lacking}"
        )
    return f"{'; '.join(parts)}. Effects describe the model, not the disease."


def _signed(value: float, scale: str) -> str:
    shown = in_unit(value, scale)
    said = number(shown, 1 if scale == "probability" else 2)
    return f"+{said}" if shown > 0 else said
