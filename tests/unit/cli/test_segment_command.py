"""``segment``: what it prints, and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from clnm_core.cli import main
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.imaging.rendering import png_bytes
from clnm_core.store import artifacts
from clnm_core.store.schema import create_cohort, insert
from clnm_core.store.snapshots import publish


@pytest.fixture
def study(tmp_path):
    """Eight patients with one noisy picture each; the last has no outlines."""
    root = tmp_path / "store"
    random = np.random.default_rng(0)
    mask = np.zeros((40, 40), dtype=bool)
    mask[10:30, 8:32] = True
    names = [f"p{number}" for number in range(8)]
    digests = [
        artifacts.put(
            root, "image", png_bytes((100 * mask + random.integers(0, 90, mask.shape)).astype("u1"))
        )
        for _ in names
    ]
    kept = artifacts.put(root, "mask", png_bytes(mask))

    def build(con):
        create_cohort(con, "study", BUILT_IN.only(["case_id", "patient_id", "split"]))
        splits = ["train"] * 4 + ["validation"] * 2 + ["test"] * 2
        cases = pd.DataFrame({"case_id": names, "patient_id": names, "split": splits})
        insert(con, "study", "cases", cases)
        images = pd.DataFrame(
            {"image_id": names, "case_id": names, "digest": digests, "modality": "US"}
        )
        insert(con, "study", "images", images)
        masks = pd.DataFrame({"image_id": names[:7], "structure": "gland", "digest": kept})
        insert(con, "study", "masks", masks)

    publish(root, build, action="import", detail={"cohort": "study"})
    return root


def said(capsys, root, *arguments):
    code = main(["segment", "--store", str(root), *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_an_outliner_is_trained_and_then_used(study, capsys):
    code, out, err = said(
        capsys, study, "--cohort", "study", "--train", "ours", "--epochs", "1", "--json", "-"
    )
    assert code == 0, err
    trained = json.loads(out)
    assert set(trained["scores"]) == {"train", "validation", "test"}
    assert set(trained["scores"]["test"]) == {"gland"}
    assert trained["passes"] == 1
    assert "100%" in err

    code, out, err = said(capsys, study, "--cohort", "study", "--model", "ours", "--json", "-")
    assert code == 0, err
    used = json.loads(out)
    assert used["digest"] == trained["digest"]
    assert used["pictures"] == 8  # no picture has a nodule yet

    code, out, err = said(capsys, study, "--cohort", "study", "--model", "ours")
    assert code == 0, err
    assert "study: " in out
    assert "pictures without an outline looked at" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--cohort", "other"), "There is no cohort 'other'"),
        (("--cohort", "study", "--model", "none"), "There is no outliner 'none'"),
        (("--cohort", "study", "--train", "a", "--model", "b"), "There is no outliner 'b'"),
        (("--cohort", "study", "--train", "a/b"), "must be letters, digits"),
        (("--cohort", "study", "--train", "a", "--epochs", "0"), "--epochs must be 1 or more"),
        (("--cohort", "study", "--train", "a", "--device", "tpu"), "There is no device 'tpu'"),
    ],
)
def test_a_mistake_is_one_sentence(study, capsys, arguments, sentence):
    code, out, err = said(capsys, study, *arguments)
    assert code == 2
    assert out == ""
    assert sentence in err
    assert "Traceback" not in err


def test_without_a_store_it_says_so(tmp_path, capsys):
    code, _, err = said(capsys, tmp_path / "nowhere", "--cohort", "study")
    assert code == 2
    assert "There is no store" in err
