"""Which words of a column say that the outcome happened?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.errors import TableError
from clnm_core.store.ingest.numbers import number_of

if TYPE_CHECKING:
    from clnm_core.store.ingest.reading import Table

YES = frozenset(
    "1 true t yes y pos positive + poor dead died death deceased malignant malignancy metastasis "
    "metastases metastatic metastasized n+ pn+ cn+ case event disease diseased present "
    "abnormal recurrence recurred relapse relapsed progression involved affected bad cancer "
    "carcinoma ja oui si sí sì sim da vrai wahr verdadero positiv positif positivo 是 有 阳性 "
    "恶性 转移".split()
)
NO = frozenset(
    "0 false f no n neg negative - good alive survived benign n0 pn0 cn0 control healthy absent "
    "normal nein non não nie faux falsch negativ négatif negativo 否 无 阴性 良性".split()
)
UNKNOWN_WORDS = frozenset(
    "na n/a #n/a nan null none unknown unk missing ? . - -- nx pnx cnx x not_known notknown nk nd "
    "未知 不详".split()
) | {"not known", "not available", "not assessed", "not examined", "not recorded", "#value!"}
_NODE_POSITIVE = re.compile(r"[cp]?n[1-3][abc]?")
_LISTED = 8


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """An outcome column, read.

    ``is_event`` and ``is_known`` are boolean, shape (n,); ``words`` the cells; ``note`` says
    in a sentence what was taken as the event.
    """

    is_event: NDArray[np.bool_]
    is_known: NDArray[np.bool_]
    note: str
    words: NDArray[np.object_] = field(repr=False)


def read_outcome(table: Table, outcome: str, find: Callable[[Table, str], str]) -> Reading:
    """Read ``COLUMN``, ``COLUMN=WORD`` or ``COLUMN=WORD,WORD``.

    Words that say unknown (``NX``, ``NA``, ``?``) are unknown, never negative, unless they are
    the word that was named. A column that has an equals sign in its name may be given whole.

    Parameters
    ----------
    table : Table
    outcome : str
    find : callable
        Gives the column of a name, or raises TableError.

    Raises
    ------
    TableError
        If it is not certain which words are the event.

    """
    if outcome in table.names or "=" not in outcome:
        column = find(table, outcome)
        words = table.frame[column]
        events = _events_known(words, column, table.name)
        chosen = ""
    else:
        name, chosen = outcome.split("=", 1)
        column = find(table, name)
        words = table.frame[column]
        events = _events_named(words, chosen.strip(), column, table.name)
    distinct = [str(word) for word in words.dropna().unique()]
    unknown = {word for word in distinct if word not in events and says_unknown(word)}
    if not chosen:
        unknown -= {word for word in distinct if _folded(word) in NO}
    is_event = words.isin(list(events)).to_numpy(dtype=bool)
    is_known = words.notna().to_numpy() & ~words.isin(list(unknown)).to_numpy(dtype=bool)
    rest = [word for word in distinct if word not in events and word not in unknown]
    note = (
        f"Outcome: {column} = {_or(sorted(events))} ({int(is_event.sum()):,}); "
        f"without: {_or(rest[:_LISTED]) or 'no row'} ({int((is_known & ~is_event).sum()):,})"
    )
    note += f"; unknown: {_or(sorted(unknown))}." if unknown else "."
    return Reading(is_event, is_known, note, words.to_numpy(dtype=object))


def says_unknown(word: str) -> bool:
    """Whether a word usually says that something is not known."""
    return _folded(word) in UNKNOWN_WORDS


def says_yes(word: str) -> bool:
    """Whether a word usually says that something is so."""
    text = _folded(word)
    return text in YES or _NODE_POSITIVE.fullmatch(text) is not None


def says_no(word: str) -> bool:
    """Whether a word usually says that something is not so."""
    return _folded(word) in NO


def _folded(word: str) -> str:
    """Lower case, and ``1.0`` as ``1``."""
    text = word.strip().casefold()
    number = number_of(text)
    return str(int(number)) if number in (0, 1) else text


def _events_known(words: pd.Series, column: str, file: str) -> set[str]:
    distinct = [str(word) for word in words.dropna().unique()]
    if not distinct:
        raise TableError(f"{file}: column {column!r} is empty, so there is no outcome in it.")
    telling = [word for word in distinct if not says_unknown(word) or says_no(word)]
    events = {word for word in telling if says_yes(word)}
    folded = {_folded(word) for word in telling}
    folded_events = {_folded(word) for word in events}
    has_codes = any(number_of(word) not in (0, 1) for word in folded if word[:1].isdigit())
    is_pair = len(folded) == 2 and len(folded_events) == 1 and not has_codes
    is_all_known = bool(telling) and all(says_yes(word) or says_no(word) for word in telling)
    if is_pair or (is_all_known and len(folded) <= 2 and len(folded_events) <= 1):
        return events
    shown = ", ".join(repr(word) for word in distinct[:_LISTED])
    more = f" and {len(distinct) - _LISTED:,} more" if len(distinct) > _LISTED else ""
    raise TableError(
        f"{file}: column {column!r} holds {shown}{more}, and it is not certain which of them is "
        f"the event. Write COLUMN=WORD, for example {column}={distinct[-1]}."
    )


def _events_named(words: pd.Series, chosen: str, column: str, file: str) -> set[str]:
    distinct = [str(word) for word in words.dropna().unique()]
    for parts in ([chosen], [part.strip() for part in chosen.split(",")]):
        found = [_matching(part, distinct) for part in parts]
        if all(found):
            return set().union(*found)
    shown = ", ".join(repr(word) for word in distinct[:_LISTED]) or "nothing"
    raise TableError(
        f"{file}: column {column!r} never says {chosen!r}; it holds {shown}. "
        "Write the word as the file does."
    )


def _matching(wanted: str, distinct: list[str]) -> set[str]:
    if wanted in distinct:
        return {wanted}
    same = {word for word in distinct if _folded(word) == _folded(wanted)}
    if same:
        return same
    number = number_of(wanted)
    return {word for word in distinct if number_of(word) == number}


def _or(words: list[str]) -> str:
    return " or ".join(words)
