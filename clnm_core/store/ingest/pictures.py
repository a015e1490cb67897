"""Can every image be read, and what is left of it once nobody can be recognised in it?

Each file is read by :mod:`clnm_core.imaging.guard`, in a process of its own, and comes back
de-identified: as pixels, and a DICOM file as a DICOM object too. A file that cannot be read, or
outlines that do not fit their picture, become a :class:`Refused`; nothing else of the import stops.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.image import Image
from clnm_core.domain.progress import Progress
from clnm_core.errors import ImageError, StoreError
from clnm_core.imaging.answers import NO_ANSWER
from clnm_core.imaging.fingerprint import recognised
from clnm_core.imaging.guard import read_masks_untrusted, receive_untrusted
from clnm_core.imaging.limits import DEFAULT
from clnm_core.imaging.masks import read_mask
from clnm_core.imaging.rendering import png_bytes, to_png
from clnm_core.store import objects
from clnm_core.store.ingest.picture_files import Pair
from clnm_core.store.ingest.structures import structures_of
from clnm_core.store.picture_parts import PictureParts

if TYPE_CHECKING:  # what a disguise is made of is loaded where it is used
    from clnm_core.imaging.disguise import Disguise

_RASTER = (".png", ".jpg", ".jpeg", ".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be used.

    Parameters
    ----------
    row : int
        Of the table, as a spreadsheet counts it.
    case : str
        As the hospital writes it.
    path : pathlib.Path
    reason : str
        A sentence for the reader; nothing of the file's own words is in it.
    can_be_kept : bool
        Whether its bytes can be kept: not where it cannot be opened, or is larger than is read.

    """

    row: int
    case: str
    path: Path
    reason: str
    can_be_kept: bool = True


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """A picture that was read; its parts lie as files in a folder of ours.

    Parameters
    ----------
    row : int
    case : str
        As the hospital writes it.
    fields : dict
        Its fields of the store's table ``images``.
    png : pathlib.Path
    dicom : pathlib.Path or None
        De-identified; ``None`` where the file was no DICOM file.
    masks : tuple of (str, pathlib.Path)
        PNG by structure.
    doubt : str
        Why a patient may be named on it, as a sentence; empty where nothing says so.

    """

    row: int
    case: str
    fields: dict[str, Any]
    png: Path
    dicom: Path | None = None
    masks: tuple[tuple[str, Path], ...] = ()
    doubt: str = ""

    def parts(self) -> PictureParts:
        """The bytes of all of it."""
        return PictureParts(
            png=self.png.read_bytes(),
            dicom=self.dicom.read_bytes() if self.dicom else b"",
            masks={structure: path.read_bytes() for structure, path in self.masks},
            fields=self.fields,
        )


