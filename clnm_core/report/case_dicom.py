"""What do the DICOM objects of one case share: whose, from which study, by which program?

Nothing tells the patient but the pseudonym, where the reader asked for it. The numbers of study,
series and object come from one number drawn by chance (PS3.5 B.2, root 2.25), so the objects of
one sheet belong to one study, and writing a sheet twice gives the same objects.
"""

from __future__ import annotations

import io
import re
import uuid
from unicodedata import category

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from clnm_core import __version__
from clnm_core.report.case_sheet import CaseSheet

PROGRAM = "CLNM Explorer"

SCHEME = "99CLNM"
"""Designator of the private codes; private ones begin with 99 (PS3.16 8.2)."""

SCHEME_UID = "2.25.89672131952483582982755154085971571431"

DEVICE_UID = "2.25.326543535677682995108845990365075478942"
"""Of the program as an observer; the same everywhere."""

CHARACTERS = "ISO_IR 192"
"""UTF-8."""

LONG_LETTERS = 64
"""Most letters of a value of VR LO."""

_SPACE = re.compile(r"\s+")


def long_text(text: object) -> str:
    r"""Text that fits a value of VR LO: one line, no backslash, at most 64 letters.

    Examples
    --------
    >>> long_text("left\\right\n微小")
    'left/right 微小'

    """
    line = _SPACE.sub(" ", free_text(text)).replace("\\", "/").strip()
    short = line[:LONG_LETTERS].rstrip()
    # An odd number of bytes is filled up with a blank, which strict readers count as a letter.
    is_filled = len(short) == LONG_LETTERS and len(short.encode()) % 2
    return short[:-1].rstrip() if is_filled else short


def free_text(text: object) -> str:
    r"""Text that fits a value of VR UT: no control characters but ends of lines.

    Letters that UTF-8 cannot write become question marks.

    Examples
    --------
    >>> free_text("a\x00b\tc\nd")
    'ab c\r\nd'

    """
    written = str(text).encode("utf-8", "replace").decode("utf-8")
    lines = [
        "".join(letter for letter in line.replace("\t", " ") if category(letter) != "Cc")
        for line in written.splitlines()
    ]
    return "\r\n".join(lines).strip()


def uid_of(sheet: CaseSheet, what: str) -> UID:
    """The number of something that belongs to a sheet; always the same one."""
    return UID(f"2.25.{uuid.uuid5(sheet.uid, what).int}")


def begun(sheet: CaseSheet, storage: UID, *, what: str, modality: str, series: int) -> Dataset:
    """A data set with the modules that all objects of a case share.

    Patient, General Study, General Equipment and SOP Common (PS3.3 C.7.1.1, C.7.2.1, C.7.5.1,
    C.12.1), and of the series what every kind of series has.

    Parameters
    ----------
    sheet : CaseSheet
    storage : UID
        SOP class.
    what : str
        Which object of the sheet; its number is made from it.
    modality : str
    series : int
        Number of the series within the study.

    """
    made = sheet.made
    found = Dataset()
    found.file_meta = FileMetaDataset()
    found.file_meta.MediaStorageSOPClassUID = storage
    found.file_meta.MediaStorageSOPInstanceUID = uid_of(sheet, what)
    found.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    found.SpecificCharacterSet = CHARACTERS
    found.SOPClassUID = storage
    found.SOPInstanceUID = uid_of(sheet, what)
    found.PatientName = ""
    found.PatientID = long_text(sheet.pseudonym)
    found.PatientBirthDate = ""
    found.PatientSex = ""
    found.StudyInstanceUID = uid_of(sheet, "study")
    found.StudyDate = found.StudyTime = ""
    found.ReferringPhysicianName = ""
    found.StudyID = ""
    found.AccessionNumber = ""
    found.StudyDescription = "For research: the risk of one case"
    found.Modality = modality
    found.SeriesInstanceUID = uid_of(sheet, f"series {series}")
    found.SeriesNumber = series
    found.InstanceNumber = 1
    found.ContentDate = made.strftime("%Y%m%d")
    found.ContentTime = made.strftime("%H%M%S")
    found.TimezoneOffsetFromUTC = made.strftime("%z") or "+0000"
    found.Manufacturer = PROGRAM
    found.ManufacturerModelName = PROGRAM
    found.SoftwareVersions = __version__
    return found


def file_bytes(dataset: Dataset) -> bytes:
    """The data set as a DICOM file."""
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
