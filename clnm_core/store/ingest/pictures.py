"""Which image file belongs to which row, and can every one of them be read?

``name.png`` is the picture, ``name_mask.png`` the outline of its nodule. Files are found by
listing the folder, never by opening a path that a table names. Each is read by
:mod:`clnm_core.imaging.guard` and kept as plain lossless PNG.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pandas as pd

from clnm_core.errors import ImageError, TableError
from clnm_core.imaging.fingerprint import recognised
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.masks import read_mask
from clnm_core.imaging.rendering import png_bytes, to_png
from clnm_core.store import artifacts
from clnm_core.store.ingest.reading import Table
from clnm_core.store.ingest.row_rules import Issue

_ENDINGS = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom", ""}
_DRAWN = re.compile(r"(.+?)[ _-](mask|seg|segmentation|gt|nodule|gland|node)([ _-]?\d+)?", re.I)
_STRUCTURES = {"gland": "gland", "node": "node"}
_MOST_FILES = 500_000

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture of one row, and the masks that were drawn on it."""

    row: int
    case: str
    path: Path
    masks: tuple[tuple[str, Path], ...]


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """A picture that was read, as plain PNG in a folder of ours.

    ``described`` has its fields of the store's table ``images``; ``masks`` a file for each
    structure.
    """

    case: str
    described: dict[str, Any]
    png: Path
    masks: tuple[tuple[str, Path], ...]


@dataclass(frozen=True, slots=True)
class Paired:
    """Pictures found for the rows, what is wrong, and what a reader should know."""

    pairs: tuple[Pair, ...]
    issues: tuple[Issue, ...]
    notes: tuple[str, ...]


def folder_table(folder: Path) -> Table:
    """A table of an image folder that has none: ``image`` and ``label``, one row per picture.

    The label is the file name without its number: ``benign`` for ``benign (3).png``.

    Raises
    ------
    TableError
        If there is no image in the folder.

    """
    images, _ = _sorted_files(folder)
    if not images:
        raise TableError(f"There is no image in the folder {folder.name}.")
    names = sorted(images)
    labels = [re.sub(r"[ _-]*\(?\d+\)?$", "", PurePath(name).stem) or None for name in names]
    frame = pd.DataFrame({"image": names, "label": labels}, dtype="str")
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
    return Table(frame, folder.name, "folder")


def pair(folder: Path, cases: pd.Series, names: pd.Series | None, column: str) -> Paired:
    """Find the pictures of each row.

    Parameters
    ----------
    folder : pathlib.Path
    cases : pandas.Series of str
        Case of each row, as the hospital writes it; index: row numbers.
    names : pandas.Series of str, or None
        File name of each row's picture; without it, files called like the case, or like the
        case with an underscore and more behind.
    column : str
        Column of the table that names the file, for issues.

    Raises
    ------
    TableError
        If the folder cannot be listed or holds no image.

    """
    images, masks = _sorted_files(folder)
    if not images:
        raise TableError(
            f"There is no image in the folder {folder.name}. Give the folder that holds them."
        )
    pairs, issues, without, used = [], [], 0, set()
    by_name = _by_plain_name(images)
    by_stem = _by_stem(images)
    named = [None] * len(cases) if names is None else names.loc[cases.index].tolist()
    for row, case, name in zip(cases.index, cases, named, strict=True):
        number = int(row)
        if names is None:
            found = by_stem.get(str(case).casefold(), [])
        else:
            found = by_name.get(_plain(name), []) if isinstance(name, str) else []
            if isinstance(name, str) and len(found) != 1:
                what = "is not in" if not found else "is there several times in"
                issues.append(
                    Issue(number, column, name, f"The image {what} the folder {folder.name}.")
                )
                continue
        without += not found
        used.update(found)
        pairs += [
            Pair(number, str(case), images[key], tuple(masks.get(_stem(key), ()))) for key in found
        ]
    notes = []
    if without:
        notes.append(f"{without} of {len(cases)} rows have no image.")
    if left := len(images) - len(used):
        notes.append(f"{left} images of the folder belong to no row and were left out.")
    return Paired(tuple(pairs), tuple(issues), tuple(notes))


def read_pictures(
    pairs: tuple[Pair, ...], into: Path, column: str, progress: Progress
) -> tuple[list[Picture], list[Issue]]:
    """Read every picture and mask, and write them as plain PNG into a folder of ours.

    Returns
    -------
    tuple
        Pictures in the order of ``pairs``, and an issue for each file that cannot be read.

    """
    pictures: list[Picture] = []
    issues: list[Issue] = []

    def one(task: tuple[int, Pair]) -> Picture | Issue:
        return _read(task[1], into / str(task[0]), column)

    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        for done, result in enumerate(pool.map(one, enumerate(pairs)), start=1):
            if isinstance(result, Issue):
                issues.append(result)
            else:
                pictures.append(result)
            progress(done / len(pairs), f"Reading images: {done:,} of {len(pairs):,}")
    return pictures, issues


