"""``predict``: predict one case."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.cli.output import read_bytes, read_toml, write_text
from clnm_core.domain.image import Image
from clnm_core.errors import InputError
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.masks import read_mask
from clnm_core.imaging.measuring import measured
from clnm_core.report.case_html import case_html
from clnm_core.store.modelling import case_report, load_model
from clnm_core.store.places import default_store
from clnm_core.systems.case import picture_view
from clnm_core.systems.cases import View
from clnm_core.systems.protocol import Inputs, Model

VIEWS = ("transverse", "longitudinal", "axial")

MOST_REPORT = 100_000
"""Letters of a report; a longer one is no report."""

_MEASURED = ("capsule_distance_mm", "max_diameter_mm", "taller_than_wide", "lobe", "third")
_STRUCTURES = ("nodule", "gland")
_NONE = "none"


@dataclass(frozen=True, eq=False, slots=True)
class _Picture:
    """One FILE with what was said of it."""

    name: str
    image: Image
    view: str
    masks: dict[str, NDArray[np.bool_]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="images of the case: DICOM, PNG, JPEG or TIFF"
    )
    parser.add_argument("--model", required=True)
    parser.add_argument("--cohort", help="cohort of the model, where several have one of that name")
    parser.add_argument(
        "--form", metavar="FORM.toml", help="the recorded variables, by column name"
    )
    for structure in _STRUCTURES:
        parser.add_argument(
            f"--{structure}",
            metavar="MASK",
            action="append",
            default=[],
            help=f"picture of the {structure}'s pixels on the first FILE, and again for the "
            f"second ({_NONE} where one has none); fills in what is measured on it",
        )
    parser.add_argument(
        "--view",
        choices=VIEWS,
        action="append",
        default=[],
        help="view of the first FILE, and again for the second",
    )
    parser.add_argument("--report", metavar="TEXT_FILE", help="wording of the report, UTF-8")
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")
    parser.add_argument("--html", metavar="PATH", help="write a one-page report")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Predict; returns risk, threshold, doubts, explanation and what was read of the images."""
    model, record = load_model(options.store, options.model, cohort=options.cohort)
    inputs = model.inputs
    form = read_toml(options.form) if options.form else {}
    report_text = _report(options.report, model) if options.report else ""
    pictures = _pictures(options)
    found = _measured(pictures, inputs)
    taken = {
        name: value for name, value in found.items() if form.get(name) in (None, "", "unknown")
    }
    report = case_report(
        model,
        record,
        {**form, **taken},
        views=_views(pictures, inputs),
        report_text=report_text,
    )
    if options.html:
        maps = {
            place: one.values
            for place, name in enumerate(_names(pictures))
            if (one := report.explanation.map_of(name))
        }
        text = case_html(
            report,
            images=[(one.name, one.image) for one in pictures],
            outlines=pictures[0].masks if pictures else None,
            maps=maps,
        )
        write_text(text, options.html)
    return report.to_dict() | {
        "measured": taken,
        "images": [
            {
                "file": one.name,
                "view": one.view,
                "outlines": sorted(one.masks),
                "rows": one.image.pixels.shape[0],
                "columns": one.image.pixels.shape[1],
                "modality": str(one.image.modality),
                "spacing_mm": list(one.image.spacing_mm) if one.image.spacing_mm else None,
                "frames": one.image.frames,
                "notes": list(one.image.notes),
            }
            for one in pictures
        ],
    }


def _pictures(options: argparse.Namespace) -> list[_Picture]:
    """Every FILE, with the view and the outlines that were given in its place."""
    for name in ("view", *_STRUCTURES):
        given = getattr(options, name)
        if given and not options.files:
            what = "the view of" if name == "view" else "an outline on"
            raise InputError(f"--{name} is {what} a picture. Give the FILE of the picture too.")
        if len(given) > len(options.files):
            raise InputError(
                f"--{name} is given {len(given)} times for {len(options.files)} pictures. Give it "
                "at most once for each FILE, in their order."
            )
    found = []
    for place, file in enumerate(options.files):
        name = Path(file).name
        image = read_untrusted(read_bytes(file), name)
        masks = {}
        for structure in _STRUCTURES:
            mask = _nth(getattr(options, structure), place)
            if mask and mask != _NONE:
                masks[structure] = read_mask(
                    read_bytes(mask), Path(mask).name, image.pixels.shape[:2]
                )
        found.append(_Picture(name, image, _nth(options.view, place), masks))
    return found


def _nth(given: Sequence[str], place: int) -> str:
    return given[place] if place < len(given) else ""


def _names(pictures: Sequence[_Picture]) -> list[str]:
    """Names of the pictures for the model; those of files may name a patient."""
    return [f"picture-{number}" for number in range(1, len(pictures) + 1)]


def _views(pictures: Sequence[_Picture], inputs: Inputs) -> list[View]:
    return [
        picture_view(name, one.image, one.masks, view=one.view, modality=inputs.modality)
        for name, one in zip(_names(pictures), pictures, strict=True)
    ]


def _report(path: str, model: Model) -> str:
    if not model.inputs.reads_report:
        raise InputError("This model does not read reports. Leave --report out.")
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            f"{path} is not a text file in UTF-8. Save it as one, then try again."
        ) from None
    if len(text) > MOST_REPORT:
        raise InputError(
            f"{path} holds {len(text):,} letters, and a report has at most {MOST_REPORT:,}. "
            "Give the report of this case alone."
        )
    return text


def _measured(pictures: Sequence[_Picture], inputs: Inputs) -> dict[str, Any]:
    """What the outlines measure of the columns that the model reads; the first picture counts."""
    names = [name for name in _MEASURED if name in {column.name for column in inputs.columns}]
    found: dict[str, Any] = {}
    for one in pictures:
        if not one.masks:
            continue
        values = measured(
            one.masks.get("nodule"), one.masks.get("gland"), one.image.spacing_mm, view=one.view
        )
        for name in names:
            value = getattr(values, name)
            if value is not None:
                found.setdefault(name, value)
    return found


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    risk = result["risk"]
    interval = "" if risk["low"] is None else f" ({risk['low']:.0%}–{risk['high']:.0%})"
    lines = [
        f"{result['outcome_label']}: {risk['value']:.0%}{interval}, "
        f"{'at or above' if result['is_positive'] else 'below'} the threshold {result['threshold']:.2f}"
    ]
    if result["measured"]:
        taken = ", ".join(
            f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}"
            for name, value in result["measured"].items()
        )
        lines.append(f"note: measured on the outlines: {taken}")
    if result["attention"]:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in result["attention"].items())
        lines.append(f"note: attention, which is no cause: {shares}")
    lines += [f"note: {doubt}" for doubt in [*result["doubts"], *result["notes"]]]
    lines += [f"note: {note}" for image in result["images"] for note in image["notes"]]
    return "\n".join([*lines, "For research. Not a medical device."])
