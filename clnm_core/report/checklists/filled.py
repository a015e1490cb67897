"""Which items of a checklist are answered, which are open, and what does that add up to?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import pandas as pd

from clnm_core.report.checklists.answer import Answers
from clnm_core.report.checklists.items import Checklist, Item, Scoring
from clnm_core.report.wording import count_text, number


class Status(StrEnum):
    """Who has answered an item."""

    FILLED = "filled"
    PARTLY = "partly filled"
    OWN = "answered by the authors"
    OPEN = "open"
    AWAY = "does not apply"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the authors say to an item.

    ``points`` is None where they give none; ``applies`` is false where the item does not
    apply to their study.
    """

    text: str = ""
    points: float | None = None
    applies: bool = True


@dataclass(frozen=True, slots=True)
class FilledItem:
    """An item with its answer; ``points`` is NaN where they are not known."""

    item: Item
    status: Status
    text: str
    points: float


@dataclass(frozen=True, slots=True)
class Score:
    """Points known so far, and the least and the most that the open items leave possible.

    In the unit of the checklist: per cent of the weights that apply, or points.
    """

    known: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Filled:
    """A checklist with answers, item by item in order; ``source`` is what the facts are from."""

    checklist: Checklist
    items: tuple[FilledItem, ...]
    source: str = "the store"

    def words(self, status: Status) -> str:
        """A status as a reader sees it: "filled from the store", "open"."""
        from_facts = status in (Status.FILLED, Status.PARTLY)
        return f"{status.value} from {self.source}" if from_facts else status.value

    def counts(self) -> dict[Status, int]:
        """Items by status, all of them named."""
        found = [item.status for item in self.items]
        return {status: found.count(status) for status in Status}

    def score(self) -> Score | None:
        """What is known and what is possible; None where the checklist has no points."""
        if self.checklist.scoring is Scoring.NONE:
            return None
        inside = [item for item in self.items if item.status is not Status.AWAY]
        known = float(sum(item.points for item in inside if not math.isnan(item.points)))
        unknown = [item.item for item in inside if math.isnan(item.points)]
        least = known + sum(item.least for item in unknown)
        most = known + sum(item.most for item in unknown)
        if self.checklist.scoring is Scoring.POINTS:
            return Score(known, least, most)
        whole = sum(item.item.most for item in inside) or math.nan
        return Score(*(100 * points / whole for points in (known, least, most)))

    def table(self) -> pd.DataFrame:
        """One row per item: ``item, section, topic, asks, status, answer, points``."""
        return pd.DataFrame(
            [
                {
                    "item": found.item.id,
                    "section": found.item.section,
                    "topic": found.item.topic,
                    "asks": found.item.asks,
                    "status": self.words(found.status),
                    "answer": found.text,
                    "points": found.points,
                }
                for found in self.items
            ]
        )


def fill(
    checklist: Checklist,
    answers: Answers,
    replies: Mapping[str, Reply] | None = None,
    *,
    source: str = "the store",
) -> Filled:
    """Answer a checklist from what is known; what the authors say comes after it.

    Parameters
    ----------
    checklist : Checklist
    answers : mapping of str to Answer
        By the name of the fact.
    replies : mapping of str to Reply, optional
        By the id of the item; ids that the checklist does not have are left out.
    source : str
        What the answers are from, as a reader sees it.

    Examples
    --------
    >>> from clnm_core.report.checklists import RQS
    >>> fill(RQS, {}).score()
    Score(known=0.0, least=-8.0, most=36.0)

    """
    found = tuple(
        _answered(_from_facts(item, answers), (replies or {}).get(item.id))
        for item in checklist.items
    )
    return Filled(checklist, found, source)


def filled_words(filled: Filled) -> str:
    """How much of a checklist is answered, in one sentence, with its score where it has one."""
    counts = filled.counts()
    whole = len(filled.items)
    parts = [f"{counts[Status.FILLED]} are filled from {filled.source}"]
    for status, words in (
        (Status.PARTLY, "partly so"),
        (Status.OWN, "answered by the authors"),
        (Status.AWAY, "set aside as not applying"),
    ):
        if counts[status]:
            parts.append(f"{counts[status]} {words}")
    items = count_text(whole, "item")
    if whole != filled.checklist.numbers:
        items = f"{whole} parts of {filled.checklist.numbers} items"
    sentence = (
        f"{filled.checklist.title}: of {items}, {', '.join(parts)}; {counts[Status.OPEN]} are open."
    )
    score = filled.score()
    return sentence if score is None else f"{sentence} {score_words(filled.checklist, score)}"


def score_words(checklist: Checklist, score: Score) -> str:
    """A score with the range that is still possible."""
    if checklist.scoring is Scoring.WEIGHTS:
        return (
            f"Known so far: {number(score.known, 0)} of 100 %; possible: "
            f"{number(score.least, 0)} to {number(score.most, 0)} %."
        )
    return (
        f"Known so far: {number(score.known, 0)} points; possible: {number(score.least, 0)} to "
        f"{number(score.most, 0)}."
    )


def _from_facts(item: Item, answers: Answers) -> FilledItem:
    answer = answers.get(item.fact) if item.fact else None
    if answer is None:
        return FilledItem(item, Status.OPEN, "", math.nan if item.most else 0.0)
    points = item.most if answer.points is None else min(answer.points, item.most)
    status = Status.PARTLY if item.still else Status.FILLED
    return FilledItem(item, status, answer.text, points)


def _answered(found: FilledItem, reply: Reply | None) -> FilledItem:
    """The item with what the authors say; their points replace those of the store."""
    if reply is None or reply == Reply():
        return found
    if not reply.applies:
        return replace(found, status=Status.AWAY, text=reply.text, points=math.nan)
    points = found.points
    if reply.points is not None:
        points = min(max(reply.points, found.item.least), found.item.most)
    if not reply.text.strip():
        status = Status.OWN if found.status is Status.OPEN else found.status
        return replace(found, status=status, points=points)
    text = f"{found.text} {reply.text.strip()}".strip()
    return replace(found, status=Status.OWN, text=text, points=points)
