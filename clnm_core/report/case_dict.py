"""How is one case written for programs? The names are those of ``docs/case.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from clnm_core import __version__
from clnm_core.report.wording import RESEARCH_USE
from clnm_core.stats.uncertainty import plain_number

if TYPE_CHECKING:
    from clnm_core.explain.opinion import Opinion
    from clnm_core.explain.unlike import Check
    from clnm_core.report.case_sheet import CaseSheet, Reading, SheetPicture

FORMAT = "clnm-case/1"
"""Name and version of the JSON; another number when a name changes its meaning or goes."""


def case_dict(sheet: CaseSheet) -> dict[str, Any]:
    """Plain values for JSON; NaN becomes ``None``."""
    return {
        "format": FORMAT,
        "use": RESEARCH_USE,
        "is_synthetic": sheet.is_synthetic,
        "made": sheet.made.isoformat(timespec="seconds"),
        "pseudonym": sheet.pseudonym or None,
        "outcome": sheet.shown.report.outcome,
        "outcome_label": sheet.shown.report.outcome_label,
        "answer": sheet.answer,
        "shown": sheet.shown.report.model,
        "opinions": [_opinion(one) for one in sheet.opinions],
        "refusals": [{"model": name, "why": why} for name, why in sheet.refusals],
        "readings": [_reading(one) for one in sheet.readings],
        "pictures": [_picture(one) for one in sheet.pictures],
        "checks": [_check(one) for one in sheet.checks],
        "alike": [
            {
                "rank": one.rank,
                "outcome": one.outcome,
                "number": one.number or None,
                "way": one.way,
            }
            for one in sheet.alike
        ],
        "all_doubts": list(sheet.doubts),
        "limits": list(sheet.limits),
        "versions": {
            "program": __version__,
            "store": sheet.store_version,
            "models": [{"name": name, "digest": digest} for name, digest in sheet.versions],
        },
    }


def _reading(one: Reading) -> dict[str, Any]:
    return {
        "column": one.column.name,
        "label": one.column.label,
        "unit": one.column.unit,
        "measured": _plain(one.measured),
        "used": _plain(one.used),
        "is_overridden": one.is_overridden,
        "note": one.note,
    }


def _opinion(one: Opinion) -> dict[str, Any]:
    report, found = one.report, one.prediction_set
    return {
        **report.to_dict(),
        "contributions": [
            {name: _plain(value) for name, value in row.items()}
            for row in report.contributions.to_dict("records")
        ],
        "baseline": plain_number(report.explanation.baseline),
        "interval": one.interval.to_dict(),
        "prediction_set": None
        if found is None
        else {
            "answer": found.answer,
            "level": found.level,
            "p_positive": plain_number(found.p_positive),
            "p_negative": plain_number(found.p_negative),
            "cases_positive": found.n_positive,
            "cases_negative": found.n_negative,
            "split": found.split,
        },
        "at_threshold": {name: value.to_dict() for name, value in one.at_threshold.items()},
        "set_level": one.level,
        "risk_class": one.risk_class,
        "opinion_notes": list(one.notes),
    }


def _picture(one: SheetPicture) -> dict[str, Any]:
    rows, columns = one.image.pixels.shape[:2]
    return {
        "title": one.title,
        "view": one.view,
        "rows": rows,
        "columns": columns,
        "modality": str(one.image.modality),
        "spacing_mm": list(one.image.spacing_mm) if one.image.spacing_mm else None,
        "frame": one.image.frame + 1,
        "frames": one.image.frames,
        "outlines": sorted(name for name, mask in one.masks.items() if mask.any()),
        "ruler": one.ruler.words if one.ruler else None,
        "map": one.saliency.kind if one.saliency else None,
        "notes": list(one.image.notes),
    }


def _check(one: Check) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "value": one.value,
        "usual": one.usual,
        "is_unusual": bool(one.is_unusual),
        "sentence": one.sentence,
    }


def _plain(value: Any) -> Any:
    """A value that JSON can carry."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.number):
        return plain_number(float(value))
    return value if value is None else str(value)
