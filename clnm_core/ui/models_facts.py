"""What does the Models page compute? Every function takes a snapshot, a query and small values."""

from __future__ import annotations

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report.model_card_facts import model_card
from clnm_core.report.model_compare import VersionsCompared, compare_versions
from clnm_core.report.model_list import ListedModel, listed_models
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.card import Card
from clnm_core.ui import cached
from clnm_core.ui.judged import SEED

RESAMPLES = 200
"""Behind the two intervals of a card that need resampling."""


def models(query: CohortQuery) -> tuple[ListedModel, ...]:
    """The models of the cohort: those of the outcome of the query first, retired ones last.

    What was tried in a training stands under its model.
    """
    found = cached.computed(_models, query.everyone())
    return tuple(sorted(found, key=lambda one: (one.is_retired, one.outcome != query.outcome)))


def card(query: CohortQuery, name: str, version: str) -> Card:
    """The card of one version."""
    return cached.computed(_card, query.everyone(), name, version)


def compared(
    query: CohortQuery, first: tuple[str, str], second: tuple[str, str]
) -> VersionsCompared:
    """Two versions on the cases that both judged; each is a name and a version."""
    return cached.computed(_compared, query.everyone(), first, second)


def _models(warehouse: Warehouse, query: CohortQuery) -> tuple[ListedModel, ...]:
    return tuple(listed_models(warehouse, query.cohort))


def _card(warehouse: Warehouse, query: CohortQuery, name: str, version: str) -> Card:
    return model_card(warehouse, query.cohort, name, version, bootstrap=RESAMPLES, seed=SEED)


def _compared(
    warehouse: Warehouse, query: CohortQuery, first: tuple[str, str], second: tuple[str, str]
) -> VersionsCompared:
    return compare_versions(warehouse, query.cohort, first, second)
