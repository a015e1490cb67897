"""What is in the version of the store that is shown?

A :class:`Warehouse` holds one published version open, read-only. It never changes: whatever
is asked of it may be kept for as long as its version is. Any number of threads and processes
may read; each query has its own cursor.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from clnm_core.domain.columns import Registry
from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.errors import NoStoreError, StoreError, UnknownCohortError, UnknownModelError
from clnm_core.store.places import StorePaths
from clnm_core.store.records import CohortRecord, ModelRecord
from clnm_core.store.snapshots import CONFIG, current_version, first_line, missing_snapshot
from clnm_core.store.tables import Connection, column_from, outcomes_of, quoted, schema_of

_OPEN = {name: value for name, value in CONFIG.items() if name != "lock_configuration"}

_CONNECTING = threading.Lock()


class Warehouse:
    """One published version, open for reading. Make it with :meth:`open`."""

    def __init__(self, root: Path, version: int, con: Connection) -> None:
        self.root = root
        self.version = version
        self._con = con
        self._lock = threading.Lock()
        self._is_open = True
        self._registries: dict[str, Registry] = {}
        self._cohorts: list[CohortRecord] | None = None
        self._models: list[ModelRecord] | None = None

    @classmethod
    def open(cls, root: Path, *, version: int | None = None) -> Warehouse:
        """Open the version that is shown, or an earlier one by its number.

        Raises
        ------
        NoStoreError
            If nothing was published yet.
        StoreError
            If the version is missing or damaged.

        """
        shown = current_version(root)
        if shown == 0:
            raise NoStoreError(
                f"There is no store at {root} yet. Make the demonstration with "
                "'python -m clnm_core demo', or import a table."
            )
        number = shown if version is None else version
        path = StorePaths(root).snapshot(number)
        if not 1 <= number <= shown or not path.exists():
            raise StoreError(missing_snapshot(StorePaths(root), number))
        try:
            con = _connect(path)
        except duckdb.Error as error:
            raise StoreError(
                f"Snapshot v{number} of the store {root} cannot be opened ({first_line(error)}). "
                f"Restore {path.name} from a backup, or write the number of an earlier version "
                "into CURRENT."
            ) from error
        return cls(root, number, con)

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; asking afterwards raises StoreError."""
        self._is_open = False
        self._con.close()

    def rows(self, sql: str, params: Sequence[Any] = ()) -> pd.DataFrame:
        """The answer to a query as a frame.

        Numbers are float64 (NaN where missing), words ``str`` (NaN where missing), flags
        ``object`` holding True, False or None.

        Parameters
        ----------
        sql : str
            Names only; every value is a ``?``.
        params : sequence
            The values, in order.

        """
        if not self._is_open:
            raise StoreError("This version of the store was closed. Reload the page.")
        cursor = self._con.cursor()
        try:
            frame = cursor.execute(sql, list(params)).to_arrow_table().to_pandas()
        except (duckdb.IOException, duckdb.FatalException) as error:
            raise StoreError(
                f"Snapshot v{self.version} of the store {self.root} cannot be read "
                f"({first_line(error)}). Restore it from a backup."
            ) from error
        finally:
            cursor.close()
        return _settled(frame)

    def cohorts(self) -> list[CohortRecord]:
        """The cohorts, by name."""
        with self._lock:
            if self._cohorts is None:
                found = self.rows("SELECT * FROM main.cohorts ORDER BY name")
                self._cohorts = [self._count(row) for row in found.itertuples(index=False)]
            return list(self._cohorts)

    def cohort(self, name: str) -> CohortRecord:
        """One cohort.

        Raises
        ------
        UnknownCohortError
            If there is none of that name.

        """
        for record in self.cohorts():
            if record.name == name:
                return record
        known = ", ".join(record.name for record in self.cohorts()) or "none yet"
        raise UnknownCohortError(
            f"There is no cohort {name!r}. Choose one of those in the store: {known}."
        )

    def registry(self, cohort: str) -> Registry:
        """The columns of a cohort, its own included, in reading order.

        Raises
        ------
        UnknownCohortError
            If there is none of that name.

        """
        if cohort not in self._registries:
            self.cohort(cohort)
            self._registries[cohort] = self._columns(cohort)
        return self._registries[cohort]

    def models(self, cohort: str | None = None) -> list[ModelRecord]:
        """The models of one cohort, or of all, by cohort and name."""
        if self._models is None:
            found = self.rows("SELECT * FROM main.models ORDER BY cohort, name")
            self._models = [
                ModelRecord(
                    **{str(key): value for key, value in words.items() if key != "manifest"},
                    manifest=json.loads(words["manifest"]),
                )
                for words in found.to_dict("records")
            ]
        return [model for model in self._models if cohort in (None, model.cohort)]

    def model(self, cohort: str, name: str) -> ModelRecord:
        """One model of a cohort.

        Raises
        ------
        UnknownModelError
            If the cohort has none of that name.

        """
        for record in self.models(cohort):
            if record.name == name:
                return record
        known = ", ".join(record.name for record in self.models(cohort)) or "none yet"
        raise UnknownModelError(
            f"Cohort {cohort!r} has no model {name!r}. Choose one of its models: {known}."
        )

    def exclusions(self, cohort: str) -> pd.DataFrame:
        """The flow of exclusions: ``step, reason, patients, cases`` left out at each step."""
        return self.rows(
            "SELECT step, reason, patients, cases FROM main.exclusions WHERE cohort = ? "
            "ORDER BY step",
            [cohort],
        )

    def issues(self, cohort: str) -> pd.DataFrame:
        """What was noticed at import: ``row, column, value, rule``."""
        return self.rows(
            'SELECT "row", "column", "value", "rule" FROM main.import_issues WHERE cohort = ? '
            'ORDER BY "row", "column"',
            [cohort],
        )

    def publications(self) -> pd.DataFrame:
        """How this version came about, oldest first: ``version, published, actor, action, detail``."""
        return self.rows(
            'SELECT version, published, actor, "action", detail FROM main.publications '
            "ORDER BY version"
        )

    def _columns(self, cohort: str) -> Registry:
        found = self.rows(
            'SELECT "column" FROM main.columns WHERE cohort = ? ORDER BY "position"', [cohort]
        )
        return Registry(column_from(text) for text in found["column"])

    def _count(self, row: Any) -> CohortRecord:
        schema = schema_of(row.name)
        outcomes = outcomes_of(self._columns(row.name))
        parts = [
            f"count(*) FILTER ({quoted(c.name)}), count(*) FILTER (NOT {quoted(c.name)}), "
            f"count(*) FILTER ({quoted(c.name)} IS NULL)"
            for c in outcomes
        ]
        sums = ", ".join(["count(*)", *parts])
        counts = [int(n) for n in self.rows(f"SELECT {sums} FROM {schema}.cases").iloc[0]]  # noqa: S608
        patients, images = self.rows(
            f"SELECT (SELECT count(*) FROM {schema}.patients), "  # noqa: S608
            f"(SELECT count(*) FROM {schema}.images)"
        ).iloc[0]
        return CohortRecord(
            row.name,
            row.title,
            row.description,
            bool(row.is_synthetic),
            int(patients),
            counts[0],
            int(images),
            tuple(
                OutcomeCount(c.name, *counts[1 + 3 * i : 4 + 3 * i]) for i, c in enumerate(outcomes)
            ),
            row.unit_note,
        )


def _settled(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with flags as objects, whether or not any of them is missing."""
    flags = [name for name, dtype in frame.dtypes.items() if dtype.name == "bool"]
    return frame.astype(dict.fromkeys(flags, object)) if flags else frame


def _connect(path: Path) -> Connection:
    """Open a snapshot, and close the door to every file, itself included."""
    with _CONNECTING:  # threads share one instance of a file: only the first may set and lock
        con = duckdb.connect(str(path), read_only=True, config=_OPEN)
        locked = con.execute("SELECT current_setting('lock_configuration')").fetchone()
        if not (locked and locked[0]):
            con.execute("SET disabled_filesystems = 'LocalFileSystem'")
            con.execute("SET lock_configuration = true")
    return con
