"""Which numbers stand on a model card? Tables of plain words, for the page and the file alike."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from clnm_core.report.model_card_words import NOT_RECORDED, input_words, state_words
from clnm_core.report.wording import (
    interval_text,
    number,
    percent,
    reason,
    unit_of,
    upper_first,
    value_text,
)
from clnm_core.stats.group_result import FEW_EVENTS, GroupResult
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.card import TAUGHT, Card, Result

SHOWN = (
    *("auc", "average_precision", "brier", "brier_scaled", "calibration_intercept"),
    *("calibration_slope", "o_e_ratio", "ici", "sensitivity", "specificity", "ppv", "npv"),
)
"""Measures of every split."""

BY_GROUP = ("auc", "o_e_ratio", "sensitivity", "specificity")
"""Measures of every group."""

LABELS = {metric.name: metric.label for metric in METRICS}


@dataclass(frozen=True, slots=True)
class CardTable:
    """Head and rows of words; ``numbers`` are the places of columns set to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = field(default_factory=frozenset)


def cell(name: str, estimate: Estimate | None, n: int) -> str:
    """A measure with its interval, three decimals for scores; the reason where it has none."""
    if estimate is None:
        return NOT_RECORDED
    if not estimate.is_estimable:
        return reason(estimate)
    unit = unit_of(name)
    value = value_text(estimate, unit, n=n, decimals=3)
    if math.isnan(estimate.low):
        return value
    return f"{value} ({interval_text(estimate, unit, n=n, decimals=3)})"


def inputs_table(card: Card) -> CardTable:
    """Every recorded variable that it reads, with what training held of it."""
    rows = [(one.label, one.unit or "–", input_words(one)) for one in card.inputs]
    return CardTable(("Variable", "Unit", "In training"), tuple(rows))


def results_table(card: Card) -> CardTable:
    """One column per split of the risks, one row per count and measure."""
    parts = card.results
    rows: list[tuple[str, ...]] = [
        ("Cases with a known outcome", *(f"{one.cases:,}" for one in parts)),
        ("Patients", *(f"{one.patients:,}" for one in parts)),
        ("With the outcome", *(f"{one.events:,} ({_share(one)})" for one in parts)),
        ("Centres", *(", ".join(one.centres) or NOT_RECORDED for one in parts)),
    ]
    for name in SHOWN:
        found = [one.metrics.get(name) for one in parts]
        if any(found):
            cells = (
                cell(name, estimate, one.cases) for estimate, one in zip(found, parts, strict=True)
            )
            rows.append((LABELS[name], *cells))
    if card.is_true_risk_known:
        rows.append(("Best possible AUC", *(_or_dash(one.best_auc) for one in parts)))
        rows.append(("Share of the way covered", *(_covered(one) for one in parts)))
    head = ("", *(f"{upper_first(one.split)}{_taught(one)}" for one in parts))
    return CardTable(head, tuple(rows), frozenset(range(1, len(head))))


def groups_table(card: Card) -> CardTable:
    """Every group of the most telling split; "too few" where nothing is scored."""
    rows = [
        (
            card.group_labels.get(one.column, one.column),
            one.level,
            f"{one.n:,}",
            f"{one.events:,}",
            *(_group_cell(one, name) for name in BY_GROUP if _has(card, name)),
        )
        for one in card.groups
    ]
    measures = [LABELS[name] for name in BY_GROUP if _has(card, name)]
    head = ("By", "Group", "Cases", "Events", *measures)
    return CardTable(head, tuple(rows), frozenset(range(2, len(head))))


def tried_table(card: Card) -> CardTable:
    """The model first, then everything that was tried beside it: AUC on every split."""
    splits = [one.split for one in card.results]
    own = {one.split: one.metrics["auc"] for one in card.results}
    sizes = {one.split: one.cases for one in card.results}
    rows = [(f"{card.title} (the model)", *_areas(own, splits, sizes), "")]
    rows += [(one.label, *_areas(one.auc, splits, sizes), _facts(one.facts)) for one in card.tried]
    head = ("Tried", *(f"AUC, {split}" for split in splits), "What it is")
    return CardTable(head, tuple(rows), frozenset(range(1, len(splits) + 1)))


