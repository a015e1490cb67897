"""``import`` with images: what waits and what cannot be read is in the report and in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clnm_core.cli import main
from clnm_core.store.quarantine import Counts, counts
from tests.unit.store.arrivals import BROKEN, folder_of, stand_in


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    stand_in(monkeypatch)
    monkeypatch.chdir(tmp_path)
    said = {"one (1).png": "fine", "two (1).png": "doubt", "two (2).dcm": "broken"}
    return folder_of(tmp_path / "pictures", said)


def call(folder: Path, *options: str) -> int:
    store = str(folder.with_name("store"))
    return main(["import", str(folder), "--cohort", "study", "--store", store, *options])


def test_the_report_counts_images_by_what_became_of_them(folder, capsys) -> None:
    assert call(folder, "--skip-refused", "--json", "-") == 0
    report = json.loads(capsys.readouterr().out)
    assert {"cohort", "rows", "patients", "outcomes", "issues"} <= set(report)
    assert report["images"] == {"stored": 1, "waiting": 1, "refused": 1}
    assert [(one["row"], one["value"], one["rule"]) for one in report["refused"]] == [
        (4, "two (2).dcm", BROKEN)
    ]
    assert counts(folder.with_name("store")) == Counts(1, 1)


def test_a_summary_says_what_waits_and_where(folder, capsys) -> None:
    assert call(folder, "--skip-refused") == 0
    out = capsys.readouterr().out
    assert "1 image in the cohort" in out
    assert "1 image to look at on the Import page" in out
    assert "1 image file that cannot be read" in out
    assert BROKEN in out


def test_a_person_who_has_looked_lets_all_in(folder, capsys) -> None:
    assert call(folder, "--skip-refused", "--images-reviewed", "--json", "-") == 0
    assert json.loads(capsys.readouterr().out)["images"]["waiting"] == 0
    assert counts(folder.with_name("store")) == Counts(0, 1)


def test_without_leave_a_file_that_cannot_be_read_stops_the_import(folder, capsys) -> None:
    assert call(folder) == 2
    out, err = capsys.readouterr()
    assert "nothing was published" in err
    assert "are kept, with the reason, on the Import page" in out
    assert counts(folder.with_name("store")) == Counts(0, 1)
