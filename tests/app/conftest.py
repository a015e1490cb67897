"""The app without a browser: one small store, one way to open a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.small_store import build_small_store

ROOT = Path(__file__).resolve().parents[2]
OpenApp = Callable[..., AppTest]


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two cohorts; nobody may change it."""
    root = tmp_path_factory.mktemp("store") / "store"
    build_small_store(root)
    return root


@pytest.fixture
def open_app(small_store: Path, monkeypatch: pytest.MonkeyPatch) -> OpenApp:
    """``open_app(file="overview.py", **params)``: the app after a first run."""
    monkeypatch.setenv("CLNM_STORE", str(small_store))

    def open_it(file: str = "overview.py", **params: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
        for key, value in params.items():
            app.query_params[key] = value
        app.run()
        if file != "overview.py":
            app.switch_page(str(ROOT / "pages" / file)).run()
        return app

    return open_it


def words(app: AppTest) -> str:
    """All that is written on the page."""
    texts = [*app.markdown, *app.caption, *app.error, *app.subheader, *app.title]
    return "\n".join(str(text.value) for text in texts).replace("\\", "").replace("\xa0", " ")
