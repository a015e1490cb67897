"""By which codes do the objects of an archive name what a sheet says?

Codes of DICOM, SNOMED CT and UCUM where one fits; else the program's own, of which the object
says whose they are.
"""

from __future__ import annotations

from typing import NamedTuple

from clnm_core.report.case_dicom import SCHEME


class Code(NamedTuple):
    """A coded word: at most 16 letters, the scheme, at most 64 letters."""

    value: str
    scheme: str
    meaning: str


def _own(value: str, meaning: str) -> Code:
    return Code(value, SCHEME, meaning)


def _dcm(value: str, meaning: str) -> Code:
    return Code(value, "DCM", meaning)


REPORT = _own("REPORT", "Risk report of one case, for research")
OUTCOME = _own("OUTCOME", "Outcome")
OPINION = _own("OPINION", "What one model says")
INTERVAL_LOW = _own("INTERVAL_LOW", "Lower end of the interval")
INTERVAL_HIGH = _own("INTERVAL_HIGH", "Upper end of the interval")
LEVEL = _own("LEVEL", "Level of confidence")
METHOD = _own("METHOD", "How it was made")
SIDE = _own("SIDE", "Answer at the threshold")
FITS = _own("FITS", "Outcomes that fit the case")
RISK_CLASS = _own("RISK_CLASS", "Risk class")
MEASURED = _own("MEASURED", "Measured on the outlines")
CAPSULE_DISTANCE = _own("CAPSULE_DISTANCE", "Least distance from lesion to capsule of the gland")
NOTE = _own("NOTE", "Why another value than the measured one was used")
VALUES = _own("VALUES", "Recorded values")
VALUE = _own("VALUE", "Recorded value")
EFFECTS = _own("EFFECTS", "What moves the risk; no cause")
EFFECT = _own("EFFECT", "What a variable adds")
VARIABLE = _own("VARIABLE", "Variable and value")
WORDS = _own("WORDS", "Words of the report that were looked at most")
DOUBTS = _own("DOUBTS", "What to doubt")
LIMITS = _own("LIMITS", "Limits")
REFUSAL = _own("REFUSAL", "Model that did not judge the case")
ALIKE = _own("ALIKE", "Most similar cases")
VERSIONS = _own("VERSIONS", "Versions")
TRAINED_ON = _own("TRAINED_ON", "Trained on")

AT_THRESHOLD = {
    "sensitivity": _own("SENSITIVITY", "Sensitivity of the threshold"),
    "specificity": _own("SPECIFICITY", "Specificity of the threshold"),
    "ppv": _own("PPV", "Positive predictive value of the threshold"),
    "npv": _own("NPV", "Negative predictive value of the threshold"),
}

LANGUAGE = _dcm("121049", "Language of Content Item and Descendants")
ENGLISH = Code("en", "RFC5646", "English")
OBSERVER_TYPE = _dcm("121005", "Observer Type")
DEVICE = _dcm("121007", "Device")
OBSERVER_UID = _dcm("121012", "Device Observer UID")
OBSERVER_NAME = _dcm("121013", "Device Observer Name")
COMMENT = _dcm("121106", "Comment")
SUMMARY = _dcm("121111", "Summary")
ALGORITHM = _dcm("111001", "Algorithm Name")
ALGORITHM_VERSION = _dcm("111003", "Algorithm Version")
PROBABILITY = _dcm("122157", "Probability")
THRESHOLD = _dcm("122411", "Threshold Value")
VALUE_UNKNOWN = _dcm("114010", "Value unknown")
LONG_AXIS = Code("103339001", "SCT", "Long axis")
POSITIVE = Code("10828004", "SCT", "Positive")
NEGATIVE = Code("260385009", "SCT", "Negative")
INDETERMINATE = Code("82334004", "SCT", "Indeterminate")

NO_UNITS = Code("1", "UCUM", "no units")
MILLIMETRE = Code("mm", "UCUM", "mm")
