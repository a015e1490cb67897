"""Which trained models can be read off a nomogram, and where is it drawn?"""

from __future__ import annotations

from typing import Any

import streamlit as st

from clnm_core.store.records import ModelRecord
from clnm_core.systems.nomogram import Nomogram, nomogram_of
from clnm_core.ui import cached_models, nomogram_view

LINEAR = ("clinical", "cli-dlr", "score-model")
"""Systems whose models are, or may be, one logistic regression."""


def draw(record: ModelRecord) -> None:
    """The nomogram of a model that has one, once it is asked for: the model is loaded for it."""
    if record.system not in LINEAR:
        return
    if not st.toggle(
        "Draw the nomogram",
        key="systems_nomogram",
        persist_state="session",
        help="Points for each variable that add up to the risk; to be used by hand.",
    ):
        return
    found = nomogram(cached_models.loaded(record), record.system)
    if found is None:
        st.caption("The learner that was kept is no logistic regression, so it has no nomogram.")
        return
    nomogram_view.draw(found, outcome=str(record.manifest["outcome_label"]))


def nomogram(model: Any, system: str) -> Nomogram | None:
    """The nomogram of a model of one of the linear systems; ``None`` where it is not linear.

    Parameters
    ----------
    model : Model
        Of that very system.
    system : str
        One of :data:`LINEAR`.

    """
    if system == "clinical":
        return nomogram_of(model.model)
    if system == "score-model" and model.learner != "logistic-regression":
        return None
    return nomogram_of(model.logistic, model.calibrator)
