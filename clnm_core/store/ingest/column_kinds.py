"""What kind of variable does a column look like, and in which role?"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

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
_FEW_WORDS = 15


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
    counts = Counter(word for word in words.tolist() if isinstance(word, str))
    distinct = [word for word, _ in counts.most_common()]
    odd = tuple(word for word in distinct if says_unknown(word) and not says_no(word))
    telling = [word for word in distinct if word not in set(odd)]
    total = sum(counts[word] for word in telling)
    if total and sum(counts[word] for word in telling if _DATE.fullmatch(word)) > 0.8 * total:
        return Look(None)
    values, refused = numbers(pd.Series(telling, dtype="str"), decimal=decimal)
    strange = [word for word, is_refused in zip(telling, refused, strict=True) if is_refused]
    # A few numbers with letters behind them that come again (4a, 4b) are codes, not mistakes.
    is_numeric = total > 0 and sum(counts[word] for word in strange) <= 0.2 * total
    is_code = (_CODE.search(plain(name)) is not None and len(telling) <= 10) or (
        bool(strange) and len(telling) <= _FEW_WORDS and max(counts[w] for w in strange) > 1
    )
    doubts = [
        f"{word} occurs {counts[word]} times; if it means missing, add it to missing"
        for word, value in zip(telling, values, strict=True)
        if value in _CODES_OF_MISSING
    ]
    said = ", ".join(f"{word!r} ({counts[word]})" for word in odd)
    is_count = is_numeric and _COUNT.search(plain(name)) is not None
    is_flag = not is_count and _is_flag(telling)
    if is_flag or (is_numeric and not is_code):
        doubts += [f"{said} read as missing"] if odd else []
        return Look(Kind.FLAG if is_flag else Kind.NUMBER, missing=odd, doubts=tuple(doubts))
    filled = counts.total()
    is_long = sum(len(word) * n for word, n in counts.items()) > _LONG_WORDS * filled
    if is_long or (len(distinct) > _MOST_LEVELS and len(distinct) > 0.2 * filled):
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
