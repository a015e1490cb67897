"""One case from upload to report: with a mouse, by keys alone, at three widths."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Download, ElementHandle, FloatRect, Locator, Page, expect

from clnm_core.jobs.training import train
from clnm_core.synth.drawing import pictures_of
from clnm_core.synth.fresh import fresh
from tests.browser.conftest import NewVisitor, Serve, settle
from tests.small_store import NECK, build_small_store
from tests.us_file import ultrasound_of

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
SEED = 4_001
"""Of a patient whom no cohort has."""

WIDTHS = {"laptop": 1280, "desktop": 1920, "tablet": 820}


@pytest.fixture(scope="module")
def one_case_server(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose cohort has a model that can be asked, and what it finds similar cases with."""
    root = tmp_path_factory.mktemp("one_case") / "store"
    build_small_store(root)
    train(root, "clinical", NECK, name="clinical", outcome="lateral")
    with serve(root) as url:
        yield url


@pytest.fixture(scope="module")
def two_frames() -> dict[str, object]:
    """A calibrated ultrasound file: nothing but speckle, then a transverse view of a thyroid."""
    (picture, *_) = pictures_of(fresh("demo-ptc-us", 1, seed=SEED), 0, seed=SEED)
    speckle = np.random.default_rng(0).integers(0, 40, picture.pixels.shape, dtype=np.uint8)
    spacing = (picture.spacing_mm, picture.spacing_mm)
    data = ultrasound_of(np.stack([speckle, picture.pixels]), spacing)
    return {"name": "neck.dcm", "mimeType": "application/dicom", "buffer": data}


def open_predict(page: Page, url: str) -> None:
    page.goto(f"{url}/predict?cohort={NECK}&outcome=lateral")
    settle(page)


def risk_of(page: Page) -> float:
    """The first per cent of the sentence that answers."""
    found = re.search(r"(\d+)\s*%", page.locator(".st-key-answer").inner_text())
    assert found is not None
    return float(found[1])


def distance(page: Page) -> Locator:
    return page.get_by_role("spinbutton", name="Capsule distance (mm)")


def answered_anew(page: Page, before: str) -> None:
    """Wait until the whole answer stands for other inputs than before."""
    done = page.locator(".st-key-case_answer_done")
    expect(done).not_to_have_text(before, timeout=PATIENCE_MS)
    settle(page)


def done_text(page: Page) -> str:
    done = page.locator(".st-key-case_answer_done")
    expect(done).to_contain_text("equal inputs", timeout=PATIENCE_MS)
    settle(page)
    return done.inner_text(timeout=PATIENCE_MS)


def downloaded(page: Page, name: str) -> Download:
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        page.get_by_role("button", name=name).click()
    return waiting.value


