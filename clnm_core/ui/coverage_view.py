"""How often is the set of outcomes that fit a case right, on the cases that are looked at?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.explain.conformal import Answer
from clnm_core.explain.coverage import Covered, Kept, kept
from clnm_core.report.coverage_words import coverage_answer, range_words
from clnm_core.report.wording import Unit, estimate_text, lower_first, percent
from clnm_core.store.selection import evaluation
from clnm_core.store.standings import standing_of
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached, panels, performance_facts, pickers, tables
from clnm_core.ui.words import plain, unbroken

HOW = (
    "For each case the outcomes that fit its risk, so that nine of ten sets, or as many as chosen, "
    "hold the truth: in cases with the outcome, and in cases without it. They are made from cases "
    "that did not teach the model (class-conditional split conformal prediction, Vovk 2012, "
    "arXiv:1209.2673). What chance allows takes in both the new cases and those few that the sets "
    "are made from (beta-binomial)."
)
HEAD = ("Cases", "n", "Set holds the truth", "Promised", "Chance allows", "Says present",
        "Says absent", "Says either")  # fmt: skip
_KINDS: dict[Answer, str] = {"positive": "present", "negative": "absent", "either": "either"}


def draw(query: CohortQuery, model: str) -> None:
    """Ask for the level; say how often the sets hold the truth, and show it by class."""
    label = cached.registry(query.cohort)[query.outcome].label
    with st.container(border=True, key="card_coverage"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                "**How often does the set of outcomes that fit hold the truth?**", help=plain(HOW)
            )
            level = pickers.pick_set_level("Level of the sets", "set_level")
        found = cached.computed(_kept, query, model, level)
        where = performance_facts.split_label(query, query.split) if query.split else ""
        st.markdown(plain(unbroken(coverage_answer(found, outcome_label=label, where=where))))
        if not found.covered:
            return
        st.html(
            tables.table(
                HEAD,
                [_row(one, place, found, label) for place, one in enumerate(found.covered)],
                alt="How often prediction sets hold the truth, by what is true",
                numeric=(False, True, True, True, True),
            )
        )
        st.caption(
            plain(
                f"Sets are made from {found.known[0]:,} patients with and {found.known[1]:,} "
                f"without the outcome ({found.split} cases). Coverage: Wilson intervals."
            )
        )
        panels.table_download(_numbers(found), "coverage_of_sets")


def _kept(warehouse: Warehouse, query: CohortQuery, model: str, level: float) -> Kept:
    standing = standing_of(warehouse, warehouse.model(query.cohort, model))
    return kept(standing, evaluation(warehouse, query, model), level=level)


def _row(one: Covered, place: int, found: Kept, label: str) -> list[str | tables.Cell | None]:
    outcome = lower_first(label)
    names = (f"with {outcome}", f"without {outcome}", "all")
    return [
        names[place],
        f"{one.n:,}",
        estimate_text(one.share, Unit.SHARE, n=one.n),
        percent(found.level),
        range_words(found.ranges[place]) if place < 2 else "",
        *(
            tables.bar(one.answers[kind], percent(one.answers[kind], one.n)) if one.n else "–"
            for kind in _KINDS
        ),
    ]


def _numbers(found: Kept) -> pd.DataFrame:
    """The table as numbers."""
    bands = [*found.ranges, (float("nan"), float("nan"))]
    return pd.DataFrame(
        [
            {
                "cases": one.group,
                "n": one.n,
                "coverage": one.share.value,
                "low": one.share.low,
                "high": one.share.high,
                "promised": found.level,
                "chance_low": low,
                "chance_high": high,
                **{f"says_{_KINDS[kind]}": share for kind, share in one.answers.items()},
                "filled": one.filled,
            }
            for one, (low, high) in zip(found.covered, bands, strict=True)
        ]
    )
