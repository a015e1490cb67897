"""Which models, against which, on which split, at which threshold and cuts?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.ui import cached, links, panels, pickers

AT_THRESHOLD = "at_threshold"

CUTS: dict[str, tuple[float, ...]] = {
    AT_THRESHOLD: (),
    "low_and_high": (0.1, 0.3),
    "thirds": (0.33, 0.67),
    "quarters": (0.25, 0.5, 0.75),
}
"""Where groups of risk may start; none means at the threshold alone."""

_CUT_WORDS = {
    AT_THRESHOLD: "two: at the threshold",
    "low_and_high": "three: at 10 and 30 %",
    "thirds": "three: at 33 and 67 %",
    "quarters": "four: at 25, 50 and 75 %",
}

_FIRST = 2
"""Models that are compared until somebody chooses others."""


@dataclass(frozen=True, slots=True)
class Picked:
    """What is compared.

    ``names`` are models in the order of their names, ``labels`` what a reader sees for
    each; ``against`` is the one that the others are set against; ``cuts`` is where groups
    of risk start.
    """

    query: CohortQuery
    names: tuple[str, ...]
    labels: dict[str, str]
    against: str
    threshold: float
    cuts: tuple[float, ...]

    @property
    def quoted(self) -> dict[str, str]:
        """The labels as they stand inside a sentence."""
        return {name: f"“{label}”" for name, label in self.labels.items()}


def pick(query: CohortQuery) -> Picked | None:
    """Ask for everything; say what to do where there are no two models to compare."""
    models = {m.name: m for m in cached.models(query.cohort) if m.outcome == query.outcome}
    if not models:
        panels.pick_model(query)
        return None
    labels = links.labels_of({name: panels.model_title(m) for name, m in models.items()})
    if len(models) == 1:
        panels.empty(
            "There is nothing to compare yet",
            f"Only “{next(iter(labels.values()))}” has judged these cases. Here its risks would "
            "stand beside those of a second model for the same outcome. Train one, import its "
            "risks, or open a file that holds the risks of several models.",
            "Audit a file with several models",
            "audit_file.py",
        )
        return None
    names = pickers.pick_several("Models", labels, key="models", first=_FIRST)
    if len(names) < 2:
        st.write("Choose two models or more to set them side by side.")
        return None
    chosen = {name: labels[name] for name in names}
    columns = st.columns(4)
    with columns[0]:
        against = pickers.pick("Against", "against", chosen)
    with columns[1]:
        split = panels.pick_split(query, models[against])
    with columns[2]:
        threshold = panels.pick_threshold(pickers.usual_threshold(models[against]))
    with columns[3]:
        cuts = CUTS[pickers.pick("Groups of risk", "cuts", _CUT_WORDS)]
    return Picked(
        replace(query, split=split), names, chosen, against, threshold, cuts or (threshold,)
    )
