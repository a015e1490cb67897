"""The app without a browser: one small store, one way to open a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.small_store import build_small_store, train_clinical

ROOT = Path(__file__).resolve().parents[2]
OpenApp = Callable[..., AppTest]


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two cohorts; nobody may change it."""
    root = tmp_path_factory.mktemp("store") / "store"
    build_small_store(root)
    return root


@pytest.fixture(scope="session")
def asked_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a model that can judge a new case; nobody may change it."""
    root = tmp_path_factory.mktemp("asked") / "store"
    build_small_store(root)
    train_clinical(root)
    return root


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small store of one test, which it may change."""
    root = tmp_path / "store"
    build_small_store(root)
    monkeypatch.setenv("CLNM_STORE", str(root))
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


def press(app: AppTest, label: str) -> AppTest:
    """The app after the button of that label was pressed."""
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    """All that is written on the page."""
    texts = [*app.markdown, *app.caption, *app.error, *app.subheader, *app.title]
    return "\n".join(str(text.value) for text in texts).replace("\\", "").replace("\xa0", " ")


def risks(app: AppTest) -> dict[str, str]:
    """What each model says of the one case, as it is written in the answer: ``{"clinical": "40 % (31–52)"}``."""
    markup = "\n".join(str(element.proto.body) for element in app.get("html"))
    found = re.search(r"aria-label='Risk, interval[^']*'>(.*?)</table>", markup, re.DOTALL)
    rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td>", found[1]) if found else []
    return {unescape(model): unescape(risk).replace("\xa0", " ") for model, risk in rows}


def percent_of(risk: str) -> float:
    """The number that a risk begins with."""
    return float(re.sub(r"[<> %].*", "", risk.lstrip("< ")))
