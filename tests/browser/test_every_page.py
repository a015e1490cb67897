"""Every page in a real browser: nothing breaks, nothing is fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

from clnm_core.ui import entries
from tests.browser.conftest import ROOT, NewVisitor, settle
from tests.small_store import CLINIC, NECK

pytestmark = pytest.mark.browser

PATHS = [
    "" if entry is entries.PAGES[0] else entry.url_path
    for entry in entries.PAGES
    if (ROOT / "pages" / entry.file).exists()
]


def _complaint(said: ConsoleMessage) -> str:
    """An error in the console; Streamlit's own search for its root from a deep address is none."""
    at = str(said.location.get("url", ""))
    is_search = "404" in said.text and "/_stcore/" in at
    return f"{said.text} {at}" if said.type == "error" and not is_search else ""


@pytest.fixture(scope="module")
def visitors(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """One visitor who likes it light and one who likes it dark; each keeps what was loaded."""
    contexts = {
        scheme: browser.new_context(
            viewport={"width": 1280, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        for scheme in ("light", "dark")
    }
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_opens_without_an_error(
    server: str, visitors: dict[str, BrowserContext], path: str, scheme: str
) -> None:
    complaints: list[str] = []
    elsewhere: list[str] = []
    page = visitors[scheme].new_page()
    page.on("console", lambda said: complaints.append(_complaint(said)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            elsewhere.append(request.url)
            if urlsplit(request.url).scheme in ("http", "https")
            and not request.url.startswith(server)
            else None
        ),
    )
    cohort = NECK if scheme == "light" else CLINIC
    page.goto(f"{server}/{path}?cohort={cohort}")
    settle(page)
    page.wait_for_timeout(1000)
    text = page.locator("[data-testid=stMain]").inner_text()
    assert page.locator("[data-testid=stException]").count() == 0
    assert "Something went wrong" not in text
    assert "Traceback" not in text
    assert "Not a medical device" in text
    assert [said for said in complaints if said] == []
    assert elsewhere == []
    page.close()


def test_the_badge_of_synthetic_data_cannot_be_scrolled_away(
    server: str, new_visitor: NewVisitor
) -> None:
    page = new_visitor()
    page.goto(server)
    settle(page)
    page.mouse.move(800, 500)
    page.mouse.wheel(0, 1500)
    page.wait_for_timeout(600)
    box = page.locator(".st-key-cohort_line").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 80
    assert "SYNTHETIC" in page.locator(".st-key-cohort_line").inner_text()


def test_a_page_from_another_site_may_not_frame_this_one(
    server: str, new_visitor: NewVisitor
) -> None:
    page = new_visitor()
    answer = page.goto(server)
    assert answer is not None
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
