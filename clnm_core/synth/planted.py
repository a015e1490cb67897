"""Would the checks find a problem if there were one, and stay silent if there were none?

``demo-planted`` is a cohort into which four problems were put on purpose. Its clean twin is
drawn from the same seed without them: the same numbers of patients, cases and pictures.

===========================  =================================================================
leak                         30 patients of the training split come again, as further cases,
                             in the test split (in the twin these cases are patients of
                             their own)
near-duplicate pictures      40 test cases show the picture of a training case, with other
                             brightness, contrast, size or a narrow crop
worse at one centre          ``uneven-demo``: at centre D most risks belong to another patient
miscalibrated in one group   ``tilted-demo``: the risks of men are far too low
===========================  =================================================================

``fair-demo`` sees the same findings and has no fault. Fifty patients have a second nodule in
the *same* split, as real ones do; that is no leak.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image as Pillow

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.synth.cohort import SyntheticCohort, flow_of_exclusions, gone, words
from clnm_core.synth.effects import LATERAL, probability
from clnm_core.synth.models import MODELS, SimulatedModel
from clnm_core.synth.picture import Picture
from clnm_core.synth.thyroid_findings import thyroid_findings

NAME = "demo-planted"

LEAKED, COPIED = 30, 40
"""Patients in two splits, and pictures shown twice."""

WEAK_CENTRE = "D"

_SPLITS = {"train": 560, "validation": 150, "test": 400}
_CENTRES = dict.fromkeys("ABCDEF", 1.0)
_SECOND_NODULES = 50
_PICTURED = {"train": 240, "test": 160}

_COLUMNS = (
    "case_id patient_id centre split age_years sex max_diameter_mm capsule_distance_mm lobe third "
    "multifocal margin echogenicity calcification extrathyroidal_extension hashimoto "
    "us_reported_nodes lateral true_risk"
).split()

_DESCRIPTION = (
    "Simulated patients of six centres, with problems planted on purpose so that the checks have "
    f"something to find: {LEAKED} patients are in both training and test; {COPIED} test cases show "
    "a picture of a training case, slightly changed; the model “Uneven” is worse at centre "
    f"{WEAK_CENTRE}; the risks of the model “Tilted” are too low for men. Do not learn from it."
)


def planted_problems(*, seed: int, planted: bool = True) -> SyntheticCohort:
    """The cohort with its problems, or its clean twin.

    Parameters
    ----------
    seed : int
        0 or more; the twin of the same seed shares all draws but the planted ones.
    planted : bool
        Whether the leak and the copied pictures are put in. The faults of the models are
        in :func:`planted_models`.

    Returns
    -------
    SyntheticCohort
        1,190 cases of 1,110 patients (twin: 1,140). ``hidden["picture"]`` is the case whose
        picture a case shows: its own, another's, or missing where it shows none.

    """
    rng = np.random.default_rng([seed, 8])
    first = sum(_SPLITS.values())
    n = first + _SECOND_NODULES + LEAKED
    hidden = thyroid_findings(n, rng=rng)
    hidden.insert(0, "split", np.resize(np.repeat(list(_SPLITS), list(_SPLITS.values())), n))
    hidden.insert(0, "centre", words(rng, n, _CENTRES))
    hidden.insert(0, "patient_id", [f"PLN-{number:05d}" for number in range(1, n + 1)])
    hidden["outcome_draw"] = rng.random(n)
    hidden["is_unknown"] = rng.random(n) < 0.06
    training = rng.permutation(_SPLITS["train"])
    leaked, doubled = training[:LEAKED], training[LEAKED : LEAKED + _SECOND_NODULES]
    second, again = np.arange(first, first + _SECOND_NODULES), np.arange(n - LEAKED, n)
    _same_patient(hidden, second, doubled)
    hidden.loc[again, "split"] = "test"
    remeasured = rng.normal(1.0, 0.05, LEAKED)
    if planted:
        _seen_again(hidden, again, leaked, remeasured)
    hidden["log_odds"] = LATERAL.log_odds(hidden.assign(split="train"))
    hidden["case_id"] = hidden["patient_id"] + "-" + (_visit(hidden) + 1).astype(str)
    hidden["picture"] = _pictures(hidden, rng, COPIED if planted else 0)
    hidden["at_weak_centre"] = hidden["centre"] == WEAK_CENTRE
    hidden["is_male"] = hidden["sex"] == "male"
    cases = _recorded(hidden, np.concatenate([second, again] if planted else [second]), rng)
    return SyntheticCohort(
        NAME,
        "Planted problems (synthetic)" if planted else "Clean twin (synthetic)",
        _DESCRIPTION if planted else "The planted cohort without what was planted.",
        "One case is a nodule of one patient; some patients have two.",
        BUILT_IN.only(_COLUMNS),
        cases[list(BUILT_IN.only(_COLUMNS).names)],
        hidden,
        "lateral",
        flow_of_exclusions(cases, {"No neck dissection": 0.18}),
        is_for_training=not planted,
    )


def planted_models(*, planted: bool = True) -> tuple[SimulatedModel, ...]:
    """The cohort's simulated models, with their faults or (for the twin) without."""
    models = MODELS[NAME]
    if planted:
        return models
    return tuple(replace(model, mixed_up_where="", tilt_where="") for model in models)


