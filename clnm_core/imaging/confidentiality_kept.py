"""What may stay in a DICOM file although the confidentiality table does not name it?

Whatever a picture needs, or tells how it was made, in a form that holds no words: numbers, dates,
identifiers, and codes out of a closed vocabulary. All else goes, known or not: a list of what stays
is safer than a list of what goes.
"""

from __future__ import annotations

import re

from pydicom.tag import BaseTag

#: Image, acquisition, position, presentation, isotopes, segments, dose, functional groups. Groups
#: about persons, visits, requests, trials and results are not among them.
_PICTURE_GROUPS = frozenset({0x0008, 0x0018, 0x0020, 0x0028, 0x0054, 0x0062, 0x3004, 0x5200})
#: More numbers than this in one element are a table or a drawing, not a setting.
MOST_NUMBERS = 64

NUMBERS = frozenset({"DS", "IS", "US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT"})

#: Numbers that are many, or bytes, and that a picture is not shown right without.
_LONG = frozenset(
    {
        *("FrameTimeVector", "LUTDescriptor", "LUTData", "DimensionIndexValues"),
        *("FrameIncrementPointer", "SliceLocationVector", "GridFrameOffsetVector"),
    }
)
_SEQUENCES = frozenset(
    {
        *("SequenceOfUltrasoundRegions", "ModalityLUTSequence", "VOILUTSequence"),
        *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
        *("PixelMeasuresSequence", "PlanePositionSequence", "PlaneOrientationSequence"),
        *("PlanePositionVolumeSequence", "PlaneOrientationVolumeSequence"),
        *("FrameVOILUTSequence", "PixelValueTransformationSequence", "FrameContentSequence"),
        *("CTImageFrameTypeSequence", "CTAcquisitionTypeSequence", "CTGeometrySequence"),
        *("CTAcquisitionDetailsSequence", "CTTableDynamicsSequence", "CTPositionSequence"),
        *("CTReconstructionSequence", "CTExposureSequence", "CTXRayDetailsSequence"),
        *("MRImageFrameTypeSequence", "MREchoSequence", "MRFOVGeometrySequence"),
        *("MRTimingAndRelatedParametersSequence", "MRImagingModifierSequence"),
        *("MRReceiveCoilSequence", "MRTransmitCoilSequence", "MRAveragesSequence"),
        *("USImageDescriptionSequence", "ImageDataTypeSequence", "TemporalPositionSequence"),
        *("DimensionOrganizationSequence", "DimensionIndexSequence"),
        *("DerivationImageSequence", "ReferencedSeriesSequence", "ReferencedInstanceSequence"),
        *("SegmentSequence", "SegmentIdentificationSequence"),
    }
)
_CODES = frozenset(
    {
        *("Modality", "ImageType", "FrameType", "ConversionType", "PresentationIntentType"),
        *("PixelPresentation", "VolumetricProperties", "VolumeBasedCalculationTechnique"),
        *("PhotometricInterpretation", "PresentationLUTShape", "VOILUTFunction"),
        *("PixelIntensityRelationship", "LossyImageCompression", "LossyImageCompressionMethod"),
        *("BurnedInAnnotation", "RecognizableVisualFeatures", "QualityControlImage"),
        *("BodyPartExamined", "Laterality", "ImageLaterality", "FrameLaterality"),
        *("PatientPosition", "PatientOrientation", "ViewPosition", "AnatomicalOrientationType"),
        *("TransducerType", "RotationDirection", "ExposureModulationType", "FilterType"),
        *("AcquisitionType", "ReconstructionAlgorithm", "ConvolutionKernelGroup"),
        *("ScanningSequence", "SequenceVariant", "ScanOptions", "MRAcquisitionType"),
        *("ComplexImageComponent", "AcquisitionContrast", "ContentQualification"),
        *("DataType", "AliasedDataType", "DimensionOrganizationType"),
        *("SegmentationType", "SegmentAlgorithmType", "SegmentationFractionalType"),
        *("SegmentsOverlap", "Units", "CorrectedImage", "DoseUnits", "DoseType"),
        *("DoseSummationType", "RescaleType", "PixelSpacingCalibrationType", "SyntheticData"),
    }
)
_NAMES = frozenset({"Manufacturer", "ManufacturerModelName"})
_CODED_WORDS = frozenset(
    (
        # what kind of picture
        "ORIGINAL DERIVED PRIMARY SECONDARY MIXED AXIAL LOCALIZER OTHER NONE MPR MIP REFORMATTED "
        "VOLUME SAMPLED DISTORTED COLOR MONOCHROME TRUE_COLOR PROJECTION DOSE RTIMAGE DRR "
        "AVERAGE MAX_IP MIN_IP MAXIMUM MEDIAN FUSED CT_SOM5 SPI SPR FLUORO STATIC DYNAMIC "
        "GATED TOMO RECON ABDOMINAL SMALL_PARTS VASCULAR BREAST_SMALL_PARTS RESAMPLED "
        "WHOLE_BODY M NORM DIS2D DIS3D FFE SE IR GR EP RM SK MTC SS TRSS SP MP OSP 2D 3D 2D_3D "
        "FOR PRESENTATION PROCESSING FOR_PRESENTATION FOR_PROCESSING CONVERSION "
        "SCREENSHOT SCREEN_SAVE SCREEN CAPTURE PIXEL_DATA "
        # modality
        "US IVUS CT MR PT NM OT SC XC ES ECG SR SEG DX CR DR MG RF XA OP OCT PX IO GM SM BI BMD "
        "RTDOSE RTPLAN RTSTRUCT RTIMG REG KO PR RWV PM "
        # pixels and their presentation
        "MONOCHROME1 MONOCHROME2 RGB PALETTE YBR_FULL YBR_FULL_422 YBR_PARTIAL_420 YBR_ICT YBR_RCT "
        "IDENTITY INVERSE LINEAR LINEAR_EXACT SIGMOID LIN LOG DISP HU US OD UNSPECIFIED GEOMETRY "
        "FIDUCIAL ISO_10918_1 ISO_14495_1 ISO_15444_1 ISO_15444_15 ISO_13818_2 00 01 YES NO "
        # how it was digitised
        "DV DI DF WSD SD SI DRW SYN "
        # the body
        "NECK THYROID HEAD HEADNECK HEAD_NECK CSPINE CHEST BREAST ABDOMEN PELVIS BRAIN SKULL FACE "
        "LYMPHNODE LYMPH_NODE NODE TOTAL WHOLEBODY EXTREMITY SPINE LIVER HEART CAROTID PARATHYROID "
        "LARYNX PHARYNX THORAX L R B U BIPED QUADRUPED "
        "HFS HFP FFS FFP HFDR HFDL FFDR FFDL AP PA LL RL RLD LLD RLO LLO "
        # how it was acquired
        "SECTOR_PHASED SECTOR_MECH SECTOR_ANNULAR CURVED CURVED_LINEAR MULTIPLANE_EXT "
        "CRANIAL_TRANS CC CW HELIX SPIRAL SEQUENCED CONSTANT_ANGLE STATIONARY FREE "
        "FILTER_BACK_PROJ ITERATIVE SOFT_TISSUE SOFT BONE LUNG STANDARD SHARP SMOOTH "
        "MAGNITUDE PHASE REAL IMAGINARY T1 T2 T2_STAR PROTON_DENSITY DIFFUSION PERFUSION "
        "PRODUCT RESEARCH SERVICE TISSUE_INTENSITY TISSUE_VELOCITY FLOW_POWER FLOW_VELOCITY "
        "TISSUE_CHARACTER FS FC PFP FAT SAT FLEX WEDGE BUTTERFLY FLAT "
        # dose, isotopes, segments
        "GY RELATIVE PHYSICAL EFFECTIVE ERROR PLAN MULTI_PLAN FRACTION BEAM BEAM_SESSION BINARY "
        "FRACTIONAL LABELMAP PROBABILITY OCCUPANCY MANUAL SEMIAUTOMATIC AUTOMATIC UNDEFINED "
        "3D_TEMPORAL TILED_FULL TILED_SPARSE CNTS BQML DECY ATTN SCAT DTIM"
    ).split()
)
_DIRECTION = re.compile(r"(?=.)[LR]?[AP]?[HF]?|[HF]?[AP]?[LR]?|[AP]?[HF]?[LR]?")
_PLAIN = re.compile(r"[A-Za-z0-9 .,()+/&-]{1,64}")


