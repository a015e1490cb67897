"""What could be wrong with a cohort of the store? All checks, in the order of their codes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Kind, Registry
from clnm_core.stats.centres import centre_results
from clnm_core.stats.checks.claims import narrow_intervals
from clnm_core.stats.checks.digits import round_measurements, round_risks
from clnm_core.stats.checks.groups import misfit_groups
from clnm_core.stats.checks.images import near_duplicates, same_image, shared_image
from clnm_core.stats.checks.leakage import identical_rows, same_patient, split_by_image
from clnm_core.stats.checks.predictions import (
    constant_risks,
    few_values,
    flattered_training,
    outside_unit,
    same_risks,
)
from clnm_core.stats.checks.result import Check
from clnm_core.stats.checks.sample_size import events_per_predictor
from clnm_core.stats.checks.study import late_predictors, shifted_parts, worse_centres
from clnm_core.stats.shift import TwoSample, two_sample
from clnm_core.store.check_facts import (
    TRAINING,
    ImageFacts,
    JudgedModel,
    case_facts,
    claims_of,
    fitted_of,
    grouped,
    image_facts,
    inputs_of,
    judged_models,
    recorded,
    risk_facts,
    title,
    training_and_new,
)
from clnm_core.store.records import ModelRecord
from clnm_core.store.warehouse import Warehouse

SEED = 0


def cohort_checks(warehouse: Warehouse, query: CohortQuery) -> tuple[Check, ...]:
    """Every check of the whole cohort; the filters and the split of the query do not matter.

    A leak is one whether or not its patients are shown. Models are judged on their own
    outcomes.
    """
    registry = warehouse.registry(query.cohort)
    frame = case_facts(warehouse, query)
    pictures = image_facts(
        warehouse, query, dict(zip(frame["case_id"], frame["split"], strict=True))
    )
    risks = risk_facts(warehouse, query)
    models = judged_models(warehouse, query)
    return checked(frame, registry, pictures, risks, models, warehouse.models(query.cohort))


def checked(
    frame: pd.DataFrame,
    registry: Registry,
    pictures: ImageFacts,
    risks: pd.DataFrame,
    models: list[JudgedModel],
    records: list[ModelRecord],
) -> tuple[Check, ...]:
    """Every check, from the facts of :mod:`clnm_core.store.check_facts`."""
    columns = [column for column in recorded(registry) if column.name in frame]
    numbers = {column.name: column.label for column in columns if column.kind is Kind.NUMBER}
    titles = {record.name: title(record) for record in records}
    given = {
        titles.get(str(name), str(name)): risks[name].dropna().to_numpy(dtype=float)
        for name in risks.columns
    }
    by_case = frame.set_index("case_id")
    shift, first, second = _training_against_rest(frame, registry)
    found = (
        same_patient(frame),
        same_image(pictures.images),
        near_duplicates(pictures.images, pictures.pairs, is_complete=pictures.is_complete),
        shared_image(pictures.images),
        identical_rows(frame, [column.name for column in columns], list(numbers)),
        split_by_image(frame),
        constant_risks(given),
        same_risks(risks.rename(columns=titles)),
        few_values(given),
        outside_unit(given),
        round_risks(given),
        flattered_training(training_and_new(models)),
        round_measurements(frame[list(numbers)], numbers),
        late_predictors([inputs_of(record, registry) for record in records]),
        events_per_predictor([fitted_of(one, registry) for one in models]),
        narrow_intervals([claim for record in records for claim in claims_of(record)]),
        shifted_parts(shift, first=first, second=second),
        worse_centres(
            [
                (title(one.record), result)
                for one in models
                if "centre" in one.cases
                for result in centre_results(
                    one.of(one.is_new), one.cases["centre"].to_numpy(dtype=object)[one.is_new]
                )
            ]
        ),
        misfit_groups([grouped(one, registry, by_case) for one in models]),
    )
    return tuple(sorted(found, key=lambda check: check.code))


def _training_against_rest(
    frame: pd.DataFrame, registry: Registry
) -> tuple[TwoSample | None, str, str]:
    """Training cases against those of all other splits, and what both are called."""
    placed = frame[frame["split"].notna()]
    is_training = placed["split"].astype(str).str.lower().isin(TRAINING).to_numpy(dtype=bool)
    if not is_training.any() or is_training.all():
        return None, "training", "other"
    others = sorted(set(placed["split"][~is_training]))
    result = two_sample(
        placed,
        ~is_training,
        pd.factorize(placed["patient_id"])[0].astype(np.int64),
        recorded(registry),
        seed=SEED,
    )
    return result, "training", others[0] if len(others) == 1 else "other"