def keep_pictures(
    root: Path, pictures: Sequence[Picture], words: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put pictures into the store, by digest.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    pictures : sequence of Picture
    words : mapping of str to str
        The pseudonym of each case.

    Returns
    -------
    tuple of pandas.DataFrame
        Rows of the store's tables ``images`` and ``masks``.

    """
    images: list[dict[str, Any]] = []
    masks: list[dict[str, Any]] = []
    numbers: Counter[str] = Counter()
    for picture in pictures:
        case = words[picture.case]
        numbers[case] += 1
        image_id = f"{case}-{numbers[case]}"
        digest = artifacts.put(root, "image", picture.png.read_bytes())
        images.append(
            {"image_id": image_id, "case_id": case, "digest": digest, **picture.described}
        )
        for structure, path in picture.masks:
            digest = artifacts.put(root, "mask", path.read_bytes())
            masks.append({"image_id": image_id, "structure": structure, "digest": digest})
    return pd.DataFrame(images), pd.DataFrame(masks)


def _read(one: Pair, stem: Path, column: str) -> Picture | Issue:
    path = one.path
    try:
        image = read_untrusted(one.path.read_bytes(), one.path.name)
        drawn: dict[str, np.ndarray] = {}
        for structure, path in one.masks:
            mask = read_mask(path.read_bytes(), path.name, image.pixels.shape)
            drawn[structure] = drawn[structure] | mask if structure in drawn else mask
    except (ImageError, OSError) as error:
        sentence = str(error) if isinstance(error, ImageError) else "The file cannot be opened."
        return Issue(one.row, column, path.name, sentence)
    png = stem.with_suffix(".png")
    png.write_bytes(to_png(image))
    masks = []
    for structure, mask in drawn.items():
        place = stem.with_name(f"{stem.name}_{structure}.png")
        place.write_bytes(png_bytes(mask))
        masks.append((structure, place))
    spacing = image.spacing_mm or (np.nan, np.nan)
    described = {
        "modality": image.modality.value,
        "rows": image.pixels.shape[0],
        "cols": image.pixels.shape[1],
        "row_spacing_mm": spacing[0],
        "col_spacing_mm": spacing[1],
        "frames": image.frames,
        "source": image.source,
        **recognised(image.pixels),
    }
    return Picture(one.case, described, png, tuple(masks))


def _sorted_files(folder: Path) -> tuple[dict[str, Path], dict[str, list[tuple[str, Path]]]]:
    """Pictures by path within the folder, and masks by the stem of their picture."""
    if not folder.is_dir():
        raise TableError(f"There is no folder {str(folder)!r}. Give the folder of the images.")
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix.lower() in _ENDINGS:
            if not path.name.startswith(".") and (path.suffix or _is_dicom(path)):
                files[path.relative_to(folder).as_posix()] = path
        if len(files) > _MOST_FILES:
            raise TableError(f"The folder {folder.name} holds more than {_MOST_FILES:,} images.")
    stems = {_stem(name) for name in files}
    images: dict[str, Path] = {}
    masks: dict[str, list[tuple[str, Path]]] = {}
    for name, path in files.items():
        match = _DRAWN.fullmatch(_stem(name))
        if match and match.group(1) in stems:
            structure = _STRUCTURES.get(match.group(2).lower(), "nodule")
            masks.setdefault(match.group(1), []).append((structure, path))
        else:
            images[name] = path
    return images, masks


def _is_dicom(path: Path) -> bool:
    """Whether a file without an ending begins as a DICOM file does."""
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def _stem(name: str) -> str:
    return str(PurePath(name).with_suffix("")).replace("\\", "/")


def _plain(name: str) -> str:
    """A name as a table may write it: last part, lower case, without an image ending."""
    last = name.strip().replace("\\", "/").split("/")[-1].casefold()
    return last[: -len(PurePath(last).suffix)] if PurePath(last).suffix in _ENDINGS - {""} else last


def _by_plain_name(images: dict[str, Path]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in images:
        found.setdefault(_plain(name), []).append(name)
    return found


def _by_stem(images: dict[str, Path]) -> dict[str, list[str]]:
    """Pictures by each word that their name may be shortened to at an underscore."""
    found: dict[str, list[str]] = {}
    for name in images:
        plain = _plain(name)
        parts = plain.split("_")
        for size in range(1, len(parts) + 1):
            found.setdefault("_".join(parts[:size]), []).append(name)
    return found
