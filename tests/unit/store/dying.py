"""A process that dies in the middle of its work."""

from __future__ import annotations

import pytest


class Killed(BaseException):
    """As if the process had died: nobody catches it."""


def killed_at(patch: pytest.MonkeyPatch, place: object, name: str, *, after: bool) -> None:
    """Whoever calls ``place.name`` dies before, or after, it did its work."""
    real = getattr(place, name)

    def die(*values, **named):
        if after:
            real(*values, **named)
        raise Killed

    patch.setattr(place, name, die)
