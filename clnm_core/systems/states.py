"""How do the states of several parts make one state, and come apart again?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clnm_core.errors import ModelError
from clnm_core.systems.protocol import State


def joined(parts: Mapping[str, State], **facts: Any) -> State:
    """One state of named parts.

    Parameters
    ----------
    parts : mapping of str to State
        By name, letters and digits; tensors become ``name.tensor``, files ``name.file``.
    **facts
        What the whole says besides, plain values.

    """
    return State(
        {f"{part}.{name}": v for part, one in parts.items() for name, v in one.tensors.items()},
        {**facts, "parts": {part: one.facts for part, one in parts.items()}},
        {f"{part}.{name}": v for part, one in parts.items() for name, v in one.files.items()},
    )


def part_of(state: State, name: str) -> State:
    """One part of a joined state.

    Raises
    ------
    ModelError
        If there is no such part.

    """
    parts = state.facts.get("parts")
    if not isinstance(parts, dict) or not isinstance(parts.get(name), dict):
        raise ModelError(f"The saved model lacks its part {name!r}. Train it again.")
    start = f"{name}."
    return State(
        {key[len(start) :]: v for key, v in state.tensors.items() if key.startswith(start)},
        parts[name],
        {key[len(start) :]: v for key, v in state.files.items() if key.startswith(start)},
    )
