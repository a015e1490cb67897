"""Outlines drawn with a mouse and with keys: on a stored case, and on an upload."""

from __future__ import annotations

import math
import re

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.conftest import NewVisitor, settle
from tests.small_store import NECK
from tests.us_file import calibrated_ultrasound

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000


def canvas(page: Page) -> Locator:
    return page.locator(".st-key-outline_editor svg[role=application]")


def box_of(page: Page) -> FloatRect:
    canvas(page).scroll_into_view_if_needed()
    box = canvas(page).bounding_box()
    assert box is not None
    return box


def lasso(page: Page, x: float, y: float, across: float, down: float) -> None:
    """Drag an ellipse by hand; centre and half axes in shares of the picture."""
    box = box_of(page)
    turns = [2 * math.pi * step / 40 for step in range(41)]
    points = [
        (
            box["x"] + box["width"] * (x + across * math.cos(turn)),
            box["y"] + box["height"] * (y + down * math.sin(turn)),
        )
        for turn in turns
    ]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point)
    page.mouse.up()


def outline_of(page: Page, structure: str) -> Locator:
    return page.locator(f".st-key-outline_editor path.outline[data-structure={structure}]")


def measured(page: Page, label: str) -> Locator:
    """The cell of a measured value in the editor."""
    row = page.locator(".st-key-outline_editor tr", has=page.get_by_text(label, exact=True))
    return row.locator("td").nth(1)


def number(text: str) -> float:
    found = re.search(r"\d+(\.\d+)?", text)
    assert found, text
    return float(found[0])


def choose(page: Page, label: str) -> None:
    page.locator(".st-key-outline_editor [data-testid=stButtonGroup]").get_by_text(label).click()


def test_a_line_drawn_on_a_case_is_measured_at_once_kept_and_brought_back(
    own_server: str, new_visitor: NewVisitor
) -> None:
    page = new_visitor()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    address = f"{own_server}/case?cohort={NECK}&outcome=lateral&case=case-0003"
    page.goto(address)
    settle(page)
    expect(page.get_by_text("measured on the outline 6.0").first).to_be_visible()
    page.get_by_role("button", name="Correct the outlines").click()
    expect(canvas(page)).to_be_visible(timeout=PATIENCE_MS)
    expect(measured(page, "Capsule distance")).to_have_text("6.0 mm")
    before = outline_of(page, "nodule").last.get_attribute("d")
    # 12 mm wide and 9 mm high in a picture of 40 by 30 mm, in the middle of the gland.
    lasso(page, 0.5, 0.5167, 0.15, 0.15)
    expect(measured(page, "Capsule distance")).not_to_have_text("6.0 mm", timeout=PATIENCE_MS)
    assert number(measured(page, "Capsule distance").inner_text()) == pytest.approx(6.75, abs=0.3)
    assert number(measured(page, "Largest diameter").inner_text()) == pytest.approx(12, abs=0.3)
    expect(outline_of(page, "nodule").last).not_to_have_attribute("d", before or "")
    drawn = measured(page, "Capsule distance").inner_text()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The outline is kept")).to_be_visible(timeout=PATIENCE_MS)
    page.goto(address)
    settle(page)
    kept = f"measured on the outline {drawn}".replace(" mm", "")
    expect(page.get_by_text(kept).first).to_be_visible(timeout=PATIENCE_MS)
    other = new_visitor()
    other.goto(address)
    settle(other)
    expect(other.get_by_text(kept).first).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Correct the outlines").click()
    page.get_by_text("Earlier outlines").click()
    page.get_by_role("button", name="Restore the one before").first.click()
    expect(page.get_by_text("The earlier outline is back")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("measured on the outline 6.0").first).to_be_visible()
    assert not errors


