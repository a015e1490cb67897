"""``predict``: predict one case."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.cli.output import read_bytes, read_toml, write_bytes, write_text
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.image import Image
from clnm_core.errors import InputError
from clnm_core.explain.opinion import opinion
from clnm_core.explain.unlike import checks
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.masks import read_mask
from clnm_core.imaging.measuring import COLUMNS, measured, together
from clnm_core.report.case_html import case_html
from clnm_core.report.case_sheet import CaseSheet, SheetPicture, readings_of
from clnm_core.store.modelling import load_model
from clnm_core.store.places import default_store
from clnm_core.store.records import ModelRecord
from clnm_core.store.references import reference_of
from clnm_core.store.standings import standing_of
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.case import judge_case, one_case, picture_view
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.protocol import Inputs, Model

VIEWS = ("transverse", "longitudinal", "axial")

MOST_REPORT = 100_000
"""Letters of a report; a longer one is no report."""

_STRUCTURES = ("nodule", "gland")
_NONE = "none"

_LARGEST_SPACING_MM = 100.0


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
    parser.add_argument(
        "--spacing",
        type=float,
        metavar="MM",
        help="distance between pixels of every FILE that does not say its own",
    )
    parser.add_argument("--html", metavar="PATH", help="write a one-page report")
    parser.add_argument(
        "--dicom", metavar="PATH", help="write a DICOM structured report for an archive"
    )


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Predict; returns what ``docs/case.md`` says of a case, and what was read of the images."""
    model, record = load_model(options.store, options.model, cohort=options.cohort)
    inputs = model.inputs
    form = read_toml(options.form) if options.form else {}
    report_text = _report(options.report, model) if options.report else ""
    pictures = _pictures(options)
    found = _measured(pictures)
    asked = {column.name for column in inputs.columns}
    is_open = {name: form.get(name) in (None, "", "unknown") for name in found}
    taken = {name: value for name, value in found.items() if name in asked and is_open[name]}
    values = {**form, **taken}
    case = one_case(inputs, values, views=_views(pictures, inputs), report_text=report_text)
    notes = {name: "entered in the form" for name in found if not is_open[name] and name in asked}
    sheet = _sheet(options.store, model, record, case, pictures)
    sheet = replace(
        sheet, readings=readings_of(found, values, notes, [BUILT_IN[name] for name in COLUMNS])
    )
    if options.html:
        write_text(case_html(sheet), options.html)
    if options.dicom:
        from clnm_core.report.case_sr import case_sr

        write_bytes(case_sr(sheet), options.dicom)
    return {
        **sheet.shown.report.to_dict(),
        **sheet.to_dict(),
        "measured": taken,
        "images": [_image(one) for one in pictures],
    }


def _sheet(
    root: Path, model: Model, record: ModelRecord, case: Cases, pictures: Sequence[_Picture]
) -> CaseSheet:
    """The case judged, with what is known of the model and of the cases that taught it."""
    report = judge_case(model, record.manifest, case)
    with Warehouse.open(root) as warehouse:
        held = opinion(report, standing_of(warehouse, record))
        is_synthetic = warehouse.cohort(record.cohort).is_synthetic
        version = warehouse.version
    return CaseSheet(
        (held,),
        held,
        tuple(
            SheetPicture(
                f"{one.view or 'picture'} {number}".capitalize(),
                one.image,
                one.masks,
                saliency=report.explanation.map_of(name),
                view=one.view,
            )
            for number, (name, one) in enumerate(
                zip(_names(pictures), pictures, strict=True), start=1
            )
        ),
        checks=checks(case, model, reference_of(root, record)),
        versions=((record.name, str(record.manifest["digest"])),),
        store_version=version,
        is_synthetic=is_synthetic,
    )


def _right(stage: dict[str, Any]) -> str:
    """How often the likeliest stage was the true one, where that is known."""
    share, cases = stage["validation_right"]["value"], stage["validation_cases"]
    return "" if share is None else f"; right for {share:.0%} of {cases} validation cases"


def _image(one: _Picture) -> dict[str, Any]:
    return {
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
    if options.spacing is not None and not 0 < options.spacing < _LARGEST_SPACING_MM:
        raise InputError(
            f"--spacing must lie between 0 and {_LARGEST_SPACING_MM:g} mm. Measure it on the "
            "scale of the picture."
        )
    found = []
    for place, file in enumerate(options.files):
        name = Path(file).name
        image = _scaled(read_untrusted(read_bytes(file), name), options.spacing)
        masks = {}
        for structure in _STRUCTURES:
            mask = _nth(getattr(options, structure), place)
            if mask and mask != _NONE:
                masks[structure] = read_mask(
                    read_bytes(mask), Path(mask).name, image.pixels.shape[:2]
                )
        found.append(_Picture(name, image, _nth(options.view, place), masks))
    return found


def _scaled(image: Image, spacing_mm: float | None) -> Image:
    """The picture with the spacing that somebody gave, where its file says none."""
    if spacing_mm is None or image.spacing_mm is not None:
        return image
    by_hand = f"The spacing of {spacing_mm:g} mm per pixel was entered by hand."
    return replace(image, spacing_mm=(spacing_mm, spacing_mm), notes=(*image.notes, by_hand))


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


def _measured(pictures: Sequence[_Picture]) -> dict[str, Any]:
    """What the outlines of all pictures measure together, by column."""
    return together(
        [
            measured(
                one.masks.get("nodule"), one.masks.get("gland"), one.image.spacing_mm, view=one.view
            ).known
            for one in pictures
        ]
    )


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    risk = result["risk"]
    interval = "" if risk["low"] is None else f" ({risk['low']:.0%}–{risk['high']:.0%})"
    lines = [
        f"{result['outcome_label']}: {risk['value']:.0%}{interval}, "
        f"{'at or above' if result['is_positive'] else 'below'} the threshold {result['threshold']:.2f}"
    ]
    (held,) = result["opinions"]
    fits = held["prediction_set"]
    if fits:
        which = {"positive": "the outcome alone", "negative": "its absence alone"}
        lines.append(
            f"note: {which.get(fits['answer'], 'either outcome')} fits this case, at a level of "
            f"{fits['level']:.0%} on {fits['split']} cases: risk class {held['risk_class']}"
        )
    stage = held["risk_stage"]
    if stage:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in stage["probabilities"].items())
        lines.append(
            f"note: nodal risk stage: most likely {stage['likeliest']} ({shares}); a second output of "
            f"the network, not calibrated{_right(stage)}"
        )
    if result["measured"]:
        taken = ", ".join(
            f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}"
            for name, value in result["measured"].items()
        )
        lines.append(f"note: measured on the outlines: {taken}")
    if result["attention"]:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in result["attention"].items())
        lines.append(f"note: attention, which is no cause: {shares}")
    lines += [f"note: {doubt}" for doubt in [*result["all_doubts"], *result["notes"]]]
    lines += [f"note: {note}" for image in result["images"] for note in image["notes"]]
    return "\n".join([*lines, "For research. Not a medical device."])
