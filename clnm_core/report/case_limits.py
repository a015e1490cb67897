"""What must not be read into what models say of one case?

Each sentence follows from a fact of the sheet; a fact that is not there makes none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from clnm_core.report.case_words import ATTENTION_CAUTION
from clnm_core.report.wording import joined

if TYPE_CHECKING:
    from clnm_core.report.case_sheet import CaseSheet


def case_limits(sheet: CaseSheet) -> tuple[str, ...]:
    """Sentences, the weightiest first."""
    return (
        *_of_the_patients(sheet),
        *_of_the_answers(sheet),
        *_of_the_pictures(sheet),
        *_of_the_explanation(sheet),
        "A risk counts cases like this one; it does not say which of them this one is.",
    )


def _of_the_patients(sheet: CaseSheet) -> Iterator[str]:
    if sheet.is_synthetic:
        yield (
            "The patients that taught these models are simulated: nothing here says how they do "
            "with real ones."
        )


def _of_the_answers(sheet: CaseSheet) -> Iterator[str]:
    for name, why in sheet.refusals:
        yield f"{name} did not judge the case: {why}"
    without = [one.report.model for one in sheet.opinions if math.isnan(one.interval.low)]
    if without:
        yield f"No interval is known for {joined(without)}."
    unset = [one.report.model for one in sheet.opinions if one.prediction_set is None]
    if unset:
        yield f"No prediction set is known for {joined(unset)}."
    yield from dict.fromkeys(note for one in sheet.opinions for note in one.notes)


def _of_the_pictures(sheet: CaseSheet) -> Iterator[str]:
    if any(one.image.spacing_mm is None for one in sheet.pictures):
        yield "A picture whose spacing is unknown has no scale, and nothing is measured on it."
    if sheet.readings:
        yield "Lengths hold for the outlines as drawn, in the plane of the picture alone."


def _of_the_explanation(sheet: CaseSheet) -> Iterator[str]:
    explanation = sheet.shown.report.explanation
    maps = [one.saliency for one in sheet.pictures if one.saliency]
    if len(sheet.shown.report.contributions) or maps:
        yield "What moves the risk describes the model, not a cause."
    if explanation.shares or explanation.words or any(one.kind == "attention" for one in maps):
        yield ATTENTION_CAUTION
