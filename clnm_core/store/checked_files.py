"""How is a table of plain values kept so that one that was damaged counts as not there?

The first line of the file is the SHA-256 of the rest, which is JSON. It is written whole or not at
all.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clnm_core.store.whole_files import write_whole


def read_checked(path: Path) -> dict[str, Any] | None:
    """What was written; ``None`` where nothing was, or it is not as it was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        return None
    read: dict[str, Any] = json.loads(body)
    return read


def write_checked(path: Path, said: Mapping[str, Any], what: str) -> None:
    """Keep plain values; ``what`` is what they are, for the sentence of an error.

    Raises
    ------
    StoreError
        If they cannot be written.

    """
    body = json.dumps(dict(said), ensure_ascii=False, sort_keys=False, allow_nan=False).encode()
    digest = hashlib.sha256(body).hexdigest().encode()
    write_whole(path, digest + b"\n" + body, what)


def plain_column(values: Sequence[Any]) -> list[Any]:
    """The values of a column for JSON; NaN and infinity become ``None``."""
    return [None if isinstance(one, float) and not math.isfinite(one) else one for one in values]
