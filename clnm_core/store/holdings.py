"""What does a cohort hold beside its cases: pictures, outlines, reads?"""

from __future__ import annotations

from dataclasses import dataclass

from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Holdings:
    """Counts of what belongs to the cases.

    Parameters
    ----------
    images, imaged_cases : int
        Pictures, and cases that have any.
    modalities, views : tuple of str
        Words that occur, in alphabetical order.
    with_spacing : int
        Pictures whose pixels have a known size.
    masks : dict of str to int
        Outlines by structure.
    readers, reads, aided : int
        Different readers, their reads, and those made with the model's help.

    """

    images: int
    imaged_cases: int
    modalities: tuple[str, ...]
    views: tuple[str, ...]
    with_spacing: int
    masks: dict[str, int]
    readers: int
    reads: int
    aided: int


def holdings(warehouse: Warehouse, cohort: str) -> Holdings:
    """Count the pictures, outlines and reads of a cohort.

    Raises
    ------
    UnknownCohortError
        If there is none of that name.

    """
    schema = schema_of(warehouse.cohort(cohort).name)
    images = warehouse.rows(
        f"SELECT modality, view, count(*) AS n, count(row_spacing_mm) AS spaced "  # noqa: S608
        f"FROM {schema}.images GROUP BY ALL"
    )
    imaged = warehouse.rows(f"SELECT count(DISTINCT case_id) AS n FROM {schema}.images")  # noqa: S608
    masks = warehouse.rows(
        f"SELECT structure, count(*) AS n FROM {schema}.masks GROUP BY 1 ORDER BY 1"  # noqa: S608
    )
    reads = warehouse.rows(
        f"SELECT count(DISTINCT reader_id) AS readers, count(*) AS reads, "  # noqa: S608
        f"count(*) FILTER (aided) AS aided FROM {schema}.reads"
    ).iloc[0]
    return Holdings(
        images=int(images["n"].sum()),
        imaged_cases=int(imaged["n"].iloc[0]),
        modalities=tuple(sorted(images["modality"].dropna().unique())),
        views=tuple(sorted(images["view"].dropna().unique())),
        with_spacing=int(images["spaced"].sum()),
        masks={str(name): int(n) for name, n in zip(masks["structure"], masks["n"], strict=True)},
        readers=int(reads["readers"]),
        reads=int(reads["reads"]),
        aided=int(reads["aided"]),
    )
