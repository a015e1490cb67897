"""Reading a link."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from clnm_core.domain.cohort import Between, CohortQuery, OneOf
from clnm_core.domain.columns import Column, Kind, Level, Registry
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.ui import links

ROOT = Path(__file__).resolve().parents[3]


class Shop:
    """A catalogue of two cohorts."""

    def cohorts(self) -> Mapping[str, str]:
        return {"neck": "Neck study", "clinic": "Clinic"}

    def registry(self, cohort: str) -> Registry:
        return BUILT_IN.only(
            ["case_id", "split", "age_years", "sex", "margin", "central", "lateral"]
        )

    def outcomes(self, cohort: str) -> Sequence[str]:
        return ["lateral", "central"]

    def splits(self, cohort: str) -> Sequence[str]:
        return ["train", "external"]

    def values(self, cohort: str, column: str) -> Sequence[str]:
        return {
            "sex": ["female", "male"],
            "margin": ["smooth", "ill_defined", "unknown"],
        }.get(column, ["yes", "no", "unknown"])

    def number_range(self, cohort: str, column: str) -> tuple[float, float]:
        return 18.0, 90.0


def read(params: Mapping[str, Sequence[str]]) -> links.Reading:
    return links.read(params, Shop())


def test_stored_words_become_the_words_of_the_widgets() -> None:
    asked = CohortQuery(
        "clinic",
        "central",
        "external",
        (Between("age_years", 30, 40), OneOf("margin", ("ill_defined",))),
    )
    reading = read(asked.to_params())
    assert reading.problems == ()
    assert reading.params == {
        "cohort": ["Clinic"],
        "outcome": ["Central neck metastasis"],
        "split": ["external"],
        "filters": ["Age", "Margin"],
        "age_years": ["30.0", "40.0"],
        "margin": ["ill-defined"],
    }


def test_reading_a_link_twice_changes_nothing_more() -> None:
    asked = CohortQuery("clinic", "central", "", (OneOf("margin", ("ill_defined", "unknown")),))
    once = read(asked.to_params())
    assert links.is_canonical(read(once.params), once.params)


def test_a_value_without_its_filter_adds_the_filter() -> None:
    assert read({"sex": ["male"]}).params == {"filters": ["Sex"], "sex": ["male"]}


def test_a_filter_without_a_value_stays_for_the_visitor_to_set() -> None:
    assert read({"filters": ["Age"]}) == links.Reading({"filters": ["Age"]}, ())


def test_a_range_wider_than_the_cohort_is_cut_to_it() -> None:
    reading = read({"filters": ["age_years"], "age_years": ["0", "50"]})
    assert reading == links.Reading({"filters": ["Age"], "age_years": ["18.0", "50.0"]}, ())


def test_one_bad_filter_leaves_the_good_ones() -> None:
    reading = read({"filters": ["sex", "shoe"], "sex": ["male"]})
    assert reading.params == {"filters": ["Sex"], "sex": ["male"]}
    assert reading.problems == (
        "The link filters by “shoe”, which this cohort does not have. It was left out.",
    )


def test_filters_of_an_unknown_cohort_are_not_put_on_another() -> None:
    reading = read({"cohort": ["gone"], "filters": ["sex"], "sex": ["male"]})
    assert reading.params == {}
    assert "“gone”" in reading.problems[0]


def test_a_long_word_of_a_link_is_cut_in_the_sentence() -> None:
    (problem,) = read({"cohort": ["x" * 5000]}).problems
    assert len(problem) < 250


def test_infinity_and_nan_are_no_range() -> None:
    for low, high in (("nan", "40"), ("-inf", "inf"), ("1e999", "2")):
        reading = read({"filters": ["age_years"], "age_years": [low, high]})
        assert reading.params == {}
        assert len(reading.problems) == 1


def test_the_judged_outcome_is_no_filter_of_its_own() -> None:
    names = {column.name for column in links.filter_columns(BUILT_IN, "lateral")}
    assert "lateral" not in names
    assert "central" in names
    assert "split" not in names


def test_two_columns_of_one_label_are_told_apart() -> None:
    registry = Registry(
        [Column("size_a", "Size", Kind.NUMBER), Column("size_b", "Size", Kind.NUMBER)]
    )
    assert set(links.filter_labels(registry, "").values()) == {"Size (size_a)", "Size (size_b)"}


def test_a_level_called_unknown_does_not_hide_the_missing_ones() -> None:
    column = Column("grade", "Grade", Kind.CATEGORY, levels=(Level("g", "unknown"),))
    assert len(set(links.level_labels(column, ["g", "unknown"]).values())) == 2


@pytest.mark.parametrize("name", [*links.BAR_KEYS, *links.PAGE_KEYS])
def test_a_column_named_like_a_parameter_gets_a_key_of_its_own(name: str) -> None:
    assert links.param_of(name) not in {*links.BAR_KEYS, *links.PAGE_KEYS}


def test_no_built_in_column_collides_with_a_parameter() -> None:
    assert set(BUILT_IN.names) & {*links.BAR_KEYS, *links.PAGE_KEYS} == {"split"}


def test_all_parameters_of_the_address_are_listed() -> None:
    """Every widget that is bound to the address names a key of the public list."""
    found: set[str] = set()
    for path in [*(ROOT / "clnm_core" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            if "bind" in named and isinstance(named.get("key"), ast.Constant):
                found.add(named["key"].value)
    assert found - {*links.BAR_KEYS, *links.PAGE_KEYS} == set()


def test_the_public_parameters_are_these() -> None:
    """Renaming one breaks every link that was ever sent; adding one is fine."""
    assert links.BAR_KEYS == ("cohort", "outcome", "split", "filters")
    assert {
        *("model", "evaluated", "threshold", "by", "shown"),
        *("page", "order", "descending", "case"),
    } <= set(links.PAGE_KEYS)
