"""Does a group that was found lead to the cohort that holds its cases?"""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

import pandas as pd
import pytest

from clnm_core.domain.cohort import Between, CohortQuery, OneOf
from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.report.wording import number
from clnm_core.stats.slice_excess import Excess
from clnm_core.stats.slice_levels import Piece
from clnm_core.stats.slices import CONFIRMED, NOT_ENOUGH, Slice, SliceSearch
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.store.records import ModelRecord
from clnm_core.ui.pickers import Picked
from clnm_core.ui.slices_facts import address, narrowed, on_split, slice_rows
from clnm_core.ui.slices_view import kinds_html, slices_html

QUERY = CohortQuery("demo", "lateral", criteria=(Between("age_years", 30, 60),))
HALF = Excess(20, 0.3, 0.1, Estimate(0.2, 0.1, 0.3, 0.95, "t"))
ORDER = Column("order", "Order", Kind.CATEGORY)


def one(*pieces: Piece, verdict: str = CONFIRMED) -> Slice:
    return Slice(pieces, 44, 20, HALF, HALF, 0.01, verdict)


def search(*slices: Slice) -> SliceSearch:
    return SliceSearch("excess", slices, 4, 50, len(slices), 100, 100, 30, False, 0.2)


SEX = Piece("sex", "male", OneOf("sex", ("male",)))
DISTANCE = Piece("capsule_distance_mm", "under 2.5 mm", Between("capsule_distance_mm", 0.0, 2.49))
NO_DISTANCE = Piece("capsule_distance_mm", "unknown", None)


def test_a_group_narrows_the_query_and_keeps_its_filters() -> None:
    query = narrowed(QUERY, one(SEX, DISTANCE))
    assert query is not None
    assert [criterion.column for criterion in query.criteria] == [
        "age_years",
        "capsule_distance_mm",
        "sex",
    ]
    params = parse_qs(urlencode(address(query, [("model", "m"), ("evaluated", "")])))
    assert params["capsule_distance_mm"] == ["0.0", "2.49"]
    assert params["sex"] == ["male"]
    assert params["model"] == ["m"]
    assert "evaluated" not in params


def test_a_column_that_is_called_like_a_link_key_keeps_its_own_parameter() -> None:
    query = narrowed(QUERY, one(Piece("order", "first", OneOf("order", ("first",)))))
    assert query is not None
    params = parse_qs(urlencode(address(query)))
    assert params["order_column"] == ["first"]
    assert "order" not in params


def test_a_missing_number_has_no_filter_and_the_page_says_so() -> None:
    assert narrowed(QUERY, one(SEX, NO_DISTANCE)) is None
    markup = slices_html(search(one(NO_DISTANCE)), BUILT_IN, QUERY, picked(), ())
    assert "no filter for unknown numbers" in markup
    assert "<a " not in markup


def test_only_a_confirmed_group_leads_on() -> None:
    markup = slices_html(search(one(SEX, verdict=NOT_ENOUGH)), BUILT_IN, QUERY, picked(), ())
    assert "<a " not in markup
    markup = slices_html(search(one(SEX)), BUILT_IN, QUERY, picked(), ("external",))
    assert "href='cases?" in markup
    assert "split=external" in markup
    assert "threshold=0.4" in markup


def test_words_of_a_table_stay_words() -> None:
    odd = Piece("centre", "<b>1</b>", OneOf("centre", ("<b>1</b>",)))
    markup = slices_html(search(one(odd)), BUILT_IN, QUERY, picked(), ())
    assert "<b>" not in markup


def test_the_split_of_the_study_is_taken_along_where_there_is_one() -> None:
    judged = CohortQuery("demo", "lateral", "cross-validated")
    assert on_split(QUERY, judged, ("train", "external")) == QUERY
    assert on_split(QUERY, judged, ("cross-validated",)).split == "cross-validated"


def test_rows_hold_both_halves_and_an_empty_search_has_none() -> None:
    rows = slice_rows(search(one(SEX, DISTANCE)), BUILT_IN)
    assert rows.loc[0, "label"] == "Sex: male, Capsule distance: under 2.5 mm"
    assert rows.loc[0, "held_out"] == pytest.approx(0.2)
    assert slice_rows(search(), Registry([ORDER])).empty


def test_every_kind_says_what_was_confirmed_or_why_nothing_was_searched() -> None:
    none = SliceSearch("missed", (), 4, 0, 0, 10, 9, 30, False, reason="there are 19 cases")
    nowhere = Excess(3, 0.1, 0.1, not_estimable("few", level=0.95))
    few = Slice((SEX,), 3, 1, nowhere, nowhere, 1.0, NOT_ENOUGH)
    markup = kinds_html([search(one(SEX)), none, search(few)], BUILT_IN)
    assert "Sex: male" in markup
    assert "not searched: there are 19 cases" in markup
    assert "nan" not in slices_html(search(few), BUILT_IN, QUERY, picked(), ()).lower()
    assert number(0.2) == "0.20"


def picked() -> Picked:
    record = ModelRecord("m", "demo", "lateral", "imported")
    return Picked(CohortQuery("demo", "lateral", "external"), record, 0.4)


def test_frames_of_the_download_are_plain() -> None:
    assert isinstance(slice_rows(search(one(SEX)), BUILT_IN).to_csv(index=False), str)
    assert pd.notna(slice_rows(search(one(SEX)), BUILT_IN)["p"]).all()
