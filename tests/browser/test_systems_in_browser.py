"""Train a system from a browser, see all that came of it, and ask the model about one case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from clnm_core.jobs import queue
from tests.browser.conftest import NewVisitor, Serve, settle
from tests.browser.test_features_in_browser import PATIENCE_MS, end_workers
from tests.small_store import NECK, build_small_store

pytestmark = pytest.mark.browser

NAME = "clinical-lateral"


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "store"
    build_small_store(root)
    yield root
    end_workers(root)


def open_page(page: Page, url: str, path: str, **params: str) -> None:
    asked = "&".join(f"{key}={value}" for key, value in params.items())
    page.goto(f"{url}/{path}?cohort={NECK}&outcome=lateral&{asked}")
    settle(page)


def test_a_training_goes_on_alone_and_its_model_is_audited_and_asked(
    own_store: Path, serve: Serve, new_visitor: NewVisitor
) -> None:
    with serve(own_store) as url:
        page = new_visitor()
        open_page(page, url, "systems")
        expect(page.locator(".st-key-answer")).to_contain_text("No model of it is trained yet")
        page.get_by_role("textbox", name="Name of the model").fill(NAME)
        page.get_by_role("button", name="Train", exact=True).click()
        expect(page.get_by_text(f"Train {NAME} (Logistic baseline)")).to_be_visible(
            timeout=PATIENCE_MS
        )
        page.goto(f"{url}/methods")
        settle(page)

        open_page(page, url, "systems", system="Logistic+baseline")
        result = page.get_by_text(f"{NAME} has an AUC of")
        expect(result).to_be_visible(timeout=PATIENCE_MS)
        (job,) = queue.jobs(own_store)
        assert job.state == "done", job.error

        page.locator("[data-testid=stMain]").get_by_role("link", name="Performance").click()
        settle(page)
        expect(page.locator(".st-key-answer")).to_contain_text("the AUC is", timeout=PATIENCE_MS)
        assert f"model={NAME}" in page.url

        open_page(page, url, "predict")
        distance = page.get_by_role("spinbutton", name="Capsule distance (mm)")
        distance.fill("0.5")
        distance.press("Tab")
        expect(page.locator(".st-key-answer")).to_contain_text(
            "lateral neck metastasis", timeout=PATIENCE_MS
        )
