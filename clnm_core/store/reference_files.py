"""How does a reference lie in its folder, so that it is read back whole or not at all?

An array of numbers, which is read through the page cache without being loaded, two Parquet files,
and ``reference.json``, which names the model and the other files with length and SHA-256. The
folder comes to its place with one rename. Nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from clnm_core.errors import StoreError
from clnm_core.explain.picture_facts import PICTURE_COLUMNS
from clnm_core.explain.reference import Reference
from clnm_core.systems.files import write_folder

FORMAT = 1

SHORT = 6e4
"""Largest number that fits into the 16 bits of a shipped reference."""

SAID, _ARRAY, _CASES, _PICTURES = (
    "reference.json",
    "embedding.npy",
    "cases.parquet",
    "pictures.parquet",
)
_CASE_COLUMNS = ("case_id", "patient_id", "is_training", "own_distance")
_MOST_JSON_BYTES = 4 * 1024**2


def write_reference(
    place: Path, digest: str, reference: Reference, *, is_short: bool = False
) -> None:
    """Put the reference of the model of a digest into a folder, whole or not at all.

    Parameters
    ----------
    place : pathlib.Path
        An earlier folder of that name goes.
    digest : str
    reference : Reference
    is_short : bool
        Whether the numbers are kept in 16 bits, as far as they fit, to be shipped: distances
        then differ by about one in a thousand.

    Raises
    ------
    StoreError
        If it cannot be written.

    """
    try:
        write_folder(place, _files(digest, reference, is_short))
    except OSError as error:
        raise StoreError(
            f"What similar cases are found with cannot be written to {place.parent} "
            f"({error.strerror or error}). Check free space and the rights of the folder."
        ) from error


def read_reference(place: Path, digest: str) -> Reference:
    """The reference in a folder, which must be that of the model of a digest.

    Raises
    ------
    StoreError
        If a file is missing, was changed, or belongs to another model.

    """
    said = _said(place)
    if said.get("model") != digest:
        raise _damaged("it belongs to another model")
    tables = {}
    for name in (_CASES, _PICTURES):
        data = _checked(place, name, said)
        try:
            tables[name] = pq.read_table(io.BytesIO(data)).to_pandas()
        except (pa.ArrowException, OSError, ValueError):
            raise _damaged("a table of it cannot be read") from None
    _checked(place, _ARRAY, said)
    try:
        embedding = np.load(place / _ARRAY, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        raise _damaged("its numbers cannot be read") from None
    return _joined(embedding, tables[_CASES], tables[_PICTURES], said)


def _joined(
    embedding: Any, cases: pd.DataFrame, pictures: pd.DataFrame, said: Mapping[str, Any]
) -> Reference:
    known, left_out = said.get("always_known"), said.get("left_out")
    is_whole = (
        {*_CASE_COLUMNS} <= {*cases.columns}
        and list(pictures.columns) == list(PICTURE_COLUMNS)
        and isinstance(known, list)
        and isinstance(left_out, int)
        and embedding.dtype in (np.float32, np.float16)
        and embedding.ndim == 2
        and len(embedding) == len(cases)
    )
    if not is_whole:
        raise _damaged("its parts do not fit each other")
    numbers = embedding if embedding.dtype == np.float32 else embedding.astype(np.float32)
    if not np.isfinite(numbers).all():
        raise _damaged("a number of it is none")
    return Reference(
        case_ids=tuple(cases["case_id"]),
        patient_ids=tuple(cases["patient_id"]),
        embedding=numbers,
        is_training=cases["is_training"].to_numpy(dtype=bool),
        own_distance=cases["own_distance"].to_numpy(dtype=np.float64),
        pictures=pictures,
        always_known=tuple(str(name) for name in known or ()),
        left_out=int(left_out or 0),
    )


def _files(digest: str, reference: Reference, is_short: bool) -> dict[str, bytes]:
    numbers = np.ascontiguousarray(reference.embedding, dtype=np.float32)
    if is_short and np.abs(numbers).max(initial=0.0) < SHORT:
        numbers = numbers.astype(np.float16)
    array = io.BytesIO()
    np.save(array, numbers, allow_pickle=False)
    cases = {
        "case_id": pa.array(reference.case_ids, pa.string()),
        "patient_id": pa.array(reference.patient_ids, pa.string()),
        "is_training": pa.array(reference.is_training, pa.bool_()),
        "own_distance": pa.array(reference.own_distance, pa.float64()),
    }
    pictures = {
        name: pa.array(reference.pictures[name], pa.string() if place < 5 else pa.float64())
        for place, name in enumerate(PICTURE_COLUMNS)
    }
    files = {
        _ARRAY: array.getvalue(),
        _CASES: _parquet(pa.table(cases)),
        _PICTURES: _parquet(pa.table(pictures)),
    }
    said = {
        "format": FORMAT,
        "model": digest,
        "always_known": list(reference.always_known),
        "left_out": reference.left_out,
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in files.items()
        },
    }
    return files | {SAID: json.dumps(said, indent=1, sort_keys=True).encode()}


def _said(place: Path) -> dict[str, Any]:
    try:
        text = (place / SAID).read_bytes()
        said = json.loads(text) if len(text) <= _MOST_JSON_BYTES else None
    except OSError:
        raise _damaged("a file of it is missing") from None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise _damaged("what it says of itself cannot be read")
    return said


def _checked(place: Path, name: str, said: Mapping[str, Any]) -> bytes:
    """A file if it is the one that was meant."""
    listed = said.get("files")
    meant = listed.get(name) if isinstance(listed, dict) else None
    try:
        data = (place / name).read_bytes()
    except OSError:
        raise _damaged("a file of it is missing") from None
    if not isinstance(meant, dict) or hashlib.sha256(data).hexdigest() != meant.get("sha256"):
        raise _damaged("a file of it was changed")
    return data


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _damaged(why: str) -> StoreError:
    return StoreError(
        f"What similar cases are found with is not as it was kept: {why}. Make it again."
    )
