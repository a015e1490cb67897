"""Which neck levels held metastasis, when a table has one column per modality, side and level?

Columns are recognised by a header of three rows, ``modality | ipsi or contra | level``, as in
the lyDATA tables (Ludwig 2022, doi:10.1016/j.dib.2022.108345). A level that was not examined
is unknown, never negative.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column, Kind, Role
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import MappingError
from clnm_core.store.ingest.layout import JOINT
from clnm_core.store.ingest.mapping import NodeRule
from clnm_core.store.ingest.outcome_words import says_no, says_yes

MAX_LIKELIHOOD = "max-likelihood"
ACCURACY = {
    "CT": (0.81, 0.76),
    "MRI": (0.81, 0.63),
    "PET": (0.79, 0.86),
    "FNA": (0.80, 0.98),
    "pCT": (0.81, 0.86),
    "diagnostic_consensus": (0.81, 0.86),
    "pathology": (1.0, 1.0),
}
"""Sensitivity and specificity per level: de Bondt 2007 (doi:10.1016/j.ejrad.2007.02.037) for
CT, MRI and FNA, Kyzas 2008 (doi:10.1093/jnci/djn125) for PET; the others as lyDATA has them."""

_LEVEL = re.compile(r"(I|II|III|IV|V|VI|VII|VIII|IX|X)([ab]?)")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_SIDES = {"ipsi": "Ipsilateral", "contra": "Contralateral"}
_MOSTLY = 0.9


@dataclass(frozen=True, slots=True)
class NodeColumn:
    """A column with the findings of one modality in one level of one side."""

    source: str
    modality: str
    side: str
    level: str
    part: str


@dataclass(frozen=True, eq=False, slots=True)
class NodeOutcomes:
    """Outcomes by level, and ``any``.

    ``values`` has one object column of True, False and None per outcome; ``strange`` are
    (position, source, word) of findings that say neither yes nor no; ``sources`` the columns
    that the outcomes are made from.
    """

    columns: tuple[Column, ...]
    values: pd.DataFrame
    strange: tuple[tuple[int, str, str], ...]
    sources: tuple[str, ...]


def node_columns(names: Iterable[str]) -> list[NodeColumn]:
    """The columns that hold findings by level.

    Examples
    --------
    >>> node_columns(["patient | # | id", "CT | ipsi | IIa"])
    [NodeColumn(source='CT | ipsi | IIa', modality='CT', side='ipsi', level='II', part='a')]

    """
    found = []
    for name in names:
        parts = name.split(JOINT)
        match = _LEVEL.fullmatch(parts[-1]) if len(parts) == 3 else None
        if match and parts[1] in _SIDES and parts[0] in ACCURACY:
            found.append(NodeColumn(name, parts[0], parts[1], match.group(1), match.group(2)))
    return found


def propose_nodes(frame: pd.DataFrame, modality: str = "") -> NodeRule | None:
    """A rule for a table that has findings by level; ``None`` for any other table.

    Without ``modality``: pathology where at least half of the cases have a finding in it,
    else the maximum likelihood of all modalities.
    """
    columns = node_columns(frame.columns)
    if not columns:
        return None
    known = sorted({column.modality for column in columns}, key=list(ACCURACY).index)
    if not modality:
        pathology = [column.source for column in columns if column.modality == "pathology"]
        examined = frame[pathology].notna().any(axis=1).mean() if pathology else 0.0
        modality = "pathology" if examined >= 0.5 else MAX_LIKELIHOOD
    rule = NodeRule(modality, tuple((name, *ACCURACY[name]) for name in known))
    values = node_outcomes(frame, rule).values.drop(columns="any")
    is_known = values.notna()
    share = is_known.mean() / max(is_known.any(axis=1).mean(), 1e-9)
    needs = tuple(str(name) for name in share.index if share[name] >= _MOSTLY)
    return replace(rule, needs=needs)


def node_outcomes(frame: pd.DataFrame, rule: NodeRule) -> NodeOutcomes:
    """Outcomes such as ``ipsi_ii`` from the findings, and ``any``.

    A level is positive where one of its parts (IIa, IIb) is, negative where all parts are.
    ``any`` is true where a level is, false where none is and all of ``rule.needs`` (all
    levels, where it is empty) are known, unknown otherwise. ``max-likelihood`` takes the
    findings of all modalities for independent, given the state of the level, and asks
    which state makes them more likely; equal likelihoods are unknown.

    Parameters
    ----------
    frame : pandas.DataFrame of str
    rule : NodeRule

    Raises
    ------
    MappingError
        If the table has no findings of the modality, or not a level that is needed.

    """
    columns = node_columns(frame.columns)
    weighed = {name: (sens, spec) for name, sens, spec in rule.modalities} or ACCURACY
    wanted = list(weighed) if rule.modality == MAX_LIKELIHOOD else [rule.modality]
    used = [column for column in columns if column.modality in wanted]
    if not used:
        there = sorted({column.modality for column in columns}) or ["none"]
        raise MappingError(
            f"The table has no findings by level of {rule.modality!r}; it has {', '.join(there)}."
        )
    findings, strange = _findings(frame, used)
    accuracy = weighed if rule.modality == MAX_LIKELIHOOD else {rule.modality: (1.0, 1.0)}
    levels: dict[str, NDArray[np.object_]] = {}
    described = []
    for side, level in product(_SIDES, _ROMAN):
        parts = {
            part: _likelier(
                [
                    (findings[column.source], *accuracy[column.modality])
                    for column in used
                    if (column.side, column.level, column.part) == (side, level, part)
                ],
                len(frame),
            )
            for part in ("", "a", "b")
        }
        values = _whole(parts[""], parts["a"], parts["b"])
        if not pd.isna(values).all():
            name = f"{side}_{level.lower()}"
            levels[name] = values
            described.append(_described(name, side, level, rule.modality))
    lacking = [name for name in rule.needs if name not in levels]
    if lacking:
        raise MappingError(
            f"Level {lacking[0]} is needed for the outcome any, but {rule.modality} never "
            "examined it. Correct needs under [nodes]."
        )
    table = pd.DataFrame(levels, index=frame.index, dtype=object)
    table["any"] = _any(table, rule.needs or tuple(levels))
    whole = replace(BUILT_IN["any"], help=_help("any level", rule.modality, rule.needs))
    return NodeOutcomes(
        (whole, *described), table, tuple(strange), tuple(column.source for column in used)
    )


def _findings(
    frame: pd.DataFrame, used: Sequence[NodeColumn]
) -> tuple[dict[str, NDArray[np.float64]], list[tuple[int, str, str]]]:
    """1 for found, 0 for not found, NaN for not examined, by column."""
    findings, strange = {}, []
    for column in used:
        words = frame[column.source]
        meaning = {
            word: 1.0 if says_yes(word) else 0.0 if says_no(word) else np.nan
            for word in words.dropna().unique()
        }
        values = words.map(meaning).to_numpy(dtype=float)
        findings[column.source] = values
        for position in np.flatnonzero(words.notna().to_numpy() & np.isnan(values)):
            strange.append((int(position), column.source, str(words.iloc[position])))
    return findings, strange


def _likelier(
    findings: list[tuple[NDArray[np.float64], float, float]], n: int
) -> NDArray[np.object_]:
    """True where involvement explains the findings better, None where nothing was found out."""
    involved, healthy, seen = np.zeros(n), np.zeros(n), np.zeros(n, dtype=bool)
    with np.errstate(divide="ignore"):
        for values, sensitivity, specificity in findings:
            found, clear = values == 1, values == 0
            involved += np.where(found, np.log(sensitivity), 0.0)
            involved += np.where(clear, np.log1p(-sensitivity), 0.0)
            healthy += np.where(found, np.log1p(-specificity), 0.0)
            healthy += np.where(clear, np.log(specificity), 0.0)
            seen |= found | clear
    result = np.full(n, None, dtype=object)
    result[seen & (involved > healthy)] = True
    result[seen & (involved < healthy)] = False
    return result


def _whole(
    level: NDArray[np.object_], a: NDArray[np.object_], b: NDArray[np.object_]
) -> NDArray[np.object_]:
    """A level where its own finding is missing, from its parts."""
    result = level.copy()
    unknown = pd.isna(level)
    result[unknown & (np.equal(a, False) & np.equal(b, False)).astype(bool)] = False
    result[unknown & (np.equal(a, True) | np.equal(b, True)).astype(bool)] = True
    return result


def _any(table: pd.DataFrame, needs: Sequence[str]) -> NDArray[np.object_]:
    result = np.full(len(table), None, dtype=object)
    result[table[list(needs)].notna().all(axis=1).to_numpy(dtype=bool)] = False
    result[table.eq(other=True).any(axis=1).to_numpy(dtype=bool)] = True
    return result


def _described(name: str, side: str, level: str, modality: str) -> Column:
    return Column(
        name,
        f"{_SIDES[side]} level {level}",
        Kind.FLAG,
        Role.OUTCOME,
        help=_help(f"level {level}, {_SIDES[side].lower()}", modality),
    )


def _help(what: str, modality: str, needs: Sequence[str] = ()) -> str:
    by = "maximum likelihood of all modalities" if modality == MAX_LIKELIHOOD else modality
    words = f"Metastasis in {what} by {by.replace('_', ' ')}; unknown where not examined."
    if needs:
        listed = ", ".join(name.replace("_", " ") for name in needs)
        words += f" Negative only where {listed} were examined."
    return words
