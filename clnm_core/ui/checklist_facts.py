"""What does the store know that a checklist asks for?"""

from __future__ import annotations

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report.checklists.answer import Answer
from clnm_core.report.checklists.cohort_facts import cohort_facts
from clnm_core.report.checklists.model_facts import model_facts
from clnm_core.report.checklists.study import study
from clnm_core.store.warehouse import Warehouse


def known(warehouse: Warehouse, query: CohortQuery, model: str) -> dict[str, Answer]:
    """Answers by the name of the fact, for a cohort and, where named, a model of it."""
    found = study(warehouse, query, model)
    return cohort_facts(found) | model_facts(found)
