"""Which reporting checklists does the product know?"""

from __future__ import annotations

from clnm_core.report.checklists.claim import CLAIM
from clnm_core.report.checklists.items import Checklist, Item, Scoring
from clnm_core.report.checklists.metrics_score import METRICS_SCORE
from clnm_core.report.checklists.rqs import RQS
from clnm_core.report.checklists.tripod_ai import TRIPOD_AI

CHECKLISTS: dict[str, Checklist] = {
    checklist.name: checklist for checklist in (TRIPOD_AI, CLAIM, METRICS_SCORE, RQS)
}
"""By name, in the order in which they are offered."""

__all__ = [
    "CHECKLISTS",
    "CLAIM",
    "METRICS_SCORE",
    "RQS",
    "TRIPOD_AI",
    "Checklist",
    "Item",
    "Scoring",
]
