"""Which row belongs to which image, and which images have none?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.errors import FeatureError, JobError
from clnm_core.jobs.shards import Shard, read_shard
from clnm_core.store.feature_inputs import FeatureInput, FeatureInputs, SetAside

_NOTHING = "Nothing could be measured in this image."


@dataclass(frozen=True, eq=False, slots=True)
class FeatureRows:
    """The rows of a table of features.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``image_id, case_id, view``, in the order of the images' names.
    values : numpy.ndarray of float32 or float64, shape (n_rows, n_names)
    set_aside : tuple of SetAside
        Images without a row, by name.
    reasons : dict of str to int
        Why values are missing in rows that are there: the sentence, and in how many rows.

    """

    rows: pd.DataFrame
    values: NDArray[np.floating]
    set_aside: tuple[SetAside, ...]
    reasons: dict[str, int]


def gathered(found: FeatureInputs, shards: Sequence[Shard]) -> FeatureRows:
    """Give every image the row of its content.

    Images whose files could not be read, or in which nothing at all could be measured, are set
    aside with the reason.

    Raises
    ------
    FeatureError
        If no image is left; the most frequent reason is said.
    JobError
        If a shard that was finished is gone.

    """
    values: dict[str, NDArray[np.floating]] = {}
    reasons: dict[str, str] = {}
    for shard in shards:
        kept = read_shard(shard)
        if kept is None:
            raise JobError(
                "A part of the features that was finished is gone from the store, or was altered. "
                "Start again: it is computed anew."
            )
        reasons |= kept.unread
        for key, row, reason in zip(kept.keys, kept.values, kept.reasons, strict=True):
            reasons[key] = reason
            if np.isfinite(row).any():
                values[key] = row
    measured = [one for one in found.inputs if one.source.key in values]
    left_out = [
        SetAside(one.image_id, reasons[one.source.key] or _NOTHING)
        for one in found.inputs
        if one.source.key not in values
    ]
    set_aside = sorted([*found.set_aside, *left_out], key=lambda one: one.image_id)
    if not measured:
        reason = Counter(one.reason for one in set_aside).most_common(1)[0][0]
        raise FeatureError(
            f"In none of {len(set_aside):,} images could anything be measured. {reason}"
        )
    said = Counter(reasons[one.source.key] for one in measured)
    return FeatureRows(
        rows=_labels(measured),
        values=np.stack([values[one.source.key] for one in measured]),
        set_aside=tuple(set_aside),
        reasons={reason: said[reason] for reason in sorted(said) if reason},
    )


def _labels(measured: Sequence[FeatureInput]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "image_id": [one.image_id for one in measured],
            "case_id": [one.case_id for one in measured],
            "view": [one.view for one in measured],
        }
    )
