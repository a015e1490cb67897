"""How does what models say of one case go into an archive? As a structured report in DICOM.

An Enhanced SR (PS3.3 A.35.2) without a template: numbers with their units, codes where there is a
fitting one, sentences as text. Nobody has verified it, and it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import EnhancedSRStorage

from clnm_core import __version__
from clnm_core.domain.columns import Column, Kind
from clnm_core.explain.opinion import Opinion
from clnm_core.report import case_codes as codes
from clnm_core.report.case_content import (
    CONTEXT,
    MODIFIER,
    PROPERTY,
    code,
    coded,
    container,
    num,
    text,
    uid,
)
from clnm_core.report.case_dicom import (
    DEVICE_UID,
    PROGRAM,
    SCHEME,
    SCHEME_UID,
    begun,
    file_bytes,
    long_text,
)
from clnm_core.report.case_sheet import DIGEST_SHOWN, CaseSheet, Reading, reading_words
from clnm_core.report.stage_words import stage_caution, stage_words
from clnm_core.report.wording import RESEARCH_USE
from clnm_core.stats.uncertainty import Estimate

_SERIES = 1
_FITS = {
    "positive": codes.POSITIVE,
    "negative": codes.NEGATIVE,
    "either": codes.INDETERMINATE,
}
_MEASURED = {
    "capsule_distance_mm": codes.CAPSULE_DISTANCE,
    "max_diameter_mm": codes.LONG_AXIS,
}


def case_sr(sheet: CaseSheet) -> bytes:
    """The sheet as a DICOM file."""
    return file_bytes(sr_dataset(sheet))


def sr_dataset(sheet: CaseSheet) -> Dataset:
    """The sheet as a data set.

    The content is *complete* where every model that was asked judged the case, else *partial*.
    """
    found = begun(sheet, EnhancedSRStorage, what="report", modality="SR", series=_SERIES)
    found.SeriesDescription = "Risk report"
    found.ReferencedPerformedProcedureStepSequence = Items()
    found.PreliminaryFlag = "PRELIMINARY"
    is_whole = not sheet.refusals and all(one.report.risk.is_estimable for one in sheet.opinions)
    found.CompletionFlag = "COMPLETE" if is_whole else "PARTIAL"
    if not is_whole:
        found.CompletionFlagDescription = "Not every model judged the case"
    found.VerificationFlag = "UNVERIFIED"
    found.PerformedProcedureCodeSequence = Items()
    found.CodingSchemeIdentificationSequence = Items([_scheme()])
    found.ValueType = "CONTAINER"
    found.ConceptNameCodeSequence = Items([coded(codes.REPORT)])
    found.ContinuityOfContent = "SEPARATE"
    found.ContentSequence = Items(_content(sheet))
    return found


def _scheme() -> Dataset:
    found = Dataset()
    found.CodingSchemeDesignator = SCHEME
    found.CodingSchemeUID = SCHEME_UID
    found.CodingSchemeName = f"Codes of {PROGRAM}"
    found.CodingSchemeVersion = __version__
    found.CodingSchemeResponsibleOrganization = PROGRAM
    return found


def _content(sheet: CaseSheet) -> Iterator[Dataset]:
    yield code(codes.LANGUAGE, codes.ENGLISH, relation=MODIFIER)
    yield code(codes.OBSERVER_TYPE, codes.DEVICE, relation=CONTEXT)
    yield uid(codes.OBSERVER_UID, DEVICE_UID, relation=CONTEXT)
    yield from text(codes.OBSERVER_NAME, PROGRAM, relation=CONTEXT)
    yield from text(codes.COMMENT, RESEARCH_USE)
    if sheet.is_synthetic:
        yield from text(codes.COMMENT, "SYNTHETIC: the patients of this cohort are simulated.")
    yield from text(codes.OUTCOME, sheet.title)
    yield from text(codes.SUMMARY, sheet.answer)
    for one in sheet.opinions:
        yield from container(codes.OPINION, [*_opinion(one, dict(sheet.versions))])
    measured = [item for one in sheet.readings for item in _reading(one)]
    yield from container(codes.MEASURED, measured)
    values = sheet.shown.report.values
    recorded = [item for label, said in values for item in text(codes.VALUE, f"{label}: {said}")]
    yield from container(codes.VALUES, recorded)
    yield from container(codes.EFFECTS, [*_effects(sheet)])
    yield from container(codes.DOUBTS, _lines(codes.COMMENT, sheet.doubts))
    alike = [
        f"{one.way}{': ' if one.way else ''}{one.rank}, {one.outcome}"
        f"{f' ({one.number})' if one.number else ''}"
        for one in sheet.alike
    ]
    yield from container(codes.ALIKE, _lines(codes.COMMENT, alike))
    yield from container(codes.LIMITS, _lines(codes.COMMENT, sheet.limits))
    refused = [f"{name}: {why}" for name, why in sheet.refusals]
    yield from _lines(codes.REFUSAL, refused)
    versions = [*sheet.version_lines, f"{PROGRAM} {__version__}"]
    yield from container(codes.VERSIONS, _lines(codes.COMMENT, versions))


def _opinion(one: Opinion, versions: dict[str, str]) -> Iterator[Dataset]:
    report = one.report
    yield from text(codes.ALGORITHM, report.model)
    digest = versions.get(report.model, "")[:DIGEST_SHOWN]
    yield from text(codes.ALGORITHM_VERSION, digest)
    yield num(codes.PROBABILITY, report.risk.value, *_interval(one.interval))
    yield num(codes.THRESHOLD, report.threshold)
    if report.risk.is_estimable:
        yield code(codes.SIDE, codes.POSITIVE if report.is_positive else codes.NEGATIVE)
    found = one.prediction_set
    if found is not None:
        level = num(codes.LEVEL, found.level, relation=PROPERTY)
        yield code(codes.FITS, _FITS[found.answer], level)
    yield from text(codes.RISK_CLASS, one.risk_class)
    for name, concept in codes.AT_THRESHOLD.items():
        known = one.at_threshold.get(name)
        if known is not None and known.is_estimable:
            yield num(concept, known.value, *_interval(known))
    yield from text(codes.TRAINED_ON, report.trained_on)
    stage = [stage_words(report), stage_caution(report.stage)] if report.stage else []
    yield from _lines(codes.COMMENT, [*stage, *report.doubts, *one.notes])


def _interval(estimate: Estimate) -> Iterator[Dataset]:
    """The ends of an interval, its level and its method, as properties of the number."""
    if estimate.is_estimable and estimate.low == estimate.low:
        yield num(codes.INTERVAL_LOW, estimate.low, relation=PROPERTY)
        yield num(codes.INTERVAL_HIGH, estimate.high, relation=PROPERTY)
        yield num(codes.LEVEL, estimate.level, relation=PROPERTY)
    yield from text(codes.METHOD, estimate.method, relation=PROPERTY)


def _reading(one: Reading) -> Iterator[Dataset]:
    """What was used; what was measured, and why it was not used, are properties of it."""
    parts: list[Dataset] = []
    concept = _MEASURED.get(one.column.name)
    if one.is_overridden:
        parts = [
            *_measurement(codes.MEASURED, one.column, one.measured, [], relation=PROPERTY),
            *text(codes.NOTE, one.note, relation=PROPERTY),
        ]
    yield from _measurement(concept or codes.VALUE, one.column, one.used, parts)


def _measurement(
    concept: codes.Code, column: Column, value: object, parts: list[Dataset], **relation: str
) -> Iterator[Dataset]:
    if column.kind is Kind.NUMBER and column.unit == "mm" and isinstance(value, int | float):
        yield num(concept, float(value), *parts, unit=codes.MILLIMETRE, **relation)
        return
    said = f"{column.label}: {reading_words(column, value)}"
    for item in text(concept, said, **relation):
        if parts:
            item.ContentSequence = Items(parts)
        yield item


def _effects(sheet: CaseSheet) -> Iterator[Dataset]:
    report = sheet.shown.report
    scale = report.explanation.scale
    rows = report.contributions.to_dict("records") if "effect" in report.contributions else []
    for row in rows:
        words = f"{row['label']}: {row['value']} ({scale})"
        variable = text(codes.VARIABLE, words, relation=PROPERTY)
        yield num(codes.EFFECT, float(row["effect"]), *variable)
    seen = sorted(report.explanation.words, key=lambda pair: -pair[1])
    yield from text(codes.WORDS, ", ".join(long_text(word) for word, _ in seen[:12]))


def _lines(concept: codes.Code, lines: Iterable[str]) -> list[Dataset]:
    return [item for line in lines for item in text(concept, line)]
