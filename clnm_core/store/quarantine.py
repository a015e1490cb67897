"""Which files wait for a person's look before they may be used, and what was decided?

Two kinds come here from an import. A *doubtful* picture was read and de-identified, but text may be
burned into it: its case is in the cohort, the picture is not, until somebody looks at it and
:func:`release` publishes it, or :func:`dismiss` deletes it. A *refused* file could not be read; it
is kept as it came, with the reason, until somebody removes it. The files are sealed
(:mod:`~clnm_core.store.quarantine_files`); the entries stay (:mod:`~clnm_core.store.quarantine_book`).

Only one at a time changes the quarantine. Whoever dies on the way leaves nothing lost and nothing
published twice: the version that is shown decides what became of an entry
(:mod:`~clnm_core.store.quarantine_fate`), and the next one who comes settles it.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clnm_core.domain.progress import Progress
from clnm_core.errors import StoreBusyError
from clnm_core.store import ledger, quarantine_book, quarantine_files
from clnm_core.store.picture_parts import Kept, PictureParts
from clnm_core.store.quarantine_book import (
    DISMISSED,
    DOUBTFUL,
    REFUSED,
    RELEASED,
    WAITING,
    Held,
)
from clnm_core.store.quarantine_fate import UNBORN, fates
from clnm_core.store.schema import insert
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection

_IMAGE, _DICOM, _FIELDS, _MASK = "image.png", "image.dcm", "image.json", "mask-"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait: doubtful pictures, and refused files."""

    doubtful: int
    refused: int


@contextmanager
def sole_change(root: Path) -> Iterator[None]:
    """Hold the lock of the quarantine; the system lets go of it when its holder dies.

    Raises
    ------
    StoreBusyError
        If another process, or another thread of this one, has it.
    StoreError
        If the folder of the quarantine cannot be used.

    """
    with quarantine_files.lock_file(root) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusyError(
                f"Another import or release of images is under way in the store {root}. Wait until "
                "it has finished, then try again."
            ) from None
        yield


def hold(root: Path, entry: Held, content: PictureParts | bytes) -> Held:
    """Seal one item; its entry counts once :func:`quarantine_book.add` has written it down.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    entry : Held
        Without ``digest`` and ``mark``.
    content : PictureParts or bytes
        The picture of a doubtful entry; the bytes of a refused one, as they came.

    Returns
    -------
    Held
        The entry, complete.

    Raises
    ------
    StoreError
        If the file cannot be written.

    """
    if isinstance(content, bytes):
        parts, mark = {"file": content}, quarantine_files.content_mark(root, entry.cohort, content)
    else:
        parts, mark = _parts(content), ""
    return replace(entry, digest=quarantine_files.seal(root, parts), mark=mark)


def waiting(root: Path, cohort: str | None = None) -> list[Held]:
    """What waits, of one cohort or of all, the oldest first.

    Raises
    ------
    StoreError
        If the list or the version that is shown cannot be read.

    """
    found = [one for one in quarantine_book.entries(root) if cohort in (None, one.cohort)]
    fate = fates(root, found)
    return [one for one in found if fate[one.id].state == WAITING]


def counts(root: Path, cohort: str | None = None) -> Counts:
    """How many wait; raises as :func:`waiting`."""
    kinds = [one.kind for one in waiting(root, cohort)]
    return Counts(kinds.count(DOUBTFUL), kinds.count(REFUSED))


def picture(root: Path, entry: Held) -> PictureParts:
    """The picture of a doubtful entry.

    Raises
    ------
    StoreError
        If its file is lost, or was altered.

    """
    parts = quarantine_files.opened(root, entry.digest)
    masks = {name: data for name, data in parts.items() if name.startswith(_MASK)}
    return PictureParts(
        png=parts[_IMAGE],
        dicom=parts[_DICOM],
        masks={name.removeprefix(_MASK): data for name, data in masks.items()},
        fields=json.loads(parts[_FIELDS]),
    )


