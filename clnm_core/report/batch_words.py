"""What came of judging many cases at once, in sentences?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clnm_core.report.wording import count_text, joined, percent

NAMING = (
    "Pictures are named by their case: CASE.png, or CASE_transverse.dcm and CASE_longitudinal.dcm. "
    "Outlines are pictures of the same size: CASE_nodule.png, CASE_gland.png, "
    "CASE_transverse_gland.png. Where a model needs outlines that you do not give, a network proposes "
    "them, and the result says so."
)
"""How files say what they show."""

NOTHING_KEPT = (
    "Nothing of it is kept: table, pictures and risks are gone with your visit. Your case numbers "
    "appear in the result and nowhere else; leave names and dates out all the same."
)
"""What happens to what somebody uploads."""


def ready_words(cases: int, pictures: int, aside: int) -> str:
    """What waits to be judged: "20 cases, 18 of them with pictures; 2 rows are set aside."."""
    seen = f", {pictures:,} of them with pictures" if pictures else ""
    left = (
        f"; {count_text(aside, 'row')} {'is' if aside == 1 else 'are'} set aside" if aside else ""
    )
    return f"{count_text(cases, 'case')}{seen}{left}."


def done_words(table: pd.DataFrame, thresholds: Mapping[str, float], aside: int) -> str:
    """How many cases each model judged, and how many of them reach its threshold.

    Parameters
    ----------
    table : pandas.DataFrame
        As of :func:`clnm_core.systems.scoring.score`.
    thresholds : mapping of str to float
        By the name of the model.
    aside : int
        Rows that were set aside before.

    """
    parts = []
    for name, threshold in thresholds.items():
        judged = int(table[f"{name}_risk"].notna().sum())
        reached = int((table[f"{name}_risk"] >= threshold).sum())
        parts.append(
            f"{name} judged {judged:,} of {count_text(len(table), 'case')}, {reached:,} of which "
            f"reach{'es' if reached == 1 else ''} its threshold of {percent(threshold)}"
        )
    left = (
        f" {count_text(aside, 'row')} of the table {'was' if aside == 1 else 'were'} set aside."
        if aside
        else ""
    )
    return f"{joined(parts)}.{left}"