def test_an_outline_is_drawn_with_the_keys_alone_and_undone(
    own_server: str, new_visitor: NewVisitor
) -> None:
    page = new_visitor()
    page.goto(f"{own_server}/case?cohort={NECK}&outcome=lateral&case=case-0005")
    settle(page)
    page.get_by_role("button", name="Correct the outlines").click()
    expect(canvas(page)).to_be_visible(timeout=PATIENCE_MS)
    before = measured(page, "Largest diameter").inner_text()
    canvas(page).focus()
    for key in ("Space", "Shift+ArrowRight", "Space", "Shift+ArrowDown", "Space"):
        page.keyboard.press(key)
    page.keyboard.press("Shift+ArrowLeft")
    for key in ("Space", "Backspace", "Space", "Enter"):
        page.keyboard.press(key)
    # A square of ten pixels of 0.25 mm.
    expect(measured(page, "Height × width")).to_have_text("2.5 × 2.5 mm", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Undo").click()
    expect(measured(page, "Largest diameter")).to_have_text(before, timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()


def test_a_finger_draws_and_an_ellipse_and_a_point_can_be_pulled(
    own_server: str, new_visitor: NewVisitor
) -> None:
    page = new_visitor(has_touch=True)
    page.goto(f"{own_server}/case?cohort={NECK}&outcome=lateral&case=case-0006")
    settle(page)
    page.get_by_role("button", name="Correct the outlines").click()
    expect(canvas(page)).to_be_visible(timeout=PATIENCE_MS)
    box = box_of(page)
    for x, y in ((0.25, 0.25), (0.5, 0.25), (0.5, 0.5), (0.25, 0.5), (0.25, 0.25)):
        page.touchscreen.tap(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    expect(measured(page, "Height × width")).to_have_text("7.5 × 10.0 mm", timeout=PATIENCE_MS)
    choose(page, "Ellipse")
    settle(page)
    box = box_of(page)
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, steps=4)
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6, steps=4)
    page.mouse.up()
    expect(measured(page, "Height × width")).to_have_text("6.0 × 8.0 mm", timeout=PATIENCE_MS)
    choose(page, "Pull")
    settle(page)
    handle = canvas(page).locator("circle").first.bounding_box()
    assert handle is not None
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(handle["x"] - 30, handle["y"] - 40, steps=5)
    page.mouse.up()
    expect(measured(page, "Height × width")).not_to_have_text("6.0 × 8.0 mm", timeout=PATIENCE_MS)


def test_what_is_drawn_on_an_upload_fills_the_form_and_moves_the_risk(
    own_server: str, new_visitor: NewVisitor
) -> None:
    page = new_visitor()
    page.set_viewport_size({"width": 1280, "height": 1600})  # the whole picture can be drawn on
    page.goto(f"{own_server}/predict?cohort={NECK}&outcome=lateral")
    settle(page)
    page.locator(".st-key-propose_outlines label").click()
    settle(page)
    page.locator(".st-key-case_image input[type=file]").set_input_files(
        {
            "name": "neck.dcm",
            "mimeType": "application/dicom",
            "buffer": calibrated_ultrasound(shape=(150, 200), spacing_mm=(0.2, 0.15)),
        }
    )
    page.get_by_role("button", name="Draw the outlines").click(timeout=PATIENCE_MS)
    expect(canvas(page)).to_be_visible(timeout=PATIENCE_MS)
    box = box_of(page)
    assert box["width"] / box["height"] == pytest.approx(200 * 0.15 / (150 * 0.2), rel=0.02)
    choose(page, "Thyroid")
    settle(page)
    lasso(page, 0.5, 0.5, 0.4, 0.4)
    expect(outline_of(page, "gland")).to_have_count(1, timeout=PATIENCE_MS)
    # The answer comes to stand above the picture, and moves it down.
    expect(page.locator(".st-key-case_answer_done")).to_be_visible(timeout=PATIENCE_MS)
    choose(page, "Nodule")
    settle(page)
    lasso(page, 0.5, 0.2, 0.08, 0.08)
    # 30 by 30 mm: the gland ends 3 mm from the top, the nodule begins 0.6 mm below that.
    expect(measured(page, "Capsule distance")).to_contain_text("mm", timeout=PATIENCE_MS)
    assert number(measured(page, "Capsule distance").inner_text()) == pytest.approx(0.6, abs=0.3)
    field = page.get_by_role("spinbutton", name="Capsule distance (mm)")
    expect(field).not_to_have_value("", timeout=PATIENCE_MS)
    near = field.input_value()
    risk = page.get_by_role("table", name="Risk, interval, threshold").locator("td").nth(1)
    expect(risk).to_be_visible(timeout=PATIENCE_MS)
    settle(page)
    high = risk.inner_text()
    lasso(page, 0.5, 0.5, 0.08, 0.08)
    expect(field).not_to_have_value(near, timeout=PATIENCE_MS)
    expect(risk).not_to_have_text(high, timeout=PATIENCE_MS)
    assert number(field.input_value()) == pytest.approx(9.6, abs=0.3)
    assert number(risk.inner_text()) < number(high)
    assert field.input_value() not in page.url
