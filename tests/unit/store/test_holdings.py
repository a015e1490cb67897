"""Claims about what a cohort holds beside its cases."""

from pathlib import Path

import pytest

from clnm_core.errors import UnknownCohortError
from clnm_core.store.holdings import holdings
from clnm_core.store.warehouse import Warehouse
from tests.small_store import CLINIC, NECK, build_small_store


def test_pictures_outlines_and_reads_are_counted(tmp_path: Path) -> None:
    build_small_store(tmp_path / "store")
    with Warehouse.open(tmp_path / "store") as warehouse:
        held = holdings(warehouse, NECK)
        assert (held.images, held.imaged_cases, held.with_spacing) == (40, 40, 32)
        assert held.modalities == ("US",)
        assert held.views == ("transverse",)
        assert held.masks == {"gland": 40, "nodule": 40}
        empty = holdings(warehouse, CLINIC)
        assert (empty.images, empty.masks, empty.readers, empty.reads) == (0, {}, 0, 0)
        with pytest.raises(UnknownCohortError):
            holdings(warehouse, "nowhere")
