"""What does a fact say to an item of a checklist?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A sentence of evidence, and the points that it earns.

    ``points`` is None where the item is met in full; 0 says that it is known not to be.
    """

    text: str
    points: float | None = None


Answers = Mapping[str, Answer]
"""Answers by the name of the fact; what is not known is not there."""
