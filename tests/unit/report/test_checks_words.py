"""The answer of the Checks page, and a page for every code."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest

from clnm_core.report.checks_words import (
    ALL_CODES,
    centres_words,
    checks_answer,
    checks_methods,
    explanation,
    left_out_words,
    shift_words,
)
from clnm_core.report.references import references
from clnm_core.stats import checks, findings
from clnm_core.stats.centres import CentreResult
from clnm_core.stats.checks import CODES
from clnm_core.stats.checks.result import clear, found, not_checked
from clnm_core.stats.shift import TwoSample
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.systems.left_out import CentresLeftOut, LeftOut

ROWS = pd.DataFrame({"a": [1]})
NONE = not_estimable("fewer than 10 cases", level=0.95)


def area(value, half=0.05):
    return Estimate(value, value - half, value + half, 0.95, "DeLong")


def test_the_gravest_comes_first_and_two_are_named():
    some = [
        found("C18", "warning", "the model is worse at D", "Look.", ROWS),
        found("C17", "info", "parts differ", "Say so.", ROWS),
        found("C03", "error", "40 pairs are copies", "Take them out.", ROWS),
        found("C01", "error", "30 of 1,110 patients are in both train and test", "Split.", ROWS),
        clear("C02", "None."),
        not_checked("C16", "No claims."),
    ]
    assert checks_answer(some) == (
        "2 errors, 1 warning, 1 note: 30 of 1,110 patients are in both train and test (C01); "
        "40 pairs are copies (C03); and 2 others. 1 check could not look; it says why below."
    )


def test_nothing_found_is_said_with_how_many_looked():
    assert checks_answer([clear("C01", "None."), clear("C02", "None.")]) == (
        "Nothing was found by 2 of 2 checks."
    )
    assert "by 1 of 2 checks. 1 check could not look" in checks_answer(
        [clear("C01", "None."), not_checked("C02", "No images.")]
    )
    assert checks_answer([]) == "Nothing was checked."


def two_sample(estimate, drivers=(("Age", 0.5), ("Sex", 0.1)), is_sample=False):
    return TwoSample(estimate, 0.5, 120, 80, is_sample, drivers)


def test_parts_are_told_apart_clearly_barely_or_not():
    words = shift_words(two_sample(area(0.52)), first="training", second="centre C")
    assert words == (
        "A classifier reaches an AUC of 0.52 (0.47–0.57) between training (120) and centre C (80): "
        "they cannot be told apart."
    )
    assert "can clearly be told apart, most by age and sex." in shift_words(
        two_sample(area(0.8)), first="a", second="b"
    )
    assert "can barely be" in shift_words(two_sample(area(0.56)), first="a", second="b")
    assert "random sample" in shift_words(
        two_sample(area(0.52), is_sample=True), first="a", second="b"
    )
    assert shift_words(two_sample(NONE), first="a", second="b").endswith("fewer than 10 cases.")


def centre(name, value, gap, half=0.05):
    difference = Estimate(gap, gap - half, gap + half, 0.95, "sum of both variances")
    return CentreResult(name, 50, 20, area(value), area(0.9), difference, area(1.0), 0.01)


def test_the_worst_centre_is_named_only_where_it_is_more_than_chance():
    bad = centres_words([centre("D", 0.6, -0.3), centre("A", 0.9, 0.1)], model="Uneven")
    assert "at centre D, 0.60 (0.55–0.65), that is 0.30 (0.25–0.35) below all others" in bad
    fair = centres_words([centre("D", 0.88, -0.02), centre("A", 0.9, 0.1)], model="Fair")
    assert fair.startswith("“Fair” is worse at none of 2 centres")
    empty = CentreResult("D", 5, 2, NONE, NONE, NONE, NONE, math.nan)
    assert centres_words([empty], model="Fair").startswith("There are no two centres")


def test_the_baseline_says_its_range_or_why_it_has_none():
    ranged = CentresLeftOut(
        (
            LeftOut("A", 50, 20, 100, area(0.7), area(1), area(1)),
            LeftOut("B", 50, 20, 100, area(0.8), area(1), area(1)),
            LeftOut("C", 5, 2, 0, NONE, NONE, NONE),
        ),
        True,
    )
    assert "from 0.70 (0.65–0.75) at A to 0.80 (0.75–0.85) at B. A random sample" in left_out_words(
        ranged
    )
    assert left_out_words(CentresLeftOut((), False)).startswith("No centre could be left out")


def codes_in(module):
    return set(re.findall(r"^([AC]\d\d)\s", module.__doc__, re.M))


def test_the_tables_of_codes_and_their_titles_agree():
    assert codes_in(checks) == set(CODES)
    assert codes_in(findings) == {code for code in ALL_CODES if code.startswith("A")}


@pytest.mark.parametrize("code", ALL_CODES)
def test_every_code_has_its_page(code):
    page = explanation(code)
    for part in ("What it means", "Why it matters", "How it is found", "What to do", "Reference"):
        assert f"**{part}.**" in page
    assert len(page.split()) < 300


def test_no_page_is_without_a_code():
    from clnm_core.report.checks_words import _PAGES

    assert {path.stem for path in _PAGES.glob("*.md")} == set(ALL_CODES)
    for code, title in ALL_CODES.items():
        first = (_PAGES / f"{code}.md").read_text(encoding="utf-8").split("\n")[0]
        assert first.startswith(f"# {code}: ")
        assert first.removeprefix(f"# {code}: ").lower() in (
            title.lower(),
            title.lower().removesuffix(" in the audit"),
        )


def test_an_unknown_code_is_an_error():
    with pytest.raises(KeyError, match="no code 'C99'"):
        explanation("C99")


def test_the_methods_name_papers_that_are_cited_in_full():
    cited = " ".join(references(checks_methods()))
    for name in ("Holm", "Austin", "Welch", "DeLong", "Obuchowski", "Debray", "Lopez-Paz"):
        assert name in cited, name
