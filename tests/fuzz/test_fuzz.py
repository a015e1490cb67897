"""Does a short round of fuzzing end without a hang, and without an end that the child misses?

The long rounds are run by hand; what they found stands in FINDINGS.md.
"""

from __future__ import annotations

import contextlib
import os
import random
import time

import numpy as np
import pytest

from clnm_core.errors import ImageError
from clnm_core.imaging.guard import read_untrusted
from tests.fuzz import decoders, headers, seeds, trials
from tests.fuzz.mutations import damaged
from tests.fuzz.trials import LONGEST_SECONDS, Outcomes, outcome_of, trial

if not hasattr(os, "fork"):
    pytest.skip("needs fork, to lose a process and not the test", allow_module_level=True)


def test_every_seed_is_read_or_refused_in_words():
    kinds = {name: outcome_of(data)[0] for name, data in seeds.made().items()}
    assert {name for name, kind in kinds.items() if kind != "read"} == {"nrrd", "nrrd-gz"}
    assert set(kinds.values()) == {"read", "refused"}


def test_two_thousand_damaged_headers_neither_hang_nor_kill():
    outcomes = headers.run(2000, seed=7, shared=None)
    assert outcomes.counts.total() + len(outcomes.deaths) == 2000
    assert outcomes.counts["refused"] > 200
    assert outcomes.counts["read"] > 50
    assert headers.is_clean(outcomes), outcomes.words()


def test_three_hundred_damaged_pictures_do_not_hang():
    outcomes = decoders.run(seed=7, shared=None, count=300)
    assert outcomes.counts.total() + len(outcomes.deaths) == 300
    assert not [how for how, _ in outcomes.deaths if how == "SIGALRM"], outcomes.words()
    assert outcomes.slowest_seconds <= LONGEST_SECONDS
    assert len(outcomes.signatures) > 10


def test_damage_is_the_same_for_the_same_seed():
    first, second = (list(headers.damaged_headers(50, 3, None)) for _ in range(2))
    assert first == second
    chance = random.Random(1)  # noqa: S311
    assert len({damaged(b"x" * 100, [b"y"], chance) for _ in range(50)}) > 40


def test_a_file_that_kills_or_stops_its_process_is_known(monkeypatch):
    """The harness itself: were it blind, all of the above would pass."""

    def dies(data: bytes) -> tuple[str, str]:
        if data == b"crash":
            os.abort()
        if data == b"hang":
            time.sleep(60)
        return "read", "read"

    monkeypatch.setattr(trials, "outcome_of", dies)
    monkeypatch.setattr(trials, "LONGEST_SECONDS", 0.1)
    outcomes = Outcomes()
    trial(iter([b"good", b"crash", b"good", b"hang", b"good"]), outcomes)
    assert outcomes.deaths == [("SIGABRT", b"crash"), ("SIGALRM", b"hang")]
    assert outcomes.counts == {"read": 3}


def test_new_ends_are_kept_for_later_rounds():
    corpus = decoders.Corpus(list(seeds.made().values()), 1)
    before = len(corpus.files)
    outcomes = Outcomes()
    trial(corpus.damaged(60), outcomes, corpus.keep)
    assert len(corpus.files) - before == len(outcomes.signatures) > 3


def test_damaged_pictures_of_every_coding_end_in_an_image_error_or_a_picture():
    """Through the real reading process: whatever dies there, here is a sentence."""
    chance = random.Random(11)  # noqa: S311
    good = seeds.made()
    for name in ("jpeg", "jpeg-ls", "jpeg-2000", "rle", "deflated-frames", "png", "tiff-lzw"):
        data = good[name]
        for _ in range(4):
            with contextlib.suppress(ImageError):
                read_untrusted(damaged(data, [data], chance, len(data) // 2), "x.dcm")
    np.testing.assert_array_equal(read_untrusted(good["plain"], "x.dcm").pixels, seeds.GREY)
