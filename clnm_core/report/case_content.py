"""What is one item of a structured report?

Value types and relationships are those that an Enhanced SR allows (PS3.3 A.35.2).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.valuerep import format_number_as_ds

from clnm_core.report import case_codes as codes
from clnm_core.report.case_codes import Code
from clnm_core.report.case_dicom import free_text, long_text

CONTAINS = "CONTAINS"
PROPERTY = "HAS PROPERTIES"
CONTEXT = "HAS OBS CONTEXT"
MODIFIER = "HAS CONCEPT MOD"


def coded(code: Code) -> Dataset:
    """A code as the item of a code sequence (PS3.3 8.8)."""
    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator = code.value, code.scheme
    found.CodeMeaning = long_text(code.meaning)
    return found


def text(concept: Code, words: object, *, relation: str = CONTAINS) -> Iterator[Dataset]:
    """A text; nothing where there are no words, because a text must not be empty."""
    written = free_text(words)
    if written:
        found = _item("TEXT", concept, relation)
        found.TextValue = written
        yield found


def code(concept: Code, value: Code, *parts: Dataset, relation: str = CONTAINS) -> Dataset:
    """A coded value."""
    found = _item("CODE", concept, relation, parts)
    found.ConceptCodeSequence = Items([coded(value)])
    return found


def uid(concept: Code, value: str, *, relation: str = CONTAINS) -> Dataset:
    """A unique number."""
    found = _item("UIDREF", concept, relation)
    found.UID = value
    return found


def num(
    concept: Code,
    value: float,
    *parts: Dataset,
    unit: Code = codes.NO_UNITS,
    relation: str = CONTAINS,
) -> Dataset:
    """A number with its unit; one that is not known is left empty and says so (C.18.1)."""
    found = _item("NUM", concept, relation, parts)
    if not math.isfinite(value):
        found.MeasuredValueSequence = Items()
        found.NumericValueQualifierCodeSequence = Items([coded(codes.VALUE_UNKNOWN)])
        return found
    said = Dataset()
    said.NumericValue = format_number_as_ds(float(value))
    said.FloatingPointValue = float(value)
    said.MeasurementUnitsCodeSequence = Items([coded(unit)])
    found.MeasuredValueSequence = Items([said])
    return found


def container(concept: Code, parts: Sequence[Dataset]) -> Iterator[Dataset]:
    """A part with a heading; nothing where it would be empty."""
    if parts:
        found = _item("CONTAINER", concept, CONTAINS, parts)
        found.ContinuityOfContent = "SEPARATE"
        yield found


def _item(kind: str, concept: Code, relation: str, parts: Sequence[Dataset] = ()) -> Dataset:
    found = Dataset()
    found.RelationshipType = relation
    found.ValueType = kind
    found.ConceptNameCodeSequence = Items([coded(concept)])
    if parts:
        found.ContentSequence = Items(parts)
    return found
