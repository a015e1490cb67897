import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from clnm_core.domain.columns import Column, Kind, Level
from clnm_core.errors import UnfitCaseError
from clnm_core.explain.neighbours import by_embedding, by_table
from clnm_core.explain.picture_facts import PICTURE_COLUMNS
from clnm_core.explain.reference import Reference, distances_to, own_distances

AGE = Column("age_years", "Age", Kind.NUMBER, unit="years")
SEX = Column("sex", "Sex", Kind.CATEGORY, levels=(Level("f", "female"), Level("m", "male")))
MANY = Column("multifocal", "Multifocal", Kind.FLAG)
COLUMNS = (AGE, SEX, MANY)

POINTS = arrays.arrays(
    np.float32,
    st.tuples(st.integers(2, 12), st.integers(1, 5)),
    elements=st.floats(-50, 50, width=16),
)


def reference_of(embedding, *, is_training=None, patients=None, pictures=None):
    embedding = np.asarray(embedding, dtype=np.float32)
    names = tuple(f"case-{number:02d}" for number in range(len(embedding)))
    training = np.ones(len(names), dtype=bool) if is_training is None else np.array(is_training)
    patients = names if patients is None else tuple(patients)
    own = own_distances(embedding, training, np.unique(patients, return_inverse=True)[1])
    frame = pd.DataFrame(columns=list(PICTURE_COLUMNS)) if pictures is None else pictures
    return Reference(names, patients, embedding, training, own, frame)


def cohort(**columns):
    n = len(next(iter(columns.values())))
    return pd.DataFrame({"case_id": [f"case-{number:02d}" for number in range(n)], **columns})


def names(found):
    return [one.case_id for one in found]


@given(POINTS)
def test_a_case_is_its_own_nearest_at_distance_zero(points):
    for row in points:
        nearest = by_embedding(reference_of(points), row, k=1)[0]
        assert nearest.distance == 0
        assert nearest.rank == 1


@given(POINTS)
def test_two_cases_are_as_far_from_each_other_seen_from_either(points):
    there, back = distances_to(points, points[0])[-1], distances_to(points, points[-1])[0]
    assert there == back


@given(POINTS, st.sampled_from([0.5, 2.0, 8.0]))
def test_twice_the_scale_is_twice_the_distance_and_the_same_order(points, scale):
    once = by_embedding(reference_of(points), points[0], k=len(points))
    scaled = by_embedding(reference_of(points * scale), points[0] * scale, k=len(points))
    assert names(once) == names(scaled)
    assert [one.distance * scale for one in once] == [one.distance for one in scaled]


@given(POINTS, st.integers(1, 20))
def test_ranks_count_up_and_distances_never_fall(points, k):
    found = by_embedding(reference_of(points), points[0], k=k)
    assert [one.rank for one in found] == list(range(1, min(k, len(points)) + 1))
    assert all(a.distance <= b.distance for a, b in itertools.pairwise(found))


def test_distances_agree_with_an_independent_search():
    from sklearn.neighbors import NearestNeighbors

    points = np.random.default_rng(100).normal(size=(300, 16)).astype(np.float32)
    found = by_embedding(reference_of(points), points[7], k=8)
    distance, place = (
        NearestNeighbors(n_neighbors=8).fit(points.astype(float)).kneighbors([points[7]])
    )
    assert [int(name[5:]) for name in names(found)] == place[0].tolist()
    assert [one.distance for one in found] == pytest.approx(distance[0])


def test_ties_are_in_the_order_of_the_case_and_do_not_hang_on_how_many_are_asked_for():
    points = [[1.0]] * 6 + [[0.0]]
    assert names(by_embedding(reference_of(points), [0.0], k=3)) == [
        "case-06",
        "case-00",
        "case-01",
    ]


def test_cases_that_are_left_out_are_never_neighbours():
    points = np.arange(10.0)[:, None]
    found = by_embedding(reference_of(points), [0.0], leave_out={"case-00", "case-02"}, k=3)
    assert names(found) == ["case-01", "case-03", "case-04"]
    everyone = {f"case-{number:02d}" for number in range(10)}
    assert by_embedding(reference_of(points), [0.0], leave_out=everyone) == ()


def test_more_neighbours_than_cases_are_all_cases():
    assert len(by_embedding(reference_of([[0.0], [1.0]]), [0.0], k=8)) == 2


def test_numbers_that_are_not_finite_are_refused_in_words():
    with pytest.raises(UnfitCaseError, match="cannot be compared with other cases"):
        by_embedding(reference_of([[0.0], [1.0]]), [np.nan])


@pytest.mark.parametrize(("row", "k"), [([0.0, 1.0], 8), ([0.0], 0)])
def test_a_callers_mistake_is_a_value_error(row, k):
    with pytest.raises(ValueError, match="must"):
        by_embedding(reference_of([[0.0], [1.0]]), row, k=k)


def test_gower_by_hand():
    frame = cohort(
        age_years=[20.0, 40.0, 60.0, np.nan],
        sex=["f", "m", "f", None],
        multifocal=pd.Series([True, False, None, False], dtype=object),
    )
    found = by_table(frame, {"age_years": 30.0, "sex": "f", "multifocal": True}, COLUMNS)
    # ranges: 40 years; case-02 lacks the flag, case-03 knows the flag alone
    expected = {
        "case-00": (10 / 40 + 0 + 0) / 3,
        "case-02": (30 / 40 + 0) / 2,
        "case-01": (10 / 40 + 1 + 1) / 3,
        "case-03": 1.0,
    }
    assert {one.case_id: one.distance for one in found} == pytest.approx(expected)
    assert names(found) == list(expected)


def test_a_number_beyond_the_cohort_widens_the_range_and_never_counts_more_than_one():
    frame = cohort(age_years=[20.0, 40.0])
    found = by_table(frame, {"age_years": 120.0}, COLUMNS)
    assert [one.distance for one in found] == pytest.approx([0.8, 1.0])


def test_unknown_values_of_the_case_do_not_count_and_nothing_known_has_no_neighbours():
    frame = cohort(age_years=[20.0, 90.0], sex=["m", "f"])
    found = by_table(frame, {"age_years": None, "sex": "f"}, COLUMNS)
    assert names(found) == ["case-01", "case-00"]
    assert by_table(frame, {"age_years": float("nan"), "sex": ""}, COLUMNS) == ()
    assert by_table(frame, {}, COLUMNS) == ()


def test_a_column_that_is_nowhere_known_or_not_there_does_not_count():
    frame = cohort(age_years=[np.nan, np.nan], sex=["m", "f"])
    found = by_table(frame, {"age_years": 50.0, "sex": "m", "multifocal": True}, COLUMNS)
    assert [one.distance for one in found] == [0.0, 1.0]


def test_a_flag_that_is_false_is_known():
    frame = cohort(multifocal=pd.Series([True, False], dtype=object))
    assert names(by_table(frame, {"multifocal": False}, (MANY,))) == ["case-01", "case-00"]


@given(st.lists(st.floats(0, 100), min_size=2, max_size=20), st.floats(0, 100))
def test_gower_lies_between_0_and_1_and_is_0_for_the_same_case(ages, age):
    frame = cohort(age_years=[*ages, age])
    found = by_table(frame, {"age_years": age}, (AGE,), k=len(frame))
    assert all(0 <= one.distance <= 1 for one in found)
    assert found[0].distance == 0