def is_about_pictures(tag: BaseTag) -> bool:
    """Whether numbers, dates and times of this group tell of a picture."""
    return tag.group in _PICTURE_GROUPS


def is_long(keyword: str) -> bool:
    """Whether this attribute may hold many numbers, or bytes."""
    return keyword in _LONG


def is_kept_sequence(keyword: str) -> bool:
    """Whether the items of this sequence stay, each cleaned as the whole file is."""
    return keyword in _SEQUENCES


def kept_words(keyword: str, words: list[str]) -> list[str] | None:
    """What stays of a text; ``None`` where nothing of it may.

    Parameters
    ----------
    keyword : str
        Of the attribute.
    words : list of str
        Its values.

    Returns
    -------
    list of str or None
        Coded words out of the vocabulary, others emptied in their places; names of makers and of
        their devices, if they are plain.

    Examples
    --------
    >>> kept_words("ImageType", ["ORIGINAL", "PRIMARY", "MUSTER"])
    ['ORIGINAL', 'PRIMARY', '']
    >>> kept_words("StudyComments", ["ORIGINAL"]) is None
    True

    """
    if keyword in _NAMES:
        return words if all(_PLAIN.fullmatch(word) for word in words) else None
    if keyword not in _CODES:
        return None
    is_direction = keyword == "PatientOrientation"
    kept = [
        word
        if (is_direction and _DIRECTION.fullmatch(word))
        or all(part in _CODED_WORDS for part in word.split())
        else ""
        for word in words
    ]
    return kept if any(kept) else None
