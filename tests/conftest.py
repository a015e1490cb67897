"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# Tests share their cores: how long one example takes says nothing about the code.
settings.register_profile("clnm", deadline=None)
settings.load_profile("clnm")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data beside the repository; the test is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the real data folder shared/data beside the repository")
    return SHARED_DATA
