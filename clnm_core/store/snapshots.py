"""Which version of the store is shown, and how does the next one come about?

A version is one DuckDB file that is never changed once it has a number. The next one is
built in a file of its own, flushed to disk, renamed to ``v{n}.duckdb``, and only then named
in ``CURRENT``. Whoever dies on the way leaves the store as it was. A path is never used
twice: DuckDB would hand an open process the old file behind it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from clnm_core.errors import StoreBusyError, StoreError
from clnm_core.store import ledger
from clnm_core.store.places import StorePaths
from clnm_core.store.tables import Connection, create_catalogue

CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "lock_configuration": "true",
}
"""How DuckDB is opened to build a version: no other files, no Python variables."""

_VERSION = re.compile(r"v([0-9]+)\.duckdb")
_BUILDING = "building_"


def current_version(root: Path) -> int:
    """The number of the version that is shown; 0 where nothing was published yet.

    Raises
    ------
    StoreError
        If snapshots are there but ``CURRENT`` is missing or names no version.

    """
    paths = StorePaths(root)
    try:
        text = paths.current.read_text("ascii").strip()
    except FileNotFoundError:
        if _versions(paths):
            raise StoreError(_lost(paths, "is missing")) from None
        return 0
    except (OSError, UnicodeDecodeError):
        raise StoreError(_lost(paths, "cannot be read")) from None
    if not (text.isdigit() and len(text) < 10):
        raise StoreError(_lost(paths, "names no version"))
    return int(text)


def publish(
    root: Path,
    build: Callable[[Connection], None],
    *,
    action: str,
    detail: dict[str, Any],
    actor: str = "local",
) -> int:
    """Build the next version from the current one, and show it.

    Parameters
    ----------
    root : pathlib.Path
        The store; made where it is not there.
    build : callable
        Receives a connection to a copy of the current version, and changes it with the
        functions of :mod:`clnm_core.store.schema`. What it raises is passed on, and nothing
        is published.
    action : str
        What was done, in a word or two, for the audit trail.
    detail : dict
        Plain values for the audit trail, where ``version`` is added; no identifiers of patients.
    actor : str
        Who did it.

    Returns
    -------
    int
        The number of the new version. It is on disk, shown and recorded.

    Raises
    ------
    StoreBusyError
        If another process, or another thread of this one, is publishing.
    StoreError
        If the current version cannot be read, or the new one not be written.

    """
    paths = StorePaths(root)
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True, allow_nan=False)
    with _sole_publisher(paths):
        with _writing(root):
            current = _prepared(paths)
            version = max([current, *_versions(paths)]) + 1
            _remove_leftovers(paths, current)
        draft = paths.snapshots / f"{_BUILDING}{secrets.token_hex(8)}.duckdb"
        try:
            with _writing(root):
                _copy(paths, current, draft)
            with _connected(draft) as con:
                create_catalogue(con)
                _record_unrecorded(con, root, current)
                build(con)
                _sign(con, root, version, (actor, action, text))
            with _writing(root):
                _flush(draft)
                draft.rename(paths.snapshot(version))
                _flush(paths.snapshots)
                _point(paths, version)
        finally:
            for leftover in paths.snapshots.glob(f"{draft.name}*"):
                _remove(leftover)
        _record(root, actor, action, {**detail, "version": version})
    return version


@contextmanager
def _writing(root: Path) -> Iterator[None]:
    """What the system says of a full disk or a closed folder becomes a sentence."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The store {root} cannot be written ({error.strerror or error}). Check free space "
            "and the rights of the folder, then try again."
        ) from error


def _prepared(paths: StorePaths) -> int:
    """The version to start from; from now on a missing ``CURRENT`` is a loss."""
    current = current_version(paths.root)
    if current == 0:
        _point(paths, 0)
    return current


def _copy(paths: StorePaths, current: int, draft: Path) -> None:
    if current == 0:
        return
    if not paths.snapshot(current).exists():
        raise StoreError(missing_snapshot(paths, current))
    shutil.copyfile(paths.snapshot(current), draft)


