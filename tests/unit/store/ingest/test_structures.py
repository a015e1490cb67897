"""The labels of outlines mean what a clinician would say."""

from __future__ import annotations

import pytest

from clnm_core.errors import ImageError
from clnm_core.store.ingest.structures import structure_of, structures_of


@pytest.mark.parametrize(
    ("label", "structure"),
    [
        ("Tumour", "nodule"),
        ("tumor_1", "nodule"),
        ("nodule", "nodule"),
        ("Lesion 2", "nodule"),
        ("GTV", "nodule"),
        ("GTVp", "nodule"),
        ("gtv-T", "nodule"),
        ("PTC", "nodule"),
        ("Thyroid", "gland"),
        ("ThyroidGland", "gland"),
        ("left lobe", "gland"),
        ("gland", "gland"),
        ("Lymph node", "node"),
        ("LymphNode", "node"),
        ("LN", "node"),
        ("LN_2", "node"),
        ("GTVn", "node"),
        ("GTV_N1", "node"),
        ("Metastatic lymph nodes", "node"),
        ("tumour in lymph node", "node"),
        ("thyroid nodule", "nodule"),
        ("SpinalCord", ""),
        ("Brainstem", ""),
        ("Parotid_L", ""),
        ("External", ""),
        ("label 1", ""),
        ("", ""),
        ("***", ""),
        ("Anode", ""),
        ("lnk", ""),
        ("massive", ""),
    ],
)
def test_a_label_is_known_by_its_words(label, structure):
    assert structure_of(label) == structure


def test_one_unknown_label_is_what_its_file_is_called():
    assert structures_of(["label 1"]) == {"label 1": "nodule"}
    assert structures_of(["label 1"], of_file="gland") == {"label 1": "gland"}
    assert structures_of(["Thyroid"], of_file="nodule") == {"Thyroid": "gland"}


def test_unknown_labels_beside_a_known_one_are_left_out():
    assert structures_of(["Brain", "GTV", "LN"]) == {"GTV": "nodule", "LN": "node"}


def test_several_unknown_labels_are_an_issue():
    with pytest.raises(ImageError, match=r"outlines 3 structures, and none of their labels"):
        structures_of(["label 1", "label 2", "label 3"])
