"""What came of a training? One trained model: its numbers, all that was tried, how it learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import MissingOutcomeError
from clnm_core.report import wording
from clnm_core.report.systems_words import readers_line, result_answer, set_aside_words
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store import selection
from clnm_core.store.records import ModelRecord
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.catalogue import Listed
from clnm_core.systems.ct_cad.leaked import leaks_of
from clnm_core.ui import (
    cached,
    entries,
    frame,
    links,
    missing_model,
    panels,
    pickers,
    slices_facts,
    systems_facts,
    systems_learning,
    systems_tried,
)
from clnm_core.ui.words import plain, unbroken

_PAGES = (
    *("performance.py", "subgroups.py", "slices.py", "location.py", "failures.py"),
    *("predict.py", "models.py"),
)
"""Where one model can be looked at."""


def draw(query: CohortQuery, one: Listed) -> None:
    """One of the models of a system, with everything that was tried beside it."""
    records = {m.name: m for m in systems_facts.trained(query.cohort, query.outcome, one.name)}
    if not records:
        st.caption(f"No model of {plain(one.label)} judges this outcome here yet.")
        return
    missing_model.say(records.values())
    left, right = st.columns(2)
    with left:
        titles = {name: panels.model_title(record) for name, record in records.items()}
        record = records[pickers.pick("Trained model", "model", titles)]
    with right:
        judged = replace(query, split=panels.pick_split(query, record))
    others = systems_facts.tried(record)
    row = cached.computed(systems_facts.numbers, judged, (record.name,)).iloc[0]
    area = _estimate(row, "auc")
    said = result_answer(
        panels.model_title(record),
        area,
        n=int(row["n"]),
        events=int(row["events"]),
        where=judged.split.replace("_", " "),
        tried=len(others),
    )
    st.markdown(plain(unbroken(said)))
    _strip(row)
    _by_split(query, record)
    if others:
        systems_tried.draw(judged, record, others)
    systems_learning.draw(record)
    _notes(record)
    _ways_on(query, record)


def _strip(row: pd.Series) -> None:
    shown = ("auc", "average_precision", "sensitivity", "specificity", "calibration_slope")
    panels.strip(
        [
            panels.estimate(
                systems_facts.MEASURES[name], _estimate(row, name), name=name, n=int(row["n"])
            )
            for name in shown
        ]
    )


def _by_split(query: CohortQuery, record: ModelRecord) -> None:
    """Every split that the model has risks for, one row each."""
    found = cached.computed(by_split, query, record.name)
    if len(found) < 2:
        return
    table = pd.DataFrame({"Judged on": found["split"], "n": found["n"], "Events": found["events"]})
    for name, label in systems_facts.MEASURES.items():
        unit = wording.unit_of(name)
        table[label] = [
            wording.estimate_text(_estimate(row, name), unit, n=int(row["n"]), decimals=3)
            for _, row in found.iterrows()
        ]
    st.dataframe(
        table, hide_index=True, height="content", alt="The model's measures on every split"
    )
    panels.table_download(found, "by_split")


def by_split(warehouse: Warehouse, query: CohortQuery, model: str) -> pd.DataFrame:
    """As :func:`systems_facts.numbers`, ``split`` first, one row per split whose outcomes are known."""
    splits = selection.prediction_splits(warehouse, query.cohort, model)["split"]
    registry = warehouse.registry(query.cohort)
    label = registry["split"].label_of if "split" in registry else str
    rows = []
    for split in splits:
        part = replace(query, split=str(split))
        try:
            found = systems_facts.numbers(warehouse, part, (model,))
        except MissingOutcomeError:
            continue  # cases that were given a risk, and of whom nobody knows the outcome
        rows.append(found.assign(split=label(split)))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame({"split": []})


def _estimate(row: pd.Series, name: str) -> Estimate:
    value, low, high = (float(row[key]) for key in (name, f"{name}_low", f"{name}_high"))
    return Estimate(value, low, high, 0.95, str(row[f"{name}_method"]))


def _notes(record: ModelRecord) -> None:
    for one in record.manifest.get("set_aside_reasons", ()):
        st.caption(plain(set_aside_words(int(one["cases"]), str(one["reason"]))))
    said = {one.sentence for one in leaks_of(record.manifest)}
    for note in dict.fromkeys(record.manifest.get("notes", ())):
        if note not in said:  # stands above, with its table
            st.caption(plain(str(note)))


def _ways_on(query: CohortQuery, record: ModelRecord) -> None:
    """The pages on which this model is audited, carded and asked."""
    held = cached.computed(systems_facts.held, query).holdings
    if held.reads:
        st.markdown(plain(readers_line(held.readers, held.reads)))
    files = (*_PAGES, *(("readers.py",) if held.reads else ()))
    st.html(links_html(query, link_word(query, record), files))


def links_html(query: CohortQuery, model: str, files: Sequence[str]) -> str:
    """Links to pages that open with this model; a link of Streamlit's own would not choose it."""
    target = escape(urlencode(slices_facts.address(query, [("model", model)])))
    shown = [entry for entry in entries.PAGES if entry.file in files and frame.is_there(entry)]
    each = " · ".join(
        f"<a href='{entry.url_path}?{target}'>{escape(entry.title)}</a>" for entry in shown
    )
    return f"<p class='clnm-table' style='border:none'>This model on {each}</p>"


def link_word(query: CohortQuery, record: ModelRecord) -> str:
    """How a link names a model: as the pickers of the audit pages show it."""
    titles = {
        one.name: panels.model_title(one)
        for one in cached.models(query.cohort)
        if one.outcome == query.outcome
    }
    return links.labels_of(titles)[record.name]
