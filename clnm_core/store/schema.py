"""How do cohorts and their rows get into the next snapshot?

Called by those who build a version (:func:`clnm_core.store.snapshots.publish`). Rows go in by
name of table and frame, and the rules of that table are checked in the database afterwards;
an error leaves the store as it was. Values reach the database as parameters or as Arrow
tables, never as SQL text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from clnm_core.domain.columns import Registry
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import StoreError
from clnm_core.store.records import ModelRecord
from clnm_core.store.tables import (
    FIXED_TABLES,
    RULES,
    TABLES,
    Connection,
    case_columns,
    quoted,
    schema_of,
)
from clnm_core.store.version_rows import add_version


def create_cohort(
    con: Connection,
    slug: str,
    registry: Registry,
    *,
    title: str = "",
    description: str = "",
    is_synthetic: bool = False,
    unit_note: str = "",
) -> None:
    """Make an empty cohort; one of that name is dropped first, with its models.

    The table ``cases`` always has ``case_id, patient_id, centre, split``, then the columns
    of ``registry``. The stored registry names case, patient and split even where ``registry``
    does not.

    Raises
    ------
    StoreError
        If the name of the cohort cannot be used.

    """
    schema = schema_of(slug)
    known = {column.name for column in registry}
    basic = [BUILT_IN[name] for name in ("case_id", "patient_id", "split") if name not in known]
    registry = Registry([*basic, *registry])
    drop_cohort(con, slug)
    con.execute(f"CREATE SCHEMA {schema}")
    tables = {**FIXED_TABLES, "cases": case_columns(registry)}
    for table, types in tables.items():
        columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())
        con.execute(f"CREATE TABLE {schema}.{quoted(table)} ({columns})")
    con.execute(
        "INSERT INTO main.cohorts VALUES (?, ?, ?, ?, ?)",
        [slug, title or slug, description, is_synthetic, unit_note],
    )
    declared = {
        "cohort": slug,
        "position": range(len(registry)),
        "column": [json.dumps(column.to_dict(), ensure_ascii=False) for column in registry],
    }
    types = {"cohort": "VARCHAR", "position": "INTEGER", "column": "VARCHAR"}
    _append(con, "main.columns", pd.DataFrame(declared), types, "columns")


def drop_cohort(con: Connection, slug: str) -> None:
    """Remove a cohort and all that is known about it; nothing happens where it is not there."""
    con.execute(f"DROP SCHEMA IF EXISTS {schema_of(slug)} CASCADE")
    con.execute("DELETE FROM main.cohorts WHERE name = ?", [slug])
    for table in (
        "columns",
        "models",
        "model_versions",
        "import_issues",
        "exclusions",
        "feature_sets",
    ):
        con.execute(f"DELETE FROM main.{quoted(table)} WHERE cohort = ?", [slug])  # noqa: S608


def insert(con: Connection, slug: str, table: str, frame: pd.DataFrame) -> None:
    """Add the rows of a frame to a table of a cohort, and check the table's rules.

    Parameters
    ----------
    con : Connection
    slug : str
        The cohort; it must have been created.
    table : str
        ``patients``, ``cases``, ``images``, ``masks``, ``reads`` or ``predictions``.
    frame : pandas.DataFrame
        Columns by name, in any order; those that the frame lacks are left empty. Missing is
        None or NaN. New patients of ``cases`` are added to ``patients`` as well. A cohort
        that an earlier release made gets the columns that this release has added.

    Raises
    ------
    ValueError
        If the table or one of the columns does not exist, or a column is there twice.
    StoreError
        If a value does not fit its column, an identifier is there twice, a row names a
        case, patient or image that is not there, or a probability is outside [0, 1].

    """
    schema = schema_of(slug)
    types = _column_types(con, slug, table)
    for name in set(FIXED_TABLES.get(table, ())) & set(frame.columns) - set(types):
        types[name] = FIXED_TABLES[table][name]
        con.execute(f"ALTER TABLE {schema}.{quoted(table)} ADD COLUMN {quoted(name)} {types[name]}")
    unknown = [str(name) for name in frame.columns if name not in types]
    if unknown:
        raise ValueError(f"{table} of {slug} must have only known columns; got {unknown}.")
    if not frame.columns.is_unique:
        raise ValueError(f"{table} of {slug} must name each column once; got {list(frame)}.")
    if frame.empty:
        return
    if table == "patients":
        _add_patients(con, schema, frame)
    else:
        _append(con, f"{schema}.{quoted(table)}", frame, types, f"{table} of {slug}")
    if table == "cases":
        _add_patients(con, schema, frame[["patient_id"]])
    for check, broken in RULES[table]:
        offender = con.execute(check.format(schema=schema, table=quoted(table))).fetchone()
        if offender is not None:
            raise StoreError(
                f"Table {table} of cohort {slug}: {offender[0]!r} {broken}. Correct the rows; "
                "nothing was published."
            )


def put_model(con: Connection, record: ModelRecord) -> None:
    """Write a model's record as its newest version, which is shown from then on.

    What an earlier version of that cohort and name gave is kept
    (:mod:`clnm_core.store.version_rows`).
    """
    _require(con, record.cohort)
    add_version(con, record)


def replace_predictions(con: Connection, slug: str, model: str, frame: pd.DataFrame) -> None:
    """Replace all risks of one model by those of a frame with ``case_id, split, risk``.

    Raises
    ------
    StoreError
        If a case is not there or is there twice, or a risk is missing or outside [0, 1].

    """
    _require(con, slug)
    con.execute(f"DELETE FROM {schema_of(slug)}.predictions WHERE model = ?", [model])  # noqa: S608
    insert(con, slug, "predictions", frame[["case_id", "split", "risk"]].assign(model=model))


def add_exclusions(con: Connection, slug: str, frame: pd.DataFrame) -> None:
    """Add steps to the flow of exclusions: ``step, reason, patients, cases`` left out."""
    _require(con, slug)
    types = {"step": "INTEGER", "reason": "VARCHAR", "patients": "BIGINT", "cases": "BIGINT"}
    _append_to_main(con, "exclusions", slug, frame, types)


def add_issues(con: Connection, slug: str, frame: pd.DataFrame) -> None:
    """Add what was noticed at import: ``row, column, value, rule``."""
    _require(con, slug)
    types = {"row": "BIGINT", "column": "VARCHAR", "value": "VARCHAR", "rule": "VARCHAR"}
    _append_to_main(con, "import_issues", slug, frame, types)


def _require(con: Connection, slug: str) -> None:
    """Stop where a cohort has not been created.

    Raises
    ------
    StoreError
        If there is no cohort of that name.

    """
    schema_of(slug)
    if not con.execute("SELECT 1 FROM main.cohorts WHERE name = ?", [slug]).fetchone():
        raise StoreError(f"There is no cohort {slug!r} to write to. Create it first.")


def _column_types(con: Connection, slug: str, table: str) -> dict[str, str]:
    """The columns of a cohort's table and their SQL types, in order.

    Raises
    ------
    StoreError
        If there is no cohort of that name.
    ValueError
        If a cohort has no such table.

    """
    _require(con, slug)
    if table not in TABLES:
        raise ValueError(f"table must be one of {', '.join(TABLES)}; got {table!r}.")
    rows = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE schema_name = ? AND table_name = ? AND database_name = current_database() "
        "ORDER BY column_index",
        [slug, table],
    ).fetchall()
    return {str(name): str(kind) for name, kind in rows}


def _add_patients(con: Connection, schema: str, frame: pd.DataFrame) -> None:
    patients = frame[["patient_id"]].drop_duplicates()
    con.register("incoming", _arrow(patients, {"patient_id": "VARCHAR"}, "patients"))
    con.execute(
        f"INSERT INTO {schema}.patients SELECT patient_id FROM incoming "  # noqa: S608
        f"WHERE patient_id IS NULL OR patient_id NOT IN (SELECT patient_id FROM {schema}.patients)"
    )
    con.unregister("incoming")


def _append_to_main(
    con: Connection, table: str, slug: str, frame: pd.DataFrame, types: Mapping[str, str]
) -> None:
    if not frame.empty:
        labelled = frame[list(types)].assign(cohort=slug)
        _append(con, f"main.{quoted(table)}", labelled, {**types, "cohort": "VARCHAR"}, table)


def _append(
    con: Connection, target: str, frame: pd.DataFrame, types: Mapping[str, str], place: str
) -> None:
    con.register("incoming", _arrow(frame, types, place))
    con.execute(f"INSERT INTO {target} BY NAME SELECT * FROM incoming")  # noqa: S608
    con.unregister("incoming")


def _arrow(frame: pd.DataFrame, types: Mapping[str, str], place: str) -> pa.Table:
    """The frame with the types of its SQL columns; None, NA and NaN become NULL."""
    return pa.table(
        {str(name): _array(frame[name], types[str(name)], place) for name in frame.columns}
    )


def _array(values: pd.Series, kind: str, place: str) -> pa.Array:
    try:
        if kind == "VARCHAR" and isinstance(values.dtype, pd.StringDtype):
            return pa.array(values, pa.string(), from_pandas=True)
        if kind == "VARCHAR":
            words = values.astype(object).where(values.notna(), None)
            return pa.array([None if word is None else str(word) for word in words], pa.string())
        if kind == "BOOLEAN":
            return pa.array(values.astype("boolean"), pa.bool_(), from_pandas=True)
        numbers = pd.to_numeric(values.astype(object).where(values.notna(), np.nan))
        if not np.isfinite(numbers.dropna()).all():
            raise ValueError("a number is infinite")
        width = {"DOUBLE": pa.float64(), "BIGINT": pa.int64()}.get(kind, pa.int32())
        return pa.array(numbers, width, from_pandas=True)
    except (ValueError, TypeError, pa.ArrowException) as error:
        raise StoreError(
            f"Column {values.name} in {place} holds a value that is not "
            f"{_EXPECTED.get(kind, 'a whole number')} ({error}). Correct it and import again."
        ) from error


_EXPECTED = {"BOOLEAN": "yes or no", "DOUBLE": "a finite number", "VARCHAR": "a word"}
