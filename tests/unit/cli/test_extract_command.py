"""``extract``, ``worker``, ``verify``: their contracts, and what they say of bad input."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clnm_core.cli import main
from clnm_core.jobs import queue
from clnm_core.store.places import StorePaths
from clnm_core.store.snapshots import current_version
from tests.small_store import CLINIC, NECK, build_small_store

REPOSITORY = Path(__file__).parents[3]

RADIOMICS = ("extract", "--cohort", NECK, "--features", "radiomics", "--device", "cpu")


@pytest.fixture(scope="module")
def extracted(tmp_path_factory):
    """A store whose radiomics were extracted, and what the command said."""
    root = tmp_path_factory.mktemp("cli") / "store"
    build_small_store(root)
    done = subprocess.run(
        [sys.executable, "-m", "clnm_core", *RADIOMICS, "--store", root, "--json", "-"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    return root, done


@pytest.fixture
def root(extracted, tmp_path):
    shutil.copytree(extracted[0], tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def cli(root, capsys):
    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([*map(str, arguments), "--store", str(root)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def test_extract_gives_its_contract_and_progress(extracted):
    root, done = extracted
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {
        *("cohort", "features", "name", "rows", "columns", "digest", "device", "seconds"),
        *("set_aside", "shards"),
    } <= set(said)
    assert (said["cohort"], said["features"], said["name"]) == (NECK, "radiomics", "radiomics")
    assert (said["rows"], said["set_aside"], said["device"]) == (40, [], "cpu")
    assert said["columns"] > 100
    assert said["shards"]["computed"] >= 1
    assert said["shards"]["reused"] == 0
    assert "40 of 40 images" in done.stderr
    assert (StorePaths(root).features / f"{said['digest']}.parquet").exists()


def test_a_second_extraction_reuses_all_and_says_so_to_people(cli, extracted):
    first = json.loads(extracted[1].stdout)
    code, out, _ = cli(*RADIOMICS)
    assert code == 0
    assert f"(0 parts computed, {first['shards']['computed']} there already)" in out
    assert first["digest"] in out
    assert "8 images: The size of a pixel is not known" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--cohort", "nowhere", "--features", "radiomics"), "There is no cohort 'nowhere'"),
        (("--cohort", CLINIC, "--features", "radiomics"), "has no image that could be measured"),
        (("--cohort", NECK, "--features", "magic"), "invalid choice"),
        (("--cohort", NECK, "--features", "radiomics", "--backbone", "x"), "Only deep features"),
        (("--cohort", NECK, "--features", "deep", "--backbone", "no_such_net"), "no_such_net"),
        (
            ("--cohort", NECK, "--features", "deep", "--checkpoint", "/secret/weights.pt"),
            "There is no file 'weights.pt'",
        ),
        (("--cohort", NECK, "--features", "radiomics", "--name", "a/b"), "must be letters"),
        (("--cohort", NECK, "--features", "radiomics", "--backend", "cloud"), "invalid choice"),
    ],
)
def test_bad_wishes_end_with_a_sentence(cli, root, arguments, words):
    version = current_version(root)
    code, _, err = cli("extract", *arguments)
    assert code == 2
    assert words in err
    assert "/secret" not in err
    assert current_version(root) == version


def test_no_gpu_is_said_in_words(cli):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    code, _, err = cli(*RADIOMICS[:-1], "cuda")
    assert code == 2
    assert "no CUDA device" in err


def test_ctrl_c_keeps_what_is_finished_and_says_so(root):
    for old in StorePaths(root).shards.iterdir():
        old.unlink()
    command = [sys.executable, "-m", "clnm_core", *RADIOMICS, "--name", "x", "--store", str(root)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        for line in process.stderr:
            if "of 40 images" in line:
                break
        os.killpg(process.pid, signal.SIGINT)
        told = time.monotonic()
        rest = process.stderr.read()
        code = process.wait()
    if code == 0:
        pytest.skip("it was finished before the key was pressed")
    assert code == 130
    assert time.monotonic() - told < 30
    assert "Stopped. What is finished is kept" in rest
    assert "Traceback" not in rest


def test_the_worker_runs_what_waits_and_counts_it(cli, root):
    queue.submit(
        root, "extract", {"cohort": NECK, "features": "radiomics", "device": "cpu"}, title="again"
    )
    queue.submit(root, "extract", {"cohort": "nowhere", "features": "radiomics"}, title="lost")
    code, out, _ = cli("worker", "--until-idle")
    assert code == 0
    assert "1 done, 1 failed" in out
    failed, done = queue.jobs(root)
    assert "There is no cohort 'nowhere'" in failed.error
    assert (done.state, done.result["rows"]) == ("done", 40)


def test_the_worker_needs_a_store(capsys, tmp_path):
    assert main(["worker", "--until-idle", "--store", str(tmp_path / "nowhere")]) == 2
    assert "no store" in capsys.readouterr().err


def test_a_whole_store_is_verified(cli, root):
    code, out, err = cli("verify")
    assert (code, err) == (0, "")
    assert "is whole" in out


def altered(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)


def test_every_problem_has_its_sentence(cli, root):
    (table,) = StorePaths(root).features.glob("*.parquet")
    altered(table)
    picture = next(StorePaths(root).images.rglob("*.png"))
    picture.unlink()
    code, _, err = cli("verify")
    assert code == 2
    pictures, features = err.strip().splitlines()
    assert pictures.startswith(f"Cohort {NECK}: 1 of ")
    assert features.startswith(f"Cohort {NECK}, radiomics: Features ")
    assert "not what was extracted" in features
    table.unlink()
    code, _, err = cli("verify")
    assert "missing from the store" in err


def test_there_is_nothing_to_verify_without_a_store(capsys, tmp_path):
    assert main(["verify", "--store", str(tmp_path / "nowhere")]) == 2
    assert "There is no store" in capsys.readouterr().err
