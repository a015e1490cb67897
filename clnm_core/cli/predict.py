"""``predict``: predict one case."""

from __future__ import annotations

import argparse
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
from clnm_core.systems.clinical import ClinicalModel

_MEASURED = ("capsule_distance_mm", "max_diameter_mm", "taller_than_wide", "lobe", "third")


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
    for structure in ("nodule", "gland"):
        parser.add_argument(
            f"--{structure}",
            metavar="MASK",
            help=f"picture of the {structure}'s pixels on the first FILE; fills in what is measured on it",
        )
    parser.add_argument(
        "--view", choices=("transverse", "longitudinal"), help="view of the first FILE"
    )
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")
    parser.add_argument("--html", metavar="PATH", help="write a one-page report")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Predict; returns risk, threshold, doubts, contributions and what was read of the images."""
    model, record = load_model(options.store, options.model, cohort=options.cohort)
    form = read_toml(options.form) if options.form else {}
    images = [
        (Path(file).name, read_untrusted(read_bytes(file), Path(file).name))
        for file in options.files
    ]
    masks = _masks(options, images[0][1] if images else None)
    found = _measured(masks, images[0][1], options.view or "", model) if masks else {}
    taken = {
        name: value for name, value in found.items() if form.get(name) in (None, "", "unknown")
    }
    report = case_report(model, record, {**form, **taken})
    if options.html:
        write_text(case_html(report, images=images, outlines=masks), options.html)
    return report.to_dict() | {
        "measured": taken,
        "images": [
            {
                "file": name,
                "rows": image.pixels.shape[0],
                "columns": image.pixels.shape[1],
                "modality": str(image.modality),
                "spacing_mm": list(image.spacing_mm) if image.spacing_mm else None,
                "frames": image.frames,
                "notes": list(image.notes),
            }
            for name, image in images
        ],
    }


def _masks(options: argparse.Namespace, image: Image | None) -> dict[str, NDArray[np.bool_]]:
    """The outlines that were given, on the first picture."""
    given = {name: getattr(options, name) for name in ("nodule", "gland") if getattr(options, name)}
    if given and image is None:
        raise InputError(
            f"--{next(iter(given))} is an outline on a picture. Give the FILE of the picture too."
        )
    return {
        name: read_mask(read_bytes(file), Path(file).name, image.pixels.shape)
        for name, file in given.items()
        if image is not None
    }


def _measured(
    masks: dict[str, NDArray[np.bool_]], image: Image, view: str, model: ClinicalModel
) -> dict[str, Any]:
    """What the outlines measure of the columns that the model reads."""
    values = measured(masks.get("nodule"), masks.get("gland"), image.spacing_mm, view=view)
    names = {column.name for column in model.design.columns} & {*_MEASURED}
    found = {name: getattr(values, name) for name in _MEASURED if name in names}
    return {name: value for name, value in found.items() if value is not None}


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    risk = result["risk"]
    lines = [
        f"{result['outcome_label']}: {risk['value']:.0%} ({risk['low']:.0%}–{risk['high']:.0%}), "
        f"{'at or above' if result['is_positive'] else 'below'} the threshold {result['threshold']:.2f}"
    ]
    if result["measured"]:
        taken = ", ".join(
            f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}"
            for name, value in result["measured"].items()
        )
        lines.append(f"note: measured on the outlines: {taken}")
    lines += [f"note: {doubt}" for doubt in result["doubts"]]
    lines += [f"note: {note}" for image in result["images"] for note in image["notes"]]
    return "\n".join([*lines, "For research. Not a medical device."])
