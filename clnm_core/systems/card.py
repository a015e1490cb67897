"""What is known of a model, as plain facts?

Nothing is guessed: what a manifest does not say is missing here, and the card says "not
recorded". The parts follow Mitchell 2019 (doi:10.1145/3287560.3287596) and what TRIPOD+AI
(doi:10.1136/bmj-2023-078378) asks of a report.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from clnm_core.stats.group_result import GroupResult
from clnm_core.stats.uncertainty import Estimate, plain_number

HONEST = ("external", "test", "validation", "cross-validated")
"""Splits in which a model was not fitted, the most telling first."""

TAUGHT = ("train", "cross-validated")
"""Splits whose cases a model learned from."""


@dataclass(frozen=True, slots=True)
class Input:
    """One recorded variable that a model reads.

    ``low`` and ``high`` are the range of a number in training, ``shares`` how often each
    level occurred there; NaN and empty where not recorded.
    """

    name: str
    label: str
    unit: str
    low: float = math.nan
    high: float = math.nan
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """How a model did on one split of its risks.

    Parameters
    ----------
    split : str
    cases, patients, events : int
        With a known outcome.
    centres : tuple of str
        Where they came from; empty where that is not recorded.
    unknown : int
        Cases with a risk and without a known outcome.
    metrics : dict of str to Estimate
        Without sensitivity and other measures at a threshold where none is recorded.
    best_auc, covered : float
        What AUC nobody can beat, and the share of the way from 0.5 to it; NaN where the true
        risk is not known, and for cases that taught.

    """

    split: str
    cases: int
    patients: int
    events: int
    centres: tuple[str, ...]
    unknown: int
    metrics: Mapping[str, Estimate]
    best_auc: float = math.nan
    covered: float = math.nan


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried in the same training: AUC by split, and its facts."""

    name: str
    label: str
    auc: Mapping[str, Estimate]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Publication:
    """One version of the model; times are ISO 8601, and words empty where not recorded."""

    version: str
    number: int
    created: str
    by: str
    is_shown: bool
    retired_at: str = ""
    retired_by: str = ""
    retired_why: str = ""
    retired_whole: bool = False  #: with all other versions of the model


@dataclass(frozen=True, slots=True)
class Study:
    """The cohort that a model was trained or judged on, as the store has it now.

    ``exclusions`` are reason, patients and cases left out; ``straddling`` counts patients
    who stand in several splits.
    """

    name: str
    title: str
    is_synthetic: bool
    cases: int
    patients: int
    centres: tuple[str, ...]
    exclusions: tuple[tuple[str, int, int], ...]
    straddling: int
    readers: int
    reads: int
    aided: int
    store_version: int


@dataclass(frozen=True, eq=False, slots=True)
class Card:
    """All that is known of one version of a model.

    Parameters
    ----------
    name, title, system : str
    manifest : dict
        What was written down when it was made.
    outcome, outcome_label, outcome_help : str
    publication : Publication
        The version that the card is of.
    history : tuple of Publication
        All versions, the newest first.
    part_of : str
        The model in whose training it was tried; empty for a model of its own.
    study : Study
    inputs : tuple of Input
    results : tuple of Result
        The most telling split first.
    groups : tuple of GroupResult
        Of the first of ``results``.
    group_labels : dict of str to str
    tried : tuple of Tried
    is_true_risk_known : bool
        Whether the cohort has the risk from which this outcome was drawn.

    """

    name: str
    title: str
    system: str
    manifest: Mapping[str, Any]
    outcome: str
    outcome_label: str
    outcome_help: str
    publication: Publication
    history: tuple[Publication, ...]
    part_of: str
    study: Study
    inputs: tuple[Input, ...]
    results: tuple[Result, ...]
    groups: tuple[GroupResult, ...]
    group_labels: Mapping[str, str]
    tried: tuple[Tried, ...]
    is_true_risk_known: bool

    @property
    def judged(self) -> Result | None:
        """The most telling result on cases that taught nothing; ``None`` where there is none."""
        return next((one for one in self.results if one.split in HONEST), None)

    @property
    def is_trained_here(self) -> bool:
        """Whether the model itself, not only its risks, is in the store."""
        return "digest" in self.manifest

    def to_dict(self) -> dict[str, Any]:
        """The card as plain JSON values; NaN and infinity become ``None``."""
        return {
            "name": self.name,
            "title": self.title,
            "system": self.system,
            "outcome": self.outcome,
            "outcome_label": self.outcome_label,
            "outcome_help": self.outcome_help,
            "part_of": self.part_of or None,
            "version": asdict(self.publication),
            "versions": [asdict(one) for one in self.history],
            "study": asdict(self.study),
            "inputs": [_plain(asdict(one)) for one in self.inputs],
            "results": [_plain(asdict(one)) for one in self.results],
            "groups": [_plain(asdict(one)) for one in self.groups],
            "tried": [_plain(asdict(one)) for one in self.tried],
            "is_true_risk_known": self.is_true_risk_known,
            "manifest": _plain(dict(self.manifest)),
        }


def _plain(value: Any) -> Any:
    """The value with tuples as lists and no NaN."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return plain_number(value) if isinstance(value, float) else value