def release(
    root: Path,
    ids: Sequence[int],
    *,
    actor: str = "local",
    progress: Progress = lambda share, step: None,
) -> int:
    """Add doubtful pictures and their masks to their cohorts, as one new version of the store.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    ids : sequence of int
        Entries; those that no longer wait are left alone.
    actor : str
        Who looked at them.
    progress : callable
        Takes how far, in [0, 1], and the step in words.

    Returns
    -------
    int
        How many pictures were added; where it is 0, nothing was published.

    Raises
    ------
    ValueError
        If one of them is a refused file.
    StoreBusyError
        If another import, release or publication is under way.
    StoreError
        If a file is lost or altered, or the store cannot be written; nothing is published then.

    """
    with sole_change(root):
        settle(root)
        chosen = _chosen(root, ids)
        if any(one.kind == REFUSED for one in chosen):
            raise ValueError("ids must name pictures that wait; a refused file has no picture.")
        if not chosen:
            return 0
        kept: dict[str, Kept] = {}
        for done, one in enumerate(chosen, start=1):
            into = kept.setdefault(one.cohort, Kept(root))
            into.put(one.case_id, one.image_id, picture(root, one))
            progress(0.8 * done / len(chosen), f"Keeping images: {done:,} of {len(chosen):,}")

        def build(con: Connection) -> None:
            for cohort, into in kept.items():
                insert(con, cohort, "images", into.rows.images)
                insert(con, cohort, "masks", into.rows.masks)

        chosen_ids = [one.id for one in chosen]
        quarantine_book.begin(root, chosen_ids, actor)
        progress(0.85, "Publishing the next version of the store")
        publish(root, build, action="release", detail=_counted(chosen), actor=actor)
        quarantine_book.finish(root, chosen_ids, RELEASED)
        _remove(root, chosen)
    progress(1.0, "Published")
    return len(chosen)


def dismiss(root: Path, ids: Sequence[int], *, actor: str = "local") -> int:
    """Delete files that wait; their entries stay. Returns how many.

    Those that no longer wait are left alone. Raises as :func:`release`.
    """
    with sole_change(root):
        settle(root)
        chosen = _chosen(root, ids)
        if chosen:
            ledger.record(root, actor, "dismiss", _counted(chosen))
            quarantine_book.decide(root, [one.id for one in chosen], DISMISSED, actor)
            _remove(root, chosen)
    return len(chosen)


def settle(root: Path) -> None:
    """Note what became of entries whose import or release ended early, or was overtaken.

    To be called by the holder of the lock. Files that no entry names any longer are deleted.
    """
    held = quarantine_book.entries(root)
    fate = fates(root, held)
    unborn = [one.id for one in held if fate[one.id].state == UNBORN]
    if unborn:
        quarantine_book.forget(root, unborn)
    released = [one.id for one in held if fate[one.id].state == RELEASED]
    if released:
        quarantine_book.finish(root, released, RELEASED)
    for one in held:
        if fate[one.id].state == DISMISSED:
            quarantine_book.decide(root, [one.id], DISMISSED, fate[one.id].by)
    quarantine_files.remove_others(root, {one.digest for one in quarantine_book.entries(root)})


def _parts(picture: PictureParts) -> dict[str, bytes]:
    masks = {f"{_MASK}{structure}": png for structure, png in picture.masks.items()}
    fields = json.dumps(picture.fields, sort_keys=True).encode()
    return {_IMAGE: picture.png, _DICOM: picture.dicom, _FIELDS: fields, **masks}


def _chosen(root: Path, ids: Sequence[int]) -> list[Held]:
    wanted = set(ids)
    return [one for one in quarantine_book.entries(root) if one.id in wanted]


def _counted(chosen: Sequence[Held]) -> dict[str, Any]:
    """What the audit trail says: how many and of which cohorts, never which."""
    kinds = [one.kind for one in chosen]
    return {
        "cohorts": sorted({one.cohort for one in chosen}),
        "images": kinds.count(DOUBTFUL),
        "refused": kinds.count(REFUSED),
    }


def _remove(root: Path, chosen: Sequence[Held]) -> None:
    for one in chosen:
        quarantine_files.remove(root, one.digest)
