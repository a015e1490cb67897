"""Into which parts is a cohort cut, and how does a finished part lie on disk?

A part (shard) holds images that lie near each other by content, never by name or place in the
cohort: one more image changes one shard. Its file is named by all that its numbers depend on, so
that a finished shard is found by every later job, whoever asks, and never computed again.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.errors import StoreError
from clnm_core.store.feature_inputs import Source
from clnm_core.store.places import StorePaths
from clnm_core.store.whole_files import write_whole

FORMAT = 1
"""Changes when a shard's file, or what goes into the name of it, changes."""

_LEFT_AFTER_S = 24 * 3600.0
_DIGEST = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Shard:
    """Some images, by content, in the order of their keys; and the file for their features."""

    path: Path
    sources: tuple[Source, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Finished:
    """The features of a shard.

    Parameters
    ----------
    keys : tuple of str
        Of the sources.
    values : numpy.ndarray of float32 or float64, shape (n_keys, n_names)
    reasons : tuple of str
        Why values of a row are missing; empty where none is.
    unread : dict of str to str
        Keys of images whose files could not be read, with the sentence. They have no row, and a
        shard that has any is computed again when it is next asked for.

    """

    keys: tuple[str, ...]
    values: NDArray[np.floating]
    reasons: tuple[str, ...]
    unread: dict[str, str]


def shards_of(
    root: Path, sources: Iterable[Source], identity: Mapping[str, Any], *, most: int
) -> list[Shard]:
    """Cut the sources into shards of at most ``most``.

    Sources with equal keys come once. A group is halved by the next bit of the keys for as long
    as it is too large, so that which sources are together depends on them alone.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    sources : iterable of Source
    identity : mapping
        All that the numbers depend on beside the images: kind, settings, names, device.
    most : int
        Images per shard, at least 1.

    """
    by_key = {source.key: source for source in sources}
    said = json.dumps([FORMAT, identity], sort_keys=True, allow_nan=False)
    folder = StorePaths(root).shards
    return [
        Shard(folder / f"{_name(said, group)}.shard", tuple(by_key[key] for key in group))
        for group in _groups(sorted(by_key), 0, most)
    ]


def write_shard(path: Path, finished: Finished) -> None:
    """Put a shard in its place, whole and on disk.

    Raises
    ------
    StoreError
        If it cannot be written.

    """
    values = np.ascontiguousarray(finished.values)
    head = {
        "keys": finished.keys,
        "reasons": finished.reasons,
        "unread": finished.unread,
        "shape": values.shape,
        "dtype": values.dtype.str,
    }
    body = json.dumps(head, ensure_ascii=True).encode() + b"\n" + values.tobytes()
    digest = hashlib.sha256(body).hexdigest().encode()
    write_whole(path, digest + b"\n" + body, "A part of the features")


def read_shard(shard: Shard) -> Finished | None:
    """A finished shard; ``None`` where it is not there, or is not as it was written."""
    try:
        data = shard.path.read_bytes()
    except OSError:
        return None
    digest, _, body = data.partition(b"\n")
    if not _DIGEST.fullmatch(digest) or hashlib.sha256(body).hexdigest().encode() != digest:
        return None
    head, _, values = body.partition(b"\n")
    words = json.loads(head)
    return Finished(
        keys=tuple(words["keys"]),
        values=np.frombuffer(values, dtype=words["dtype"]).reshape(words["shape"]),
        reasons=tuple(words["reasons"]),
        unread=words["unread"],
    )


def make_folder(root: Path) -> None:
    """Make the folder of shards, and remove what writers left that died long ago.

    Raises
    ------
    StoreError
        If it cannot be made.

    """
    folder = StorePaths(root).shards
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for pattern in ("*.part", "*.stop"):
            for path in folder.glob(pattern):
                if time.time() - path.stat().st_mtime > _LEFT_AFTER_S:
                    path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"The store {root} cannot be written ({error.strerror or error}). Check free space "
            "and the rights of the folder, then try again."
        ) from error


def _groups(keys: Sequence[str], depth: int, most: int) -> list[list[str]]:
    """Sorted keys, halved by their bits from ``depth`` on; empty halves are left out."""
    if len(keys) <= most:
        return [list(keys)] if keys else []
    bit = 255 - depth
    zeros = [key for key in keys if not (int(key, 16) >> bit) & 1]
    ones = list(keys[len(zeros) :])
    return [*_groups(zeros, depth + 1, most), *_groups(ones, depth + 1, most)]


def _name(said: str, keys: Sequence[str]) -> str:
    return hashlib.sha256("\n".join([said, *keys]).encode()).hexdigest()
