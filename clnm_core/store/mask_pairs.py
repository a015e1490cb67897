"""Which pictures of a cohort have outlines, who made them, and what can be learned from them?

An outline that a network proposed is noted in the table ``proposals`` of its cohort, by the
digest of its mask. A person who corrects it gives the picture another mask, and it counts as
drawn from then on. Nothing is learned from proposals, and nothing is scored against them.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image as Pillow

from clnm_core.domain.image import Image, Modality
from clnm_core.errors import ModelError
from clnm_core.imaging.segmentation.outliner import STRUCTURES
from clnm_core.imaging.segmentation.parts import parts
from clnm_core.imaging.segmentation.working import fit, seen, seen_mask
from clnm_core.store import artifacts
from clnm_core.store.tables import Connection, schema_of
from clnm_core.store.warehouse import Warehouse

if TYPE_CHECKING:
    from clnm_core.imaging.segmentation.training import Pairs

_NOTED = ("image_id", "structure", "digest")
_MODALITIES = {str(modality): modality for modality in Modality}


def outlined(warehouse: Warehouse, cohort: str) -> pd.DataFrame:
    """The pictures of a cohort with what outlines they have, in the order of their names.

    Returns
    -------
    pandas.DataFrame
        ``image_id, patient_id, split, part`` (see :func:`~clnm_core.imaging.segmentation.parts.parts`),
        ``view, modality, source, digest, row_spacing_mm, col_spacing_mm``, then the digests of
        the masks ``gland, nodule, node``, NaN where there is none, and ``gland_proposed,
        nodule_proposed``: whether that mask is a network's.

    """
    warehouse.cohort(cohort)
    schema = schema_of(cohort)
    frame = warehouse.rows(
        "SELECT i.image_id, c.patient_id, c.split, i.view, i.modality, i.source, i.digest, "  # noqa: S608
        "i.row_spacing_mm, i.col_spacing_mm, "
        + ", ".join(
            f"max(m.digest) FILTER (m.structure = '{name}') AS {name}"
            for name in (*STRUCTURES, "node")
        )
        + f" FROM {schema}.images i JOIN {schema}.cases c USING (case_id) "
        f"LEFT JOIN {schema}.masks m USING (image_id) GROUP BY ALL ORDER BY i.image_id"
    )
    splits = [split if isinstance(split, str) else None for split in frame["split"]]
    frame.insert(3, "part", parts(list(frame["patient_id"]), splits))
    known = _proposals(warehouse, cohort)
    for structure in STRUCTURES:
        marks = zip(frame["image_id"], frame[structure], strict=True)
        frame[f"{structure}_proposed"] = [
            (image, structure, mask) in known for image, mask in marks
        ]
    return frame


def drawn(frame: pd.DataFrame) -> pd.DataFrame:
    """The same pictures with the outlines that people drew; a proposal counts as none."""
    return frame.assign(
        **{name: frame[name].where(~frame[f"{name}_proposed"].astype(bool)) for name in STRUCTURES}
    )


def note_proposals(con: Connection, cohort: str, masks: pd.DataFrame, *, outliner: str) -> None:
    """Note in the version that is being built which masks a network proposed.

    Parameters
    ----------
    con : Connection
    cohort : str
    masks : pandas.DataFrame
        ``image_id, structure, digest``.
    outliner : str
        Digest of the outliner.

    """
    table = f"{schema_of(cohort)}.proposals"
    con.execute(
        f"CREATE TABLE IF NOT EXISTS {table} "
        "(image_id VARCHAR, structure VARCHAR, digest VARCHAR, outliner VARCHAR)"
    )
    rows = [[*row, outliner] for row in masks[list(_NOTED)].itertuples(index=False)]
    con.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", rows)  # noqa: S608


def _proposals(warehouse: Warehouse, cohort: str) -> set[tuple[str, str, str]]:
    there = warehouse.rows(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
        [cohort, "proposals"],
    )
    if there.empty:
        return set()
    found = warehouse.rows(f"SELECT {', '.join(_NOTED)} FROM {schema_of(cohort)}.proposals")  # noqa: S608
    return set(found.itertuples(index=False, name=None))


def image_of(root: Path, row: Any) -> Image:
    """The picture of a row of :func:`outlined`."""
    spacing = (float(row.row_spacing_mm), float(row.col_spacing_mm))
    is_known = all(math.isfinite(step) and step > 0 for step in spacing)
    modality = _MODALITIES.get(str(row.modality), Modality.OTHER)
    source = row.source if isinstance(row.source, str) else ""
    pixels = _pixels(root, row.digest)
    return Image(pixels, spacing if is_known else None, modality, source=source)


def mask_of(root: Path, digest: str) -> NDArray[np.bool_]:
    """The mask of a digest."""
    return _pixels(root, digest) > 0


def pairs_of(
    root: Path,
    frame: pd.DataFrame,
    *,
    side: int,
    read: Callable[[float], None] = lambda share: None,
) -> Pairs:
    """Pictures and masks as the network sees them; those without a drawn outline are left out.

    Parameters
    ----------
    root : pathlib.Path
    frame : pandas.DataFrame
        As :func:`outlined` makes it.
    side : int
        Of the network's square, in pixels.
    read : callable
        Told now and then how far, in [0, 1].

    Raises
    ------
    ModelError
        If no picture has an outline, or a mask does not fit its picture.
    StoreError
        If a picture is missing or was altered.

    """
    from clnm_core.imaging.segmentation.training import Pairs

    frame = drawn(frame)
    frame = frame[frame[list(STRUCTURES)].notna().any(axis=1)]
    if frame.empty:
        raise ModelError(
            "No picture of this cohort has an outline of gland or nodule, so nothing can be "
            "learned. Import masks with the pictures, or choose another cohort."
        )
    pictures = np.zeros((len(frame), side, side), dtype=np.float16)
    masks = np.zeros((len(frame), len(STRUCTURES), side, side), dtype=bool)
    for number, row in enumerate(frame.itertuples(index=False)):
        image = image_of(root, row)
        place = fit(image.grey.shape, side, spacing_mm=image.spacing_mm)
        pictures[number] = seen(image.grey, place)
        for channel, structure in enumerate(STRUCTURES):
            digest = getattr(row, structure)
            if isinstance(digest, str):
                masks[number, channel] = seen_mask(fitting(mask_of(root, digest), image), place)
        if number % 50 == 0:
            read(number / len(frame))
    return Pairs(
        pictures,
        masks,
        frame[list(STRUCTURES)].notna().to_numpy(),
        frame["patient_id"].to_numpy(dtype=str),
        frame["part"].to_numpy(dtype=str),
    )


def fitting(mask: NDArray[np.bool_], image: Image) -> NDArray[np.bool_]:
    """The mask, if it has the size of its picture.

    Raises
    ------
    ModelError
        If it has not.

    """
    if mask.shape != image.grey.shape:
        raise ModelError(
            "An outline of this cohort does not have the size of its picture. Import the cohort "
            "again with the masks that were drawn on its pictures."
        )
    return mask


def _pixels(root: Path, digest: str) -> NDArray[np.uint8]:
    with Pillow.open(io.BytesIO(artifacts.get(root, digest)), formats=["PNG"]) as picture:
        plain = picture if picture.mode in ("L", "RGB") else picture.convert("L")
        return np.asarray(plain, dtype=np.uint8)
