"""What does a model hold of one case, how sure is it, and do several models agree?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from clnm_core.explain.conformal import (
    LEVEL,
    Answer,
    PredictionSet,
    class_sizes,
    prediction_set,
    smallest_class,
)
from clnm_core.explain.standing import Standing
from clnm_core.stats.score_interval import score_interval
from clnm_core.stats.thresholds import operating_point
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.case import CaseReport
from clnm_core.systems.splitting import VALIDATION

RiskClass = Literal["high", "low", "unclear", "not known"]

_CLASSES: Mapping[Answer, RiskClass] = {"positive": "high", "negative": "low", "either": "unclear"}

AT_THRESHOLD = ("sensitivity", "specificity", "ppv", "npv")
"""What is said of a model's threshold."""


@dataclass(frozen=True, eq=False, slots=True)
class Opinion:
    """What one model holds of one case, with all that makes it more or less believable.

    Parameters
    ----------
    report : CaseReport
    interval : Estimate
        The risk with the model's own interval where it has one, else with that of its calibration
        on cases that did not teach it; ``method`` says which.
    prediction_set : PredictionSet or None
        ``None`` where too few cases are known; a note then says so.
    at_threshold : dict of str to Estimate
        ``sensitivity, specificity, ppv, npv`` of the model's threshold on those cases; empty
        where there are none.
    risk_class : {"high", "low", "unclear", "not known"}
        From the prediction set alone, not from the threshold: *high* where only the outcome
        fits, *low* where only its absence does, *unclear* where both do (the grey zone), and *not
        known* without a prediction set. A word for research, not a decision for a patient.
    notes : tuple of str
        Sentences.
    level : float
        At which a prediction set was asked for, whether or not there is one.

    """

    report: CaseReport
    interval: Estimate
    prediction_set: PredictionSet | None
    at_threshold: Mapping[str, Estimate]
    risk_class: RiskClass
    notes: tuple[str, ...] = ()
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How far several models are apart on one case.

    Parameters
    ----------
    reached, not_reached : tuple of str
        Models on either side of their own thresholds.
    lowest, highest : tuple of (str, float)
        Model and risk; both the first model where all agree to the digit.
    sets : dict of str to tuple of str
        Models by answer of their prediction sets; ``none`` for those without one.

    """

    reached: tuple[str, ...]
    not_reached: tuple[str, ...]
    lowest: tuple[str, float]
    highest: tuple[str, float]
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def models(self) -> int:
        """How many there are."""
        return len(self.reached) + len(self.not_reached)

    @property
    def range(self) -> float:
        """Highest risk less lowest."""
        return self.highest[1] - self.lowest[1]

    @property
    def is_split(self) -> bool:
        """Whether some models reach their threshold and some do not."""
        return bool(self.reached and self.not_reached)

    @property
    def is_opposed(self) -> bool:
        """Whether one model holds only the outcome possible and another only its absence."""
        return bool(self.sets.get("positive") and self.sets.get("negative"))


def opinion(report: CaseReport, standing: Standing, *, level: float = LEVEL) -> Opinion:
    """What a model holds of a case, beside what is known of the model.

    Parameters
    ----------
    report : CaseReport
    standing : Standing
        Of the same model; for a case of the cohort without its own patient
        (:meth:`~clnm_core.explain.standing.Standing.without`).
    level : float
        Of the prediction set, between 0 and 1.

    """
    without = Opinion(
        report=report,
        interval=_interval(report.risk, standing),
        prediction_set=None,
        at_threshold=_at_threshold(report.threshold, standing),
        risk_class="not known",
    )
    return at_level(without, standing, level=level)


def at_level(one: Opinion, standing: Standing, *, level: float) -> Opinion:
    """The same opinion with a prediction set at another level.

    Only the set, the class and the notes that speak of it follow: the interval of the risk keeps
    its own level. Equal to :func:`opinion` at that level, without judging anything again.

    Parameters
    ----------
    one : Opinion
    standing : Standing
        The one that the opinion was made with.
    level : float
        Between 0 and 1.

    """
    found = prediction_set(standing, one.report.risk.value, level=level)
    return replace(
        one,
        prediction_set=found,
        risk_class=_CLASSES[found.answer] if found else "not known",
        notes=_notes(standing, found, level),
        level=level,
    )


def disagreement(opinions: Sequence[Opinion]) -> Disagreement:
    """How far the models are apart.

    Raises
    ------
    ValueError
        If there is no opinion.

    """
    if not opinions:
        raise ValueError("opinions must hold at least one; got none.")
    risks = [(one.report.model, one.report.risk.value) for one in opinions]
    sets: dict[str, tuple[str, ...]] = {}
    for one in opinions:
        word = one.prediction_set.answer if one.prediction_set else "none"
        sets[word] = (*sets.get(word, ()), one.report.model)
    return Disagreement(
        reached=tuple(one.report.model for one in opinions if one.report.is_positive),
        not_reached=tuple(one.report.model for one in opinions if not one.report.is_positive),
        lowest=min(risks, key=lambda one: one[1]),
        highest=max(risks, key=lambda one: one[1]),
        sets=sets,
    )


def _interval(own: Estimate, standing: Standing) -> Estimate:
    if math.isfinite(own.low) and math.isfinite(own.high):
        return own
    return score_interval(
        standing.predictions,
        own.value,
        level=own.level,
        cases=f"{standing.split} cases",
    )


def _at_threshold(threshold: float, standing: Standing) -> dict[str, Estimate]:
    if not len(standing):
        return {}
    found = operating_point(standing.predictions, threshold)
    return {name: found[name] for name in AT_THRESHOLD}


def _notes(standing: Standing, found: PredictionSet | None, level: float) -> tuple[str, ...]:
    if not len(standing):
        return (
            "No case that did not teach this model has a known outcome, so nothing can be said "
            "of how often it is right.",
        )
    notes = []
    if standing.split != VALIDATION:
        notes.append(
            "This model has no validation cases; what is said of it comes from cross-validation, "
            "of fits that are like it and not of the model itself."
        )
    if found is None:
        with_it, without = class_sizes(standing)
        notes.append(
            f"A prediction set at {100 * level:g} % needs {smallest_class(level)} patients with and "
            f"without the outcome who did not teach the model; there are {with_it} and {without}."
        )
    elif found.is_filled:
        notes.append(
            "Neither outcome fits this case well: its risk lies between the two groups. The "
            "likelier outcome is given."
        )
    return tuple(notes)
