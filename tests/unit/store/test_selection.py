import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clnm_core.domain.cohort import UNKNOWN, Between, CohortQuery, OneOf
from clnm_core.errors import (
    EmptyCohortError,
    LinkError,
    MissingOutcomeError,
    UnknownCohortError,
    UnknownModelError,
)
from clnm_core.store import selection

EVERYONE = CohortQuery("demo", "any")
CENTRES = ["A", "O'Brien", 'say "no"', "None", "NA", "100 %; DROP TABLE cases--", "", "elsewhere"]


def numbers(column, low, high):
    bound = st.one_of(st.integers(low, high), st.floats(low, high))
    return st.tuples(bound, bound).map(lambda ends: Between(column, min(ends), max(ends)))


def levels(column, words):
    return st.lists(st.sampled_from([*words, UNKNOWN]), max_size=4, unique=True).map(
        lambda chosen: OneOf(column, tuple(chosen))
    )


CRITERIA = [
    numbers("age_years", 18, 32),
    numbers("select", -2, 2),
    numbers("positive_nodes", 0, 5),
    levels("centre", CENTRES),
    levels("sex", ["female", "male"]),
    levels("order", ["1", "2", "3"]),
    levels("multifocal", ["yes", "no"]),
    levels("any", ["yes", "no"]),
    levels("lateral", ["yes", "no"]),
]

queries = st.builds(
    CohortQuery,
    st.just("demo"),
    st.sampled_from(["any", "lateral"]),
    st.sampled_from(["", "train", "external", UNKNOWN]),
    st.lists(st.sampled_from(range(len(CRITERIA))), max_size=3, unique=True)
    .flatmap(lambda chosen: st.tuples(*[CRITERIA[i] for i in chosen]))
    .map(tuple),
)


def mask_of(criterion, frame):
    values = frame[criterion.column]
    if isinstance(criterion, Between):
        return values.ge(criterion.low) & values.le(criterion.high)
    words = values.map({True: "yes", False: "no"}) if criterion.column in FLAGS else values
    kept = words.isin(criterion.values).fillna(False)
    return kept | values.isna() if UNKNOWN in criterion.values else kept


FLAGS = ("multifocal", "any", "lateral")


def filtered(query, frame):
    mask = pd.Series(True, index=frame.index)
    if query.split:
        mask &= mask_of(OneOf("split", (query.split,)), frame)
    for criterion in query.criteria:
        mask &= mask_of(criterion, frame).astype(bool)
    return frame[mask]


@given(query=queries)
@settings(max_examples=150, deadline=None)
def test_sql_keeps_the_cases_that_pandas_keeps(warehouse, frame, query):
    expected = filtered(query, frame)
    outcome = expected[query.outcome]
    counts = selection.case_count(warehouse, query)
    found = selection.cases(warehouse, query, [])["case_id"]
    assert list(found) == sorted(expected["case_id"])
    assert counts == selection.Counts(
        len(expected),
        expected["patient_id"].nunique(),
        int((outcome == True).sum()),  # noqa: E712
        int(outcome.isna().sum()),
    )


@given(query=queries, column=st.sampled_from(["centre", "sex", "order", "any", "split", "stage"]))
@settings(max_examples=60, deadline=None)
def test_level_counts_are_what_choosing_that_level_would_leave(warehouse, query, column):
    table = selection.level_counts(warehouse, query, column)
    assert table["value"].is_unique
    for value, cases in table.itertuples(index=False):
        if column == "split":
            chosen = replace(query, split=value)
        else:
            chosen = query.keeping(OneOf(column, (value,)))
        assert selection.case_count(warehouse, chosen).cases == cases


def test_values_never_enter_the_sql_text(registry):
    query = CohortQuery(
        "demo",
        "any",
        "x'; --",
        (OneOf("centre", ('a" OR 1=1', "b';")), Between("select", -1.5, 2.5)),
    )
    sql, params = selection.condition(query, registry)
    assert sql == (
        'cases.split = ? AND (cases."centre" IN (?, ?)) AND cases."select" BETWEEN ? AND ?'
    )
    assert params == ["x'; --", 'a" OR 1=1', "b';", -1.5, 2.5]


def test_choosing_no_level_keeps_nobody(warehouse):
    query = EVERYONE.keeping(OneOf("sex", ()))
    assert selection.case_count(warehouse, query) == selection.Counts(0, 0, 0, 0)


def test_unknown_alone_keeps_the_cases_where_the_value_is_missing(warehouse, frame):
    query = EVERYONE.keeping(OneOf("multifocal", (UNKNOWN,)))
    assert selection.case_count(warehouse, query).cases == frame["multifocal"].isna().sum()


def test_the_ends_of_a_range_belong_to_it(warehouse, frame):
    query = EVERYONE.keeping(Between("age_years", 25, 25))
    assert selection.case_count(warehouse, query).cases == (frame["age_years"] == 25).sum() > 0


