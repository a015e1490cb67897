"""The vocabulary: one query, three renderings; forms and predictions checked once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.domain.cohort import UNKNOWN, Between, CohortQuery, OneOf
from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.form import read_value
from clnm_core.domain.image import Image
from clnm_core.domain.predictions import Predictions
from clnm_core.errors import FormError, LinkError, MappingError

NUMBERS = [column.name for column in BUILT_IN.filterable() if column.kind is Kind.NUMBER]
WORDS = [column for column in BUILT_IN.filterable() if column.levels and column.name != "split"]

between = st.builds(
    lambda name, ends: Between(name, *sorted(ends)),
    st.sampled_from(NUMBERS),
    st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
)
one_of = st.sampled_from(WORDS).flatmap(
    lambda column: st.lists(
        st.sampled_from([*(level.value for level in column.levels), UNKNOWN]),
        min_size=1,
        unique=True,
    ).map(lambda values: OneOf(column.name, tuple(values)))
)
queries = st.builds(
    CohortQuery,
    st.just("demo"),
    st.sampled_from(["any", "central", "lateral"]),
    st.sampled_from(["", "train", "external"]),
    st.lists(between | one_of, max_size=4, unique_by=lambda criterion: criterion.column).map(tuple),
)


@given(queries)
def test_a_query_survives_its_link(query: CohortQuery) -> None:
    assert CohortQuery.from_params(query.to_params(), BUILT_IN) == query


@given(queries)
def test_every_criterion_is_named_in_english(query: CohortQuery) -> None:
    sentence = query.describe(BUILT_IN).lower()
    for criterion in query.criteria:
        assert BUILT_IN[criterion.column].label.lower() in sentence


def test_different_criteria_never_look_alike() -> None:
    one = CohortQuery("demo", "any", criteria=(Between("age_years", 1, 2),))
    other = CohortQuery("demo", "any", criteria=(Between("max_diameter_mm", 1, 2),))
    assert repr(one) != repr(other)


def test_the_order_of_criteria_carries_no_meaning() -> None:
    age, sex = Between("age_years", 1, 2), OneOf("sex", ("male",))
    assert CohortQuery("d", "any", criteria=(age, sex)) == CohortQuery(
        "d", "any", criteria=(sex, age)
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cohort": []}, "names no cohort"),
        ({"filters": ["shoe_size"]}, "does not have"),
        ({"filters": ["split"], "split": ["train"]}, "does not have"),
        ({"filters": ["patient_id"], "patient_id": ["x"]}, "does not have"),
        ({"filters": ["sex"], "sex": ["'; DROP TABLE"]}, "a value that it cannot take"),
        ({"filters": ["age_years"], "age_years": ["1"]}, "two numbers"),
        ({"filters": ["age_years"], "age_years": ["nan", "3"]}, "lower to a higher"),
        ({"filters": ["age_years"], "age_years": ["5", "3"]}, "lower to a higher"),
    ],
)
def test_a_broken_link_gets_a_sentence(change: dict[str, list[str]], words: str) -> None:
    params = {"cohort": ["demo"], "outcome": ["any"]} | change
    with pytest.raises(LinkError, match=words):
        CohortQuery.from_params(params, BUILT_IN)


@pytest.mark.parametrize("name", ["", "Age", "1st", "a b", 'x"; --', "a" * 80])
def test_a_column_name_is_safe_in_sql_and_links(name: str) -> None:
    with pytest.raises(MappingError):
        Column(name, "x", Kind.NUMBER)


def test_columns_survive_json() -> None:
    assert Registry(Column.from_dict(column.to_dict()) for column in BUILT_IN) == BUILT_IN


def test_every_column_explains_itself() -> None:
    for column in BUILT_IN:
        assert column.help.endswith((".", "4")), column.name
        assert (column.kind is Kind.CATEGORY) >= bool(column.levels)


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("age_years", "42.5", 42.5),
        ("age_years", "unknown", None),
        ("sex", "Male", "male"),
        ("margin", "ill-defined", "ill_defined"),
        ("multifocal", False, False),
        ("multifocal", "no", False),
        ("multifocal", "", None),
    ],
)
def test_a_form_value_is_read_as_its_column_asks(name: str, raw: object, value: object) -> None:
    assert read_value(raw, BUILT_IN[name]) == value


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("age_years", "forty", "must be a number; got 'forty'"),
        ("age_years", "inf", "must be a number"),
        ("age_years", 240, "between 0 and 120; got 240. Check the unit"),
        ("sex", "<script>", "must be one of female, male"),
        ("multifocal", "maybe", "yes, no or unknown"),
    ],
)
def test_a_form_value_that_does_not_fit_gets_a_sentence(name: str, raw: object, words: str) -> None:
    with pytest.raises(FormError, match=words):
        read_value(raw, BUILT_IN[name])


@pytest.mark.parametrize(
    ("y_true", "risk", "words"),
    [
        ([0, 1], [0.1, 1.2], r"\[0, 1\]"),
        ([0, 1], [0.1, float("nan")], r"\[0, 1\]"),
        ([0, float("nan")], [0.1, 0.2], "missing"),
        ([0, 2], [0.1, 0.2], "other value"),
        ([0, 1], [0.1], "one shape"),
    ],
)
def test_predictions_are_checked_once(y_true: list[float], risk: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Predictions.of(y_true, risk)


def test_patients_are_coded_and_clusters_seen() -> None:
    predictions = Predictions.of([1, 0, 1], [0.2, 0.3, 0.4], ["b", "a", "b"])
    assert predictions.patient.tolist() == [1, 0, 1]
    assert predictions.is_clustered
    assert not Predictions.of([1, 0], [0.1, 0.2]).is_clustered


def test_grey_of_a_colour_image_follows_bt601() -> None:
    pixels = np.zeros((1, 3, 3), np.uint8)
    pixels[0, 0, 0] = pixels[0, 1, 1] = pixels[0, 2, 2] = 255
    assert Image(pixels).grey.tolist() == [[76, 150, 29]]
    with pytest.raises(ValueError, match="uint8"):
        Image(np.zeros((2, 2), np.float32))  # type: ignore[arg-type]