def test_from_a_frame_to_a_report(
    one_case_server: str, new_visitor: NewVisitor, two_frames: dict[str, object], tmp_path: Path
) -> None:
    page = new_visitor()
    open_predict(page, one_case_server)
    page.locator(".st-key-case_image input[type=file]").set_input_files(two_frames)  # type: ignore[arg-type]
    frame = page.get_by_role("slider", name="Frame").first
    expect(frame).to_be_visible(timeout=PATIENCE_MS)
    frame.focus()
    page.keyboard.press("ArrowRight")
    expect(frame).to_have_value("2", timeout=PATIENCE_MS)
    expect(page.get_by_text("A network proposed the outlines")).to_be_visible(timeout=PATIENCE_MS)
    expect(distance(page)).not_to_have_value("", timeout=PATIENCE_MS)
    measured, before, proposed = (
        float(distance(page).input_value()),
        done_text(page),
        risk_of(page),
    )

    page.get_by_role("button", name="Correct the outlines").click()
    page.get_by_text("By numbers, without a pen").click()
    editor = page.locator(".st-key-outline_editor")
    expect(editor).to_be_visible(timeout=PATIENCE_MS)
    by = page.get_by_role("spinbutton", name="By (pixels)")
    by.fill("8")
    by.press("Enter")
    settle(page)
    page.get_by_role("button", name="Down", exact=True).click()
    answered_anew(page, before)
    corrected = float(distance(page).input_value())
    assert abs(corrected - measured) > 0.3
    assert (risk_of(page) < proposed) == (corrected > measured)
    page.get_by_role("button", name="Done").click()
    settle(page)

    what_if = page.locator(".st-key-case_what_if")
    mover = what_if.get_by_role("slider").first
    mover.focus()
    said = what_if.inner_text()
    page.keyboard.press("End")
    expect(what_if).not_to_have_text(said, timeout=PATIENCE_MS)
    assert done_text(page)

    similar = page.locator(".st-key-case_similar")
    similar.scroll_into_view_if_needed()
    assert similar.get_by_role("link").count() >= 8

    report = downloaded(page, "Report (HTML)")
    report.save_as(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"{risk_of(page):.0f}" in text
    assert "not a medical device" in text.lower()
    assert "Muster" not in text
    assert "neck.dcm" not in text
    for name in ("case", "report"):
        assert name in report.suggested_filename


def test_findings_are_filled_in_by_keys_alone(
    one_case_server: str, new_visitor: NewVisitor
) -> None:
    page = new_visitor()
    open_predict(page, one_case_server)
    _tab_to(page, "Capsule distance (mm)")
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-answer")).to_contain_text("%", timeout=PATIENCE_MS)
    before, near = done_text(page), risk_of(page)
    _tab_to(page, "Capsule distance (mm)", backwards=True)
    page.keyboard.press("Control+A")
    page.keyboard.type("18")
    page.keyboard.press("Enter")
    answered_anew(page, before)
    assert risk_of(page) < near
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        _tab_to(page, "Report (HTML)")
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename.endswith(".html")


def test_from_a_frame_to_a_report_by_keys_alone(
    one_case_server: str, new_visitor: NewVisitor, two_frames: dict[str, object], tmp_path: Path
) -> None:
    page = new_visitor()
    open_predict(page, one_case_server)
    _tab_to(page, "Predict")
    _is_seen(page)

    _tab_to(page, "Upload")
    _is_seen(page)
    with page.expect_file_chooser(timeout=PATIENCE_MS) as choosing:
        page.keyboard.press("Enter")
    choosing.value.set_files(two_frames)  # type: ignore[arg-type]
    frame = page.get_by_role("slider", name="Frame").first
    expect(frame).to_be_visible(timeout=PATIENCE_MS)
    settle(page)
    _tab_to(page, "Frame")
    _is_seen(page)
    page.keyboard.press("ArrowRight")
    expect(frame).to_have_value("2", timeout=PATIENCE_MS)
    expect(page.get_by_text("A network proposed the outlines")).to_be_visible(timeout=PATIENCE_MS)
    expect(distance(page)).not_to_have_value("", timeout=PATIENCE_MS)
    before, proposed, measured = done_text(page), risk_of(page), float(distance(page).input_value())
    expect(frame).to_be_focused()

    _tab_to(page, "Correct the outlines")
    _is_seen(page)
    page.keyboard.press("Enter")
    canvas = page.locator(".st-key-outline_editor svg[role=application]")
    expect(canvas).to_be_focused(timeout=PATIENCE_MS)  # nobody has to look for it
    settle(page)
    expect(canvas).to_be_focused()
    expect(page.get_by_text("Enter closes the line").last).to_be_visible()
    # A square of twenty pixels in the middle of the picture, well inside the gland.
    for key in ("ArrowLeft", "ArrowUp"):
        page.keyboard.press(f"Shift+{key}")
    for way in ("Right", "Down", "Left"):
        page.keyboard.press("Space")
        page.keyboard.press(f"Shift+Arrow{way}")
        page.keyboard.press(f"Shift+Arrow{way}")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    answered_anew(page, before)
    before, drawn, deep = done_text(page), risk_of(page), float(distance(page).input_value())
    assert deep > measured + 1
    assert drawn < proposed
    expect(canvas).to_be_focused()

    _tab_to(page, "By numbers, without a pen")
    _is_seen(page)
    page.keyboard.press("Enter")
    _tab_to(page, "Half the long axis (mm)")
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    answered_anew(page, before)
    before = done_text(page)
    assert _focused_name(page) == "Half the long axis (mm)"
    half = page.get_by_role("spinbutton", name="Half the long axis (mm)").input_value()
    assert float(half) == pytest.approx(3, abs=0.1)  # of the pixels that the ellipse covers
    _tab_to(page, "By (pixels)")
    _is_seen(page)
    page.keyboard.press("Control+A")
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    settle(page)
    assert _focused_name(page) == "By (pixels)"
    _tab_to(page, "Down")
    _is_seen(page)
    page.keyboard.press("Enter")
    answered_anew(page, before)
    assert _focused_name(page) == "Down"
    corrected, shallow = risk_of(page), float(distance(page).input_value())
    assert shallow < deep - 1
    assert corrected > drawn
    assert done_text(page) != before
    _tab_to(page, "Done", backwards=True)
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-outline_editor")).to_have_count(0, timeout=PATIENCE_MS)
    settle(page)
    assert risk_of(page) == corrected

    what_if = page.locator(".st-key-case_what_if")
    said = what_if.inner_text()
    _tab_to(page, "Capsule distance")
    _is_seen(page)
    page.keyboard.press("End")
    expect(what_if).not_to_have_text(said, timeout=PATIENCE_MS)
    settle(page)
    assert _focused_name(page) == "Capsule distance"

    alike = page.locator(".st-key-case_similar").get_by_role("link")
    assert alike.count() >= 8
    _tab_to(page, alike.first.inner_text().strip())
    _is_seen(page)
    with page.expect_popup(timeout=PATIENCE_MS) as opening:
        page.keyboard.press("Enter")
    settle(opening.value)
    assert "/case?" in opening.value.url
    opening.value.close()

    sentence = page.locator(".st-key-answer").inner_text().strip()
    _tab_to(page, "Report (HTML)")
    _is_seen(page)
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        page.keyboard.press("Enter")
    waiting.value.save_as(tmp_path / "report.html")
    text = html.unescape((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert f"{corrected:.0f} %" in sentence.replace("\N{NO-BREAK SPACE}", " ")
    assert _words(sentence) in _words(re.sub(r"<[^>]+>", "", text))


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_nothing_lies_beside_the_page(
    one_case_server: str, new_visitor: NewVisitor, two_frames: dict[str, object], width: int
) -> None:
    page = new_visitor()
    page.set_viewport_size({"width": width, "height": 1000})
    open_predict(page, one_case_server)
    page.locator(".st-key-case_image input[type=file]").set_input_files(two_frames)  # type: ignore[arg-type]
    done_text(page)
    settle(page)
    beyond = page.evaluate(
        """() => {
            const main = document.querySelector('[data-testid=stMain]');
            return main.scrollWidth - main.clientWidth;
        }"""
    )
    assert beyond <= 0
    for key in ("answer", "case_doubts", "case_why", "case_what_if", "case_similar"):
        box = page.locator(f".st-key-{key}").first.bounding_box()
        assert box is not None, key
        assert box["width"] >= 300, key
        assert box["x"] + box["width"] <= width + 1, key


def _words(text: str) -> str:
    """The same words with plain blanks."""
    return " ".join(text.split())


_FOCUSED = """() => {
    let one = document.activeElement;
    while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    return one;
}"""
_NAME = "one => (one.getAttribute('aria-label') || one.innerText || '').trim()"


def _focused_name(page: Page) -> str:
    """What has the focus, as it is called."""
    return str(page.evaluate_handle(_FOCUSED).evaluate(_NAME))


def _tab_to(page: Page, name: str, *, backwards: bool = False) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(250):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        focused = _focused_name(page)
        if focused.endswith(name) and not focused.startswith("Help"):
            return
    pytest.fail(f"{name!r} cannot be reached with the Tab key.")


def _is_seen(page: Page) -> None:
    """It shows that it has the focus: pixels around it are twice as bright or dark without it."""
    name, focused = _focused_name(page), page.evaluate_handle(_FOCUSED).as_element()
    assert focused is not None
    with_focus = _brightness(page, focused)
    page.keyboard.press("Shift+Tab")
    without = _brightness(page, focused)
    page.keyboard.press("Tab")
    assert _focused_name(page) == name
    assert with_focus.shape == without.shape
    brighter, darker = np.maximum(with_focus, without), np.minimum(with_focus, without)
    contrast = (brighter + 0.05) / (darker + 0.05)
    assert (contrast >= 2).sum() >= 40, f"nobody sees that {name!r} has the focus"


def _brightness(page: Page, one: ElementHandle) -> np.ndarray:
    """Relative luminance of an element and a little around it, from 0 to 1."""
    page.wait_for_timeout(400)  # colours fade, and a page may scroll
    box = one.bounding_box()
    assert box is not None
    around = FloatRect(
        x=max(box["x"] - 4, 0), y=max(box["y"] - 4, 0),
        width=min(box["width"] + 8, 400), height=min(box["height"] + 8, 300),
    )  # fmt: skip
    shot = Image.open(io.BytesIO(page.screenshot(clip=around))).convert("RGB")
    return np.power(np.asarray(shot) / 255, 2.2) @ np.array([0.2126, 0.7152, 0.0722])
