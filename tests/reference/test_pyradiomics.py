"""Radiomics against PyRadiomics' own baseline: two MR examinations, 3-D and slice by slice.

Published values: ``data/baseline`` of AIM-Harvard/pyradiomics (BSD-3), kept in the shared folder.
Not compared: cases that resample with SimpleITK's B-splines (our pictures are not resampled), and
the 3-D shape (our product is 2-D).
"""

from __future__ import annotations

import ast
import csv
from collections import Counter
from functools import cache
from pathlib import Path

import nrrd
import numpy as np
import pytest
import torch

from clnm_core.features.radiomics.canvas import Roi, lay
from clnm_core.features.radiomics.cooccurrence import graded, histogram
from clnm_core.features.radiomics.intensity import intensity_features
from clnm_core.features.radiomics.levels import by_count, by_width
from clnm_core.features.radiomics.names import CLASSES, SHAPE_2D
from clnm_core.features.radiomics.outline_shape import outline_shape
from clnm_core.features.radiomics.textures import texture_features

RELATIVE = 1e-6
#: Of a value that is 0 by definition, PyRadiomics keeps the noise of its last bit.
ABSOLUTE = 1e-9
CASES = ("brain1", "breast1")
#: How many published values of both images each class has, beside those that resample.
COMPARED = {"firstorder": 108, "glcm": 336, "gldm": 168, "glrlm": 224, "glszm": 192, "ngtdm": 60}


def baseline(folder: Path, name: str) -> dict[str, dict[str, str]]:
    """Columns of a baseline file that are about the images we have."""
    with (folder / "pyradiomics_baseline" / "baseline" / f"baseline_{name}.csv").open() as file:
        rows = list(csv.reader(file))
    return {
        title: {row[0]: row[place] for row in rows[1:]}
        for place, title in enumerate(rows[0])
        if title.startswith(CASES)
    }


@cache
def picture(folder: Path, case: str) -> tuple[np.ndarray, np.ndarray, tuple[float, ...]]:
    """Image and mask as (slice, row, column), and the spacing along each."""
    image, header = nrrd.read(str(folder / "pyradiomics_baseline" / f"{case}_image.nrrd"))
    label, _ = nrrd.read(str(folder / "pyradiomics_baseline" / f"{case}_label.nrrd"))
    spacing = np.linalg.norm(header["space directions"], axis=1)
    return image.T.astype(float), label.T == 1, tuple(spacing[::-1])


def measured(folder: Path, name: str, case: str, settings: dict) -> np.ndarray:
    """One class of features as PyRadiomics' settings ask for it."""
    image, mask, spacing = picture(folder, case)
    if settings["normalize"]:
        image = (image - image.mean()) / image.std(ddof=1) * settings["normalizeScale"]
    if settings.get("resegmentMode") == "sigma":
        low, high = settings["resegmentRange"]
        inside = image[mask]
        mask = mask & (image >= inside.mean() + low * inside.std())
        mask &= image <= inside.mean() + high * inside.std()
    box = tuple(slice(axis.min(), axis.max() + 1) for axis in np.nonzero(mask))
    roi = Roi(torch.from_numpy(image[box].copy()), torch.from_numpy(mask[box].copy()))
    canvas = lay([roi])
    if "binCount" in settings:
        level, _ = by_count(canvas.values, canvas.owner, canvas.pixels, count=settings["binCount"])
    else:
        width = settings.get("binWidth", 25)
        level, _ = by_width(canvas.values, canvas.owner, canvas.pixels, width=width)
    ground = graded(canvas, level)
    if name == "firstorder":
        return intensity_features(
            canvas.values,
            canvas.owner,
            canvas.pixels,
            histogram(ground),
            pixel_mm=torch.tensor([np.prod(spacing)], dtype=torch.float64),
            shift=settings.get("voxelArrayShift", 0),
        )[0].numpy()
    return texture_features(
        ground,
        level.max()[None].long(),
        [name],
        distances=settings["distances"],
        alpha=settings.get("gldm_a", 0),
        is_2d=settings["force2D"],
        is_merged=settings.get("weightingNorm") == "no_weighting",
    )[name][0].numpy()


def compared(folder: Path, name: str) -> tuple[list[str], Counter]:
    """Features that differ, and how many were compared."""
    wrong, seen = [], Counter()
    for title, column in baseline(folder, name).items():
        settings = ast.literal_eval(column["diagnostics_Configuration_Settings"])
        if settings["resampledPixelSpacing"]:
            seen["not compared"] += sum(key.startswith("original_") for key in column)
            continue
        case = title.split("_")[0]
        published = {key for key in column if key.startswith("original_")}
        assert published <= {f"original_{name}_{feature}" for feature in CLASSES[name]}
        ours = dict(zip(CLASSES[name], measured(folder, name, case, settings), strict=True))
        for feature, found in ours.items():
            published = column.get(f"original_{name}_{feature}")
            if published is None:
                assert feature == "StandardDeviation"
                continue
            seen["compared"] += 1
            if not np.isclose(found, float(published), rtol=RELATIVE, atol=ABSOLUTE):
                wrong.append(f"{title} {name} {feature}: {found} against {published}")
    return wrong, seen


@pytest.mark.parametrize("name", COMPARED)
def test_every_feature_equals_the_published_one(shared_data: Path, name: str) -> None:
    wrong, seen = compared(shared_data, name)
    equal = seen["compared"] - len(wrong)
    print(f"{name}: {equal} of {seen['compared']} equal, {seen['not compared']} not compared")  # noqa: T201
    assert not wrong, "\n".join(wrong)
    assert equal == COMPARED[name]


@pytest.mark.parametrize("case", CASES)
def test_the_shape_equals_the_published_one(shared_data: Path, case: str) -> None:
    column = baseline(shared_data, "shape2D")[f"{case}_shape2D"]
    left, top, depth, width, height, _ = ast.literal_eval(
        column["diagnostics_Mask-corrected_BoundingBox"]
    )
    _, mask, spacing = picture(shared_data, case)
    slices = [
        place
        for place in range(len(mask))
        if mask[place].sum() == int(column["diagnostics_Mask-corrected_VoxelNum"])
        and mask[place, top : top + height, left : left + width].any()
    ]
    assert depth in slices
    ours = outline_shape(mask[depth], (spacing[1], spacing[2]))
    for feature, found in zip(SHAPE_2D, ours, strict=True):
        assert found == pytest.approx(float(column[f"original_shape2D_{feature}"]), rel=RELATIVE), (
            feature
        )
