"""Readers are ended after these tests, so that none is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clnm_core.imaging import processes


@pytest.fixture(scope="session", autouse=True)
def readers() -> Iterator[None]:
    yield
    processes.close()
