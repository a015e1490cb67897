"""Which figures does a paper print? The form, kept as typed, with tables to begin with."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clnm_core.report.published_words import LABELS
from clnm_core.report.wording import upper_first
from clnm_core.stats.seed_papers import PRINTED, SEED_PAPERS, SeedPaper
from clnm_core.ui.published_facts import FIELDS, Typed
from clnm_core.ui.words import plain

OWN = SeedPaper("own", "another paper (empty form)", "", {})
"""No table to begin with."""

_FIRST = "ct-cad-external"
_HELP = {
    "n": "104, or a range: 100–110.",
    "events": "How many had the outcome; a range is allowed.",
    "f1": "Harmonic mean of sensitivity and PPV.",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What the fields hold, whether digits may be cut, and the place under each field."""

    texts: Typed
    is_cut: bool
    notes: dict[str, DeltaGenerator]


def pick_paper() -> SeedPaper:
    """The table to begin with; kept in the link as ``paper``."""
    papers = {paper.slug: paper for paper in (*SEED_PAPERS, OWN)}
    slug = st.selectbox(
        "Begin with",
        list(papers),
        index=list(papers).index(_FIRST),
        format_func=lambda slug: papers[slug].title if slug in papers else str(slug),
        key="paper",
        bind="query-params",
        on_change=_fill,
    )
    paper = papers.get(str(slug), OWN)
    if paper.citation:
        st.caption(plain(f"{paper.citation}. {paper.note}".strip()))
    return paper


def draw(paper: SeedPaper) -> Form:
    """Draw the fields, and read what they hold."""
    texts, notes = [], {}
    with st.grid(5, min_column_width=130):
        for name in FIELDS:
            with st.container():
                text = st.text_input(
                    upper_first(LABELS[name]),
                    paper.figures.get(name, ""),
                    key=key_of(name),
                    bind="query-params",
                    max_chars=30,
                    placeholder="not printed",
                    help=_HELP.get(name, "As printed: 90.4 %, 90.4 or .904."),
                )
                texts.append((name, str(text)))
                notes[name] = st.empty()
                if paper.certainty.get(name, PRINTED) != PRINTED:
                    notes[name].caption(plain(f"{paper.certainty[name]}, not printed"))
    is_cut = st.toggle(
        "Digits may have been cut off instead of rounded",
        key="cut",
        bind="query-params",
        help="90.4 then means 90.35 to 90.5 %.",
    )
    return Form(tuple(texts), bool(is_cut), notes)


def say(form: Form, problems: dict[str, str]) -> None:
    """What is wrong with a field, under it."""
    for name, problem in problems.items():
        form.notes[name].caption(f":red[{plain(problem)}]")


def key_of(name: str) -> str:
    """The key of a field, and its parameter in a link.

    Examples
    --------
    >>> key_of("ppv")
    'said_ppv'

    """
    return f"said_{name}"


def _fill() -> None:
    """Put another table into the fields."""
    slug = st.session_state.get("paper")
    paper = next((paper for paper in SEED_PAPERS if paper.slug == slug), OWN)
    for name in FIELDS:
        st.session_state[key_of(name)] = paper.figures.get(name, "")
