"""The picture that is drawn on stays where it is when an answer comes, however high the answer is."""

from __future__ import annotations

import math

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewVisitor, settle
from tests.small_store import NECK
from tests.us_file import calibrated_ultrasound

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
MOST_PX = 8

WIDTHS = {"laptop": (1280, 800), "desktop": (1920, 1080), "tablet": (820, 1180)}


def canvas(page: Page) -> Locator:
    return page.locator(".st-key-outline_editor svg[role=application]")


def top_on_page(page: Page) -> float:
    """Of the canvas, from the top of the whole page: scrolling changes nothing."""
    box = canvas(page).bounding_box()
    assert box is not None
    scrolled = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    return float(box["y"]) + float(scrolled)


def encircle(page: Page) -> None:
    canvas(page).scroll_into_view_if_needed()
    box = canvas(page).bounding_box()
    assert box is not None
    for step in range(31):
        turn = 2 * math.pi * step / 30
        page.mouse.move(
            box["x"] + box["width"] * (0.5 + 0.2 * math.cos(turn)),
            box["y"] + box["height"] * (0.35 + 0.1 * math.sin(turn)),
        )
        if step == 0:
            page.mouse.down()
    page.mouse.up()


@pytest.mark.parametrize("width", WIDTHS)
def test_neither_the_first_answer_nor_a_stroke_moves_the_picture_under_the_pen(
    own_server: str, new_visitor: NewVisitor, width: str
) -> None:
    across, down = WIDTHS[width]
    page = new_visitor()
    page.set_viewport_size({"width": across, "height": down})
    page.goto(f"{own_server}/predict?cohort={NECK}&outcome=lateral")
    settle(page)
    page.get_by_text("Propose outlines by itself").click()
    settle(page)
    file = {"name": "neck.dcm", "mimeType": "application/dicom", "buffer": calibrated_ultrasound()}
    page.locator(".st-key-case_image input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Draw the outlines").click(timeout=PATIENCE_MS)
    expect(canvas(page)).to_be_visible(timeout=PATIENCE_MS)
    before = top_on_page(page)
    done = page.locator(".st-key-case_answer_done")
    expect(done).to_contain_text("equal inputs", timeout=PATIENCE_MS)
    settle(page)
    assert abs(top_on_page(page) - before) < MOST_PX
    answer = page.locator(".st-key-answer").bounding_box()
    drawn_on = canvas(page).bounding_box()
    assert answer is not None
    assert drawn_on is not None
    assert answer["y"] > drawn_on["y"] + drawn_on["height"]

    first = done.inner_text()
    encircle(page)
    expect(done).not_to_have_text(first, timeout=PATIENCE_MS)
    settle(page)
    assert abs(top_on_page(page) - before) < MOST_PX

    page.get_by_role("button", name="Done").click()
    expect(canvas(page)).to_have_count(0, timeout=PATIENCE_MS)
    settle(page)
    expect(page.get_by_text("While you draw")).to_have_count(0)
    answer = page.locator(".st-key-answer").bounding_box()
    pictures = page.locator(".st-key-case_image").bounding_box()
    assert answer is not None
    assert pictures is not None
    assert answer["y"] < pictures["y"]
