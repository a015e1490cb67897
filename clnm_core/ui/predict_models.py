"""Which models can be asked about a new case, and what if there is none yet?"""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.jobs.training import train
from clnm_core.report.case_words import reads_words
from clnm_core.store.places import default_store
from clnm_core.store.records import ModelRecord
from clnm_core.ui import cached, cached_models, missing_model, panels, pickers, visitor
from clnm_core.ui.words import plain


def ready(query: CohortQuery) -> tuple[ModelRecord, ...]:
    """The models that judge the chosen outcome in a new case.

    Offers to train one, and stops the page, where there is none.
    """
    records = can_be_asked(query)
    if not records:
        _offer_training(query)
        st.stop()
    missing_model.say(records)
    return records


def can_be_asked(query: CohortQuery) -> tuple[ModelRecord, ...]:
    """The models of the cohort that judge the chosen outcome in a new case; maybe none."""
    return tuple(
        record for record in cached_models.trained(query.cohort) if record.outcome == query.outcome
    )


def say(records: tuple[ModelRecord, ...]) -> None:
    """What each model is, from whom it learned, and what of a case it reads."""
    with st.expander(f"What {'the models read' if len(records) > 1 else 'the model reads'}"):
        for record in records:
            st.caption(plain(reads_words(record.manifest, cached_models.inputs_of(record))))


def pick_shown(records: tuple[ModelRecord, ...]) -> str:
    """The name of the model that is explained in detail; kept in the link."""
    names = {record.name: panels.model_title(record) for record in records}
    if len(names) == 1:
        return next(iter(names))
    return pickers.pick("Explained in detail", "model", names)


def _offer_training(query: CohortQuery) -> None:
    cohort = cached.cohort(query.cohort)
    label = cached.registry(query.cohort)[query.outcome].label.lower()
    counted = next(count for count in cohort.outcomes if count.name == query.outcome)
    if not (counted.true and counted.false):
        st.info(
            f"Nothing can be learned about {label} from {plain(cohort.title)}: {counted.true:,} cases have it, "
            f"{counted.false:,} do not, {counted.unknown:,} are unknown. Choose another outcome in the sidebar.",
            icon=":material/info:",
        )
        return
    st.info(
        f"No model of {plain(cohort.title)} judges {label} in a new case yet. The logistic baseline "
        "learns it from the recorded findings in a few seconds.",
        icon=":material/model_training:",
    )
    if st.button("Train the clinical model", type="primary", key="train_clinical"):
        with st.status("Training") as status:

            def show(share: float, step: str) -> None:
                status.update(label=f"{step} ({share:.0%})")

            train(
                default_store(),
                "clinical",
                query.cohort,
                name=f"clinical-{query.outcome.replace('_', '-')}",
                outcome=query.outcome,
                device="cpu",
                actor=visitor.login(),
                progress=show,
            )
        st.rerun()
