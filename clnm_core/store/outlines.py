"""How does an outline that a person has corrected get into the store, and which were there before?

A correction is a publication: the next version names another mask for that image and structure,
and the audit trail says which it was before. Masks are never removed, so each earlier outline can
come back. What was computed on an outline is known by the digest of its mask, and computed anew.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image as Pillow

from clnm_core.errors import ImageError, LinkError, StoreError
from clnm_core.imaging.rendering import png_bytes
from clnm_core.store import artifacts, ledger
from clnm_core.store.mask_pairs import note_proposals
from clnm_core.store.places import StorePaths
from clnm_core.store.schema import insert
from clnm_core.store.snapshots import current_version, publish
from clnm_core.store.tables import Connection, schema_of
from clnm_core.store.warehouse import Warehouse

ACTION = "outline"
STRUCTURES = ("nodule", "gland", "node")
"""How the audit trail names a correction, and what can be outlined on an image."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One structure that got another outline in ``version``; ``at`` is ISO 8601, UTC.

    Digests are empty where there was, or is, no outline.
    """

    at: str
    who: str
    structure: str
    old: str
    new: str
    version: int


def correct_outline(
    root: Path,
    cohort: str,
    image_id: str,
    structure: str,
    mask: NDArray[np.bool_],
    *,
    actor: str = "local",
) -> int:
    """Publish another outline of one structure; see :func:`correct_outlines`."""
    return correct_outlines(root, cohort, image_id, {structure: mask}, actor=actor)


def correct_outlines(
    root: Path,
    cohort: str,
    image_id: str,
    masks: Mapping[str, NDArray[np.bool_]],
    *,
    seen: Mapping[str, str] | None = None,
    proposed: Mapping[str, str] | None = None,
    actor: str = "local",
) -> int:
    """Publish other outlines of an image.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort, image_id : str
    masks : mapping of str to numpy.ndarray of bool, shape (rows, columns)
        By structure: nodule, gland or node. A structure without an outline so far gets one.
    seen : mapping of str to str, optional
        By structure, the digest of the outline that was corrected, empty where there was none.
        Where another stands by now, nothing is published. By default whatever stands is replaced.
    proposed : mapping of str to str, optional
        The structures whose mask a network proposed and nobody changed, and the digest of its
        outliner: they are noted as proposals, from which nothing is learned.
    actor : str
        Who corrected it, for the audit trail.

    Returns
    -------
    int
        The store's version that has them; the current one where they are what is there already.

    Raises
    ------
    UnknownCohortError, LinkError
        If there is no such cohort or image.
    ImageError
        If a mask is empty or does not have the image's rows and columns.
    StoreBusyError
        If another process is publishing.
    StoreError
        If somebody else corrected the outline meanwhile, or the store cannot be written.
    ValueError
        If a structure is none of ``STRUCTURES``, a mask is not bool, or none is given.

    """
    image = _image(root, cohort, image_id)
    for structure, mask in masks.items():
        _check(structure, mask, image)
    fresh = {
        structure: artifacts.put(root, "mask", png_bytes(mask)) for structure, mask in masks.items()
    }
    return _publish(root, cohort, image, fresh, seen, actor, proposed or {})


def restore_outline(
    root: Path,
    cohort: str,
    image_id: str,
    structure: str,
    digest: str,
    *,
    seen: str | None = None,
    actor: str = "local",
) -> int:
    """Publish an outline that the image had before; none where ``digest`` is empty.

    Parameters
    ----------
    root, cohort, image_id, structure, actor
        As in :func:`correct_outlines`.
    digest : str
        One of :func:`history`, before or after a correction.
    seen : str, optional
        Digest of the outline that stood when this was asked.

    Raises
    ------
    StoreError
        If the image never had that outline, or its mask is missing or was altered; otherwise as
        :func:`correct_outlines`.
    ImageError
        If the mask does not fit the image.

    """
    image = _image(root, cohort, image_id)
    earlier = [one for one in history(root, cohort, image_id) if one.structure == structure]
    if digest not in {kept for one in earlier for kept in (one.old, one.new)}:
        raise StoreError(
            "The audit trail knows no such outline of this image. Reload the page and choose one "
            "of its list."
        )
    if digest:
        _check(structure, stored_mask(root, digest), image)
    was_seen = None if seen is None else {structure: seen}
    return _publish(root, cohort, image, {structure: digest}, was_seen, actor, {})


def history(root: Path, cohort: str, image_id: str) -> list[Correction]:
    """The corrections of an image, newest first; not those of a picture that it has replaced."""
    found: list[Correction] = []
    picture = str(_image(root, cohort, image_id)["digest"])
    for entry in ledger.entries(root, None):
        detail = entry.detail
        place = tuple(detail.get(name) for name in ("cohort", "image", "picture"))
        if entry.action == ACTION and place == (cohort, image_id, picture):
            found += [
                Correction(entry.at, entry.actor, **one, version=int(detail["version"]))
                for one in detail["outlines"]
            ]
    return found


def stored_mask(root: Path, digest: str) -> NDArray[np.bool_]:
    """The mask of a digest, shape (rows, columns).

    Raises
    ------
    StoreError
        If it is missing or was altered.

    """
    with Pillow.open(io.BytesIO(artifacts.get(root, digest)), formats=("PNG",)) as picture:
        return np.asarray(picture.convert("L"), dtype=np.uint8) > 0


def obstacle(root: Path | None) -> str:
    """Why no outline can be kept, as a sentence; empty where it can."""
    if root is None:
        return "Outlines are not kept for an uploaded table: it goes when the visit ends."
    folders = (root, StorePaths(root).snapshots, StorePaths(root).images)
    if any(folder.exists() and not os.access(folder, os.W_OK) for folder in folders):
        return (
            "This store can only be read, so no outline can be kept. Ask whoever runs the server "
            "for the right to write into its folder."
        )
    return ""


def _image(root: Path, cohort: str, image_id: str) -> dict[str, Any]:
    with Warehouse.open(root) as warehouse:
        warehouse.cohort(cohort)
        found = warehouse.rows(
            f"SELECT * FROM {schema_of(cohort)}.images WHERE image_id = ?",  # noqa: S608
            [image_id],
        )
        if found.empty:
            raise LinkError(
                f"Cohort {cohort!r} has no image {image_id[:40]!r}. Reload the page; somebody may "
                "have imported the cohort again."
            )
        row = {str(name): value for name, value in found.to_dict("records")[0].items()}
        standing = warehouse.rows(
            f"SELECT structure, digest FROM {schema_of(cohort)}.masks WHERE image_id = ?",  # noqa: S608
            [image_id],
        )
    return row | {"masks": dict(zip(standing["structure"], standing["digest"], strict=True))}


def _check(structure: str, mask: NDArray[np.bool_], image: Mapping[str, Any]) -> None:
    if structure not in STRUCTURES:
        raise ValueError(f"structure must be one of {', '.join(STRUCTURES)}; got {structure!r}.")
    if mask.dtype != np.bool_ or mask.ndim != 2:
        raise ValueError(f"mask must be bool (rows, columns); got {mask.dtype} {mask.shape}.")
    rows, columns = int(image["rows"]), int(image["cols"])
    if mask.shape != (rows, columns):
        raise ImageError(
            f"The outline of the {structure} has {mask.shape[0]} x {mask.shape[1]} pixels (rows x "
            f"columns), its image {rows} x {columns}. Draw it on this image."
        )
    if not mask.any():
        raise ImageError(
            f"The outline of the {structure} holds no pixel. Draw it within the image, larger than "
            "a pixel."
        )


def _publish(
    root: Path,
    cohort: str,
    image: Mapping[str, Any],
    fresh: Mapping[str, str],
    seen: Mapping[str, str] | None,
    actor: str,
    proposed: Mapping[str, str],
) -> int:
    """Publish the outlines that differ; ``fresh`` is structure -> digest, empty to take it away."""
    if not fresh:
        raise ValueError("masks must name at least one structure.")
    standing = {structure: image["masks"].get(structure, "") for structure in fresh}
    if seen is not None and any(seen.get(name, "") != digest for name, digest in standing.items()):
        raise StoreError(_overtaken())
    changed = {name: digest for name, digest in fresh.items() if digest != standing[name]}
    if not changed:
        return current_version(root)
    image_id, picture = str(image["image_id"]), str(image["digest"])
    masks = f"{schema_of(cohort)}.masks"

    def build(con: Connection) -> None:
        images = f"SELECT digest FROM {schema_of(cohort)}.images WHERE image_id = ?"  # noqa: S608
        if _digests(con, cohort, images, [image_id]) != [picture]:
            raise StoreError(_overtaken())
        for structure, digest in changed.items():
            place = [image_id, structure]
            before = f"SELECT digest FROM {masks} WHERE image_id = ? AND structure = ?"  # noqa: S608
            if _digests(con, cohort, before, place) != [
                one for one in [standing[structure]] if one
            ]:
                raise StoreError(_overtaken())
            con.execute(f"DELETE FROM {masks} WHERE image_id = ? AND structure = ?", place)  # noqa: S608
            if digest:
                row = {"image_id": image_id, "structure": structure, "digest": digest}
                insert(con, cohort, "masks", pd.DataFrame([row]))
                if structure in proposed:
                    note_proposals(con, cohort, pd.DataFrame([row]), outliner=proposed[structure])

    outlines = [
        {"structure": name, "old": standing[name], "new": digest}
        for name, digest in changed.items()
    ]
    detail = {"cohort": cohort, "image": image_id, "picture": picture, "outlines": outlines}
    return publish(root, build, action=ACTION, detail=detail, actor=actor)


def _digests(con: Connection, cohort: str, sql: str, values: list[str]) -> list[str]:
    """The digests that a query finds; none where the cohort has gone since."""
    known = con.execute("SELECT 1 FROM main.cohorts WHERE name = ?", [cohort]).fetchone()
    return [row[0] for row in con.execute(sql, values).fetchall()] if known else []


def _overtaken() -> str:
    return (
        "Somebody else changed this image or its outlines since you opened it, so yours was not "
        "kept. Reload the page, look at theirs, and correct it where you still have to."
    )
