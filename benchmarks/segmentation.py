"""How well does the outliner that comes with the program outline, and what does it cost?

Run ``python -m benchmarks.segmentation --store FOLDER`` on a store with the demonstration (made
by ``python -m clnm_core demo``): it outlines the pictures of ``demo-ptc-us``, compares each
outline with the drawn one, part by part, measures size and capsule distance on both, takes the
time, and writes ``SEGMENTATION.md`` beside this file. ``--breast FOLDER`` adds real breast
ultrasound with masks (``NAME.png`` beside ``NAME_mask.png``), which the outliner never saw.
``--ship`` writes the scores into the manifest that comes with the program.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clnm_core.domain.image import Image, Modality
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.masks import read_mask
from clnm_core.imaging.measuring import measured
from clnm_core.imaging.segmentation import files
from clnm_core.imaging.segmentation.outliner import STRUCTURES, Outliner
from clnm_core.imaging.segmentation.parts import PARTS
from clnm_core.imaging.segmentation.proposal import propose
from clnm_core.imaging.segmentation.scoring import overlap
from clnm_core.store.mask_pairs import image_of, mask_of, outlined
from clnm_core.store.outline_scores import scores
from clnm_core.store.warehouse import Warehouse

HERE = Path(__file__).parent
COHORT = "demo-ptc-us"
PUBLISHED = {"gland": (0.845, 0.827, 0.818), "nodule": (0.883, 0.848, 0.841)}
"""Mean IoU of LLNM-Net's networks on its three sets of real patients (training, validation,
external); doi:10.1038/s41467-025-62042-z. Not the same pictures: no comparison."""
MEASURES = ("max_diameter_mm", "capsule_distance_mm")


def chosen(frame: pd.DataFrame, patients: int) -> pd.DataFrame:
    """The pictures of up to ``patients`` patients of each part, evenly through their names."""
    kept = []
    for part in PARTS:
        names = frame.loc[frame["part"] == part, "patient_id"].unique()
        places = np.unique(np.linspace(0, len(names) - 1, min(patients, len(names))).round())
        kept += list(names[places.astype(int)]) if len(names) else []
    return frame[frame["patient_id"].isin(kept) & (frame["part"] != "")]


def outlines(
    root: Path, frame: pd.DataFrame, table: pd.DataFrame, outliner: Outliner
) -> Iterator[dict[str, Any]]:
    """One row per outline: overlap, seconds of the picture, and what was measured on it."""
    truth = table.set_index("patient_id")
    for row in frame.itertuples(index=False):
        image = image_of(root, row)
        begun = time.process_time()
        proposal = propose(image, outliner)
        seconds = time.process_time() - begun
        drawn = {name: mask_of(root, getattr(row, name)) for name in STRUCTURES}
        by_hand = measured(drawn["nodule"], drawn["gland"], image.spacing_mm, view=row.view)
        proposed = measured(
            proposal.masks["nodule"], proposal.masks["gland"], image.spacing_mm, view=row.view
        )
        for name in STRUCTURES:
            found = overlap(proposal.masks[name], drawn[name])
            yield {
                "part": row.part,
                "patient_id": row.patient_id,
                "view": row.view,
                "structure": name,
                "iou": found.iou,
                "dice": found.dice,
                "is_noted": bool(proposal.notes),
                "seconds": seconds,
                "spacing_mm": row.row_spacing_mm,
                **{f"{each}_table": truth.loc[row.patient_id, each] for each in MEASURES},
                **{f"{each}_drawn": getattr(by_hand, each) for each in MEASURES},
                **{f"{each}_proposed": getattr(proposed, each) for each in MEASURES},
            }


def breast(folder: Path, outliner: Outliner) -> list[float]:
    """IoU of the nodule with the outlined lesion on each picture that has one."""
    found = []
    for file in sorted(folder.glob("*_mask.png")):
        picture = read_untrusted(
            file.with_name(file.name.replace("_mask", "")).read_bytes(), "a.png"
        )
        lesion = read_mask(file.read_bytes(), file.name, picture.pixels.shape)
        if lesion.any():
            image = Image(picture.pixels, None, Modality.ULTRASOUND)
            found.append(overlap(propose(image, outliner).masks["nodule"], lesion).iou)
    return found


def report(
    rows: pd.DataFrame, scored: dict[str, Any], outliner: Outliner, lesions: list[float]
) -> str:
    """The page that is written."""
    training = outliner.manifest.get("training", {})
    size = sum(values.size for values in outliner.weights.values())
    seconds = rows["seconds"][rows["structure"] == "gland"].iloc[1:]
    lines = [
        "# How well gland and nodule are outlined",
        "",
        "Written by `python -m benchmarks.segmentation`. **All pictures are simulated** and so are the",
        "outlines that teach and judge: these numbers say that the method works from end to end, not",
        "how it does on patients. The outliner says so itself on every picture that is not simulated.",
        "",
        f"MONAI's BasicUNetPlusPlus, {size:,} weights, {outliner.side} x {outliner.side} pixels, digest",
        f"`{outliner.digest[:12]}`. Mean IoU over patients with its 95 % interval (patients resampled), on",
        "the picture's own pixels, after the largest piece was kept and its holes filled.",
        "",
        "| part | patients | pictures | gland IoU | nodule IoU | gland Dice | nodule Dice |",
        "|---|---|---|---|---|---|---|",
    ]
    for part, structures in scored.items():
        first = next(iter(structures.values()))
        cells = [_words(structures[name][m]) for m in ("miou", "dice") for name in STRUCTURES]
        lines.append(f"| {part} | {first['patients']} | {first['images']} | {' | '.join(cells)} |")
    words = "; ".join(
        f"{name} {' / '.join(map(str, values))}" for name, values in PUBLISHED.items()
    )
    lines += [
        "",
        "External patients come from five hospitals that taught nothing. For orientation, what LLNM-Net",
        f"(doi:10.1038/s41467-025-62042-z) reports of its own networks on its real patients: {words}.",
        "",
        *_by_view(rows),
        "",
        *_measurements(rows),
        "",
        f"**Cost.** One picture takes {seconds.median():.3f} s of one core (median; 95th percentile",
        f"{seconds.quantile(0.95):.3f} s), and the first of a process about 5 s more to import torch and",
        f"MONAI. Training: {training.get('words', 'not recorded')}",
        f"Python {platform.python_version()}, 2 cores of which others had most.",
    ]
    if lesions:
        values = np.array(lesions)
        lines += [
            "",
            f"**Real pictures.** On {len(values)} real breast lesions (BUSI, doi:10.1016/j.dib.2019.104863; another",
            f"organ and another machine) the nodule's IoU is {values.mean():.2f} on average, from",
            f"{values.min():.2f} to {values.max():.2f}; {int((values >= 0.5).sum())} reach 0.5. It is not fit for real pictures",
            "before it has learned from real outlines: `python -m clnm_core segment --train NAME`.",
        ]
    return "\n".join(lines) + "\n"


def _words(estimate: dict[str, Any]) -> str:
    return f"{estimate['value']:.3f} ({estimate['low']:.3f}–{estimate['high']:.3f})"


def _by_view(rows: pd.DataFrame) -> list[str]:
    unseen = rows[rows["part"] == "external"]
    means = unseen.groupby(["view", "structure"])["iou"].agg(["mean", "median"])
    low = unseen[unseen["structure"] == "nodule"]["iou"] < 0.5
    noted = unseen[unseen["structure"] == "nodule"]["is_noted"]
    words = "; ".join(
        f"{view} {structure} {mean:.3f} ({median:.3f})"
        for (view, structure), (mean, median) in zip(means.index, means.to_numpy(), strict=True)
    )
    return [
        f"By view, external, mean IoU (median): {words}. The nodule's IoU is below 0.5 on",
        f"{low.mean():.0%} of the external pictures; {noted[low].mean():.0%} of those carry a note of doubt, and",
        f"{noted[~low].mean():.0%} of the others.",
    ]


def _measurements(rows: pd.DataFrame) -> list[str]:
    """How far what is measured on an outline lies from the table of the simulated patients."""
    once = rows[rows["structure"] == "nodule"]
    lines = [
        "| measured on | value | outlines | median error | 95 % within | within half a pixel |",
        "|---|---|---|---|---|---|",
    ]
    for source, part in (("drawn", once), ("proposed", once[once["part"] == "external"])):
        for name in MEASURES:
            error = (part[f"{name}_{source}"].astype(float) - part[f"{name}_table"]).abs()
            pixels = (error / part["spacing_mm"]).dropna()
            lines.append(
                f"| {source} outlines | {name} | {len(pixels)} | {error.median():.2f} mm = "
                f"{pixels.median():.2f} px | {error.quantile(0.95):.2f} mm = {pixels.quantile(0.95):.2f} px | "
                f"{(pixels <= 0.5).mean():.0%} |"
            )
    return lines


def ship(outliner: Outliner, scored: dict[str, Any]) -> Outliner:
    """Write the scores into the manifest that comes with the program, and its digest into the code."""
    facts = {key: value for key, value in outliner.manifest.items() if key != "digest"}
    _, manifest = files.written(outliner, {**facts, "scores": scored})
    digest = hashlib.sha256(manifest).hexdigest()
    code = Path(files.__file__)
    code.with_name("shipped.json").write_bytes(manifest)
    line = f'_SHIPPED_DIGEST = "{digest}"'
    code.write_text(re.sub(r'_SHIPPED_DIGEST = "\w*"', line, code.read_text("utf-8")), "utf-8")
    said = {**json.loads(manifest), "digest": digest}
    return Outliner(outliner.weights, outliner.side, outliner.widths, said)


def main() -> None:
    """Outline, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--patients", type=int, default=1000, help="at most, of each part")
    parser.add_argument("--breast", type=Path)
    parser.add_argument("--ship", action="store_true")
    options = parser.parse_args()
    with Warehouse.open(options.store) as warehouse:
        frame = chosen(outlined(warehouse, COHORT), options.patients)
        table = warehouse.rows(
            f'SELECT patient_id, {", ".join(MEASURES)} FROM "{COHORT}".cases'  # noqa: S608
        )
    outliner = files.shipped()
    rows = pd.DataFrame(outlines(options.store, frame, table, outliner))
    scored = scores(rows)
    if options.ship:
        outliner = ship(outliner, scored)
    lesions = breast(options.breast, outliner) if options.breast else []
    (HERE / "SEGMENTATION.md").write_text(report(rows, scored, outliner, lesions), "utf-8")
    print((HERE / "SEGMENTATION.md").read_text("utf-8"))


if __name__ == "__main__":
    main()
