"""What does a word of the TNM classification say about the neck?

After the eighth edition: N1a is metastasis in levels VI or VII (central), N1b in levels I to V
or retropharyngeal (lateral); N1b does not say whether the central neck is free. NX was not
assessed and is unknown. AJCC Cancer Staging Manual, 8th edition, chapter 73.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clnm_core.store.ingest.mapping import OutcomeRule

_STAGE = re.compile(r"(?:[cpyr]{0,3}n)?([0-3x])([a-c]?)(?:[ (+].*)?", re.IGNORECASE)


def stage_outcomes(source: str, words: Sequence[str]) -> tuple[OutcomeRule, ...]:
    """The outcomes that a column of N stages gives.

    ``any`` always; ``central`` and ``lateral`` where N1a or N1b occur. Words that are no
    stage leave the column without outcomes.

    Examples
    --------
    >>> for rule in stage_outcomes("N", ["N0", "N1a", "N1b"]):
    ...     print(rule.name, rule.true, rule.false, rule.unknown)
    any ('N1a', 'N1b') ('N0',) ()
    central ('N1a',) ('N0',) ('N1b',)
    lateral ('N1b',) ('N0', 'N1a') ()

    """
    if not words or not all(_STAGE.fullmatch(word) for word in words):
        return ()
    states = {word: _state(word) for word in words}
    rules = [_rule("any", source, {word: state[0] for word, state in states.items()})]
    if any(part for _, part in (_parts(word) for word in words)):
        for place, name in ((1, "central"), (2, "lateral")):
            rules.append(
                _rule(name, source, {word: state[place] for word, state in states.items()})
            )
    return tuple(rules)


def _parts(word: str) -> tuple[str, str]:
    match = _STAGE.fullmatch(word)
    if match is None:
        raise ValueError(f"word must be an N stage; got {word!r}.")
    return match.group(1).lower(), match.group(2).lower()


def _state(word: str) -> tuple[bool | None, bool | None, bool | None]:
    """Any, central and lateral, each true, false or unknown."""
    digit, part = _parts(word)
    if digit == "x":
        return None, None, None
    if digit == "0":
        return False, False, False
    if (digit, part) == ("1", "a"):
        return True, True, False
    if (digit, part) == ("1", "b"):
        return True, None, True
    return True, None, None


def _rule(name: str, source: str, states: dict[str, bool | None]) -> OutcomeRule:
    return OutcomeRule(
        name,
        source,
        true=tuple(word for word, state in states.items() if state is True),
        false=tuple(word for word, state in states.items() if state is False),
        unknown=tuple(word for word, state in states.items() if state is None),
    )
