"""Every page on the 383 real patients of the UCI cohort, without images, centres or reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.cli import main
from clnm_core.ui import entries, frame
from tests.app.conftest import ROOT, words

FILES = [entry.file for entry in entries.PAGES if frame.is_there(entry)]


@pytest.fixture(scope="module")
def uci_store(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the cohort and a clinical model trained on it."""
    folder = tmp_path_factory.mktemp("uci")
    store = folder / "store"
    table = shared_data / "uci_dtc_recurrence" / "Thyroid_Diff.xlsx"
    to_store = ["--cohort", "uci", "--store", str(store)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # the mapping that is proposed is written where one is
        assert main(["import", str(table), *to_store]) == 0
        assert main(["train", "clinical", *to_store]) == 0
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
