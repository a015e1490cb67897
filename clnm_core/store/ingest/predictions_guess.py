"""Which columns of an unknown table are outcome, risk, id, patient, split and groups?

A guess to start from, never a decision: the reader sees and corrects it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clnm_core.store.ingest.numbers import numbers
from clnm_core.store.ingest.outcome_words import says_no, says_unknown, says_yes
from clnm_core.store.ingest.reading import Table

MOST_LEVELS = 30
"""A column of words with more different ones is no group."""

_LOOKED_AT = 20_000
"""Rows from which a column is judged, evenly spaced."""

_FIRST_GROUPS = 3

_MOSTLY = 0.8
"""Share of cells that settles what a column holds; the others may be the bad rows."""

_NAMES = {
    "risk": r"risk|prob|pred|score|likelihood|yhat|y_hat|logit|model|^p$|^p_|_p$|output",
    "plain risk": r"^(risk|prob|probability|predicted_risk|predicted_probability)$",
    "outcome": (
        r"outcome|label|truth|true|target|event|status|class|diagnos|metasta|lnm|clnm|"
        r"lateral|central|malign|dead|died|death|recur|gold|^y$|^y_|result|patholog"
    ),
    "id": r"(^|_|\b)(id|case|case_?id|record|accession|key|row|nr|no|number)($|_|\b)",
    "patient": r"patient|subject|person|participant|pid|mrn",
    "split": r"split|^set$|dataset|partition|fold|subset|cohort",
    "group": (
        r"(?<![a-z])(cent(er|re)|site|hospital|sex|gender|age|race|ethnic|device|scanner|"
        r"vendor|lobe|size)"
    ),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What a look at one column says.

    ``words`` are its different cells with their counts, most frequent first; empty where
    there are more than ``MOST_LEVELS``. ``distinct`` counts the different cells looked at.
    """

    name: str
    words: tuple[tuple[str, int], ...]
    distinct: int
    filled: int
    is_number: bool  #: at least four in five filled cells are numbers
    is_share: bool  #: and at least four in five of these lie within 0 and 1

    @property
    def may_group(self) -> bool:
        """Whether cases can be told apart by it: some words, or numbers to cut."""
        return self.distinct > 1 and (bool(self.words) or self.is_number)


@dataclass(frozen=True, slots=True)
class Guess:
    """The best guess for each part; empty where nothing fits."""

    outcome: str = ""
    event: tuple[str, ...] = ()
    risk: str = ""
    id: str = ""
    patient: str = ""
    split: str = ""
    by: tuple[str, ...] = ()


