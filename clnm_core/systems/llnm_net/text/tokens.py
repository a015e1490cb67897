"""Which words, numbers and Chinese characters does a report consist of?

The paper reads the first 50 characters of a Chinese report through a BERT. English needs five
times the characters for the same finding, so that the limit counts tokens here, and characters
only where the paper's own is asked for.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clnm_core.errors import ModelError

PADDING, UNKNOWN, NUMBER, NO_REPORT = range(4)
RESERVED = 4
"""The first of the words has this number."""

READ = 100
"""Characters per token that are looked at: a report of 1 MB costs no more than a page."""

COUNTED = ("tokens", "characters")

_WORDS_MOST = 8_000  # of a vocabulary; a BERT has 20,000 to 30,000 pieces for all that is written
_LONGEST = 40  # letters of a word that are kept
_LARGEST = 1e6  # of a number; nothing that is measured in a neck is larger
_CHINESE = "\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# A sign in brackets is how many laboratories write present and absent.
_TOKEN = re.compile(
    rf"(?P<number>\d+(?:\.\d+)?)|(?P<one>[{_CHINESE}])|(?P<word>(?:(?![{_CHINESE}])[^\W\d_])+)"
    r"|(?P<sign>\([+-]\)|[<>≤≥])"
)


class Encoded(NamedTuple):
    """Reports as numbers, one row each.

    Parameters
    ----------
    ids : numpy.ndarray of int64, shape (n, most)
        0 padding, 1 unknown word, 2 number, 3 no report, then the words of the vocabulary.
    values : numpy.ndarray of float32, shape (n, most)
        ``log(1 + x)`` where the token is the number x, else 0.
    lengths : numpy.ndarray of int64, shape (n,)
        Tokens of each report, at least 1.

    """

    ids: NDArray[np.int64]
    values: NDArray[np.float32]
    lengths: NDArray[np.int64]


@dataclass(frozen=True)
class Tokenizer:
    """What was learned from the training reports about the words in use.

    A token is a word of letters, a number, one Chinese or Japanese character, or a sign that
    carries a finding: ``(+)``, ``(-)``, ``<``, ``>``, ``≤``, ``≥``. All other punctuation, symbols
    and emoji are dropped: they would take up a good part of the 50 tokens, and the order of the
    words, which the network knows, says nearly as much. Capitals, full-width and compatibility
    forms (Unicode NFKC) count as the plain ones; marks of direction and width are left out.

    Parameters
    ----------
    words : tuple of str
        The vocabulary, most frequent first.
    most : int
        Tokens, or characters, of a report that are read; 1 or more.
    counted_in : str
        ``tokens``: the first ``most`` tokens are read. ``characters``: of the first ``most``
        characters, as in the paper, all tokens are; one that the limit cuts is left out, since
        half a number would be another number.

    """

    words: tuple[str, ...]
    most: int = 50
    counted_in: Literal["tokens", "characters"] = "tokens"

    def __post_init__(self) -> None:
        if self.most < 1 or self.counted_in not in COUNTED:
            raise ValueError(
                f"most must be 1 or more and counted_in one of {COUNTED}; got {self.most} and "
                f"{self.counted_in!r}."
            )
        if len(set(self.words)) < len(self.words):
            raise ValueError("words must differ from each other.")

    @property
    def vocabulary(self) -> int:
        """How many numbers a token may have."""
        return RESERVED + len(self.words)

    def tokens(self, text: object) -> list[str]:
        """The tokens of a report, in order; none where there is no report.

        Parameters
        ----------
        text : str
            Anything else, such as None or NaN, is no report.

        Examples
        --------
        >>> Tokenizer((), most=9).tokens("Solid nodule of 9.5 mm, ill-defined.")
        ['solid', 'nodule', 'of', '9.5', 'mm', 'ill', 'defined']
        >>> Tokenizer((), most=9).tokens("左叶结节１２ｍｍ")
        ['左', '叶', '结', '节', '12', 'mm']
        >>> Tokenizer((), most=13, counted_in="characters").tokens("A node of 12.5 mm")
        ['a', 'node', 'of']

        """
        if not isinstance(text, str):
            return []
        plain = _plain(text, READ * self.most)
        end = min(self.most, len(plain)) if self.counted_in == "characters" else len(plain)
        found: list[str] = []
        for match in _TOKEN.finditer(plain):
            if match.end() > end or len(found) == self.most:
                break
            found.append(match.group()[:_LONGEST])
        return found

    def encoded(self, texts: Iterable[object]) -> Encoded:
        """Reports as numbers; each by itself, whatever others are beside it."""
        read = [self.tokens(text) for text in texts]
        ids = np.full((len(read), self.most), PADDING, dtype=np.int64)
        values = np.zeros((len(read), self.most), dtype=np.float32)
        for row, tokens in enumerate(read):
            for place, token in enumerate(tokens):
                ids[row, place] = NUMBER if _is_number(token) else self._numbers.get(token, UNKNOWN)
                values[row, place] = _value(token) if _is_number(token) else 0.0
            if not tokens:
                ids[row, 0] = NO_REPORT
        return Encoded(ids, values, (ids != PADDING).sum(axis=1))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: RESERVED + place for place, word in enumerate(self.words)}

    def to_dict(self) -> dict[str, Any]:
        """The tokenizer as plain values."""
        return {"words": list(self.words), "most": self.most, "counted_in": self.counted_in}

    @staticmethod
    def from_dict(facts: Mapping[str, Any]) -> Tokenizer:
        """The tokenizer of :meth:`to_dict`.

        Raises
        ------
        ModelError
            If these are not its values.

        """
        words, most = facts.get("words"), facts.get("most")
        is_sound = (
            isinstance(words, list)
            and all(isinstance(word, str) for word in words)
            and isinstance(most, int)
            and not isinstance(most, bool)
        )
        try:
            if is_sound:
                return Tokenizer(tuple(words), most, facts.get("counted_in"))  # type: ignore[arg-type]
        except ValueError:
            pass
        raise ModelError(
            "The vocabulary of this model is damaged, so no report can be read with it. Train the "
            "model again, or restore its files from a backup."
        )


def learn_tokenizer(
    texts: Iterable[object],
    *,
    most: int = 50,
    counted_in: Literal["tokens", "characters"] = "tokens",
    least: int = 2,
) -> Tokenizer:
    """The words of some reports, which are those of training cases only.

    Parameters
    ----------
    texts : iterable of str or None
    most, counted_in
        As :class:`Tokenizer` takes them; words beyond are not learned.
    least : int
        Reports in which a word must occur; a rarer one is unknown, then and later. Of equally
        frequent words the one that comes first in the alphabet goes first.

    Examples
    --------
    >>> learn_tokenizer(["Solid nodule 9 mm", "Cystic nodule 12 mm"]).words
    ('mm', 'nodule')

    """
    blank = Tokenizer((), most, counted_in)
    counts = Counter(
        token for text in texts for token in set(blank.tokens(text)) if not _is_number(token)
    )
    frequent = [(-count, word) for word, count in counts.items() if count >= least]
    return Tokenizer(tuple(word for _, word in sorted(frequent)[:_WORDS_MOST]), most, counted_in)


def _plain(text: str, longest: int) -> str:
    """The report in one writing: compatibility forms resolved, lower case, nothing invisible."""
    plain = unicodedata.normalize("NFKC", text.lstrip()[:longest]).casefold()
    seen = [letter for letter in plain if unicodedata.category(letter) != "Cf"]
    return "".join(seen)[:longest].lstrip()


def _is_number(token: str) -> bool:
    return token[0].isdecimal()


def _value(token: str) -> float:
    return math.log1p(min(float(token), _LARGEST))
