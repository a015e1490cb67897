"""What does a model card say in words: what the model is, what it is for, what it reads?

Every sentence is made of the facts of a :class:`~clnm_core.systems.card.Card`; what they do not
hold is "not recorded". How it was trained is in :mod:`clnm_core.report.model_card_training`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from clnm_core.report.wording import (
    count_text,
    estimate_text,
    joined,
    lower_first,
    number,
    percent,
    short_method,
    threshold_text,
    upper_first,
)
from clnm_core.systems.card import Card, Input, Publication, Result
from clnm_core.systems.card_results import threshold_of
from clnm_core.systems.catalogue import SYSTEMS

NOT_RECORDED = "not recorded"

Rows = tuple[tuple[str, str], ...]

MADE_ELSEWHERE = {
    "imported": "Made elsewhere; only its risks were imported",
    "uploaded risks": "Made elsewhere; only its risks were uploaded",
    "simulated": "Simulated risks of a synthetic cohort; no model was trained",
}
"""Kinds of model that were not trained here."""

_VIEWS = {"any": "any view", "": "any view"}


def system_words(system: str) -> str:
    """What kind of model it is, with the paper where there is one."""
    for listed in SYSTEMS:
        if listed.name == system:
            source = f" ({listed.source})" if listed.source else ""
            return f"{listed.label}, which reads {listed.reads}{source}"
    return MADE_ELSEWHERE.get(system, system or NOT_RECORDED)


def state_words(one: Publication) -> str:
    """Whether a version is shown, earlier or retired, in a few words."""
    if one.retired_at:
        return f"retired {one.retired_at[:10]} by {one.retired_by}: {one.retired_why}"
    return "in use" if one.is_shown else "earlier version"


def card_answer(card: Card) -> str:
    """What is known of the model, in one sentence.

    Examples are in the tests: the AUC on the most telling split with interval and method, how
    far that is of the best possible one, and what stands against using it.
    """
    outcome = lower_first(card.outcome_label)
    known = card.judged
    retired = "It is retired: " + card.publication.retired_why.rstrip(".") + ". "
    begins = retired if card.publication.retired_at else ""
    if known is None or not known.metrics["auc"].is_estimable:
        why = (
            "no case outside training with a known outcome has a risk of it"
            if known is None
            else known.metrics["auc"].method
        )
        return f"{begins}Nothing can be said of how well {card.name} predicts {outcome}: {why}."
    auc = known.metrics["auc"]
    said = estimate_text(auc, method=short_method(auc.method))
    whose = "" if known.patients == known.cases else f" of {count_text(known.patients, 'patient')}"
    sentence = (
        f"{begins}On {known.cases:,} {known.split} cases{whose} the model {card.name} predicts "
        f"{outcome} with an AUC of {said}"
    )
    if not math.isnan(known.covered):
        sentence += (
            f", {_way(known)} from 0.5 to the best possible {number(known.best_auc)}, which only "
            "simulated patients have"
        )
    return f"{sentence}. It is for research and is not a medical device."


def about(card: Card) -> Rows:
    """Which model it is."""
    one = card.publication
    stated = str(card.manifest.get("version") or "")
    part = f"{card.part_of}: tried in its training"
    return (
        ("Name", card.name if card.title == card.name else f"{card.title} ({card.name})"),
        ("Kind", system_words(card.system)),
        *((("Part of", part),) if card.part_of else ()),
        (
            "Version",
            f"{one.version}, number {one.number} of {len(card.history)}"
            + (f", called {stated}" if stated else ""),
        ),
        (
            "Published",
            f"{one.created[:10] or NOT_RECORDED}, by {one.by or f'whom is {NOT_RECORDED}'}",
        ),
        ("State", upper_first(state_words(one))),
        ("Predicts", f"{card.outcome_label} ({card.outcome})"),
    )


def use(card: Card) -> Rows:
    """What it is for, and for whom."""
    said = card.manifest.get("intended_use")
    outcome = lower_first(card.outcome_label)
    return (
        (
            "Use",
            str(said)
            if said
            else f"Research into how the risk of {outcome} can be estimated before surgery, on "
            "cohorts like the one below. Research only: not a medical device.",
        ),
        ("Users", str(card.manifest.get("users") or "Study teams: clinicians and statisticians.")),
        (
            "Not for",
            "Deciding on the treatment of a patient; patients unlike those it learned from; any "
            "outcome other than the one above.",
        ),
    )


def reads(card: Card) -> Rows:
    """What goes in beside the recorded variables, and what happens to gaps."""
    pictures = card.manifest.get("pictures")
    rows = []
    if isinstance(pictures, Mapping):
        rows.append(("Pictures", _pictures(pictures)))
        rows.append(("Report text", "read" if pictures.get("reads_report") else "not read"))
    elif card.system != "clinical":
        rows.append(("Pictures", NOT_RECORDED))
    dropped = card.manifest.get("dropped")
    if isinstance(dropped, list) and dropped:
        rows.append(("Left out in training", " ".join(str(one) for one in dropped)))
    rows.append(("Missing values", said_of(card, "missing", "gaps")))
    return tuple(rows)


def input_words(one: Input) -> str:
    """What training held of one variable: a range, or levels with their shares."""
    if not math.isnan(one.low):
        return f"{_short(one.low)}–{_short(one.high)}"
    if one.shares:
        return ", ".join(f"{word} {percent(share)}" for word, share in one.shares.items())
    return NOT_RECORDED


def outcome(card: Card) -> Rows:
    """What is predicted, and how the risk and the threshold came about."""
    cut = threshold_of(card.manifest)
    source = str(card.manifest.get("threshold_from") or "")
    chosen = f", Youden's index on the {source} cases" if source else ""
    return (
        ("Outcome", f"{card.outcome_label}. {card.outcome_help}".strip()),
        ("Output", "A probability from 0 to 1 for every case."),
        ("Threshold", NOT_RECORDED if cut is None else f"{threshold_text(round(cut, 3))}{chosen}"),
        ("Calibration", _calibration(card)),
    )


def _way(known: Result) -> str:
    share = percent(max(known.covered, 0.0)) if known.covered <= 1 else "more than all"
    return f"{share} of the way"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.3g}"


def _pictures(said: Mapping[str, Any]) -> str:
    views = [_VIEWS.get(str(view), str(view)) for view in said.get("views") or ()]
    if not views:
        return "none"
    outlined = [str(one) for one in said.get("structures") or ()]
    words = f"{said.get('modality') or 'any modality'}: {joined(views)}"
    return f"{words}, with {joined(outlined)} outlined" if outlined else words


def said_of(card: Card, key: str, of_system: str) -> str:
    """What a manifest says under a key, else what holds for every model of its system.

    Parameters
    ----------
    card : Card
    key : str
        Of the manifest.
    of_system : str
        Field of :class:`~clnm_core.systems.catalogue.Listed`.

    """
    said = card.manifest.get(key)
    if isinstance(said, str) and said:
        return said
    known = next((one for one in SYSTEMS if one.name == card.system), None)
    return (str(getattr(known, of_system)) if known else "") or NOT_RECORDED


def _calibration(card: Card) -> str:
    notes = [str(one) for one in card.manifest.get("notes") or () if "alibrat" in str(one)]
    return " ".join([said_of(card, "calibration", "calibrates"), *notes])