def edited(picture: Picture, number: int) -> Picture:
    """The picture as it may come out of another archive: brighter, cropped, smaller.

    Parameters
    ----------
    picture : Picture
    number : int
        Which of the many ways; the same number changes it in the same way.

    """
    rng = np.random.default_rng([9, number])
    rows, columns = picture.pixels.shape
    cut = [
        int(side * share)
        for side, share in zip((rows, rows, columns, columns), rng.uniform(0, 0.02, 4), strict=True)
    ]
    frame = (slice(cut[0], rows - cut[1]), slice(cut[2], columns - cut[3]))
    scale = 1.0 if number % 2 else float(rng.uniform(0.75, 0.95))
    size = (round((columns - cut[2] - cut[3]) * scale), round((rows - cut[0] - cut[1]) * scale))
    grey = picture.pixels[frame].astype(float) * rng.uniform(0.8, 1.15) + rng.uniform(-12, 12)
    shown = Pillow.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    return replace(
        picture,
        pixels=np.asarray(shown.resize(size, Pillow.Resampling.BILINEAR)),
        masks={
            name: np.asarray(Pillow.fromarray(mask[frame]).resize(size, Pillow.Resampling.NEAREST))
            for name, mask in picture.masks.items()
        },
        spacing_mm=round(picture.spacing_mm / scale, 4),
    )


def _same_patient(hidden: pd.DataFrame, rows: NDArray[np.intp], patients: NDArray[np.intp]) -> None:
    """Give rows the person, the place and the outcome of other rows, in place."""
    shared = [
        *("patient_id", "centre", "split", "age_years", "sex", "hashimoto"),
        *("us_reported_nodes", "outcome_draw", "is_unknown"),
    ]
    hidden.loc[rows, shared] = hidden.loc[patients, shared].to_numpy()


def _seen_again(
    hidden: pd.DataFrame,
    rows: NDArray[np.intp],
    patients: NDArray[np.intp],
    remeasured: NDArray[np.float64],
) -> None:
    """Turn rows into later visits of other rows' patients, in place; the split stays."""
    copied = [name for name in hidden.columns if name != "split"]
    hidden.loc[rows, copied] = hidden.loc[patients, copied].to_numpy()
    for name in ("max_diameter_mm", "capsule_distance_mm"):
        hidden.loc[rows, name] = (hidden.loc[rows, name] * remeasured).astype(float).round(1)


def _visit(hidden: pd.DataFrame) -> pd.Series:
    """Which case of its patient a row is, from 0."""
    return hidden.groupby("patient_id").cumcount()


def _pictures(hidden: pd.DataFrame, rng: np.random.Generator, copied: int) -> pd.Series:
    """The case whose picture each case shows; missing where it shows none."""
    shown = pd.Series(None, index=hidden.index, dtype=object)
    is_first = _visit(hidden) == 0
    chosen = {}
    for split, count in _PICTURED.items():
        rows = np.flatnonzero(is_first & (hidden["split"] == split))
        chosen[split] = rng.permutation(rows)[:count]
        shown.iloc[chosen[split]] = hidden["case_id"].iloc[chosen[split]]
    shown.iloc[chosen["test"][:copied]] = (
        hidden["case_id"].iloc[chosen["train"][:copied]].to_numpy()
    )
    return shown


def _recorded(
    hidden: pd.DataFrame, further: NDArray[np.intp], rng: np.random.Generator
) -> pd.DataFrame:
    """The table as a clinic would have it; ``further`` cases have their patient's outcome."""
    cases = hidden.copy()
    cases["true_risk"] = probability(hidden["log_odds"].to_numpy())
    happened = pd.Series(hidden["outcome_draw"] < cases["true_risk"], dtype="boolean")
    first = happened.groupby(hidden["patient_id"]).transform("first")
    happened.iloc[further] = first.iloc[further]
    cases["lateral"] = gone(happened, hidden["is_unknown"].to_numpy(dtype=bool))
    for name, rate in {"hashimoto": 0.04, "us_reported_nodes": 0.01}.items():
        cases[name] = gone(cases[name].astype("boolean"), rng.random(len(cases)) < rate)
    for name in ("multifocal", "extrathyroidal_extension"):
        cases[name] = cases[name].astype("boolean")
    return cases
