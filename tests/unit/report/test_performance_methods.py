"""The methods lines of the Performance views: what they name can be cited."""

from __future__ import annotations

import re

import pytest

from clnm_core.report.performance_methods import (
    recalibration_methods,
    separation_methods,
    thresholds_methods,
    usefulness_methods,
)
from clnm_core.report.references import REFERENCES
from clnm_core.stats.recalibrated import METHODS

BY_BOOTSTRAP = {"bootstrap": 1000, "seed": 7}


def lines(is_clustered: bool) -> list[str]:
    clustered = {"is_clustered": is_clustered, **BY_BOOTSTRAP}
    return [
        separation_methods(over="specificity", low=0.9, **clustered),
        thresholds_methods(is_clustered=is_clustered),
        usefulness_methods(**clustered),
        *(recalibration_methods(method, **BY_BOOTSTRAP) for method in ("", *METHODS)),
    ]


@pytest.mark.parametrize("is_clustered", [False, True])
def test_every_author_and_year_is_in_the_references(is_clustered: bool) -> None:
    for line in lines(is_clustered):
        for named in re.findall(r"[A-Z][A-Za-z]+ (?:19|20)\d\d", line):
            assert named in REFERENCES, named
        assert line.endswith("95 % intervals.")


def test_patients_with_several_cases_change_the_method() -> None:
    alone, together = lines(False), lines(True)
    assert "DeLong 1988" in alone[0]
    assert "Obuchowski 1997" in together[0]
    assert "Wilson 1927" in alone[1]
    assert "effective number of cases" in together[1]
    assert "case-level" in alone[2]


def test_without_a_correction_none_is_described() -> None:
    assert "correction" not in recalibration_methods("", **BY_BOOTSTRAP)
    assert "fitted on other patients" in recalibration_methods("slope", **BY_BOOTSTRAP)
