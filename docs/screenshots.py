"""Take a picture of every page, light and dark: ``python docs/screenshots.py FOLDER [--url URL]``.

Without ``--url`` the dashboard is served from the store for the time of the pictures.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from clnm_core.ui.entries import PAGES  # noqa: E402
from tests.ensure_chromium import find_chromium  # noqa: E402

WIDTH = 1280


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Serve the dashboard on a free port; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    server = subprocess.Popen(  # noqa: S603 (own arguments)
        [*command, f"--server.port={port}", "--server.headless=true"], env=dict(os.environ)
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url)
        yield url
    finally:
        server.terminate()
        server.wait(10)


def wait_until_ready(url: str, seconds: float = 180) -> None:
    """Wait until a visitor would see a cohort."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(f"{url}/api/ready", timeout=5).status == 200:  # noqa: S310
                return
        time.sleep(0.5)
    raise SystemExit(f"{url} did not become ready within {seconds:g} s.")


def settle(page: Page) -> None:
    """Wait until the page has been drawn to its end."""
    page.wait_for_selector(".st-key-footer", timeout=60_000)
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')"
        "?.getAttribute('data-test-script-state') === 'notRunning'",
        timeout=60_000,
    )
    page.wait_for_timeout(1500)


def whole_page(page: Page, path: Path) -> None:
    """A picture of all that one would scroll through, once it has stopped growing."""
    height = 0
    for _ in range(10):
        now = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
        if now == height:
            break
        height = now
        page.set_viewport_size({"width": WIDTH, "height": max(800, min(int(height) + 20, 8000))})
        page.wait_for_timeout(1200)
    page.screenshot(path=path)
    page.set_viewport_size({"width": WIDTH, "height": 800})


def take(url: str, folder: Path, names: list[str]) -> None:
    """Pictures of the named pages, or of all."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": WIDTH, "height": 800}, color_scheme=scheme
            )
            page = context.new_page()
            for entry in PAGES:
                if (names and entry.url_path not in names) or not (
                    ROOT / "pages" / entry.file
                ).exists():
                    continue
                page.goto(url if entry is PAGES[0] else f"{url}/{entry.url_path}")
                settle(page)
                whole_page(page, folder / f"{entry.url_path}-{scheme}.png")
            context.close()
        browser.close()


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", help="address of a running dashboard")
    parser.add_argument("--page", action="append", default=[], help="only this page; repeatable")
    options = parser.parse_args()
    with contextlib.nullcontext(options.url) if options.url else served() as url:
        take(url, options.folder, options.page)


if __name__ == "__main__":
    main()
