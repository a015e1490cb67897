import base64
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from clnm_core.errors import StoreError
from clnm_core.store.places import StorePaths
from clnm_core.store.pseudonyms import (
    FARTHEST_DAYS,
    date_shift_days,
    derived_key,
    disguise_of,
    pseudonym,
)
from clnm_core.store.tables import schema_of

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


def test_each_purpose_has_a_secret_of_its_own_that_stays(root, tmp_path):
    first = derived_key(root, "images of demo")
    assert len(first) == 32
    assert derived_key(root, "images of demo") == first
    assert derived_key(root, "images of other") != first
    assert derived_key(tmp_path / "second", "images of demo") != first
    assert first.hex() != StorePaths(root).key.read_text().strip()
    kept = b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())
    assert first not in kept
    assert first.hex().encode() not in kept


def test_no_secret_can_be_had_as_a_pseudonym(root):
    words = {pseudonym(root, cohort, "dates") for cohort in ("derived key", "demo", "dates")}
    secret = base64.b32encode(derived_key(root, "dates"))[:12].decode().lower()
    assert secret in words  # of a cohort that no store can have: its name holds a space
    with pytest.raises(StoreError, match="must be 1 to 63"):
        schema_of("derived key")


def test_the_dates_of_a_patient_move_back_by_one_number_of_days(root):
    patients = [f"patient-{number}" for number in range(2000)]
    shifts = [date_shift_days(root, "demo", one) for one in patients]
    assert shifts == [date_shift_days(root, "demo", one) for one in patients]
    assert -FARTHEST_DAYS <= min(shifts) < -0.95 * FARTHEST_DAYS
    assert -0.05 * FARTHEST_DAYS < max(shifts) <= -1
    other = [date_shift_days(root, "other", one) for one in patients]
    assert sum(a == b for a, b in zip(shifts, other, strict=True)) < 20


def test_a_disguise_holds_for_a_patient_and_tells_neither_key_nor_days(root):
    one = disguise_of(root, "demo", "abc234")
    assert one == disguise_of(root, "demo", "abc234")
    assert (one.patient, one.shift_days) == ("abc234", date_shift_days(root, "demo", "abc234"))
    assert one.key == disguise_of(root, "demo", "other").key
    assert one.key != disguise_of(root, "second", "abc234").key
    assert one.key.hex() not in repr(one)
    assert str(one.shift_days) not in repr(one)