def profiles(table: Table) -> tuple[Profile, ...]:
    """Look at every column of a table, at up to 20,000 evenly spaced rows."""
    step = max(1, len(table) // _LOOKED_AT)
    return tuple(_profile(table, name, step) for name in table.names)


def guess_columns(found: tuple[Profile, ...]) -> Guess:
    """Guess the part of each column from its name and what it holds.

    The risk is the column of numbers within 0 and 1 that takes most values, or has a name
    that says so; the outcome a column of two words, best one that says yes and no.
    """
    risk = _best(found, _risk_points)
    rest = tuple(profile for profile in found if profile.name != risk)
    outcome = _best(rest, _outcome_points)
    rest = tuple(profile for profile in rest if profile.name != outcome)
    patient = _best(rest, _patient_points)
    rest = tuple(profile for profile in rest if profile.name != patient)
    identifier = _best(rest, _id_points)
    rest = tuple(profile for profile in rest if profile.name != identifier)
    split = _best(rest, _split_points)
    rest = tuple(profile for profile in rest if profile.name != split)
    groups = sorted(
        (one for one in rest if one.may_group and not _is_spent(one)),
        key=lambda one: -_says(one, "group"),
    )
    named = [one.name for one in groups if _says(one, "group")]
    return Guess(
        outcome=outcome,
        event=event_words(found, outcome),
        risk=risk,
        id=identifier,
        patient=patient,
        split=split,
        by=tuple((named or [one.name for one in groups if one.words])[:_FIRST_GROUPS]),
    )


def other_risks(found: tuple[Profile, ...]) -> tuple[str, ...]:
    """The columns that may hold the risks of a model: shares that a name calls risks, in order."""
    return tuple(
        one.name for one in found if one.is_share and one.distinct > 2 and _says(one, "risk")
    )


def event_words(found: tuple[Profile, ...], outcome: str) -> tuple[str, ...]:
    """The words of a column that say that the outcome happened; a guess.

    The words that usually say yes; of two words of which one usually says no, the other;
    else none.
    """
    words = next((one.words for one in found if one.name == outcome), ())
    yes = tuple(word for word, _ in words if says_yes(word))
    known = [word for word, _ in words if not says_unknown(word) or says_no(word)]
    if yes and len(yes) < len(known):
        return yes
    others = [word for word in known if not says_no(word)]
    return (others[0],) if len(known) == 2 and len(others) == 1 else ()


def _profile(table: Table, name: str, step: int) -> Profile:
    cells = table.frame[name].iloc[::step].dropna()
    counts = cells.value_counts()
    values, _ = numbers(cells, decimal=table.decimal)
    known = values[~np.isnan(values)]
    is_number = len(known) > 0 and len(known) >= _MOSTLY * len(cells)
    return Profile(
        name=name,
        words=tuple((str(word), int(n)) for word, n in counts.items())
        if len(counts) <= MOST_LEVELS
        else (),
        distinct=len(counts),
        filled=len(cells),
        is_number=is_number,
        is_share=is_number and float(((known >= 0) & (known <= 1)).mean()) >= _MOSTLY,
    )


def _best(found: tuple[Profile, ...], points: Callable[[Profile], float]) -> str:
    """The column with most points above zero; the first of several."""
    scored = [(points(one), one.name) for one in found]
    best = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return best[1] if best[0] > 0 else ""


def _says(profile: Profile, part: str) -> bool:
    return re.search(_NAMES[part], profile.name.strip().lower()) is not None


def _risk_points(profile: Profile) -> float:
    if not profile.is_number or profile.distinct < 3:
        return 0.0
    variety = profile.distinct / max(profile.filled, 1)
    return (
        4.0 * profile.is_share
        + 3.0 * _says(profile, "risk")
        + 1.5 * _says(profile, "plain risk")
        + variety
        - 2.0 * (not profile.is_share and not _says(profile, "risk"))
        - 0.5
    )


def _outcome_points(profile: Profile) -> float:
    known = [word for word, _ in profile.words if not says_unknown(word) or says_no(word)]
    if not 2 <= len(known) <= 12:
        return 0.0
    yes, no = (sum(says(word) for word in known) for says in (says_yes, says_no))
    is_told = yes > 0 and no > 0 and yes + no == len(known)
    return (
        3.0 * is_told
        + 1.0 * (len(known) == 2)
        + 3.0 * _says(profile, "outcome")
        - 2.0 * _says(profile, "group")
        - 2.5
    )


def _patient_points(profile: Profile) -> float:
    """A name that says patient, and patients who come more than once."""
    is_repeated = 1 < profile.distinct <= 0.95 * profile.filled
    return float(_says(profile, "patient") and is_repeated)


def _id_points(profile: Profile) -> float:
    """A name that says case or patient, and another word in every row."""
    is_named = _says(profile, "id") or _says(profile, "patient")
    return float(is_named and profile.distinct > max(1, 0.95 * profile.filled))


def _split_points(profile: Profile) -> float:
    return float(_says(profile, "split") and 1 < len(profile.words) <= 12)


def _is_spent(profile: Profile) -> bool:
    """Whether nearly every row has a word of its own, as a name or a date has."""
    return not profile.is_number and profile.distinct > 0.5 * profile.filled
