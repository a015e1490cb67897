"""What can be learned from this cohort, in words?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.report.wording import (
    count_text,
    estimate_text,
    joined,
    lower_first,
    number,
    reason,
    short_method,
    upper_first,
)
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.holdings import Holdings
from clnm_core.systems.left_out import CentresLeftOut

FEWEST_PER_CLASS = 10
"""Cases with and without the outcome below which no system learns anything."""


class Fit(NamedTuple):
    """Whether a cohort has what a system needs, by counts alone, and why in a sentence."""

    is_fit: bool
    words: str


class Held(NamedTuple):
    """What of a cohort the systems can read, counted."""

    known: OutcomeCount  #: of the outcome that is asked for
    findings: int  #: columns that are known before surgery
    has_report: bool
    holdings: Holdings


def fit_of(system: str, held: Held) -> Fit:
    """Whether a cohort has what a system needs; nothing is opened, only counted.

    Parameters
    ----------
    system : str
        A name of :data:`clnm_core.systems.catalogue.SYSTEMS`.
    held : Held

    """
    known, pictures = held.known, held.holdings
    if min(known.true, known.false) < FEWEST_PER_CLASS:
        return Fit(
            False,
            f"Too few cases: {known.true:,} with the outcome and {known.false:,} without, of which "
            f"{FEWEST_PER_CLASS} each are needed.",
        )
    lesions = pictures.masks.get("nodule", 0) + pictures.masks.get("node", 0)
    is_seen = "US" in pictures.modalities and lesions > 0
    if system == "ct-cad":
        if "CT" not in pictures.modalities:
            return Fit(False, "It lacks CT pictures of single nodes.")
        return Fit(True, f"It has {count_text(pictures.images, 'picture')}.")
    if system == "llnm-net":
        return _llnm_net(held, is_seen=is_seen)
    if not held.findings:
        return Fit(False, "It lacks findings that are known before surgery.")
    findings = count_text(held.findings, "finding")
    if system == "clinical":
        return Fit(True, f"It has {findings} that are known before surgery.")
    if is_seen:
        return Fit(True, f"It has {count_text(lesions, 'outlined lesion')} and {findings}.")
    return Fit(
        True,
        f"It has {findings}, but no ultrasound with an outlined lesion: only the parts that read "
        "findings can be learned.",
    )


def _llnm_net(held: Held, *, is_seen: bool) -> Fit:
    glands = held.holdings.masks.get("gland", 0)
    if not is_seen:
        return Fit(False, "It lacks ultrasound with an outlined lesion.")
    if not glands:
        return Fit(False, "It lacks outlines of the gland, without which no place in it is known.")
    report = "a report" if held.has_report else "no report, which is left out"
    return Fit(True, f"It has {count_text(glands, 'outlined gland')} and {report}.")


def systems_answer(
    fits: Mapping[str, Fit], known: OutcomeCount, *, outcome_label: str, trained: int
) -> str:
    """Which systems can learn an outcome here, and how many models there are already.

    Parameters
    ----------
    fits : mapping of str to Fit
        By the system's label.
    known : OutcomeCount
    outcome_label : str
    trained : int
        Models of this outcome that were trained on the cohort.

    Examples
    --------
    >>> fits = {"Logistic baseline": Fit(True, ""), "CT CAD": Fit(False, "")}
    >>> systems_answer(fits, OutcomeCount("any", 30, 70, 0), outcome_label="Any metastasis", trained=1)
    'Any metastasis can be learned from 100 cases, 30 with it: 1 of 2 systems has what it needs (Logistic baseline). 1 model of it is trained already.'

    """
    able = [label for label, fit in fits.items() if fit.is_fit]
    cases = count_text(known.true + known.false, "case")
    if not able:
        return (
            f"Nothing can be learned about {lower_first(outcome_label)} from {cases} "
            f"({known.true:,} with it, {known.unknown:,} more unknown): each system below says what "
            "it lacks. Choose another outcome or cohort in the sidebar."
        )
    have = "has what it needs" if len(able) == 1 else "have what they need"
    said = (
        f"{upper_first(outcome_label)} can be learned from {cases}, {known.true:,} with it: "
        f"{len(able)} of {len(fits)} systems {have} ({joined(able)})."
    )
    if not trained:
        return f"{said} No model of it is trained yet."
    are = "is" if trained == 1 else "are"
    return f"{said} {count_text(trained, 'model')} of it {are} trained already."


def result_answer(name: str, area: Estimate, *, n: int, events: int, where: str, tried: int) -> str:
    """How well a trained model separates, and what was tried beside it.

    Parameters
    ----------
    name : str
        The model as a reader knows it.
    area : Estimate
        AUC on the cases shown.
    n, events : int
    where : str
        Which cases, as an adjective; empty for all.
    tried : int
        Learners, networks and parts that were tried, the one that was kept among them.

    Examples
    --------
    >>> area = Estimate(0.88, 0.85, 0.91, 0.95, "DeLong 1988")
    >>> result_answer("score", area, n=400, events=120, where="external", tried=9)
    'On 400 external cases, 120 with the outcome, score has an AUC of 0.88 (0.85–0.91, DeLong). All 9 learners, networks and parts that were tried stand below, not only what was kept.'

    """
    cases = f"{n:,} {where} {'case' if n == 1 else 'cases'}".replace("  ", " ")
    said = f"On {cases}, {events:,} with the outcome, "
    if area.is_estimable:
        words = estimate_text(area, method=short_method(area.method))
        said += f"{name} has an AUC of {words}."
    else:
        said += f"the AUC of {name} is {reason(area)}."
    if not tried:
        return said
    return (
        f"{said} All {tried:,} learners, networks and parts that were tried stand below, not only "
        "what was kept."
    )


def set_aside_words(cases: int, reason: str) -> str:
    """How many cases taught nothing, and why.

    Examples
    --------
    >>> set_aside_words(1, "It has no ultrasound picture.")
    '1 case taught nothing: it has no ultrasound picture.'

    """
    return f"{count_text(cases, 'case')} taught nothing: {lower_first(reason.rstrip('.'))}."


def readers_line(readers: int, reads: int) -> str:
    """Where to see the readers of these cases beside the model.

    Examples
    --------
    >>> readers_line(3, 150)
    '3 readers have judged cases of this cohort (150 reads). The Readers page sets them beside this model, on the same cases.'

    """
    have = "has" if readers == 1 else "have"
    return (
        f"{count_text(readers, 'reader')} {have} judged cases of this cohort "
        f"({count_text(reads, 'read')}). The Readers page sets them beside this model, on the same "
        "cases."
    )


def epochs_answer(networks: Sequence[tuple[str, int, int, float]]) -> str:
    """Which epoch of each network was kept.

    Parameters
    ----------
    networks : sequence of (str, int, int, float)
        Network, chosen epoch, epochs, validation AUC at the chosen one.

    Examples
    --------
    >>> epochs_answer([("small", 12, 20, 0.8412)])
    'small: epoch 12 of 20 was kept, validation AUC 0.84.'

    """
    parts = [
        f"{name}: epoch {chosen} of {epochs} was kept, validation AUC {number(area)}"
        for name, chosen, epochs, area in networks
    ]
    return f"{'; '.join(parts)}." if parts else ""


def centres_words(found: CentresLeftOut) -> str:
    """What a system reaches at centres from which it learned nothing."""
    judged = [one for one in found.centres if one.auc.is_estimable]
    if not judged:
        return "No centre could be left out: too few cases to learn from, or to judge."
    low = min(judged, key=lambda one: one.auc.value)
    high = max(judged, key=lambda one: one.auc.value)
    sample = " A random sample of the patients took part." if found.is_sample else ""
    return (
        f"Trained without the centre on which it is judged, it reaches an AUC from "
        f"{estimate_text(low.auc)} at {low.centre} to {estimate_text(high.auc)} at {high.centre}."
        f"{sample}"
    )
