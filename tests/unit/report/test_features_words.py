"""What the Features page says."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from clnm_core.report.features_words import (
    features_answer,
    features_methods,
    reasons_in_words,
    repeatability_words,
)
from clnm_core.report.references import REFERENCES

BEST = pd.Series({"feature": "f", "auc": 0.31, "low": 0.22, "high": 0.36, "n": 100})


def test_a_feature_below_one_half_is_said_to_be_lower() -> None:
    said = features_answer("radiomics", features=761, images=410, cases=205, set_aside=0, best=BEST)
    assert "f separates best alone: AUC 0.31 (0.22–0.36, DeLong), lower in cases" in said
    assert "could not be used" not in said


def test_without_an_area_only_the_counts_are_said() -> None:
    nothing = pd.Series({"feature": "f", "auc": float("nan"), "low": 0.0, "high": 0.0})
    for best in (None, nothing):
        said = features_answer("deep", features=512, images=1, cases=1, set_aside=3, best=best)
        assert said == (
            "Deep features: 512 features of 1 image, averaged over the images of a case; "
            "1 selected case has any. 3 images could not be used."
        )


@pytest.mark.parametrize("view", ["", "ranking", "correlation", "map", "repeatability"])
def test_every_author_of_a_methods_line_has_a_citation(view: str) -> None:
    line = features_methods("radiomics", {"bin_width": 8.0}, view=view)
    for named in re.findall(r"[A-Z][A-Za-z]+ (?:19|20)\d\d", line):
        assert named in REFERENCES, named


def test_the_most_frequent_reason_comes_first() -> None:
    said = reasons_in_words({"It is black.": 1, "It has no outline.": 2})
    assert said.index("no outline") < said.index("black")


def test_repeatability_that_could_not_be_judged_is_said() -> None:
    assert "could not be judged" in repeatability_words(pd.DataFrame({"icc": [float("nan")]}), 0.8)
