"""What about this one patient, in one sentence?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from clnm_core.report.wording import (
    Unit,
    estimate_text,
    joined,
    lower_first,
    number,
    percent,
    upper_first,
)
from clnm_core.systems.case import CaseReport
from clnm_core.systems.catalogue import listed
from clnm_core.systems.protocol import Inputs

PICTURES = {"US": "ultrasound picture", "CT": "CT picture"}
"""How a picture of a modality is called."""

ATTENTION_CAUTION = (
    "Attention shows what was looked at and not why the risk is what it is; another weighting can "
    "give the same risk. Jain 2019, arXiv:1902.10186."
)
"""What stands wherever attention is shown."""

MAP_WORDS = "Where the network looked, scaled to the picture's own largest value."
"""What the colours over a picture are."""

MAP_KINDS = {
    "activation": "what each place adds to the risk",
    "gradient": "what raises the risk most (Grad-CAM)",
    "hiding": "what the risk loses where a place is hidden",
    "attention": "where the network looked",
}
"""What a map of a picture shows, by how it was asked for."""

NO_INTERVAL = "no interval for one case"
"""What is said in place of an interval by a model that has none."""


def case_answer(report: CaseReport) -> str:
    """What a model says of one case, what moves the risk most, and whether to doubt it."""
    risk = report.risk
    outcome = lower_first(report.outcome_label)
    if math.isnan(risk.value):
        return f"The risk of {outcome} is {estimate_text(risk)}."
    said = estimate_text(risk, Unit.SHARE)
    said = said if math.isfinite(risk.low) else f"{said} (no interval)"
    side = "at or above" if report.is_positive else "below"
    threshold = percent(report.threshold)
    parts = [_movers(report.contributions), _doubts(len(report.doubts))]
    return (
        f"Risk of {outcome} {said}, {side} the model's threshold of {threshold}: "
        f"{'; '.join(part for part in parts if part)}."
    )


def recorded_case_answer(
    risks: Mapping[str, float], *, outcome_label: str, happened: bool | None
) -> str:
    """What models said of a recorded case, and what was found.

    Parameters
    ----------
    risks : mapping of str to float
        Risk by name of the model, in [0, 1].
    outcome_label : str
        The outcome in words.
    happened : bool or None
        ``None``: not known.

    Examples
    --------
    >>> recorded_case_answer({"clinical": 0.74, "image": 0.55}, happened=True,
    ...                      outcome_label="Lateral neck metastasis")
    'Lateral neck metastasis was found; the models gave 74 % (clinical) and 55 % (image).'

    """
    outcome = lower_first(outcome_label)
    found = {
        True: f"{outcome} was found",
        False: f"{outcome} was not found",
        None: f"whether there is {outcome} is not known",
    }[happened]
    given = [f"{percent(risk)} ({model})" for model, risk in risks.items() if not math.isnan(risk)]
    if not given:
        return f"{upper_first(found)}; no model has judged this case yet."
    who = "the model" if len(given) == 1 else "the models"
    return f"{upper_first(found)}; {who} gave {joined(given)}."


def _movers(contributions: pd.DataFrame) -> str:
    """Which variable raises the risk most, and which lowers it most; empty where nothing is said."""
    if contributions.empty:
        return ""
    parts = []
    for verb, sign in (("raises", 1), ("lowers", -1)):
        moved = contributions[sign * contributions["effect"] > 1e-9]
        if len(moved):
            row = moved.iloc[int(moved["effect"].abs().argmax())]
            parts.append(f"{lower_first(str(row['label']))} {row['value']} {verb} it most")
    return joined(parts) or "no variable moves it away from the average"


def _doubts(doubts: int) -> str:
    if doubts == 0:
        return "inside the training range"
    return f"{number(doubts, 0)} {'doubt is' if doubts == 1 else 'doubts are'} listed with it"


def reads_words(manifest: Mapping[str, Any], inputs: Inputs) -> str:
    """What a model is, from whom it learned, and what of a case it reads.

    Parameters
    ----------
    manifest : mapping
        As saved with the model.
    inputs : Inputs
        What it reads.

    """
    name = manifest["name"]
    what = listed(str(manifest.get("system", "clinical"))).label
    what = lower_first(what)
    said = (
        f"{name}: {what} for {lower_first(manifest['outcome_label'])}, trained on "
        f"{manifest['training_cases']:,} cases."
    )
    parts = [*(["the findings below"] if inputs.columns else [])]
    if inputs.reads_report:
        parts.append("the wording of the report")
    if inputs.views:
        kind = PICTURES.get(inputs.modality, "picture")
        several = f"up to {len(inputs.views)} {kind}s" if len(inputs.views) > 1 else f"one {kind}"
        outlined = f" with {joined(list(inputs.structures))} outlined" if inputs.structures else ""
        parts.append(f"{several}{outlined}")
        return f"{said} It reads {joined(parts)}."
    return f"{said} It reads {joined(parts)}; an image is checked and shown beside the answer."


def contributions_words(system: str) -> str:
    """How to read what each variable adds, by the system whose model it is."""
    said = (
        "Each bar is what a variable adds to the log-odds, against the mean of the training cases. "
    )
    if system == "clinical":
        said += "They add up exactly, because the model has no interactions; they"
    else:
        said += "With the average they add up to the risk before calibration; they"
    return f"{said} describe the model, not a cause. Lundberg 2017, arXiv:1705.07874."


def way_out(inputs: Inputs, pictures: int) -> str:
    """What to do where a case lacks what a model reads.

    Examples
    --------
    >>> way_out(Inputs((), views=("any",), modality="US"), 0)
    'Add a picture beside the form, or choose a model that reads findings alone.'

    """
    if not inputs.views:
        return "Fill in more of the form, or choose another model."
    if not pictures:
        return "Add a picture beside the form, or choose a model that reads findings alone."
    if inputs.structures:
        return (
            "Press “Propose outlines” or “Draw the outlines” under the picture, or choose a model "
            "that reads findings alone."
        )
    return "Add another picture, or choose a model that reads findings alone."
