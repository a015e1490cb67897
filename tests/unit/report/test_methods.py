"""Claims about how a page says what was done."""

import re

import numpy as np
import pytest

from clnm_core.report import methods
from clnm_core.report.references import REFERENCES, references
from clnm_core.stats.location import distance_bins, distance_curve

LINES = {
    "overview": methods.overview_methods(has_strata=True),
    "performance": methods.performance_methods(threshold=0.3),
    "clustered": methods.performance_methods(threshold=0.3, is_clustered=True, bootstrap=0),
    "subgroups": methods.subgroups_methods(threshold=0.305, fewest=10, margins=[("AUC", 0.05)]),
    "location": methods.location_methods("spline", "Wilson, clustered by patient", left_out=3),
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_every_method_named_with_a_year_has_its_full_citation(line):
    named = re.findall(r"\b[A-Z][A-Za-z]+ (?:19|20)\d\d", line)
    assert named
    assert len(references(line)) == len(set(named))
    assert line.endswith(".")


def test_citations_are_distinct_and_carry_a_doi_where_there_is_one():
    citations = list(REFERENCES.values())
    assert len(set(citations)) == len(citations)
    without = {name for name, text in REFERENCES.items() if "doi:" not in text}
    assert without == {"Holm 1979", "Korn 1998", "Lopez-Paz 2017", "Yang 2012"}


def test_performance_says_delong_resamples_seed_and_threshold():
    line = LINES["performance"]
    for words in ("AUC: DeLong 1988", "1,000 case-level resamples, seed 0", "at or above 0.30"):
        assert words in line


def test_several_cases_of_a_patient_change_the_methods():
    line = LINES["clustered"]
    assert "Obuchowski 1997" in line
    assert "DeLong" not in line
    assert "Rao 1992" in line
    assert "no resamples" in line


def test_table_one_without_strata_names_no_test():
    assert "Welch" not in methods.overview_methods(has_strata=False)


def test_a_threshold_is_not_rounded_to_another_one():
    assert "at or above 0.305" in LINES["subgroups"]


def test_location_says_the_curve_the_bands_the_claim_and_who_is_left_out():
    distance = np.linspace(0, 12, 200)
    y = np.sin(distance * 7) > 0
    curve, bins = distance_curve(distance, y), distance_bins(distance, y)
    line = methods.location_methods(curve.attrs["method"], bins.attrs["method"])
    assert "Restricted cubic spline" not in line
    assert "Curve: restricted cubic spline on the log-odds, 4 knots" in line
    assert "Wilson 1927" in line
    assert "no bin, n or interval was published" in line
    assert "left out" not in line
    assert "3 cases without a distance or an outcome are left out" in LINES["location"]


def test_a_curve_that_is_not_there_is_said_with_its_reason():
    line = methods.location_methods("not estimable: 2 events", "Wilson")
    assert line.startswith("Curve: not estimable: 2 events; ")
