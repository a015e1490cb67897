"""Every number that the audit gives is explained."""

from __future__ import annotations

from clnm_core.report.definitions import DEFINITIONS
from clnm_core.stats.metrics import METRICS


def test_every_metric_is_defined_once_and_nothing_else_claims_to_be_one() -> None:
    defined = [definition.name for definition in DEFINITIONS if definition.name]
    assert sorted(defined) == sorted(metric.name for metric in METRICS)


def test_every_definition_is_a_sentence_with_a_source_or_a_reason() -> None:
    for definition in DEFINITIONS:
        assert definition.meaning.endswith("."), definition.term
        assert definition.reference or definition.term in ("Gap between groups", "Unknown")
