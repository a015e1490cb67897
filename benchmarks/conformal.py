"""Do prediction sets hold the truth as often as they promise, in either class?

``python -m benchmarks.conformal --store STORE --uci Thyroid_Diff_semicolon.csv`` judges three things
and writes ``conformal.json`` and ``CONFORMAL.md`` beside this file:

- the UCI cohort of 383 real patients, divided again and again into patients who teach, who
  calibrate and who are judged;
- cohorts of the generator, drawn again and again, judged on fresh patients of the centres that
  taught and of centres that did not;
- every model that comes with the demo, once, on the split that did not teach it.

The first two train the logistic baseline, which takes a moment; three minutes of one core in all.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.conformal_page import page
from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.explain.conformal import LEVELS, prediction_sets
from clnm_core.explain.coverage import coverage, kept
from clnm_core.explain.standing import Standing
from clnm_core.store.modelling import can_predict
from clnm_core.store.selection import evaluation
from clnm_core.store.standings import standing_of
from clnm_core.store.warehouse import Warehouse
from clnm_core.synth.salivary_patients import msgc
from clnm_core.synth.thyroid_patients import ptc_us
from clnm_core.systems.clinical import fit_clinical
from clnm_core.systems.design import choose_predictors

HERE = Path(__file__).resolve().parent

WORDS = ("Gender", "Smoking", "Thyroid Function", "Adenopathy", "Pathology", "Focality")
"""What is known of a patient of the UCI cohort before surgery, besides the age."""

SHARES = (0.3, 0.4)
"""Of the patients of the UCI cohort: those who teach and those who calibrate; the rest is judged."""

FIRST_SEED = 100
"""The first seeds of the generator are kept for judging the product."""

NEW = 1_000
"""Fresh patients of each kind."""

CLASSES = ("with", "without")

Draw = Callable[[int], Iterator[tuple[str, Standing, NDArray[np.float64], NDArray[np.bool_]]]]


def uci(file: Path) -> tuple[pd.DataFrame, Registry]:
    """The real cohort with the columns that a model may read."""
    table = pd.read_csv(file, sep=";", keep_default_na=False)
    names = {word: word.lower().replace(" ", "_") for word in WORDS}
    frame = table[list(WORDS)].rename(columns=names)
    frame["age_years"] = table["Age"].astype(float)
    frame["any"] = (table["N"] != "N0").to_numpy()
    frame["case_id"] = frame["patient_id"] = [f"u{i}" for i in range(len(table))]
    columns = [
        Column("case_id", "Case", Kind.CATEGORY, Role.IDENTIFIER),
        Column("patient_id", "Patient", Kind.CATEGORY, Role.IDENTIFIER),
        Column("age_years", "Age", Kind.NUMBER, unit="years"),
        *(Column(name, word, Kind.CATEGORY) for word, name in names.items()),
        Column("any", "Any node", Kind.FLAG, Role.OUTCOME),
    ]
    return frame, Registry(columns)


def uci_draws(file: Path) -> Draw:
    """Patients who calibrate, and risks and outcomes of those who are judged, by repeat."""
    frame, registry = uci(file)

    def draw(
        seed: int,
    ) -> Iterator[tuple[str, Standing, NDArray[np.float64], NDArray[np.bool_]]]:
        place = np.random.default_rng(seed).permutation(len(frame)) / len(frame)
        first, second = SHARES[0], sum(SHARES)
        teach, known, new = place < first, (place >= first) & (place < second), place >= second
        risk = _fitted(frame[teach], registry, "any")
        yield (
            "other patients",
            _known(frame[known], risk, "any"),
            risk(frame[new]),
            _truth(frame[new], "any"),
        )

    return draw


def ptc_draws(
    seed: int,
) -> Iterator[tuple[str, Standing, NDArray[np.float64], NDArray[np.bool_]]]:
    """A thyroid cohort of the generator, and fresh patients of its centres and of others."""
    cohort = ptc_us({"train": 720, "validation": 180}, seed=seed)
    frame = cohort.cases[cohort.cases["lateral"].notna()]
    risk = _fitted(frame[frame["split"] == "train"], cohort.registry, "lateral")
    known = _known(frame[frame["split"] == "validation"], risk, "lateral")
    for where, split in (("centres that taught", "validation"), ("other centres", "external")):
        new = ptc_us({split: NEW}, seed=seed + 1_000_003).cases
        new = new[new["lateral"].notna()]
        yield where, known, risk(new), _truth(new, "lateral")


def msgc_draws(
    seed: int,
) -> Iterator[tuple[str, Standing, NDArray[np.float64], NDArray[np.bool_]]]:
    """A salivary cohort, of which a third calibrates, and fresh patients of other centres.

    Centres of this cohort differ in their pictures alone, which the baseline does not read.
    """
    cohort = msgc({"1": 150, "2": 150}, seed=seed)
    frame = cohort.cases[cohort.cases["any"].notna()]
    is_known = np.random.default_rng(seed).random(len(frame)) < 1 / 3
    risk = _fitted(frame[~is_known], cohort.registry, "any")
    known = _known(frame[is_known], risk, "any")
    new = msgc({"3": NEW // 2, "4": NEW // 2}, seed=seed + 1_000_003).cases
    new = new[new["any"].notna()]
    yield "other centres", known, risk(new), _truth(new, "any")


def repeated(
    name: str, draw: Draw, seeds: range, *, levels: Sequence[float] = LEVELS
) -> list[dict[str, Any]]:
    """Mean coverage over the seeds, by place, level and class."""
    found: dict[tuple[str, float, str], list[tuple[float, float, float]]] = {}
    for seed in seeds:
        for where, known, risk, truth in draw(seed):
            for level in levels:
                sets = prediction_sets(known, risk, level=level)
                for word, one in zip(CLASSES, coverage(sets, truth), strict=False):
                    rows = truth if word == "with" else ~truth
                    right = sets["answer"].isin(
                        ("either", "positive" if rows is truth else "negative")
                    )
                    was_empty = sets["is_filled"].to_numpy()[rows]
                    filled = float((right.to_numpy()[rows] & was_empty).mean())
                    found.setdefault((where, level, word), []).append(
                        (one.share.value, one.share.value - filled, 1 - one.answers["either"])
                    )
    rows = []
    for (where, level, word), values in found.items():
        shares, unfilled, singles = np.array(values).T
        rows.append(
            {
                "cohort": name,
                "judged_on": where,
                "level": level,
                "class": word,
                "repeats": len(shares),
                "coverage": float(shares.mean()),
                "before_filling": float(unfilled.mean()),
                "error": float(shares.std(ddof=1) / math.sqrt(len(shares))),
                "least": float(np.quantile(shares, 0.025)),
                "most": float(np.quantile(shares, 0.975)),
                "single": float(singles.mean()),
            }
        )
    return rows


def shipped(store: Path) -> list[dict[str, Any]]:
    """Every model of a demo store that can judge a new case, on cases that did not teach it."""
    rows = []
    with Warehouse.open(store) as warehouse:
        for record in warehouse.models():
            if not can_predict(record):
                continue
            query = CohortQuery(record.cohort, record.outcome)
            judged = evaluation(warehouse, query, record.name)
            known = standing_of(warehouse, record)
            for level in LEVELS:
                found = kept(known, judged, level=level)
                if not found.covered:
                    continue
                for place, word in enumerate(CLASSES):
                    one = found.covered[place]
                    rows.append(
                        {
                            "cohort": record.cohort,
                            "model": record.name,
                            "made_from": found.split,
                            "known": found.known[place],
                            "is_own": found.is_own,
                            "level": level,
                            "class": word,
                            "n": one.n,
                            "coverage": one.share.value,
                            "low": one.share.low,
                            "high": one.share.high,
                            "chance_low": found.ranges[place][0],
                            "chance_high": found.ranges[place][1],
                            "single": 1 - one.answers["either"],
                            "filled": one.filled,
                        }
                    )
    return rows


def _fitted(
    frame: pd.DataFrame, registry: Registry, outcome: str
) -> Callable[[pd.DataFrame], NDArray[np.float64]]:
    columns = choose_predictors(registry.only([*frame.columns]), None)
    model = fit_clinical(frame, _truth(frame, outcome), columns, outcome=outcome)
    return model.risk


def _known(
    frame: pd.DataFrame, risk: Callable[[pd.DataFrame], NDArray[np.float64]], outcome: str
) -> Standing:
    patient = frame["patient_id"].to_numpy(dtype=object)
    return Standing("clinical", "validation", _truth(frame, outcome), risk(frame), patient)


def _truth(frame: pd.DataFrame, outcome: str) -> NDArray[np.bool_]:
    return frame[outcome].to_numpy(dtype=bool)


def main() -> None:
    """Judge what is asked for, and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, required=True, help="a demo store")
    parser.add_argument("--uci", type=Path, required=True, help="the table of the UCI cohort")
    parser.add_argument("--repeats", type=int, default=500, help="of the UCI cohort")
    parser.add_argument("--seeds", type=int, default=40, help="of the generator")
    given = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + given.seeds)
    drawn = [
        *repeated("UCI, 383 patients", uci_draws(given.uci), range(given.repeats)),
        *repeated("demo-ptc-us", ptc_draws, seeds),
        *repeated("demo-msgc", msgc_draws, seeds),
    ]
    models = shipped(given.store)
    (HERE / "conformal.json").write_text(
        json.dumps({"drawn": drawn, "models": models}, indent=1) + "\n", encoding="utf-8"
    )
    (HERE / "CONFORMAL.md").write_text(page(drawn, models), encoding="utf-8")


if __name__ == "__main__":
    main()