def _sign(con: Connection, root: Path, version: int, publication: tuple[str, str, str]) -> None:
    """Write into the version how it came about, and where the audit trail stood."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    con.execute(
        "INSERT INTO main.publications VALUES (?, ?, ?, ?, ?, ?, ?)",
        [version, at, *publication, *ledger.head(root)],
    )


def _record(root: Path, actor: str, action: str, detail: dict[str, Any]) -> None:
    try:
        ledger.record(root, actor, action, detail)
    except StoreError as error:
        raise StoreError(
            f"Version {detail['version']} is published, but not yet recorded: {error} The next "
            "publication records both."
        ) from error


@contextmanager
def _connected(draft: Path) -> Iterator[Connection]:
    """A connection to a draft that nobody else sees, complete on disk afterwards."""
    try:
        con = duckdb.connect(str(draft), config=CONFIG)
    except duckdb.Error as error:
        raise StoreError(
            f"The current snapshot cannot be opened ({first_line(error)}). Restore it from a "
            "backup; nothing was published."
        ) from error
    try:
        yield con
        con.execute("CHECKPOINT")
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise StoreError(
            f"The next snapshot cannot be written ({first_line(error)}). Check free space and "
            "memory; nothing was published."
        ) from error
    finally:
        con.close()


@contextmanager
def _sole_publisher(paths: StorePaths) -> Iterator[None]:
    """Hold the lock of publishers; the system lets go of it when its holder dies."""
    with _writing(paths.root):
        paths.snapshots.mkdir(parents=True, exist_ok=True)
        lock = paths.publishing.open("ab")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusyError(
                f"Another process is publishing to the store {paths.root}. Wait until it has "
                "finished, then try again."
            ) from None
        yield


def _point(paths: StorePaths, version: int) -> None:
    """Name a version in ``CURRENT``; a reader sees the old number or the new one."""
    fresh = paths.current.with_name("CURRENT.new")
    fresh.write_text(f"{version}\n", "ascii")
    _flush(fresh)
    fresh.replace(paths.current)
    _flush(paths.root)


def _flush(path: Path) -> None:
    """Have a file, or the names in a folder, on disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def missing_snapshot(paths: StorePaths, version: int) -> str:
    """The sentence for a version whose file is not there."""
    return (
        f"Snapshot v{version} of the store {paths.root} is missing. Restore "
        f"{paths.snapshot(version).name} from a backup, or write the number of another file of "
        f"{paths.snapshots} into CURRENT."
    )


def first_line(error: Exception) -> str:
    """The first line of what DuckDB says; the others repeat SQL."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _lost(paths: StorePaths, what: str) -> str:
    newest = max(_versions(paths), default=0)
    return (
        f"The file {paths.current} {what}. Restore it from a backup, or write the number of the "
        f"version to show into it; the newest snapshot is {newest}."
    )


def _versions(paths: StorePaths) -> list[int]:
    if not paths.snapshots.is_dir():
        return []
    found = (_VERSION.fullmatch(path.name) for path in paths.snapshots.iterdir())
    return [int(match[1]) for match in found if match]


def _remove_leftovers(paths: StorePaths, current: int) -> None:
    """Remove what dead publishers left: drafts, and versions that were never shown."""
    for path in paths.snapshots.glob(f"{_BUILDING}*"):
        _remove(path)
    for version in _versions(paths):
        if version > current:
            paths.snapshot(version).unlink()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _record_unrecorded(con: Connection, root: Path, current: int) -> None:
    """Record the version that is shown where its publisher died before it could."""
    row = con.execute(
        'SELECT actor, "action", detail FROM main.publications WHERE version = ?', [current]
    ).fetchone()
    if row is not None and not ledger.has_version(root, row[1], current):
        late = {**json.loads(row[2]), "version": current, "recorded_late": True}
        ledger.record(root, row[0], row[1], late)
