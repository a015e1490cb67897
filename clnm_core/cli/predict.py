"""``predict``: predict one case."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clnm_core.cli.output import read_bytes, read_toml, write_text
from clnm_core.imaging.guard import read_untrusted
from clnm_core.report.case_html import case_html
from clnm_core.store.modelling import case_report, load_model
from clnm_core.store.places import default_store


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
    report = case_report(model, record, form)
    if options.html:
        write_text(case_html(report, images=images), options.html)
    return report.to_dict() | {
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
        ]
    }


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    risk = result["risk"]
    lines = [
        f"{result['outcome_label']}: {risk['value']:.0%} ({risk['low']:.0%}–{risk['high']:.0%}), "
        f"{'at or above' if result['is_positive'] else 'below'} the threshold {result['threshold']:.2f}"
    ]
    lines += [f"note: {doubt}" for doubt in result["doubts"]]
    lines += [f"note: {note}" for image in result["images"] for note in image["notes"]]
    return "\n".join([*lines, "For research. Not a medical device."])
