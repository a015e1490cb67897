"""Which trained models, and which systems, are loaded already?

What is here may load torch, so it is asked only for a model or a system that was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column
from clnm_core.errors import ClnmError
from clnm_core.explain.reference import Reference
from clnm_core.explain.standing import Standing
from clnm_core.jobs.store_cases import cases_of
from clnm_core.report.wording import count_text, lower_first
from clnm_core.store.modelling import can_predict, load_model
from clnm_core.store.places import default_store
from clnm_core.store.records import ModelRecord
from clnm_core.store.references import made_at, reference_of
from clnm_core.store.standings import standing_of
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.cases import Cases
from clnm_core.systems.catalogue import system_of
from clnm_core.systems.fitness import learnable
from clnm_core.systems.protocol import Inputs, Model
from clnm_core.systems.splitting import TRAINING, VALIDATION
from clnm_core.ui import cached


class Looked(NamedTuple):
    """Whether a system can learn from the cases, and what it says of them in sentences."""

    is_fit: bool
    words: tuple[str, ...]


def trained(cohort: str) -> tuple[ModelRecord, ...]:
    """The models of a cohort that can judge a new case."""
    return tuple(record for record in cached.models(cohort) if can_predict(record))


def loaded(record: ModelRecord) -> Model:
    """The model itself, read once per version of its files; shared by all visitors."""
    return _loaded(str(default_store()), record.cohort, record.name, record.manifest["digest"])


def standing(record: ModelRecord) -> Standing:
    """How the model's risks stood on cases that did not teach it."""
    return cached.computed(_standing, CohortQuery(record.cohort, record.outcome), record.name)


def reference(record: ModelRecord) -> Reference | None:
    """What the model's own cohort looks like to it; ``None`` where that was not worked out.

    Raises
    ------
    StoreError
        If its files are not as they were kept.

    """
    root = default_store()
    return _reference(str(root), record.manifest["digest"], made_at(root, record), record)


def inputs_of(record: ModelRecord) -> Inputs:
    """What a model reads, from its manifest: the model itself is not loaded for it."""
    pictures = record.manifest.get("pictures", {})
    return Inputs(
        tuple(Column.from_dict(values) for values in record.manifest["inputs"]),
        views=tuple(pictures.get("views", ())),
        modality=pictures.get("modality", ""),
        structures=tuple(pictures.get("structures", ())),
        reads_report=bool(pictures.get("reads_report", False)),
    )


def defaults(system: str) -> Mapping[str, Any]:
    """Every setting of a system with its default."""
    return dict(system_of(system).defaults)


def required(query: CohortQuery, system: str) -> Looked:
    """What a system says of every case of the cohort of a query, before it learns from them."""
    return cached.computed(_required, query.everyone(), system)


def _standing(warehouse: Warehouse, query: CohortQuery, model: str) -> Standing:
    return standing_of(warehouse, warehouse.model(query.cohort, model))


def _required(warehouse: Warehouse, query: CohortQuery, system: str) -> Looked:
    chosen = system_of(system)
    try:
        cases = cases_of(warehouse.root, query.cohort, query.outcome)
        reasons, said = learnable(
            chosen,
            cases,
            _may_teach(cases, query.outcome),
            outcome=query.outcome,
            config=dict(chosen.defaults),
        )
    except ClnmError as error:
        return Looked(False, (str(error),))
    counted = reasons[reasons != ""].value_counts()
    lacking = tuple(
        f"{count_text(int(n), 'case')} {'is' if n == 1 else 'are'} left out: {lower_first(str(reason))}"
        for reason, n in counted.items()
    )
    return Looked(True, (*lacking, *said))


def _may_teach(cases: Cases, outcome: str) -> NDArray[np.bool_]:
    """Cases with a known outcome whose split lets a system see them."""
    known = cases.frame[outcome].notna()
    if "split" in cases.frame and cases.frame["split"].notna().any():
        known &= cases.frame["split"].isin((TRAINING, VALIDATION))
    return known.to_numpy(dtype=bool)


@st.cache_resource(max_entries=16, show_spinner=False)
def _reference(root: str, digest: str, made: int, _record: ModelRecord) -> Reference | None:
    return reference_of(Path(root), _record)


@st.cache_resource(max_entries=16, show_spinner=False)
def _loaded(root: str, cohort: str, name: str, digest: str) -> Model:
    return load_model(Path(root), name, cohort=cohort)[0]
