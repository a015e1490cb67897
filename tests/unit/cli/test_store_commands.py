"""``import``, ``predictions``, ``train``, ``predict``, ``doctor``, ``serve``: their contracts on real input."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image as Pillow

from clnm_core.cli import main
from clnm_core.store.ingest.proposal import propose
from clnm_core.store.ingest.reading import read_table
from clnm_core.store.snapshots import current_version
from clnm_core.ui.binding import has_sign_in, is_loopback


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """``cli(...)`` gives the JSON of a command; ``cli.refused(...)`` its one sentence."""
    monkeypatch.chdir(tmp_path)

    class Commands:
        root = tmp_path / "store"

        def __call__(self, *arguments: object) -> dict:
            code = main([*map(str, arguments), "--store", str(self.root), "--json", "-"])
            out, err = capsys.readouterr()
            assert code == 0, err
            return json.loads(out)

        def refused(self, *arguments: object) -> tuple[str, dict]:
            code = main([*map(str, arguments), "--store", str(self.root), "--json", "-"])
            out, err = capsys.readouterr()
            assert code == 2
            assert "Traceback" not in err
            sentences = [
                line
                for line in err.splitlines()
                if not line.startswith((" ", "unsure:", "note:", "100%"))
            ]
            assert len(sentences) == 1, err
            return sentences[0], json.loads(out) if out else {}

    return Commands()


@pytest.fixture
def cohort_file(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    n = 200
    distance = random.gamma(2, 3, n)
    frame = pd.DataFrame({
        "Patient": [f"MRN{1000 + i}" for i in range(n)],
        "Age": random.normal(45, 12, n).clip(18, 80).round(),
        "Sex": random.choice(["F", "M"], n),
        "Capsule distance (mm)": distance.round(2),
        "N": np.where(random.random(n) < 1 / (1 + np.exp(0.4 * distance - 1.5)), "N1b", "N0"),
        "Stage": random.choice(["I", "II"], n),
    })  # fmt: skip
    frame.to_csv(tmp_path / "cohort.csv", index=False, sep=";")
    return tmp_path / "cohort.csv"


def test_a_cohort_is_imported_trained_audited_and_asked(cli, cohort_file: Path) -> None:
    imported = cli("import", cohort_file, "--cohort", "study")
    assert (imported["rows"], imported["patients"], imported["issues"]) == (200, 200, [])
    assert set(imported["outcomes"]["lateral"]) == {"true", "false", "unknown"}
    assert Path("study.mapping.toml").exists()

    trained = cli("train", "clinical", "--cohort", "study", "--outcome", "lateral")
    assert {"model", "system", "metrics", "candidates"} <= set(trained)
    assert trained["metrics"]["cross-validated"]["auc"]["value"] > 0.6

    audited = cli(
        "audit", "--cohort", "study", "--model", "clinical", "--by", "sex", "--bootstrap", "50"
    )
    assert audited["n"] == 200
    assert audited["overall"]["auc"] == pytest.approx(trained["metrics"]["cross-validated"]["auc"])

    Path("form.toml").write_text('age_years = 40\nsex = "male"\ncapsule_distance_mm = 0.5\n')
    predicted = cli("predict", "--model", "clinical", "--form", "form.toml", "--html", "case.html")
    assert 0 < predicted["risk"]["low"] < predicted["risk"]["value"] < predicted["risk"]["high"] < 1
    assert "not a medical device" in Path("case.html").read_text(encoding="utf-8").lower()

    doctor = cli("doctor")
    assert (doctor["cohorts"], doctor["models"], doctor["problems"]) == (
        ["study"],
        ["clinical"],
        [],
    )
    assert doctor["device"] in ("cpu", "cuda", "none")


def test_no_identifier_of_the_hospital_is_in_the_store(cli, cohort_file: Path) -> None:
    cli("import", cohort_file, "--cohort", "study")
    for file in cli.root.rglob("*"):
        assert file.is_dir() or b"MRN1" not in file.read_bytes(), file.name


def test_post_outcome_predictors_are_refused_with_a_sentence(cli, cohort_file: Path) -> None:
    cli("import", cohort_file, "--cohort", "study")
    Path("c.toml").write_text('predictors = ["age_years", "Stage"]\n')
    sentence, _ = cli.refused("train", "clinical", "--cohort", "study", "--config", "c.toml")
    assert "Stage cannot be a predictor: it is known only after surgery" in sentence


def test_a_bad_table_reports_every_cell_and_publishes_nothing(cli, cohort_file: Path) -> None:
    lines = cohort_file.read_text().splitlines()
    lines[7] = lines[7].replace(lines[7].split(";")[1], "440", 1)
    lines[9] = lines[9].replace("N0", "N7").replace("N1b", "N7")
    cohort_file.write_text("\n".join(lines))
    mapping = cli("import", cohort_file, "--cohort", "study", "--dry-run")
    assert {issue["row"] for issue in mapping["issues"]} >= {8}
    sentence, report = cli.refused("import", cohort_file, "--cohort", "study")
    assert "Row 8" in sentence
    issue = next(issue for issue in report["issues"] if issue["row"] == 8)
    assert (issue["column"], issue["value"]) == ("Age", "440")
    assert issue["rule"]
    assert current_version(cli.root) == 0


def test_a_dry_run_changes_nothing(cli, cohort_file: Path) -> None:
    report = cli("import", cohort_file, "--cohort", "study", "--dry-run")
    assert report["rows"] == 200
    assert not cli.root.exists()
    assert not Path("study.mapping.toml").exists()


def test_an_earlier_mapping_is_never_overwritten(cli, cohort_file: Path) -> None:
    Path("study.mapping.toml").write_text("# mine\n")
    cli("import", cohort_file, "--cohort", "study")
    assert Path("study.mapping.toml").read_text() == "# mine\n"


def test_a_cohort_of_that_name_is_replaced_only_when_asked(cli, cohort_file: Path) -> None:
    cli("import", cohort_file, "--cohort", "study")
    sentence, _ = cli.refused("import", cohort_file, "--cohort", "study")
    assert "study" in sentence
    assert cli("import", cohort_file, "--cohort", "study", "--replace")["version"] == 2


def test_predictions_made_elsewhere_are_added_and_audited(cli, cohort_file: Path) -> None:
    cli("import", cohort_file, "--cohort", "study")
    patients = pd.read_csv(cohort_file, sep=";")["Patient"]
    risks = pd.DataFrame({"id": patients, "p": np.linspace(0.02, 0.98, 200), "part": "test"})
    risks.to_csv("risks.csv", index=False)
    added = cli(
        "predictions", "risks.csv", "--cohort", "study", "--model", "cnn", "--case", "id",
        "--risk", "p", "--split", "part", "--outcome", "lateral",
    )  # fmt: skip
    assert added["rows"] == 200
    assert cli("audit", "--cohort", "study", "--model", "cnn", "--bootstrap", "20")["n"] == 200
    risks.assign(p=2.0).to_csv("risks.csv", index=False)
    sentence, _ = cli.refused(
        "predictions",
        "risks.csv",
        "--cohort",
        "study",
        "--model",
        "cnn2",
        "--case",
        "id",
        "--risk",
        "p",
    )
    assert "row" in sentence.lower()


def test_an_image_is_read_beside_the_form_and_a_corrupt_one_refused(cli, cohort_file: Path) -> None:
    cli("import", cohort_file, "--cohort", "study")
    cli("train", "clinical", "--cohort", "study", "--outcome", "lateral")
    stream = io.BytesIO()
    Pillow.fromarray(np.zeros((30, 40), np.uint8)).save(stream, "PNG")
    Path("neck.png").write_bytes(stream.getvalue())
    Path("broken.dcm").write_bytes(b"no picture")
    image = cli("predict", "neck.png", "--model", "clinical")["images"][0]
    assert (image["rows"], image["columns"], image["spacing_mm"]) == (30, 40, None)
    sentence, _ = cli.refused("predict", "broken.dcm", "--model", "clinical")
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("train", "clinical", "--cohort", "nowhere"), "nowhere"),
        (("train", "resnet", "--cohort", "study"), "resnet"),
        (("predict", "--model", "nothing"), "nothing"),
        (("audit", "--cohort", "study", "--model", "nothing"), "nothing"),
        (("audit", "--cohort", "study"), "--model"),
        (("import", "nothing.csv", "--cohort", "x"), "nothing.csv"),
        (("import", "cohort.csv", "--cohort", "../x"), "../x"),
        (("import", "cohort.csv", "--cohort", "x", "--mapping", "cohort.csv"), "TOML"),
    ],
)
def test_what_is_not_there_gets_one_sentence(
    cli, cohort_file: Path, arguments: tuple[str, ...], words: str
) -> None:
    cli("import", cohort_file, "--cohort", "study")
    assert words in cli.refused(*arguments)[0]


def test_without_a_store_every_command_says_so(cli) -> None:
    assert "no store" in cli.refused("train", "clinical", "--cohort", "study")[0].lower()
    assert cli("doctor")["store_version"] == 0


def test_an_unknown_command_lists_the_commands(capsys) -> None:
    assert main(["fly"]) == 2
    assert (
        "demo, import, predictions, extract, segment, train, ablate, models, audit, predict, score, worker, verify, serve, "
        "doctor" in capsys.readouterr().err
    )
    assert main(["--help"]) == 0
    assert "audit predictions" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("192.168.1.9", False),
        ("10.0.0.2", False),
        ("host", False),
    ],
)
def test_only_this_machine_is_served_without_sign_in(
    cli, address: str, is_own: bool, tmp_path: Path
) -> None:
    assert is_loopback(address) == is_own
    assert not has_sign_in(tmp_path)
    if not is_own:
        assert "without sign-in" in cli.refused("serve", "--address", address)[0]


@pytest.mark.parametrize("name", ["Thyroid_Diff.xlsx", "Thyroid_Diff_semicolon.csv"])
def test_the_uci_table_imports_and_trains(cli, shared_data: Path, name: str) -> None:
    report = cli("import", shared_data / "uci_dtc_recurrence" / name, "--cohort", "uci")
    assert (report["rows"], report["patients"], len(report["duplicates"])) == (383, 383, 19)
    assert report["outcomes"]["any"] == {"true": 115, "false": 268, "unknown": 0}
    trained = cli("train", "clinical", "--cohort", "uci")
    assert trained["outcome"] == "any"
    auc = trained["metrics"]["cross-validated"]["auc"]
    assert 0.5 < auc["low"] < auc["value"] < auc["high"] < 1
    for column in ("risk_class", "stage", "response", "recurred"):
        Path("c.toml").write_text(f'predictors = ["age_years", "{column}"]\n')
        sentence, _ = cli.refused("train", "clinical", "--cohort", "uci", "--config", "c.toml")
        assert "known only after surgery" in sentence


def test_lydata_centres_share_one_cohort(cli, shared_data: Path) -> None:
    folder = shared_data / "lydata_hnscc_nodal"
    first = cli(
        "import", folder / "2021-clb-oropharynx" / "data.csv", "--cohort", "neck", "--dry-run"
    )
    assert first["patients"] == 263
    for centre, extra in (("2021-clb-oropharynx", ()), ("2021-usz-oropharynx", ("--append",))):
        table = folder / centre / "data.csv"
        Path("m.toml").write_text(_max_likelihood(table, centre))
        report = cli("import", table, "--cohort", "neck", "--mapping", "m.toml", *extra)
        assert report["outcomes"]["ipsi_ii"]["true"] > 0
    assert report["rows"] == 287
    assert cli("doctor")["cohorts"] == ["neck"]


def _max_likelihood(table: Path, cohort: str) -> str:
    """The proposed mapping, with the modality that fits every table."""
    read = read_table(table.read_bytes(), table.name)
    return propose(read, cohort, modality="max-likelihood").mapping.to_toml()


def test_a_folder_of_images_with_masks_becomes_a_cohort(cli, shared_data: Path) -> None:
    report = cli("import", shared_data / "busi_breast_us_dev", "--cohort", "busi")
    images = report["images"]
    assert report["rows"] == images["stored"] + images["waiting"] == 16
    assert images["refused"] == 0
    assert report["outcomes"]["malignant"] == {"true": 7, "false": 9, "unknown": 0}
