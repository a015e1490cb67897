from pathlib import Path

from clnm_core.store.places import StorePaths, default_store


def test_the_store_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("CLNM_STORE", str(tmp_path / "elsewhere"))
    assert default_store() == tmp_path / "elsewhere"
    monkeypatch.setenv("CLNM_STORE", "~/clnm")
    assert default_store() == Path.home() / "clnm"


def test_without_a_word_the_store_is_under_data_of_the_repository(monkeypatch):
    for value in ("", " "):
        monkeypatch.setenv("CLNM_STORE", value)
        assert default_store() == Path(__file__).parents[3] / "data" / "store"
    monkeypatch.delenv("CLNM_STORE")
    assert default_store() == Path(__file__).parents[3] / "data" / "store"


def test_everything_but_the_key_lies_in_the_store(tmp_path):
    paths = StorePaths(tmp_path / "store")
    inside = [
        paths.snapshots,
        paths.snapshot(1),
        paths.current,
        paths.publishing,
        paths.ledger,
        paths.images,
        paths.models,
        paths.key_print,
    ]
    assert all(paths.root in path.parents for path in inside)
    assert len(set(inside)) == len(inside)
    assert paths.key == tmp_path / "store.key"
