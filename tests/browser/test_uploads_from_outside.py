"""What an upload must not do on a real server: run, be named anywhere, or reach another visitor."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from clnm_core.jobs.training import train
from tests.browser.conftest import NewVisitor, Serve, settle
from tests.small_store import NECK, build_small_store

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
MARK = "Mustermann7351"
"""In every name, so that whoever writes one down is found."""

NAMES = {
    "html": f"<img src=x onerror=window.evil=1>{MARK}.png",
    "script": f"<script>window.evil=1</script>{MARK}.png",
    "path": f"../../../../tmp/{MARK}.png",
    "windows path": f"C:\\Users\\{MARK}\\scan.png",
    "long": f"{MARK}{'x' * 300}.png",
    "emoji": f"🙂🙂{MARK}🙂.png",
    "control": f"a\x07\x1b[2J\r\n{MARK}.png",
    "right to left": f"{MARK}\u202egnp.exe",
    "markdown": f"![{MARK}](http://127.0.0.1:9/x.png) **{MARK}**.png",
}


@pytest.fixture(scope="module")
def served(
    serve: Serve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path, Path]]:
    """Address, store and folder of logs of a server with a model that can be asked."""
    root = tmp_path_factory.mktemp("outside") / "store"
    build_small_store(root)
    train(root, "clinical", NECK, outcome="lateral", device="cpu")
    with serve(root) as url:
        yield url, root, tmp_path_factory.getbasetemp()


def visit(page: Page, url: str) -> None:
    """Open the page without the network: what it would draw is not what is asked here."""
    page.goto(f"{url}/predict?cohort={NECK}&outcome=lateral")
    settle(page)
    page.locator(".st-key-propose_outlines label").first.click()
    settle(page)


def upload(page: Page, data: bytes, name: str) -> None:
    page.locator(".st-key-case_image input[type=file]").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": data}
    )


def png(rows: int, columns: int, seed: int) -> bytes:
    """A picture that is told from another by its size."""
    pixels = np.random.default_rng(seed).integers(0, 255, (rows, columns), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def test_no_name_of_a_file_runs_or_is_written_down(
    served: tuple[str, Path, Path], new_visitor: NewVisitor
) -> None:
    url, root, logs = served
    page = new_visitor()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog said {dialog.message!r}"))
    visit(page, url)
    for number, name in enumerate(NAMES.values()):
        upload(page, png(20 + number, 30, number), name)
        read = page.get_by_text(f"30 × {20 + number} pixels.")
        expect(read).to_be_visible(timeout=PATIENCE_MS)
        settle(page)
        page.get_by_role("button", name=re.compile("^Remove ")).click()
        expect(read).to_have_count(0, timeout=PATIENCE_MS)
    assert page.evaluate("() => window.evil === undefined")
    assert not [one for one in [*asked, page.url] if MARK in one or ":9/" in one]
    written = [*root.rglob("*"), *root.parent.glob("*"), *logs.glob("elsewhere*/*")]
    assert any(one.name == "server.log" for one in written)
    for one in written:
        assert MARK not in str(one)
        assert not one.is_file() or MARK.encode() not in one.read_bytes(), one


def test_two_visitors_at_once_see_their_own_picture_and_answer_alone(
    served: tuple[str, Path, Path], new_visitor: NewVisitor
) -> None:
    url, _, _ = served
    pages = {(41, 50): new_visitor(), (60, 71): new_visitor()}
    files: dict[tuple[int, int], bytes] = {}
    for number, (size, page) in enumerate(pages.items()):
        files[size] = png(*size, seed=number)
        visit(page, url)
        age = page.get_by_role("spinbutton", name="Age (years)")
        age.fill(str(33 + 20 * number))
        age.press("Enter")
        expect(page.locator(".st-key-answer")).to_contain_text("%", timeout=PATIENCE_MS)
    for size, page in pages.items():  # none waits for the other
        upload(page, files[size], "scan.png")
    answers: list[str] = []
    for (rows, columns), page in pages.items():
        expect(page.get_by_text(f"{columns} × {rows} pixels.")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator(".st-key-case_answer_done")).to_be_visible(timeout=PATIENCE_MS)
        settle(page)
        answers.append(page.locator(".st-key-answer").inner_text())
    ages = [page.get_by_role("spinbutton", name="Age (years)") for page in pages.values()]
    assert [age.input_value() for age in ages] == ["33", "53"]
    assert answers[0] != answers[1]
    (first, one), (second, other) = pages.items()
    for page, theirs in ((one, second), (other, first)):
        shown = page.content()
        assert f"{theirs[1]} × {theirs[0]} pixels" not in shown
        assert answers[list(pages).index(theirs)] not in page.locator("body").inner_text()
    newcomer = new_visitor()
    visit(newcomer, url)
    assert "pixels." not in newcomer.locator("[data-testid=stMain]").inner_text()
    expect(newcomer.locator(".st-key-case_answer_done")).to_have_count(0)
