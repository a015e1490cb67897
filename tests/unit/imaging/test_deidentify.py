"""Do dates, identifiers and words become what they should, and nothing else?"""

from __future__ import annotations

import datetime
import io

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.datadict import DicomDictionary
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from clnm_core.imaging.deidentify import deidentified, with_clean_pixels
from clnm_core.imaging.deidentify_values import number, shifted
from clnm_core.imaging.disguise import Disguise

ONE = Disguise(key=b"\x01" * 32, patient="aaaa", shift_days=-123)
OTHER = Disguise(key=b"\x01" * 32, patient="bbbb", shift_days=-77)
FOREIGN = Disguise(key=b"\x02" * 32, patient="aaaa", shift_days=-123)

_TEXTS = ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT", "UN", "OB")
_TEXT_TAGS = sorted(
    tag for tag, entry in DicomDictionary.items() if entry[0] in _TEXTS and tag >> 16 >= 8
)
_SEQUENCE_TAGS = sorted(tag for tag, entry in DicomDictionary.items() if entry[0] == "SQ")
_STAY = ("Manufacturer", "ManufacturerModelName")


def study(**values: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def test_patient_and_name_become_the_pseudonym_and_the_rest_of_the_patient_goes():
    clean = deidentified(
        study(PatientName="Muster^Erika", PatientID="4711", PatientSex="F", PatientAge="044Y"), ONE
    ).dataset
    assert (clean.PatientName, clean.PatientID, clean.PatientSex) == ("aaaa", "aaaa", None)
    assert "PatientAge" not in clean


def test_what_was_done_is_written_into_the_file():
    plain = deidentified(study(Rows=3), ONE)
    assert [code for code, _ in plain.options] == ["113100", "113107"]
    done = with_clean_pixels(plain)
    assert [code for code, _ in done.options] == ["113100", "113101", "113107"]
    codes = done.dataset.DeidentificationMethodCodeSequence
    assert [(item.CodeValue, item.CodeMeaning) for item in codes] == list(done.options)
    assert all(item.CodingSchemeDesignator == "DCM" for item in codes)
    assert done.dataset.PatientIdentityRemoved == "YES"
    assert done.dataset.LongitudinalTemporalInformationModified == "MODIFIED"


def test_what_is_done_to_each_attribute_is_counted():
    original = study(PatientName="A", StationName="B", StudyDate="20200101", Rows=3, UID="1.2")
    original.OperatorsName, original.ImageComments = "C", "D"
    assert deidentified(original, ONE).actions == {"Z": 3, "C": 1, "K": 1, "U": 1, "X": 1}


def test_the_file_that_came_in_is_left_as_it_was():
    original = study(PatientName="A", StudyDate="20200101")
    original.ReferencedImageSequence = Sequence([study(ReferencedSOPInstanceUID="1.2.3")])
    before = original.to_json()
    deidentified(original, ONE)
    assert original.to_json() == before


def test_references_between_two_files_of_one_patient_stay_linked():
    first = study(SOPInstanceUID="1.2.3", StudyInstanceUID="1.2", FrameOfReferenceUID="1.9")
    second = study(SOPInstanceUID="1.2.4", StudyInstanceUID="1.2", FrameOfReferenceUID="1.9")
    second.SourceImageSequence = Sequence(
        [study(ReferencedSOPInstanceUID="1.2.3", ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2")]
    )
    one, two = (deidentified(each, ONE).dataset for each in (first, second))
    reference = two.SourceImageSequence[0]
    assert reference.ReferencedSOPInstanceUID == one.SOPInstanceUID != "1.2.3"
    assert reference.ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.2"
    assert one.StudyInstanceUID == two.StudyInstanceUID != "1.2"
    assert one.FrameOfReferenceUID == two.FrameOfReferenceUID != "1.9"


def test_another_key_makes_other_identifiers_and_no_key_makes_none():
    assert ONE.uid("1.2.3") == OTHER.uid("1.2.3") != FOREIGN.uid("1.2.3")
    assert Disguise(bytes(32), "aaaa", -123).uid("1.2.3") != ONE.uid("1.2.3")
    assert repr(ONE) == "Disguise(patient='aaaa')"  # neither key nor shift in a log


@given(st.text(max_size=80))
def test_a_new_identifier_is_a_valid_one(original):
    made = ONE.uid(original)
    assert pydicom.uid.UID(made).is_valid
    number_of_uuid = int(made.removeprefix("2.25."))
    assert number_of_uuid >> 76 & 0xF == 4
    assert number_of_uuid >> 62 & 0x3 == 2


def test_a_word_where_an_identifier_belongs_does_not_stay():
    original = study(Rows=1)
    for keyword in ("SOPInstanceUID", "SOPClassUID", "ReferencedSOPClassUID"):
        original.add(
            DataElement(
                Tag(keyword), "UI", "1.2.840.10008.MUSTER", validation_mode=pydicom.config.IGNORE
            )
        )
    clean = deidentified(original, ONE).dataset
    assert clean.SOPClassUID == clean.SOPInstanceUID == ONE.uid("1.2.840.10008.MUSTER")


@given(
    st.dates(min_value=datetime.date(1600, 1, 1), max_value=datetime.date(2400, 1, 1)),
    st.dates(min_value=datetime.date(1600, 1, 1), max_value=datetime.date(2400, 1, 1)),
)
def test_intervals_of_one_patient_stay_and_days_do_not(first, second):
    moved = [
        datetime.datetime.strptime(str(shifted(day.strftime("%Y%m%d"), "DA", ONE)), "%Y%m%d").date()
        for day in (first, second)
    ]
    assert moved[1] - moved[0] == second - first
    assert moved[0] - first == datetime.timedelta(days=-123)


def test_two_patients_are_moved_differently():
    dates = [
        deidentified(study(StudyDate="20240229"), each).dataset.StudyDate for each in (ONE, OTHER)
    ]
    assert dates == ["20231029", "20231214"]


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("20240229", "DA", "20231029"),
        ("2024.02.29", "DA", "20231029"),
        ("20240229-20240301", "DA", "20231029-20231030"),
        ("20240229-", "DA", "20231029-"),
        ("20240229235959.123456-0500", "DT", "20231029235959.123456-0500"),
        ("2024022923", "DT", "2023102923"),
        ("20240229", "DT", "20231029"),
        ("2024", "DT", None),
        ("202402", "DA", None),
        ("20240230", "DA", None),
        ("29.02.2024", "DA", None),
        ("Muster 20240229", "DA", None),
        ("00010101", "DA", None),
        ("", "DA", None),
        ("-", "DA", None),
    ],
)
def test_dates_are_moved_or_go(value, kind, expected):
    assert shifted(value, kind, ONE) == expected


def test_the_birth_goes_and_times_of_day_stay_if_they_are_some():
    original = study(PatientBirthDate="19600101", StudyTime="101500", SeriesTime="101500.5")
    original.add(
        DataElement(Tag("ContentTime"), "TM", "Muster", validation_mode=pydicom.config.IGNORE)
    )
    clean = deidentified(original, ONE).dataset
    assert "PatientBirthDate" in clean
    assert not clean.PatientBirthDate
    assert (clean.StudyTime, clean.SeriesTime) == ("101500", "101500.5")
    assert "ContentTime" not in clean


def test_numbers_stay_only_if_they_are_numbers_about_the_picture():
    original = study(Rows=7, PixelSpacing=[0.1, 0.2], PatientSize=1.7, WindowCenter="40")
    original.PatientBodyMassIndex = 31
    original.TableOfYBreakPoints = list(range(200))
    clean = deidentified(original, ONE).dataset
    assert (clean.Rows, clean.WindowCenter, clean.PixelSpacing) == (7, 40, [0.1, 0.2])
    for keyword in ("PatientSize", "PatientBodyMassIndex", "TableOfYBreakPoints"):
        assert keyword not in clean
    assert number("Muster 12", "DS") is None


def test_a_standard_tag_under_a_false_representation_carries_no_word():
    original = Dataset()
    original.add(DataElement(Tag("Rows"), "LO", "MUSTER"))
    original.add(DataElement(Tag("StudyDate"), "LO", "MUSTER"))
    original.add(DataElement(Tag("SliceThickness"), "UT", "MUSTER 1.0"))
    clean = deidentified(original, ONE).dataset
    assert not {"Rows", "StudyDate", "SliceThickness"} & {each.keyword for each in clean}


@pytest.mark.parametrize(
    ("keyword", "kind", "value"),
    [
        ("Rows", "UL", 70_000),
        ("Rows", "FD", 2.5),
        ("RegionLocationMinX0", "SL", -4),
        ("PhysicalUnitsXDirection", "FD", 3.0),
        ("RecommendedDisplayFrameRateInFloat", "FD", 1e300),
        ("PixelAspectRatio", "LO", "1:1"),
    ],
)
def test_a_number_that_cannot_be_written_goes(keyword, kind, value):
    original = Dataset()
    original.add(DataElement(Tag(keyword), kind, value))
    clean = deidentified(original, ONE).dataset
    assert keyword not in clean
    pydicom.dcmwrite(io.BytesIO(), clean, implicit_vr=False, little_endian=True)


def test_the_same_file_becomes_the_same_file():
    original = study(StudyDate="20200101", SOPInstanceUID="1.2", Manufacturer="Maker")
    one, two = (deidentified(original, ONE).dataset.to_json() for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": b"short"},
        {"patient": ""},
        {"patient": "A^B"},
        {"patient": "Müller"},
        {"patient": "x" * 65},
        {"shift_days": 0},
        {"shift_days": 99_999},
    ],
)
def test_a_disguise_that_hides_nobody_is_refused(wrong):
    right = {"key": bytes(32), "patient": "aaaa", "shift_days": 1}
    with pytest.raises(ValueError, match="must"):
        Disguise(**(right | wrong))


word = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=8).map("QX{}".format)


@st.composite
def files(draw: st.DrawFn, depth: int = 3) -> Dataset:
    dataset = Dataset()
    for tag in draw(st.lists(st.sampled_from(_TEXT_TAGS), max_size=12, unique=True)):
        representation = DicomDictionary[tag][0]
        value: object = draw(word)
        if representation in ("OB", "UN"):
            value = str(value).encode() + b"\0" * (len(str(value)) % 2)
        dataset.add(DataElement(tag, representation, value))
    if depth:
        for tag in draw(st.lists(st.sampled_from(_SEQUENCE_TAGS), max_size=3, unique=True)):
            dataset.add(DataElement(tag, "SQ", Sequence([draw(files(depth - 1))])))
        block = dataset.private_block(0x0011, draw(word), create=True)
        block.add_new(0x01, "SQ", Sequence([draw(files(depth - 1))]))
    return dataset


@settings(max_examples=60, deadline=None)
@given(files())
def test_no_word_survives_unless_its_attribute_may_hold_it(original):
    clean = deidentified(original, ONE).dataset
    for keyword in _STAY:
        if keyword in clean:
            del clean[keyword]
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, clean, implicit_vr=False, little_endian=True)
    assert b"QX" not in buffer.getvalue()
