"""Is a picture where it must not be: in two splits, or under two patients?"""

from __future__ import annotations

import pandas as pd

from clnm_core.stats.checks.leakage import MOST_ROWS
from clnm_core.stats.checks.result import Check, clear, found, not_checked, several

_NO_IMAGES = (
    "The cohort has no images in two splits; import them with the table to look for copies."
)


def same_image(images: pd.DataFrame) -> Check:
    """C02: exactly the same image, byte for byte, in more than one split.

    Parameters
    ----------
    images : pandas.DataFrame
        ``image_id, patient_id, split, digest`` of every image.

    """
    placed = images[images["split"].notna() & images["digest"].notna()]
    if placed["split"].nunique() < 2:
        return not_checked("C02", _NO_IMAGES)
    rows = _several_of(placed, "split")
    if rows.empty:
        return clear("C02", f"None of {several(len(placed), 'image')} is in two splits.")
    return found(
        "C02",
        "error",
        f"{several(rows['digest'].nunique(), 'image')} of {placed['digest'].nunique():,} "
        f"{_are(rows['digest'].nunique())} in more than one split, byte for byte",
        "Take the copies out of one of them, train again and judge again.",
        rows.head(MOST_ROWS),
    )


def shared_image(images: pd.DataFrame) -> Check:
    """C04: exactly the same image under different patients.

    Parameters
    ----------
    images : pandas.DataFrame
        ``image_id, patient_id, split, digest`` of every image.

    """
    kept = images[images["digest"].notna()]
    if kept.empty:
        return not_checked("C04", "The cohort has no images; import them with the table.")
    rows = _several_of(kept, "patient_id")
    if rows.empty:
        return clear("C04", f"None of {several(len(kept), 'image')} belongs to two patients.")
    return found(
        "C04",
        "warning",
        f"{several(rows['digest'].nunique(), 'image')} {_are(rows['digest'].nunique())} recorded for "
        f"more than one patient ({several(rows['patient_id'].nunique(), 'patient')})",
        "Find out whose each is, or whether these patients are one.",
        rows.head(MOST_ROWS),
    )


def near_duplicates(images: pd.DataFrame, pairs: pd.DataFrame, *, is_complete: bool) -> Check:
    """C03: images that show the same, though their bytes differ.

    Parameters
    ----------
    images : pandas.DataFrame
        ``image_id, patient_id, split, digest, has_fingerprint`` of every image.
    pairs : pandas.DataFrame
        ``first, second`` (row numbers of ``images``) and ``likeness``, as
        :func:`clnm_core.imaging.copies.copies` finds them.
    is_complete : bool
        Whether all candidates were compared.

    """
    known = int(images["has_fingerprint"].sum())
    if images.empty:
        return not_checked("C03", "The cohort has no images; import them with the table.")
    if known == 0:
        return not_checked(
            "C03",
            f"None of {several(len(images), 'image')} has a fingerprint, because they were imported "
            "by an earlier release; import them again to have copies found.",
        )
    first, second = (images.iloc[pairs[side].to_numpy(dtype=int)] for side in ("first", "second"))
    rows = pd.DataFrame(
        {
            "image": first["image_id"].to_numpy(),
            "split": first["split"].to_numpy(),
            "copy": second["image_id"].to_numpy(),
            "split_of_copy": second["split"].to_numpy(),
            "likeness": pairs["likeness"].to_numpy().round(3),
        }
    )
    rows = rows[first["digest"].to_numpy() != second["digest"].to_numpy()]
    looked = several(known, "image") + ("" if known == len(images) else f" of {len(images):,}")
    rest = "" if is_complete else "; there are more candidates than were compared"
    if rows.empty:
        return clear("C03", f"No two of {looked} show the same{rest}.")
    is_across = (rows["split"] != rows["split_of_copy"]) & rows[
        ["split", "split_of_copy"]
    ].notna().all(axis=1)
    across = int(is_across.sum())
    if across == 0:
        return found(
            "C03",
            "info",
            f"{several(len(rows), 'pair')} of {looked} {'shows' if len(rows) == 1 else 'show'} the "
            f"same within one split{rest}",
            "Harmless for the test, but they count twice; keep one of each.",
            rows.head(MOST_ROWS),
        )
    return found(
        "C03",
        "error",
        f"{several(across, 'pair')} of near-duplicate images {_lie(across)} across splits, of "
        f"{looked}{rest}",
        "Take the copies out of one split, train again and judge again.",
        rows[is_across].sort_values("likeness", ascending=False).head(MOST_ROWS),
    )


def _several_of(images: pd.DataFrame, what: str) -> pd.DataFrame:
    """Images whose digest comes with several values of a column, copies side by side."""
    group = images.groupby("digest", sort=False)[what]
    return images[group.transform("nunique") > 1].sort_values(["digest", "image_id"])[
        ["digest", "image_id", "patient_id", "split"]
    ]


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _lie(n: int) -> str:
    return "lies" if n == 1 else "lie"
