"""By what is a number multiplied to come from one unit into another?"""

from __future__ import annotations

import re

from clnm_core.errors import MappingError

_SCALES: tuple[dict[str, float], ...] = (
    {"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 0.001, "in": 25.4},
    {"years": 1.0, "months": 1 / 12, "weeks": 7 / 365.25, "days": 1 / 365.25},
    {"mm2": 1.0, "cm2": 100.0},
    {"mm3": 1.0, "cm3": 1000.0, "ml": 1000.0},
    {"g": 1.0, "mg": 0.001, "kg": 1000.0},
    {"": 1.0, "%": 0.01},
)
_SPELLINGS = {
    "year": "years",
    "yr": "years",
    "yrs": "years",
    "y": "years",
    "a": "years",
    "month": "months",
    "mo": "months",
    "mos": "months",
    "week": "weeks",
    "wk": "weeks",
    "day": "days",
    "d": "days",
    "millimeter": "mm",
    "millimetre": "mm",
    "millimeters": "mm",
    "millimetres": "mm",
    "centimeter": "cm",
    "centimetre": "cm",
    "centimeters": "cm",
    "centimetres": "cm",
    "µm": "um",
    "μm": "um",
    "mm²": "mm2",
    "cm²": "cm2",
    "mm³": "mm3",
    "cm³": "cm3",
    "cc": "cm3",
    "hu": "HU",
}
_IN_NAME = re.compile(
    r"[(\[]\s*([^()\[\]]{1,12}?)\s*[)\]]\s*$|[_ ](?:in )?([a-zµμ%]{1,12}[23²³]?)$"
)


def spelled(unit: str) -> str:
    """The spelling that is kept: ``Yrs`` is ``years``, ``HU`` stays ``HU``."""
    text = unit.strip()
    return _SPELLINGS.get(text.casefold(), text if text == "HU" else text.casefold())


def conversion(given: str, wanted: str, source: str = "") -> float:
    """The factor from the unit of a table to the unit that is kept.

    Raises
    ------
    MappingError
        If the two do not measure the same.

    Examples
    --------
    >>> conversion("cm", "mm"), conversion("months", "years") * 24
    (10.0, 2.0)

    """
    a, b = spelled(given), spelled(wanted)
    if a == b or not a:
        return 1.0
    for scale in _SCALES:
        if a in scale and b in scale:
            return scale[a] / scale[b]
    where = f" of column {source!r}" if source else ""
    raise MappingError(
        f"The unit {given!r}{where} cannot be converted to {wanted or 'a number without a unit'!r}."
        " Correct the unit."
    )


def is_convertible(given: str, wanted: str) -> bool:
    """Whether two units measure the same."""
    a, b = spelled(given), spelled(wanted)
    return a == b or any(a in scale and b in scale for scale in _SCALES)


def unit_in_brackets(name: str) -> tuple[str, str]:
    """As :func:`unit_in`, but of a unit in brackets only: ``pack_years`` keeps its years."""
    return unit_in(name) if name.rstrip().endswith((")", "]")) else (name, "")


def unit_in(name: str) -> tuple[str, str]:
    """A column name without its unit, and the unit; empty where it names none.

    Examples
    --------
    >>> unit_in("Tumor size (cm)"), unit_in("age_months"), unit_in("Lobe (left)")
    (('Tumor size', 'cm'), ('age', 'months'), ('Lobe (left)', ''))

    """
    match = _IN_NAME.search(name)
    if match:
        is_in_brackets = match.group(1) is not None
        unit = spelled(match.group(1) or match.group(2))
        known = unit == "HU" or any(unit in scale for scale in _SCALES)
        is_short = len(unit) < 2 or unit == "in"
        if known and (is_in_brackets or not is_short):
            return name[: match.start()].strip(" _"), unit
    return name, ""
