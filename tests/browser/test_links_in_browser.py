"""The address is the state: links, reload, Back, and two visitors at once."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from clnm_core.domain.cohort import Between, CohortQuery, OneOf
from clnm_core.store import selection
from clnm_core.store.warehouse import Warehouse
from tests.browser.conftest import NewVisitor, Serve, cohort_line, settle
from tests.small_store import NECK

pytestmark = pytest.mark.browser

LINK = "filters=Age&age_years=30&age_years=60&filters=Margin&margin=ill-defined&margin=smooth"


def patients_of(page: Page) -> int:
    found = re.search(r"(\d[\d,]*) of 233 patients", cohort_line(page))
    assert found, cohort_line(page)
    return int(found[1].replace(",", ""))


def take_level_away(page: Page, key: str, level: str) -> None:
    page.locator(f".st-key-{key}").get_by_label(f"Remove {level}").first.click()
    page.wait_for_timeout(300)


def test_a_deep_link_on_a_fresh_server_survives_filter_reload_and_back(
    serve: Serve, new_visitor: NewVisitor, small_store: object
) -> None:
    with serve() as url, Warehouse.open(small_store) as warehouse:  # type: ignore[arg-type]
        asked = CohortQuery(
            NECK,
            "lateral",
            criteria=(Between("age_years", 30, 60), OneOf("margin", ("smooth", "ill_defined"))),
        )
        expected = selection.case_count(warehouse, asked).patients
        page = new_visitor()
        page.goto(f"{url}/cases?{LINK}")
        assert patients_of(page) == expected
        assert page.locator("h1").inner_text() == "Which cases are these?"

        take_level_away(page, "margin", "smooth")
        fewer = asked.keeping(OneOf("margin", ("ill_defined",)))
        narrowed = selection.case_count(warehouse, fewer).patients
        assert narrowed < expected
        assert patients_of(page) == narrowed
        assert parse_qs(urlsplit(page.url).query)["margin"] == ["ill-defined"]

        page.reload()
        assert patients_of(page) == narrowed

        page.get_by_role("link", name="Overview").click()
        page.wait_for_selector("h1:has-text('Who is in the cohort?')")
        assert patients_of(page) == narrowed

        page.go_back()
        page.wait_for_selector("h1:has-text('Which cases are these?')")
        assert patients_of(page) == narrowed

        page.go_forward()
        page.wait_for_selector("h1:has-text('Who is in the cohort?')")
        assert patients_of(page) == narrowed


def test_a_link_in_stored_words_shows_the_same_as_its_query_counts(
    server: str, new_visitor: NewVisitor, small_store: object
) -> None:
    asked = CohortQuery(NECK, "central", "external", (OneOf("margin", ("ill_defined",)),))
    link = "&".join(f"{key}={word}" for key, words in asked.to_params().items() for word in words)
    page = new_visitor()
    page.goto(f"{server}/?{link}")
    with Warehouse.open(small_store) as warehouse:  # type: ignore[arg-type]
        assert patients_of(page) == selection.case_count(warehouse, asked).patients
    assert "split external, margin ill-defined" in cohort_line(page)
    page.reload()
    assert "split external, margin ill-defined" in cohort_line(page)


def test_two_visitors_with_different_filters_never_see_each_others_numbers(
    server: str, new_visitor: NewVisitor, small_store: object
) -> None:
    women = CohortQuery(NECK, "lateral", criteria=(OneOf("sex", ("female",)),))
    men = CohortQuery(NECK, "lateral", criteria=(OneOf("sex", ("male",)),))
    with Warehouse.open(small_store) as warehouse:  # type: ignore[arg-type]
        expected = {
            "female": selection.case_count(warehouse, women).patients,
            "male": selection.case_count(warehouse, men).patients,
        }
    pages = {sex: new_visitor() for sex in expected}
    for sex, page in pages.items():
        page.goto(f"{server}/?filters=Sex&sex={sex}", wait_until="commit")
    for title in ("Cases", "Overview", "Performance", "Overview"):
        for sex, page in pages.items():
            assert patients_of(page) == expected[sex]
        for page in pages.values():
            page.get_by_role("link", name=title, exact=True).click()
    for sex, page in pages.items():
        assert patients_of(page) == expected[sex]


def test_a_row_opens_its_case_and_back_returns_to_the_list(
    server: str, new_visitor: NewVisitor
) -> None:
    page = new_visitor()
    page.goto(f"{server}/cases?filters=Sex&sex=male")
    before = patients_of(page)
    seen = []
    for row in (0, 2):
        page.locator(".clnm-table.links tbody tr").nth(row).click(position={"x": 300, "y": 20})
        page.wait_for_selector("h1:has-text('What about this patient?')")
        assert patients_of(page) == before
        seen += parse_qs(urlsplit(page.url).query)["case"]
        assert f"{row + 1} of " in page.inner_text("[data-testid=stMain]")
        page.go_back()
        page.wait_for_selector("h1:has-text('Which cases are these?')")
        assert patients_of(page) == before
    assert len(set(seen)) == 2


def test_next_case_is_in_the_address_and_survives_a_reload(
    server: str, new_visitor: NewVisitor
) -> None:
    page = new_visitor()
    page.goto(f"{server}/case?case=case-0004")
    settle(page)
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(re.compile("case-0005"))
    page.reload()
    settle(page)
    assert "6 of 240" in page.inner_text("[data-testid=stMain]")


def test_a_link_that_asks_in_vain_gets_a_sentence(server: str, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    page.goto(f"{server}/?cohort=nowhere&filters=shoe_size")
    settle(page)
    assert "which this store does not have" in page.locator(".st-key-link_problems").inner_text()
    assert patients_of(page) == 233


def test_an_address_never_holds_an_identifier(server: str, new_visitor: NewVisitor) -> None:
    asked: list[str] = []
    page = new_visitor()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server}/case?case=case-0004")
    settle(page)
    page.goto(f"{server}/cases")
    settle(page)
    assert not [url for url in asked if "patient-" in url]
    assert not [url for url in asked if "/media/" in url and url.endswith((".png", ".jpg"))]
