"""Which image file belongs to which row, and which files outline something on it?

``name.png`` is the picture, ``name_mask.png`` the outline of its nodule. An outline may also be a
volume or a DICOM object named like the picture: ``name_mask.nii.gz``, ``name_seg.dcm``,
``name_rtstruct.dcm``. Files are found by listing the folder, never by opening a path that a table
names; links in it are not followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePath

import pandas as pd

from clnm_core.errors import TableError
from clnm_core.store.ingest.reading import Table
from clnm_core.store.ingest.row_rules import Issue
from clnm_core.store.ingest.structures import GLAND, NODE, NODULE

_PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom", ""}
_VOLUMES = {".nii", ".nii.gz", ".nrrd"}
_DRAWN = re.compile(
    r"(.+?)[ _-](masks?|seg|segmentation|labels?|gt|rtstruct|rtss|nodule|gland|node)([ _-]?\d+)?",
    re.I,
)
_STRUCTURES = {"gland": GLAND, "node": NODE}
_MOST_FILES = 500_000


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture of one row, and the files that outline something on it.

    Each of ``masks`` is what its name says that it outlines, and the file; ``frame`` is the one of
    the file that is shown, from 0.
    """

    row: int
    case: str
    path: Path
    masks: tuple[tuple[str, Path], ...]
    frame: int = 0


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
    listed = _listed(folder)
    if not listed.images:
        raise TableError(f"There is no image in the folder {folder.name}.")
    names = sorted(listed.images)
    labels = [re.sub(r"[ _-]*\(?\d+\)?$", "", PurePath(_stem(name)).name) or None for name in names]
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
    listed = _listed(folder)
    images, masks = listed.images, listed.masks
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
    return Paired(tuple(pairs), tuple(issues), (*notes, *listed.notes))


@dataclass(frozen=True, slots=True)
class _Listed:
    """Pictures by path within the folder, and masks by the stem of their picture."""

    images: dict[str, Path]
    masks: dict[str, list[tuple[str, Path]]]
    notes: tuple[str, ...]


def _listed(folder: Path) -> _Listed:
    if not folder.is_dir():
        raise TableError(f"There is no folder {str(folder)!r}. Give the folder of the images.")
    files, links = {}, 0
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            links += 1
        elif not path.name.startswith(".") and path.is_file() and _is_offered(path):
            files[path.relative_to(folder).as_posix()] = path
        if len(files) > _MOST_FILES:
            raise TableError(f"The folder {folder.name} holds more than {_MOST_FILES:,} images.")
    stems = {_stem(name) for name in files if _ending(name) not in _VOLUMES}
    images: dict[str, Path] = {}
    masks: dict[str, list[tuple[str, Path]]] = {}
    lonely = 0
    for name, path in files.items():
        match = _DRAWN.fullmatch(_stem(name))
        if match and match.group(1) in stems:
            structure = _STRUCTURES.get(match.group(2).lower(), NODULE)
            masks.setdefault(match.group(1), []).append((structure, path))
        elif _ending(name) in _VOLUMES:
            lonely += 1
        else:
            images[name] = path
    notes = []
    if links:
        notes.append(f"{links} links in the folder were not followed.")
    if lonely:
        notes.append(
            f"{lonely} volumes of the folder are named like no image and were left out; the "
            "outline of scan.dcm is scan_mask.nii.gz."
        )
    return _Listed(images, masks, tuple(notes))


def _is_offered(path: Path) -> bool:
    """Whether a file is an image by its ending, or, without one, begins as a DICOM file does."""
    ending = _ending(path.name)
    if ending:
        return ending in _PICTURES | _VOLUMES
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def _ending(name: str) -> str:
    """The ending in lower case; a number behind a dot is none: ``IM.0001``, ``1.2.840.5``."""
    path = PurePath(name)
    if path.name.lower().endswith(".nii.gz"):
        return ".nii.gz"
    ending = path.suffix.lower()
    return "" if ending[1:].isdigit() else ending


def _stem(name: str) -> str:
    """The path without the ending."""
    ending = _ending(name)
    return (name[: -len(ending)] if ending else name).replace("\\", "/")


def _plain(name: str) -> str:
    """A name as a table may write it: last part, lower case, without an image ending."""
    last = name.strip().replace("\\", "/").split("/")[-1].casefold()
    return _stem(last) if _ending(last) in _PICTURES else last


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
