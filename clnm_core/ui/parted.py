"""Into which groups do the cases of a page fall, in the reader's words?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from clnm_core.domain.columns import Column, Kind
from clnm_core.report.wording import lower_first
from clnm_core.stats.groups import Grouping, crossed, folded, groupings
from clnm_core.ui.links import level_labels

MOST_GROUPS = 24
"""Of a column with more groups the largest are shown, and the rest as one group."""


@dataclass(frozen=True, eq=False, slots=True)
class Parted:
    """Cases in groups with the reader's words for levels, and for columns in ``labels``."""

    groupings: tuple[Grouping, ...]
    labels: dict[str, str]


def parted(
    groups: pd.DataFrame, columns: Sequence[Column] = (), *, is_crossed: bool = False
) -> Parted:
    """The groups of each column, or of the combinations of two, at most ``MOST_GROUPS`` each.

    Parameters
    ----------
    groups : pandas.DataFrame, shape (n, columns)
        One or more columns to group by, in the order of the cases.
    columns : sequence of Column
        Declarations, for units, words and the order of levels.
    is_crossed : bool
        Whether the combinations of the first two columns make the groups; one column alone
        has none, and is taken as it is.

    """
    declared = {column.name: column for column in columns}
    found = [_worded(part, declared.get(part.column)) for part in groupings(groups, columns)]
    labels = {
        part.column: declared[part.column].label if part.column in declared else part.column
        for part in found
    }
    if is_crossed and len(found) > 1:
        first, second = found[:2]
        found = [crossed(first, second)]
        both = f"{labels[first.column]} × {lower_first(labels[second.column])}"
        labels = {found[0].column: both}
    return Parted(tuple(folded(part, MOST_GROUPS) for part in found), labels)


def _worded(part: Grouping, column: Column | None) -> Grouping:
    if column is None or column.kind is not Kind.CATEGORY:
        return part
    words = level_labels(column, part.levels)
    return replace(part, levels=tuple(words[level] for level in part.levels))
