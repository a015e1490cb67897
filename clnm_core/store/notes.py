"""Why, in a reader's opinion, was a case got wrong?

Notes lie in ``ops.sqlite`` beside the audit trail. They are only ever appended: a later note
on the same case takes the place of the earlier one, an empty one takes it away, and the
history stays. Each has its entry in the audit trail, written first, which names cohort, model,
outcome and reason, but neither the case nor the text.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clnm_core.errors import InputError, StoreError
from clnm_core.store import ledger
from clnm_core.store.operations import make_durable, opened
from clnm_core.store.places import StorePaths

REASONS: dict[str, str] = {
    "image": "Image quality",
    "hidden": "Hard to see or to measure",
    "outcome": "Outcome doubtful",
    "record": "Record wrong or incomplete",
    "unusual": "Unusual case",
    "unseen": "Known in the clinic, not to the model",
    "other": "Other",
}
"""What a note may name as its reason, and what a reader sees."""

LONGEST = 500
"""Characters of the free text of a note at most."""

_LONGEST_NAME = 200
_WHAT = "The notes in"
"""How an error names the part of the file that is used."""
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_TABLE = (
    """CREATE TABLE IF NOT EXISTS notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    cohort TEXT NOT NULL,
    model TEXT NOT NULL,
    outcome TEXT NOT NULL,
    case_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    text TEXT NOT NULL,
    entry INTEGER NOT NULL UNIQUE
)""",
    "CREATE INDEX IF NOT EXISTS notes_by_case ON notes (cohort, model, outcome, case_id, id)",
    """CREATE TRIGGER IF NOT EXISTS notes_stay BEFORE UPDATE ON notes
BEGIN SELECT RAISE(ABORT, 'notes are never changed'); END""",
    """CREATE TRIGGER IF NOT EXISTS notes_remain BEFORE DELETE ON notes
