"""What do the drawings of a model's reasons mean, in words?"""

from __future__ import annotations

import math
from collections.abc import Mapping

from clnm_core.report.case_words import ATTENTION_CAUTION
from clnm_core.report.wording import number, upper_first
from clnm_core.systems.explanation import Explanation, SaliencyMap

MAP_TITLES: Mapping[str, str] = {
    "activation": "What each place adds to the risk",
    "gradient": "What the network's score rises with",
    "hiding": "What the risk loses where a place is hidden",
    "attention": "Where the network looked",
}
"""Titles of the ways to ask a network about a picture, by :attr:`SaliencyMap.kind`."""

_MAP_READING: Mapping[str, str] = {
    "activation": "A class activation map: the network's score is a sum over places of the picture, "
    "and this is what each adds; places that speak against the outcome are left plain. "
    "Zhou 2016, arXiv:1512.04150.",
    "gradient": "Grad-CAM: where the features that raise the score are strong. It is coarse and "
    "says nothing of what lowers the score. Selvaraju 2017, arXiv:1610.02391.",
    "hiding": "Each place was hidden in turn and the case judged again; the colour is what the "
    "log-odds lost. What two places say alike is underrated. Zeiler 2014, arXiv:1311.2901.",
    "attention": ATTENTION_CAUTION,
}

FLOWS_READING = (
    "Each band is the share of one group's attention that rests on another; the shares of each "
    f"group that looks add up to 1. {ATTENTION_CAUTION}"
)
"""How to read the flows of attention."""

SHARES_READING = (
    "The share of the network's attention that rests on each kind of input, as its paper shows it; "
    f"they add up to 1. {ATTENTION_CAUTION}"
)
"""How to read the gauges."""


def map_title(kind: str) -> str:
    """What a way of asking shows; its own word where it is not one of those described."""
    return MAP_TITLES.get(kind, upper_first(kind))


def map_reading(kind: str) -> str:
    """How to read a map, with its reference."""
    return _MAP_READING.get(kind, "A map of the picture that the model gives.")


def full_colour(one: SaliencyMap) -> str:
    """What the full colour of a map stands for.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.zeros((1, 1), dtype=np.float32)
    >>> full_colour(SaliencyMap("a", "hiding", values, 0.312))
    '0.31 log-odds'
    >>> full_colour(SaliencyMap("a", "attention", values, 0.00042))
    '0.042 % of the attention in a pixel'
    >>> full_colour(SaliencyMap("a", "gradient", values))
    'the most of this picture'

    """
    if not math.isfinite(one.most):
        return "the most of this picture"
    if one.kind == "attention":
        return f"{100 * one.most:.2g} % of the attention in a pixel"
    return f"{one.most:.2g} log-odds"


def contributions_reading(explanation: Explanation, system: str) -> str:
    """How to read the steps from the average case to this one.

    Parameters
    ----------
    explanation : Explanation
    system : str
        Name of the system whose model it is.

    """
    unit = (
        "the share of trees that speak for the outcome"
        if explanation.scale == "probability"
        else "log-odds; the upper axis has the risk"
    )
    said = f"From the average training case each step is what one value adds, in {unit}."
    exact = (
        "The model has no interactions, so the steps are exact;"
        if system == "clinical"
        else "They are Shapley values, exact for this model;"
    )
    return (
        f"{said} {exact} they add up to the model's output before calibration and describe the "
        "model, not a cause. Lundberg 2017, arXiv:1705.07874."
    )


def calibration_step(explanation: Explanation, risk: float) -> str:
    """From the sum of the steps to the risk that is given, in a sentence; empty without a sum.

    Parameters
    ----------
    explanation : Explanation
    risk : float
        Calibrated, in [0, 1].

    """
    if explanation.contributions.empty or not math.isfinite(explanation.baseline):
        return ""
    end = explanation.baseline + float(explanation.contributions["effect"].sum())
    raw = (
        end if explanation.scale == "probability" else 1 / (1 + math.exp(-min(max(end, -700), 700)))
    )
    if abs(raw - risk) < 0.005:
        return ""
    return (
        f"The steps end at {number(100 * raw, 0)} %; calibration on cases that did not teach the "
        f"model makes {number(100 * risk, 0)} % of it."
    )
