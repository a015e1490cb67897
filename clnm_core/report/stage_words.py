"""What does a model say of the risk stage of one case, and how far is that to be believed?"""

from __future__ import annotations

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.report.wording import joined, lower_first, percent, percent_interval
from clnm_core.systems.case import CaseReport
from clnm_core.systems.risk_stage import RiskStage, TaughtStages

TITLE = BUILT_IN["risk_stage"].label
"""How the stage is called."""

DEFINED = BUILT_IN["risk_stage"].help
"""How the stages are defined where a cohort does not say otherwise."""


def stage_words(report: CaseReport) -> str:
    """The stage that a model holds likeliest, with the share of each; empty where it has none."""
    found = report.stage
    if found is None:
        return ""
    return f"{TITLE} by {report.model}: {likeliest_words(found)} ({shares_words(found)})."


def likeliest_words(found: RiskStage) -> str:
    """The likeliest stage; with those that read like it, as its share cannot tell them apart.

    Examples
    --------
    >>> taught = TaughtStages(("low", "medium", "high"), (5, 5, 1), ((0, 0, 0),) * 3)
    >>> likeliest_words(RiskStage((0.2, 0.7, 0.1), taught))
    'most likely medium'
    >>> likeliest_words(RiskStage((0.451, 0.448, 0.101), taught))
    'low or medium, as likely as each other'

    """
    most = percent(max(found.shares))
    alike = [
        stage
        for stage, share in zip(found.taught.stages, found.shares, strict=True)
        if percent(share) == most
    ]
    if len(alike) > 1:
        return f"{' or '.join(alike)}, as likely as each other"
    return f"most likely {found.likeliest}"


def shares_words(found: RiskStage) -> str:
    """The share of every stage: "low 20 %, medium 70 %, high 10 %"."""
    return ", ".join(
        f"{stage} {percent(share)}"
        for stage, share in zip(found.taught.stages, found.shares, strict=True)
    )


def stage_caution(found: RiskStage) -> str:
    """What the shares are, and how often the likeliest stage was the true one."""
    taught = found.taught
    counted = joined(
        [f"{n:,} {stage}" for stage, n in zip(taught.stages, taught.training, strict=True)]
    )
    said = (
        f"A second output of the network, beside the risk and not calibrated: it learned stages as "
        f"those of its training cases were defined ({counted}). It is not the risk class above."
    )
    return f"{said} {_how_it_did(taught)}"


def _how_it_did(taught: TaughtStages) -> str:
    right = taught.right
    if not right.is_estimable:
        return "How often it is right is not known: no validation case has a known stage."
    stage, share = taught.commonest
    said = (
        f"In {taught.judged:,} validation cases the likeliest stage was right for "
        f"{percent(right.value)} ({percent_interval(right.low, right.high)}); always saying "
        f"“{stage}” would be right for {percent(share)}."
    )
    never = [f"“{stage}”, which {n:,} of them were" for stage, n in taught.never_said]
    if not never:
        return said
    return (
        f"{said} It never called one {joined(never)}, so another answer does not speak against it."
    )


def definition_words() -> str:
    """How the stages are defined, in a sentence."""
    return f"Where a cohort does not say otherwise: {lower_first(DEFINED)}"
