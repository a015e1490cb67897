"""What is left of the header of a DICOM file once nobody can be recognised in it?

Every attribute is asked in this order, at every depth: does the confidentiality table name it
(``confidentiality``)? If not, is it on the list of what a picture needs (``confidentiality_kept``)?
If not, it goes. The result is a new data set, so that nothing stays because it was overlooked.
Pixels are not taken over; ``blackout`` brings them.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydicom import config
from pydicom.datadict import dictionary_has_tag, dictionary_keyword, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag, Tag

from clnm_core.imaging.confidentiality import EDITION, action
from clnm_core.imaging.confidentiality_kept import (
    MOST_NUMBERS,
    NUMBERS,
    is_about_pictures,
    is_kept_sequence,
    is_long,
    kept_words,
)
from clnm_core.imaging.deidentify_values import dummy, is_time, new_uid, number, shifted
from clnm_core.imaging.disguise import Disguise

#: DICOM PS3.16, CID 7050: what was done, in the order of the codes.
BASIC_PROFILE = ("113100", "Basic Application Confidentiality Profile")
CLEAN_PIXELS = ("113101", "Clean Pixel Data Option")
MODIFIED_DATES = ("113107", "Retain Longitudinal Temporal Information With Modified Dates Option")

_NONSENSE = (
    *(ValueError, TypeError, ArithmeticError, AttributeError, KeyError, IndexError, OSError),
    *(NotImplementedError, EOFError, struct.error, BytesLengthException),
)
_DATES = ("DA", "DT")
_WHOLE = {"US": (0, 2**16 - 1), "SS": (-(2**15), 2**15 - 1), "UL": (0, 2**32 - 1)}
_WHOLE |= {"SL": (-(2**31), 2**31 - 1), "AT": (0, 2**32 - 1)}
_WHOLE |= {"UV": (0, 2**64 - 1), "SV": (-(2**63), 2**63 - 1)}
_LARGEST_SINGLE = 3.4e38
_PATIENT = 0x0010  # the one group whose dates are facts about the patient, such as the birth


@dataclass(frozen=True, eq=False, slots=True)
class Deidentified:
    """A header without identity.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        Without pixels and without meta information.
    options : tuple of (code, meaning)
        Of PS3.16 CID 7050.
    actions : collections.Counter
        How many attributes, at any depth, were removed (``X``), emptied (``Z``), replaced by a
        dummy (``D``) or a new identifier (``U``), moved in time (``C``), or kept (``K``).

    """

    dataset: Dataset
    options: tuple[tuple[str, str], ...]
    actions: Counter[str] = field(default_factory=Counter)


def deidentified(dataset: Dataset, disguise: Disguise) -> Deidentified:
    """De-identify the header of a file, as PS3.15 Annex E asks; see ``docs/decisions/0011``.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        As it was read; left as it is.
    disguise : Disguise
        What replaces the identity of the patient.

    Returns
    -------
    Deidentified

    """
    actions: Counter[str] = Counter()
    clean = _cleaned(dataset, disguise, actions)
    clean.PatientID = clean.PatientName = disguise.patient
    clean.PatientIdentityRemoved = "YES"
    clean.DeidentificationMethod = f"CLNM Explorer: basic profile of {EDITION}"
    clean.LongitudinalTemporalInformationModified = "MODIFIED"
    for keyword in ("PatientBirthDate", "PatientSex", "StudyID", "AccessionNumber"):
        if keyword not in clean:  # type 2: there, although empty
            setattr(clean, keyword, "")
    if "ReferringPhysicianName" not in clean:
        clean.ReferringPhysicianName = ""
    return _stated(clean, (BASIC_PROFILE, MODIFIED_DATES), actions)


def with_clean_pixels(done: Deidentified) -> Deidentified:
    """The same, stating as well that the text around the picture was removed."""
    return _stated(done.dataset, tuple(sorted({*done.options, CLEAN_PIXELS})), done.actions)


def _stated(
    clean: Dataset, options: tuple[tuple[str, str], ...], actions: Counter[str]
) -> Deidentified:
    clean.DeidentificationMethodCodeSequence = Sequence([_code(*option) for option in options])
    return Deidentified(clean, options, actions)


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = "DCM"
    item.CodeMeaning = meaning
    return item


def _cleaned(dataset: Dataset, disguise: Disguise, actions: Counter[str]) -> Dataset:
    clean = Dataset()
    for tag in list(dataset.keys()):
        done, element = _replaced(dataset, tag, disguise, actions)
        actions[done] += 1
        if element is not None:
            clean.add(element)
    return clean


def _replaced(
    dataset: Dataset, tag: BaseTag, disguise: Disguise, actions: Counter[str]
) -> tuple[str, DataElement | None]:
    """What is done to an element, by its letter, and what stands in its place, if anything."""
    asked = action(tag)
    if asked == "X" and not _is_date(tag):
        return "X", None
    if not dictionary_has_tag(tag):
        return "X", None
    representation = _representation(tag)
    if asked == "D" and representation == "UI":
        asked = "U"  # the dummy of an identifier is a new one
    if asked in ("Z", "D") and not _is_date(tag):
        return _emptied(tag, representation, asked)
    try:
        values = _values(dataset[tag].value)
        if representation == "SQ":
            return _sequence(tag, values, asked, disguise, actions)
        if asked == "U" or representation == "UI":
            uids = [new_uid(str(one), disguise) for one in values if str(one)]
            return "U", _element(tag, "UI", uids)
        done, kept = _kept(tag, dataset, values, disguise)
    except _NONSENSE:
        return "X", None
    return done, None if kept is None else kept


def _emptied(tag: BaseTag, representation: str, asked: str) -> tuple[str, DataElement | None]:
    value = dummy(representation) if asked == "D" else None
    if representation == "SQ":
        return asked, _element(tag, "SQ", [Dataset()] if asked == "D" else [])
    return asked, _element(tag, representation, [] if value is None else [value])


def _sequence(
    tag: BaseTag,
    values: list[object],
    asked: str | None,
    disguise: Disguise,
    actions: Counter[str],
) -> tuple[str, DataElement | None]:
    if asked != "U" and not is_kept_sequence(dictionary_keyword(tag)):
        return "X", None
    items = [_cleaned(item, disguise, actions) for item in values if isinstance(item, Dataset)]
    return asked or "K", _element(tag, "SQ", items)


def _kept(
    tag: BaseTag, dataset: Dataset, values: list[object], disguise: Disguise
) -> tuple[str, DataElement | None]:
    keyword, representation = dictionary_keyword(tag), _representation(tag)
    stored = dataset[tag].VR
    if representation in _DATES:
        moved = [shifted(str(one), representation, disguise) for one in values]
        is_known = bool(moved) and None not in moved
        return ("C", _element(tag, representation, moved)) if is_known else ("X", None)
    if representation == "TM":
        is_known = _is_date(tag) and all(is_time(str(one)) for one in values)
        return ("K", _element(tag, "TM", values)) if is_known and values else ("X", None)
    if is_long(keyword):
        return "K", _long(tag, dataset, values)
    if representation in NUMBERS and is_about_pictures(tag) and len(values) <= MOST_NUMBERS:
        chosen = _chosen(tag, stored)
        numbers = _numbers(values, chosen)
        return ("X", None) if numbers is None else ("K", _element(tag, chosen, numbers))
    words = kept_words(keyword, [str(one).strip() for one in values])
    return ("X", None) if words is None else ("K", _element(tag, representation, words))


def _numbers(values: list[object], representation: str) -> list[object] | None:
    if representation in ("DS", "IS"):
        written = [
            number(getattr(one, "original_string", None) or str(one), representation)
            for one in values
        ]
        return None if None in written else list(written)
    return values if all(_fits(one, representation) for one in values) else None


def _fits(value: object, representation: str) -> bool:
    """Whether a number can be written so; a file may have stored it under another representation."""
    if representation in _WHOLE:
        low, high = _WHOLE[representation]
        return isinstance(value, int) and low <= value <= high
    if not isinstance(value, int | float):
        return False
    return representation == "FD" or abs(value) <= _LARGEST_SINGLE


def _long(tag: BaseTag, dataset: Dataset, values: list[object]) -> DataElement | None:
    """Many numbers as they are; bytes in the order in which they will be written."""
    stored = dataset[tag].VR
    if stored == "OW" and len(values) == 1 and isinstance(values[0], bytes):
        words = values[0][: len(values[0]) // 2 * 2]
        is_little = dataset.original_encoding[1] is not False
        swapped = (
            words
            if is_little
            else struct.pack(f"<{len(words) // 2}H", *struct.unpack(f">{len(words) // 2}H", words))
        )
        return _element(tag, "OW", [swapped])
    chosen = _chosen(tag, stored)
    numbers = _numbers(values, chosen)
    return None if numbers is None else _element(tag, chosen, numbers)


def _chosen(tag: BaseTag, stored: str) -> str:
    """The representation of the file where the dictionary leaves a choice, else the dictionary's."""
    return stored if stored in dictionary_VR(tag).split(" or ") else _representation(tag)


def _is_date(tag: BaseTag) -> bool:
    """Whether it is a date or a time that tells of a picture, not of a person's life."""
    is_known = dictionary_has_tag(tag) and not tag.is_private and tag.group != _PATIENT
    return is_known and _representation(tag) in (*_DATES, "TM")


def _representation(tag: BaseTag) -> str:
    return dictionary_VR(tag).split(" or ")[0]


def _values(value: object) -> list[object]:
    if value is None or value == "" or value == b"":
        return []
    return list(value) if isinstance(value, MultiValue | Sequence | list) else [value]


def _element(tag: BaseTag, representation: str, values: Iterable[object]) -> DataElement:
    listed = list(values)
    value: object = listed
    if representation != "SQ":
        value = listed[0] if len(listed) == 1 else (listed or None)
    return DataElement(Tag(tag), representation, value, validation_mode=config.IGNORE)
