"""A store with 40 images, and an extractor that tells when it measures."""

from __future__ import annotations

import shutil

import pytest

from clnm_core.features import choice
from tests.small_store import build_small_store


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """The store as it was drawn; nobody writes into it."""
    root = tmp_path_factory.mktemp("drawn") / "store"
    build_small_store(root)
    return root


@pytest.fixture
def root(drawn, tmp_path):
    """A store of one's own."""
    shutil.copytree(drawn, tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def count(tmp_path):
    """The file in which the extractor counts."""
    return tmp_path / "count.txt"


@pytest.fixture
def grey(monkeypatch, count):
    """Recipe of the extractor of grey, with the settings given, as features of a kind."""
    monkeypatch.setitem(choice.MAKERS, "radiomics", "tests.unit.jobs.grey_extractor:make")
    monkeypatch.setitem(choice.MAKERS, "deep", "tests.unit.jobs.grey_extractor:make_deep")

    def recipe(kind="radiomics", **settings):
        return choice.recipe_of(kind, settings={"count": str(count)} | settings)

    return recipe
