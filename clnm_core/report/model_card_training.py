"""What does a model card say of the training: on whom, how, and with what?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clnm_core.report.model_card_words import MADE_ELSEWHERE, NOT_RECORDED, Rows, said_of
from clnm_core.report.wording import count_text, lower_first, percent
from clnm_core.systems.card import TAUGHT, Card, Result


def training(card: Card) -> Rows:
    """On whom it learned, and how these were kept apart from those it is judged on."""
    manifest, study = card.manifest, card.study
    learned = next((one for one in card.results if one.split in TAUGHT), None)
    chosen = _chosen(manifest)
    return (
        ("Cohort", f"{study.title} ({manifest.get('cohort') or study.name})"),
        ("Patients", "simulated" if study.is_synthetic else "real"),
        ("Store version", _or_not(manifest.get("store_version"))),
        ("Learned from", _learned(card, learned)),
        *((("Chosen on", chosen),) if chosen else ()),
        ("Sites in training", _sites(learned)),
        ("Excluded before", _excluded(card)),
        ("Set aside", _set_aside(manifest)),
        ("Kept apart", _apart(card)),
    )


def making(card: Card) -> Rows:
    """How it was trained: weights to begin with, settings, seed, machine, what was noted."""
    manifest = card.manifest
    rows = [
        ("Preprocessing", said_of(card, "preprocessing", "prepares")),
        ("Pretrained weights", weights(card)),
        ("Seed", _or_not(manifest.get("seed"))),
        ("Machine", _machine(manifest)),
        *((f"Setting: {name}", value) for name, value in settings(manifest)),
    ]
    rows += [("Noted", str(note)) for note in manifest.get("notes") or ()]
    if manifest.get("note"):
        rows.append(("Noted", str(manifest["note"])))
    return tuple(rows)


def settings(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every setting by its name, those inside others with a dot; simulated ones too."""
    for whole in ("config", "simulation"):
        found = manifest.get(whole)
        if isinstance(found, Mapping):
            yield from _flat(found, "")


def weights(card: Card) -> str:
    """Whether anything was trained before, as far as it was written down."""
    if card.system == "clinical":
        return "None: there is no network, so nothing was pretrained."
    if card.system in MADE_ELSEWHERE:
        return NOT_RECORDED
    pictures = card.manifest.get("pictures")
    if isinstance(pictures, Mapping) and not (
        pictures.get("views") or pictures.get("reads_report")
    ):
        return "None: it reads no picture and no report, so nothing was pretrained."
    said = dict.fromkeys(
        [
            *_found(card.manifest, "weights"),
            *(str(note) for note in card.manifest.get("notes") or () if "pretrained" in str(note)),
        ]
    )
    return "; ".join(said) if said else NOT_RECORDED


def is_pretrained(card: Card) -> bool | None:
    """Whether any part began with pretrained weights; ``None`` where that is not recorded."""
    said = weights(card)
    if said == NOT_RECORDED:
        return None
    return not ("no pretrained" in said.lower() or said.startswith("None:"))


def _learned(card: Card, learned: Result | None) -> str:
    manifest = card.manifest
    cases = manifest.get("training_cases")
    if isinstance(cases, int):
        words = count_text(cases, "case")
        if isinstance(manifest.get("training_patients"), int):
            words += f" of {count_text(manifest['training_patients'], 'patient')}"
        events = manifest.get("training_events")
        if not isinstance(events, int) and learned and learned.cases == cases:
            events = learned.events
        if isinstance(events, int):
            words += f", {events:,} with the outcome ({percent(events / cases, cases)})"
        return words
    if learned is not None and card.system not in MADE_ELSEWHERE:
        return f"{count_text(learned.cases, 'case')}, {learned.events:,} with the outcome"
    if card.system == "simulated":
        return "nothing: its risks were simulated from the known truth"
    return NOT_RECORDED


def _chosen(manifest: Mapping[str, Any]) -> str | None:
    cases = manifest.get("validation_cases")
    if not isinstance(cases, int) or not cases:
        return None
    words = count_text(cases, "validation case")
    if isinstance(manifest.get("validation_patients"), int):
        words += f" of {count_text(manifest['validation_patients'], 'patient')}"
    if isinstance(manifest.get("validation_events"), int):
        words += f", {manifest['validation_events']:,} with the outcome"
    return words


def _sites(learned: Result | None) -> str:
    if learned is None or not learned.centres:
        return NOT_RECORDED
    return f"{count_text(len(learned.centres), 'centre')}: {', '.join(learned.centres)}"


def _excluded(card: Card) -> str:
    if not card.study.exclusions:
        return NOT_RECORDED
    return "; ".join(
        f"{lower_first(reason)}: {count_text(patients, 'patient')}, {count_text(cases, 'case')}"
        for reason, patients, cases in card.study.exclusions
    )


def _set_aside(manifest: Mapping[str, Any]) -> str:
    reasons = manifest.get("set_aside_reasons")
    if isinstance(reasons, list) and reasons:
        return "; ".join(
            f"{count_text(int(one['cases']), 'case')}: {str(one['reason']).rstrip('.')}"
            for one in reasons
        )
    aside = manifest.get("set_aside")
    if isinstance(aside, int):
        return f"{count_text(aside, 'case')} with an unknown outcome" if aside else "none"
    return NOT_RECORDED


def _apart(card: Card) -> str:
    straddling = card.study.straddling
    if straddling:
        stand = "patient stands" if straddling == 1 else "patients stand"
        return f"{straddling:,} {stand} in several splits of the cohort."
    splits = [one.split for one in card.results]
    if "cross-validated" in splits:
        return "Cross-validated by patient: a patient is never in two folds."
    if len(splits) < 2:
        return NOT_RECORDED
    return f"By the cohort's splits ({', '.join(splits)}): no patient stands in two of them."


def _machine(manifest: Mapping[str, Any]) -> str:
    device, seconds = manifest.get("device"), manifest.get("seconds")
    words = [str(device)] if device else []
    if isinstance(seconds, int | float):
        words.append(f"{seconds:,.0f} s")
    return ", ".join(words) or NOT_RECORDED


def _flat(found: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", _value(value)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_value(one) for one in value) or "none"
    return "not set" if value is None else str(value) or "none"


def _found(value: object, key: str) -> Iterator[str]:
    """Every word that stands under a key, however deep."""
    if isinstance(value, Mapping):
        for name, inside in value.items():
            if name == key and isinstance(inside, str) and inside:
                yield inside
            else:
                yield from _found(inside, key)
    elif isinstance(value, list):
        for inside in value:
            yield from _found(inside, key)


def _or_not(value: object) -> str:
    return NOT_RECORDED if value is None or value == "" else str(value)