@pytest.mark.parametrize(
    ("criterion", "sentence"),
    [
        (OneOf("shoe_size", ("1",)), "cannot be filtered by 'shoe_size'"),
        (OneOf("case_id", ("c1",)), "cannot be filtered by 'case_id'"),
        (OneOf("report_text", ("x",)), "cannot be filtered by 'report_text'"),
        (OneOf('a" OR "b', ("x",)), "cannot be filtered by"),
        (Between("sex", 0, 1), "Sex is not a number"),
        (OneOf("age_years", ("20",)), "Age is a number"),
        (OneOf("multifocal", ("true",)), "must say yes, no or unknown"),
        (Between("age_years", math.nan, 3), "from a lower to a higher number"),
        (Between("age_years", 4, 3), "from a lower to a higher number"),
    ],
)
def test_a_criterion_that_does_not_fit_gets_a_sentence(warehouse, criterion, sentence):
    with pytest.raises(LinkError, match=sentence):
        selection.case_count(warehouse, EVERYONE.keeping(criterion))


def test_an_outcome_that_is_not_recorded_gets_a_sentence(warehouse):
    for outcome in ("central", "sex", "positive_nodes", 'x"'):
        with pytest.raises(MissingOutcomeError, match="records: any, lateral"):
            selection.case_count(warehouse, CohortQuery("demo", outcome))


def test_an_unknown_cohort_gets_a_sentence_with_those_there_are(warehouse):
    with pytest.raises(UnknownCohortError, match="demo, empty"):
        selection.case_count(warehouse, CohortQuery('demo"', "any"))


def test_a_cohort_without_cases_counts_zero(filled, warehouse):
    assert selection.cases(warehouse, CohortQuery("empty", ""), ["age_years"]).empty
    assert all(math.isnan(x) for x in selection.number_range(warehouse, "empty", "age_years"))


def test_cases_come_with_the_columns_asked_for_and_their_types(warehouse, frame):
    names = ["age_years", "multifocal", "centre", "case_id", "lateral", "order", "nothing"]
    found = selection.cases(warehouse, EVERYONE, names)
    expected = frame.sort_values("case_id").reset_index(drop=True)
    assert list(found) == ["case_id", "patient_id"] + [n for n in names if n != "case_id"]
    assert found["age_years"].dtype == "float64"
    assert found["nothing"].isna().all()
    assert found["nothing"].dtype == "float64"
    assert found["multifocal"].dtype == found["lateral"].dtype == object
    assert {*found["multifocal"]} == {True, False, None}
    assert {*found["lateral"]} == {True, False}
    assert found["centre"].dtype == "str"
    pd.testing.assert_series_equal(found["centre"], expected["centre"])
    pd.testing.assert_series_equal(found["age_years"], expected["age_years"])
    with pytest.raises(LinkError, match="no column 'shoe_size'"):
        selection.cases(warehouse, EVERYONE, ["shoe_size"])


@pytest.mark.parametrize("order", ["case_id", "-age_years", "select", "-order", "multifocal"])
def test_pages_put_together_are_all_cases_in_order(warehouse, frame, order):
    pages = [
        selection.page_of_cases(warehouse, EVERYONE, page=page, size=70, order=order)
        for page in range(1, 7)
    ]
    assert [len(page) for page in pages] == [70, 70, 70, 70, 20, 0]
    whole = pd.concat(pages[:5], ignore_index=True)
    key = order.removeprefix("-")
    expected = frame.assign(multifocal=frame["multifocal"].astype("float")).sort_values(
        [key, "case_id"], ascending=[not order.startswith("-"), True], na_position="last"
    )
    assert list(whole["case_id"]) == list(expected["case_id"])
    assert "report_text" not in whole
    assert "nothing" in whole


def test_a_page_takes_the_columns_named_and_refuses_a_size_it_cannot_show(warehouse):
    page = selection.page_of_cases(warehouse, EVERYONE, size=500, columns=["report_text"])
    assert list(page) == ["case_id", "patient_id", "report_text"]
    assert len(page) == 300
    for bad in ({"page": 0}, {"size": 0}, {"size": 501}):
        with pytest.raises(ValueError, match="page must be at least 1 and size 1 to 500"):
            selection.page_of_cases(warehouse, EVERYONE, **bad)
    with pytest.raises(LinkError, match="no column"):
        selection.page_of_cases(warehouse, EVERYONE, order="age; DROP")


def test_levels_stand_in_reading_order_then_other_words_then_unknown(warehouse, frame):
    table = selection.level_counts(warehouse, EVERYONE, "order")
    assert list(table["value"]) == ["1", "2", "3", UNKNOWN]
    assert table["cases"].sum() == len(frame)
    flags = selection.level_counts(warehouse, EVERYONE, "lateral")
    assert list(flags["value"]) == ["yes", "no"]
    split = selection.level_counts(warehouse, CohortQuery("demo", "any", "train"), "split")
    assert list(split["value"]) == ["train", "validation", "test", "external", UNKNOWN]
    assert list(split["cases"])[1:3] == [0, 0]
    assert split["cases"].sum() == len(frame)


