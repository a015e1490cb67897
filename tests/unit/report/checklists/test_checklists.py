"""Claims about the checklists themselves: complete numbers, own words, published points."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.report.checklist_html import checklist_html, points_text
from clnm_core.report.checklists import CHECKLISTS, CLAIM, METRICS_SCORE, RQS, TRIPOD_AI
from clnm_core.report.checklists.answer import Answer
from clnm_core.report.checklists.filled import Reply, Status, fill, filled_words
from clnm_core.report.checklists.items import Scoring

EVERY = [(name, item) for name, checklist in CHECKLISTS.items() for item in checklist.items]


@pytest.mark.parametrize(
    ("checklist", "numbers", "parts"),
    [(TRIPOD_AI, 27, 52), (CLAIM, 44, 44), (METRICS_SCORE, 30, 30), (RQS, 16, 16)],
)
def test_every_published_number_is_there_once(checklist, numbers, parts):
    assert sorted({item.number for item in checklist.items}) == list(range(1, numbers + 1))
    ids = [item.id for item in checklist.items]
    assert len(set(ids)) == len(ids) == parts
    assert [item.number for item in checklist.items] == sorted(i.number for i in checklist.items)


@pytest.mark.parametrize(("name", "item"), EVERY, ids=[f"{n}-{i.id}" for n, i in EVERY])
def test_every_item_has_a_topic_and_a_paraphrase(name, item):
    assert item.topic
    assert len(item.asks) > 20
    assert item.asks.endswith(".")
    assert item.least <= 0 <= item.most
    assert item.fact or not item.still


def test_parts_of_an_item_are_lettered_without_a_gap():
    for number in range(1, 28):
        letters = "".join(i.id[len(str(number)) :] for i in TRIPOD_AI.items if i.number == number)
        assert letters == "abcdefg"[: len(letters)]


def test_points_are_those_published():
    # Kocak 2024, table 3: weights add up to 1. Lambin 2017: from -8 to 36 points.
    assert sum(item.most for item in METRICS_SCORE.items) == pytest.approx(100)
    assert METRICS_SCORE.items[2].most == 9.19
    assert sum(item.least for item in RQS.items) == -8
    assert sum(item.most for item in RQS.items) == 36
    assert all(not item.most for item in (*TRIPOD_AI.items, *CLAIM.items))


def test_references_name_the_paper_and_its_doi():
    assert all("doi:10." in checklist.reference for checklist in CHECKLISTS.values())


def test_an_answer_fills_every_item_that_asks_for_its_fact():
    filled = fill(TRIPOD_AI, {"sample_size": Answer("120 patients.")})
    by_id = {found.item.id: found for found in filled.items}
    assert by_id["10"].status is Status.PARTLY
    assert by_id["21"].status is Status.FILLED
    assert by_id["21"].text == "120 patients."
    assert by_id["11"].status is Status.OPEN
    assert filled.counts()[Status.OPEN] == 50
    assert filled.score() is None


def test_a_score_is_known_points_and_what_is_still_possible():
    filled = fill(RQS, {"validation": Answer("None.", -5.0), "utility": Answer("Decision curve.")})
    score = filled.score()
    assert (score.known, score.least, score.most) == (-3, -6, 26)
    assert "Known so far: −3 points; possible: −6 to 26." in filled_words(filled)


def test_weights_are_of_the_items_that_apply():
    answers = {"external": Answer("5 centres.")}
    score = fill(METRICS_SCORE, answers).score()
    assert (score.known, score.least, score.most) == pytest.approx((7.49, 7.49, 100))
    away = {id: Reply(applies=False) for id in ("8", "9", "10")}
    fewer = fill(METRICS_SCORE, answers, away).score()
    assert fewer.known == pytest.approx(100 * 7.49 / (100 - 3.37 - 2.25 - 1.12))
    assert fewer.most == pytest.approx(100)
    nothing = {item.id: Reply(applies=False) for item in METRICS_SCORE.items}
    assert math.isnan(fill(METRICS_SCORE, {}, nothing).score().known)


def test_the_authors_add_to_the_store_and_their_points_count():
    answers = {"validation": Answer("One other centre.", 3.0)}
    replies = {
        "12": Reply("And two more since.", points=5),
        "11": Reply(points=99),
        "x": Reply("?"),
    }
    filled = fill(RQS, answers, replies)
    by_id = {found.item.id: found for found in filled.items}
    assert by_id["12"].text == "One other centre. And two more since."
    assert by_id["12"].status is Status.OWN
    assert by_id["12"].points == 5
    assert by_id["11"].points == 7
    assert filled.score().known == 12


@given(
    st.sampled_from(list(CHECKLISTS.values())),
    st.dictionaries(
        st.integers(0, 51),
        st.builds(Reply, st.text(max_size=9), st.none() | st.floats(-50, 50), st.booleans()),
    ),
)
def test_whatever_is_answered_the_range_holds_and_every_item_is_counted(checklist, given_replies):
    ids = [item.id for item in checklist.items]
    replies = {ids[n]: reply for n, reply in given_replies.items() if n < len(ids)}
    filled = fill(checklist, {}, replies)
    assert sum(filled.counts().values()) == len(ids)
    score = filled.score()
    if checklist.scoring is Scoring.NONE:
        assert score is None
    elif not math.isnan(score.known):
        assert score.least <= score.known + 1e-9
        assert score.known <= score.most + 1e-9
        assert -8.0001 <= score.least
        assert score.most <= 100.0001


def test_a_page_of_checklists_escapes_what_the_authors_write():
    replies = {"1": Reply('<img src=x onerror="alert(1)">')}
    page = checklist_html([fill(c, {}, replies) for c in CHECKLISTS.values()], title="<b>x</b>")
    assert "<img" not in page
    assert "<b>x</b>" not in page
    assert page.count("&lt;img src=x") == 4
    assert "the store does not keep them" in page
    for checklist in CHECKLISTS.values():
        assert checklist.title in page
    assert "https://" not in page


def test_points_are_said_with_their_most():
    weighted = fill(METRICS_SCORE, {"external": Answer("Yes.")}).items
    assert points_text(weighted[26]) == "7.49 of 7.49"
    assert points_text(weighted[0]) == "? of 3.68"
    assert points_text(fill(RQS, {}, {"11": Reply(applies=False)}).items[10]) == "–"


def test_the_table_has_a_row_for_every_item():
    table = fill(CLAIM, {}).table()
    assert table["item"].tolist() == [str(n) for n in range(1, 45)]
    assert set(table["status"]) == {"open"}
