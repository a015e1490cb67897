"""Every page on the 383 real patients of the UCI cohort, without images, centres or reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.cli import main
from clnm_core.ui import entries, frame
from tests.app.conftest import ROOT, words

FILES = [entry.file for entry in entries.PAGES if frame.is_there(entry)]
AUDITS = [
    entry.file
    for entry in entries.PAGES
    if entry.group == "Audit" and entry.follows == entries.CASES
]
PUBLISHED = ("cli-dlr", "score-model")
"""Systems that learn from findings alone where there are no pictures."""


@pytest.fixture(scope="module")
def uci_store(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the cohort, and every system that needs no pictures trained on it."""
    folder = tmp_path_factory.mktemp("uci")
    store = folder / "store"
    table = shared_data / "uci_dtc_recurrence" / "Thyroid_Diff.xlsx"
    to_store = ["--cohort", "uci", "--store", str(store)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # the mapping that is proposed is written where one is
        assert main(["import", str(table), *to_store]) == 0
        for system in ("clinical", *PUBLISHED):
            assert main(["train", system, *to_store]) == 0
    return store


@pytest.mark.parametrize("file", FILES)
def test_a_page_opens_on_real_patients(
    file: str, uci_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLNM_STORE", str(uci_store))
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60).run()
    if file != "overview.py":
        app.switch_page(str(ROOT / "pages" / file)).run()
    assert not app.exception
    assert not app.error
    text = words(app)
    assert "Traceback" not in text
    assert " nan" not in text.lower()


@pytest.mark.parametrize("model", PUBLISHED)
@pytest.mark.parametrize("file", AUDITS)
def test_an_audit_page_judges_a_published_system_on_real_patients(
    file: str, model: str, uci_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLNM_STORE", str(uci_store))
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
    app.query_params["cohort"] = "uci"
    app.query_params["model"] = model
    app.query_params["models"] = [model, "clinical"]
    app.run()
    app.switch_page(str(ROOT / "pages" / file)).run()
    assert not app.exception
    assert not app.error
    chosen = [box.value for box in app.selectbox if box.key == "model"]
    assert chosen in ([model], [])
    if not chosen:  # these patients have neither a place in the gland nor readers
        assert file in ("compare.py", "location.py", "readers.py")
    if file == "compare.py":
        assert model in words(app)
