"""How does a visitor set a system's settings? One field for each, by the kind of its default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from clnm_core.report.system_settings import ONLY_BY_COMMAND, Setting, setting_of


def draw(system: str, defaults: Mapping[str, Any], *, is_first: bool) -> dict[str, Any]:
    """The fields of the settings that matter most, or of the rest; those that were changed.

    Parameters
    ----------
    system : str
    defaults : mapping
        Every setting of the system with its default.
    is_first : bool
        Which of the two groups.

    """
    names = [name for name in defaults if setting_of(system, name).is_first is is_first]
    changed: dict[str, Any] = {}
    for start in range(0, len(names), 3):
        for place, name in zip(
            st.columns(3, vertical_alignment="bottom"), names[start : start + 3], strict=False
        ):
            with place:
                value = _field(setting_of(system, name), defaults[name], f"train_{system}_{name}")
            if value != defaults[name]:
                changed[name] = value
    return changed


def settable(system: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a form can offer: words, numbers, switches and lists of words."""
    return {
        name: value
        for name, value in defaults.items()
        if name not in ONLY_BY_COMMAND and _is_plain(value, setting_of(system, name))
    }


def _is_plain(value: Any, setting: Setting) -> bool:
    if value is None:
        return setting.number is not None
    if isinstance(value, Sequence) and not isinstance(value, str):
        return bool(setting.choices) or (bool(value) and all(isinstance(v, str) for v in value))
    return isinstance(value, str | int | float)


def _field(setting: Setting, default: Any, key: str) -> Any:
    words = setting.help or None
    if isinstance(default, bool):
        return st.toggle(setting.label, default, help=words, key=key)
    if default is None or isinstance(default, int | float):
        return _number(setting, default, words, key)
    if isinstance(default, str):
        return _word(setting, default, words, key)
    return _words(setting, tuple(default), type(default), words, key)


def _number(setting: Setting, default: float | None, words: str | None, key: str) -> Any:
    kind = setting.number if default is None else type(default)
    sides: dict[str, Any] = {"min_value": 0.0, "format": "%g"}
    if kind is int:
        sides = {"min_value": 0, "step": 1}
    return st.number_input(
        setting.label,
        value=default,
        placeholder="as the size says",
        help=words,
        key=key,
        **sides,
    )


def _word(setting: Setting, default: str, words: str | None, key: str) -> str:
    if not setting.choices:
        return str(st.text_input(setting.label, default, max_chars=300, help=words, key=key))
    return str(
        st.selectbox(
            setting.label,
            list(setting.choices),
            index=list(setting.choices).index(default),
            format_func=lambda name: setting.choices.get(name, str(name)),
            help=words,
            key=key,
        )
    )


def _words(
    setting: Setting, default: tuple[str, ...], kind: type, words: str | None, key: str
) -> Any:
    every = list(setting.choices) or list(default)
    chosen = st.multiselect(
        setting.label,
        every,
        default=[one for one in default if one in every],
        format_func=lambda name: setting.choices.get(name, str(name)),
        help=words,
        key=key,
        select_all=True,
    )
    return kind(name for name in every if name in chosen)
