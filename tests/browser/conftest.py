"""A server of its own, and a browser to walk it with."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.ensure_chromium import find_chromium
from tests.small_store import build_small_store, train_clinical

ROOT = Path(__file__).resolve().parents[2]
Serve = Callable[..., AbstractContextManager[str]]
NewVisitor = Callable[..., Page]


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two cohorts; nobody may change it."""
    root = tmp_path_factory.mktemp("browser") / "store"
    build_small_store(root)
    return root


@pytest.fixture(scope="session")
def serve(small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """``with serve(store) as url``: a fresh server, started from another directory."""

    @contextlib.contextmanager
    def run(store: Path = small_store) -> Iterator[str]:
        elsewhere = tmp_path_factory.mktemp("elsewhere")
        log = elsewhere / "server.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
        with log.open("wb") as out:
            server = subprocess.Popen(
                [*command, f"--server.port={port}", "--server.headless=true"],
                cwd=elsewhere,
                env=os.environ | {"CLNM_STORE": str(store), "OMP_NUM_THREADS": "1"},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait(server, url, log)
            yield url
            assert server.poll() is None, f"the server died:\n{log.read_text()}"
        finally:
            server.terminate()
            server.wait(20)

    return run


@pytest.fixture(scope="module")
def own_server(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose store may be changed; its neck study has a trained model."""
    root = tmp_path_factory.mktemp("own") / "store"
    build_small_store(root)
    train_clinical(root)
    with serve(root) as url:
        yield url


@pytest.fixture(scope="session")
def server(serve: Serve) -> Iterator[str]:
    """The address of the server that most walks share."""
    with serve() as url:
        yield url


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = find_chromium()
    if path is None:
        pytest.skip("needs a Chromium; python tests/ensure_chromium.py installs one")
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: str, playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
    yield running
    running.close()


@pytest.fixture
def new_visitor(browser: Browser) -> Iterator[NewVisitor]:
    """``new_visitor()``: a page with cookies and storage of its own; what it logs is collected."""
    contexts: list[BrowserContext] = []

    def come(**settings: object) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **settings)  # type: ignore[arg-type]
        contexts.append(context)
        return context.new_page()

    yield come
    for context in contexts:
        context.close()


def settle(page: Page) -> None:
    """Wait until the page stands still."""
    page.wait_for_selector(".st-key-footer", timeout=60_000)
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')"
        "?.getAttribute('data-test-script-state') === 'notRunning'",
        timeout=60_000,
    )
    page.wait_for_timeout(400)


def cohort_line(page: Page) -> str:
    """The cohort in words and counts, as it stands above the title."""
    settle(page)
    return page.locator(".st-key-cohort_line").inner_text()


def _wait(server: subprocess.Popen[bytes], url: str, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"the server died with {server.returncode}:\n{log.read_text()}")
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(f"{url}/api/ready", timeout=5).status == 200:  # noqa: S310
                return
        time.sleep(0.2)
    pytest.fail(f"the server was not ready after {seconds:g} s:\n{log.read_text()}")
