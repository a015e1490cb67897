"""How are thousands of pictures drawn and kept without waiting for one after the other?

Cases are handed out in parcels to processes of their own; each draws its views, puts picture
and masks into the store by content hash, and hands back only the records. A case's seed
depends on the demo's seed, the cohort and its number, never on who draws it or when.
"""

from __future__ import annotations

import io
import os
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from PIL import Image

from clnm_core.imaging.fingerprint import recognised
from clnm_core.store import artifacts
from clnm_core.synth import planted
from clnm_core.synth.cohort import SyntheticCohort
from clnm_core.synth.nodes import node_view
from clnm_core.synth.picture import Picture
from clnm_core.synth.salivary import salivary_view
from clnm_core.synth.thyroid import thyroid_views

SOURCE = "Simulated"

_ARTISTS: dict[str, Callable[..., tuple[Picture, ...]]] = {
    "demo-ptc-us": thyroid_views,
    "demo-cli-dlr": thyroid_views,
    "demo-ct-nodes": node_view,
    "demo-msgc": salivary_view,
    planted.NAME: partial(thyroid_views, views=("transverse",)),
}
_VIEWS = {"demo-ptc-us": 2, "demo-cli-dlr": 2, "demo-ct-nodes": 1, "demo-msgc": 1, planted.NAME: 1}
_SEEDS = {"demo-cli-dlr": 0, "demo-ct-nodes": 1, "demo-msgc": 2, "demo-ptc-us": 3, planted.NAME: 4}
_PARCEL = 20
_WRITERS = 3

Records = list[dict[str, Any]]


def image_count(cohort: SyntheticCohort) -> int:
    """How many pictures the cohort will have."""
    return _VIEWS[cohort.name] * int(_shown(cohort).notna().sum())


def pictures_of(cohort: SyntheticCohort, number: int, *, seed: int) -> tuple[Picture, ...]:
    """The views of the case in row ``number``; those of another, edited, where it shows a copy."""
    own = str(cohort.hidden["case_id"].iloc[number])
    shown = _shown(cohort).iloc[number]
    if shown != own:
        source = int(np.flatnonzero(cohort.hidden["case_id"] == shown)[0])
        return tuple(
            planted.edited(view, number) for view in pictures_of(cohort, source, seed=seed)
        )
    findings = cohort.hidden.iloc[number].to_dict()
    return _ARTISTS[cohort.name](findings, seed=_seed(cohort.name, number, seed))


def draw_cohort(
    root: Path, cohort: SyntheticCohort, *, seed: int, drawn: Callable[[int], None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw and keep every picture of a cohort.

    Parameters
    ----------
    root : pathlib.Path
        The store that keeps the pictures.
    cohort : SyntheticCohort
    seed : int
    drawn : callable
        Told how many pictures were drawn since it was last called.

    Returns
    -------
    images, masks : pandas.DataFrame
        Rows for the tables ``images`` and ``masks``, in the order of the cases; copies of
        another case's picture come last.

    """
    cases = list(enumerate(cohort.hidden.to_dict("records")))
    shown = _shown(cohort)
    own = [cases[row] for row in np.flatnonzero(shown == cohort.hidden["case_id"])]
    parcels = [
        (cohort.name, start, own[start : start + _PARCEL], seed)
        for start in range(0, len(own), _PARCEL)
    ]
    workers = max(1, min(cpu_count(), 16, len(parcels)))
    finished: dict[int, tuple[Records, Records]] = {}
    results: Iterator[tuple[int, Records, Records]] = Parallel(
        n_jobs=workers, return_as="generator_unordered", batch_size=1
    )(delayed(_draw_parcel)(root, os.getpid(), *parcel) for parcel in parcels)
    for start, images, masks in results:
        finished[start] = (images, masks)
        drawn(len(images))
    in_order = [finished[start] for start in sorted(finished)]
    for row in np.flatnonzero(shown.notna() & (shown != cohort.hidden["case_id"])):
        case_id = str(cohort.hidden["case_id"].iloc[row])
        kept = [_kept(root, case_id, view) for view in pictures_of(cohort, int(row), seed=seed)]
        in_order.append(
            ([image for image, _ in kept], [mask for _, masks in kept for mask in masks])
        )
        drawn(len(kept))
    return (
        pd.DataFrame([row for images, _ in in_order for row in images]),
        pd.DataFrame([row for _, masks in in_order for row in masks]),
    )


def _draw_parcel(
    root: Path,
    parent: int,
    cohort: str,
    start: int,
    cases: list[tuple[int, dict[str, Any]]],
    seed: int,
) -> tuple[int, Records, Records]:
    """Draw some cases; while one is drawn, those before it are written to disk."""
    _end_with(parent)
    with ThreadPoolExecutor(_WRITERS) as writers:
        waiting = [
            writers.submit(_kept, root, str(findings["case_id"]), picture)
            for number, findings in cases
            for picture in _ARTISTS[cohort](findings, seed=_seed(cohort, number, seed))
        ]
        kept = [future.result() for future in waiting]
    return start, [image for image, _ in kept], [mask for _, masks in kept for mask in masks]


@cache
def _end_with(parent: int) -> None:
    """Have this process end within seconds once the one that handed out the work is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    if os.getpid() != parent:
        threading.Thread(target=watch, daemon=True).start()


def _kept(root: Path, case_id: str, picture: Picture) -> tuple[dict[str, Any], Records]:
    """Put a picture and its masks into the store; their records."""
    image_id = f"{case_id}-{picture.view}"
    image = {
        "image_id": image_id,
        "case_id": case_id,
        "view": picture.view,
        "digest": artifacts.put(root, "image", _png(picture.pixels)),
        "modality": picture.modality.value,
        "rows": picture.pixels.shape[0],
        "cols": picture.pixels.shape[1],
        "row_spacing_mm": picture.spacing_mm,
        "col_spacing_mm": picture.spacing_mm,
        "frames": 1,
        "source": SOURCE,
        **recognised(picture.pixels),
    }
    masks = [
        {
            "image_id": image_id,
            "structure": structure,
            "digest": artifacts.put(root, "mask", _png(mask)),
        }
        for structure, mask in picture.masks.items()
    ]
    return image, masks


def _png(pixels: NDArray[np.uint8] | NDArray[np.bool_]) -> bytes:
    """Lossless PNG. Speckle never repeats, so only runs are looked for: as small, and faster."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return buffer.getvalue()


def _seed(cohort: str, number: int, seed: int) -> tuple[int, ...]:
    return (seed, 7, _SEEDS[cohort], number)


def _shown(cohort: SyntheticCohort) -> pd.Series:
    """The case whose picture each case shows; missing where it shows none."""
    return cohort.hidden["picture" if "picture" in cohort.hidden else "case_id"]
