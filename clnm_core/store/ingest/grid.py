"""How are the cells of a sheet held, before anybody knows which row is the header?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from clnm_core.errors import TableError

MOST_COLUMNS = 4096
LONGEST_CELL = 131_072
_CHUNK = 20_000


def grid_of(rows: Iterable[Sequence[str | None]], name: str) -> pd.DataFrame:
    """Rows of words as a frame of text; an empty or blank cell is missing, nothing else is.

    Words lose the white space around them. Rows may be of any length.

    Parameters
    ----------
    rows : iterable of sequence of str or None
    name : str
        File name, for the sentence.

    Returns
    -------
    pandas.DataFrame
        dtype ``str``; index 0, 1, ... (a spreadsheet's row number less one), columns
        0, 1, ... up to the longest row.

    Raises
    ------
    TableError
        If there are more than ``MOST_COLUMNS`` columns, or a cell is longer than
        ``LONGEST_CELL`` characters.

    """
    chunks: list[list[pa.Array]] = []
    sizes: list[int] = []
    for chunk in _chunks(rows):
        width = max(len(row) for row in chunk)
        if width > MOST_COLUMNS:
            raise TableError(
                f"{name} has {width:,} columns; at most {MOST_COLUMNS:,} can be read. "
                "Keep the columns that the study needs and try again."
            )
        chunks.append([_words(cells, name, sum(sizes)) for cells in zip_longest(*chunk)])
        sizes.append(len(chunk))
    width = max((len(columns) for columns in chunks), default=0)
    joined = {
        column: pa.chunked_array(
            [
                columns[column] if column < len(columns) else pa.nulls(size, pa.large_string())
                for columns, size in zip(chunks, sizes, strict=True)
            ],
            type=pa.large_string(),
        )
        for column in range(width)
    }
    frame = pd.DataFrame(
        {column: pd.array(cells, dtype="str") for column, cells in joined.items()},
        index=pd.RangeIndex(sum(sizes)),
    )
    frame.columns = pd.RangeIndex(width)
    return frame


def _chunks(rows: Iterable[Sequence[str | None]]) -> Iterator[list[Sequence[str | None]]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _words(cells: Sequence[str | None], name: str, before: int) -> pa.Array:
    words = pc.utf8_trim_whitespace(pa.array(cells, type=pa.large_string()))
    words = pc.if_else(pc.equal(words, ""), pa.scalar(None, words.type), words)
    lengths = pc.utf8_length(words)
    longest = pc.max(lengths).as_py() or 0
    if longest > LONGEST_CELL:
        row = before + pc.index(lengths, longest).as_py() + 1
        raise TableError(
            f"{name}, row {row}: a cell holds {longest:,} characters; at most {LONGEST_CELL:,} "
            "can be read. Shorten it.",
            (row,),
        )
    return words


def column_letters(position: int) -> str:
    """The letters by which a spreadsheet names a column; 0 is A.

    Examples
    --------
    >>> [column_letters(i) for i in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']

    """
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
