"""How is a table, with facts about it, kept so that one that was damaged counts as not there?

The first line of the file is the SHA-256 of the rest, which is JSON. It is written whole or not at
all.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.store.whole_files import write_whole


def read_table(path: Path, kinds: Mapping[str, type]) -> tuple[dict[str, Any], pd.DataFrame] | None:
    """What was written; ``None`` where nothing was, or it is not as it was written.

    Parameters
    ----------
    path : pathlib.Path
    kinds : mapping of str to type
        Of the columns that are no floats: ``object``, ``bool`` or ``int``.

    """
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        return None
    read = json.loads(body)
    columns = {
        name: pd.Series(values, dtype=kinds.get(name, float))
        for name, values in read["columns"].items()
    }
    return dict(read["facts"]), pd.DataFrame(columns)


def write_table(path: Path, facts: Mapping[str, Any], rows: pd.DataFrame, what: str) -> None:
    """Keep a table; NaN and infinity become nothing.

    Parameters
    ----------
    path : pathlib.Path
    facts : mapping
        Plain values about the table.
    rows : pandas.DataFrame
        Of plain values.
    what : str
        What it is, for the sentence of an error.

    Raises
    ------
    StoreError
        If it cannot be written.

    """
    columns = {str(name): [_plain(one) for one in rows[name].tolist()] for name in rows.columns}
    said = {"facts": dict(facts), "columns": columns}
    body = json.dumps(said, ensure_ascii=False, sort_keys=False, allow_nan=False).encode()
    digest = hashlib.sha256(body).hexdigest().encode()
    write_whole(path, digest + b"\n" + body, what)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
