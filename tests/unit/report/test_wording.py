"""Claims about how numbers are said."""

import math

import pytest

from clnm_core.report import wording
from clnm_core.report.wording import Unit
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.uncertainty import Estimate, not_estimable

NAN = float("nan")


@pytest.mark.parametrize(
    ("share", "n", "text"),
    [
        (0.557, None, "56 %"),
        (0.557, 999, "56 %"),
        (0.557, 1000, "55.7 %"),
        (0.0, 50, "0 %"),
        (1.0, 50, "100 %"),
        (0.001, 500, "< 1 %"),
        (0.999, 500, "> 99 %"),
        (0.0001, 5000, "< 0.1 %"),
        (0.99999, 5000, "> 99.9 %"),
        (NAN, 50, "not estimable"),
    ],
)
def test_per_cent_has_no_decimals_below_a_thousand_cases_and_never_hides_a_rare_event(
    share, n, text
):
    assert wording.percent(share, n) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.887, 0.931, "0.89–0.93"),
        (-0.19, 0.03, "−0.19 to 0.03"),
        (0.0, math.inf, "0.00–∞"),
        (NAN, NAN, "no interval"),
    ],
)
def test_an_interval_has_an_en_dash_and_says_to_where_a_minus_stands(low, high, text):
    assert wording.interval(low, high) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234567.0, 0, "1,234,567"),
        (-0.004, 2, "0.00"),
        (-0.5, 2, "−0.50"),
        (-math.inf, 2, "−∞"),
    ],
)
def test_a_number_has_thousands_commas_and_a_true_minus(value, decimals, text):
    assert wording.number(value, decimals) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0, "p < 0.001"),
        (0.00099, "p < 0.001"),
        (0.001, "p 0.001"),
        (0.0099, "p 0.010"),
        (0.03, "p 0.03"),
        (0.0499, "p 0.049"),
        (0.0501, "p 0.050"),
        (0.054, "p 0.054"),
        (0.2, "p 0.20"),
        (0.999, "p > 0.99"),
        (NAN, "p not estimable"),
    ],
)
def test_a_p_value_is_never_rounded_across_0_05(p, text):
    assert wording.p_text(p) == text


def test_an_estimate_says_value_interval_and_method():
    area = Estimate(0.9071, 0.8912, 0.9288, 0.95, "DeLong")
    assert wording.estimate_text(area, method="DeLong") == "0.91 (0.89–0.93, DeLong)"
    assert wording.estimate_text(area, decimals=3) == "0.907 (0.891–0.929)"


def test_a_share_is_said_in_per_cent_with_its_interval():
    share = Estimate(0.5573, 0.529, 0.5852, 0.95, "Wilson")
    assert wording.estimate_text(share, Unit.SHARE, n=1204) == "55.7 % (52.9–58.5)"
    assert wording.value_text(share, Unit.SHARE) == "56 %"
    assert wording.interval_text(share, Unit.SHARE) == "53–59"


def test_what_cannot_be_estimated_says_why():
    assert (
        wording.estimate_text(not_estimable("one class only", level=0.95))
        == "not estimable: one class only"
    )
    assert wording.reason(Estimate(NAN, NAN, NAN, 0.95, "")) == "not estimable"
    assert wording.reason(Estimate(NAN, NAN, NAN, 0.95, "no cases")) == "not estimable: no cases"


def test_a_value_without_an_interval_stands_alone():
    assert wording.estimate_text(Estimate(0.91, NAN, NAN, 0.95, "exact")) == "0.91"


@pytest.mark.parametrize(
    ("method", "short"),
    [
        ("DeLong", "DeLong"),
        ("Obuchowski, patient-clustered", "Obuchowski"),
        ("Wilson, clustered by patient", "Wilson"),
        ("percentile bootstrap, patient-clustered", "bootstrap"),
        ("exact", "exact"),
    ],
)
def test_a_method_is_known_by_one_word_in_a_sentence(method, short):
    assert wording.short_method(method) == short


def test_every_metric_has_a_way_to_be_said_and_shares_lie_between_0_and_1():
    for metric in METRICS:
        if wording.unit_of(metric.name) is Unit.SHARE:
            assert metric.range == (0, 1)
    assert {metric.name for metric in METRICS} >= wording.SHARES


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Lateral neck metastasis", "lateral neck metastasis"),
        ("TI-RADS", "TI-RADS"),
        ("BRAF V600E", "BRAF V600E"),
        ("N+", "N+"),
        ("T stage", "T stage"),
        ("", ""),
    ],
)
def test_a_label_inside_a_sentence_keeps_its_abbreviations(label, inside):
    assert wording.lower_first(label) == inside


@pytest.mark.parametrize(
    ("parts", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ("abc", "a, b and c")]
)
def test_words_in_a_row_end_with_and(parts, text):
    assert wording.joined(parts) == text


def test_counts_and_distances_carry_their_unit():
    assert wording.count_text(0, "case") == "0 cases"
    assert wording.count_text(1, "case") == "1 case"
    assert wording.mm(2.5) == "2.5 mm"