@dataclass(frozen=True, eq=False, slots=True)
class Read:
    """What came of the images of a table, in the order of its pairs."""

    pictures: tuple[Picture, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _One:
    """What came of one pair."""

    picture: Picture | None = None
    refused: list[Refused] = field(default_factory=list)
    frames: int = 1


def read_pictures(
    pairs: tuple[Pair, ...],
    into: Path,
    disguise_of: Callable[[str], Disguise],
    progress: Progress,
) -> Read:
    """Read every picture and its masks, and write what is left of them into a folder of ours.

    Parameters
    ----------
    pairs : tuple of Pair
    into : pathlib.Path
        The folder.
    disguise_of : callable
        The disguise of the patient of a case, which it takes as the hospital writes it.
    progress : callable
        Takes how far, in [0, 1], and the step in words.

    """
    found = []

    def one(task: tuple[int, Pair]) -> _One:
        number, pair = task
        return _read(pair, into / str(number), disguise_of(pair.case))

    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        for done, result in enumerate(pool.map(one, enumerate(pairs)), start=1):
            found.append(result)
            progress(done / len(pairs), f"Reading images: {done:,} of {len(pairs):,}")
    films = sum(result.frames > 1 for result in found)
    return Read(
        pictures=tuple(result.picture for result in found if result.picture),
        refused=tuple(refused for result in found for refused in result.refused),
        notes=(f"{films} images have several frames; the first of each was taken.",)
        if films
        else (),
    )


class _Unkeepable(ImageError):
    """A file of which not even the bytes can be had."""


def _read(pair: Pair, stem: Path, disguise: Disguise) -> _One:
    found = _One()
    try:
        data = _bytes(pair.path)
        received = receive_untrusted(data, pair.path.name, disguise=disguise, frame=pair.frame)
        if received.dicom and not objects.can_be_kept(received.dicom):
            raise ImageError(NO_ANSWER)
    except ImageError as error:
        found.refused.append(_refused(pair, pair.path, error))
        return found
    image = received.image
    drawn: dict[str, NDArray[np.bool_]] = {}
    for of_file, path in pair.masks:
        try:
            for structure, mask in _masks(path, of_file, data, image).items():
                drawn[structure] = drawn[structure] | mask if structure in drawn else mask
        except ImageError as error:
            found.refused.append(_refused(pair, path, error))
    found.picture = Picture(
        row=pair.row,
        case=pair.case,
        fields=_fields(image),
        png=_written(stem.with_suffix(".png"), to_png(image)),
        dicom=_written(stem.with_suffix(".dcm"), received.dicom) if received.dicom else None,
        masks=tuple(
            (structure, _written(stem.with_name(f"{stem.name}_{structure}.png"), png_bytes(mask)))
            for structure, mask in drawn.items()
        ),
        doubt=received.reason if received.is_doubtful else "",
    )
    found.frames = image.frames
    return found


def _masks(path: Path, of_file: str, picture: bytes, image: Image) -> dict[str, NDArray[np.bool_]]:
    """What a file outlines on the picture, by structure."""
    data = _bytes(path)
    if path.suffix.lower() in _RASTER:
        return {of_file: read_mask(data, path.name, image.pixels.shape)}
    labelled = read_masks_untrusted(data, path.name, image=picture)
    drawn: dict[str, NDArray[np.bool_]] = {}
    for label, structure in structures_of(labelled, of_file=of_file).items():
        mask = labelled[label]
        if mask.shape != image.pixels.shape[:2]:
            raise ImageError("The outlines do not fit their picture. Give those drawn on it.")
        drawn[structure] = drawn[structure] | mask if structure in drawn else mask
    return drawn


def _refused(pair: Pair, path: Path, error: ImageError) -> Refused:
    can_be_kept = not isinstance(error, _Unkeepable)
    return Refused(pair.row, pair.case, path, str(error), can_be_kept=can_be_kept)


def _bytes(path: Path) -> bytes:
    """The bytes of a file that somebody gave us, unless it is larger than anything we read."""
    try:
        if path.stat().st_size > DEFAULT.file_bytes:
            raise _Unkeepable(
                f"The file has more than {DEFAULT.file_bytes / 2**20:,.0f} MB, which is the most "
                "that is read safely. Export the one picture that matters."
            )
        return path.read_bytes()
    except OSError:
        raise _Unkeepable("The file cannot be opened. Check its rights.") from None


def _fields(image: Image) -> dict[str, Any]:
    row_mm, column_mm = image.spacing_mm or (None, None)
    return {
        "modality": image.modality.value,
        "rows": image.pixels.shape[0],
        "cols": image.pixels.shape[1],
        "row_spacing_mm": row_mm,
        "col_spacing_mm": column_mm,
        "frames": image.frames,
        "source": image.source,
        **recognised(image.pixels),
    }


def _written(path: Path, data: bytes) -> Path:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StoreError(
            f"The images cannot be laid down in {path.parent.parent} while they are read "
            f"({error.strerror or error}). Check free space there."
        ) from error
    return path
