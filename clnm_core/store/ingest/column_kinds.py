"""What kind of variable does a column look like, and in which role?"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Kind, Role
from clnm_core.store.ingest.numbers import numbers
from clnm_core.store.ingest.outcome_words import says_no, says_unknown, says_yes
from clnm_core.store.ingest.synonyms import plain

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}( .*)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_IDENTIFYING = re.compile(
    r"\b(name|surname|first name|last name|birth\w*|dob|address|street|phone|telephone|e ?mail|"
    r"insurance|ssn|姓名|电话|地址)\b"
)
_AFTER_SURGERY = re.compile(
    r"risk( (class|group|level|category|stratification))?|(ata|recurrence) risk.*|"
    r"(overall |ajcc |tnm |pathological |pathologic |p)?stage( group(ing)?)?|p?tnm|ajcc.*|"
    r"p ?[tnm]( stage| category)?|response.*|outcome|.*\b(recur\w*|relaps\w*|récidiv\w*|surviv\w*|"
    r"death|died|dead|deceased|vital status|follow ?up|dissect\w*|extranodal.*|ene|post ?op\w*|"
    r"postoperative|radioiodine|adjuvant|histolog\w*)\b.*"
)
_DESIGN = re.compile(r"tnm edition|stage prefix")
_CODE = re.compile(r"\b(stage|grade|class|level|score|category|edition|type|group|gos\d*|wfns)\b")
_COUNT = re.compile(r"\b(number|count|num|no of|total dissected|positive dissected)\b")
_CODES_OF_MISSING = frozenset({-1.0, -9.0, -99.0, -999.0, 888.0, 999.0, 9999.0})
_ORDER = ("none", "no", "low", "mild", "intermediate", "medium", "moderate", "high", "severe")
_YES_AND_NO = frozenset(
    "0 1 true false t f yes no y n pos neg positive negative + - present absent ja nein oui non si "
    "sí no sì sim não da 是 否 有 无 阳性 阴性".split()
)
_MOST_LEVELS = 40
_LONG_WORDS = 60


@dataclass(frozen=True, slots=True)
class Look:
    """What a column looks like.

    ``kind`` is ``None`` for a column of dates. ``levels`` are its words in reading order,
    ``missing`` words of a number column that say unknown, ``doubts`` sentences without the
    column's name.
    """

    kind: Kind | None
    levels: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def look_at(words: pd.Series, name: str, *, decimal: str) -> Look:
    """The kind of a column by its words and name.

    Numbers where all words but those that say unknown, and at most a fifth others, are
    numbers; few codes in a column named stage, grade, ... are levels. 0 and 1, or words for
    yes and no, are a flag. Words such as ``NA`` are kept as levels.
    """
    filled = words.dropna()
    counts = filled.value_counts()
    distinct = [str(word) for word in counts.index]
    odd = tuple(word for word in distinct if says_unknown(word) and not says_no(word))
    telling = filled[~filled.isin(list(odd))]
    if len(telling) and telling.str.fullmatch(_DATE.pattern).mean() > 0.8:
        return Look(None)
    values, refused = numbers(telling, decimal=decimal)
    is_numeric = len(telling) > 0 and refused.mean() <= 0.2
    plain_words = [word for word in distinct if word not in odd]
    codes = sorted(set(values[~np.isnan(values)]) & _CODES_OF_MISSING)
    doubts = [
        f"{code:g} occurs {int((values == code).sum())} times; if it means missing, add it to "
        "missing"
        for code in codes
    ]
    said = ", ".join(f"{word!r} ({counts[word]})" for word in odd)
    is_count = is_numeric and _COUNT.search(plain(name)) is not None
    if not is_count and _is_flag(plain_words):
        if odd:
            doubts.append(f"{said} read as missing")
        return Look(Kind.FLAG, missing=odd, doubts=tuple(doubts))
    is_code = bool(_CODE.search(plain(name))) and len(plain_words) <= 10
    if is_numeric and not is_code:
        if odd:
            doubts.append(f"{said} read as missing")
        return Look(Kind.NUMBER, missing=odd, doubts=tuple(doubts))
    is_long = filled.str.len().mean() > _LONG_WORDS
    is_open = len(distinct) > _MOST_LEVELS and len(distinct) > 0.2 * len(filled)
    if len(filled) and (is_long or is_open):
        return Look(Kind.TEXT)
    if odd:
        doubts.append(f"{said} kept as a level; if it means missing, add it to missing")
    folded: dict[str, str] = {}
    for word in distinct:
        twin = folded.setdefault(word.casefold(), word)
        if twin != word:
            doubts.append(f"{twin!r} and {word!r} differ in letter case only; recode one of them")
    levels = tuple(sorted(distinct, key=_reading_order)) if len(distinct) <= _MOST_LEVELS else ()
    return Look(Kind.CATEGORY, levels=levels, doubts=tuple(doubts))


def role_of(name: str) -> Role:
    """Predictor, unless the name says that it is known only after surgery, or is design."""
    text = plain(name)
    if _DESIGN.fullmatch(text):
        return Role.DESIGN
    return Role.POST_OUTCOME if _AFTER_SURGERY.fullmatch(text) else Role.PREDICTOR


def is_identifying(name: str) -> bool:
    """Whether a column name promises names, addresses or dates of birth."""
    return _IDENTIFYING.search(plain(name)) is not None


def _is_flag(words: list[str]) -> bool:
    """Whether words say plainly yes and no: ``Good`` and ``Poor`` are levels, as a reader wrote."""
    folded = {word.casefold().removesuffix(".0") for word in words}
    is_plain = folded <= _YES_AND_NO and len(folded) in (1, 2)
    yes = {word for word in folded if says_yes(word)}
    is_pair = len(yes) <= 1 and len(folded - yes) <= 1
    return is_plain and is_pair and not folded < {"t", "f"} and not folded < {"y", "n"}


def _reading_order(word: str) -> tuple[int, float, str]:
    folded = word.casefold()
    if folded in _ORDER:
        return _ORDER.index(folded), 0.0, folded
    digits = re.match(r"-?\d+(\.\d+)?", folded)
    return len(_ORDER), float(digits.group()) if digits else 0.0, folded
