"""How does a picture of a case, with its outlines painted in, go into an archive?

A Secondary Capture (PS3.3 A.8.1): RGB, uncompressed, one picture to an object. Whoever opens it
sees the outlines without knowing them, so the object says that it is annotated and derived.
"""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage
from pydicom.valuerep import format_number_as_ds

from clnm_core.imaging.painted import painted
from clnm_core.report.case_dicom import begun, file_bytes, long_text
from clnm_core.report.case_sheet import CaseSheet
from clnm_core.report.wording import RESEARCH_USE

_SERIES = 2
_DERIVED = (
    "For research, not a medical device: outlines, a scale bar and words were painted into the "
    "picture by CLNM Explorer."
)


def case_capture(sheet: CaseSheet, place: int = 0) -> bytes:
    """One picture of the sheet as a DICOM file.

    Parameters
    ----------
    sheet : CaseSheet
    place : int
        Which of its pictures, from 0.

    Raises
    ------
    IndexError
        If there is no such picture.

    """
    return file_bytes(capture_dataset(sheet, place))


def capture_dataset(sheet: CaseSheet, place: int = 0) -> Dataset:
    """One picture of the sheet as a data set; parameters as in :func:`case_capture`."""
    one = sheet.pictures[place]
    words = [RESEARCH_USE]
    if sheet.is_synthetic:
        words.append("SYNTHETIC: the patient is simulated.")
    pixels = painted(one.image, one.masks, ruler=one.ruler, words=words)
    found = begun(
        sheet,
        SecondaryCaptureImageStorage,
        what=f"picture {place + 1}",
        modality="OT",
        series=_SERIES,
    )
    found.InstanceNumber = place + 1
    found.SeriesDescription = "Pictures with outlines"
    found.ConversionType = "WSD"
    found.ImageType = ["DERIVED", "SECONDARY"]
    found.PatientOrientation = ""
    found.ImageComments = long_text(one.title)
    found.DerivationDescription = _DERIVED
    found.BurnedInAnnotation = "YES"
    found.LossyImageCompression = "01" if "lossy" in one.image.source else "00"
    found.Rows, found.Columns = pixels.shape[:2]
    found.SamplesPerPixel = 3
    found.PhotometricInterpretation = "RGB"
    found.PlanarConfiguration = 0
    found.BitsAllocated = found.BitsStored = 8
    found.HighBit = 7
    found.PixelRepresentation = 0
    if one.image.spacing_mm is not None:
        found.PixelSpacing = [format_number_as_ds(step) for step in one.image.spacing_mm]
    stored = pixels.tobytes()
    found.PixelData = stored + b"\0" * (len(stored) % 2)
    found["PixelData"].VR = "OB"
    return found
