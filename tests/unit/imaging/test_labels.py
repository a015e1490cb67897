"""Is the name of a structure short, plain and never twice the same, whatever a file calls it?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clnm_core.imaging.labels import PLAIN, plain_label


@given(st.lists(st.text(max_size=200) | st.none() | st.integers(), max_size=8))
def test_every_name_is_plain_and_its_own(names):
    taken: dict[str, int] = {}
    for number, name in enumerate(names):
        taken[plain_label(name, number, taken)] = number
    assert len(taken) == len(names)
    assert all(PLAIN.fullmatch(label) and len(label) <= 64 for label in taken)


def test_long_names_that_begin_alike_stay_apart():
    first = plain_label("a" * 1000, 1)
    assert plain_label("a" * 1000, 2, {first}) == first + " (2)"


def test_marks_that_turn_text_around_are_left_out():
    assert plain_label("gland\u202egnp.exe", 1) == "gland gnp exe"
    assert plain_label("../../etc/passwd", 1) == "etc passwd"
    assert plain_label("<script>", 1) == "script"
