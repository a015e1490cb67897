"""Are the settings that somebody chose settings of the system?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from clnm_core.errors import TrainingError

_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a word",
    list: "a list",
    dict: "a table of settings",
}
_PLAIN = (bool, int, float, str, list, type(None))


def settled(
    defaults: Mapping[str, Any], chosen: Mapping[str, Any] | None, *, of: str
) -> dict[str, Any]:
    """Every setting: as it was chosen, else as it is by default.

    A setting may take what its default is: a number for a number, a word for a word. One whose
    default is ``None`` may take any plain value.

    Parameters
    ----------
    defaults : mapping
        Of the system, plain values.
    chosen : mapping, optional
        Those that differ.
    of : str
        Name of the system, for the sentence of an error.

    Raises
    ------
    TrainingError
        If there is no such setting, or its value is of another kind.

    Examples
    --------
    >>> settled({"epochs": 20, "rate": 0.1}, {"rate": 1}, of="llnm-net")
    {'epochs': 20, 'rate': 1.0}

    """
    merged = dict(defaults)
    for name, value in (chosen or {}).items():
        if name not in defaults:
            known = ", ".join(defaults) or "none"
            raise TrainingError(
                f"{of} has no setting {str(name)[:40]!r}. Its settings are {known}."
            )
        merged[name] = _fitted(name, defaults[name], value, of)
    return merged


def _fitted(name: str, default: Any, value: Any, of: str) -> Any:
    if default is None:
        if isinstance(value, _PLAIN) and not _is_endless(value):
            return value
        raise _unfit(name, "a plain value", of)
    if isinstance(default, Mapping):
        if not isinstance(value, Mapping):
            raise _unfit(name, _KINDS[dict], of)
        return settled(default, value, of=f"{name} of {of}")
    if isinstance(default, list | tuple):
        if not isinstance(value, list | tuple) or any(
            not isinstance(one, _PLAIN) or _is_endless(one) for one in value
        ):
            raise _unfit(name, _KINDS[list], of)
        return type(default)(value)
    if isinstance(default, float):
        if type(value) in (int, float) and not _is_endless(value):
            return float(value)
        raise _unfit(name, _KINDS[float], of)
    if type(value) is not type(default):
        raise _unfit(name, _KINDS.get(type(default), "a plain value"), of)
    return value


def _is_endless(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _unfit(name: str, kind: str, of: str) -> TrainingError:
    return TrainingError(f"The setting {name!r} of {of} must be {kind}. Correct it.")
