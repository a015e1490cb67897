"""What about this one patient, in one sentence?"""

from __future__ import annotations

import math
from collections.abc import Mapping

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


def case_answer(report: CaseReport) -> str:
    """What a model says of one case, what moves the risk most, and whether to doubt it."""
    risk = report.risk
    outcome = lower_first(report.outcome_label)
    if math.isnan(risk.value):
        return f"The risk of {outcome} is {estimate_text(risk)}."
    said = estimate_text(risk, Unit.SHARE)
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
    """Which variable raises the risk most, and which lowers it most."""
    parts = []
    for verb, sign in (("raises", 1), ("lowers", -1)):
        moved = contributions[sign * contributions["log_odds"] > 1e-9]
        if len(moved):
            row = moved.iloc[int(moved["log_odds"].abs().argmax())]
            parts.append(f"{lower_first(str(row['label']))} {row['value']} {verb} it most")
    return joined(parts) or "no variable moves it away from the average"


def _doubts(doubts: int) -> str:
    if doubts == 0:
        return "inside the training range"
    return f"{number(doubts, 0)} {'doubt is' if doubts == 1 else 'doubts are'} listed with it"
