"""What did an import find, and what did it do?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.errors import TableError
from clnm_core.store.ingest.row_rules import Duplicate, Issue

_NAMED_IN_SENTENCE = 3


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found and did; :meth:`to_dict` is the contract of ``import --json``.

    Parameters
    ----------
    cohort, file : str
    rows, patients : int
    images : int
        Pictures that are in the cohort.
    outcomes : tuple of OutcomeCount
    issues : tuple of Issue
        Why nothing was published, if that is so.
    duplicates : tuple of Duplicate
    notes : tuple of str
    version : int
        The store version that has the cohort, 0 where nothing was published.
    waiting : int
        Pictures on which a patient may be named, and which a person must look at first.
    refused : tuple of Issue
        Image files that cannot be used: row, file and reason.

    """

    cohort: str
    file: str
    rows: int
    patients: int
    images: int
    outcomes: tuple[OutcomeCount, ...]
    issues: tuple[Issue, ...]
    duplicates: tuple[Duplicate, ...]
    notes: tuple[str, ...]
    version: int = 0
    waiting: int = 0
    refused: tuple[Issue, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "cohort": self.cohort,
            "version": self.version,
            "rows": self.rows,
            "patients": self.patients,
            "images": {
                "stored": self.images,
                "waiting": self.waiting,
                "refused": len(self.refused),
            },
            "refused": [issue.to_dict() for issue in self.refused],
            "outcomes": {
                one.name: {"true": one.true, "false": one.false, "unknown": one.unknown}
                for one in self.outcomes
            },
            "issues": [issue.to_dict() for issue in self.issues],
            "duplicates": [{"row": one.row, "same_as": one.same_as} for one in self.duplicates],
            "notes": list(self.notes),
        }


class ImportRefusedError(TableError):
    """Cells break rules, so nothing was published; ``report`` has all of them."""

    def __init__(self, report: ImportReport) -> None:
        count = len(report.issues)
        shown = "; ".join(_said(issue) for issue in report.issues[:_NAMED_IN_SENTENCE])
        more = count - _NAMED_IN_SENTENCE
        super().__init__(
            f"{report.file}: {count:,} {'cell breaks' if count == 1 else 'cells break'} a rule, "
            f"and nothing was published. {shown}{f'; and {more:,} more' if more > 0 else ''}",
            tuple(issue.row for issue in report.issues),
        )
        self.report = report


def _said(issue: Issue) -> str:
    value = f" {issue.value!r}" if issue.value else ""
    return f"Row {issue.row}, column {issue.column!r}{value}: {issue.rule}"
