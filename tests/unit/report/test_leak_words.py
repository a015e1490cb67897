"""Claims about how the leak of divided images is said: in full, and never as the model's own."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from clnm_core.report.leak_words import NOT_THE_MODEL, TITLE, leak_rows, leak_table
from clnm_core.report.model_card import card_html, card_json
from clnm_core.report.model_card_facts import model_card
from clnm_core.report.model_card_tables import tried_table
from clnm_core.stats.uncertainty import not_estimable
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.card import Card, Tried
from clnm_core.systems.ct_cad.leaked import Both, Leak
from tests.small_store import NECK, build_small_store
from tests.unit.report.leaks import HELD, LEAK, estimate


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Card:
    """The card of a model beside which dividing images was tried."""
    root = tmp_path_factory.mktemp("leaks") / "store"
    build_small_store(root)
    with Warehouse.open(root) as warehouse:
        plain = model_card(warehouse, NECK, "sharp")
    facts = {"leak": LEAK.to_dict(), "weights": 7}
    return replace(
        plain,
        manifest={"candidates": [{"name": "densenet121", "facts": facts}]},
        tried=(Tried("densenet121", "DenseNet121", {}, facts),),
    )


def test_every_number_stands_in_the_table_with_its_interval_and_the_column_says_that_it_leaks():
    table = leak_table([LEAK])
    assert table.head[3] == "AUROC, images divided (leaks)"
    assert table.rows == (
        (
            "DenseNet121",
            "669 cases held out",
            "+0.081 (0.050–0.112)",
            "0.861 (0.830–0.892)",
            "0.780 (0.742–0.818)",
        ),
        (
            "DenseNet121",
            "225 of new patients",
            "−0.005 (−0.040 to 0.030)",
            "0.770 (0.700–0.840)",
            "0.775 (0.710–0.840)",
        ),
    )


def test_what_is_downloaded_has_the_same_numbers_unrounded():
    rows = leak_rows([LEAK])
    assert rows["difference"].tolist() == [0.081, -0.005]
    assert rows["images_divided_low"].tolist() == [0.83, 0.70]
    assert rows["judged_on"].tolist() == ["cases held out", "new patients"]


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ((0.05, 0.112), "Dividing images flatters this network here."),
        ((-0.01, 0.112), "No leak is shown here; one of up to +0.112 would still agree"),
        ((-0.2, -0.1), "Dividing images does not flatter this network here."),
    ],
)
def test_the_verdict_follows_the_interval(ends: tuple[float, float], verdict: str) -> None:
    low, high = ends
    held = replace(HELD, difference=estimate((low + high) / 2, low, high))
    assert verdict in replace(LEAK, held_out=held).finding


def test_what_new_patients_gain_as_well_is_not_called_a_leak() -> None:
    held = replace(HELD, difference=estimate(0.028, 0.001, 0.056))
    new = replace(LEAK.new, difference=estimate(0.020, -0.008, 0.048))
    found = replace(LEAK, held_out=held, new=new).finding
    assert "not shown to be a leak" in found
    assert "flatters" not in found


def test_what_cannot_be_estimated_is_said_and_is_no_number():
    none = not_estimable("a half of the patients has a single outcome", level=0.95)
    nothing = Leak("VGG16", Both(9, 5, none, none, none), Both(3, 2, none, none, none))
    assert {row[2] for row in leak_table([nothing]).rows} == {none.method}
    assert leak_rows([nothing])["difference"].isna().all()


def test_the_card_shows_the_leak_apart_from_all_that_was_tried(card: Card) -> None:
    page = card_html(card)
    assert TITLE in page
    assert NOT_THE_MODEL in page
    assert "+0.081 (0.050–0.112)" in page
    assert page.index("All that was tried") < page.index(TITLE)
    assert tried_table(card).rows[1][-1] == "weights 7"
    assert not any("0.861" in word for row in tried_table(card).rows for word in row)


def test_the_card_for_machines_has_it_under_a_name_of_its_own(card: Card) -> None:
    found = json.loads(json.dumps(card_json(card), allow_nan=False))
    assert [Leak.from_dict(one) for one in found["leaks_of_divided_images"]] == [LEAK]
    plain = replace(card, manifest={}, tried=())
    assert card_json(plain)["leaks_of_divided_images"] == []
    assert TITLE not in card_html(plain)
