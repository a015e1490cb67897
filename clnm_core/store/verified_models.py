"""Are the files of the trained models, and what is kept beside them, those that were saved?"""

from __future__ import annotations

from pathlib import Path

from clnm_core.errors import ModelError, NoStoreError, StoreError
from clnm_core.store.model_versions import model_versions
from clnm_core.store.modelling import can_predict
from clnm_core.store.places import StorePaths
from clnm_core.store.references import reference_of
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.files import load_model_files


def problems(root: Path) -> list[str]:
    """What is wrong with the models of the version shown, one sentence each.

    Earlier and retired versions count too, as they can be brought back. Models whose risks were imported have no files, and nothing is said of them.

    Raises
    ------
    StoreError
        If the version shown cannot be opened.

    """
    try:
        with Warehouse.open(root) as warehouse:
            trained = [
                one
                for cohort in warehouse.cohorts()
                for one in model_versions(warehouse, cohort.name)
                if can_predict(one.record)
            ]
    except NoStoreError:
        return []
    found = []
    for one in trained:
        record = one.record
        try:
            load_model_files(StorePaths(root).models, record.manifest["digest"])
            reference_of(root, record)
        except (ModelError, StoreError) as error:
            which = record.name if one.is_shown else f"{record.name}, version {one.version}"
            found.append(f"Cohort {record.cohort}, model {which}: {error}")
    return found
