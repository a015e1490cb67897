"""``ablate``: its contract, what it keeps, and what it says of bad input."""

from __future__ import annotations

import json

import pytest

from clnm_core.cli import main
from clnm_core.jobs import ablation
from clnm_core.store.places import StorePaths
from clnm_core.store.snapshots import current_version
from tests.small_store import NECK, build_small_store
from tests.unit.systems.llnm_cases import Learned, QuickNet


class Careful(QuickNet):
    """Reads only what every case of the small store has."""

    def fit(self, training, validation, *, outcome, config, seed, run):
        for part in (training, validation):
            if part is not None:
                part.frame["age_years"] = part.frame["age_years"].astype(float).fillna(45)
        found = super().fit(
            training, validation, outcome=outcome, config=config, seed=seed, run=run
        )
        risk = found.model.risk

        def filled(cases):
            frame = cases.frame.assign(age_years=cases.frame["age_years"].fillna(45))
            return risk(type(cases)(frame, cases.registry))

        found.model.risk = filled  # type: ignore[method-assign]
        assert isinstance(found.model, Learned)
        return found


@pytest.fixture
def system(monkeypatch):
    one = Careful()
    monkeypatch.setattr(ablation, "system_of", lambda name: one)
    return one


@pytest.fixture
def root(tmp_path):
    build_small_store(tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def cli(root, capsys, tmp_path):
    (tmp_path / "two.toml").write_text("cross_blocks = 2", encoding="utf-8")

    def run(*arguments: object) -> tuple[int, str, str]:
        own = [] if "--config" in arguments else ["--config", str(tmp_path / "two.toml")]
        code = main(["ablate", *map(str, arguments), *own, "--store", str(root), "--device", "cpu"])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


USUAL = ("llnm-net", "--cohort", NECK, "--outcome", "lateral", "--only", "no-location,blocks-2")


def test_the_contract_has_every_row_with_its_difference(cli, root, system):
    version = current_version(root)
    code, out, err = cli(*USUAL, "--json", "-")
    assert code == 0
    result = json.loads(out)
    assert {"system", "cohort", "outcome", "seeds", "device", "seconds", "rows"} == set(result)
    assert [row["name"] for row in result["rows"]] == ["full", "no-location", "blocks-2"]
    row = result["rows"][1]
    assert row["split"] == "external"
    assert row["low"] < row["difference"] < row["high"]
    assert row["published_auc"] == 0.729
    assert result["rows"][0]["p"] is None
    assert "Without the location map" in err
    assert current_version(root) == version  # a variant is no model


def test_a_second_run_trains_nothing_and_says_the_same(cli, root, system):
    first = json.loads(cli(*USUAL, "--json", "-")[1])
    trained = len(system.trained)
    assert trained == 2
    assert json.loads(cli(*USUAL, "--json", "-")[1]) == first
    assert len(system.trained) == trained
    assert not any(StorePaths(root).checkpoints.iterdir())


def test_a_damaged_file_is_trained_again(cli, root, system):
    cli(*USUAL)
    for damage in (b"", b"{}", b'{"seconds": 1, "case_id": [1], "split": [], "risk": []}', b"\xff"):
        kept = sorted(StorePaths(root).ablations.glob("*.json"))
        assert len(kept) == 2
        kept[0].write_bytes(damage)
        before = len(system.trained)
        assert cli(*USUAL)[0] == 0
        assert len(system.trained) == before + 1


def test_the_table_for_people_names_loss_and_test(cli, system):
    code, out, _ = cli(*USUAL)
    assert code == 0
    assert "external, " in out
    lines = out.splitlines()
    assert any("Without the location map" in line and "p " in line for line in lines)
    assert any("the settings of full" in line for line in lines)
    assert "Benjamini and Hochberg" in out


def test_several_seeds_are_counted(cli, system):
    code, out, _ = cli(*USUAL, "--seeds", 2)
    assert code == 0
    assert "2 seeds" in out
    assert len(system.trained) == 4


def test_settings_come_from_a_file(cli, system, tmp_path):
    file = tmp_path / "c.toml"
    file.write_text('outcome = "central"\nepochs = 3\n', encoding="utf-8")
    code, out, _ = cli("llnm-net", "--cohort", NECK, "--only", "no-report", "--config", file)
    assert code == 0
    assert "outcome central" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("cli-dlr", "--cohort", NECK), "cli-dlr has no variants to compare"),
        (("nobody", "--cohort", NECK), "There is no system 'nobody'"),
        (("llnm-net", "--cohort", "nowhere"), "There is no cohort 'nowhere'"),
        ((*USUAL[:3], "--only", "no-luck"), "There is no variant 'no-luck'"),
        ((*USUAL, "--seeds", 0), "number of seeds must be from 1 to 100"),
        ((*USUAL[:3], "--outcome", "nothing"), "nothing"),
        ((*USUAL, "--config", "/nowhere.toml"), "cannot be read"),
    ],
    ids=["system", "unknown", "cohort", "variant", "seeds", "outcome", "file"],
)
def test_a_mistake_is_one_sentence(cli, system, arguments, sentence):
    code, out, err = cli(*arguments)
    assert code == 2
    assert sentence in err
    assert out == ""
    assert system.trained == []


@pytest.mark.parametrize(
    "content",
    ["colour = 'red'", "epochs = 'many'", "epochs = nan", "noise = inf", "size = 1979-05-27",
     "outcome = 3", "width = [1]", "=", "location = 'nowhere'"],
    ids=["name", "word", "nan", "endless", "date", "outcome", "list", "broken", "place"],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_one_sentence(cli, system, tmp_path, content):
    file = tmp_path / "c.toml"
    file.write_text(content, encoding="utf-8")
    code, _, err = cli("llnm-net", "--cohort", NECK, "--config", file)
    assert code == 2
    assert err.splitlines()[-1].endswith(".")
    assert system.trained == []