def test_a_word_unknown_and_a_missing_value_are_counted_together(warehouse, frame):
    table = selection.level_counts(warehouse, EVERYONE, "centre").set_index("value")["cases"]
    centre = frame["centre"]
    assert table[UNKNOWN] == (centre.isna() | (centre == "unknown")).sum()
    assert table["None"] == (centre == "None").sum()


def test_levels_of_a_number_and_range_of_a_word_are_refused(warehouse):
    with pytest.raises(LinkError, match="has no levels"):
        selection.level_counts(warehouse, EVERYONE, "age_years")
    with pytest.raises(LinkError, match="has no range"):
        selection.number_range(warehouse, "demo", "sex")
    assert selection.number_range(warehouse, "demo", "age_years") == (20.0, 29.0)
    assert all(map(math.isnan, selection.number_range(warehouse, "demo", "nothing")))


def test_evaluation_joins_outcome_and_risk_and_leaves_unknown_outcomes_out(
    warehouse, frame, predicted
):
    found = selection.evaluation(warehouse, EVERYONE, "m", ("sex", "split", "multifocal"))
    merged = frame.drop(columns="split").merge(predicted, on="case_id").sort_values("case_id")
    merged = merged[merged["any"].notna()].reset_index(drop=True)
    assert list(found) == ["case_id", "patient_id", "split", "y_true", "risk", "sex", "multifocal"]
    assert found["y_true"].dtype == bool
    assert found["multifocal"].dtype == object
    assert list(found["case_id"]) == list(merged["case_id"])
    np.testing.assert_array_equal(found["risk"], merged["risk"])
    np.testing.assert_array_equal(found["y_true"], merged["any"].astype(bool))
    assert set(found["split"]) == {"cross-validated"}


def test_the_split_of_an_evaluation_is_that_of_the_predictions(warehouse):
    everyone = selection.evaluation(warehouse, EVERYONE, "m")
    same = selection.evaluation(warehouse, CohortQuery("demo", "any", "cross-validated"), "m")
    pd.testing.assert_frame_equal(everyone, same)
    with pytest.raises(EmptyCohortError, match="splits that it judged: cross-validated"):
        selection.evaluation(warehouse, CohortQuery("demo", "any", "train"), "m")
    assert selection.prediction_splits(warehouse, "demo", "m").to_dict("list") == {
        "split": ["cross-validated"],
        "cases": [250],
    }


def test_an_evaluation_without_cases_says_why(warehouse):
    with pytest.raises(EmptyCohortError, match="Remove a filter or widen its range"):
        selection.evaluation(warehouse, EVERYONE.keeping(OneOf("sex", ())), "m")
    with pytest.raises(EmptyCohortError, match="judged: none"):
        selection.evaluation(warehouse, EVERYONE, "silent")
    with pytest.raises(MissingOutcomeError, match="unknown for all"):
        selection.evaluation(warehouse, EVERYONE.keeping(OneOf("any", (UNKNOWN,))), "m")
    with pytest.raises(UnknownModelError, match="models: m, silent"):
        selection.evaluation(warehouse, EVERYONE, "m2")


def test_a_case_comes_with_its_images_masks_reads_and_risks(warehouse, frame):
    found = selection.case(warehouse, "demo", "c0001")
    row = frame.set_index("case_id").loc["c0001"]
    assert tuple(found.values) == warehouse.registry("demo").names
    assert found.values["patient_id"] == row["patient_id"]
    assert type(found.values["select"]) is float
    assert found.values["select"] == row["select"]
    assert found.values["nothing"] is None
    assert list(found.images["image_id"]) == ["i1", "i2"]
    assert list(found.masks["structure"]) == ["gland", "nodule"]
    assert list(found.reads["call"]) == [None, True]
    assert len(found.predictions) <= 1
    assert set(found.predictions["model"]) <= {"m"}


def test_a_case_that_is_not_there_gets_a_sentence(warehouse):
    for case_id in ("nobody", "c0001' OR '1'='1", ""):
        with pytest.raises(LinkError, match="has no case"):
            selection.case(warehouse, "demo", case_id)


def test_the_first_image_of_each_case_is_found_at_once(warehouse):
    found = selection.first_images(warehouse, "demo", ["c0001", "c0002", "c0003", "x'"])
    assert found.to_dict("list") == {
        "case_id": ["c0001", "c0002"],
        "image_id": ["i1", "i3"],
        "digest": ["a" * 64, "c" * 64],
        "images": [2, 1],
    }
    assert selection.first_images(warehouse, "demo", []).empty
