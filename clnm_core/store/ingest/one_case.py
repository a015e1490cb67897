"""How does one case that somebody described on the Predict page come into a cohort?

Only when that person says so, as a case of a new patient, without a split, through the door by
which imported rows come in (:mod:`~clnm_core.store.ingest.entering`). Its name becomes a pseudonym
and its pictures are de-identified, as on import.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Registry
from clnm_core.domain.image import Modality
from clnm_core.domain.progress import Progress
from clnm_core.errors import CohortError, ImageError, InputError, StoreError
from clnm_core.imaging.fingerprint import recognised
from clnm_core.imaging.rendering import png_bytes
from clnm_core.store.ingest.entering import Entering, enter
from clnm_core.store.ingest.given_case import GivenCase, GivenPicture, checked_name, row_of
from clnm_core.store.ingest.keeping import new_arrival
from clnm_core.store.ingest.picture_files import Pair
from clnm_core.store.ingest.pictures import Picture, read_pictures
from clnm_core.store.kept_cases import note_kept
from clnm_core.store.mask_pairs import note_proposals
from clnm_core.store.outlines import STRUCTURES
from clnm_core.store.picture_parts import Rows
from clnm_core.store.pseudonyms import disguise_of, pseudonym
from clnm_core.store.tables import Connection, column_from, schema_of
from clnm_core.store.warehouse import Warehouse

KEPT = "keep case"
"""How the audit trail names it."""


@dataclass(frozen=True, slots=True)
class KeptCase:
    """The pseudonym of a case that was kept, and the version of the store that has it."""

    cohort: str
    case_id: str
    version: int


def keep_case(
    root: Path,
    cohort: str,
    given: GivenCase,
    *,
    names_nobody: bool,
    actor: str = "local",
    progress: Progress = lambda share, step: None,
) -> KeptCase:
    """Publish a version of the store that has the case.

    It is a case of a new patient and has no split: where the cohort has splits, no training learns
    from it; in a cohort without any it is a case like all others
    (``docs/decisions/0027-a-kept-case-has-no-split.md``).

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort : str
    given : GivenCase
    names_nobody : bool
        Somebody has said that the case may be kept and that nothing in it, text in the pictures
        included, names a patient. The audit trail says so.
    actor : str
        Who keeps it, for the audit trail.
    progress : callable
        Takes how far, in [0, 1], and the step in words.

    Raises
    ------
    InputError
        If nobody said so, the name or the report cannot be used, there is nothing to keep, a value
        does not fit its column, or a picture or an outline cannot be read.
    CohortError
        If there is no such cohort, or it has a case or patient of that name, or one of the pictures.
    StoreError
        If the cohort was changed meanwhile, or the store cannot be written.

    """
    if not names_nobody:
        raise InputError(
            "The case was not kept. Say first that you may keep it and that it names nobody."
        )
    name = checked_name(given.name)
    given = replace(given, name=name)
    with Warehouse.open(root) as warehouse:
        warehouse.cohort(cohort)
        registry = warehouse.registry(cohort)
        row = row_of(given, registry)
        word = pseudonym(root, cohort, name)
        _refuse_known(warehouse, cohort, word)
    with tempfile.TemporaryDirectory(prefix="clnm-keep-") as folder:
        pictures = _read(
            root, cohort, word, given, Path(folder), lambda share, step: progress(0.6 * share, step)
        )
        digests = [hashlib.sha256(one.png.read_bytes()).hexdigest() for one in pictures]

        def prepare(con: Connection) -> None:
            _refuse_changed(con, cohort, registry)
            _refuse_twin(con, cohort, digests)

        def finish(con: Connection, images: Rows) -> None:
            for number, one in enumerate(given.pictures, start=1):
                for structure, outliner in one.proposed.items():
                    is_it = (images.masks["image_id"] == f"{word}-{number}") & (
                        images.masks["structure"] == structure
                    )
                    note_proposals(con, cohort, images.masks[is_it], outliner=outliner)
            note_kept(con, cohort, word, who=actor, overridden=given.overridden)

        version = enter(
            root,
            Entering(
                cohort,
                pd.DataFrame([{"case_id": name, "patient_id": name, **row}], dtype=object),
                {name: word},
                pictures,
                (),
                new_arrival(),
                are_reviewed=True,
            ),
            prepare=prepare,
            finish=finish,
            action=KEPT,
            detail={
                "cohort": cohort,
                "case": word,
                "images": len(pictures),
                "images_reviewed": True,
                "overridden": sorted(given.overridden),
            },
            actor=actor,
            progress=lambda share, step: progress(0.6 + 0.4 * share, step),
        )
    return KeptCase(cohort, word, version)


def _refuse_known(warehouse: Warehouse, cohort: str, word: str) -> None:
    """Stop where a case or a patient has that pseudonym: no two patients become one."""
    found = warehouse.rows(
        f"SELECT 1 FROM {schema_of(cohort)}.cases WHERE case_id = ? OR patient_id = ? LIMIT 1",  # noqa: S608
        [word, word],
    )
    if not found.empty:
        raise CohortError(
            f"The cohort has a case or a patient of this name already ({word}). If it is another "
            "patient, give the case another name."
        )


def _refuse_changed(con: Connection, cohort: str, registry: Registry) -> None:
    """Stop where the cohort has gone, or got other columns, since it was looked at."""
    rows = con.execute(
        'SELECT "column" FROM main.columns WHERE cohort = ? ORDER BY "position"', [cohort]
    ).fetchall()
    if Registry(column_from(row[0]) for row in rows) != registry:
        raise StoreError(
            f"Somebody else changed the cohort {cohort} meanwhile, so the case was not kept. Reload "
            "the page, look at the form, and keep it then."
        )


def _refuse_twin(con: Connection, cohort: str, digests: Sequence[str]) -> None:
    """Stop where the cohort has one of the pictures: it would be one patient under two names."""
    found = con.execute(
        f"SELECT case_id FROM {schema_of(cohort)}.images "  # noqa: S608
        "WHERE list_contains(?::VARCHAR[], digest) ORDER BY case_id LIMIT 1",
        [list(digests)],
    ).fetchone()
    if found:
        raise CohortError(
            f"The cohort has this picture already, in case {found[0]}. A patient may not be in it "
            "under two names, so the case was not kept."
        )


def _read(
    root: Path,
    cohort: str,
    word: str,
    given: GivenCase,
    folder: Path,
    progress: Progress,
) -> list[Picture]:
    """The pictures as an import reads them, with what was said of them and drawn on them."""
    pairs = []
    for number, one in enumerate(given.pictures, start=1):
        path = folder / f"picture-{number}"
        try:
            path.write_bytes(one.data)
        except OSError as error:
            raise StoreError(
                f"The pictures cannot be laid down in {folder.parent} while they are read "
                f"({error.strerror or error}). Check free space there."
            ) from error
        pairs.append(Pair(number, given.name, path, (), one.frame))
    disguise = disguise_of(root, cohort, word)
    found = read_pictures(tuple(pairs), folder, lambda case: disguise, progress)
    for refused in found.refused:
        raise ImageError(f"Picture {refused.row}: {refused.reason}")
    return [_completed(*both) for both in zip(found.pictures, given.pictures, strict=True)]


def _completed(picture: Picture, given: GivenPicture) -> Picture:
    shape = (picture.fields["rows"], picture.fields["cols"])
    masks = []
    for structure, mask in given.masks.items():
        if structure not in STRUCTURES or mask.dtype != np.bool_:
            raise ValueError(f"masks must be bool, of {', '.join(STRUCTURES)}; got {structure!r}.")
        if mask.shape != shape or not mask.any():
            raise ImageError(
                f"The outline of the {structure} on picture {picture.row} is empty or does not fit "
                "it. Draw it again."
            )
        path = picture.png.with_name(f"{picture.png.stem}_{structure}.png")
        path.write_bytes(png_bytes(mask))
        masks.append((structure, path))
    fields = dict(picture.fields)
    if given.view:
        fields["view"] = given.view
    if given.modality is not Modality.OTHER:
        fields["modality"] = given.modality.value
    if fields["row_spacing_mm"] is None and given.spacing_mm is not None:
        fields["row_spacing_mm"], fields["col_spacing_mm"] = given.spacing_mm
    picture = replace(picture, fields=fields, masks=tuple(masks))
    return _of_ct(picture, given) if fields["modality"] == Modality.CT.value else picture


def _of_ct(picture: Picture, given: GivenPicture) -> Picture:
    """A picture of CT in the window in which it was judged.

    Of a film that frame alone is kept: models would not know which slice of a DICOM file is meant.
    """
    if given.pixels is not None and given.pixels.shape[:2] == (
        picture.fields["rows"],
        picture.fields["cols"],
    ):
        picture.png.write_bytes(png_bytes(given.pixels))
        picture = replace(picture, fields=picture.fields | recognised(given.pixels))
    return replace(picture, dicom=None) if picture.fields["frames"] > 1 else picture
