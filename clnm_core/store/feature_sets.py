"""Which tables of features does a cohort have, and what stands in them?

A table lies in the folder ``features`` under its digest (:mod:`clnm_core.store.feature_files`);
its record in ``main.feature_sets`` says of which cohort it is, how it was extracted, and what was
set aside. A record is published like everything else, so each version of the store keeps its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.errors import FeatureError, NoStoreError
from clnm_core.store.feature_files import problem_of, read_table
from clnm_core.store.tables import Connection
from clnm_core.store.warehouse import Warehouse

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """One table of features of a cohort.

    Parameters
    ----------
    cohort, name : str
        One of each name in a cohort.
    kind : str
        ``radiomics``, ``deep`` or ``morphology``.
    settings : dict
        All that its numbers depend on beside the images.
    digest : str
        64 hexadecimal digits; equal where every number is.
    rows, columns : int
        Images and features.
    detail : dict
        ``device``, ``seconds``, ``set_aside`` (``image, reason`` each) and ``reasons`` (sentence:
        how many of the rows lack values for it).
    created : str
        ISO 8601, UTC.

    """

    cohort: str
    name: str
    kind: str
    settings: dict[str, Any]
    digest: str
    rows: int
    columns: int
    detail: dict[str, Any] = field(default_factory=dict)
    created: str = ""


def feature_sets(warehouse: Warehouse, cohort: str) -> list[FeatureSet]:
    """The tables of features of a cohort, by name; empty in a store of an earlier release."""
    if not _is_kept(warehouse):
        return []
    found = warehouse.rows(
        'SELECT cohort, name, kind, settings, digest, "rows", "columns", detail, created '
        "FROM main.feature_sets WHERE cohort = ? ORDER BY name",
        [cohort],
    )
    return [
        FeatureSet(
            cohort=row["cohort"],
            name=row["name"],
            kind=row["kind"],
            settings=json.loads(row["settings"]),
            digest=row["digest"],
            rows=int(row["rows"]),
            columns=int(row["columns"]),
            detail=json.loads(row["detail"]),
            created=row["created"],
        )
        for row in found.to_dict("records")
    ]


def feature_set(warehouse: Warehouse, cohort: str, name: str) -> FeatureSet:
    """One table of features.

    Raises
    ------
    FeatureError
        If the cohort has none of that name.

    """
    found = feature_sets(warehouse, cohort)
    for one in found:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in found) or "none yet; extract some"
    raise FeatureError(
        f"Cohort {cohort!r} has no features {name[:80]!r}. Choose one of its tables: {known}."
    )


def plain_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of an extractor as a store keeps them."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(settings)))
    return plain


def measured_alike(
    sets: Sequence[FeatureSet], kind: str, settings: Mapping[str, Any]
) -> list[FeatureSet]:
    """Those of some tables that were measured in the same way."""
    meant = plain_settings(settings)
    return [one for one in sets if one.kind == kind and one.settings == meant]


def feature_table(root: Path, feature_set: FeatureSet) -> pd.DataFrame:
    """The numbers: ``image_id, case_id, view``, then one column per feature.

    Features are float64, NaN where something could not be measured; embeddings are float32, read
    from disk only where they are used.

    Raises
    ------
    StoreError
        If the table is missing or damaged.

    """
    return read_table(root, feature_set.digest)


def put_feature_set(con: Connection, feature_set: FeatureSet) -> None:
    """Add the record of a table while a version is built; one of that name is replaced."""
    con.execute(
        "DELETE FROM main.feature_sets WHERE cohort = ? AND name = ?",
        [feature_set.cohort, feature_set.name],
    )
    con.execute(
        "INSERT INTO main.feature_sets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            feature_set.cohort,
            feature_set.name,
            feature_set.kind,
            json.dumps(feature_set.settings, sort_keys=True, allow_nan=False),
            feature_set.digest,
            feature_set.rows,
            feature_set.columns,
            json.dumps(feature_set.detail, ensure_ascii=False, sort_keys=True, allow_nan=False),
            feature_set.created,
        ],
    )


def check_name(name: str) -> None:
    """Refuse a name that could not stand in a table or an address.

    Raises
    ------
    FeatureError
        If it is not letters, digits, dots, hyphens and underscores.

    """
    if not _NAME.fullmatch(name):
        raise FeatureError(
            "The name of a table of features must be letters, digits, dots, hyphens and "
            f"underscores, at most 80; got {name[:80]!r}. Choose another name."
        )


def problems(root: Path) -> list[str]:
    """What is wrong with the tables of features of the version shown, one sentence each.

    Every file is read and its digest computed anew.
    """
    try:
        with Warehouse.open(root) as warehouse:
            sets = [one for c in warehouse.cohorts() for one in feature_sets(warehouse, c.name)]
    except NoStoreError:
        return []
    found = [(one, problem_of(root, one.digest)) for one in sets]
    return [f"Cohort {one.cohort}, {one.name}: {problem}" for one, problem in found if problem]


def _is_kept(warehouse: Warehouse) -> bool:
    found = warehouse.rows(
        "SELECT 1 FROM information_schema.tables "
        "WHERE table_schema = 'main' AND table_name = 'feature_sets'"
    )
    return not found.empty
