"""How is a mapping written as TOML, and read back?"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from typing import Any

from clnm_core.domain.columns import Kind, Role
from clnm_core.errors import MappingError
from clnm_core.store.ingest.mapping import ColumnRule, Mapping, NodeRule, OutcomeRule

_TOP = {
    "cohort": "Name of the cohort: lower-case letters, digits and hyphens.",
    "title": "",
    "description": "",
    "patient": "Column that names the patient; empty: one row is one patient.",
    "case": "Column that names the case (lesion), where a patient has several.",
    "image": "Column that names the image file.",
    "id_prefix": "Put in front of every identifier, where two centres count from 1.",
}
_SOURCE = ("sheet", "header", "header_rows", "block")
_COLUMN = ("source", "name", "label", "kind", "role", "unit", "stored_unit", "levels", "missing")
_OUTCOME = ("name", "source", "label", "true", "false", "unknown")


def written(mapping: Mapping) -> str:
    """The mapping as TOML; :func:`parsed` reads it back unchanged."""
    lines: list[str] = []
    for key, comment in _TOP.items():
        lines += [f"# {comment}"] if comment else []
        lines.append(f"{key} = {_value(getattr(mapping, key))}")
    lines += [
        "# Columns of the table that are left out.",
        f"skip = {_value(mapping.skip)}",
        "",
        "# How the table is read; rows count from 1, 0 means found.",
        "[source]",
        *(f"{key} = {_value(getattr(mapping, key))}" for key in _SOURCE),
    ]
    if mapping.nodes:
        lines += [
            "",
            "# Findings by neck level become outcomes: of one modality, or max-likelihood of all.",
            "[nodes]",
            f"modality = {_value(mapping.nodes.modality)}",
            f"needs = {_value(mapping.nodes.needs)}",
            "[nodes.modalities]",
            *(
                f"{_value(name)} = {{ sensitivity = {sensitivity!r}, specificity = {specificity!r} }}"
                for name, sensitivity, specificity in mapping.nodes.modalities
            ),
        ]
    for outcome in mapping.outcomes:
        lines += ["", "[[outcome]]", *_filled(outcome, _OUTCOME, ("name", "source"))]
    for rule in mapping.columns:
        lines += ["", "[[column]]", *_filled(rule, _COLUMN, ("source", "name"))]
        if rule.recode:
            pairs = ", ".join(f"{_value(word)} = {_value(kept)}" for word, kept in rule.recode)
            lines.append(f"recode = {{ {pairs} }}")
    return "\n".join(lines) + "\n"


def parsed(text: str) -> Mapping:
    """The mapping of a TOML text; unknown keys are refused, not passed over.

    Raises
    ------
    MappingError
        If the text is not TOML, or has a key, kind or role that does not exist.

    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"The mapping is not TOML: {error}. Correct it.") from None
    _only(values, {*_TOP, "skip", "source", "nodes", "outcome", "column"}, "the mapping")
    if "cohort" not in values:
        raise MappingError('The mapping names no cohort. Write cohort = "name" in its first line.')
    source = _table(values.get("source", {}), "source")
    _only(source, set(_SOURCE), "[source]")
    nodes = values.get("nodes")
    given: dict[str, Any] = {key: _text(values.get(key, ""), key) for key in _TOP}
    given["sheet"] = _text(source.get("sheet", ""), "sheet")
    given.update({key: _count(source.get(key, 0), key) for key in _SOURCE[1:]})
    return Mapping(
        **given,
        columns=tuple(_column(one) for one in _tables(values, "column")),
        outcomes=tuple(_outcome(one) for one in _tables(values, "outcome")),
        nodes=None if nodes is None else _nodes(_table(nodes, "nodes")),
        skip=_texts(values.get("skip", []), "skip"),
    )


def _value(value: object) -> str:
    if isinstance(value, Kind | Role):
        value = value.value
    if isinstance(value, tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _filled(
    rule: ColumnRule | OutcomeRule, keys: Iterable[str], always: Iterable[str]
) -> list[str]:
    return [
        f"{key} = {_value(getattr(rule, key))}"
        for key in keys
        if getattr(rule, key) or key in always
    ]


def _column(values: dict[str, Any]) -> ColumnRule:
    where = f"[[column]] {values.get('source', '')!r}"
    _only(values, {*_COLUMN, "recode"}, where)
    _need(values, ("source", "name"), where)
    recode = _table(values.get("recode", {}), f"recode of {where}")
    return ColumnRule(
        **{
            key: _text(values.get(key, ""), f"{key} of {where}")
            for key in ("source", "name", "label", "unit", "stored_unit")
        },
        kind=_word(Kind, values.get("kind", "category"), f"kind of {where}"),
        role=_word(Role, values.get("role", "predictor"), f"role of {where}"),
        levels=_texts(values.get("levels", []), f"levels of {where}"),
        missing=_texts(values.get("missing", []), f"missing of {where}"),
        recode=tuple((word, _text(kept, f"recode of {where}")) for word, kept in recode.items()),
    )


def _outcome(values: dict[str, Any]) -> OutcomeRule:
    where = f"[[outcome]] {values.get('name', '')!r}"
    _only(values, set(_OUTCOME), where)
    _need(values, ("name", "source"), where)
    return OutcomeRule(
        name=_text(values["name"], f"name of {where}"),
        source=_text(values["source"], f"source of {where}"),
        label=_text(values.get("label", ""), f"label of {where}"),
        **{
            key: _texts(values.get(key, []), f"{key} of {where}")
            for key in ("true", "false", "unknown")
        },
    )


def _nodes(values: dict[str, Any]) -> NodeRule:
    _only(values, {"modality", "needs", "modalities"}, "[nodes]")
    _need(values, ("modality",), "[nodes]")
    modalities = []
    for name, one in _table(values.get("modalities", {}), "[nodes.modalities]").items():
        where = f"modality {name!r}"
        _only(_table(one, where), {"sensitivity", "specificity"}, where)
        shares = [one.get(key) for key in ("sensitivity", "specificity")]
        if not all(isinstance(share, int | float) and 0 <= share <= 1 for share in shares):
            raise MappingError(f"Sensitivity and specificity of {where} must be from 0 to 1.")
        modalities.append((name, float(shares[0]), float(shares[1])))
    return NodeRule(
        _text(values["modality"], "modality of [nodes]"),
        tuple(modalities),
        _texts(values.get("needs", []), "needs of [nodes]"),
    )


def _only(values: dict[str, Any], allowed: set[str], where: str) -> None:
    odd = [key for key in values if key not in allowed]
    if odd:
        raise MappingError(
            f"There is no key {odd[0]!r} in {where}. It may have {', '.join(sorted(allowed))}."
        )


def _need(values: dict[str, Any], keys: Iterable[str], where: str) -> None:
    for key in keys:
        if key not in values:
            raise MappingError(f"{where} has no {key}. Add it.")


def _word(kind: type[Any], value: object, where: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(one.value for one in kind)
        raise MappingError(f"The {where} must be one of {known}; got {value!r}.") from None


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise MappingError(f"The {where} must be text in quotation marks; got {value!r}.")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise MappingError(f"The {where} must be a list of words in quotation marks.")
    return tuple(value)


def _count(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise MappingError(f"The {where} must be a whole number, 0 or more; got {value!r}.")
    return value


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MappingError(f"{where} must be a table of keys and values.")
    return value


def _tables(values: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = values.get(key, [])
    if not isinstance(found, list):
        raise MappingError(f"Write [[{key}]] with two brackets, once for each {key}.")
    return [_table(one, f"[[{key}]]") for one in found]
