"""What does a store know about a cohort that the checks need?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.domain.predictions import Predictions
from clnm_core.errors import EmptyCohortError, MissingOutcomeError
from clnm_core.imaging.copies import copies
from clnm_core.stats.checks.claims import Claim
from clnm_core.stats.checks.groups import Grouped
from clnm_core.stats.checks.predictions import TrainingAndNew
from clnm_core.stats.checks.sample_size import Fitted, cox_snell
from clnm_core.stats.checks.study import Inputs
from clnm_core.stats.groups import group_labels
from clnm_core.store.records import ModelRecord
from clnm_core.store.selection import cases, evaluation
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse

TRAINING = ("train", "training", "development", "derivation")
"""Names of splits from which models learn."""

MOST_GROUPED = 100_000
"""Cases whose groups are compared; of more, a random part of the patients takes part."""

HONEST = "cross-validated"
"""Split of training cases whose risk comes from a fold without their patient."""

_LATE = {
    Role.POST_OUTCOME: "is known only after surgery",
    Role.OUTCOME: "is an outcome",
    Role.TRUTH: "is the simulated truth",
}


@dataclass(frozen=True, eq=False, slots=True)
class ImageFacts:
    """The images of a cohort and those that are copies of each other.

    ``images`` has ``image_id, patient_id, split, digest, has_fingerprint``; ``pairs`` has
    ``first, second`` (row numbers of ``images``) and ``likeness``.
    """

    images: pd.DataFrame
    pairs: pd.DataFrame
    is_complete: bool


@dataclass(frozen=True, eq=False, slots=True)
class JudgedModel:
    """One model with the cases whose outcome is known; ``cases`` is as ``evaluation`` gives it."""

    record: ModelRecord
    cases: pd.DataFrame

    @property
    def is_training(self) -> NDArray[np.bool_]:
        """Which cases the model learned from, by the name of their split."""
        words = self.cases["split"].astype(str).str.lower()
        return words.isin(TRAINING).to_numpy(dtype=bool)

    @property
    def is_new(self) -> NDArray[np.bool_]:
        """Which cases are new to the model: of a named split that is not one of training."""
        split = self.cases["split"]
        named = (split.notna() & (split != HONEST)).to_numpy(dtype=bool)
        return named & ~self.is_training

    def of(self, mask: NDArray[np.bool_]) -> Predictions:
        """The predictions of some of the cases."""
        part = self.cases[mask]
        return Predictions.of(part["y_true"], part["risk"], pd.factorize(part["patient_id"])[0])


def case_facts(warehouse: Warehouse, query: CohortQuery) -> pd.DataFrame:
    """Every case of the cohort: identifiers, split, centre and what may be compared.

    Where the cases have no split, that of the predictions stands in: the one of the model
    that judged most cases.
    """
    registry = warehouse.registry(query.cohort)
    names = ["split", "centre", *(column.name for column in recorded(registry))]
    wanted = [name for name in dict.fromkeys(names) if name in registry]
    frame = cases(warehouse, query.everyone(), wanted)
    if "split" not in frame or frame["split"].isna().all():
        frame = frame.assign(split=frame["case_id"].map(_split_of_predictions(warehouse, query)))
    return frame


def recorded(registry: Registry) -> tuple[Column, ...]:
    """The columns that say something about a patient before the outcome."""
    return tuple(column for column in registry.predictors() if column.kind is not Kind.TEXT)


def divided_by(registry: Registry) -> tuple[Column, ...]:
    """The columns that make groups of patients: what is recorded, and the centre."""
    centre = (registry["centre"],) if "centre" in registry else ()
    return (*centre, *recorded(registry))


def image_facts(
    warehouse: Warehouse, query: CohortQuery, split: Mapping[str, object]
) -> ImageFacts:
    """The images of the cohort, with the pairs that are copies of each other.

    Parameters
    ----------
    warehouse : Warehouse
    query : CohortQuery
    split : mapping of str to object
        Split of each case.

    """
    schema = schema_of(query.cohort)
    known = warehouse.rows(
        "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = 'images'",
        [query.cohort],
    )["column_name"]
    has_columns = {"phash", "thumbnail"} <= set(known)
    extra = "images.phash, images.thumbnail" if has_columns else "NULL AS phash, NULL AS thumbnail"
    found = warehouse.rows(
        f"SELECT images.image_id, images.case_id, cases.patient_id, images.digest, {extra} "  # noqa: S608
        f"FROM {schema}.images AS images JOIN {schema}.cases AS cases "
        "ON cases.case_id = images.case_id ORDER BY images.image_id"
    )
    rows = np.flatnonzero(found["phash"].notna() & ~found["digest"].duplicated())
    same = copies(found["phash"].iloc[rows].tolist(), found["thumbnail"].iloc[rows].tolist())
    pairs = pd.DataFrame(
        {
            "first": rows[same.first],
            "second": rows[same.second],
            "likeness": same.likeness,
        }
    )
    images = found.assign(
        split=found["case_id"].map(dict(split)), has_fingerprint=found["phash"].notna()
    )
    kept = ["image_id", "patient_id", "split", "digest", "has_fingerprint"]
    return ImageFacts(images[kept], pairs, same.is_complete)


def risk_facts(warehouse: Warehouse, query: CohortQuery) -> pd.DataFrame:
    """Every risk of the cohort: one column per model, one row per case; missing where none."""
    found = warehouse.rows(
        f"SELECT model, case_id, risk FROM {schema_of(query.cohort)}.predictions"  # noqa: S608
    )
    return found.pivot(index="case_id", columns="model", values="risk")


def judged_models(warehouse: Warehouse, query: CohortQuery) -> list[JudgedModel]:
    """The models of the cohort, each with its own outcome; those without any case are left out."""
    registry = warehouse.registry(query.cohort)
    columns = ("centre",) if "centre" in registry else ()
    judged = []
    for record in warehouse.models(query.cohort):
        try:
            frame = evaluation(
                warehouse, CohortQuery(query.cohort, record.outcome), record.name, columns
            )
        except (EmptyCohortError, MissingOutcomeError):
            continue
        judged.append(JudgedModel(record, frame))
    return judged


def training_and_new(models: list[JudgedModel]) -> list[TrainingAndNew]:
    """The models that have risks of training cases and of new ones."""
    return [
        TrainingAndNew(title(one.record), one.of(one.is_training), one.of(one.is_new))
        for one in models
        if one.is_training.any() and one.is_new.any()
    ]


def grouped(one: JudgedModel, registry: Registry, by_case: pd.DataFrame) -> Grouped:
    """A model's risks of new cases (of all, where none is new) in the groups of every column.

    Parameters
    ----------
    one : JudgedModel
    registry : Registry
    by_case : pandas.DataFrame
        The recorded columns, by ``case_id``. Of more than ``MOST_GROUPED`` cases, those of a
        random part of the patients are taken.

    """
    chosen = one.is_new if one.is_new.any() else np.ones(len(one.cases), dtype=bool)
    is_sample = int(chosen.sum()) > MOST_GROUPED
    if is_sample:
        patient = pd.factorize(one.cases["patient_id"])[0]
        share = MOST_GROUPED / chosen.sum()
        is_drawn = np.random.default_rng(0).random(int(patient.max()) + 1) < share
        chosen = chosen & is_drawn[patient]
    part = by_case.loc[one.cases["case_id"][chosen]]
    groups = {
        column.label: group_labels(part[column.name], column)
        for column in divided_by(registry)
        if column.name in part
    }
    return Grouped(title(one.record), one.of(chosen), groups, is_sample)


def inputs_of(record: ModelRecord, registry: Registry) -> Inputs:
    """What a model takes, by its manifest, and which of that it may not know."""
    names = input_names(record)
    late = [registry[name] for name in names if name in registry and registry[name].role in _LATE]
    refused = tuple((column.label, _LATE[column.role]) for column in late)
    return Inputs(title(record), len(names), refused)


def fitted_of(one: JudgedModel, registry: Registry) -> Fitted:
    """How much a model was learned from, as far as its training cases are in the store.

    Simulated risks were not learned, so such a model has no parameters.
    """
    learned = one.is_training | (one.cases["split"] == HONEST).to_numpy(dtype=bool)
    part = one.of(learned)
    terms = one.record.manifest.get("terms")
    parameters = (
        0
        if one.record.manifest.get("is_simulated")
        else len(terms)
        if isinstance(terms, list)
        else sum(_parameters(name, registry) for name in input_names(one.record))
    )
    r2 = cox_snell(part.y_true, part.risk)
    return Fitted(title(one.record), parameters, len(part), part.events, r2)


def claims_of(record: ModelRecord) -> list[Claim]:
    """Intervals that a manifest claims: ``claims``, a list of ``auc, low, high, n, events``."""
    given = record.manifest.get("claims")
    found = []
    for claim in given if isinstance(given, list) else []:
        parts = {name: claim.get(name) for name in ("auc", "low", "high", "n", "events")}
        if all(isinstance(value, int | float) for value in parts.values()):
            auc, low, high, n, events = (float(value) for value in parts.values())
            level = float(claim.get("level", 0.95))
            found.append(Claim(title(record), auc, low, high, int(n), int(events), level))
    return found


def input_names(record: ModelRecord) -> list[str]:
    """Names of a model's inputs in its manifest; empty where it names none."""
    given = record.manifest.get("inputs")
    names: list[Any] = given if isinstance(given, list) else []
    return [str(one["name"]) if isinstance(one, dict) else str(one) for one in names]


def title(record: ModelRecord) -> str:
    """What a reader sees for a model: the title of its manifest, else its name."""
    return str(record.manifest.get("title") or record.name)


def _parameters(name: str, registry: Registry) -> int:
    """Terms of one input: a category of k levels has k - 1."""
    if name not in registry or registry[name].kind is not Kind.CATEGORY:
        return 1
    return max(len(registry[name].levels) - 1, 1)


def _split_of_predictions(warehouse: Warehouse, query: CohortQuery) -> dict[str, str]:
    """Split of each case in the predictions of the model that judged most."""
    schema = schema_of(query.cohort)
    most = warehouse.rows(
        f"SELECT model FROM {schema}.predictions WHERE split IS NOT NULL AND split <> ? "  # noqa: S608
        "GROUP BY model ORDER BY count(*) DESC, model LIMIT 1",
        [HONEST],
    )
    if most.empty:
        return {}
    found = warehouse.rows(
        f"SELECT case_id, split FROM {schema}.predictions WHERE model = ?",  # noqa: S608
        [most["model"].iloc[0]],
    )
    return dict(zip(found["case_id"], found["split"], strict=True))
