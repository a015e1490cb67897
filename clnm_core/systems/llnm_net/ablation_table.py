"""Which part does the full model owe most to, and is the loss more than chance?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from clnm_core.domain.paired import PairedPredictions
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.comparison import areas, auc_difference
from clnm_core.stats.discrimination import auc
from clnm_core.stats.multiplicity import benjamini_hochberg
from clnm_core.systems.cases import Cases
from clnm_core.systems.llnm_net.ablations import FULL, Given
from clnm_core.systems.splitting import TRAINING, VALIDATION

_EDGE = 1e-6  # of a risk, before its log-odds are averaged


def ablation_table(gave: Sequence[Given], cases: Cases, *, outcome: str) -> pd.DataFrame:
    """Every variant on validation and on every held-out split, beside the full model.

    All variants of a split are judged on the same cases: those of known outcome to which every
    one gave a risk. With several seeds the log-odds of a case are averaged over them, as an
    ensemble would, and the areas of the single seeds are given beside.

    Parameters
    ----------
    gave : sequence of Given
        The full model among them.
    cases : Cases
        Those that were judged.
    outcome : str

    Returns
    -------
    pandas.DataFrame
        One row per split and variant, validation first: ``split, name, label, n, events, auc,
        auc_low, auc_high, difference, low, high, p, p_adjusted, seeds_lowest, seeds_highest,
        published_auc, same_as, method, left_out``. ``difference`` is the variant minus the full
        model (paired DeLong; by patient where some have several cases). ``p_adjusted`` is after
        Benjamini and Hochberg over the variants of a split; NaN for the full model and for a
        variant with its settings. ``left_out``: cases of the split that some variant gave no
        risk. Splits without both outcomes are left out.

    """
    seeds = [column for column in gave[0].risks if column not in ("case_id", "split")]
    wide = {one.variant.name: one.risks.set_index("case_id")[seeds] for one in gave}
    known = cases.frame[cases.frame[outcome].notna()].set_index("case_id")
    split = pd.concat([one.risks.set_index("case_id")["split"] for one in gave])
    split = split[~split.index.duplicated()].reindex(known.index)
    tables = []
    for word in _splits(split):
        rows = known[(split == word).to_numpy()]
        risks = {name: table.reindex(rows.index) for name, table in wide.items()}
        is_judged = ~np.any([table.isna().any(axis=1) for table in risks.values()], axis=0)
        y_true = rows[outcome].to_numpy(dtype=bool)[is_judged]
        if len(np.unique(y_true)) < 2:
            continue
        patient = rows["patient_id"].to_numpy()[is_judged]
        judged = {name: table.to_numpy()[is_judged] for name, table in risks.items()}
        table = _of_split(gave, judged, y_true, patient)
        table.insert(0, "split", word)
        tables.append(table.assign(left_out=int((~is_judged).sum())))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _splits(split: pd.Series) -> list[str]:
    words = sorted(set(split.dropna()) - {TRAINING})
    return sorted(words, key=lambda word: word != VALIDATION)


def _of_split(
    gave: Sequence[Given],
    judged: dict[str, np.ndarray],
    y_true: np.ndarray,
    patient: np.ndarray,
) -> pd.DataFrame:
    """The rows of one split; ``judged`` has risks of shape (cases, seeds) by variant."""
    mean = {
        name: expit(logit(np.clip(risk, _EDGE, 1 - _EDGE)).mean(axis=1))
        for name, risk in judged.items()
    }
    found = areas(PairedPredictions.of(y_true, mean, patient))
    rows = []
    for one in gave:
        name = one.variant.name
        area, difference = found.of(name), auc_difference(found, name, FULL)
        single = [auc(Predictions.of(y_true, risk, patient)).value for risk in judged[name].T]
        is_full = FULL in (name, one.same_as)
        rows.append(
            {
                "name": name,
                "label": one.variant.label,
                "n": len(y_true),
                "events": int(y_true.sum()),
                "auc": area.value,
                "auc_low": area.low,
                "auc_high": area.high,
                "difference": difference.estimate.value,
                "low": difference.estimate.low,
                "high": difference.estimate.high,
                "p": math.nan if is_full else difference.p,
                "seeds_lowest": min(single),
                "seeds_highest": max(single),
                "published_auc": one.variant.published_auc,
                "same_as": one.same_as,
                "method": difference.estimate.method,
            }
        )
    table = pd.DataFrame(rows)
    table["published_auc"] = table["published_auc"].astype(float)
    table.insert(list(table.columns).index("seeds_lowest"), "p_adjusted", _adjusted(table))
    return table


def _adjusted(table: pd.DataFrame) -> list[float]:
    """The p values of a split, adjusted; variants with the same settings are one test."""
    tested = table[table["p"].notna() & (table["same_as"] == "")]
    found = dict(zip(tested["name"], benjamini_hochberg(tested["p"].to_numpy()), strict=True))
    names = table["same_as"].where(table["same_as"] != "", table["name"])
    return [float(found.get(name, math.nan)) for name in names]


def largest_loss(table: pd.DataFrame, split: str) -> str:
    """Name of the variant that loses most on a split; empty where none loses anything."""
    rows = table[(table["split"] == split) & (table["difference"] < 0)]
    return str(rows["name"].iloc[int(rows["difference"].argmin())]) if len(rows) else ""