BEGIN SELECT RAISE(ABORT, 'notes are never removed'); END""",
)

_FIELDS = "id, at, who, cohort, model, outcome, case_id, reason, text, entry"


@dataclass(frozen=True, slots=True)
class Subject:
    """What notes are about: the judgement of one model on one outcome in one cohort."""

    cohort: str
    model: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Note:
    """One note.

    Parameters
    ----------
    id : int
        Rises with every note of the store.
    at : str
        ISO 8601, UTC.
    who : str
        A login, or ``local``.
    subject : Subject
    case_id : str
        Pseudonym.
    reason : str
        One of :data:`REASONS`; empty in a note that takes another away.
    text : str
        Free words; may be empty.
    entry : int
        Number of its entry in the audit trail.

    """

    id: int
    at: str
    who: str
    subject: Subject
    case_id: str
    reason: str
    text: str
    entry: int

    @property
    def is_empty(self) -> bool:
        """Whether it takes the earlier note away."""
        return not self.reason


def write(
    root: Path | None, subject: Subject, case_id: str, *, reason: str, text: str, who: str
) -> Note:
    """Append a note and return it; when this returns, it is on disk.

    Parameters
    ----------
    root : pathlib.Path or None
        The store; ``None`` where the cohort belongs to none.
    subject : Subject
    case_id : str
        Pseudonym of the case.
    reason : str
        One of :data:`REASONS`; empty, with an empty text, takes the note away.
    text : str
        At most ``LONGEST`` characters after space around it is cut off. Line breaks are
        kept; other control characters, and marks that turn the direction of writing, are
        refused.
    who : str
        A login; ``local`` where it is empty.

    Raises
    ------
    InputError
        If reason or text cannot be used.
    StoreError
        If notes cannot be written there.

    """
    why = obstacle(root)
    if why or root is None:
        raise StoreError(why)
    words = _checked(reason, text)
    names = [*_names(subject), case_id, who.strip() or "local"]
    if not all(0 < len(name) <= _LONGEST_NAME and _is_plain(name) for name in names):
        raise InputError(
            "The note does not say which case, model or person it belongs to. Reload the page."
        )
    detail = {"cohort": subject.cohort, "model": subject.model, "outcome": subject.outcome}
    entry = ledger.record(root, names[-1], "note", detail | {"reason": reason or "taken away"})
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    with opened(root, _WHAT) as con:
        make_durable(con)
        con.execute("BEGIN IMMEDIATE")
        for statement in _TABLE:
            con.execute(statement)
        number = con.execute(
            "INSERT INTO notes (at, who, cohort, model, outcome, case_id, reason, text, entry) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (at, names[-1], *names[:-1], reason, words, entry),
        ).lastrowid
        con.execute("COMMIT")
    return Note(int(number or 0), at, names[-1], subject, case_id, reason, words, entry)


def latest(root: Path | None, subject: Subject, cases: Sequence[str] = ()) -> dict[str, Note]:
    """The note that stands for each case that has one, by case.

    Parameters
    ----------
    root : pathlib.Path or None
    subject : Subject
    cases : sequence of str
        Only these; by default all.

    """
    newest = (
        f"SELECT {_FIELDS} FROM notes WHERE id IN (SELECT max(id) FROM notes "  # noqa: S608
        "WHERE cohort = ? AND model = ? AND outcome = ? GROUP BY case_id) ORDER BY id"
    )
    wanted = set(cases)
    return {
        note.case_id: note
        for note in _read(root, newest, _names(subject))
        if not note.is_empty and (not wanted or note.case_id in wanted)
    }


def history(root: Path | None, subject: Subject, case_id: str) -> list[Note]:
    """All notes on a case, the newest first, those included that take one away."""
    return _read(
        root,
        f"SELECT {_FIELDS} FROM notes WHERE cohort = ? AND model = ? AND outcome = ? "  # noqa: S608
        "AND case_id = ? ORDER BY id DESC",
        (*_names(subject), case_id),
    )


def obstacle(root: Path | None) -> str:
    """Why no note can be written, as a sentence; empty where it can."""
    if root is None or (root.exists() and not root.is_dir()):
        return (
            "Notes are not kept for an uploaded table: it goes when the visit ends. Import the "
            "table to note reasons."
        )
    kept = StorePaths(root).ledger
    if not os.access(root, os.W_OK) or (kept.exists() and not os.access(kept, os.W_OK)):
        return (
            "This store can only be read, so no note can be written. Ask whoever runs the server "
            "for the right to write into its folder."
        )
    return ""


def _checked(reason: str, text: str) -> str:
    """The text as it is kept."""
    words = "\n".join(line.rstrip() for line in text.splitlines()).strip()
    if reason and reason not in REASONS:
        raise InputError(
            f"A note cannot have the reason {reason[:40]!r}. Choose one of the list: "
            f"{', '.join(REASONS.values())}."
        )
    if words and not reason:
        raise InputError("The note has words but no reason. Choose one; “Other” fits any.")
    if len(words) > LONGEST:
        raise InputError(
            f"The note has {len(words):,} characters; {LONGEST} is the most. Shorten it."
        )
    if not _is_plain(words.replace("\n", " ").replace("\t", " ")):
        raise InputError(
            "The note holds a control character that cannot be shown. Type the words instead of "
            "pasting them."
        )
    return words


def _is_plain(text: str) -> bool:
    """No control characters, half characters, or marks that turn the direction of writing."""
    return not any(unicodedata.category(c) in ("Cc", "Cs") or c in _BIDIRECTIONAL for c in text)


def _names(subject: Subject) -> tuple[str, str, str]:
    return subject.cohort, subject.model, subject.outcome


def _read(root: Path | None, sql: str, values: Sequence[str]) -> list[Note]:
    if root is None or not StorePaths(root).ledger.is_file():
        return []
    with opened(root, _WHAT) as con:
        known = con.execute("SELECT 1 FROM sqlite_master WHERE name = 'notes'").fetchone()
        rows = con.execute(sql, tuple(values)).fetchall() if known else []
    return [
        Note(number, at, who, Subject(*subject), case_id, reason, text, entry)
        for number, at, who, *subject, case_id, reason, text, entry in rows
    ]
