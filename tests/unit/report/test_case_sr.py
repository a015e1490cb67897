"""Claims about the structured report of a case."""

from __future__ import annotations

import importlib.resources
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import highdicom
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import BasicTextSRStorage

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.report.case_codes import Code
from clnm_core.report.case_dicom import free_text, long_text
from clnm_core.report.case_sheet import AlikeRow, CaseSheet, Reading
from clnm_core.report.case_sr import case_sr, sr_dataset
from clnm_core.report.wording import RESEARCH_USE
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.explanation import Explanation
from tests.unit.report.case_sheets import HOSTILE, NAN, opinion, report, sheet_of, usual_sheet
from tests.unit.report.dicom_checker import faults


@pytest.fixture(autouse=True)
def _strict(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("reading_validation_mode", "writing_validation_mode"):
        monkeypatch.setattr(pydicom.config.settings, name, pydicom.config.RAISE)


def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let values be set that are to be found wrong."""
    for name in ("reading_validation_mode", "writing_validation_mode"):
        monkeypatch.setattr(pydicom.config.settings, name, pydicom.config.IGNORE)


def read(sheet: CaseSheet) -> Dataset:
    assert pydicom.config.settings.reading_validation_mode == pydicom.config.RAISE
    return pydicom.dcmread(io.BytesIO(case_sr(sheet)))


def named(dataset: Dataset, value: str) -> Iterator[Dataset]:
    """Every item whose name has that code, at any depth."""
    for item in dataset.get("ContentSequence", []):
        if item.ConceptNameCodeSequence[0].CodeValue == value:
            yield item
        yield from named(item, value)


def numbers(dataset: Dataset, value: str) -> list[float]:
    return [item.MeasuredValueSequence[0].FloatingPointValue for item in named(dataset, value)]


def words(dataset: Dataset) -> str:
    said = [item.TextValue for item in dataset.get("ContentSequence", []) if "TextValue" in item]
    return "\n".join([*said, *map(words, dataset.get("ContentSequence", []))])


HOSTILE_TEXT = 'Null \0 byte, "quotes", back\\slash, 🙂, \ud800, \x1b[2J, ' + "é" * 100_000


def hostile_sheet() -> CaseSheet:
    said = report(
        model=HOSTILE_TEXT, outcome_label=HOSTILE_TEXT, trained_on=HOSTILE,
        values=((HOSTILE_TEXT, "\n\n"), ("", "")), doubts=(HOSTILE_TEXT, "", "\0"),
        explanation=Explanation(words=((HOSTILE_TEXT, 1.0), ("微小钙化", 0.5))),
    )  # fmt: skip
    return sheet_of(
        said,
        readings=(Reading(BUILT_IN["lobe"], "left", HOSTILE_TEXT, HOSTILE_TEXT),),
        alike=(AlikeRow(1, HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT),),
        refusals=((HOSTILE_TEXT, HOSTILE_TEXT),),
        pseudonym=HOSTILE_TEXT,
    )


def unknown_sheet() -> CaseSheet:
    risk = Estimate(NAN, NAN, NAN, 0.95, "not estimable: no age")
    table = report().contributions.assign(effect=[NAN, 1e-300])
    held = opinion(
        report(risk=risk, contributions=table), prediction_set=None, at_threshold={},
        risk_class="not known",
    )  # fmt: skip
    return sheet_of(opinions=(held,), shown=held)


@pytest.mark.parametrize(
    "sheet", [usual_sheet(), sheet_of(), hostile_sheet(), unknown_sheet()],
    ids=["usual", "least", "hostile", "unknown"],
)  # fmt: skip
def test_a_report_is_a_right_enhanced_sr(sheet: CaseSheet) -> None:
    assert faults(read(sheet)) == []


def test_the_numbers_come_back_as_they_were() -> None:
    sheet = usual_sheet()
    found = read(sheet)
    risks = [one.report.risk.value for one in sheet.opinions]
    assert numbers(found, "122157") == risks
    assert numbers(found, "122411") == [0.3] * 5
    assert numbers(found, "SENSITIVITY") == [0.84] * 5
    assert numbers(found, "CAPSULE_DISTANCE") == [3.21]
    (longest,) = named(found, "103339001")
    value = longest.MeasuredValueSequence[0]
    assert float(value.NumericValue) == 12.0
    assert value.MeasurementUnitsCodeSequence[0].CodeValue == "mm"
    assert numbers(longest, "MEASURED") == [10.62]
    assert [one.TextValue for one in named(longest, "NOTE")] == ["Measured again on the console"]
    (first, *_) = named(found, "122157")
    assert [numbers(first, name) for name in ("INTERVAL_LOW", "INTERVAL_HIGH", "LEVEL")] == [
        [0.61], [0.85], [0.95],
    ]  # fmt: skip
    assert [one.ConceptCodeSequence[0].CodeMeaning for one in named(found, "FITS")] == (
        ["Positive"] * 5
    )
    assert numbers(found, "EFFECT") == list(sheet.shown.report.contributions["effect"])


def test_sentences_come_back_chinese_ones_too() -> None:
    sheet = usual_sheet()
    said = words(read(sheet))
    assert "hypoechoic, 微小钙化, nodule, left" in said
    for line in (sheet.answer, *sheet.doubts, *sheet.limits, *sheet.version_lines, RESEARCH_USE):
        assert line in said
    assert "SYNTHETIC" in said
    assert "8, none found" in said
    assert "SYNTHETIC" not in words(read(sheet_of()))


def test_what_a_text_may_not_hold_is_taken_out_and_the_rest_stays() -> None:
    said = words(read(hostile_sheet()))
    assert "🙂" in said
    assert "é" * 100_000 in said
    assert "\0" not in said
    assert "\x1b" not in said
    assert len(long_text("字" * 100)) == 64
    assert long_text("a\\b\r\nc") == "a/b c"
    assert free_text("\ud800x") == "?x"


def test_nobody_is_named_but_by_the_pseudonym_that_was_asked_for() -> None:
    found = read(usual_sheet())
    assert (found.PatientName, found.PatientID, found.PatientBirthDate, found.StudyDate) == (
        "", "", "", "",
    )  # fmt: skip
    assert read(sheet_of(pseudonym="NECK-0012")).PatientID == "NECK-0012"


def test_numbers_of_objects_are_of_chance_and_stay() -> None:
    sheet, other = sheet_of(), sheet_of()
    first, again, apart = read(sheet), read(sheet), read(other)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        assert first[keyword].value.startswith("2.25.")
        assert first[keyword] == again[keyword]
        assert first[keyword] != apart[keyword]
    assert case_sr(sheet) == case_sr(sheet)


def test_the_report_is_complete_only_where_every_model_judged_and_never_verified() -> None:
    assert read(sheet_of()).CompletionFlag == "COMPLETE"
    for sheet in (sheet_of(refusals=(("x", "No picture."),)), unknown_sheet()):
        assert read(sheet).CompletionFlag == "PARTIAL"
    assert read(sheet_of()).VerificationFlag == "UNVERIFIED"


def test_an_unknown_risk_is_an_empty_number_with_a_reason() -> None:
    (risk,) = named(read(unknown_sheet()), "122157")
    assert len(risk.MeasuredValueSequence) == 0
    assert risk.NumericValueQualifierCodeSequence[0].CodeValue == "114010"
    assert [*named(read(unknown_sheet()), "SIDE")] == []


def test_codes_of_others_mean_what_their_lists_say() -> None:
    def known(found: Dataset) -> Iterator[Code]:
        for element in found:
            if element.VR == "SQ":
                for item in element.value:
                    yield from known(item)
        if "CodeValue" in found:
            yield Code(found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning)

    lists = pydicom.sr.codedict.codes
    seen = set(known(read(usual_sheet())))
    others = {one for one in seen if one.scheme in ("DCM", "SCT", "UCUM")}
    assert len(others) >= 12
    for one in others:
        scheme = getattr(lists, one.scheme)
        meanings = {
            code.meaning for name in scheme.dir() if (code := getattr(scheme, name)).value == one.value
        }  # fmt: skip
        assert one.meaning in meanings, one
    assert {one.scheme for one in seen} == {"DCM", "SCT", "UCUM", "RFC5646", "99CLNM"}


def test_another_reader_finds_the_tree_too() -> None:
    found = highdicom.sr.EnhancedSR.from_dataset(read(usual_sheet()))
    (root,) = found.content
    kinds = [item.value_type.value for item in root.ContentSequence]
    assert kinds.count("CONTAINER") == 5 + 7
    assert root.ContentSequence[0].relationship_type.value == "HAS CONCEPT MOD"


def test_every_required_attribute_of_another_table_is_there() -> None:
    found = read(usual_sheet())
    assert [*lacking(found, "enhanced-sr")] == []
    del found.CompletionFlag
    assert [*lacking(found, "enhanced-sr")] == ["CompletionFlag"]


def lacking(dataset: Dataset, iod: str) -> Iterator[str]:
    """By the tables of PS3.3 as highdicom carries them; top level, unconditional."""
    place = importlib.resources.files("highdicom") / "_standard"
    modules = json.loads((place / "iod_module_map.json").read_text())[iod]
    attributes = json.loads((place / "module_attribute_map.json").read_text())
    for module in modules:
        # The table of content items is flat, so what a number asks for looks asked of all.
        if module["usage"] != "M" or module["key"] == "sr-document-content":
            continue
        for one in attributes[module["key"]]:
            if one["path"] or one["type"] not in ("1", "2"):
                continue
            if one["keyword"] not in dataset:
                yield one["keyword"]
            elif one["type"] == "1" and dataset[one["keyword"]].is_empty:
                yield one["keyword"]


def _first_number(found: Dataset) -> Dataset:
    return next(named(found, "122157"))


BROKEN: dict[str, Callable[[Dataset], Any]] = {
    "CompletionFlag (type 1) is not there": lambda d: d.__delattr__("CompletionFlag"),
    "StudyInstanceUID (type 1) is empty": lambda d: d.__setattr__("StudyInstanceUID", ""),
    "PatientSex (type 2) is not there": lambda d: d.__delattr__("PatientSex"),
    "CompletionFlag may not be 'DONE'": lambda d: d.__setattr__("CompletionFlag", "DONE"),
    "a verified report must say": lambda d: d.__setattr__("VerificationFlag", "VERIFIED"),
    "Modality of a report must be SR": lambda d: d.__setattr__("Modality", "OT"),
    "is no UID": lambda d: d.__setattr__("SeriesInstanceUID", "2.25.007"),
    "the number in the meta": lambda d: d.__setattr__("SOPInstanceUID", "2.25.7"),
    "nobody says whose": lambda d: d.__delattr__("CodingSchemeIdentificationSequence"),
    "is none of those": lambda d: d.__setattr__("SOPClassUID", BasicTextSRStorage),
    "NUM HAS OBS CONTEXT NUM is not allowed": lambda d: (
        _first_number(d).ContentSequence[0].__setattr__("RelationshipType", "HAS OBS CONTEXT")
    ),
    "TextValue is lacking": lambda d: next(named(d, "121111")).__setattr__("TextValue", ""),
    "TEXT must not have UID": lambda d: next(named(d, "121111")).__setattr__("UID", "2.25.7"),
    "a value must have one unit": lambda d: (
        _first_number(d).MeasuredValueSequence[0].__delattr__("MeasurementUnitsCodeSequence")
    ),
    "neither a value nor why": lambda d: (
        _first_number(d).__setattr__("MeasuredValueSequence", Sequence())
    ),
    "NumericValue is not FloatingPointValue": lambda d: (
        _first_number(d).MeasuredValueSequence[0].__setattr__("FloatingPointValue", 0.5)
    ),
    "has no CodeMeaning": lambda d: (
        _first_number(d).ConceptNameCodeSequence[0].__setattr__("CodeMeaning", "")
    ),
    "it has no name": lambda d: _first_number(d).__delattr__("ConceptNameCodeSequence"),
    "TABLE is no value type": lambda d: _first_number(d).__setattr__("ValueType", "TABLE"),
    "its content is empty": lambda d: (
        _first_number(d).__setattr__("ContentSequence", Sequence())
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_the_checker_sees_what_is_broken(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lenient(monkeypatch)
    found = sr_dataset(sheet_of())
    BROKEN[fault](found)
    assert any(fault in one for one in faults(found)), faults(found)


def test_the_checker_sees_values_that_are_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    lenient(monkeypatch)
    found = sr_dataset(sheet_of())
    found.StudyDescription, found.StudyID = "x" * 65, "a\\b"
    said = faults(found)
    assert "StudyDescription has 65 letters, too many for LO" in said
    assert "StudyID has 2 values, not 1" in said
