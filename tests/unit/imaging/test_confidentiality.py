"""Is the confidentiality table whole, and does it name what it says?"""

from __future__ import annotations

from collections import Counter

from pydicom.datadict import dictionary_has_tag, dictionary_keyword, keyword_dict
from pydicom.tag import Tag

from clnm_core.imaging.confidentiality import action, table
from clnm_core.imaging.confidentiality_kept import (
    _CODES,
    _LONG,
    _NAMES,
    _SEQUENCES,
    kept_words,
)
from tests.unit.imaging.planted import rows


def test_the_table_has_its_655_rows_each_once():
    printed = rows()
    assert len(printed) == 655
    assert len({row["tag"] for row in printed}) == 655
    assert len(table()) == 652
    assert [row["tag"] for row in printed if "X" in row["tag"]] == [
        "50XXXXXX",
        "60XX3000",
        "60XX4000",
    ]


def test_how_often_each_code_is_printed():
    # DICOM PS3.15 2026c, Table E.1-1, counted in an independent transcription of it.
    assert Counter(row["action"] for row in rows()) == {
        **{"X": 415, "D": 93, "U": 55, "Z": 42, "X/D": 23, "X/Z": 11, "X/Z/D": 8, "Z/D": 6},
        "X/Z/U*": 2,
    }


def test_tags_and_keywords_agree_with_the_dictionary_of_another_project():
    unknown = 0
    for row in rows():
        if "X" in row["tag"]:
            continue
        tag = Tag(int(row["tag"], 16))
        if dictionary_has_tag(tag):
            assert dictionary_keyword(tag) == row["keyword"]
        else:
            unknown += 1
    assert unknown == 25  # newer than that dictionary


def test_everything_that_names_the_patient_is_in_it():
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "AccessionNumber"):
        assert action(Tag(keyword)) in ("Z", "D")
    for keyword in ("PatientAddress", "OtherPatientIDs", "ImageComments", "IconImageSequence"):
        assert action(Tag(keyword)) == "X"
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID", "DeviceUID"):
        assert action(Tag(keyword)) == "U"


def test_odd_groups_curves_overlays_and_groups_of_the_head_go():
    for tag in (0x00091010, 0x50022500, 0x601E3000, 0x60000010, 0x00020016, 0x00001000):
        assert action(Tag(tag)) == "X"
    assert action(Tag("Rows")) is None


def test_nothing_is_kept_that_the_table_removes():
    for keyword in (*_CODES, *_NAMES, *_SEQUENCES, *_LONG):
        assert keyword in keyword_dict, keyword
        assert action(Tag(keyword)) is None, keyword


def test_a_name_written_where_a_code_belongs_is_emptied_in_its_place():
    assert kept_words("ImageType", ["ORIGINAL", "MUSTER", "AXIAL"]) == ["ORIGINAL", "", "AXIAL"]
    assert kept_words("BodyPartExamined", ["MUSTER"]) is None
    assert kept_words("PatientOrientation", ["L", "PF"]) == ["L", "PF"]
    assert kept_words("PatientOrientation", ["MUSTER", "LPX"]) is None
    assert kept_words("Manufacturer", ["Maker & Sons, Ltd. (Zürich)"]) is None
    assert kept_words("Manufacturer", ["Maker & Sons, Ltd."]) == ["Maker & Sons, Ltd."]
