"""How are readers printed in tables? Frames of words, ready to be shown."""

from __future__ import annotations

import pandas as pd

from clnm_core.report import wording
from clnm_core.report.readers_words import LABELS, SIDE
from clnm_core.stats.multireader import ReaderAverage
from clnm_core.stats.readers import MERITS
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.reads import CaseSets
from clnm_core.ui.readers_facts import ReaderStudy

_WHO = {"model": "Model"} | {side: f"readers {words}" for side, words in SIDE.items()}


def who_judged_what(sets: CaseSets, model: str) -> pd.DataFrame:
    """Cases with a known outcome of every reader on every side, and the model's among them."""
    return pd.DataFrame(
        {
            "Reader": [one.reader for one in sets.sets],
            "Side": [SIDE[one.side] for one in sets.sets],
            "Cases read": [one.n for one in sets.sets],
            f"Judged by {model} too": [one.judged for one in sets.sets],
        }
    )


def comparisons(study: ReaderStudy) -> pd.DataFrame:
    """Every contrast in words, for readers in general and for these readers."""
    return pd.DataFrame(
        [
            {
                "Measure": LABELS[contrast.merit],
                "Difference": wording.upper_first(
                    f"{_WHO[contrast.first]} less {_WHO[contrast.second]}"
                ),
                "Value": wording.number(contrast.fixed.estimate.value, 3)
                if contrast.fixed.estimate.is_estimable
                else "–",
                "Readers in general": _interval(contrast.random),
                "p": _p(contrast.random),
                "df": _df(contrast.random),
                "These readers": _interval(contrast.fixed),
                "p, these": _p(contrast.fixed),
            }
            for contrast in study.contrasts
        ]
    )


def comparison_numbers(study: ReaderStudy) -> pd.DataFrame:
    """Every contrast as numbers, one row per kind of readers."""
    return pd.DataFrame(
        [
            {
                "metric": contrast.merit,
                "first": contrast.first,
                "second": contrast.second,
                "readers": kind,
                **found.estimate.to_dict(),
                "p": found.p,
                "df": found.df,
            }
            for contrast in study.contrasts
            for kind, found in (("random", contrast.random), ("fixed", contrast.fixed))
        ]
    )


def readers_in_numbers(study: ReaderStudy) -> pd.DataFrame:
    """The model, the average reader and every reader: one row per side, a column per measure."""
    rows = [{"Who": "Model", "": ""} | _printed(study.model, study.n)]
    for side in study.sides:
        means = {str(m): study.means[m, side].estimate for m in MERITS if (m, side) in study.means}
        rows.append({"Who": "Average reader", "": SIDE[side]} | _printed(means, study.n))
    for point in study.points.sort_values("reader", kind="stable").to_dict("records"):
        of = {
            str(merit): Estimate(
                point[f"{merit}_value"],
                point[f"{merit}_low"],
                point[f"{merit}_high"],
                0.95,
                str(point[f"{merit}_method"]),
            )
            for merit in MERITS
        }
        who = {"Who": str(point["reader"]), "": SIDE[str(point["side"])]}
        rows.append(who | _printed(of, study.n))
    return pd.DataFrame(rows)


def pairs_in_words(pairs: pd.DataFrame) -> pd.DataFrame:
    """The two readers who agree most and those who agree least, by side."""
    rows = []
    for side, of in pairs.groupby("side", sort=False):
        known = of.dropna(subset=["kappa"]).sort_values("kappa", kind="stable")
        for words, row in (
            zip(("agree least", "agree most"), known.iloc[[0, -1]].to_dict("records"), strict=True)
            if len(known)
            else ()
        ):
            kappa = Estimate(row["kappa"], row["low"], row["high"], 0.95, "")
            rows.append(
                {
                    "Side": SIDE[str(side)],
                    "Readers who": words,
                    "Pair": f"{row['first']} and {row['second']}",
                    "Cohen's kappa": wording.estimate_text(kappa),
                    "Weighted, of probabilities": wording.number(row["weighted_kappa"])
                    if row["weighted_kappa"] == row["weighted_kappa"]
                    else "–",
                }
            )
    return pd.DataFrame(rows)


def _printed(estimates: dict[str, Estimate], n: int) -> dict[str, str]:
    return {
        LABELS[merit]: wording.estimate_text(
            estimates[merit], wording.unit_of(merit), n=n, decimals=3
        )
        if merit in estimates and estimates[merit].is_estimable
        else "–"
        for merit in MERITS
    }


def _interval(found: ReaderAverage) -> str:
    if not found.estimate.is_estimable:
        return wording.reason(found.estimate)
    return wording.interval(found.estimate.low, found.estimate.high, decimals=3)


def _p(found: ReaderAverage) -> str:
    return wording.p_text(found.p).removeprefix("p ") if found.p == found.p else "–"


def _df(found: ReaderAverage) -> str:
    if found.df != found.df or found.p != found.p:
        return "–"
    return wording.number(found.df, 1)
