"""What does each model say of the case, in one table of its report, and how is it to be read?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from clnm_core.report.case_sheet import CaseSheet
from clnm_core.report.opinion_words import fits_words
from clnm_core.report.sheet import Marked, escaped, paragraph, table
from clnm_core.report.stage_words import stage_caution, stage_words
from clnm_core.report.wording import (
    Unit,
    estimate_text,
    interval_text,
    joined,
    percent,
    reason,
    value_text,
)

if TYPE_CHECKING:
    from clnm_core.explain.opinion import Opinion

_AT_THRESHOLD = {
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "ppv": "PPV",
    "npv": "NPV",
}


def risks_html(case: CaseSheet) -> str:
    """The table of models."""
    known = [
        name for name in _AT_THRESHOLD if any(name in one.at_threshold for one in case.opinions)
    ]
    head = ("Model", "Risk", "Interval", "Fits", "Class", "Threshold")
    return table(
        (*head, *(_AT_THRESHOLD[name] for name in known)),
        [
            (*_risk(one, case), *(_at_threshold(one, name) for name in known))
            for one in case.opinions
        ],
    )


def _risk(one: Opinion, case: CaseSheet) -> tuple[object, ...]:
    report, risk = one.report, one.report.risk
    name = escaped(report.model)
    is_shown = one is case.shown and len(case.opinions) > 1
    is_known = not math.isnan(risk.value)
    side = "reached" if report.is_positive else "not reached"
    return (
        Marked(f"<b>{name}</b>" if is_shown else name),
        value_text(risk, Unit.SHARE) if is_known else reason(risk),
        interval_text(one.interval, Unit.SHARE),
        fits_words(one.prediction_set),
        one.risk_class,
        f"{percent(report.threshold)}{f', {side}' if is_known else ''}",
    )


def stages_html(case: CaseSheet) -> str:
    """The risk stage of each model that says one, and what it is not; nothing where none does."""
    return "".join(
        paragraph(stage_words(one.report)) + paragraph(stage_caution(one.report.stage), "muted")
        for one in case.opinions
        if one.report.stage is not None
    )


def _at_threshold(one: Opinion, name: str) -> str:
    found = one.at_threshold.get(name)
    if found is None or not found.is_estimable:
        return "not known"
    return estimate_text(found, Unit.SHARE)


def risks_words(case: CaseSheet) -> str:
    """How the table is to be read, and how its numbers were made."""
    said = []
    if len(case.opinions) > 1:
        said.append(f"{case.shown.report.model} is explained below.")
    made: dict[str, list[str]] = {}
    for one in case.opinions:
        if not math.isnan(one.interval.low):
            words = f"{percent(one.interval.level)}, {one.interval.method}"
            made.setdefault(words, []).append(one.report.model)
    if made:
        listed = "; ".join(f"{joined(models)} {words}" for words, models in made.items())
        said.append(f"Intervals: {listed}.")
    levels = {one.prediction_set.level for one in case.opinions if one.prediction_set}
    if levels:
        shares = joined([percent(level) for level in sorted(levels)])
        said.append(
            f"Fits: the outcomes that a case like this may have; right for {shares} of the cases "
            "with the outcome and of those without."
        )
    if any(one.at_threshold for one in case.opinions):
        said.append(
            "Sensitivity, specificity and predictive values are those of the threshold on cases "
            "that did not teach the model."
        )
    trained = dict.fromkeys(one.report.trained_on for one in case.opinions)
    said.append(f"Trained on {joined(list(trained))}.")
    return paragraph(" ".join(said), "muted")
