"""Where does each image of an import go: into the store, or into quarantine?

A picture on which a patient may be named waits in quarantine until a person has looked at it; its
case is imported. A file that could not be used is kept there as it came.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from clnm_core.domain.progress import Progress
from clnm_core.errors import StoreError
from clnm_core.store import quarantine, quarantine_book
from clnm_core.store.ingest.pictures import Picture, Refused
from clnm_core.store.picture_parts import Kept, Rows
from clnm_core.store.quarantine_book import DOUBTFUL, REFUSED, Held
from clnm_core.store.snapshots import current_version


def new_arrival() -> str:
    """A word by which one import is known in the store and in quarantine."""
    return secrets.token_hex(8)


def keep_pictures(
    root: Path,
    cohort: str,
    pictures: Sequence[Picture],
    words: Mapping[str, str],
    *,
    arrival: str,
    are_reviewed: bool,
    progress: Progress,
) -> Rows:
    """Put pictures into the store, by digest, and the doubtful ones into quarantine.

    To be called by the holder of the quarantine's lock, before the import is published.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort : str
    pictures : sequence of Picture
    words : mapping of str to str
        The pseudonym of each case.
    arrival : str
        The word of this import.
    are_reviewed : bool
        Whether a person has looked at all of them, so that none waits.
    progress : callable
        Takes how far, in [0, 1], and the step in words.

    Returns
    -------
    Rows
        Rows of the store's tables ``images`` and ``masks``.

    Raises
    ------
    StoreError
        If one cannot be written.

    """
    kept, held = Kept(root), []
    numbers: Counter[str] = Counter()
    base = current_version(root)
    for done, picture in enumerate(pictures, start=1):
        progress(done / len(pictures), f"Keeping images: {done:,} of {len(pictures):,}")
        case = words[picture.case]
        numbers[case] += 1
        image_id = f"{case}-{numbers[case]}"
        if not waits(picture, are_reviewed=are_reviewed):
            kept.put(case, image_id, picture.parts())
            continue
        described = {
            "row": picture.row,
            "rows": picture.fields["rows"],
            "cols": picture.fields["cols"],
            "modality": picture.fields["modality"],
            "masks": [structure for structure, _ in picture.masks],
        }
        entry = Held(
            cohort=cohort,
            case_id=case,
            image_id=image_id,
            kind=DOUBTFUL,
            reason=picture.doubt,
            described=described,
            arrival=arrival,
            base=base,
        )
        held.append(quarantine.hold(root, entry, picture.parts()))
    if held:
        quarantine_book.add(root, held)
    return kept.rows


def keep_refused(
    root: Path, cohort: str, refused: Sequence[Refused], words: Mapping[str, str], *, arrival: str
) -> None:
    """Keep the files that could not be used, each with its reason.

    To be called by the holder of the quarantine's lock. Raises as :func:`keep_pictures`.
    """
    base = current_version(root)
    held = []
    for one in refused:
        if one.can_be_kept:
            entry = Held(
                cohort=cohort,
                case_id=words.get(one.case, ""),
                image_id="",
                kind=REFUSED,
                reason=one.reason,
                described={"row": one.row},
                arrival=arrival,
                base=base,
            )
            held.append(quarantine.hold(root, entry, _bytes(one)))
    if held:
        quarantine_book.add(root, held)


def waits(picture: Picture, *, are_reviewed: bool) -> bool:
    """Whether a picture must be looked at before it may be used."""
    return bool(picture.doubt) and not are_reviewed


def _bytes(refused: Refused) -> bytes:
    try:
        return refused.path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"The image file of row {refused.row} went away while it was imported "
            f"({error.strerror or error}). Import again."
        ) from error
