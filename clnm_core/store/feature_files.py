"""How does a table of features lie on disk, so that the same table is the same file?

Radiomics and morphology are one Parquet file. Embeddings are an array of float32 (``.npy``),
which is read through the page cache without being loaded, and a Parquet file that names its rows.
Files are named by their digest and never changed. Nothing in them tells when or by whom they were
written: two runs, on whatever backend, give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from clnm_core.errors import StoreError
from clnm_core.store.places import StorePaths
from clnm_core.store.whole_files import write_whole

ROW_COLUMNS = ("image_id", "case_id", "view")
"""What names a row; the features come after."""

_EMBEDDED = b"features"
"""In the file of rows of embeddings: the names of the array's columns."""

_LOST = (
    "Features {} are {}. Extract them again, or restore the folder features of the store from a "
    "backup."
)


def write_table(
    root: Path, rows: pd.DataFrame, names: tuple[str, ...], values: NDArray[np.floating]
) -> str:
    """Keep a table and return its digest; one that is there already is left alone.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    rows : pandas.DataFrame
        ``image_id, case_id, view``, shape (n_rows, 3).
    names : tuple of str
        Columns of ``values``.
    values : numpy.ndarray of float32 or float64, shape (n_rows, n_names)
        float32 becomes an array that is read without being loaded, float64 a Parquet file.

    Returns
    -------
    str
        64 hexadecimal digits: SHA-256 of the Parquet file, or, for embeddings, of the digests
        of the array and of the file of its rows.

    Raises
    ------
    StoreError
        If it cannot be written.

    """
    labels = {name: pa.array(rows[name], pa.string()) for name in ROW_COLUMNS}
    if values.dtype == np.float32:
        buffer = io.BytesIO()
        np.save(buffer, np.ascontiguousarray(values), allow_pickle=False)
        array = buffer.getvalue()
        table = _parquet(pa.table(labels, metadata={_EMBEDDED: "\n".join(names)}))
        digest = _joined(array, table)
        write_whole(_path(root, digest, "npy"), array, "The table of features")
    else:
        columns = {name: pa.array(values[:, i]) for i, name in enumerate(names)}
        table = _parquet(pa.table(labels | columns))
        digest = hashlib.sha256(table).hexdigest()
    write_whole(_path(root, digest, "parquet"), table, "The table of features")
    return digest


def read_table(root: Path, digest: str) -> pd.DataFrame:
    """The table of a digest: ``image_id, case_id, view``, then one column per feature.

    Features are float64; embeddings are float32 columns over the mapped file.

    Raises
    ------
    StoreError
        If it is not there or cannot be read.

    """
    array = _path(root, digest, "npy")
    try:
        table = pq.read_table(_path(root, digest, "parquet"))
        frame = table.to_pandas()
        names = (table.schema.metadata or {}).get(_EMBEDDED)
        if names is None:
            return frame
        values = np.load(array, mmap_mode="r", allow_pickle=False)
        features = pd.DataFrame(values, columns=names.decode().split("\n"), copy=False)
    except FileNotFoundError:
        raise StoreError(_LOST.format(digest[:12], "missing from the store")) from None
    except (OSError, EOFError, ValueError, pa.ArrowException):
        raise StoreError(_LOST.format(digest[:12], "damaged on disk")) from None
    if len(features) != len(frame):
        raise StoreError(_LOST.format(digest[:12], "damaged on disk"))
    return pd.concat([frame, features], axis=1)


def problem_of(root: Path, digest: str) -> str:
    """What is wrong with the files of a digest, as a sentence; empty where they are whole."""
    array, table = _path(root, digest, "npy"), _path(root, digest, "parquet")
    try:
        rows = table.read_bytes()
        if array.exists():
            found = _joined(array.read_bytes(), rows)
        else:
            found = hashlib.sha256(rows).hexdigest()
    except OSError:
        return _LOST.format(digest[:12], "missing from the store")
    return "" if found == digest else _LOST.format(digest[:12], "not what was extracted")


def _path(root: Path, digest: str, ending: str) -> Path:
    return StorePaths(root).features / f"{digest}.{ending}"


def _parquet(table: pa.Table) -> bytes:
    """A Parquet file without any word of pandas, which would name versions and an index."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return sink.getvalue()


def _joined(array: bytes, table: bytes) -> str:
    digests = (hashlib.sha256(part).hexdigest() for part in (array, table))
    return hashlib.sha256("".join(digests).encode()).hexdigest()
