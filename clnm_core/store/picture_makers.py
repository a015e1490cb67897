"""Who made the devices of a cohort's pictures, as far as kept DICOM objects say?"""

from __future__ import annotations

import io

from clnm_core.imaging.makers import maker_of
from clnm_core.store import objects
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse


def picture_makers(warehouse: Warehouse, cohort: str) -> dict[str, str]:
    """Maker by ``image_id``, in a word of :mod:`clnm_core.imaging.makers`.

    Pictures without a kept DICOM object, and those whose object says nothing, are not in it.

    Raises
    ------
    UnknownCohortError
        If there is no such cohort.
    StoreError
        If an object is missing or was altered on disk.

    """
    images = warehouse.rows(f"SELECT * FROM {schema_of(warehouse.cohort(cohort).name)}.images")  # noqa: S608
    if "dicom" not in images:  # the store is of an earlier release
        return {}
    kept = images.loc[images["dicom"].notna(), ["image_id", "dicom"]]
    found = {
        str(name): _maker(objects.get(warehouse.root, digest))
        for name, digest in kept.itertuples(index=False)
    }
    return {name: maker for name, maker in found.items() if maker}


def _maker(data: bytes) -> str:
    import pydicom

    dataset = pydicom.dcmread(
        io.BytesIO(data), stop_before_pixels=True, specific_tags=["Manufacturer"]
    )
    return maker_of(str(dataset.get("Manufacturer") or ""))
