"""The Models page: every model in a list, and the card of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import leak_words, model_card, model_card_tables
from clnm_core.report.model_card_limits import limits
from clnm_core.report.model_card_tables import CardTable
from clnm_core.report.model_card_training import making, training
from clnm_core.report.model_card_words import Rows, about, card_answer, outcome, reads, use
from clnm_core.report.model_list import ListedModel, list_answer
from clnm_core.report.wording import interval_text, number, percent, unit_of, value_text
from clnm_core.systems.card import Card
from clnm_core.systems.ct_cad.leaked import leaks_of
from clnm_core.ui import cached, links, panels, tables
from clnm_core.ui.words import plain

_NAMES = "8.5rem"
"""Width of the names of what a card says."""


def draw_list(query: CohortQuery, models: Sequence[ListedModel]) -> None:
    """Every model with its version, outcome, AUC and state; a row opens its card."""
    st.markdown("**Models of the cohort**")
    params = {key: st.query_params.get_all(key) for key in st.query_params}
    kept = {key: words for key, words in params.items() if key not in links.PAGE_KEYS}
    st.html(list_html(models, kept))
    st.caption(plain(list_answer(list(models), cached.cohort(query.cohort).title)))


def list_html(models: Sequence[ListedModel], params: dict[str, list[str]]) -> str:
    """The list as a table whose rows are links; ``params`` is what a link keeps."""
    rows: list[list[str | tables.Cell | None]] = []
    labels = links.labels_of({one.name: one.title for one in models})
    for one in models:
        target = escape(urlencode({**params, "model": labels[one.name]}, doseq=True))
        tried = f", {len(one.parts):,} tried" if one.parts else ""
        newest = next(old for old in one.history if old.version == one.version)
        rows.append(
            [
                tables.Cell(f"<a href='models?{target}'>{escape(labels[one.name])}</a>"),
                f"{one.system}{tried}",
                one.outcome_label,
                f"{newest.number} · {one.version}",
                *_auc(one),
                "Retired" if one.is_retired else "In use",
            ]
        )
    head = ("Model", "System", "Outcome", "Version", "AUC", "Judged on", "State")
    numeric = (False, False, False, False, True, False, False)
    return tables.table(head, rows, alt="Models of the cohort", numeric=numeric, kind="links")


def draw_answer(card: Card) -> None:
    """What is known of the model, in one sentence."""
    if card.publication.retired_at:
        st.badge("RETIRED", color="orange", icon=":material/inventory_2:")
    panels.answer(card_answer(card))


def draw_strip(card: Card) -> None:
    """The most telling figures on cases that taught nothing."""
    known = card.judged
    if known is None:
        return
    figures = [
        panels.Figure(
            f"Cases, {known.split}",
            f"{known.cases:,}",
            f"{known.events:,} with the outcome",
            "With a known outcome and a risk of the model.",
        )
    ]
    for name, label in (("auc", "AUC"), ("calibration_slope", "Calibration slope")):
        figures.append(panels.estimate(label, known.metrics[name], name=name, n=known.cases))
    if known.covered == known.covered:
        figures.append(
            panels.Figure(
                "Best possible AUC",
                number(known.best_auc),
                f"{percent(max(known.covered, 0.0))} of the way covered",
                "AUC of the true risk of these simulated cases, expected over their outcomes; the "
                "way begins at 0.5.",
            )
        )
    panels.strip(figures)


def draw_card(card: Card) -> None:
    """The card, part by part."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        _section("Model", about(card))
        _section("Intended use", use(card))
    with right:
        st.markdown("**Limits, and what was not tested**")
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in limits(card)))
    _numbers("How well it does", model_card_tables.results_table(card))
    if card.groups and card.judged:
        _numbers(
            f"For whom: groups of the {card.judged.split} cases",
            model_card_tables.groups_table(card),
        )
    if card.tried:
        _numbers("All that was tried", model_card_tables.tried_table(card))
    leaks = leaks_of(card.manifest)
    if leaks:
        _numbers(leak_words.TITLE, leak_words.leak_table(leaks))
        st.caption(plain(leak_words.NOT_THE_MODEL))
    centres = model_card_tables.centres_table(card)
    if centres.rows:
        _numbers("Trained without each centre in turn", centres)
    left, right = st.columns(2, gap="large")
    with left:
        _section("Whom it learned from", training(card))
        _section("What it predicts", outcome(card))
    with right:
        _section("How it was made", making(card))
        _section("What else it reads", reads(card))
    if card.inputs:
        _numbers("Variables that it reads", model_card_tables.inputs_table(card))
    _numbers("Versions", model_card_tables.history_table(card))
    files = model_card_tables.files_table(card)
    if files.rows:
        _numbers("Files", files)
    st.caption(plain(f"Libraries: {model_card_tables.libraries(card)}."))


def offer_files(card: Card) -> None:
    """Two buttons: the card as one file to print or mail, and for machines."""
    name = f"{card.study.name}-{card.name}-{card.publication.version}-card"
    with st.container(horizontal=True):
        st.download_button(
            "Card as HTML",
            lambda: model_card.card_html(card).encode(),
            file_name=f"{name}.html",
            mime="text/html",
            icon=":material/description:",
            on_click="ignore",
            key="card_html",
            help="One file to print or mail. It is made when the button is pressed.",
        )
        st.download_button(
            "Card as JSON",
            lambda: model_card.json_text(card).encode(),
            file_name=f"{name}.json",
            mime="application/json",
            icon=":material/data_object:",
            on_click="ignore",
            key="card_json",
        )


def methods() -> str:
    """How the numbers of a card were made."""
    return model_card.METHODS


def numbers_html(found: CardTable, alt: str) -> str:
    """A table of a card for the page."""
    numeric = [place in found.numbers for place in range(len(found.head))]
    return tables.table(found.head, found.rows, alt=alt, numeric=numeric)


def _numbers(title: str, found: CardTable) -> None:
    st.markdown(f"**{plain(title)}**")
    st.html(numbers_html(found, title))


def _section(title: str, rows: Rows) -> None:
    st.markdown(f"**{plain(title)}**")
    cells = "".join(
        f"<tr><td style='width:{_NAMES}'>{escape(name)}</td><td>{escape(value)}</td></tr>"
        for name, value in rows
    )
    st.html(f"<table class='clnm-record' aria-label='{escape(title)}'>{cells}</table>")


def _auc(one: ListedModel) -> tuple[str, str]:
    if one.auc is None:
        return "–", "nobody"
    if not one.auc.is_estimable:
        return "–", f"{one.n:,} {one.split}"
    unit = unit_of("auc")
    value = f"{value_text(one.auc, unit)} ({interval_text(one.auc, unit)})"
    return value, f"{one.n:,} {one.split}"
