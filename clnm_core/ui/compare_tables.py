"""How are the differences between models printed?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clnm_core.report import wording
from clnm_core.report.compare_words import rounded_up
from clnm_core.stats.comparison import Areas, cases_needed, verdict
from clnm_core.stats.gaps import NOT_ENOUGH
from clnm_core.stats.subgroups import MARGINS
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.compare_facts import Contrast, Separation

_NAMES = {
    "auc": "AUC",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "accuracy": "Accuracy",
    "net_benefit": "Net benefit",
}


def curve_rows(found: Separation, labels: Mapping[str, str]) -> pd.DataFrame:
    """The ROC curves below each other, ``model`` first."""
    return pd.concat(
        [curve.assign(model=labels[name]) for name, curve in found.curves.items()],
        ignore_index=True,
    )[["model", "threshold", "sensitivity", "specificity", "false_positive_rate"]]


def forest_rows(found: Separation, labels: Mapping[str, str]) -> pd.DataFrame:
    """One row per model: ``label``, ``value``, ``low``, ``high``, ``wins`` and ``note``."""
    rows = []
    for name, area in zip(found.areas.names, found.areas.auc, strict=True):
        wins = found.winner.wins[name]
        note = f"best in {wording.percent(wins)} of resamples" if wins == wins else ""
        rows.append(
            {
                "label": labels[name],
                "value": area.value,
                "low": area.low,
                "high": area.high,
                "wins": wins,
                "note": note,
                "method": area.method,
            }
        )
    return pd.DataFrame(rows)


def pair_rows(found: Separation, labels: Mapping[str, str]) -> pd.DataFrame:
    """Every pair with ``label``, ``verdict``, and ``needed``: cases that would settle it."""
    pairs, margin = found.pairs, MARGINS["auc"]
    estimates = [
        Estimate(value, low, high, 0.95, method)
        for value, low, high, method in zip(
            pairs["value"], pairs["low"], pairs["high"], pairs["method"], strict=True
        )
    ]
    return pairs.assign(
        label=[
            f"{labels[first]} against {labels[second]}"
            for first, second in zip(pairs["first"], pairs["second"], strict=True)
        ],
        verdict=[verdict(one, margin) for one in estimates],
        needed=[cases_needed(one, found.n, margin) for one in estimates],
    )


def printed_pairs(rows: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Every pair as it is printed, the adjusted p beside the raw one."""
    return pd.DataFrame(
        {
            "Higher": rows["first"].map(labels),
            "Lower": rows["second"].map(labels),
            "Difference in AUC": [_number(value) for value in rows["value"]],
            "95 % interval": _intervals(rows),
            "p": [_p(p) for p in rows["p"]],
            "p, adjusted": [_p(p) for p in rows["p_adjusted"]],
            "Verdict": [
                f"{word}: about {wording.count_text(rounded_up(needed), 'case')} needed"
                if word == NOT_ENOUGH and needed
                else word
                for word, needed in zip(rows["verdict"], rows["needed"], strict=True)
            ],
        }
    )


def contrast_rows(found: Contrast, areas: Areas) -> pd.DataFrame:
    """Two models in every measure.

    Returns
    -------
    pandas.DataFrame
        ``measure`` (in words), ``first``, ``second`` (NaN where a measure only exists as a
        difference), ``difference``, ``low``, ``high``, ``p``, ``p_exact`` (McNemar's),
        ``first_only``, ``second_only`` (discordant cases), ``method``.

    """
    area = found.area
    rows = [
        _row(
            "AUC",
            area.estimate,
            first=areas.of(area.first).value,
            second=areas.of(area.second).value,
            p=area.p,
        )
    ]
    rows += [
        _row(
            _NAMES[call.measure],
            call.estimate,
            first=call.first,
            second=call.second,
            p=call.p,
            test=call.test,
        )
        | {
            "p_exact": call.mcnemar.exact,
            "first_only": call.mcnemar.first_only,
            "second_only": call.mcnemar.second_only,
        }
        for call in found.calls
    ]
    rows.append(_row("Net benefit", found.benefit))
    for words, gain in (
        ("NRI", found.nri),
        ("Continuous NRI", found.nri_free),
        ("IDI", found.idi),
    ):
        rows += [
            _row(f"{words}, events", gain.events),
            _row(f"{words}, non-events", gain.non_events),
            _row(f"{words}, sum", gain.total),
        ]
    columns = "measure first second difference low high p p_exact first_only second_only method"
    return pd.DataFrame(rows, columns=columns.split())


def printed_contrast(rows: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Two models in every measure, as it is printed."""
    return pd.DataFrame(
        {
            "Measure": rows["measure"],
            first: [_number(value) for value in rows["first"]],
            second: [_number(value) for value in rows["second"]],
            "Difference": [_signed(value) for value in rows["difference"]],
            "95 % interval": _intervals(rows),
            "p": [_p(p) for p in rows["p"]],
            "Method": rows["method"],
        }
    )


def printed_against(rows: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Every other model against one: a line per model, a column per measure."""
    words = rows.assign(
        text=[
            f"{_signed(value)} ({interval})" if value == value else "–"
            for value, interval in zip(rows["value"], _intervals(rows), strict=True)
        ]
    )
    wide = words.pivot(index="model", columns="measure", values="text")
    ordered = wide.loc[list(dict.fromkeys(rows["model"])), list(_NAMES)]
    printed = ordered.rename(columns=_NAMES).reset_index(drop=True)
    printed.insert(0, "Model", [labels[name] for name in ordered.index])
    printed.columns.name = None
    return printed


def _row(
    measure: str,
    estimate: Estimate,
    *,
    first: float = float("nan"),
    second: float = float("nan"),
    p: float = float("nan"),
    test: str = "",
) -> dict[str, object]:
    return {
        "measure": measure,
        "first": first,
        "second": second,
        "difference": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "p": p,
        "method": f"{estimate.method}; p: {test}" if test else estimate.method,
    }


def _intervals(rows: pd.DataFrame) -> list[str]:
    return [
        wording.interval(low, high, decimals=3) if low == low else "–"
        for low, high in zip(rows["low"], rows["high"], strict=True)
    ]


def _number(value: float) -> str:
    return wording.number(value, 3) if value == value else "–"


def _signed(value: float) -> str:
    """A difference with its sign; none for zero."""
    text = _number(value)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text


def _p(p: float) -> str:
    return wording.p_text(p).removeprefix("p ") if p == p else "–"
