"""Three whole walks: predict one case with an image, import a cohort and audit it, audit a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewVisitor, settle
from tests.small_store import NECK

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000


def main_text(page: Page) -> str:
    settle(page)
    text = page.locator("[data-testid=stMain]").inner_text()
    assert "Traceback" not in text
    assert "Something went wrong" not in text
    return text


def give(page: Page, key: str, file: str | Path | dict[str, object]) -> None:
    """Put a file into the upload of that key, in place of one that is there."""
    page.locator(f".st-key-{key} input[type=file]").set_input_files(file)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "size"),
    [
        ("dicom_us/pd_US1_J2KR.dcm", "640 × 480 pixels"),
        ("dicom_us/dp_IM00001.fragmented_no_bot_jpeg_baseline.50.dcm", "320 × 240 pixels"),
        ("busi_breast_us_dev/malignant (1).png", "449 × 598 pixels"),
    ],
)
def test_an_ultrasound_image_goes_through_predict(
    own_server: str, new_visitor: NewVisitor, shared_data: Path, file: str, size: str
) -> None:
    page = new_visitor()
    page.goto(f"{own_server}/predict?cohort={NECK}&outcome=lateral")
    settle(page)
    give(page, "case_image", shared_data / file)
    expect(page.get_by_text(size)).to_be_visible(timeout=PATIENCE_MS)
    distance = page.get_by_role("spinbutton", name="Capsule distance (mm)")
    distance.fill("1.5")
    distance.press("Tab")
    answer = page.locator(".st-key-answer")
    expect(answer).to_contain_text("lateral neck metastasis", timeout=PATIENCE_MS)
    expect(page.locator(".st-key-case_answer_done")).to_be_visible(timeout=PATIENCE_MS)
    assert size in main_text(page)
    assert "1.5" not in page.url


def test_a_corrupt_image_gets_a_plain_sentence(own_server: str, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    page.goto(f"{own_server}/predict?cohort={NECK}&outcome=lateral")
    settle(page)
    give(
        page,
        "case_image",
        {"name": "scan.dcm", "mimeType": "application/dicom", "buffer": b"\x00" * 900},
    )
    sentence = page.locator("[data-testid=stAlert]")
    expect(sentence).to_be_visible(timeout=PATIENCE_MS)
    assert "not a DICOM" in sentence.inner_text()
    assert page.get_by_role("spinbutton", name="Capsule distance (mm)").is_enabled()
    assert "Findings" in main_text(page)


def test_the_uci_table_walks_from_import_to_every_audit_page(
    own_server: str, new_visitor: NewVisitor, shared_data: Path
) -> None:
    page = new_visitor()
    page.goto(f"{own_server}/import")
    settle(page)
    give(page, "import_table", shared_data / "uci_dtc_recurrence" / "Thyroid_Diff_semicolon.csv")
    expect(page.get_by_text("383 rows of 383 patients")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Import 383 rows").click()
    link = page.get_by_role("link", name="Train a model on it")
    expect(link).to_be_visible(timeout=PATIENCE_MS)
    assert "383 rows of 383 patients" in main_text(page)
    link.click()
    train = page.get_by_role("button", name="Train the clinical model")
    expect(train).to_be_visible(timeout=PATIENCE_MS)
    assert "judges any cervical node metastasis" in main_text(page)
    train.click()
    expect(page.locator(".st-key-case_form")).to_be_visible(timeout=PATIENCE_MS)
    for path, words in (
        ("performance", "On 383"),
        ("subgroups", "For whom does it fail?"),
        ("location", "Where does risk live?"),
        ("cases", "383"),
        ("", "115"),
    ):
        page.goto(f"{own_server}/{path}?cohort=thyroid-diff-semicolon&outcome=any")
        assert words in main_text(page), path


def test_a_strangers_file_is_audited_and_never_in_the_address(
    own_server: str, new_visitor: NewVisitor, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    risk = random.random(400)
    pd.DataFrame({
        "case": np.arange(400), "died": (random.random(400) < risk).astype(int), "score": risk.round(4),
        "ward": random.choice(["north", "south"], 400),
    }).to_csv(tmp_path / "strangers.csv", index=False)  # fmt: skip
    page = new_visitor()
    page.goto(f"{own_server}/audit-file")
    settle(page)
    give(page, "audit_upload", tmp_path / "strangers.csv")
    expect(page.get_by_text("On 400 cases")).to_be_visible(timeout=PATIENCE_MS)
    assert "strangers" not in page.url
    assert "score" not in page.url
    other = new_visitor()
    other.goto(f"{own_server}/audit-file")
    assert "strangers.csv" not in main_text(other)
