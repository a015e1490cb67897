"""What is known of this model? Its card as one file, to print, to mail and to keep beside it.

The parts follow Mitchell 2019 (doi:10.1145/3287560.3287596) and what TRIPOD+AI
(doi:10.1136/bmj-2023-078378) asks of the report of a prediction model.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from clnm_core.report.leak_words import METHODS as LEAK_METHODS
from clnm_core.report.leak_words import NOT_THE_MODEL, TITLE, leak_table
from clnm_core.report.model_card_limits import limits
from clnm_core.report.model_card_tables import (
    CardTable,
    centres_table,
    files_table,
    groups_table,
    history_table,
    inputs_table,
    libraries,
    results_table,
    tried_table,
)
from clnm_core.report.model_card_training import making, training, weights
from clnm_core.report.model_card_words import Rows, about, card_answer, outcome, reads, use
from clnm_core.report.sheet import Marked, escaped, paragraph, section, sheet, table
from clnm_core.systems.card import Card
from clnm_core.systems.ct_cad.leaked import leaks_of

SOURCES = (
    "Mitchell M, et al. Model cards for model reporting. FAT* 2019:220-229. "
    "doi:10.1145/3287560.3287596",
    "Collins GS, et al. TRIPOD+AI statement: updated guidance for reporting clinical prediction "
    "models that use regression or machine learning methods. BMJ 2024;385:e078378. "
    "doi:10.1136/bmj-2023-078378",
)
"""What the parts of a card follow."""

METHODS = (
    "AUC: DeLong 1988, or Obuchowski 1997 where patients have several cases; shares: Wilson 1927; "
    "calibration intercept and slope: Wald with the sandwich; intervals at 95 %. Groups are made "
    "and scored as on the page Subgroups. Best possible AUC: expected over the outcomes, of the "
    "true risk of the same cases; the share covered counts from 0.5."
)


def card_json(card: Card) -> dict[str, Any]:
    """The card for machines: the facts, and the sentences that were made of them."""
    return card.to_dict() | {
        "answer": card_answer(card),
        "use": dict(use(card)),
        "training": dict(training(card)),
        "pretrained_weights": weights(card),
        "limits": list(limits(card)),
        "leaks_of_divided_images": [one.to_dict() for one in leaks_of(card.manifest)],
        "is_medical_device": False,
    }


def json_text(card: Card) -> str:
    """The same as the text of a file."""
    return json.dumps(card_json(card), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def card_html(card: Card) -> str:
    """The card as one self-contained HTML file, print-ready."""
    synthetic = "Synthetic data: these patients are simulated. " if card.study.is_synthetic else ""
    about_it = (
        f"{synthetic}Model {card.name}, version {card.publication.version}; cohort "
        f"{card.study.title}; store version {card.study.store_version}."
    )
    return sheet(
        f"Model card of {card.title}",
        _parts(card, about_it),
        foot=(f"Model card of {card.name}.", about_it),
    )


def _parts(card: Card, about_it: str) -> Iterator[str]:
    yield f"<h1>Model card of {escaped(card.title)}</h1>"
    yield paragraph(about_it, "muted")
    yield paragraph(card_answer(card), "answer")
    yield section("Model", _rows(about(card)), kind="together")
    yield section("Intended use", _rows(use(card)), kind="together")
    yield section("Limits, and what was not tested", _list(limits(card)))
    yield section(
        "What it reads",
        _table(inputs_table(card)) if card.inputs else paragraph("Variables: not recorded."),
        _rows(reads(card)),
    )
    yield section("What it predicts", _rows(outcome(card)), kind="together")
    yield section("Whom it learned from", _rows(training(card)))
    yield section("How it was made", _rows(making(card)))
    yield section(
        "How well it does", _table(results_table(card)), paragraph(METHODS, "methods whole")
    )
    if card.judged is not None:
        yield section(
            f"For whom: groups of the {card.judged.split} cases",
            _table(groups_table(card)) if card.groups else paragraph("No group is recorded."),
        )
    yield section("All that was tried", *_tried(card))
    yield from _leaks(card)
    centres = centres_table(card)
    yield section(
        "Trained without each centre in turn",
        _table(centres) if centres.rows else paragraph("Not done."),
    )
    yield section("Versions", _table(history_table(card)))
    files = files_table(card)
    yield section(
        "Files and libraries",
        _table(files) if files.rows else paragraph("The store has no files of it, only its risks."),
        paragraph(f"Libraries: {libraries(card)}."),
    )
    yield section("What this card follows", _list(SOURCES))


def _tried(card: Card) -> Iterator[str]:
    if card.tried:
        yield _table(tried_table(card))
    else:
        yield paragraph("Nothing else of the same training is in the store.")


def _leaks(card: Card) -> Iterator[str]:
    leaks = leaks_of(card.manifest)
    if leaks:
        yield section(
            TITLE,
            paragraph(NOT_THE_MODEL),
            _list(tuple(one.finding for one in leaks)),
            _table(leak_table(leaks)),
            paragraph(LEAK_METHODS, "methods whole"),
        )


def _rows(rows: Rows) -> str:
    return table(
        ("", ""),
        [(Marked(f'<b class="kept">{escaped(name)}</b>'), value) for name, value in rows],
    )


def _table(found: CardTable) -> str:
    return table(found.head, found.rows, numbers=found.numbers)


def _list(sentences: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{escaped(one)}</li>' for one in sentences)}</ul>"
