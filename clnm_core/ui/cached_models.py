"""Which trained models are loaded already?"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from clnm_core.store.modelling import can_predict, load_model
from clnm_core.store.places import default_store
from clnm_core.store.records import ModelRecord
from clnm_core.systems.clinical import ClinicalModel
from clnm_core.ui import cached


def trained(cohort: str) -> tuple[ModelRecord, ...]:
    """The models of a cohort that can judge a new case."""
    return tuple(record for record in cached.models(cohort) if can_predict(record))


def loaded(record: ModelRecord) -> ClinicalModel:
    """The model itself, read once per version of its files."""
    return _loaded(str(default_store()), record.cohort, record.name, record.manifest["digest"])


@st.cache_resource(max_entries=32, show_spinner=False)
def _loaded(root: str, cohort: str, name: str, digest: str) -> ClinicalModel:
    return load_model(Path(root), name, cohort=cohort)[0]
