"""Every piece of a column selects exactly its cases, in words and as a criterion."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.domain.cohort import UNKNOWN, Between, OneOf
from clnm_core.domain.columns import Column, Kind, Level
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.stats.groups import group_labels
from clnm_core.stats.slice_levels import MOST_LEVELS, Cut, Piece, cut, cuts

NUMBER = Column("count", "Count", Kind.NUMBER)
FLAG = Column("flag", "Flag", Kind.FLAG)
STAGE = Column(
    "stage", "Stage", Kind.CATEGORY, levels=(Level("ii", "stage II"), Level("i", "stage I"))
)


def selected(values: pd.Series, piece: Piece, kind: Kind) -> np.ndarray:
    """The cases that a cohort with the piece's criterion would hold."""
    criterion = piece.criterion
    if isinstance(criterion, Between):
        return values.between(criterion.low, criterion.high).to_numpy()
    assert isinstance(criterion, OneOf)
    (word,) = criterion.values
    if word == UNKNOWN:
        return values.isna().to_numpy()
    wanted = {"yes": True, "no": False}[word] if kind is Kind.FLAG else word
    return np.array([value == wanted for value in values], dtype=bool)


def check(values: pd.Series, column: Column, made: Cut) -> None:
    for code, piece in enumerate(made.pieces):
        if piece.criterion is None:
            assert values[made.codes == code].isna().all()
        else:
            assert (selected(values, piece, column.kind) == (made.codes == code)).all()


@given(st.lists(st.one_of(st.none(), st.floats(-50, 50)), min_size=1, max_size=80))
def test_numbers_are_selected_by_their_criterion(numbers: list) -> None:
    values = pd.Series(numbers, dtype=float)
    check(values, NUMBER, cut(values, NUMBER, smallest=1))


@given(st.lists(st.sampled_from([True, False, None]), max_size=30))
def test_flags_are_selected_by_their_criterion(flags: list) -> None:
    values = pd.Series(flags, dtype=object)
    check(values, FLAG, cut(values, FLAG, smallest=1))


@given(st.lists(st.sampled_from(["i", "ii", "iii", None]), max_size=30))
def test_words_are_selected_by_their_criterion(words: list) -> None:
    values = pd.Series(words, dtype=object)
    check(values, STAGE, cut(values, STAGE, smallest=1))


@pytest.mark.parametrize("name", ["age_years", "max_diameter_mm", "capsule_distance_mm"])
def test_measurements_are_cut_where_the_groups_of_the_other_pages_are(name: str) -> None:
    values = pd.Series(np.random.default_rng(0).gamma(2.0, 8.0, 500).round(1))
    values[::17] = np.nan
    column = BUILT_IN[name]
    made, labels = cut(values, column, smallest=1), group_labels(values, column)
    assert [piece.words for piece in made.pieces] == list(labels.categories)
    assert made.codes.tolist() == labels.codes.tolist()


def test_other_numbers_are_cut_at_quartiles() -> None:
    values = pd.Series(np.arange(100.0))
    made, labels = cut(values, NUMBER, smallest=1), group_labels(values, NUMBER)
    assert [piece.words for piece in made.pieces] == list(labels.categories)
    assert np.bincount(made.codes).tolist() == [25, 25, 25, 25]


def test_levels_stand_in_reading_order_with_the_readers_words() -> None:
    values = pd.Series(["i", "iii", None, "ii"] * 3)
    made = cut(values, STAGE, smallest=2)
    assert [piece.words for piece in made.pieces] == ["stage II", "stage I", "iii", "unknown"]


def test_a_piece_leaves_as_many_outside_as_it_needs_itself() -> None:
    values = pd.Series(["i"] * 18 + ["ii"] * 2)
    assert cut(values, STAGE, smallest=3).pieces == ()
    assert len(cut(values, STAGE, smallest=2).pieces) == 2
    assert cuts(pd.DataFrame({"stage": values}), [STAGE], smallest=3) == []


def test_only_the_largest_levels_of_an_open_category_are_kept() -> None:
    words = [f"w{i:03d}" for i in range(100) for _ in range(1 + (i >= 70))]
    made = cut(pd.Series(words), Column("site", "Site", Kind.CATEGORY), smallest=1)
    assert len(made.pieces) == MOST_LEVELS
    assert {f"w{i:03d}" for i in range(70, 100)} <= {piece.words for piece in made.pieces}
    assert made.codes.max() == MOST_LEVELS
