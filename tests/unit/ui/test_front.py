"""The front door: headers, health, and what is said of an error."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import config

from clnm_core.errors import EmptyCohortError
from clnm_core.ui import front
from tests.small_store import build_small_store

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def client() -> TestClient:
    async def hello(request: Any) -> PlainTextResponse:
        return PlainTextResponse("hello")

    routes = [*front.routes(), Route("/", hello), Route("/media/picture.png", hello)]
    return TestClient(Starlette(routes=routes, middleware=front.middleware()))


@pytest.mark.parametrize("path", ["/", "/api/live", "/missing"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    for name, value in front.HEADERS.items():
        assert headers[name] == value


def test_the_policy_names_no_other_server() -> None:
    policy = front.HEADERS["content-security-policy"]
    assert "http:" not in policy
    assert "https:" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_browser_keeps_no_download(client: TestClient) -> None:
    assert client.get("/media/picture.png").headers["cache-control"] == "no-store"
    assert "cache-control" not in client.get("/").headers


def test_live_says_that_the_process_answers(client: TestClient) -> None:
    assert client.get("/api/live").json()["live"] is True


def test_an_empty_store_is_not_ready(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLNM_STORE", str(tmp_path / "none"))
    answer = client.get("/api/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "missing": ["store"]}


def test_a_store_that_can_be_read_is_ready(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_small_store(tmp_path / "store")
    monkeypatch.setenv("CLNM_STORE", str(tmp_path / "store"))
    assert client.get("/api/ready").json() == {"ready": True, "missing": []}


def test_a_damaged_store_is_not_ready(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "store"
    build_small_store(root)
    (root / "CURRENT").write_text("seven")
    monkeypatch.setenv("CLNM_STORE", str(root))
    assert client.get("/api/ready").status_code == 503


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sentences: list[str] = []
    monkeypatch.setattr(st, "error", lambda text, **more: sentences.append(text))
    return sentences


def test_an_error_that_a_reader_can_mend_is_said_as_it_is(said: list[str]) -> None:
    assert front.explain(EmptyCohortError("No case is left. Remove a filter."))
    assert said[0].replace("\\", "") == "No case is left. Remove a filter."


def test_any_other_error_gets_a_reference_and_keeps_its_text_to_itself(
    said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    value = "patient Miller, born 1961"
    with pytest.raises(ValueError, match="Miller") as caught:
        raise ValueError(value)
    with caplog.at_level(logging.ERROR, logger="clnm_core"):
        assert front.explain(caught.value)
    reference = said[0].split("Reference ")[1][:6]
    assert "Miller" not in said[0]
    assert "Miller" not in caplog.text
    assert f"Reference {reference}: ValueError" in caplog.text
    assert "test_front.py" in caplog.text


def test_streamlits_own_log_of_a_page_error_is_kept_out() -> None:
    record = logging.LogRecord("streamlit.error_util", logging.ERROR, "f", 1, "m", None, None)
    assert front._is_not_from_a_page(record)  # noqa: SLF001
    record.exc_info = (ValueError, ValueError("Miller"), None)
    assert not front._is_not_from_a_page(record)  # noqa: SLF001


@pytest.mark.parametrize(
    "option",
    [
        *("runner.postScriptGC", "server.allowedHosts", "client.showErrorDetails"),
        *("client.allowedOrigins", "logger.enableRich", "server.showEmailPrompt"),
        *("server.disconnectedSessionTTL", "client.toolbarMode", "server.maxUploadSize"),
    ],
)
def test_streamlit_still_has_the_options_that_are_set(option: str) -> None:
    assert option in config._config_options_template  # noqa: SLF001


def test_the_shell_is_named_by_an_absolute_path() -> None:
    assert front.SHELL.is_absolute()
    assert front.SHELL.exists()
