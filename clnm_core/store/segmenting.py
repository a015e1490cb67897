"""How does a cohort teach an outliner, and how does an outliner outline a cohort?

Training reads the outlines that people drew, saves an outliner under ``models/outliners`` and
records it in the audit trail. Outlining proposes masks for the pictures that lack them and
publishes all of them at once, each noted as a proposal; a mask that is there is never replaced. A
kill on the way leaves the store as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from clnm_core.domain.image import Modality
from clnm_core.domain.progress import Progress
from clnm_core.errors import JobError, ModelError
from clnm_core.imaging.rendering import png_bytes
from clnm_core.imaging.segmentation.files import rounded, save
from clnm_core.imaging.segmentation.outliner import STRUCTURES
from clnm_core.imaging.segmentation.parts import PARTS
from clnm_core.imaging.segmentation.proposal import propose
from clnm_core.store import artifacts, ledger
from clnm_core.store.mask_pairs import drawn, image_of, note_proposals, outlined, pairs_of
from clnm_core.store.outline_scores import overlaps, scores
from clnm_core.store.outliners import check_name, folder_of, outliner_of
from clnm_core.store.schema import insert
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection, schema_of
from clnm_core.store.warehouse import Warehouse

if TYPE_CHECKING:
    from clnm_core.imaging.segmentation.training import Settings

ACTION = "propose outlines"
"""How the audit trail names a run of an outliner."""


def train_outliner(
    root: Path,
    cohort: str,
    *,
    name: str,
    settings: Settings | None = None,
    start: str | None = None,
    progress: Progress = lambda share, step: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    actor: str = "local",
) -> dict[str, Any]:
    """Learn an outliner from the outlines of a cohort, score it, and keep it.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort, name : str
        Which cohort teaches; what the outliner is called.
    settings : Settings, optional
        How to learn, by default as the outliner that comes with the program did.
    start : str, optional
        Name of an outliner to go on from, ``shipped`` for the one that comes with the program; by
        default it learns from nothing.
    progress : callable
        Takes how far, in [0, 1], and the step in words.
    is_cancelled : callable
        Once true, learning ends with the best state so far.
    actor : str
        Who asked for it.

    Returns
    -------
    dict
        The contract of ``segment --train --json``: ``outliner, digest, cohort, store_version,
        passes, pictures, scores`` (by part and structure), ``notes``.

    Raises
    ------
    UnknownCohortError, UnknownModelError
        If there is no such cohort, or no outliner to go on from.
    ModelError
        If the name cannot be used, or there are no outlines to learn from.

    """
    check_name(name)
    progress(0.0, f"Reading the outlines of cohort {cohort}")
    with Warehouse.open(root) as warehouse:
        is_synthetic = warehouse.cohort(cohort).is_synthetic
        frame, version = outlined(warehouse, cohort), warehouse.version
    _require_pictures(frame, cohort)
    from clnm_core.imaging.segmentation.training import Settings, learn

    settings = settings or Settings()
    first = outliner_of(root, start) if start else None
    pairs = pairs_of(
        root,
        frame,
        side=first.side if first else settings.side,
        read=lambda share: progress(0.1 * share, "Reading outlines"),
    )
    learned = learn(
        pairs,
        settings,
        start=first,
        progress=lambda share, step: progress(0.1 + 0.7 * share, step),
        is_cancelled=is_cancelled,
    )
    outliner = rounded(learned.outliner)
    table = overlaps(
        root, frame, outliner, scored=lambda share: progress(0.8 + 0.19 * share, "Scoring outlines")
    )
    pictures = {part: len(pairs.of(part)) for part in PARTS}
    facts = {
        "name": name,
        "cohort": cohort,
        "is_synthetic": is_synthetic and (first is None or first.is_synthetic),
        "start": first.digest if first else "",
        "store_version": version,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": asdict(settings),
        "history": list(learned.history),
        "pictures": pictures,
        "scores": scores(table),
    }
    kept = save(outliner, folder_of(root), facts)
    ledger.record(
        root, actor, "train outliner", {"cohort": cohort, "name": name, "digest": kept.digest}
    )
    progress(1.0, f"Kept as {name}")
    return {
        "outliner": name,
        "digest": kept.digest,
        "cohort": cohort,
        "store_version": version,
        "passes": len(learned.history),
        "pictures": pictures,
        "scores": facts["scores"],
        "notes": _left_out(frame),
    }


def outline_cohort(
    root: Path,
    cohort: str,
    *,
    model: str | None = None,
    progress: Progress = lambda share, step: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    actor: str = "local",
) -> dict[str, Any]:
    """Propose outlines for the pictures of a cohort that lack them, and publish those.

    CT, and pictures on which a lymph node is outlined, are left alone: there is no gland with a
    nodule to find.

    Parameters
    ----------
    root, cohort
        As in :func:`train_outliner`.
    model : str, optional
        Name of an outliner, by default the one that comes with the program.
    progress, is_cancelled, actor
        As in :func:`train_outliner`; a cancelled run publishes nothing.

    Returns
    -------
    dict
        The contract of ``segment --json``: ``outliner, digest, cohort, version`` (``None`` where
        nothing was published), ``pictures`` looked at, ``masks`` published, by structure, ``notes``:
        sentence -> on how many pictures it was said.

    Raises
    ------
    UnknownCohortError, UnknownModelError
        If there is no such cohort or outliner.
    ModelError
        If the cohort has no pictures.
    JobError
        If it was cancelled.

    """
    with Warehouse.open(root) as warehouse:
        frame = outlined(warehouse, cohort)
    _require_pictures(frame, cohort)
    outliner = outliner_of(root, model)
    lacks = frame[list(STRUCTURES)].isna().any(axis=1)
    suits = (frame["modality"] != str(Modality.CT)) & frame["node"].isna()
    waiting = frame[lacks & suits]
    rows: list[dict[str, str]] = []
    said: dict[str, int] = {}
    for number, row in enumerate(waiting.itertuples(index=False)):
        if is_cancelled():
            raise JobError("Outlining was cancelled; no outline was published.")
        proposal = propose(image_of(root, row), outliner)
        for note in proposal.notes:
            said[note] = said.get(note, 0) + 1
        for structure, mask in proposal.masks.items():
            if mask.any() and not isinstance(getattr(row, structure), str):
                digest = artifacts.put(root, "mask", png_bytes(mask))
                rows.append(
                    {"image_id": str(row.image_id), "structure": structure, "digest": digest}
                )
        progress((number + 1) / len(waiting), f"{number + 1:,} of {len(waiting):,} pictures")
    count = int((lacks & ~suits).sum())
    if count:
        said["CT, or a picture of a lymph node, which is not outlined here."] = count
    result = {
        "outliner": model or "shipped",
        "digest": outliner.digest,
        "cohort": cohort,
        "version": None,
        "pictures": len(waiting),
        "masks": {s: sum(row["structure"] == s for row in rows) for s in STRUCTURES},
        "notes": dict(sorted(said.items(), key=lambda item: -item[1])),
    }
    if rows:
        result["version"] = _publish(root, cohort, rows, result, actor)
    return result


def _publish(
    root: Path, cohort: str, rows: list[dict[str, str]], result: dict[str, Any], actor: str
) -> int:
    def build(con: Connection) -> None:
        masks = _still_lacking(con, cohort, pd.DataFrame(rows))
        insert(con, cohort, "masks", masks)
        note_proposals(con, cohort, masks, outliner=result["digest"])

    detail = {
        "cohort": cohort,
        "outliner": result["digest"],
        "masks": result["masks"],
        "source": "proposed by a network, not drawn by a person",
    }
    return publish(root, build, action=ACTION, detail=detail, actor=actor)


def _still_lacking(con: Connection, cohort: str, masks: pd.DataFrame) -> pd.DataFrame:
    """Without those that somebody outlined, or whose picture went, since the cohort was read."""
    schema = schema_of(cohort)
    there = con.execute(f"SELECT image_id, structure FROM {schema}.masks").fetchall()  # noqa: S608
    images = {row[0] for row in con.execute(f"SELECT image_id FROM {schema}.images").fetchall()}  # noqa: S608
    taken = set(there)
    keys = zip(masks["image_id"], masks["structure"], strict=True)
    return masks[[key not in taken and key[0] in images for key in keys]]


def _require_pictures(frame: pd.DataFrame, cohort: str) -> None:
    if frame.empty:
        raise ModelError(
            f"Cohort {cohort} has no pictures, so there is nothing to outline. Import them with its table."
        )


def _left_out(frame: pd.DataFrame) -> list[str]:
    """Pictures with outlines that neither taught nor were scored, in words."""
    have = drawn(frame)[list(STRUCTURES)].notna().any(axis=1)
    count = int((have & (frame["part"] == "")).sum())
    if not count:
        return []
    return [
        f"{count:,} outlined pictures were left out: they have no split, or their patient is in "
        "several."
    ]
