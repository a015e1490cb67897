"""Can a claimed interval be true?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from clnm_core.stats.checks.result import Check, clear, found, not_checked, several
from clnm_core.stats.hanley_mcneil import hanley_mcneil_error
from clnm_core.stats.uncertainty import critical_value

NARROWEST = 0.75
"""Share of Hanley and McNeil's half width below which a claimed interval is too narrow."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An AUC with the interval that somebody claims for it, and the cases behind it."""

    source: str
    value: float
    low: float
    high: float
    n: int
    events: int
    level: float = 0.95


def narrow_intervals(claims: Sequence[Claim]) -> Check:
    """C16: claimed intervals of an AUC that are narrower than its cases allow.

    A claim is found where its width is under ``NARROWEST`` of Hanley and McNeil's. DeLong's
    interval comes out between about 0.85 and 1.1 of theirs, so that it is not accused.
    """
    judged = [claim for claim in claims if 0.5 <= claim.value < 1 and 0 < claim.events < claim.n]
    if not judged:
        return not_checked(
            "C16", "No model's manifest claims an AUC with its interval and numbers of cases."
        )
    rows = pd.DataFrame(
        [
            {
                "source": claim.source,
                "auc": claim.value,
                "low": claim.low,
                "high": claim.high,
                "least_width": 2
                * critical_value(claim.level)
                * hanley_mcneil_error(claim.value, claim.events, claim.n - claim.events),
                "n": claim.n,
                "events": claim.events,
            }
            for claim in judged
        ]
    )
    ratio = (rows["high"] - rows["low"]) / rows["least_width"]
    narrow = rows[ratio < NARROWEST]
    if narrow.empty:
        return clear(
            "C16", f"{several(len(rows), 'claimed interval')} as wide as the cases require."
        )
    first = narrow.iloc[0]
    return found(
        "C16",
        "warning",
        f"{first['source']} claims an AUC of {first['auc']:.3g} ({first['low']:.3g}–{first['high']:.3g}) from "
        f"{first['n']:,} cases with {first['events']:,} events; an interval of that many is about "
        f"{first['least_width']:.2f} wide, this one {first['high'] - first['low']:.2f}",
        "Ask what was resampled, and whether patients or images were counted.",
        narrow,
    )
