"""What a visitor of an empty server sees."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.ui import first_start
from tests.app.conftest import ROOT, words
from tests.small_store import build_small_store

SHELL = str(ROOT / "clnm_core" / "ui" / "shell.py")


def child(text: str) -> list[str]:
    return [sys.executable, "-c", text]


@pytest.fixture
def empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "store"
    monkeypatch.setenv("CLNM_STORE", str(root))
    return root


@pytest.fixture
def slow_builder(monkeypatch: pytest.MonkeyPatch) -> Iterator[first_start.Builder]:
    text = (
        "import json, time; print(json.dumps({'share': 0.4, 'step': 'Drawing images'}), flush=True);"
        "time.sleep(30)"
    )
    builder = first_start.Builder(lambda: child(text))
    monkeypatch.setattr(first_start, "_BUILDER", builder)
    yield builder
    builder.stop()
    while builder.progress.is_running:
        time.sleep(0.02)


def test_an_empty_server_shows_how_far_the_demo_is(
    empty_store: Path, slow_builder: first_start.Builder
) -> None:
    app = AppTest.from_file(SHELL, default_timeout=30).run()
    while slow_builder.progress.share == 0:
        time.sleep(0.02)
    app.run()
    assert not app.exception
    assert app.title[0].value == "Making the demo cohorts"
    assert app.progress[0].value == 40
    assert app.progress[0].text == "Drawing images · 40%"


def test_a_page_that_needs_no_cohort_works_meanwhile(
    empty_store: Path, slow_builder: first_start.Builder
) -> None:
    app = AppTest.from_file(SHELL, default_timeout=30).run()
    app.switch_page(str(ROOT / "pages" / "audit_file.py")).run()
    assert not app.exception
    assert app.title[0].value == "Can these predictions be believed?"
    assert "no store yet" in words(app)


def test_when_the_store_is_there_the_page_follows(
    empty_store: Path, slow_builder: first_start.Builder
) -> None:
    app = AppTest.from_file(SHELL, default_timeout=60).run()
    build_small_store(empty_store)
    app.run()
    assert app.title[0].value == "Who is in the cohort?"


def test_a_failed_demo_gets_a_sentence_and_another_try(
    empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = first_start.Builder(lambda: child("raise SystemExit(1)"))
    monkeypatch.setattr(first_start, "_BUILDER", builder)
    app = AppTest.from_file(SHELL, default_timeout=30).run()
    while builder.progress.is_running:
        time.sleep(0.02)
    app.run()
    assert "could not be made" in app.error[0].value
    assert any(button.label == "Try again" for button in app.button)