def centres_table(card: Card) -> CardTable:
    """Each centre judged by a model that was trained without it, where that was done."""
    rows = []
    for one in _centres(card.manifest.get("centres_left_out")):
        n = int(one.get("n") or one.get("cases") or 0)
        rows.append(
            (
                str(one.get("centre", "")),
                f"{n:,}",
                f"{int(one.get('events') or 0):,}",
                *(_said(one.get(name)) for name in ("auc", "o_e_ratio", "slope")),
            )
        )
    head = ("Centre left out", "Cases", "Events", "AUC there", "Observed per expected", "Slope")
    return CardTable(head, tuple(rows), frozenset(range(1, len(head))))


def history_table(card: Card) -> CardTable:
    """Every version, the newest first."""
    rows = [
        (
            f"{one.number}",
            one.version,
            one.created[:10] or NOT_RECORDED,
            one.by or NOT_RECORDED,
            upper_first(state_words(one)),
        )
        for one in card.history
    ]
    return CardTable(("Number", "Version", "Made", "By", "State"), tuple(rows))


def files_table(card: Card) -> CardTable:
    """Files of the model with their lengths and SHA-256."""
    manifest = card.manifest
    rows = []
    if card.is_trained_here:
        rows.append(("manifest.json", NOT_RECORDED, str(manifest["digest"])))
    files = manifest.get("files")
    if isinstance(files, Mapping):
        for name, said in sorted(files.items()):
            rows.append((str(name), f"{int(said['bytes']):,}", str(said["sha256"])))
    elif manifest.get("weights_sha256"):
        rows.append(("weights.safetensors", NOT_RECORDED, str(manifest["weights_sha256"])))
    return CardTable(("File", "Bytes", "SHA-256"), tuple(rows), frozenset({1}))


def libraries(card: Card) -> str:
    """The libraries that made it, with their versions."""
    found = card.manifest.get("libraries")
    if not isinstance(found, Mapping) or not found:
        return NOT_RECORDED
    return ", ".join(f"{name} {version}" for name, version in sorted(found.items()))


def _share(one: Result) -> str:
    return percent(one.events / one.cases, one.cases) if one.cases else "–"


def _taught(one: Result) -> str:
    return " (learned from)" if one.split in TAUGHT else ""


def _or_dash(value: float) -> str:
    return "–" if math.isnan(value) else number(value, 3)


def _covered(one: Result) -> str:
    return "–" if math.isnan(one.covered) else percent(max(one.covered, 0.0))


def _has(card: Card, name: str) -> bool:
    return card.judged is not None and name in card.judged.metrics


def _group_cell(one: GroupResult, name: str) -> str:
    if not one.is_scored:
        return "too few"
    words = cell(name, one.metrics[name], one.n)
    return f"{words}, few events" if name == "auc" and FEW_EVENTS in one.flags else words


def _areas(
    auc: Mapping[str, Estimate], splits: list[str], sizes: Mapping[str, int]
) -> Iterator[str]:
    for split in splits:
        yield cell("auc", auc.get(split), sizes[split])


def _facts(facts: Mapping[str, Any]) -> str:
    """Words and numbers of the facts, those one level deeper too; lists are left out.

    So is what dividing images would have promised, which has a table of its own.
    """
    plain: dict[str, Any] = {}
    for name, value in facts.items():
        if name == "leak":
            continue
        plain |= dict(value) if isinstance(value, Mapping) else {name: value}
    return "; ".join(
        f"{str(name).replace('_', ' ')} {value:.4g}"
        if isinstance(value, float)
        else f"{str(name).replace('_', ' ')} {value}"
        for name, value in plain.items()
        if isinstance(value, str | int | float)
    )


def _centres(found: object) -> Iterator[Mapping[str, Any]]:
    listed = found.get("centres") if isinstance(found, Mapping) else found
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping):
            yield one


def _said(estimate: object) -> str:
    """An estimate as a manifest keeps it."""
    if not isinstance(estimate, Mapping):
        return NOT_RECORDED
    value, low, high = (estimate.get(name) for name in ("value", "low", "high"))
    if value is None:
        return str(estimate.get("method") or NOT_RECORDED)
    words = number(float(value), 3)
    if low is None or high is None:
        return words
    return f"{words} ({number(float(low), 3)}–{number(float(high), 3)})"
