"""``audit``: the contract that other programs rely on, against published values."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clnm_core.cli import main

METRICS = (
    "auc average_precision brier brier_scaled calibration_intercept calibration_slope o_e_ratio ici ece "
    "sensitivity specificity ppv npv accuracy f1 balanced_accuracy mcc flag_rate"
).split()


def audited(capsys, *arguments: object) -> dict:
    code = main(["audit", *map(str, arguments), "--json", "-", "--bootstrap", "50"])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    return json.loads(captured.out)


def refused(capsys, *arguments: object) -> str:
    code = main(["audit", *map(str, arguments), "--json", "-"])
    captured = capsys.readouterr()
    assert code == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1, captured.err
    assert "Traceback" not in captured.err
    return captured.err


@pytest.fixture
def table(tmp_path: Path):
    def write(name: str = "predictions.csv", n: int = 300, **columns: object) -> Path:
        random = np.random.default_rng(0)
        risk = random.random(n)
        frame = pd.DataFrame({
            "case": np.arange(n), "died": (random.random(n) < risk).astype(int), "risk": risk.round(6),
            "sex": random.choice(["female", "male"], n),
        }).assign(**columns)  # fmt: skip
        frame.to_csv(tmp_path / name, index=False)
        return tmp_path / name

    return write


def test_the_asah_data_give_the_published_auc_and_delong_interval(
    capsys, tmp_path: Path, shared_data: Path
) -> None:
    folder = shared_data / "proc_asah"
    expected = json.loads((folder / "expected_values.json").read_text())
    frame = pd.read_csv(folder / "aSAH.csv")
    for marker in ("s100b", "ndka", "wfns"):
        values = frame[marker]
        frame[marker] = (values - values.min()) / (values.max() - values.min())
    file = tmp_path / "asah.csv"
    frame.to_csv(file, index=False, float_format="%.17g")
    aucs = {
        marker: audited(capsys, file, "--outcome", "outcome=Poor", "--risk", marker)["overall"][
            "auc"
        ]
        for marker in ("s100b", "ndka", "wfns")
    }
    assert aucs["wfns"]["value"] == pytest.approx(expected["auc"]["wfns"], abs=1e-10)
    assert aucs["ndka"]["value"] == pytest.approx(expected["auc"]["ndka"], abs=1e-10)
    assert aucs["s100b"]["value"] == pytest.approx(expected["auc"]["s100b_printed"], abs=5e-5)
    low, high = expected["delong_ci95"]["ndka"]
    assert aucs["ndka"]["low"] == pytest.approx(low, abs=1e-10)
    assert aucs["ndka"]["high"] == pytest.approx(high, abs=1e-10)
    for marker in ("wfns", "s100b"):
        variance = ((aucs[marker]["high"] - aucs[marker]["low"]) / 2 / 1.959963984540054) ** 2
        assert variance == pytest.approx(expected["delong_var"][marker], rel=1e-9)


def test_good_and_poor_need_no_hint(capsys, shared_data: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(shared_data / "proc_asah" / "aSAH.csv")
    frame.assign(wfns=(frame["wfns"] - 1) / 4).to_csv(tmp_path / "a.csv", index=False)
    result = audited(capsys, tmp_path / "a.csv", "--outcome", "outcome", "--risk", "wfns")
    assert (result["n"], result["events"]) == (113, 41)


def test_the_decision_curve_tutorial_gives_its_published_net_benefit(
    capsys, shared_data: Path
) -> None:
    folder = shared_data / "dcurves_df_binary"
    for name in ("df_binary.csv", "dca.csv"):
        result = audited(capsys, folder / name, "--outcome", "cancer", "--risk", "cancerpredmarker")
        row = next(row for row in result["net_benefit"] if row["threshold"] == 0.25)
        assert row["treat_all"] == pytest.approx(-0.1466667, abs=1e-6)
        assert row["treat_none"] == 0
        assert row["model"] == pytest.approx(0.0640, abs=1e-6)


def test_at_threshold_zero_everyone_is_treated(capsys, shared_data: Path) -> None:
    file = shared_data / "dcurves_df_binary" / "df_binary.csv"
    result = audited(capsys, file, "--outcome", "cancer", "--risk", "famhistory")
    row = next(row for row in result["net_benefit"] if row["threshold"] == 0)
    assert row["model"] == row["treat_all"] == pytest.approx(0.14, abs=1e-6)


def test_every_key_of_the_contract_is_there(capsys, table) -> None:
    result = audited(
        capsys, table(), "--outcome", "died", "--risk", "risk", "--id", "case", "--by", "sex"
    )
    assert set(result) >= set(
        "n events excluded threshold overall groups gaps roc pr calibration net_benefit findings".split()
    )
    assert list(result["overall"]) == METRICS
    for metric in result["overall"].values():
        assert set(metric) == {"value", "low", "high", "level", "method"}
        assert metric["low"] <= metric["value"] <= metric["high"]
        assert metric["method"]
    assert {(group["column"], group["level"]) for group in result["groups"]} == {
        ("sex", "female"), ("sex", "male"),
    }  # fmt: skip
    assert sum(group["n"] for group in result["groups"]) == result["n"] == 300
    assert all(
        set(METRICS) <= set(group) or set(METRICS) <= set(group.get("metrics", {}))
        for group in result["groups"]
    )
    assert {"column", "metric", "reference", "level", "value", "low", "high", "verdict"} <= set(
        result["gaps"][0]
    )


def test_the_same_seed_gives_the_same_digits(capsys, table) -> None:
    arguments = (table(), "--outcome", "died", "--risk", "risk", "--by", "sex", "--seed", "4")
    assert audited(capsys, *arguments) == audited(capsys, *arguments)


def test_invalid_rows_stop_the_audit_with_their_numbers(capsys, table) -> None:
    risk = np.linspace(0.01, 0.99, 300)
    risk[212] = 4.97e15
    file = table(risk=risk)
    words = refused(capsys, file, "--outcome", "died", "--risk", "risk")
    assert "Row 214" in words
    assert "--drop-invalid" in words
    result = audited(capsys, file, "--outcome", "died", "--risk", "risk", "--drop-invalid")
    assert result["n"] == 299
    assert [row["row"] for row in result["excluded"]] == [214]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--outcome", "dead", "--risk", "risk"], "dead"),
        (["--outcome", "died", "--risk", "score"], "score"),
        (["--outcome", "died"], "--risk"),
        (["--outcome", "died", "--risk", "risk", "--by", "colour"], "colour"),
        (["--outcome", "died", "--risk", "risk", "--threshold", "7"], "between 0 and 1"),
        (["--outcome", "died", "--risk", "risk", "--threshold", "x"], "threshold"),
        (["--outcome", "died", "--risk", "risk", "--bootstrap", "0"], "bootstrap"),
        (["--outcome", "sex", "--risk", "risk"], "sex="),
    ],
)
def test_a_wrong_option_gets_one_sentence(capsys, table, arguments: list[str], words: str) -> None:
    assert words in refused(capsys, table(), *arguments)


def test_a_file_that_is_not_there_or_no_table_gets_one_sentence(capsys, tmp_path: Path) -> None:
    options = ("--outcome", "a", "--risk", "b")
    assert "cannot be read" in refused(capsys, tmp_path / "nothing.csv", *options)
    (tmp_path / "empty.csv").write_bytes(b"")
    assert "empty" in refused(capsys, tmp_path / "empty.csv", *options)
    (tmp_path / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    assert "photo.csv" in refused(capsys, tmp_path / "photo.csv", *options)


def test_twelve_rows_are_audited_without_warning(capsys, table) -> None:
    result = audited(capsys, table(n=12), "--outcome", "died", "--risk", "risk", "--by", "sex")
    assert result["n"] == 12
    assert any(finding["severity"] != "info" for finding in result["findings"])


def test_the_html_report_stands_alone(capsys, table, tmp_path: Path) -> None:
    hostile = np.where(np.arange(300) % 2, "<script>alert(1)</script>", "b")
    page = tmp_path / "audit.html"
    audited(
        capsys,
        table(sex=hostile),
        "--outcome",
        "died",
        "--risk",
        "risk",
        "--by",
        "sex",
        "--html",
        page,
    )
    text = page.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert 'src="http' not in text
    assert "not a medical device" in text.lower()


def test_the_summary_for_people_names_methods(capsys, table) -> None:
    assert (
        main(["audit", str(table()), "--outcome", "died", "--risk", "risk", "--bootstrap", "20"])
        == 0
    )
    out = capsys.readouterr().out
    assert "300 cases" in out
    assert "DeLong" in out


def test_the_html_report_of_a_file_has_calibration_by_group_and_checklists(
    capsys, table, tmp_path: Path
) -> None:
    page = tmp_path / "audit.html"
    columns = ("--outcome", "died", "--risk", "risk", "--by", "sex", "--html", page)
    audited(capsys, table(), *columns)
    text = page.read_text(encoding="utf-8")
    assert "Calibration by sex" in text
    assert "filled from this audit" in text
    assert "RQS: of 16 items" in text


def test_the_margin_and_the_smallest_group_can_be_set(capsys, table) -> None:
    columns = ("--outcome", "died", "--risk", "risk", "--by", "sex")
    wide = audited(capsys, table(), *columns, "--margin", "0.9")
    assert {gap["verdict"] for gap in wide["gaps"] if gap["metric"] == "auc"} == {
        "no gap beyond the margin"
    }
    none = audited(capsys, table(), *columns, "--fewest", "299")
    assert none["gaps"] == []
    assert "--margin must lie between 0 and 1; got 2." in refused(
        capsys, table(), *columns, "--margin", "2"
    )
    assert "--fewest must be at least 1; got 0." in refused(
        capsys, table(), *columns, "--fewest", "0"
    )
