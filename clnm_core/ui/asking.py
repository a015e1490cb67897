"""What does each model say of this one case? Asked once for every state of what is known.

What was answered is remembered for the visit and no longer, and nobody else can reach it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from clnm_core.errors import ClnmError, UnfitCaseError
from clnm_core.explain.opinion import Opinion, at_level, opinion
from clnm_core.explain.standing import Standing
from clnm_core.report.case_words import way_out
from clnm_core.store.records import ModelRecord
from clnm_core.systems.case import judge_case
from clnm_core.ui import cached_models, remembered
from clnm_core.ui.asked import Asked

_KEPT = 24
"""So many answers are remembered: a few models in the last few states of one case."""


def ask(asked: Asked, *, contents: Sequence[str]) -> Asked:
    """The same case with what every model says of it.

    Parameters
    ----------
    asked : Asked
        With ``records`` and all that was given; ``opinions`` and ``refusals`` are put in.
    contents : sequence of str
        Digest of all that a model sees of each picture, in the order of ``asked.views``.

    Returns
    -------
    Asked
        ``shown`` is the first opinion until another is picked.

    """
    opinions: list[Opinion] = []
    refusals: list[tuple[ModelRecord, str]] = []
    keys = [_key(asked, record, contents) for record in asked.records]
    with st.spinner("The models judge the case"):
        for record, key in zip(asked.records, keys, strict=True):
            said = remembered.once("opinions", key, partial(_said, asked, record), kept=_KEPT)
            if isinstance(said, Opinion):
                opinions.append(said)
            else:
                refusals.append((record, said))
    return replace(
        asked,
        opinions=tuple(opinions),
        refusals=tuple(refusals),
        shown=opinions[0] if opinions else None,
        digest=hashlib.sha256("\n".join(keys).encode()).hexdigest(),
    )


def sets_at(asked: Asked, level: float) -> Asked:
    """The same answer with prediction sets at another level; nothing is judged again.

    Parameters
    ----------
    asked : Asked
        As :func:`ask` gave it.
    level : float
        One of :data:`~clnm_core.explain.conformal.LEVELS`.

    """
    if all(one.level == level for one in asked.opinions):
        return asked
    opinions = tuple(
        at_level(one, _standing(asked, asked.record_of(one)), level=level) for one in asked.opinions
    )
    return replace(asked, opinions=opinions, shown=opinions[0])


def _said(asked: Asked, record: ModelRecord) -> Opinion | str:
    """The opinion of one model, or why it has none, in a sentence or two."""
    try:
        case = asked.case_for(record)
        report = judge_case(cached_models.loaded(record), record.manifest, case)
        return opinion(report, _standing(asked, record))
    except UnfitCaseError as error:
        if asked.case_id:
            return str(error)
        return f"{error} {way_out(cached_models.inputs_of(record), len(asked.pictures))}"
    except ClnmError as error:
        return str(error)


def _standing(asked: Asked, record: ModelRecord) -> Standing:
    """The cases on which the model may be believed; nobody is a witness of their own case."""
    found = cached_models.standing(record)
    return found.without(asked.patient) if asked.patient else found


def _key(asked: Asked, record: ModelRecord, contents: Sequence[str]) -> str:
    """Digest of the model and of all that it reads of the case; nothing else makes it answer anew."""
    inputs = cached_models.inputs_of(record)
    read = {column.name: asked.values.get(column.name) for column in inputs.columns}
    seen = [(one.image_id, one.view) for one in asked.views]
    parts = (
        (record.cohort, record.name, record.manifest["digest"], asked.patient),
        sorted(read.items()),
        asked.report_text if inputs.reads_report else "",
        list(zip(seen, contents, strict=True)) if inputs.views else [],
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()
