"""``train``: any system, its settings from a file, and the contract of ``--json``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clnm_core.cli import main
from clnm_core.store.snapshots import current_version
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems import catalogue
from tests.small_store import NECK, build_small_store
from tests.tiny_system import LISTED


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(catalogue, "SYSTEMS", (*catalogue.SYSTEMS, *LISTED))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    build_small_store(tmp_path / "store")
    return tmp_path / "store"


def train(root: Path, capsys, *arguments: str) -> tuple[int, str, str]:
    given = ["--store", str(root), "--cohort", NECK, "--device", "cpu", *arguments]
    code = main(["train", *(["tiny"] if "tiny-folded" not in arguments else []), *given])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_system_is_trained_with_the_settings_of_a_file(root, capsys) -> None:
    Path("line.toml").write_text('outcome = "lateral"\nseed = 5\nepochs = 3\nrate = 1\n')
    code, out, err = train(root, capsys, "--config", "line.toml", "--json", "-", "--name", "line")
    assert code == 0, err
    said = json.loads(out)
    assert (said["model"], said["system"], said["outcome"], said["seed"]) == (
        "line",
        "tiny",
        "lateral",
        5,
    )
    assert said["config"]["epochs"] == 3
    assert said["config"]["rate"] == 1.0
    assert {"train", "external"} == set(said["metrics"])
    assert [one["name"] for one in said["candidates"]] == ["line", "line", "shifted"]
    assert "Epoch 3 of 3" in err
    with Warehouse.open(root) as warehouse:
        assert warehouse.model(NECK, "line-shifted").manifest["part_of"] == "line"


def test_without_json_the_result_is_said_in_lines(root, capsys) -> None:
    code, out, _ = train(root, capsys, "--outcome", "lateral", "--leave-centres-out")
    assert code == 0
    assert "tiny (tiny), outcome lateral, store version 2" in out
    assert "tried: The line, shifted: AUC" in out
    assert "trained without centre 3" in out
    assert "15 cases set aside: Lateral neck metastasis is unknown." in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--config", "missing.toml"), "missing.toml cannot be read"),
        (("--config", "seed.toml"), "seed must be a whole number"),
        (("--config", "outcome.toml"), "outcome must be a word"),
        (("--config", "more.toml"), "no setting 'depth'"),
        (("--config", "broken.toml"), "is not a TOML file"),
        (("--outcome", "death"), "no outcome 'death'"),
        (("--name", "../x"), "letters, digits"),
        (("--seed", "-1"), "0 or more"),
    ],
)
def test_a_mistake_is_one_sentence_and_publishes_nothing(root, capsys, arguments, words) -> None:
    Path("seed.toml").write_text("seed = 1.5\n")
    Path("outcome.toml").write_text("outcome = true\n")
    Path("more.toml").write_text("depth = 3\n")
    Path("broken.toml").write_text("depth = = 3\n")
    code, out, err = train(root, capsys, *arguments)
    assert code == 2
    assert words in err
    assert "Traceback" not in err
    assert out == ""
    assert current_version(root) == 1


def test_a_system_that_is_not_there_is_refused_with_those_that_are(root, capsys) -> None:
    assert main(["train", "oracle", "--store", str(root), "--cohort", NECK]) == 2
    assert "The systems are clinical, cli-dlr, llnm-net" in capsys.readouterr().err


def test_the_baseline_takes_its_predictors_from_a_file(root, capsys) -> None:
    Path("few.toml").write_text('predictors = ["age_years", "Capsule distance"]\n')
    given = ["--store", str(root), "--cohort", NECK, "--outcome", "lateral"]
    assert main(["train", "clinical", *given, "--config", "few.toml", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["system"] == "clinical"
    with Warehouse.open(root) as warehouse:
        inputs = warehouse.model(NECK, "clinical").manifest["inputs"]
    assert [column["name"] for column in inputs] == ["age_years", "capsule_distance_mm"]
    Path("late.toml").write_text('predictors = ["true_risk"]\n')
    assert main(["train", "clinical", *given, "--config", "late.toml"]) == 2
    assert "simulated truth" in capsys.readouterr().err
