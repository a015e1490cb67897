"""How is it said what each part of LLNM-Net is worth, and how long finding out takes?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from clnm_core.report.model_card_tables import CardTable
from clnm_core.report.wording import (
    DASH,
    count_text,
    interval,
    joined,
    lower_first,
    number,
    p_text,
    reason,
)
from clnm_core.stats.uncertainty import Estimate

FULL = "full"
"""Name of the model from which nothing is taken."""

TRAININGS = 11
"""Trainings of a whole ablation with one seed, with the usual settings of the full model."""

CLEAR = 0.05
"""Adjusted p below which a difference is called clear."""


def ablation_answer(rows: pd.DataFrame) -> str:
    """What hurts most on one split, and how many variants differ clearly.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of one split, as ``ablation_table`` of LLNM-Net gives them.

    """
    full = rows[rows["name"] == FULL].iloc[0]
    cases = f"{int(full['n']):,} {_split(full)} {'case' if full['n'] == 1 else 'cases'}"
    if math.isnan(full["auc"]):
        return f"On {cases} the variants of LLNM-Net cannot be compared: {full['method']}."
    said = (
        f"On {cases}, {int(full['events']):,} with the outcome, the full LLNM-Net has an AUC of "
        f"{number(full['auc'], 3)} ({interval(full['auc_low'], full['auc_high'], decimals=3)})."
    )
    others = rows[(rows["name"] != FULL) & (rows["same_as"] == "")]
    if others.empty:
        return f"{said} No other variant was trained."
    worst = others.iloc[int(others["difference"].argmin())]
    clear = others[(others["p_adjusted"] < CLEAR).to_numpy()]
    if worst["difference"] >= 0:
        said += " No variant does worse."
    else:
        said += (
            f" It loses most {lower_first(str(worst['label']))}: "
            f"{number(worst['difference'], 3)} "
            f"({interval(worst['low'], worst['high'], decimals=3)}; {p_text(worst['p_adjusted'])})."
        )
    if clear.empty:
        return f"{said} None of {count_text(len(others), 'variant')} differs clearly from it."
    differ = "differs" if len(clear) == 1 else "differ"
    names = joined([lower_first(str(label)) for label in clear["label"]])
    return (
        f"{said} {len(clear)} of {count_text(len(others), 'variant')} {differ} clearly from it: "
        f"{names}."
    )


def printed(rows: pd.DataFrame) -> CardTable:
    """The rows of one split for a page: the full model, then the largest loss first."""
    ordered = rows.assign(is_other=rows["name"] != FULL).sort_values(
        ["is_other", "difference"], kind="stable"
    )
    labels = dict(zip(rows["name"], rows["label"], strict=True))
    has_seeds = bool((rows["seeds_lowest"] < rows["seeds_highest"]).any())
    head = ["Variant", "AUC", "Difference", "p, adjusted"]
    head += ["Single seeds", "AUC in the paper"] if has_seeds else ["AUC in the paper"]
    table = []
    for _, row in ordered.iterrows():
        seeds = (interval(row["seeds_lowest"], row["seeds_highest"], decimals=3),)
        table.append(
            (
                str(row["label"]),
                _said(row["auc"], row["auc_low"], row["auc_high"]),
                _difference(row, labels),
                DASH if math.isnan(row["p_adjusted"]) else _p(row["p_adjusted"]),
                *(seeds if has_seeds else ()),
                DASH if math.isnan(row["published_auc"]) else number(row["published_auc"], 3),
            )
        )
    return CardTable(tuple(head), tuple(table), frozenset(range(1, len(head))))


def _difference(row: pd.Series, labels: Mapping[str, str]) -> str:
    if row["name"] == FULL:
        return DASH
    if row["same_as"]:
        return f"the settings of: {lower_first(labels.get(row['same_as'], row['same_as']))}"
    if math.isnan(row["difference"]):
        return reason(Estimate(math.nan, math.nan, math.nan, 0.95, str(row["method"])))
    sign = "+" if row["difference"] > 0 else ""
    return f"{sign}{_said(row['difference'], row['low'], row['high'])}"


def _said(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return DASH
    return f"{number(value, 3)} ({interval(low, high, decimals=3)})"


def _p(p: float) -> str:
    return p_text(p).removeprefix("p").removeprefix(" =").strip()


def ablation_methods(rows: pd.DataFrame, facts: Mapping[str, Any]) -> str:
    """How the table came about, for the line under it."""
    seeds = int(facts["seeds"])
    config = facts["config"] or {}
    settings = "; ".join(f"{name} {value}" for name, value in sorted(config.items())) or "the usual"
    left_out = int(rows["left_out"].max()) if len(rows) else 0
    aside = f" {count_text(left_out, 'case')} lack what some variant reads." if left_out else ""
    return (
        "Every variant learned from the same cases with the same seeds and epochs as the full model "
        f"({count_text(seeds, 'seed')}, {facts['device']}; settings: {settings}), and all are "
        "judged on the same cases. "
        f"Differences from the full model: {_paired(rows)}, 95 %; they hold for other patients, not "
        "for other seeds. p: adjusted over the variants of a split, Benjamini and Hochberg 1995. "
        "AUC in the paper: Shen 2025, doi:10.1038/s41467-025-62042-z, on its validation cases."
        f"{aside} Made {str(facts['created'])[:10]} on store version {facts['store_version']}, by "
        f"version {facts['program']} of the program."
    )


def _paired(rows: pd.DataFrame) -> str:
    methods = [str(one) for one in rows["method"] if str(one).startswith("paired")]
    return methods[0] if methods else "paired"


def _split(row: pd.Series) -> str:
    return str(row["split"]).replace("_", " ")


def duration_words(seconds: float | None, where: str, seeds: int) -> str:
    """How long a whole ablation will take, as far as anything is known of it.

    Parameters
    ----------
    seconds : float or None
        Of one training of the full model; ``None`` where none was timed.
    where : str
        What was timed: ``the model llnm-net, on cpu``.
    seeds : int

    Examples
    --------
    >>> duration_words(90.0, "the model llnm-net on cpu", 1)
    '11 trainings, about 16 minutes in all if each takes as long as that of the model llnm-net on cpu (1.5 minutes); more where the machine has other work.'
    >>> duration_words(None, "", 3)
    '33 trainings. How long they take is not known: no training of LLNM-Net was timed on this cohort. Train it once; this takes about 33 times as long.'

    """
    trainings = TRAININGS * seeds
    if seconds is None:
        return (
            f"{trainings} trainings. How long they take is not known: no training of LLNM-Net was "
            f"timed on this cohort. Train it once; this takes about {trainings} times as long."
        )
    return (
        f"{trainings} trainings, about {_time(trainings * seconds)} in all if each takes as long as "
        f"that of {where} ({_time(seconds)}); more where the machine has other work."
    )


def _time(seconds: float) -> str:
    """A duration with two digits at most."""
    if seconds < 60:
        return count_text(max(1, round(seconds)), "second")
    if seconds < 600:
        return f"{seconds / 60:.1f}".removesuffix(".0") + " minutes"
    if seconds < 5400:
        return count_text(round(seconds / 60), "minute")
    return f"{seconds / 3600:.1f} hours"
