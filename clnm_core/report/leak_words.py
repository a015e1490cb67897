"""How is it said what dividing images would have promised, so that nobody takes it for the model's?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from clnm_core.report.model_card_tables import CardTable
from clnm_core.report.wording import interval, number, reason
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.ct_cad.leaked import THROWN_AWAY, Both, Leak

TITLE = "Leak: what dividing images would have promised"

NOT_THE_MODEL = f"No figure here is one of the model. {THROWN_AWAY}"

METHODS = (
    "Each network learned from one half of the cases and judged the other, all epochs, once with "
    "cases halved and once with patients halved, after a quarter of the patients was put aside as "
    "new. Both ways judge the same cases. Differences: paired, Obuchowski 1997, by patient; they "
    "hold for other patients, not for other first weights. Leaks of divided images: Yagis 2021, "
    "doi:10.1038/s41598-021-01681-w."
)

_WHERE = (("held_out", "cases held out"), ("new", "new patients"))


def leak_rows(leaks: Sequence[Leak]) -> pd.DataFrame:
    """Two rows for each network: what was promised, and what new patients gave.

    Returns
    -------
    pandas.DataFrame
        ``network, judged_on, cases, patients``, then ``images_divided``, ``patients_divided`` and
        ``difference``, each with ``_low`` and ``_high``, and ``method``.

    """
    rows = []
    for leak in leaks:
        for name, words in _WHERE:
            both: Both = getattr(leak, name)
            row: dict[str, object] = {
                "network": leak.network,
                "judged_on": words,
                "cases": both.cases,
                "patients": both.patients,
            }
            for column, one in (
                ("images_divided", both.by_image),
                ("patients_divided", both.by_patient),
                ("difference", both.difference),
            ):
                row |= {column: one.value, f"{column}_low": one.low, f"{column}_high": one.high}
            rows.append(row | {"method": both.difference.method})
    return pd.DataFrame(rows)


def leak_table(leaks: Sequence[Leak]) -> CardTable:
    """The same in words, for a page and a card alike."""
    rows = []
    for leak in leaks:
        for name, words in _WHERE:
            both: Both = getattr(leak, name)
            rows.append(
                (
                    leak.network,
                    f"{both.cases:,} {words}"
                    if name == "held_out"
                    else f"{both.cases:,} of {words}",
                    _said(both.difference, is_signed=True),
                    _said(both.by_image),
                    _said(both.by_patient),
                )
            )
    head = (
        "Network",
        "Judged on",
        "Difference",
        "AUROC, images divided (leaks)",
        "AUROC, patients divided",
    )
    return CardTable(head, tuple(rows), frozenset({2, 3, 4}))


def _said(one: Estimate, *, is_signed: bool = False) -> str:
    """Three decimals, as what is to be told apart is small.

    Examples
    --------
    >>> _said(Estimate(0.03, -0.01, 0.07, 0.95, "paired DeLong"), is_signed=True)
    '+0.030 (−0.010 to 0.070)'

    """
    if not one.is_estimable:
        return reason(one)
    sign = "+" if is_signed and one.value > 0 else ""
    value = f"{sign}{number(one.value, 3)}"
    if math.isnan(one.low):
        return value
    return f"{value} ({interval(one.low, one.high, decimals=3)})"
