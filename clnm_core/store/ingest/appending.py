"""How do the rows of a second table come into a cohort that is there already?

The cohort then has the variables of both; a case has no value for those that its own table
lacks. What both have must mean the same.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.errors import CohortError, MappingError
from clnm_core.store.snapshots import current_version
from clnm_core.store.tables import Connection, case_columns, quoted, schema_of
from clnm_core.store.warehouse import Warehouse

_STRICTNESS = (Role.PREDICTOR, Role.DESIGN, Role.POST_OUTCOME, Role.TRUTH)


def standing(
    root: Path, cohort: str, *, replace: bool, append: bool, dry_run: bool
) -> Registry | None:
    """The registry of the cohort to append to; ``None`` where a new one is made.

    Raises
    ------
    CohortError
        If the name is taken and nobody said what to do, or there is nothing to append to.

    """
    names: dict[str, Registry] = {}
    if current_version(root):
        with Warehouse.open(root) as warehouse:
            if any(record.name == cohort for record in warehouse.cohorts()):
                names[cohort] = warehouse.registry(cohort)
    if append and cohort not in names:
        raise CohortError(
            f"There is no cohort {cohort!r} to add rows to. Import it without append."
        )
    if cohort in names and not (replace or append or dry_run):
        raise CohortError(_taken(cohort))
    return names[cohort] if append else None


def merged(old: Registry, new: Registry) -> Registry:
    """The variables of both, outcomes last.

    Levels of a category are joined, and the stricter of two roles holds.

    Raises
    ------
    MappingError
        If a variable of one name is of another kind, unit or definition in the other.

    """
    known = {column.name: column for column in old}
    result = [_joined(column, new[column.name]) if column.name in new else column for column in old]
    added = [column for column in new if column.name not in known]
    both = [*result, *added]
    return Registry(sorted(both, key=lambda column: column.role is Role.OUTCOME))


def refuse_newcomer(con: Connection, cohort: str, *, replace: bool) -> None:
    """Stop where somebody else made a cohort of that name since we looked."""
    row = con.execute("SELECT 1 FROM main.cohorts WHERE name = ?", [cohort]).fetchone()
    if row and not replace:
        raise CohortError(_taken(cohort))


def extend(con: Connection, slug: str, old: Registry, registry: Registry) -> None:
    """Give a cohort's table the columns that it lacks, and its catalogue the new registry."""
    known = case_columns(old)
    for name, kind in case_columns(registry).items():
        if name not in known:
            con.execute(f"ALTER TABLE {schema_of(slug)}.cases ADD COLUMN {quoted(name)} {kind}")
    con.execute("DELETE FROM main.columns WHERE cohort = ?", [slug])
    con.executemany(
        "INSERT INTO main.columns VALUES (?, ?, ?)",
        [
            [slug, position, json.dumps(column.to_dict(), ensure_ascii=False)]
            for position, column in enumerate(registry)
        ],
    )


def _taken(cohort: str) -> str:
    return (
        f"There is a cohort {cohort!r} already. Choose another name, replace it (--replace), or add "
        "the rows to it (--append)."
    )


def _joined(old: Column, new: Column) -> Column:
    for what in ("kind", "unit"):
        if getattr(old, what) != getattr(new, what):
            raise MappingError(
                f"{old.label} has the {what} {str(getattr(old, what))!r} in the cohort and "
                f"{str(getattr(new, what))!r} in this table. Correct the mapping, or give it "
                "another name."
            )
    if old.role is Role.OUTCOME and _definition(old) != _definition(new):
        raise MappingError(
            f"{old.label} is defined otherwise in the cohort ({_definition(old)}) than in this "
            f"table ({_definition(new)}). Import both with one modality under [nodes] "
            "(max-likelihood fits every table), or give the outcome another name."
        )
    if (old.role is Role.OUTCOME) is not (new.role is Role.OUTCOME):
        raise MappingError(
            f"{old.label} is an outcome in one table only. Give it another name in the other."
        )
    role = max(
        old.role, new.role, key=lambda one: _STRICTNESS.index(one) if one in _STRICTNESS else 0
    )
    levels = old.levels
    if old.kind is Kind.CATEGORY:
        seen = {level.value for level in old.levels}
        extra = tuple(level for level in new.levels if level.value not in seen)
        levels = (*old.levels, *extra) if old.levels and new.levels else ()
    return replace(old, role=old.role if old.role is Role.OUTCOME else role, levels=levels)


def _definition(column: Column) -> str:
    """What the help says before it names levels, which differ between tables."""
    return column.help.split(" Negative only")[0].split("From the column")[0].strip() or "a column"
