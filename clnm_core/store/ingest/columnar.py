"""Which cells does a Parquet file hold?"""

from __future__ import annotations

import io
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from clnm_core.errors import TableError
from clnm_core.store.ingest.grid import MOST_COLUMNS

_MOST_UNPACKED = 2_000_000_000


@dataclass(frozen=True, eq=False, slots=True)
class Columnar:
    """The words of a Parquet file by column name, and the columns that hold no words."""

    frame: pd.DataFrame
    left_out: tuple[str, ...]


def read_columnar(data: bytes, name: str) -> Columnar:
    """Read a Parquet file as words; null and NaN are missing.

    Raises
    ------
    TableError
        If the file is damaged or too large.

    """
    # Imported here: only somebody who brings a Parquet file waits for it.
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(data))
        meta = file.metadata
        unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if meta.num_columns > MOST_COLUMNS:
            raise TableError(
                f"{name} has {meta.num_columns:,} columns; at most {MOST_COLUMNS:,} can be read. "
                "Keep the columns that the study needs and try again."
            )
        if unpacked > _MOST_UNPACKED:
            raise TableError(f"{name} unpacks to more than 2 GB. Split it and try again.")
        table = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise TableError(
            f"{name} is damaged and cannot be read as Parquet. Write it again and try again."
        ) from error
    kept: dict[str, pd.Series] = {}
    left_out = []
    for column, cells in zip(table.column_names, table.columns, strict=True):
        words = _words(cells)
        if words is None or column in kept:
            left_out.append(column)
        else:
            kept[column] = pd.Series(pd.array(words, dtype="str"))
    return Columnar(pd.DataFrame(kept, index=pd.RangeIndex(table.num_rows)), tuple(left_out))


def _words(cells: pa.ChunkedArray) -> pa.ChunkedArray | None:
    kind = cells.type
    if pa.types.is_dictionary(kind):
        cells = cells.cast(kind.value_type)
        kind = cells.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return None
    if pa.types.is_floating(kind):
        cells = pc.if_else(pc.is_nan(cells), pa.scalar(None, kind), cells)
    try:
        words = pc.utf8_trim_whitespace(cells.cast(pa.large_string()))
    except pa.ArrowException:
        return None
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.large_string()), words)
