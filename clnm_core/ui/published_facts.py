"""What does the Published figures page compute from what was typed? Needs no store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from clnm_core.report.published_words import LABELS
from clnm_core.report.wording import upper_first
from clnm_core.stats.printed import counts, share
from clnm_core.stats.published import MOST_CASES, RATES, Fits, Paper, fitting
from clnm_core.stats.published_conflicts import AUC, EVENTS, Conflict, N, allowed, conflict
from clnm_core.stats.published_intervals import area_interval, implied_rates
from clnm_core.stats.uncertainty import Estimate

FIELDS = (N, EVENTS, *RATES, AUC)
"""The fields of the form, in their order."""

_R = TypeVar("_R")

Typed = tuple[tuple[str, str], ...]
"""Name and text of every field."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed: the paper, where it can be read, and what is wrong with which field."""

    paper: Paper | None
    problems: dict[str, str]


@dataclass(frozen=True, eq=False, slots=True)
class Solved:
    """What follows from a paper's figures.

    ``rates`` is as the chart takes it: ``name, label, least, greatest, low, high, printed,
    printed_low, printed_high``; ``others`` has the rate in conflict that is held against all
    the rest, with what they allow, where they allow anything.
    """

    paper: Paper
    fits: Fits
    conflict: Conflict | None
    rates: pd.DataFrame
    others: tuple[str, tuple[float, float]] | None
    area: Estimate | None
    area_counts: tuple[int, int]


def entered(typed: Typed, is_cut: bool) -> Entry:
    """Read the fields; empty ones say nothing."""
    problems: dict[str, str] = {}
    texts = {name: text.strip() for name, text in typed}

    def read(name: str, how: Callable[[str], _R]) -> _R | None:
        if not texts.get(name):
            return None
        try:
            return how(texts[name])
        except ValueError as error:
            problems[name] = str(error)
            return None

    n, events = read(N, counts), read(EVENTS, counts)
    shares = {name: read(name, lambda text: share(text, is_cut=is_cut)) for name in (*RATES, AUC)}
    if n is None and N not in problems:
        problems[N] = "How many cases? Without their number only shares could be compared."
    elif n is not None and not 1 <= n[0] <= n[1] <= MOST_CASES:
        problems[N] = f"Type 1 to {MOST_CASES:,} cases."
    elif n is not None and events is not None and events[0] > n[1]:
        problems[EVENTS] = "There cannot be more cases with the outcome than cases."
    if problems or n is None:
        return Entry(None, problems)
    rates = {name: found for name in RATES if (found := shares[name]) is not None}
    return Entry(Paper(n, events, rates, shares[AUC]), {})


def solve(paper: Paper) -> Solved:
    """Everything that the page shows of one table."""
    fits = fitting(paper)
    clash = conflict(paper)
    is_listed = fits.is_complete and 0 < fits.count == len(fits.matrices)
    area, area_counts = None, (0, 0)
    if paper.auc is not None:
        area, area_counts = area_interval(paper, _classes(paper, fits))
    return Solved(
        paper,
        fits,
        clash,
        _rates(paper, implied_rates(fits) if is_listed else None),
        _others(paper, clash),
        area,
        area_counts,
    )


def _classes(paper: Paper, fits: Fits) -> Sequence[tuple[int, int]]:
    """Cases with the outcome and without that are possible; where none is listed, the fewest."""
    n = paper.n[0]
    if fits.is_complete and 0 < fits.count == len(fits.matrices) and (paper.rates or paper.events):
        tables = fits.matrices.drop_duplicates(["n", "events"])
        return [
            (int(e), int(all_ - e)) for e, all_ in zip(tables["events"], tables["n"], strict=True)
        ]
    if paper.events:
        ends = list(paper.events)
    elif "prevalence" in paper.rates:
        printed = paper.rates["prevalence"]
        ends = [int(np.ceil(float(printed.low) * n)), int(float(printed.high) * n)]
    else:
        return []
    return [(events, n - events) for events in ends]


def _rates(paper: Paper, implied: pd.DataFrame | None) -> pd.DataFrame:
    """One row per rate: what the tables, or else the other figures, give, and what is printed."""
    known = {} if implied is None else {str(r["name"]): r for r in implied.to_dict("records")}
    rows = []
    for name in RATES:
        printed = paper.rates.get(name)
        ends = allowed(paper, name) if implied is None else None
        given = known.get(name, {})
        rows.append(
            {
                "name": name,
                "label": upper_first(LABELS[name]),
                "least": given.get("least", ends[0] if ends else np.nan),
                "greatest": given.get("greatest", ends[1] if ends else np.nan),
                "low": given.get("low", np.nan),
                "high": given.get("high", np.nan),
                "printed": printed.text if printed else "",
                "printed_low": float(printed.low) if printed else np.nan,
                "printed_high": float(printed.high) if printed else np.nan,
            }
        )
    return pd.DataFrame(rows)


def _others(paper: Paper, clash: Conflict | None) -> tuple[str, tuple[float, float]] | None:
    """The first of PPV and its like that the rest contradicts, with what the rest allows."""
    for name in ("ppv", "npv", "f1", "accuracy"):
        if clash is not None and name in clash.names:
            ends = allowed(paper, name)
            if ends is not None:
                return name, ends
    return None
