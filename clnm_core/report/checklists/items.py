"""What is a reporting checklist? Numbered topics in our own words, and how each is answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scoring(StrEnum):
    """What a checklist adds up to."""

    NONE = "none"  #: nothing: items are reported or not
    WEIGHTS = "weights"  #: per cent of the weights of the items that apply
    POINTS = "points"  #: points, which may be negative


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a report must say.

    Parameters
    ----------
    id : str
        Number as published, with a letter for a part of an item.
    section : str
        Part of the paper, or of the study.
    topic : str
        A few words.
    asks : str
        What is asked, in our own words; never the published text.
    fact : str
        Name of the fact that answers it; empty where only the authors can.
    still : str
        What the authors must add to the fact; empty where it is the whole answer.
    least, most : float
        Points that the item can take; 0 to its weight in per cent where it has one.
    """

    id: str
    section: str
    topic: str
    asks: str
    fact: str = ""
    still: str = ""
    least: float = 0.0
    most: float = 0.0

    @property
    def number(self) -> int:
        """The number without the letter of a part."""
        return int(self.id.rstrip("abcdefghijklmnopqrstuvwxyz"))


@dataclass(frozen=True, slots=True)
class Checklist:
    """A published checklist: its name, where it is from, and its items in order."""

    name: str
    title: str
    about: str
    reference: str
    scoring: Scoring
    items: tuple[Item, ...]

    @property
    def numbers(self) -> int:
        """How many items it has, parts of an item counted once."""
        return len({item.number for item in self.items})
