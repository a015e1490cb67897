"""How did a model come to be what it is: its epochs, its centres, its leak, its nomogram?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clnm_core.report.systems_words import centres_words, epochs_answer
from clnm_core.stats.uncertainty import not_estimable
from clnm_core.store.records import ModelRecord
from clnm_core.systems.left_out import CentresLeftOut, LeftOut
from clnm_core.ui import checks_facts, panels, systems_facts, systems_leak, systems_nomogram
from clnm_core.ui.charts.centres import centres_figure
from clnm_core.ui.charts.training_history import chosen_epochs, training_history_figure
from clnm_core.ui.words import plain


def draw(record: ModelRecord) -> None:
    """What the system kept of its training; nothing where it kept nothing."""
    _history(record)
    _centres(record)
    systems_leak.draw(record)
    systems_nomogram.draw(record)


def _history(record: ModelRecord) -> None:
    epochs = systems_facts.history(record)
    if epochs.empty:
        return
    st.subheader("How it learned", anchor=False)
    kept = chosen_epochs(epochs)
    columns = ["network", "number", "epochs", "validation_auc"]
    st.write(plain(epochs_answer(list(kept[columns].itertuples(index=False, name=None)))))
    panels.figure_card(
        training_history_figure(epochs, dark=panels.is_dark()),
        epochs,
        "Training loss and validation AUC, epoch by epoch",
        "The dot is the epoch that was kept: the best on validation cases. A loss that still falls "
        "while the validation AUC does not is a network that learns its training cases by heart. "
        "Prechelt 1998, doi:10.1007/3-540-49430-8_3.",
        "training_history",
    )


def _centres(record: ModelRecord) -> None:
    """How the system did at each centre from which it learned nothing, where that was asked for."""
    said = record.manifest.get("centres_left_out")
    if not said:
        return
    found = CentresLeftOut(
        tuple(LeftOut.from_dict(one) for one in said["centres"]), bool(said["is_sample"])
    )
    st.subheader("At a centre that it did not know", anchor=False)
    st.write(plain(centres_words(found)))
    if not found.centres:
        return
    rows = checks_facts.centre_rows(None, found).assign(series="model")
    panels.figure_card(
        centres_figure(
            rows,
            not_estimable("every centre has a model of its own", level=0.95),
            names={"model": "trained without the centre"},
            dark=panels.is_dark(),
        ),
        pd.DataFrame([one.to_dict() for one in found.centres]),
        "AUC at each centre of a model that was trained without it",
        "Each dot is another model: the same system and settings, fitted on the patients of all "
        "other centres. It is what to expect at a new centre. Debray 2013, doi:10.1002/sim.5732.",
        "centres_left_out",
    )
