"""Worked cases from published papers: what fits their tables, and what cannot be true.

Sources: Lee 2019, Eur Radiol 29:5452 (90.4 % three times on the test images of 995 images, a
split of 10.5 %); Lee 2020, Eur Radiol 30:3066 (3,838 images, 6 % metastatic); a nomogram of 2025
for salivary gland carcinoma, doi:10.1016/j.identj.2025.103895 (70 patients); Qing 2026,
doi:10.3389/fonc.2026.1721234 (62 patients). The matrices below were found by trying every
matrix of the sample.
"""

from __future__ import annotations

import time
from itertools import product

import pytest

from clnm_core.stats.printed import share
from clnm_core.stats.published import Paper, fitting
from clnm_core.stats.published_conflicts import allowed, conflict
from clnm_core.stats.published_intervals import area_interval, hanley_mcneil, implied_rates
from clnm_core.stats.seed_papers import SEED_PAPERS, seed_paper


def paper(n: tuple[int, int], **printed: str) -> Paper:
    return Paper(n, rates={name: share(text) for name, text in printed.items()})


def test_904_three_times_is_47_of_52_twice() -> None:
    fits = fitting(paper((100, 110), sensitivity="90.4", specificity="90.4", accuracy="90.4"))
    assert fits.is_complete
    assert fits.matrices[["tp", "fp", "fn", "tn"]].to_numpy().tolist() == [[47, 5, 5, 47]]
    rates = implied_rates(fits).set_index("name")
    assert rates.loc["sensitivity", "low"] == pytest.approx(0.794, abs=5e-4)
    assert rates.loc["sensitivity", "high"] == pytest.approx(0.958, abs=5e-4)
    assert (rates.loc["specificity", "events"], rates.loc["specificity", "of"]) == (47, 52)


def test_four_rates_of_70_patients_fit_one_table() -> None:
    printed = {"accuracy": ".886", "ppv": ".762", "sensitivity": ".842", "f1": ".80"}
    fits = fitting(paper((70, 70), **printed))
    assert fits.matrices[["tp", "fp", "fn", "tn"]].to_numpy().tolist() == [[16, 5, 3, 46]]
    every = [
        (tp, fp, fn, 70 - tp - fp - fn)
        for tp, fp, fn in product(range(1, 71), repeat=3)
        if tp + fp + fn <= 70
        and abs(tp / (tp + fp) - 0.762) <= 0.0005
        and abs(tp / (tp + fn) - 0.842) <= 0.0005
        and abs((70 - fp - fn) / 70 - 0.886) <= 0.0005
        and abs(2 * tp / (2 * tp + fp + fn) - 0.80) <= 0.005
    ]
    assert every == [(16, 5, 3, 46)]


def test_a_ppv_of_83_does_not_fit_6_per_cent_of_3838_images() -> None:
    printed = {"prevalence": "6 %", "sensitivity": ".802", "specificity": ".830", "ppv": "83.0 %"}
    whole = paper((3838, 3838), **printed)
    assert fitting(whole).count == 0
    found = conflict(whole)
    assert found is not None
    assert found.names == ("prevalence", "specificity", "ppv")
    assert not found.is_of_counts
    assert found.allowed["ppv"][1] == pytest.approx(0.0645 / (0.0645 + 0.9355 * 0.1695), abs=0.01)
    assert allowed(whole, "ppv") == pytest.approx(
        (bayes(0.055, 0.8015, 0.8295), bayes(0.065, 0.8025, 0.8305))
    )
    assert bayes(0.06, 0.802, 0.830) == pytest.approx(0.23, abs=0.005)


def bayes(prevalence: float, sensitivity: float, specificity: float) -> float:
    true, false = prevalence * sensitivity, (1 - prevalence) * (1 - specificity)
    return true / (true + false)


def test_an_area_of_080_in_62_patients_may_be_anything_from_069_to_091() -> None:
    found = hanley_mcneil(0.80, 31, 31)
    assert found.low == pytest.approx(0.69, abs=0.005)
    assert found.high == pytest.approx(0.91, abs=0.005)
    whole = Paper((62, 62), rates={"prevalence": share("50 %")}, auc=share("0.80"))
    tables = fitting(whole).matrices
    classes = [(events, 62 - events) for events in tables["events"].tolist()]
    interval, counts = area_interval(whole, classes)
    assert counts == (31, 31)
    assert interval.low == pytest.approx(0.69, abs=0.005)


def test_the_error_of_that_area_worked_by_hand() -> None:
    """Q1 = 0.8 / 1.2, Q2 = 1.28 / 1.8; (0.16 + 30 (Q1 - 0.64) + 30 (Q2 - 0.64)) / 31^2."""
    found = hanley_mcneil(0.80, 31, 31)
    assert ((found.high - 0.80) / 1.959964) ** 2 == pytest.approx(0.0032189, abs=1e-7)


@pytest.mark.parametrize("seed", SEED_PAPERS, ids=lambda seed: seed.slug)
def test_every_seed_table_is_solved_within_two_seconds(seed) -> None:
    start = time.process_time()
    whole = seed_paper(seed)
    fits = fitting(whole)
    found = conflict(whole)
    assert time.process_time() - start < 2
    assert (fits.count == 0) is (seed.slug == "ct-cad-external")
    assert (found is not None) is (seed.slug == "ct-cad-external")


@pytest.mark.parametrize(
    "printed",
    [
        {"accuracy": ".802"},
        {"sensitivity": ".80", "specificity": ".83", "accuracy": ".82"},
        {"accuracy": ".802", "f1": ".8", "ppv": ".9"},
        {"sensitivity": ".802", "specificity": ".830", "npv": ".95", "ppv": ".6", "f1": ".7"},
    ],
)
def test_50000_cases_are_answered_in_two_seconds(printed: dict[str, str]) -> None:
    start = time.process_time()
    whole = paper((50_000, 50_000), **printed)
    fitting(whole)
    conflict(whole)
    assert time.process_time() - start < 2
