"""How is the file of what changes, ``ops.sqlite``, opened?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from clnm_core.errors import StoreError
from clnm_core.store.places import StorePaths

_WAIT_S = 30.0


@contextmanager
def opened(root: Path, what: str) -> Iterator[sqlite3.Connection]:
    """A connection without implicit transactions, closed afterwards.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    what : str
        What of the file is used, for the sentence of an error.

    Raises
    ------
    StoreError
        If the file cannot be read or written.

    """
    path = StorePaths(root).ledger
    try:
        with closing(sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)) as con:
            yield con
    except sqlite3.Error as error:
        raise StoreError(
            f"{what} {path} cannot be used ({error}). Check the disk and the rights of "
            "the folder, or restore the file from a backup."
        ) from error


def make_durable(con: sqlite3.Connection) -> None:
    """From here on what is committed is on disk, and readers do not wait for writers."""
    con.execute("PRAGMA journal_mode=WAL")
    con.execute("PRAGMA synchronous=FULL")
