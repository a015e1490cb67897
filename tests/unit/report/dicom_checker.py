"""Is a data set what PS3.3 asks of an Enhanced SR, or of a Secondary Capture?

Written from the tables of the modules that are used, in the manner of dciodvfy: what is lacking,
empty, of a wrong value, of the wrong multiplicity or not allowed is a sentence in the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import EnhancedSRStorage, SecondaryCaptureImageStorage

_UID = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+")

#: Module -> attribute -> type. PS3.3 C.7.1.1, C.7.2.1, C.7.5.1, C.12.1, C.17.1, C.17.2, C.17.3,
#: C.7.3.1, C.8.6.1, C.7.6.1, C.7.6.3.
_SHARED = {
    "PatientName": "2", "PatientID": "2", "PatientBirthDate": "2", "PatientSex": "2",
    "StudyInstanceUID": "1", "StudyDate": "2", "StudyTime": "2", "ReferringPhysicianName": "2",
    "StudyID": "2", "AccessionNumber": "2", "SeriesInstanceUID": "1", "Modality": "1",
    "SOPClassUID": "1", "SOPInstanceUID": "1", "SpecificCharacterSet": "1",
    "Manufacturer": "2",
}  # fmt: skip
_REPORT = _SHARED | {
    "SeriesNumber": "1", "ReferencedPerformedProcedureStepSequence": "2", "InstanceNumber": "1",
    "CompletionFlag": "1", "VerificationFlag": "1", "ContentDate": "1", "ContentTime": "1",
    "PerformedProcedureCodeSequence": "2", "ValueType": "1", "ConceptNameCodeSequence": "1",
    "ContinuityOfContent": "1", "ContentSequence": "1",
}  # fmt: skip
_CAPTURE = _SHARED | {
    "SeriesNumber": "2", "ConversionType": "1", "InstanceNumber": "2", "PatientOrientation": "2",
    "ContentDate": "2", "ContentTime": "2", "SamplesPerPixel": "1",
    "PhotometricInterpretation": "1", "Rows": "1", "Columns": "1", "BitsAllocated": "1",
    "BitsStored": "1", "HighBit": "1", "PixelRepresentation": "1", "PlanarConfiguration": "1",
    "PixelData": "1",
}  # fmt: skip
_ENUMERATED = {
    "CompletionFlag": {"PARTIAL", "COMPLETE"},
    "VerificationFlag": {"UNVERIFIED", "VERIFIED"},
    "PreliminaryFlag": {"PRELIMINARY", "FINAL"},
    "ContinuityOfContent": {"SEPARATE", "CONTINUOUS"},
    "PatientSex": {"", "M", "F", "O"},
    "ConversionType": {"DV", "DI", "DF", "WSD", "SD", "SI", "DRW", "SYN"},
    "BurnedInAnnotation": {"YES", "NO"},
    "LossyImageCompression": {"00", "01"},
    "SpecificCharacterSet": {"ISO_IR 192"},
    "PixelRepresentation": {0, 1},
    "PlanarConfiguration": {0, 1},
}
_TYPES = {
    "TEXT", "CODE", "NUM", "DATETIME", "DATE", "TIME", "UIDREF", "PNAME", "SCOORD", "TCOORD",
    "COMPOSITE", "IMAGE", "WAVEFORM", "CONTAINER",
}  # fmt: skip
_PLAIN = {"TEXT", "CODE", "NUM", "DATETIME", "DATE", "TIME", "UIDREF", "PNAME"}
#: (source, relationship) -> targets, PS3.3 Table A.35.2-2.
_RELATIONS = {
    ("CONTAINER", "CONTAINS"): _TYPES,
    ("CONTAINER", "HAS OBS CONTEXT"): _PLAIN | {"COMPOSITE"},
    **{(one, "HAS CONCEPT MOD"): {"TEXT", "CODE"} for one in _TYPES},
    **{
        (one, "HAS PROPERTIES"): _TYPES - {"CONTAINER"}
        for one in ("TEXT", "CODE", "NUM")
    },
    **{
        (one, "INFERRED FROM"): _TYPES - {"CONTAINER"}
        for one in ("TEXT", "CODE", "NUM")
    },
}  # fmt: skip
_VALUES = {
    "TEXT": ("TextValue",),
    "CODE": ("ConceptCodeSequence",),
    "UIDREF": ("UID",),
    "CONTAINER": ("ContinuityOfContent",),
}
_MUST_NOT = {
    "TextValue": {"TEXT"},
    "ConceptCodeSequence": {"CODE"},
    "MeasuredValueSequence": {"NUM"},
    "UID": {"UIDREF"},
    "ContinuityOfContent": {"CONTAINER"},
}
_MOST_LETTERS = {"SH": 16, "LO": 64, "ST": 1024, "LT": 10_240, "CS": 16, "DS": 16, "IS": 12}


def faults(dataset: Dataset) -> list[str]:
    """Everything that is wrong with it; empty for one that is right."""
    kinds = {EnhancedSRStorage: _REPORT, SecondaryCaptureImageStorage: _CAPTURE}
    storage = dataset.get("SOPClassUID")
    if storage not in kinds:
        return [f"SOP class {storage} is none of those that are checked"]
    found = [*_lacking(dataset, kinds[storage]), *_values(dataset), *_meta(dataset)]
    found += _report(dataset) if storage == EnhancedSRStorage else _capture(dataset)
    return found


def _lacking(dataset: Dataset, module: dict[str, str]) -> Iterator[str]:
    for keyword, kind in module.items():
        if keyword not in dataset:
            yield f"{keyword} (type {kind}) is not there"
        elif kind == "1" and dataset[keyword].is_empty:
            yield f"{keyword} (type 1) is empty"


def _values(dataset: Dataset, path: str = "") -> Iterator[str]:
    """VR, VM, length, enumerated values, UIDs, codes; of every level."""
    for element in dataset:
        where = f"{path}{element.keyword or element.tag}"
        try:
            meant = pydicom.datadict.dictionary_VR(element.tag)
            if element.VR not in meant.split(" or "):
                yield f"{where} is {element.VR}, not {meant}"
            most = pydicom.datadict.dictionary_VM(element.tag)
        except KeyError:
            yield f"{where} is not of the standard"
            continue
        if element.VR == "SQ":
            for place, item in enumerate(element.value, start=1):
                yield from _values(item, f"{where}[{place}].")
                if element.keyword.endswith("CodeSequence"):
                    yield from _code(item, f"{where}[{place}]")
            continue
        if most == "1" and element.VM > 1:
            yield f"{where} has {element.VM} values, not 1"
        if most.isdigit() and element.VM not in (0, int(most)):
            yield f"{where} has {element.VM} values, not {most}"
        held = element.value if element.VM > 1 else [element.value]
        for value in held:
            yield from _value(element.keyword, element.VR, value, where)
    if "NumericValue" in dataset and "FloatingPointValue" in dataset:
        if abs(float(dataset.NumericValue) - dataset.FloatingPointValue) > 1e-6:
            yield f"{path}NumericValue is not FloatingPointValue"


def _value(keyword: str, kind: str, value: object, where: str) -> Iterator[str]:
    said = "" if value is None else str(value)
    if kind == "UI" and said and (not _UID.fullmatch(said) or len(said) > 64):
        yield f"{where} is no UID: {said}"
    if len(said) > _MOST_LETTERS.get(kind, len(said)):
        yield f"{where} has {len(said)} letters, too many for {kind}"
    if kind in ("LO", "SH", "CS") and re.search(r"[\x00-\x1f\\]", said):
        yield f"{where} holds letters that {kind} may not"
    if kind == "UT" and re.search(r"[\x00-\x09\x0b\x0e-\x1a\x1c-\x1f]", said):
        yield f"{where} holds letters that UT may not"
    if kind == "CS" and not re.fullmatch(r"[A-Z0-9 _]*", said):
        yield f"{where} is no code string"
    if keyword in _ENUMERATED and value not in _ENUMERATED[keyword]:
        yield f"{where} may not be {said!r}"


def _code(item: Dataset, where: str) -> Iterator[str]:
    """PS3.3 8.8: value, scheme and meaning."""
    for keyword in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning"):
        if not item.get(keyword):
            yield f"{where} has no {keyword}"


def _meta(dataset: Dataset) -> Iterator[str]:
    meta = dataset.file_meta
    if meta.MediaStorageSOPClassUID != dataset.get("SOPClassUID"):
        yield "the class in the meta information is another"
    if meta.MediaStorageSOPInstanceUID != dataset.get("SOPInstanceUID"):
        yield "the number in the meta information is another"


def _report(dataset: Dataset) -> Iterator[str]:
    if dataset.get("Modality") != "SR":
        yield "Modality of a report must be SR"
    if dataset.get("ValueType") != "CONTAINER" or "RelationshipType" in dataset:
        yield "the root must be a CONTAINER without relationship"
    if dataset.get("VerificationFlag") == "VERIFIED" and not dataset.get(
        "VerifyingObserverSequence"
    ):
        yield "a verified report must say who verified it"
    named = {
        item.get("CodingSchemeDesignator")
        for item in dataset.get("CodingSchemeIdentificationSequence", [])
    }
    for scheme in sorted(_schemes(dataset)):
        if scheme.startswith("99") and scheme not in named:
            yield f"nobody says whose the codes of {scheme} are"
    yield from _items(dataset, "root")


def _schemes(dataset: Dataset) -> set[str]:
    found = {dataset.CodingSchemeDesignator} if "CodingSchemeDesignator" in dataset else set()
    for element in dataset:
        if element.VR == "SQ" and element.keyword != "CodingSchemeIdentificationSequence":
            found |= {scheme for item in element.value for scheme in _schemes(item)}
    return found


def _items(parent: Dataset, where: str) -> Iterator[str]:
    for place, item in enumerate(parent.get("ContentSequence", []), start=1):
        here = f"{where}.{place}"
        kind, relation = item.get("ValueType"), item.get("RelationshipType")
        if kind not in _TYPES:
            yield f"{here}: {kind} is no value type of an Enhanced SR"
            continue
        if kind not in _RELATIONS.get((parent.get("ValueType"), relation), set()):
            yield f"{here}: {parent.get('ValueType')} {relation} {kind} is not allowed"
        if not item.get("ConceptNameCodeSequence"):
            yield f"{here}: it has no name"
        if len(item.get("ConceptNameCodeSequence", [])) > 1:
            yield f"{here}: it has several names"
        for keyword in _VALUES.get(kind, ()):
            if keyword not in item or item[keyword].is_empty:
                yield f"{here}: {keyword} is lacking"
        for keyword, kinds in _MUST_NOT.items():
            if keyword in item and kind not in kinds:
                yield f"{here}: {kind} must not have {keyword}"
        if kind == "NUM":
            yield from _number(item, here)
        if "ContentSequence" in item and not item.ContentSequence:
            yield f"{here}: its content is empty"
        yield from _items(item, here)


def _number(item: Dataset, here: str) -> Iterator[str]:
    """PS3.3 C.18.1: at most one value, with its unit; none needs a reason."""
    if "MeasuredValueSequence" not in item:
        yield f"{here}: MeasuredValueSequence (type 2) is not there"
        return
    values = item.MeasuredValueSequence
    if len(values) > 1:
        yield f"{here}: several values"
    if not values and not item.get("NumericValueQualifierCodeSequence"):
        yield f"{here}: neither a value nor why there is none"
    for value in values:
        if value.get("NumericValue") in (None, ""):
            yield f"{here}: NumericValue is lacking"
        if len(value.get("MeasurementUnitsCodeSequence", [])) != 1:
            yield f"{here}: a value must have one unit"


def _capture(dataset: Dataset) -> Iterator[str]:
    """PS3.3 C.7.6.3.1: what RGB asks for, and as many bytes as are stated."""
    if dataset.get("PhotometricInterpretation") == "RGB":
        asked = {"SamplesPerPixel": 3, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
        for keyword, value in (asked | {"PixelRepresentation": 0}).items():
            if dataset.get(keyword) != value:
                yield f"{keyword} of RGB must be {value}"
    length = dataset.get("Rows", 0) * dataset.get("Columns", 0) * dataset.get("SamplesPerPixel", 0)
    if len(dataset.get("PixelData", b"")) != length + length % 2:
        yield "PixelData is not as long as rows, columns and samples say"
    if "ImageType" in dataset and dataset["ImageType"].VM < 2:
        yield "ImageType must have two values or more"
    spacing = dataset.get("PixelSpacing")
    if spacing and not all(step > 0 for step in spacing):
        yield "PixelSpacing must be above 0"
