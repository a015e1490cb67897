"""The form of one case: made from the columns that the model reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column, Kind
from clnm_core.domain.form import read_form
from clnm_core.report.case_words import reads_words
from clnm_core.store.modelling import train_in_store
from clnm_core.store.places import default_store
from clnm_core.store.records import ModelRecord
from clnm_core.ui import cached, cached_models, missing_model, panels, pickers
from clnm_core.ui.words import plain

UNKNOWN = "unknown"
_ASKED = "_predict_asked"
_WAITING = "_predict_waiting"
_MEASURED = "_predict_measured"
_COLUMNS = 3

MOST_REPORT = 20_000
"""Letters of a report; a longer one is no report."""


def pick_model(query: CohortQuery) -> ModelRecord:
    """The model to ask: of those that judge the chosen outcome.

    Offers to train one, and stops the page, where there is none.
    """
    records = [r for r in cached_models.trained(query.cohort) if r.outcome == query.outcome]
    if not records:
        _offer_training(query)
        st.stop()
    missing_model.say(records)
    names = [record.name for record in records]
    name = names[0]
    if len(names) > 1:
        name = pickers.pick("Model", "model", {r.name: panels.model_title(r) for r in records})
    record = records[names.index(name)]
    st.caption(plain(reads_words(record.manifest, cached_models.inputs_of(record))))
    return record


class Filled(NamedTuple):
    """What somebody filled in for one case: checked values by column, and the report's text."""

    values: dict[str, Any]
    report: str


def draw(record: ModelRecord) -> Filled | None:
    """Draw the form; what was filled in once the visitor has asked for a prediction.

    Nothing that is filled in enters the address or leaves the session.
    """
    inputs = cached_models.inputs_of(record)
    st.session_state.update(st.session_state.pop(_WAITING, {}))
    with st.form("case_form", border=True):
        given, report = {}, ""
        if inputs.columns:
            st.markdown("**Findings.** Leave empty what is not known.")
            given = _fields(inputs.columns, record)
        if inputs.reads_report:
            report = st.text_area(
                "Report",
                max_chars=MOST_REPORT,
                key=f"form_{record.cohort}_report",
                placeholder="The wording of the ultrasound report, if there is one",
                help="Read by the model and forgotten when you leave the page. Leave names out.",
            )
        if st.form_submit_button("Predict", type="primary", icon=":material/calculate:"):
            st.session_state[_ASKED] = record.name
    if st.session_state.get(_ASKED) != record.name:
        st.caption("Fill in what is known, then press Predict. Nothing is kept.")
        return None
    return Filled(read_form(given, inputs.columns), str(report).strip())


def fill(record: ModelRecord, values: Mapping[str, Any]) -> None:
    """Put measured values into fields of the form, at the next run.

    Until the visitor changes one, it follows what :func:`follow` is told.

    Parameters
    ----------
    record : ModelRecord
        The model whose form it is.
    values : mapping
        By column, each fit for it.

    """
    words = {_key(record, name): _as_field(value) for name, value in values.items()}
    st.session_state[_WAITING] = words
    st.session_state[_MEASURED] = words


def follow(record: ModelRecord, values: Mapping[str, Any]) -> bool:
    """Renew the fields that came from a measurement and were not changed since.

    A field whose value is no longer measured becomes unknown again.

    Returns
    -------
    bool
        Whether a field changes at the next run.

    """
    now = {_key(record, name): _as_field(value) for name, value in values.items()}
    measured = st.session_state.get(_MEASURED, {})
    untouched = {key for key, word in measured.items() if st.session_state.get(key) == word}
    fresh = {key: now.get(key, None if _is_number(measured[key]) else UNKNOWN) for key in untouched}
    st.session_state[_MEASURED] = fresh
    changed = {key: word for key, word in fresh.items() if word != measured[key]}
    if changed:
        st.session_state[_WAITING] = changed
    return bool(changed)


def _key(record: ModelRecord, column: str) -> str:
    return f"form_{record.cohort}_{column}"


def _as_field(value: Any) -> float | str:
    """A value as the field of its column holds it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else round(float(value), 2)


def _is_number(word: object) -> bool:
    return word is None or isinstance(word, float)


def _fields(columns: Sequence[Column], record: ModelRecord) -> dict[str, Any]:
    given = {}
    for start in range(0, len(columns), _COLUMNS):
        row = columns[start : start + _COLUMNS]
        for place, column in zip(
            st.columns(_COLUMNS, vertical_alignment="bottom"), row, strict=False
        ):
            with place:
                given[column.name] = _field(column, _key(record, column.name))
    return given


def _field(column: Column, key: str) -> float | str | None:
    if column.kind is Kind.NUMBER:
        low, high = column.bounds or (None, None)
        return st.number_input(
            column.title,
            min_value=low,
            max_value=high,
            value=None,
            step=1.0,
            format="%g",
            placeholder=UNKNOWN,
            help=column.help or None,
            key=key,
            persist_state="session",
        )
    if column.kind is Kind.FLAG:
        words = {"yes": "yes", "no": "no"}
    else:
        words = {level.value: level.label for level in column.levels}
    return st.selectbox(
        column.label,
        [UNKNOWN, *words],
        format_func=lambda word: words.get(word, word),
        help=column.help or None,
        key=key,
        persist_state="session",
    )


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

            train_in_store(
                default_store(),
                query.cohort,
                name=f"clinical-{query.outcome.replace('_', '-')}",
                outcome=query.outcome,
                progress=show,
            )
        st.rerun()
