"""``models``: list, card, compare, retire and restore, as the command line says them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from clnm_core.cli import main
from clnm_core.store import ledger
from clnm_core.store.warehouse import Warehouse
from tests.small_store import CLINIC, NECK, build_small_store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made") / "store"
    build_small_store(root)
    return root


@pytest.fixture
def models(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """``models(...)`` gives exit code, standard output and the error of a command."""
    root = tmp_path / "store"
    shutil.copytree(made, root)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["models", *arguments, "--store", str(root)])
        return code, *capsys.readouterr()

    run.root = root
    return run


def test_every_model_is_listed_with_its_version_and_auc(models) -> None:
    code, out, _ = models()
    assert code == 0
    assert NECK in out
    assert "sharp" in out
    assert "external cases" in out
    assert "in use, 1 version" in out
    code, out, _ = models("list", "--cohort", NECK, "--json", "-")
    found = json.loads(out)["models"]
    assert [one["name"] for one in found] == ["blunt", "sharp"]
    assert found[0]["auc"]["value"] < found[1]["auc"]["value"]


def test_a_cohort_without_models_says_what_to_do(models) -> None:
    code, out, _ = models("--cohort", CLINIC)
    assert code == 0
    assert "There is no model yet" in out


def test_a_card_is_written_as_a_file_and_for_machines(models, tmp_path: Path) -> None:
    page = tmp_path / "card.html"
    code, out, _ = models("card", "sharp", "--cohort", NECK, "--html", str(page), "--json", "-")
    assert code == 0
    assert "Model card of Sharp model" in page.read_text("utf-8")
    assert json.loads(out)["name"] == "sharp"
    code, out, _ = models("card", "sharp", "--cohort", NECK)
    assert "Limits, and what was not tested:" in out


def test_a_model_is_compared_retired_and_brought_back(models) -> None:
    code, out, _ = models("compare", "sharp", "--against", "blunt", "--cohort", NECK)
    assert code == 0
    assert "sharp" in out
    code, out, _ = models("retire", "blunt", "--cohort", NECK, "--why", "It leaked")
    assert (code, out) == (0, "Retired blunt. Published as store version 2.\n")
    with Warehouse.open(models.root) as warehouse:
        assert [one.name for one in warehouse.models(NECK)] == ["sharp"]
    assert ledger.entries(models.root, 1)[0].detail["why"] == "It leaked"
    assert "retired" in models("--cohort", NECK)[1]
    code, out, _ = models("restore", "blunt", "--cohort", NECK)
    assert (code, out) == (0, "Brought back blunt. Published as store version 3.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("card",), "models card needs the NAME of a model and --cohort"),
        (("card", "gone", "--cohort", NECK), "has no model 'gone'"),
        (("card", "sharp", "--cohort", "gone"), "no cohort 'gone'"),
        (("card", "sharp", "--cohort", NECK, "--version", "x"), "has no version 'x'"),
        (("retire", "sharp", "--cohort", NECK), "needs --why TEXT"),
        (("restore", "sharp", "--cohort", NECK), "is not retired"),
        (("compare", "sharp", "--cohort", NECK), "needs --against NAME"),
        (("list", "--cohort", "gone"), "no cohort 'gone'"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(
    models, arguments: tuple[str, ...], sentence: str
) -> None:
    code, out, err = models(*arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
