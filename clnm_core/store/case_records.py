"""What is stored about one case?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clnm_core.errors import LinkError
from clnm_core.store.criteria import column_list
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse


@dataclass(frozen=True, eq=False, slots=True)
class CaseRecord:
    """Everything that is stored about one case.

    Parameters
    ----------
    values : dict
        One value per column of the registry; None where missing.
    images : pandas.DataFrame
        The table ``images``, by ``image_id``.
    masks : pandas.DataFrame
        ``image_id, structure, digest``.
    reads : pandas.DataFrame
        ``reader_id, probability, call, aided``.
    predictions : pandas.DataFrame
        ``model, split, risk``, by model.

    """

    values: dict[str, Any]
    images: pd.DataFrame
    masks: pd.DataFrame
    reads: pd.DataFrame
    predictions: pd.DataFrame


def case(warehouse: Warehouse, cohort: str, case_id: str) -> CaseRecord:
    """One case with its images, masks, reads and risks.

    Raises
    ------
    LinkError
        If the cohort has no such case.

    """
    registry = warehouse.registry(cohort)
    schema = schema_of(cohort)

    def of(columns: str, table: str, order: str) -> pd.DataFrame:
        return warehouse.rows(
            f"SELECT {columns} FROM {schema}.{table} WHERE case_id = ? ORDER BY {order}",  # noqa: S608
            [case_id],
        )

    found = of(column_list(registry, registry.names), "cases AS cases", "case_id")
    if found.empty:
        raise LinkError(
            f"Cohort {cohort!r} has no case {case_id[:40]!r}. Open the page Cases and choose one."
        )
    plain = found.to_dict("records")[0]
    values = {str(name): None if pd.isna(value) else value for name, value in plain.items()}
    masks = warehouse.rows(
        f"SELECT masks.image_id, structure, masks.digest FROM {schema}.masks AS masks "  # noqa: S608
        f"JOIN {schema}.images AS images ON images.image_id = masks.image_id "
        "WHERE images.case_id = ? ORDER BY masks.image_id, structure",
        [case_id],
    )
    return CaseRecord(
        values,
        of("*", "images", "image_id"),
        masks,
        of('reader_id, probability, "call", aided', "reads", "reader_id, aided"),
        of("model, split, risk", "predictions", "model"),
    )


def first_images(warehouse: Warehouse, cohort: str, case_ids: Sequence[str]) -> pd.DataFrame:
    """The first image of each case that has one: ``case_id, image_id, digest, images``."""
    warehouse.cohort(cohort)
    return warehouse.rows(
        f"SELECT case_id, min(image_id) AS image_id, arg_min(digest, image_id) AS digest, "  # noqa: S608
        f"count(*) AS images FROM {schema_of(cohort)}.images "
        "WHERE list_contains(?::VARCHAR[], case_id) GROUP BY case_id ORDER BY case_id",
        [list(case_ids)],
    )
