"""Measure on the images of a cohort from a browser, and look at what came out."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from clnm_core.jobs import queue
from tests.browser.conftest import NewVisitor, Serve, settle
from tests.small_store import NECK, build_small_store

pytestmark = pytest.mark.browser

PATIENCE_MS = 120_000


def end_workers(root: Path) -> None:
    """End the workers of a store, which otherwise wait some minutes for more to do."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"worker" in words and str(root).encode() in words:
            os.kill(int(process.parent.name), signal.SIGTERM)


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "store"
    build_small_store(root)
    yield root
    end_workers(root)


def open_features(page: Page, url: str, **params: str) -> None:
    asked = "&".join(f"{key}={value}" for key, value in params.items())
    page.goto(f"{url}/features?cohort={NECK}&outcome=lateral&{asked}")
    settle(page)


def test_a_job_goes_on_while_nobody_looks_and_its_cases_show_their_pictures(
    own_store: Path, serve: Serve, new_visitor: NewVisitor
) -> None:
    with serve(own_store) as url:
        page = new_visitor()
        open_features(page, url)
        expect(page.get_by_text("Nothing has been measured yet on the 40 images")).to_be_visible()
        page.get_by_role("combobox", name="What").click()
        page.get_by_role("option", name="Morphology").click()
        settle(page)
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_text("Morphology of Neck study")).to_be_visible(timeout=PATIENCE_MS)
        page.goto(f"{url}/methods")
        settle(page)

        open_features(page, url)
        answer = page.locator(".st-key-answer")
        expect(answer).to_contain_text("Morphology:", timeout=PATIENCE_MS)
        expect(answer).to_contain_text("of 40 images")
        (job,) = queue.jobs(own_store)
        assert job.state == "done"

        open_features(page, url, look="Map of cases")
        plot = page.locator(".st-key-chart_feature_map .js-plotly-plot")
        expect(plot).to_be_visible(timeout=PATIENCE_MS)
        _point_at_a_mark(page)
        picture = page.locator(".clnm-hover-picture")
        expect(picture).to_have_count(1)
        assert "data:image/jpeg;base64" in str(picture.evaluate("one => one.style.backgroundImage"))


def _point_at_a_mark(page: Page) -> None:
    """Point at the first case that is drawn."""
    place = page.evaluate(
        """() => {
          const plot = document.querySelector(".st-key-chart_feature_map .js-plotly-plot");
          plot.scrollIntoView({block: "center"});
          const box = plot.getBoundingClientRect(), frame = plot._fullLayout;
          const trace = plot.data.find(one => one.x.length);
          const x = box.left + frame.xaxis._offset + frame.xaxis.d2p(trace.x[0]);
          const y = box.top + frame.yaxis._offset + frame.yaxis.d2p(trace.y[0]);
          return [x, y];
        }"""
    )
    # The script that listens may still be on its way to the browser.
    for _ in range(20):
        page.mouse.move(place[0] - 30, place[1])
        page.mouse.move(place[0], place[1], steps=4)
        page.wait_for_timeout(300)
        if page.locator(".clnm-hover-picture").count():
            return
