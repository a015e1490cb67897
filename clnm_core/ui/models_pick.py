"""Which model's card is shown, in which version, and with what is it compared?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report.model_list import ListedModel
from clnm_core.systems.card import Publication
from clnm_core.ui import cached, links, models_facts, panels
from clnm_core.ui.words import plain

NOTHING = "nothing"
"""No comparison, and no version of its own; never empty, as an empty word is written to links."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A model, one of its versions, and name and version of what it is compared with.

    ``against`` is empty where nothing is compared. ``name`` may be that of something that was
    tried in the training of ``model``.
    """

    model: ListedModel
    name: str
    version: str
    against: tuple[str, str] | None


def pick(query: CohortQuery) -> Picked | None:
    """Ask for all of it; say what to do where the cohort has no model."""
    models = {one.name: one for one in models_facts.models(query)}
    if not models:
        title = cached.cohort(query.cohort).title
        panels.empty(
            "There is no model yet",
            f"Here would be the card of every model of {title}: what it was trained on, how well "
            "it does and for whom, and what was not tested. Train one on the page Systems, or add "
            "the risks of a model made elsewhere with the command predictions.",
            "Train a model",
            "systems.py",
        )
        return None
    parts = {part: one for one in models.values() for part in one.parts}
    left, middle, right = st.columns(3)
    with left:
        name = _pick("Model", "model", _model_labels(models))
    model = models.get(name) or parts[name]
    history = model.history if name in models else ()
    with middle:
        version = _pick("Version", "version", _version_labels(history))
    with right:
        others = _against(models, model, name, version)
        labels = {key: label for key, (label, _) in others.items()}
        against = others[_pick("Compare with", "version_against", labels)][1]
    return Picked(model, name, "" if version == NOTHING else version, against)


def _model_labels(models: Mapping[str, ListedModel]) -> dict[str, str]:
    """Every model, and under it what was tried in its training."""
    found = {}
    for name, one in models.items():
        found[name] = one.title
        found |= dict(zip(one.parts, one.part_titles, strict=True))
    return found


def _version_labels(history: tuple[Publication, ...]) -> dict[str, str]:
    """Every version, the one in use first; what was tried has that of its model."""
    ordered = sorted(history, key=lambda one: not one.is_shown)
    return {one.version: version_label(one) for one in ordered} or {NOTHING: "as its model"}


def version_label(one: Publication) -> str:
    """What a reader sees for a version; it stays the same whatever becomes of the version."""
    return f"{one.number} · {one.version}"


def _against(
    models: Mapping[str, ListedModel], model: ListedModel, name: str, version: str
) -> dict[str, tuple[str, tuple[str, str] | None]]:
    """What it can be compared with: other versions, then other models of the same outcome."""
    found: dict[str, tuple[str, tuple[str, str] | None]] = {NOTHING: (NOTHING, None)}
    if name in models:
        for one in model.history:
            if one.version != version:
                found[one.version] = (version_label(one), (name, one.version))
    for other in models.values():
        if other.outcome == model.outcome and other.name != name:
            found[other.version] = (other.title, (other.name, other.version))
    return found


def _pick(label: str, key: str, names: Mapping[str, str]) -> str:
    """One of several by its label, kept in the link, where its name is understood too.

    What a link asks for and is not there is said; what only another model had is let go of.
    """
    shown = links.labels_of(names)
    first = next(iter(shown))
    asked = st.query_params.get(key, "")
    if key in st.session_state:
        if st.session_state[key] not in shown:
            st.session_state[key] = first
    elif asked in shown and asked != shown[asked]:
        st.query_params[key] = shown[asked]
        st.rerun()
    elif asked and asked not in shown.values():
        st.warning(
            f"The link asks under “{label}” for “{plain(asked[:60])}”, which is not there. Shown "
            f"is “{plain(shown[first])}”.",
            icon=":material/link_off:",
        )
    return str(
        st.selectbox(
            label,
            list(shown),
            format_func=lambda name: shown.get(name, str(name)),
            key=key,
            bind="query-params",
        )
    )
