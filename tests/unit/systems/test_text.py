"""Are reports in any writing taken apart soundly, and read each by itself?"""

import time

import numpy as np
import pytest

from clnm_core.errors import ModelError
from clnm_core.systems.llnm_net.text.tokens import (
    NO_REPORT,
    NUMBER,
    PADDING,
    RESERVED,
    UNKNOWN,
    Tokenizer,
    learn_tokenizer,
)

REPORTS = [
    "Left lobe, upper third: solid nodule of 9.5 mm. No calcification.",
    "Right lobe, lower third: cystic nodule of 12 mm. No suspicious nodes.",
    "Left lobe: solid nodule of 31 mm. Suspicious nodes.",
]


def test_chinese_is_read_character_by_character_and_english_word_by_word():
    tokens = Tokenizer((), most=50).tokens("甲状腺左叶见低回声结节，大小约12×9mm, TI-RADS 4a类")
    assert tokens == [
        *"甲状腺左叶见低回声结节",
        *"大小约",
        "12",
        "9",
        "mm",
        "ti",
        "rads",
        "4",
        "a",
        "类",
    ]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Ｎｏｄｕｌｅ　９．５ｍｍ", ["nodule", "9.5", "mm"]),
        ("淋巴结（＋） CK19(-)", ["淋", "巴", "结", "(+)", "ck", "19", "(-)"]),
        ("size < 5 mm, ≥ 3 nodes", ["size", "<", "5", "mm", "≥", "3", "nodes"]),
        ("no\u200dde \u202eleft\u202c \ufeffright", ["node", "left", "right"]),
        ("solid 🦋🏽 nodule ⚠️!!!", ["solid", "nodule"]),
        ("a\x00b\x07c\n\tsolid", ["a", "b", "c", "solid"]),
        ("1,200 and 3.4.5", ["1", "200", "and", "3.4", "5"]),
        ("٣ mm", ["٣", "mm"]),
        ("\ud800 solid", ["solid"]),
        ("_under_score", ["under", "score"]),
    ],
    ids=[
        "wide",
        "signs",
        "less",
        "invisible",
        "emoji",
        "control",
        "numbers",
        "arabic",
        "half",
        "line",
    ],
)
def test_unusual_writing_becomes_plain_tokens(text, tokens):
    assert Tokenizer((), most=50).tokens(text) == tokens


@pytest.mark.parametrize(
    "nothing",
    [None, float("nan"), 7, "", "  \n", "🦋", "\u200f", "...", b"solid"],
    ids=["none", "nan", "number", "empty", "blank", "emoji", "mark", "dots", "bytes"],
)
def test_no_report_is_one_token_that_says_so(nothing):
    found = learn_tokenizer(REPORTS).encoded([nothing])
    assert found.ids[0, 0] == NO_REPORT
    assert (found.ids[0, 1:] == PADDING).all()
    assert found.lengths.tolist() == [1]


def test_a_report_of_a_megabyte_is_read_in_a_moment():
    tokenizer = learn_tokenizer(REPORTS)
    long = [
        "solid nodule 9 mm. " * 50_000,
        "x" * 1_000_000,
        "9" * 1_000_000,
        " " * 1_000_000 + "solid",
        "\u200b" * 1_000_000,
        "\ufdfa" * 1_000_000,
        "🦋" * 1_000_000,
    ]
    started = time.process_time()
    found = tokenizer.encoded(long)
    assert time.process_time() - started < 1
    assert np.isfinite(found.values).all()
    assert found.lengths.tolist()[0] == 50
    assert found.ids[3, 0] == tokenizer.encoded(["solid"]).ids[0, 0]


def test_numbers_share_a_token_and_keep_their_value():
    found = learn_tokenizer(REPORTS).encoded(
        ["nodule of 9.5 mm", "nodule of 31 mm", "9e99 99999999"]
    )
    assert (found.ids[:2, 2] == NUMBER).all()
    assert found.values[:2, 2] == pytest.approx(np.log1p([9.5, 31]))
    assert found.values.max() == pytest.approx(np.log1p(1e6))
    assert found.values[found.ids != NUMBER].tolist() == [0.0] * int((found.ids != NUMBER).sum())


def test_words_are_learned_from_several_reports_and_others_are_unknown():
    tokenizer = learn_tokenizer([*REPORTS, "rare rare rare"], least=2)
    assert "rare" not in tokenizer.words
    assert {"solid", "nodule", "lobe"} <= set(tokenizer.words)
    assert not any(word[0].isdecimal() for word in tokenizer.words)
    ids = tokenizer.encoded(["rare solid"]).ids[0]
    assert ids[0] == UNKNOWN
    assert ids[1] == RESERVED + tokenizer.words.index("solid")


def test_the_order_of_the_reports_changes_no_word():
    assert learn_tokenizer(REPORTS[::-1]).words == learn_tokenizer(REPORTS).words


def test_the_papers_limit_counts_characters_and_halves_no_word_and_no_number():
    text = "Solid nodule of 12.5 mm"
    for most in range(1, 30):
        tokens = Tokenizer((), most=most, counted_in="characters").tokens(text)
        assert tokens == ["solid", "nodule", "of", "12.5", "mm"][: len(tokens)]
        assert sum(map(len, tokens)) <= most
    assert Tokenizer((), most=20, counted_in="characters").tokens(text)[-1] == "12.5"
    assert Tokenizer((), most=19, counted_in="characters").tokens(text)[-1] == "of"


def test_a_report_is_read_the_same_whatever_is_beside_it():
    tokenizer = learn_tokenizer(REPORTS)
    together = tokenizer.encoded(REPORTS)
    for row, text in enumerate(REPORTS):
        alone = tokenizer.encoded([text])
        assert (alone.ids[0] == together.ids[row]).all()
        assert (alone.values[0] == together.values[row]).all()
    assert tokenizer.encoded([]).ids.shape == (0, 50)


def test_a_tokenizer_comes_back_from_plain_values():
    tokenizer = learn_tokenizer(REPORTS, most=7, counted_in="characters")
    assert Tokenizer.from_dict(tokenizer.to_dict()) == tokenizer


@pytest.mark.parametrize(
    "change",
    [{"words": "solid"}, {"words": [1]}, {"words": ["a", "a"]}, {"most": 0}, {"most": "50"},
     {"most": True}, {"counted_in": "pages"}, {"counted_in": None}, {"counted_in": []}],
    ids=["text", "number", "twice", "none", "word", "flag", "pages", "missing", "list"],
)  # fmt: skip
def test_a_damaged_vocabulary_is_refused(change):
    with pytest.raises(ModelError, match="vocabulary of this model is damaged"):
        Tokenizer.from_dict(learn_tokenizer(REPORTS).to_dict() | change)


def test_settings_that_make_no_sense_are_a_callers_mistake():
    with pytest.raises(ValueError, match="most must be"):
        Tokenizer((), most=0)
    with pytest.raises(ValueError, match="most must be"):
        Tokenizer((), counted_in="pages")
    with pytest.raises(ValueError, match="words must differ"):
        Tokenizer(("a", "a"))
