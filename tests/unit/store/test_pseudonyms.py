import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from clnm_core.errors import StoreError
from clnm_core.store.places import StorePaths
from clnm_core.store.pseudonyms import pseudonym

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


def test_an_identifier_keeps_its_word_within_a_cohort_and_has_another_elsewhere(root, tmp_path):
    word = pseudonym(root, "demo", "12345")
    assert re.fullmatch("[a-z2-7]{12}", word)
    assert pseudonym(root, "demo", " 12345\n") == word
    others = {
        pseudonym(root, "other", "12345"),
        pseudonym(root, "demo", "12346"),
        pseudonym(root, "demo", "012345"),
        pseudonym(tmp_path / "second", "demo", "12345"),
    }
    assert len(others | {word}) == 5


def test_cohort_and_identifier_cannot_be_mistaken_for_each_other(root):
    assert pseudonym(root, "a", "b1") != pseudonym(root, "ab", "1")


def test_many_identifiers_have_as_many_words(root):
    assert len({pseudonym(root, "demo", str(number)) for number in range(20000)}) == 20000


def test_the_key_lies_outside_the_store_and_only_its_owner_may_read_it(root):
    pseudonym(root, "demo", "1")
    key = StorePaths(root).key
    assert key == root.with_name("store.key")
    assert root not in key.parents
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    text = key.read_text().strip()
    assert re.fullmatch("[0-9a-f]{64}", text)
    inside = "".join(path.read_text() for path in root.rglob("*") if path.is_file())
    assert text not in inside
    assert [path.name for path in root.parent.iterdir() if path.is_file()] == ["store.key"]


def test_a_key_that_others_can_read_is_refused(root):
    pseudonym(root, "demo", "1")
    StorePaths(root).key.chmod(0o640)
    with pytest.raises(StoreError, match=r"can be read by others. .*chmod 600"):
        pseudonym(root, "demo", "1")
    StorePaths(root).key.chmod(0o600)
    assert pseudonym(root, "demo", "1")


def test_a_lost_key_is_not_replaced_in_silence(root):
    pseudonym(root, "demo", "1")
    StorePaths(root).key.unlink()
    with pytest.raises(StoreError, match=r"is missing, and a new one .* Restore it from a backup"):
        pseudonym(root, "demo", "1")
    assert not StorePaths(root).key.exists()


def test_the_key_of_another_store_is_refused(root, tmp_path):
    word = pseudonym(root, "demo", "1")
    pseudonym(tmp_path / "second", "demo", "1")
    right = StorePaths(root).key.read_text()
    StorePaths(root).key.write_text(StorePaths(tmp_path / "second").key.read_text())
    with pytest.raises(StoreError, match="is not the one that this store was made with"):
        pseudonym(root, "demo", "1")
    StorePaths(root).key.write_text(right)
    assert pseudonym(root, "demo", "1") == word


@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "é"])
def test_a_damaged_key_gets_a_sentence(root, text):
    pseudonym(root, "demo", "1")
    StorePaths(root).key.write_text(text)
    with pytest.raises(StoreError, match="does not hold a key"):
        pseudonym(root, "demo", "1")


def test_a_folder_that_cannot_be_used_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        pseudonym(tmp_path / "file" / "store", "demo", "1")


@pytest.mark.parametrize("identifier", ["", "  ", "\n"])
def test_nobody_is_not_a_patient(root, identifier):
    with pytest.raises(ValueError, match="must not be empty"):
        pseudonym(root, "demo", identifier)


def test_processes_that_need_the_first_key_together_agree_on_one(root):
    script = (
        "import sys; from pathlib import Path\n"
        "from clnm_core.store.pseudonyms import pseudonym\n"
        "sys.stdin.readline(); print(pseudonym(Path(sys.argv[1]), 'demo', '1'))"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", script, str(root)]
    makers = [subprocess.Popen(command, cwd=REPOSITORY, text=True, **pipes) for _ in range(4)]
    for maker in makers:
        maker.stdin.write("go\n")
        maker.stdin.flush()
    words = {maker.communicate(timeout=60)[0] for maker in makers}
    assert words == {pseudonym(root, "demo", "1") + "\n"}
