"""How are groups and gaps printed, and what is in the tables that are saved?"""

from __future__ import annotations

import pandas as pd

from clnm_core.report import wording
from clnm_core.report.wording import Unit
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.compared import Compared


def estimates(rows: pd.DataFrame) -> list[Estimate]:
    """The value of every row as an estimate again."""
    parts = zip(rows["value"], rows["low"], rows["high"], rows["method"], strict=True)
    return [Estimate(value, low, high, 0.95, method) for value, low, high, method in parts]


def printed_groups(rows: pd.DataFrame, unit: Unit, label: str) -> pd.DataFrame:
    """The groups as they are printed; words in place of a value that is missing."""
    return pd.DataFrame(
        {
            "Column": rows["column"],
            "Group": rows["level"],
            "Cases": rows["n"],
            "With the outcome": rows["events"],
            label: [
                wording.value_text(estimate, unit, n=n, decimals=3)
                if estimate.is_estimable
                else note
                for estimate, n, note in zip(estimates(rows), rows["n"], rows["note"], strict=True)
            ],
            "95 % interval": [
                wording.interval_text(estimate, unit, n=n, decimals=3)
                if estimate.is_estimable
                else "–"
                for estimate, n in zip(estimates(rows), rows["n"], strict=True)
            ],
        }
    )


def printed_gaps(gaps: pd.DataFrame) -> pd.DataFrame:
    """The gaps as they are printed, each with its verdict in words."""
    return pd.DataFrame(
        {
            "Compared": gaps["label"],
            "Difference": [_number(value) for value in gaps["value"]],
            "95 % interval": _intervals(gaps, "low", "high"),
            "Ratio": [_number(value) for value in gaps["ratio"]],
            "Interval of the ratio": _intervals(gaps, "ratio_low", "ratio_high"),
            "p": [_p(p) for p in gaps["p"]],
            "Adjusted p": [_p(p) for p in gaps["p_adjusted"]],
            "Verdict": gaps["verdict"],
            "Cases needed": ["–" if pd.isna(n) else f"{n:,}" for n in gaps["n_needed"]],
        }
    )


def all_measures(compared: Compared) -> pd.DataFrame:
    """Every measure in every group: value and ends of the interval, in a column each.

    Returns
    -------
    pandas.DataFrame
        One row per group, after one for all cases (``column`` empty): ``column``, ``group``,
        ``cases``, ``with_the_outcome``, ``flags``, then for every measure its name, and its
        name with ``_low`` and ``_high``.

    """
    whole = ("", "all cases", compared.n, compared.events, "", compared.overall)
    parts = [
        (compared.labels[g.column], g.level, g.n, g.events, ", ".join(g.flags), g.metrics)
        for g in compared.groups
    ]
    rows = []
    for column, level, n, events, flags, metrics in [whole, *parts]:
        row: dict[str, object] = {
            "column": column,
            "group": level,
            "cases": n,
            "with_the_outcome": events,
            "flags": flags,
        }
        for metric in METRICS:
            estimate = metrics[metric.name]
            row[metric.name] = estimate.value
            row[f"{metric.name}_low"] = estimate.low
            row[f"{metric.name}_high"] = estimate.high
        rows.append(row)
    return pd.DataFrame(rows)


def printed_measures(compared: Compared) -> pd.DataFrame:
    """Every measure in every group, as it is printed: "0.912 (0.880–0.941)", or a dash."""
    is_several = len(compared.labels) > 1
    rows = [{"Group": "All cases", "Cases": compared.n} | _printed(compared.overall, compared.n)]
    for group in compared.groups:
        name = f"{compared.labels[group.column]}: {group.level}" if is_several else group.level
        rows.append({"Group": name, "Cases": group.n} | _printed(group.metrics, group.n))
    return pd.DataFrame(rows)


def _printed(metrics: dict[str, Estimate], n: int) -> dict[str, object]:
    return {
        metric.label: wording.estimate_text(
            metrics[metric.name], wording.unit_of(metric.name), n=n, decimals=3
        )
        if metrics[metric.name].is_estimable
        else "–"
        for metric in METRICS
    }


def _number(value: float) -> str:
    return wording.number(value, 3) if value == value else "–"


def _intervals(rows: pd.DataFrame, low: str, high: str) -> list[str]:
    return [wording.interval(*ends, decimals=3) for ends in zip(rows[low], rows[high], strict=True)]


def _p(p: float) -> str:
    return wording.p_text(p).removeprefix("p ") if p == p else "–"
