"""Which rows contradict another row, or themselves?"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from clnm_core.store.ingest.reading import Table

_LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True)
class Issue:
    """A cell that breaks a rule.

    Parameters
    ----------
    row : int
        As a spreadsheet counts it; 0 where it is not one row.
    column : str
        As the file names it.
    value : str
        What stands there; empty for an empty cell.
    rule : str
        What must hold, as a sentence.

    """

    row: int
    column: str
    value: str
    rule: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that says in every column what an earlier one says; both are kept."""

    row: int
    same_as: int


@dataclass(slots=True)
class Found:
    """What is collected on the way through the columns."""

    table: Table
    issues: list[tuple[int, int, Issue]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    cells: set[tuple[int, str]] = field(default_factory=set)

    def issue(self, position: int, source: str, rule: str) -> None:
        """Note that a cell breaks a rule; ``position`` counts rows of the frame from 0."""
        word = self.table.frame[source].iloc[position] if source in self.table.names else ""
        value = word if isinstance(word, str) else ""
        short = value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"
        row = int(self.table.rows[position])
        place = self.table.names.index(source) if source in self.table.names else -1
        self.cells.add((position, source))
        self.issues.append((row, place, Issue(row, source, short, rule)))


def check_splits(found: Found, cases: pd.DataFrame, sources: dict[str, str]) -> None:
    """Every row names its split, and a patient is in one only."""
    if "split" not in cases:
        return
    source = sources["split"]
    for position in np.flatnonzero(found.table.frame[source].isna().to_numpy()):
        found.issue(int(position), source, "Every row must name its split.")
    known = cases[cases["split"].notna() & cases["patient_id"].notna()]
    first = known.drop_duplicates("patient_id").set_index("patient_id")["split"]
    home = cases["patient_id"].map(first)
    moved = (cases["split"].notna() & home.notna() & (cases["split"] != home)).to_numpy(dtype=bool)
    for position in np.flatnonzero(moved):
        found.issue(
            int(position),
            source,
            f"A patient must be in one split only; an earlier row says {home.iloc[position]}.",
        )


def check_contradictions(found: Found, cases: pd.DataFrame, sources: dict[str, str]) -> None:
    """Any nodes but none anywhere, or none but some: one of the columns is wrong."""
    if "any" not in cases or "any" not in sources:
        return
    whole = cases["any"]
    parts = [name for name in ("central", "lateral") if name in cases]
    for name in parts:
        clash = (whole.eq(other=False) & cases[name].eq(other=True)).to_numpy(dtype=bool)
        for position in np.flatnonzero(clash):
            found.issue(
                int(position),
                sources.get(name, name),
                f"The {name} neck cannot have metastases where the neck has none "
                f"(column {sources['any']!r}).",
            )
    if len(parts) == 2:
        none = whole.eq(other=True) & cases[parts].eq(other=False).all(axis=1)
        for position in np.flatnonzero(none.to_numpy(dtype=bool)):
            found.issue(
                int(position),
                sources["any"],
                "The neck cannot have metastases where neither central nor lateral neck has any.",
            )
    if "positive_nodes" in cases:
        count = cases["positive_nodes"]
        differs = (whole.eq(other=False) & (count > 0)) | (whole.eq(other=True) & (count == 0))
        for position in np.flatnonzero(differs.to_numpy(dtype=bool)):
            found.issue(
                int(position),
                sources["positive_nodes"],
                f"The number of positive nodes contradicts column {sources['any']!r}.",
            )


def duplicates_in(table: Table) -> tuple[Duplicate, ...]:
    """Rows that repeat an earlier row in every column, with the first such row."""
    is_repeated = table.frame.duplicated(keep="first").to_numpy()
    if not is_repeated.any():
        return ()
    groups = table.frame.groupby(list(table.names), dropna=False, sort=False).ngroup().to_numpy()
    _, first = np.unique(groups, return_index=True)
    return tuple(
        Duplicate(int(table.rows[i]), int(table.rows[first[groups[i]]]))
        for i in np.flatnonzero(is_repeated)
    )
